// Golden values: golden/statistics.json, keys asr_at_k, gumbel_tail; cases tries-o1, tries-o2 and
// attack-o5.

#include "truebound/stats/tails.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/stats/tries.h"

namespace truebound::stats {
namespace {

// --- Within k tries. ---

TEST(Tries, UnbiasedChanceAgreesWithGoldenValues) {
  EXPECT_NEAR(chance_within({3, 10}, 1).value(), 0.3, 1e-12);
  EXPECT_NEAR(chance_within({3, 10}, 2).value(), 0.5333333333333333, 1e-12);
  EXPECT_NEAR(chance_within({3, 10}, 5).value(), 0.9166666666666666, 1e-12);
}

TEST(Tries, OneHitInFiveTriesIsCertainForWhoTriesFiveTimes) {
  for (std::int64_t k = 1; k <= 5; ++k) {
    EXPECT_NEAR(chance_within({1, 5}, k).value(), .2 * static_cast<double>(k), 1e-12);
  }
  EXPECT_EQ(chance_within({0, 4}, 4).value(), 0);
}

TEST(Tries, MoreTriesThanWereMadeAreRefused) {
  const auto refused = chance_within({0, 4}, 10);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "tries: k must be at most the 4 tries made, got 10");
  EXPECT_FALSE(chance_within({0, 4}, 0).ok());
  EXPECT_FALSE(chance_within({5, 4}, 1).ok());
  EXPECT_FALSE(chance_within({0, 0}, 1).ok());
}

// All ways to draw k of n, counted one by one.
RC_GTEST_PROP(Tries, IsTheShareOfSubsetsWithAHit, ()) {
  const auto n = *rc::gen::inRange(1, 11);
  const auto c = *rc::gen::inRange(0, n + 1);
  const auto k = *rc::gen::inRange(1, n + 1);
  int subsets = 0;
  int with_hit = 0;
  for (unsigned bits = 0; bits < (1U << n); ++bits) {
    if (__builtin_popcount(bits) != k) continue;
    ++subsets;
    with_hit += (bits & ((1U << c) - 1)) != 0 ? 1 : 0;
  }
  const double expected = static_cast<double>(with_hit) / subsets;
  RC_ASSERT(std::abs(chance_within({c, n}, k).value() - expected) < 1e-12);
}

TEST(Tries, BetaRatesAgreeWithGoldenValues) {
  const BetaRates rates{.3, 6};
  EXPECT_NEAR(beta_chance_within(rates, 1).value(), 0.04761904761904523, 1e-9);
  EXPECT_NEAR(beta_chance_within(rates, 10).value(), 0.2631246551339177, 1e-9);
  EXPECT_NEAR(beta_chance_within(rates, 100).value(), 0.5844654001917164, 1e-9);
  EXPECT_NEAR(beta_chance_within(rates, 1000).value(), 0.7886343438203094, 1e-9);
  EXPECT_NEAR(beta_chance_within(rates, 10000).value(), 0.8939050060666646, 1e-9);
  EXPECT_EQ(beta_chance_within(rates, 0).value(), 0);
}

TEST(Tries, FittedRatesAreTheLikeliest) {
  // 400 units of 50 tries, at three rates.
  RandomStream stream(21);
  std::vector<TryCount> units;
  for (int i = 0; i < 400; ++i) {
    const double rate = i % 4 == 0 ? .3 : i % 4 == 1 ? .05 : .01;
    std::int64_t hits = 0;
    for (int t = 0; t < 50; ++t)
      hits += stream.uniform() < rate ? 1 : 0;
    units.push_back({hits, 50});
  }
  const BetaRates best = fit_beta_rates(units).value();
  EXPECT_NEAR(beta_chance_within(best, 1).value(), .0925, .02);
  for (const double factor : {.99, 1.01}) {
    for (const BetaRates& near : {BetaRates{best.a * factor, best.b}, {best.a, best.b * factor}}) {
      double here = 0;
      for (const TryCount& unit : units) {
        const auto h = static_cast<double>(unit.hits);
        const auto m = static_cast<double>(unit.tries - unit.hits);
        here += std::lgamma(near.a + h) + std::lgamma(near.b + m) -
                std::lgamma(near.a + near.b + 50) - std::lgamma(near.a) - std::lgamma(near.b) +
                std::lgamma(near.a + near.b);
      }
      EXPECT_LT(here, best.log_likelihood + 1e-9);
    }
  }
}

TEST(Tries, CountsWithoutHitsOrMissesHaveNoDistributionOfRates) {
  EXPECT_FALSE(fit_beta_rates(std::vector<TryCount>{{0, 5}, {0, 5}}).ok());
  EXPECT_FALSE(fit_beta_rates(std::vector<TryCount>{{5, 5}, {5, 5}}).ok());
  EXPECT_FALSE(fit_beta_rates(std::vector<TryCount>{{2, 5}}).ok());
}

// --- Until the first hit. ---

TEST(TimeToHit, WhatWasGivenUpCountsUpToThere) {
  const std::vector<TimeToHit> units = {{3, Ending::hit},       {3, Ending::hit},
                                        {10, Ending::hit},      {40, Ending::hit},
                                        {50, Ending::given_up}, {50, Ending::given_up},
                                        {50, Ending::given_up}, {20, Ending::given_up}};
  const std::vector<HitPoint> curve = time_to_hit(units, .95).value();
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {1, 0}, {3, .25}, {10, .375}, {20, .375}, {40, .53125}, {50, .53125}};
  ASSERT_EQ(curve.size(), expected.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_EQ(curve[i].tries, expected[i].first);
    EXPECT_NEAR(curve[i].value, expected[i].second, 1e-9);
    EXPECT_LE(curve[i].lower, curve[i].value);
    EXPECT_GE(curve[i].upper, curve[i].value);
  }
  // None of 8 was hit at once: that is no rate of 0.
  EXPECT_NEAR(curve[0].upper, clopper_pearson(0, 8, .95).value().upper, 1e-9);
}

