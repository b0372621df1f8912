#include "truebound/stats/cluster.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::stats {
namespace {

using Clusters = std::vector<Cluster>;

TEST(Cluster, RepeatsOfOneCauseCountOnceAtFullCorrelation) {
  const Clusters thirty_by_ten = {{.size = 10, .hits = 0, .times = 30}};
  const EffectiveSize size = effective_size(thirty_by_ten, 1, .95).value();
  EXPECT_EQ(size.n, 300);
  EXPECT_EQ(size.clusters, 30);
  EXPECT_DOUBLE_EQ(size.mean_size, 10);
  EXPECT_DOUBLE_EQ(size.effective_n, 30);
  EXPECT_EQ(size.rule, EffectiveRule::correlation);
  EXPECT_FALSE(size.korn_graubard.has_value());
}

TEST(Cluster, ClustersOfOneCountInFull) {
  const Clusters ones = {{.size = 1, .hits = 1, .times = 7}, {.size = 1, .hits = 0, .times = 50}};
  const EffectiveSize size = effective_size(ones, 1, .95).value();
  EXPECT_EQ(size.effective_n, 57);
  EXPECT_EQ(size.rule, EffectiveRule::every_trial);
  EXPECT_FALSE(size.korn_graubard.has_value());
}

// Cases unequal-clusters, n-star-binds and n-star-does-not-bind of golden/chain.json.
TEST(Cluster, TheLesserOfCorrelationAndKornGraubardHolds) {
  const Clusters unequal = {{20, 7, 1}, {20, 0, 1}, {6, 1, 5}, {1, 0, 12}, {1, 1, 3}};
  EffectiveSize size = effective_size(unequal, 1, .95).value();
  EXPECT_NEAR(size.mean_size, 11.7058823529, 1e-9);
  EXPECT_NEAR(*size.korn_graubard, 34.0350365833, 1e-9);
  EXPECT_NEAR(size.effective_n, 7.26130653266, 1e-9);

  const Clusters all_or_nothing = {{10, 9, 2}, {10, 0, 6}};
  size = effective_size(all_or_nothing, .25, .95).value();
  EXPECT_NEAR(size.effective_n, 5.69474560162, 1e-9);
  EXPECT_EQ(size.rule, EffectiveRule::korn_graubard);

  const Clusters thin = {{5, 1, 16}, {5, 0, 24}};
  size = effective_size(thin, .25, .95).value();
  EXPECT_NEAR(*size.korn_graubard, 190.092781867, 1e-9);
  EXPECT_NEAR(size.effective_n, 100, 1e-9);
  EXPECT_EQ(size.rule, EffectiveRule::correlation);
}

TEST(Cluster, EqualRatesLeaveKornGraubardUndefinedWhateverTheRounding) {
  // A third in each: (1 - 3 x 1/3) is not 0 in floating point for every order of operations.
  for (const std::int64_t size : {3, 7, 11, 49, 147}) {
    const Clusters same = {{size, 1, 5}, {2 * size, 2, 4}, {3 * size, 3, 3}};
    EXPECT_FALSE(effective_size(same, 0, .95).value().korn_graubard.has_value()) << size;
    EXPECT_EQ(cluster_rate(same, .95).value().standard_error, 0) << size;
  }
}

TEST(Cluster, OneClusterWeighsOneTrial) {
  const Clusters one = {{.size = 50, .hits = 3}};
  const EffectiveSize size = effective_size(one, 1, .95).value();
  EXPECT_DOUBLE_EQ(size.effective_n, 1);
  EXPECT_FALSE(size.korn_graubard.has_value());
  EXPECT_FALSE(cluster_rate(one, .95).ok());
}

TEST(Cluster, AFixedListCountsEveryTrial) {
  const Clusters table = {{10, 0, 24}, {10, 1, 4}, {10, 5, 2}};
  const EffectiveSize size = unclustered_size(table).value();
  EXPECT_EQ(size.effective_n, 300);
  EXPECT_EQ(size.hits, 14);
  EXPECT_DOUBLE_EQ(size.mean_size, 10);
  EXPECT_EQ(size.rule, EffectiveRule::every_trial);
}

// golden/statistics.json: clustered_se, korn_graubard; mpmath at 40 digits.
TEST(Cluster, AgreesWithGoldenValues) {
  const Clusters three = {{3, 2}, {4, 0}, {5, 3}};
  const ClusterRate rate = cluster_rate(three, .95).value();
  EXPECT_NEAR(rate.value, 0.4166666666666667, 1e-15);
  EXPECT_NEAR(rate.standard_error, 0.20868026668495443, 1e-13);
  EXPECT_EQ(rate.df, 2);

  const SurveyRate survey{.value = .05, .n = 300, .standard_error = .0195, .df = 29};
  const KornGraubard found = korn_graubard(survey, .95).value();
  EXPECT_NEAR(found.design_effect, 2.4015789473684213, 1e-12);
  EXPECT_NEAR(found.effective_n, 115.65365880739573, 1e-9);
  EXPECT_NEAR(found.interval.lower, 0.01813864531834772, 1e-12);
  EXPECT_NEAR(found.interval.upper, 0.10702815419773705, 1e-12);
}

TEST(Cluster, TheIntervalOfAClusterRateIsCutToProportions) {
  const Clusters three = {{3, 2}, {4, 0}, {5, 3}};
  const ClusterRate rate = cluster_rate(three, .95).value();
  EXPECT_EQ(rate.interval.lower, 0);
  EXPECT_EQ(rate.interval.upper, 1);
  // t[2] at .75 is sqrt(2 / 3): F(t) = 1/2 + t / (2 sqrt(2 + t^2)).
  const ClusterRate half = cluster_rate(three, .5).value();
  EXPECT_NEAR(half.interval.upper - half.value, std::sqrt(2.0 / 3) * half.standard_error, 1e-12);
}

TEST(Cluster, TheTableOfTheZeroFailureBoundFollowsTheCorrelation) {
  const auto rows = zero_failure_table(300, 10, .05).value();
  ASSERT_EQ(rows.size(), 5);
  EXPECT_EQ(rows.front().correlation, 0);
  EXPECT_DOUBLE_EQ(rows.front().effective_n, 300);
  EXPECT_NEAR(rows.front().upper, 0.009936081944457713, 1e-14);
  EXPECT_DOUBLE_EQ(rows[2].correlation, .25);
  EXPECT_NEAR(rows[2].effective_n, 300 / 3.25, 1e-12);
  EXPECT_DOUBLE_EQ(rows.back().effective_n, 30);
  EXPECT_NEAR(rows.back().upper, 0.0950338528553, 1e-12);
}

TEST(Cluster, WhatCannotBeIsRefused) {
  const Clusters none = {{.size = 0, .hits = 0, .times = 4}};
  EXPECT_FALSE(effective_size(none, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{}, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, 3}}, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, -1}}, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, 1, -1}}, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{std::int64_t{1} << 40, 0, 1 << 30}}, 1, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, 1}}, 1.5, .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, 1}}, std::nan(""), .95).ok());
  EXPECT_FALSE(effective_size(Clusters{{2, 1}}, 1, 1).ok());
  EXPECT_FALSE(zero_failure_table(10, 11, .05).ok());
  EXPECT_FALSE(korn_graubard({.value = 0, .n = 9, .standard_error = 0, .df = 2}, .95).ok());
}

