#include "truebound/stats/bootstrap.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/cluster.h"

namespace truebound::stats {
namespace {

using Sums = std::vector<ClusterSum>;

// Few kinds, each frequent: drawn as counts.
const Sums few_kinds = {{10, 0, 600}, {10, 1, 250}, {10, 3, 100}, {10, 10, 50}};

// Kinds that are all rare: drawn one by one.
Sums many_kinds() {
  Sums sums;
  for (std::int64_t i = 0; i < 200; ++i)
    sums.push_back({5 + i, (i * 7) % (5 + i), 1});
  return sums;
}

Sums both_kinds() {
  Sums sums = many_kinds();
  sums.insert(sums.end(), few_kinds.begin(), few_kinds.end());
  return sums;
}

// --- Draws. ---

TEST(Draws, BinomialCountsHaveTheirMeanAndVariance) {
  struct Case {
    std::int64_t n;
    double rate;
  };
  for (const Case& each : {Case{7, .3}, Case{1000, .004}, Case{1000, .4}, Case{100'000, .97}}) {
    RandomStream stream(each.n == 7 ? 1 : 2);
    const int draws = 40'000;
    double sum = 0;
    double squares = 0;
    const double mean = static_cast<double>(each.n) * each.rate;
    for (int i = 0; i < draws; ++i) {
      const double off = static_cast<double>(draw_binomial(stream, each.n, each.rate)) - mean;
      sum += off;
      squares += off * off;
    }
    const double variance = mean * (1 - each.rate);
    EXPECT_LT(std::abs(sum / draws), 4 * std::sqrt(variance / draws)) << each.n;
    EXPECT_NEAR(squares / draws / variance, 1, .03) << each.n;
  }
}

// Chi-square against the exact chances, where the rejection method is used.
TEST(Draws, BinomialCountsHaveTheirChances) {
  const std::int64_t n = 50;
  const double rate = .3;
  std::vector<int> seen(n + 1);
  RandomStream stream(11);
  const int draws = 200'000;
  for (int i = 0; i < draws; ++i)
    ++seen[static_cast<std::size_t>(draw_binomial(stream, n, rate))];
  double chance = std::pow(1 - rate, static_cast<double>(n));
  double statistic = 0;
  int kinds = 0;
  for (std::int64_t k = 0; k <= n; ++k) {
    const double expected = draws * chance;
    if (expected >= 5) {
      const double off = seen[static_cast<std::size_t>(k)] - expected;
      statistic += off * off / expected;
      ++kinds;
    }
    chance *= rate / (1 - rate) * static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  EXPECT_LT(statistic, kinds + 4 * std::sqrt(2.0 * kinds));
}

TEST(Draws, HypergeometricCountsHaveTheirMean) {
  RandomStream stream(3);
  double sum = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t found = draw_hypergeometric(stream, 10, 4, 5);
    ASSERT_LE(found, 4);
    sum += static_cast<double>(found);
  }
  EXPECT_NEAR(sum / 20'000, 2, .03);
  EXPECT_EQ(draw_hypergeometric(stream, 6, 6, 4), 4);
  EXPECT_EQ(draw_hypergeometric(stream, 6, 0, 4), 0);
}

// --- The bootstrap. ---

TEST(Bootstrap, AnyNumberOfThreadsGivesTheSameBytes) {
  for (const Sums& sums : {few_kinds, many_kinds(), both_kinds()}) {
    BootstrapOptions options{.resamples = 500, .streams = streams_of(7)};
    const auto one = resampled_means(sums, options).value();
    for (const int threads : {2, 3, 8}) {
      options.threads = threads;
      EXPECT_EQ(resampled_means(sums, options).value(), one) << threads;
    }
  }
}

TEST(Bootstrap, AnyOrderOfClustersGivesTheSameBytes) {
  for (Sums sums : {few_kinds, many_kinds(), both_kinds()}) {
    const BootstrapOptions options{.resamples = 300, .streams = streams_of(7)};
    const auto before = resampled_means(sums, options).value();
    std::reverse(sums.begin(), sums.end());
    EXPECT_EQ(resampled_means(sums, options).value(), before);
  }
}

TEST(Bootstrap, AnotherKeyGivesOtherResamples) {
  const auto first = resampled_means(few_kinds, {.resamples = 100, .streams = streams_of(1)});
  const auto second = resampled_means(few_kinds, {.resamples = 100, .streams = streams_of(2)});
  EXPECT_NE(first.value(), second.value());
}

// Oracle: with clusters of one size the variance of a resampled mean is known: that of the cluster
// means, divided by G (not G - 1).
TEST(Bootstrap, ResampledMeansHaveTheKnownVariance) {
  double mean = 0;
  double square = 0;
  for (const ClusterSum& each : few_kinds) {
    const double rate = static_cast<double>(each.sum) / 10;
    mean += static_cast<double>(each.times) / 1000 * rate;
    square += static_cast<double>(each.times) / 1000 * rate * rate;
  }
  const double known = std::sqrt((square - mean * mean) / 1000);
  const Bootstrap few =
      cluster_bootstrap(few_kinds, {.resamples = 19'999, .streams = streams_of(4)}).value();
  EXPECT_NEAR(few.standard_error / known, 1, .02);
  EXPECT_NEAR(few.value, mean, 1e-15);
}

// Oracle: the jackknife, whose standard error is near for hundreds of clusters, whatever the way of
// drawing: counts, one by one, and both.
TEST(Bootstrap, AllWaysOfDrawingComeNearTheJackknife) {
  Sums frequent;
  Sums rare;
  for (std::int64_t i = 0; i < 480; ++i) {
    frequent.push_back({100, i % 12, 1});
    rare.push_back({100 + i % 40, i % 12, 1});
  }
  Sums both = frequent;
  both.insert(both.end(), rare.begin(), rare.end());
  for (const Sums& sums : {frequent, rare, both}) {
    const Bootstrap found =
        cluster_bootstrap(sums, {.resamples = 9999, .streams = streams_of(9)}).value();
    EXPECT_NEAR(found.standard_error / cluster_jackknife(sums, .95).value().standard_error, 1, .03);
  }
}

// By hand: 3 clusters have 27 equally likely resamples. Means of sizes 1: 0, 0 and 1 hits.
TEST(Bootstrap, ThreeClustersHaveTheirTwentySevenResamples) {
  const Sums three = {{1, 0, 2}, {1, 1, 1}};
  const auto means = resampled_means(three, {.resamples = 54'000}).value();
  const auto share = [&](double value) {
    return static_cast<double>(std::count_if(
               means.begin(), means.end(), [&](double m) { return std::abs(m - value) < 1e-9; })) /
           static_cast<double>(means.size());
  };
  EXPECT_NEAR(share(0), 8.0 / 27, .01);
  EXPECT_NEAR(share(1.0 / 3), 12.0 / 27, .01);
  EXPECT_NEAR(share(2.0 / 3), 6.0 / 27, .01);
  EXPECT_NEAR(share(1), 1.0 / 27, .005);
}

TEST(Bootstrap, ASkewedSampleMovesTheCorrectedLimitsUp) {
  const Bootstrap found =
      cluster_bootstrap(few_kinds, {.resamples = 9999, .streams = streams_of(5)}).value();
  EXPECT_GT(found.acceleration, 0);
  EXPECT_GT(found.bca.lower, found.percentile.lower);
  EXPECT_GT(found.bca.upper, found.percentile.upper);
}

TEST(Bootstrap, SignedSumsMirrorEachOther) {
  Sums sums = {{4, 2, 30}, {4, -1, 20}, {4, 0, 50}};
  const Bootstrap found = cluster_bootstrap(sums, {.streams = streams_of(6)}).value();
  for (ClusterSum& each : sums)
    each.sum = -each.sum;
  const Bootstrap mirrored = cluster_bootstrap(sums, {.streams = streams_of(6)}).value();
  EXPECT_DOUBLE_EQ(found.value, -mirrored.value);
  EXPECT_NEAR(found.percentile.lower, -mirrored.percentile.upper, .01);
}

TEST(Bootstrap, WhatCannotBeIsRefused) {
  const auto refusal = [](const Sums& sums, const BootstrapOptions& options = {}) {
    const auto found = cluster_bootstrap(sums, options);
    return found.ok() ? std::string() : found.error().message;
  };
  EXPECT_NE(refusal({}).find("at least 2 clusters, got 0"), std::string::npos);
  EXPECT_NE(refusal({{9, 3, 1}}).find("at least 2 clusters, got 1"), std::string::npos);
  EXPECT_NE(refusal({{9, 0, 30}}).find("same mean"), std::string::npos);
  EXPECT_NE(refusal({{3, 1, 3}, {6, 2, 3}}).find("same mean"), std::string::npos);
  EXPECT_NE(refusal({{3, 4, 2}}).find("got 4 of 3"), std::string::npos);
  EXPECT_NE(refusal(few_kinds, {.resamples = 30}).find("resamples"), std::string::npos);
  EXPECT_NE(refusal(few_kinds, {.confidence = 1}).find("confidence"), std::string::npos);
  EXPECT_NE(refusal(few_kinds, {.threads = 0}).find("threads"), std::string::npos);
}

// --- The jackknife. ---

// golden/statistics.json, `clustered_se`: [1,1,0], [0,0,0,0], [1,0,1,1,0]. By hand: without each
// cluster the mean is 3/9, 5/8, 2/7.
TEST(Jackknife, LeavesOutOneClusterAtATime) {
  const Sums three = {{3, 2, 1}, {4, 0, 1}, {5, 3, 1}};
  const Jackknife found = cluster_jackknife(three, .95).value();
  const double value = 5.0 / 12;
  const double squares =
      std::pow(3.0 / 9 - value, 2) + std::pow(5.0 / 8 - value, 2) + std::pow(2.0 / 7 - value, 2);
  EXPECT_DOUBLE_EQ(found.value, value);
  EXPECT_NEAR(found.standard_error, std::sqrt(2.0 / 3 * squares), 1e-12);
  EXPECT_EQ(found.df, 2);
}

RC_GTEST_PROP(Jackknife, IsCr1WhereClustersAreOfOneSize, ()) {
  const auto size = *rc::gen::inRange<std::int64_t>(1, 20);
  const auto hits =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, size + 1));
  RC_PRE(hits.size() >= 2);
  Sums sums;
  std::vector<Cluster> clusters;
  for (const std::int64_t x : hits) {
    sums.push_back({size, x, 1});
    clusters.push_back({size, x, 1});
  }
  RC_ASSERT(std::abs(cluster_jackknife(sums, .9).value().standard_error -
                     cluster_rate(clusters, .9).value().standard_error) < 1e-12);
}

TEST(Jackknife, OneClusterIsRefused) {
  EXPECT_FALSE(cluster_jackknife(Sums{{9, 3, 1}}, .95).ok());
  EXPECT_FALSE(cluster_jackknife(Sums{{9, 3, 2}}, 0).ok());
}

}  // namespace
}  // namespace truebound::stats