// With all units tried to the same end, the limits are the exact ones of a share.
RC_GTEST_PROP(TimeToHit, IsTheExactIntervalWithoutUnitsGivenUpBefore, ()) {
  const auto hits = *rc::gen::inRange(0, 20);
  const auto others = *rc::gen::inRange(1, 20);
  std::vector<TimeToHit> units;
  for (int i = 0; i < hits; ++i)
    units.push_back({*rc::gen::inRange(1, 9), Ending::hit});
  for (int i = 0; i < others; ++i)
    units.push_back({9, Ending::given_up});
  const HitPoint last = time_to_hit(units, .95).value().back();
  const Interval exact = clopper_pearson(hits, hits + others, .95).value();
  RC_ASSERT(std::abs(last.lower - exact.lower) < 1e-7);
  RC_ASSERT(std::abs(last.upper - exact.upper) < 1e-7);
  RC_ASSERT(std::abs(last.value - hits / static_cast<double>(hits + others)) < 1e-12);
}

TEST(TimeToHit, CoversTheCurveWithCensoring) {
  RandomStream stream(31);
  constexpr int runs = 400;
  int covered = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<TimeToHit> units;
    for (int i = 0; i < 40; ++i) {
      std::int64_t tries = 1;
      while (tries < 60 && stream.uniform() >= .03)
        ++tries;
      const auto budget = static_cast<std::int64_t>(stream.below(40)) + 10;
      units.push_back(tries <= budget ? TimeToHit{tries, Ending::hit}
                                      : TimeToHit{budget, Ending::given_up});
    }
    HitPoint at;
    const std::vector<HitPoint> curve = time_to_hit(units, .95).value();
    for (const HitPoint& point : curve) {
      if (point.tries <= 25) at = point;
    }
    const double truth = 1 - std::pow(.97, static_cast<double>(at.tries));
    covered += at.lower <= truth && truth <= at.upper ? 1 : 0;
  }
  EXPECT_GE(covered, .94 * runs);
}

TEST(TimeToHit, NoUnitAndNoTryAreRefused) {
  EXPECT_FALSE(time_to_hit({}, .95).ok());
  EXPECT_FALSE(time_to_hit(std::vector<TimeToHit>{{0, Ending::hit}}, .95).ok());
  EXPECT_FALSE(time_to_hit(std::vector<TimeToHit>{{1, Ending::hit}}, 0).ok());
  EXPECT_EQ(time_to_hit(std::vector<TimeToHit>{{1, Ending::hit}}, .95).value()[0].upper, 1);
}

// --- Kinds not seen. ---

std::vector<std::int64_t> findings(int once, int twice, std::vector<std::int64_t> more) {
  std::vector<std::int64_t> counts = std::move(more);
  counts.insert(counts.end(), static_cast<std::size_t>(once), 1);
  counts.insert(counts.end(), static_cast<std::size_t>(twice), 2);
  return counts;
}

