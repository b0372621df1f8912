#include "truebound/stats/hierarchical.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

using Groups = std::vector<GroupCount>;

const Groups six = {{20, 0}, {20, 1}, {25, 4}, {10, 5}, {40, 3}, {20, 0}};

struct Slow {
  double mean = 0;
  std::vector<double> groups;
  std::vector<double> below;  // chance that a rate of the first two is under its fast lower limit
};

// The slow version: a plain rule of midpoints over t in (0, 1) and u = d / (1 + d) in (0, 1), with
// the likelihood by logarithms of beta functions.
Slow slow(const Groups& groups, SpreadPrior prior, const PooledRates& fast) {
  const int points = 140;
  Slow sums;
  sums.groups.resize(groups.size());
  sums.below.resize(groups.size());
  double total = 0;
  for (int i = 0; i < points; ++i) {
    const double t = (i + .5) / points;
    for (int j = 0; j < points; ++j) {
      const double u = (j + .5) / points;
      const double d = u / (1 - u);
      double log_weight = -2 * std::log1p(-u);
      log_weight -= prior == SpreadPrior::gamma ? d : std::log1p(d * d / 100);
      for (const GroupCount& group : groups) {
        const auto hits = static_cast<double>(group.hits);
        const auto misses = static_cast<double>(group.size - group.hits);
        log_weight += log_beta(d * t + hits, d * (1 - t) + misses) - log_beta(d * t, d * (1 - t));
      }
      const double weight = std::exp(log_weight + 60);
      total += weight;
      sums.mean += weight * t;
      for (std::size_t g = 0; g < groups.size(); ++g) {
        const double a = d * t + static_cast<double>(groups[g].hits);
        const double b = d * (1 - t) + static_cast<double>(groups[g].size - groups[g].hits);
        sums.groups[g] += weight * a / (a + b);
        if (g < 2) sums.below[g] += weight * beta_at_most(fast.groups[g].interval.lower, a, b);
      }
    }
  }
  sums.mean /= total;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    sums.groups[g] /= total;
    sums.below[g] /= total;
  }
  return sums;
}

TEST(PooledRates, AgreeWithASlowIntegralOverOtherCoordinates) {
  for (const SpreadPrior prior : {SpreadPrior::gamma, SpreadPrior::half_cauchy}) {
    const PooledRates fast = pooled_rates(six, .9, prior).value();
    const Slow expected = slow(six, prior, fast);
    EXPECT_NEAR(fast.mean, expected.mean, 2e-5);
    for (std::size_t g = 0; g < six.size(); ++g) {
      EXPECT_NEAR(fast.groups[g].value, expected.groups[g], 2e-5) << g;
    }
    for (const std::size_t g : {std::size_t{0}, std::size_t{1}})
      EXPECT_NEAR(expected.below[g], .05, 2e-3) << g;
  }
}

TEST(PooledRates, PullGroupsTowardEachOtherAndSmallOnesMore) {
  const Groups groups = {{100, 30}, {10, 3}, {100, 2}, {100, 3}, {100, 1}, {100, 4}, {10, 0}};
  const PooledRates found = pooled_rates(groups, .95, SpreadPrior::half_cauchy).value();
  EXPECT_LT(found.groups[0].value, .3);
  EXPECT_LT(found.groups[1].value, found.groups[0].value);
  EXPECT_GT(found.groups[6].value, 0);
  for (const PooledGroup& group : found.groups) {
    EXPECT_LT(group.interval.lower, group.value);
    EXPECT_GT(group.interval.upper, group.value);
  }
}

TEST(PooledRates, AGroupThatWasNotTestedGetsWhatTheOthersSay) {
  Groups groups = six;
  groups.push_back({0, 0});
  const PooledRates found = pooled_rates(groups, .95, SpreadPrior::gamma).value();
  EXPECT_NEAR(found.groups.back().value, found.mean, 1e-9);
  EXPECT_GT(found.groups.back().interval.upper, found.groups[1].interval.upper);
  EXPECT_NEAR(found.mean, pooled_rates(six, .95, SpreadPrior::gamma).value().mean, 1e-9);
}

TEST(PooledRates, ManyTrialsLeaveAGroupItsOwnRate) {
  const Groups groups = {{100'000, 5'000}, {100'000, 20'000}, {50'000, 100}};
  const PooledRates found = pooled_rates(groups, .95, SpreadPrior::gamma).value();
  EXPECT_NEAR(found.groups[0].value, .05, 1e-4);
  EXPECT_NEAR(found.groups[1].value, .2, 1e-4);
  // Near the interval of the group alone.
  EXPECT_NEAR(found.groups[0].interval.lower, beta_quantile(.025, 5000.5, 95000.5), 2e-5);
}

TEST(PooledRates, TheOrderOfGroupsDoesNotMatter) {
  Groups groups = six;
  const PooledRates before = pooled_rates(groups, .95, SpreadPrior::gamma).value();
  std::reverse(groups.begin(), groups.end());
  const PooledRates after = pooled_rates(groups, .95, SpreadPrior::gamma).value();
  EXPECT_EQ(before.mean, after.mean);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    EXPECT_EQ(before.groups[g].value, after.groups[groups.size() - 1 - g].value);
    EXPECT_EQ(before.groups[g].interval.lower, after.groups[groups.size() - 1 - g].interval.lower);
  }
}

TEST(PooledRates, WhatCannotBeIsRefused) {
  EXPECT_FALSE(pooled_rates({}, .95, SpreadPrior::gamma).ok());
  EXPECT_FALSE(pooled_rates(Groups{{5, 1}, {0, 0}}, .95, SpreadPrior::gamma).ok());
  EXPECT_FALSE(pooled_rates(Groups{{5, 6}, {5, 0}}, .95, SpreadPrior::gamma).ok());
  EXPECT_FALSE(pooled_rates(six, 1, SpreadPrior::gamma).ok());
}

}  // namespace
}  // namespace truebound::stats
