#include "truebound/stats/paired.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/golden_values.h"

namespace truebound::stats {
namespace {

TEST(Paired, McNemarAgreesWithGoldenValues) {
  for (const auto& row : golden::pairs) {
    SCOPED_TRACE(testing::Message() << row.first_only << " and " << row.second_only);
    const PairCounts pairs{.first_only = row.first_only, .second_only = row.second_only};
    const McNemar test = mcnemar(pairs).value();
    EXPECT_NEAR(test.p_exact, row.p_exact, 1e-12 * row.p_exact);
    EXPECT_NEAR(test.p_mid, row.p_mid, 1e-12 * row.p_mid);
  }
}

// 120 pairs: both 60, first only 18, second only 6, neither 36; values by exact binomials.
TEST(Paired, PairsThatDifferDecideTheTest) {
  const PairCounts pairs{.both = 60, .first_only = 18, .second_only = 6, .neither = 36};
  const McNemar test = mcnemar(pairs).value();
  EXPECT_NEAR(test.p_exact, 0.022655844688, 1e-12);
  EXPECT_NEAR(test.p_mid, 0.01463329792, 1e-11);
  EXPECT_DOUBLE_EQ(test.statistic, 6);
  const PairedDifference difference = bonett_price(pairs, .95).value();
  EXPECT_NEAR(difference.value, .1, 1e-15);
  EXPECT_NEAR(difference.lower, 0.018324489, 1e-9);
  EXPECT_NEAR(difference.upper, 0.1783968225, 1e-9);
}

// research/statistics.md 1.3: b = 12, c = 25, n = 500.
TEST(Paired, BonettPriceAgreesWithStoredValues) {
  const PairCounts pairs{.first_only = 12, .second_only = 25, .neither = 463};
  const PairedDifference two_sided = bonett_price(pairs, .95).value();
  EXPECT_NEAR(two_sided.lower, -.050173, 5e-7);
  EXPECT_NEAR(two_sided.upper, -.001619, 5e-7);
  const PairedDifference narrow = bonett_price(pairs, .9).value();
  EXPECT_NEAR(narrow.lower, -.046270, 5e-7);
  EXPECT_NEAR(narrow.upper, -.005523, 5e-7);
}

TEST(Paired, NoDiscordantPairIsNoDifferenceButNoCertaintyEither) {
  const PairCounts pairs{.both = 3, .neither = 20};
  EXPECT_EQ(mcnemar(pairs).value().p_exact, 1);
  EXPECT_EQ(mcnemar(pairs).value().p_mid, 1);
  EXPECT_LT(bonett_price(pairs, .95).value().lower, 0);
  EXPECT_GT(bonett_price(pairs, .95).value().upper, 0);
}

TEST(Paired, NoPairsAndNegativeCountsAreRefused) {
  EXPECT_FALSE(mcnemar(PairCounts{}).ok());
  EXPECT_FALSE(bonett_price(PairCounts{}, .95).ok());
  EXPECT_FALSE(mcnemar({.both = 3, .first_only = -1}).ok());
  EXPECT_FALSE(bonett_price({.both = 3}, 0).ok());
}

PairCounts any_pairs() {
  const auto count = rc::gen::inRange<std::int64_t>(0, 60);
  return {*count, *count, *count, *count + 1};
}

RC_GTEST_PROP(Paired, SwappingConditionsTurnsTheSign, ()) {
  const PairCounts pairs = any_pairs();
  const PairCounts swapped{pairs.both, pairs.second_only, pairs.first_only, pairs.neither};
  const PairedDifference a = bonett_price(pairs, .95).value();
  const PairedDifference b = bonett_price(swapped, .95).value();
  RC_ASSERT(a.value == -b.value);
  RC_ASSERT(std::abs(a.lower + b.upper) < 1e-15 && std::abs(a.upper + b.lower) < 1e-15);
  RC_ASSERT(mcnemar(pairs).value().p_exact == mcnemar(swapped).value().p_exact);
}

// Sum of binomial coefficients as whole numbers: an oracle apart from the beta function.
RC_GTEST_PROP(Paired, ExactPIsTwiceTheShareOfOutcomesAsExtreme, ()) {
  const auto b = *rc::gen::inRange<std::int64_t>(0, 25);
  const auto c = *rc::gen::inRange<std::int64_t>(0, 25);
  RC_PRE(b + c > 0);
  double choose = 1;
  double sum = 0;
  for (std::int64_t i = 0; i <= std::min(b, c); ++i) {
    sum += choose;
    choose = choose * static_cast<double>(b + c - i) / static_cast<double>(i + 1);
  }
  const double expected = std::min(1.0, 2 * std::ldexp(sum, static_cast<int>(-(b + c))));
  const McNemar test = mcnemar({.first_only = b, .second_only = c}).value();
  RC_ASSERT(std::abs(test.p_exact - expected) < 1e-12);
  RC_ASSERT(test.p_mid <= test.p_exact);
}

// By hand: 10 pairs, b = 3, c = 1, both 2: differences 1 (3), -1 (1), 0 (6) have variance
// (4 - .4) / 9 = .4; rates 5 and 3 of 10 have .25 / 9 and .21 / 9.
TEST(PairedErrors, ComeOutByHand) {
  const PairedErrors found = paired_errors({2, 3, 1, 4}).value();
  EXPECT_NEAR(found.paired, std::sqrt(.4 / 10), 1e-12);
  EXPECT_NEAR(found.unpaired, std::sqrt((.25 + .21) / 9), 1e-12);
  EXPECT_FALSE(paired_errors({1, 0, 0, 0}).ok());
  EXPECT_FALSE(paired_errors({1, -1, 0, 9}).ok());
}

}  // namespace
}  // namespace truebound::stats