// research/statistics.md 7.3: n = 200, f1 = 12, f2 = 5, S = 31.
TEST(UnseenKinds, AgreesWithStoredValues) {
  std::vector<std::int64_t> more(13, 12);
  more.push_back(22);
  const UnseenKinds found = unseen_kinds(findings(12, 5, more), .975).value();
  EXPECT_EQ(found.findings, 200);
  EXPECT_EQ(found.kinds, 31);
  EXPECT_NEAR(found.mass, .06, 1e-12);
  EXPECT_NEAR(found.coverage, .940250, 5e-7);
  EXPECT_NEAR(found.kinds_at_least, 42, 1e-12);
  EXPECT_NEAR(found.standard_error, std::sqrt(12 + 10 - 144 / 200.0) / 200, 1e-12);
  EXPECT_GT(found.free_upper, found.upper);
}

TEST(UnseenKinds, TheNextFindingIsNewAsOftenAsSaid) {
  // 300 kinds with chances 1/k: at 200 findings the upper limit holds in about 97 % of worlds.
  RandomStream stream(41);
  std::vector<double> sums;
  double all = 0;
  for (int k = 1; k <= 300; ++k)
    sums.push_back(all += 1.0 / k);
  int held = 0;
  constexpr int runs = 300;
  for (int run = 0; run < runs; ++run) {
    std::vector<std::int64_t> counts(300);
    for (int i = 0; i < 200; ++i) {
      const double u = stream.uniform() * all;
      ++counts[static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), u) -
                                        sums.begin())];
    }
    double unseen = 0;
    std::vector<std::int64_t> found;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0) unseen += 1.0 / static_cast<double>(k + 1) / all;
      if (counts[k] > 0) found.push_back(counts[k]);
    }
    held += unseen <= unseen_kinds(found, .975).value().upper ? 1 : 0;
  }
  EXPECT_GE(held, .95 * runs);
}

TEST(UnseenKinds, NoFindingSaysNothing) {
  EXPECT_FALSE(unseen_kinds({}, .95).ok());
  EXPECT_FALSE(unseen_kinds(std::vector<std::int64_t>{0}, .95).ok());
  // All kinds seen once: the next one is surely new, as far as this tells.
  EXPECT_EQ(unseen_kinds(std::vector<std::int64_t>{1, 1, 1}, .95).value().mass, 1);
}

// --- Forecasts. ---

constexpr double top10[] = {.2, .12, .08, .05, .03, .02, .015, .012, .01, .008};

TEST(GumbelTail, AgreesWithGoldenValues) {
  const GumbelTail tail = fit_gumbel_tail(top10, 1000).value();
  EXPECT_NEAR(tail.a, -1.979898343171183, 1e-12);
  EXPECT_NEAR(tail.b, -7.752068181326361, 1e-12);
  EXPECT_NEAR(forecast_worst(tail, 1e3).value(), 0.21614657233658255, 1e-12);
  EXPECT_NEAR(forecast_worst(tail, 1e4).value(), 0.6195461375917288, 1e-12);
  EXPECT_NEAR(forecast_worst(tail, 1e5).value(), 0.861017568304906, 1e-12);
  EXPECT_NEAR(forecast_worst(tail, 1e6).value(), 0.9543063524097478, 1e-12);
}

TEST(GumbelTail, ABacktestForecastsTheWholeFromItsTenths) {
  // Values whose psi is Gumbel: the tail is then a straight line, and the forecast near.
  RandomStream stream(51);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) {
    const double q = -3 - .6 * std::log(-std::log(stream.uniform()));
    values.push_back(std::exp(-std::exp(-q)));
  }
  const Backtest found = backtest_gumbel(values, 10, 10).value();
  EXPECT_EQ(found.rows.size(), 10);
  EXPECT_LT(std::abs(found.median_log10_error), .5);
  EXPECT_GE(std::abs(found.worst_log10_error), std::abs(found.median_log10_error));
  EXPECT_FALSE(backtest_gumbel(values, 1, 10).ok());
  EXPECT_FALSE(backtest_gumbel(std::vector<double>(20, .5), 10, 10).ok());
}

TEST(GumbelTail, ValuesThatHaveNoTailAreRefused) {
  EXPECT_FALSE(fit_gumbel_tail(std::vector<double>{.1, .2}, 10).ok());
  EXPECT_FALSE(fit_gumbel_tail(std::vector<double>{.1, .1, .1}, 10).ok());
  EXPECT_FALSE(fit_gumbel_tail(std::vector<double>{.1, .2, 1}, 10).ok());
  EXPECT_FALSE(fit_gumbel_tail(std::vector<double>{.1, .2, .3}, 2).ok());
  EXPECT_FALSE(forecast_worst({}, 10).ok());
}

}  // namespace
}  // namespace truebound::stats
