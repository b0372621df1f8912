// Wild bootstrap, two groupings, and the running sums of clusters.

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/running_rate.h"
#include "truebound/stats/two_way.h"
#include "truebound/stats/wild_bootstrap.h"

namespace truebound::stats {
namespace {

using Clusters = std::vector<Cluster>;

// The slow version: every vector of signs, each with its own sums.
double enumerated_p(const Clusters& clusters, double rate) {
  const std::size_t count = clusters.size();
  double n = 0;
  for (const Cluster& each : clusters)
    n += static_cast<double>(each.size);
  const auto t_squared = [&](std::size_t vector) {
    std::vector<double> moved;
    double sum = 0;
    for (std::size_t g = 0; g < count; ++g) {
      const double off =
          static_cast<double>(clusters[g].hits) - static_cast<double>(clusters[g].size) * rate;
      moved.push_back((vector >> g & 1U) != 0 ? -off : off);
      sum += moved.back();
    }
    double squares = 0;
    for (std::size_t g = 0; g < count; ++g) {
      const double rest = moved[g] - static_cast<double>(clusters[g].size) * sum / n;
      squares += rest * rest;
    }
    return sum * sum / squares;
  };
  const double observed = t_squared(0);
  int reaching = 0;
  for (std::size_t vector = 0; vector < std::size_t{1} << count; ++vector) {
    if (t_squared(vector) >= observed * (1 - 1e-9)) ++reaching;
  }
  return reaching / std::pow(2.0, static_cast<double>(count));
}

const Clusters eight = {{10, 1, 1}, {12, 4, 1}, {9, 0, 1}, {10, 2, 1},
                        {11, 7, 1}, {10, 1, 1}, {8, 3, 1}, {14, 2, 1}};

TEST(WildBootstrap, AllSignVectorsGiveTheEnumeratedPValue) {
  for (const double rate : {.05, .1, .2, .25, .5}) {
    EXPECT_NEAR(wild_p_value(eight, rate, {}).value(), enumerated_p(eight, rate), 1e-12) << rate;
  }
}

TEST(WildBootstrap, LimitsAreWhereTheTestNoLongerRejects) {
  const WildBootstrap found = wild_bootstrap(eight, {}).value();
  EXPECT_EQ(found.weights, WildWeights::all_signs);
  EXPECT_EQ(found.vectors, 256);
  EXPECT_LT(wild_p_value(eight, found.interval.lower - 1e-6, {}).value(), .05 + 1e-12);
  EXPECT_GT(wild_p_value(eight, found.interval.lower + 1e-6, {}).value(), .05);
  EXPECT_GT(wild_p_value(eight, found.interval.upper - 1e-6, {}).value(), .05);
  EXPECT_LE(wild_p_value(eight, found.interval.upper + 1e-6, {}).value(), .05);
}

TEST(WildBootstrap, FiveClustersCannotRejectAtFivePercent) {
  const Clusters five(eight.begin(), eight.begin() + 5);
  const WildBootstrap found = wild_bootstrap(five, {}).value();
  EXPECT_EQ(found.interval.lower, 0);
  EXPECT_EQ(found.interval.upper, 1);
  EXPECT_EQ(wild_bootstrap(five, {.confidence = .8}).value().clusters, 5);
  EXPECT_LT(wild_bootstrap(five, {.confidence = .8}).value().interval.upper, 1);
}

TEST(WildBootstrap, ManyClustersDrawWeightsAndComeNearTheTInterval) {
  const Clusters forty = {{10, 1, 8}, {10, 4, 9}, {10, 0, 10}, {10, 2, 9}, {10, 6, 4}};
  const WildBootstrap found =
      wild_bootstrap(forty, {.draws = 1999, .streams = streams_of(3)}).value();
  EXPECT_EQ(found.weights, WildWeights::webb);
  const Interval plain = cluster_rate(forty, .95).value().interval;
  EXPECT_NEAR(found.interval.lower, plain.lower, .03);
  EXPECT_NEAR(found.interval.upper, plain.upper, .03);
}

TEST(WildBootstrap, TheOrderOfClustersDoesNotMatter) {
  Clusters forty = {{10, 1, 8}, {11, 4, 9}, {10, 0, 10}, {9, 2, 9}};
  const WildOptions options{.draws = 999, .streams = streams_of(3)};
  const Interval before = wild_bootstrap(forty, options).value().interval;
  std::swap(forty[0], forty[3]);
  const Interval after = wild_bootstrap(forty, options).value().interval;
  EXPECT_EQ(before.lower, after.lower);
  EXPECT_EQ(before.upper, after.upper);
}

// Ten clusters whose rates scatter around .3: a true null is rejected about as often as it says.
// Where clusters all have the same rate, there is no test, and nothing is rejected.
TEST(WildBootstrap, RejectsATrueNullAboutAsOftenAsItSays) {
  RandomStream stream(31);
  int rejected = 0;
  const int runs = 1000;
  for (int i = 0; i < runs; ++i) {
    Clusters clusters;
    for (int g = 0; g < 10; ++g) {
      const double rate = stream.below(2) == 0 ? .1 : .5;
      clusters.push_back({10, draw_binomial(stream, 10, rate), 1});
    }
    const auto p = wild_p_value(clusters, .3, {});
    if (p.ok() && p.value() <= .05) ++rejected;
  }
  EXPECT_LE(rejected, .07 * runs);
  EXPECT_GE(rejected, .02 * runs);
}

TEST(WildBootstrap, WhatCannotBeIsRefused) {
  EXPECT_FALSE(wild_bootstrap(Clusters{{10, 1, 1}}, {}).ok());
  EXPECT_FALSE(wild_bootstrap(Clusters{{10, 1, 9}}, {}).ok());
  EXPECT_FALSE(wild_bootstrap(Clusters{{1, 1, 600}, {1, 0, 600}}, {}).ok());
  EXPECT_FALSE(wild_bootstrap(eight, {.draws = 20}).ok());
  EXPECT_FALSE(wild_p_value(eight, 1.5, {}).ok());
}

// --- Two groupings. ---

// By hand: 2 x 2 groups of 2 trials. Rates by first grouping: 3/4, 0; by second: 2/4, 1/4.
TEST(TwoWay, AddsBothGroupingsLessTheirIntersection) {
  const std::vector<CrossedCell> cells = {{0, 0, 2, 2}, {0, 1, 2, 1}, {1, 0, 2, 0}, {1, 1, 2, 0}};
  const TwoWayRate found = two_way_rate(cells, .95).value();
  EXPECT_DOUBLE_EQ(found.value, 3.0 / 8);
  // D = (1.5, -1.5), (.5, -.5) and (1.25, .25, -.75, -.75).
  EXPECT_NEAR(found.first_error, std::sqrt(2 * 4.5) / 8, 1e-15);
  EXPECT_NEAR(found.second_error, std::sqrt(2 * .5) / 8, 1e-15);
  EXPECT_NEAR(found.cell_error, std::sqrt(4.0 / 3 * 2.75) / 8, 1e-15);
  // 9 + 1 - 11/3 is less than 9: the first grouping alone stands.
  EXPECT_NEAR(found.standard_error, 3.0 / 8, 1e-12);
  EXPECT_EQ(found.df, 1);
}

TEST(TwoWay, BothCausesOfVarianceCount) {
  // Every row and every column of a 6 x 6 grid has its own pull.
  std::vector<CrossedCell> cells;
  for (std::int64_t i = 0; i < 6; ++i) {
    for (std::int64_t j = 0; j < 6; ++j)
      cells.push_back({i, j, 10, i + j > 10 ? 10 : i + j});
  }
  const TwoWayRate found = two_way_rate(cells, .95).value();
  const double sum = found.first_error * found.first_error +
                     found.second_error * found.second_error - found.cell_error * found.cell_error;
  EXPECT_GT(found.standard_error, found.first_error);
  EXPECT_NEAR(found.standard_error, std::sqrt(sum), 1e-12);
}

TEST(TwoWay, WhatCannotBeIsRefused) {
  EXPECT_FALSE(two_way_rate({}, .95).ok());
  const std::vector<CrossedCell> one_group = {{0, 0, 2, 1}, {0, 1, 2, 0}};
  EXPECT_FALSE(two_way_rate(one_group, .95).ok());
  const std::vector<CrossedCell> same = {{0, 0, 2, 1}, {1, 1, 2, 1}};
  EXPECT_FALSE(two_way_rate(same, .95).ok());
  const std::vector<CrossedCell> too_many = {{0, 0, 2, 3}, {1, 1, 2, 1}};
  EXPECT_FALSE(two_way_rate(too_many, .95).ok());
}

// --- Running sums. ---

RC_GTEST_PROP(RunningRate, IsWhatAllClustersTogetherGive, ()) {
  const auto trials = *rc::gen::container<std::vector<std::pair<std::size_t, bool>>>(
      rc::gen::pair(rc::gen::inRange<std::size_t>(0, 9), rc::gen::arbitrary<bool>()));
  const auto correlation = *rc::gen::element(0.0, .3, 1.0);
  RunningRate running;
  Clusters clusters(9);
  for (const auto& [cluster, hit] : trials) {
    running.add(cluster, hit ? Trial::hit : Trial::miss);
    ++clusters[cluster].size;
    clusters[cluster].hits += hit ? 1 : 0;
  }
  const auto expected = effective_size(clusters, correlation, .95);
  const auto found = running.effective_size(correlation, .95);
  RC_ASSERT(found.ok() == expected.ok());
  if (!found.ok()) return;
  RC_ASSERT(found.value().clusters == expected.value().clusters);
  RC_ASSERT(found.value().rule == expected.value().rule);
  RC_ASSERT(std::abs(found.value().effective_n - expected.value().effective_n) < 1e-9);
  RC_ASSERT(found.value().korn_graubard.has_value() == expected.value().korn_graubard.has_value());
  const auto rate = cluster_rate(clusters, .95);
  const auto running_rate = running.cluster_rate(.95);
  RC_ASSERT(rate.ok() == running_rate.ok());
  if (rate.ok()) {
    RC_ASSERT(std::abs(rate.value().standard_error - running_rate.value().standard_error) < 1e-12);
  }
  const Interval limits = running.limits(correlation, .95).value();
  RC_ASSERT(limits.lower >= 0 && limits.lower <= limits.upper && limits.upper <= 1);
}

// golden/statistics.json, `clustered_se`.
TEST(RunningRate, GivesTheGoldenClusteredError) {
  RunningRate running;
  const std::vector<std::vector<int>> golden = {{1, 1, 0}, {0, 0, 0, 0}, {1, 0, 1, 1, 0}};
  for (std::size_t g = 0; g < golden.size(); ++g) {
    for (const int hit : golden[g])
      running.add(g, hit == 1 ? Trial::hit : Trial::miss);
  }
  EXPECT_NEAR(running.cluster_rate(.95).value().standard_error, 0.20868026668495443, 1e-12);
}

TEST(RunningRate, NoTrialsIsAnErrorNotZero) {
  EXPECT_FALSE(RunningRate().effective_size(1, .95).ok());
  EXPECT_FALSE(RunningRate().limits(1, .95).ok());
  EXPECT_FALSE(RunningRate().cluster_rate(.95).ok());
}

}  // namespace
}  // namespace truebound::stats
