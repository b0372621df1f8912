#include "truebound/stats/families.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::stats {
namespace {

using Numbers = std::vector<double>;

// golden/statistics.json, `multitest` and `ebh`.
const Numbers golden_p = {.001, .008, .039, .041, .042, .06, .074, .205, .212, .216};

void expect_near(const Numbers& found, const Numbers& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-12) << i;
}

TEST(Families, HolmGivesTheGoldenValues) {
  expect_near(holm(golden_p).value(), {.01, .072, .312, .312, .312, .312, .312, .615, .615, .615});
}

TEST(Families, BenjaminiHochbergGivesTheGoldenValues) {
  expect_near(benjamini_hochberg(golden_p).value(),
              {.01, .04, .084, .084, .084, .1, 0.10571428571428572, .216, .216, .216});
}

TEST(Families, BenjaminiYekutieliGivesTheGoldenValues) {
  expect_near(benjamini_yekutieli(golden_p).value(),
              {0.02928968253968254, 0.11715873015873016, 0.24603333333333333, 0.24603333333333333,
               0.24603333333333333, 0.2928968253968254, 0.3096337868480726, 0.6326571428571428,
               0.6326571428571428, 0.6326571428571428});
}

TEST(Families, EBenjaminiHochbergGivesTheGoldenSets) {
  const Numbers e = {120, 45, 22, 9, 3, 1.2, .4, 0};
  using Set = std::vector<std::size_t>;
  EXPECT_EQ(e_benjamini_hochberg(e, .05).value(), Set());
  EXPECT_EQ(e_benjamini_hochberg(e, .10).value(), (Set{0, 1}));
  EXPECT_EQ(e_benjamini_hochberg(e, .20).value(), (Set{0, 1, 2}));
  const Numbers sure = {0, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(e_benjamini_hochberg(sure, .05).value(), (Set{1}));
}

RC_GTEST_PROP(Families, AdjustedValuesDoNotDependOnTheOrder, ()) {
  auto p = *rc::gen::nonEmpty(rc::gen::container<Numbers>(
      rc::gen::map(rc::gen::inRange(0, 1001), [](int x) { return x / 1000.0; })));
  Numbers sorted = p;
  std::sort(sorted.begin(), sorted.end());
  for (const auto method : {holm, benjamini_hochberg, benjamini_yekutieli}) {
    Numbers found = method(p).value();
    std::sort(found.begin(), found.end());
    RC_ASSERT(found == method(sorted).value());
    for (std::size_t i = 0; i < p.size(); ++i)
      RC_ASSERT(method(p).value()[i] >= p[i] && method(p).value()[i] <= 1);
  }
}

TEST(Families, WhatCannotBeIsRefused) {
  EXPECT_FALSE(holm({}).ok());
  const Numbers odd = {.5, 1.5};
  EXPECT_FALSE(holm(odd).ok());
  EXPECT_FALSE(benjamini_hochberg(odd).ok());
  EXPECT_FALSE(e_benjamini_hochberg({}, .1).ok());
  const Numbers negative = {-1};
  EXPECT_FALSE(e_benjamini_hochberg(negative, .1).ok());
  EXPECT_FALSE(e_benjamini_hochberg(odd, 0).ok());
  EXPECT_FALSE(log_e_of_fair_coin(-1, 0).ok());
}

// --- e-values of a coin. ---

// Under a fair coin the expected e-value is 1, over all outcomes of n tosses.
TEST(FairCoin, TheExpectedEValueIsOne) {
  for (const std::int64_t n : {1, 7, 30}) {
    double expected = 0;
    double ways = 1;
    for (std::int64_t k = 0; k <= n; ++k) {
      expected += ways * std::pow(.5, static_cast<double>(n)) *
                  std::exp(log_e_of_fair_coin(k, n - k).value());
      ways *= static_cast<double>(n - k) / static_cast<double>(k + 1);
    }
    EXPECT_NEAR(expected, 1, 1e-9) << n;
  }
}

// --- Cells at once. ---

TEST(SimultaneousLimits, SplitTheErrorOverAllCells) {
  const std::vector<CellCount> cells = {{0, 100}, {5, 100}, {2, 40}};
  const SimultaneousLimits found = simultaneous_limits(cells, .95).value();
  EXPECT_NEAR(found.each, 1 - .05 / 3, 1e-15);
  EXPECT_NEAR(found.upper[0], 1 - std::pow(.05 / 3, 1.0 / 100), 1e-12);
  EXPECT_EQ(found.worst, 1U);  // 5 of 100 and 2 of 40 are equal, the first is named
  EXPECT_LT(found.limits[1].lower, .05);
  EXPECT_GT(found.limits[1].upper, found.upper[1]);
}

// The chance that any of 8 equal cells has its true rate over its limit, by exact enumeration of
// one cell and independence of the others.
TEST(SimultaneousLimits, HoldForAllCellsAtOnce) {
  const std::int64_t n = 60;
  for (const double rate : {.01, .05, .2}) {
    double miss = 0;
    double chance = std::pow(1 - rate, static_cast<double>(n));
    for (std::int64_t x = 0; x <= n; ++x) {
      const std::vector<CellCount> cells(8, {static_cast<double>(x), static_cast<double>(n)});
      if (simultaneous_limits(cells, .95).value().upper[0] < rate) miss += chance;
      chance *= rate / (1 - rate) * static_cast<double>(n - x) / static_cast<double>(x + 1);
    }
    EXPECT_LE(1 - std::pow(1 - miss, 8), .05) << rate;
  }
}

TEST(SimultaneousLimits, WhatCannotBeIsRefused) {
  EXPECT_FALSE(simultaneous_limits({}, .95).ok());
  const std::vector<CellCount> more = {{3, 2}};
  EXPECT_FALSE(simultaneous_limits(more, .95).ok());
  const std::vector<CellCount> none = {{0, 0}};
  EXPECT_FALSE(simultaneous_limits(none, .95).ok());
}

}  // namespace
}  // namespace truebound::stats