Clusters any_clusters() {
  const int kinds = *rc::gen::inRange(2, 7);
  Clusters result;
  for (int i = 0; i < kinds; ++i) {
    const auto size = *rc::gen::inRange<std::int64_t>(1, 12);
    const auto hits = *rc::gen::inRange<std::int64_t>(0, size + 1);
    result.push_back({size, hits, *rc::gen::inRange<std::int64_t>(1, 9)});
  }
  return result;
}

RC_GTEST_PROP(Cluster, RepeatingEveryRowWithinItsClusterAddsNothing, ()) {
  const Clusters once = any_clusters();
  Clusters thrice = once;
  for (Cluster& each : thrice) {
    each.size *= 3;
    each.hits *= 3;
  }
  const EffectiveSize few = effective_size(once, 1, .95).value();
  const EffectiveSize many = effective_size(thrice, 1, .95).value();
  RC_PRE(few.rule != EffectiveRule::korn_graubard && many.rule != EffectiveRule::korn_graubard);
  RC_ASSERT(std::abs(few.effective_n - many.effective_n) < 1e-9 * few.effective_n);
  const ClusterRate a = cluster_rate(once, .95).value();
  const ClusterRate b = cluster_rate(thrice, .95).value();
  RC_ASSERT(std::abs(a.standard_error - b.standard_error) < 1e-12);
}

RC_GTEST_PROP(Cluster, HowEqualClustersAreListedDoesNotMatter, ()) {
  const Clusters grouped = any_clusters();
  Clusters listed;
  for (const Cluster& each : grouped) {
    for (std::int64_t i = 0; i < each.times; ++i)
      listed.push_back({each.size, each.hits});
  }
  const EffectiveSize a = effective_size(grouped, .3, .95).value();
  const EffectiveSize b = effective_size(listed, .3, .95).value();
  RC_ASSERT(a.n == b.n && a.clusters == b.clusters && a.hits == b.hits);
  RC_ASSERT(std::abs(a.effective_n - b.effective_n) < 1e-9 * a.effective_n);
}

RC_GTEST_PROP(Cluster, MoreCorrelationNeverWeighsMore, ()) {
  const Clusters clusters = any_clusters();
  double before = std::numeric_limits<double>::infinity();
  for (const double correlation : {0.0, .1, .5, 1.0}) {
    const EffectiveSize size = effective_size(clusters, correlation, .95).value();
    RC_ASSERT(size.effective_n <= before && size.effective_n > 0);
    RC_ASSERT(size.effective_n <= static_cast<double>(size.n));
    before = size.effective_n;
  }
}

}  // namespace
}  // namespace truebound::stats
