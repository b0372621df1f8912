#include "truebound/analyze/allocation.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "truebound/stats/allocation.h"

namespace truebound::analyze {
namespace {

// Clusters of two slots, alternating between strata.
AllocationDesign design_of(std::int64_t clusters) {
  AllocationDesign design{.explore = .5, .round = 10, .seed = std::string(64, 'a')};
  for (std::int64_t i = 0; i < clusters; ++i) {
    design.strata[i % 2 == 0 ? "calm" : "wild"].push_back({.first = 2 * i, .count = 2});
  }
  return design;
}

eval::Observation outcome(std::int64_t slot, const eval::Outcome& what) {
  eval::Observation seen{.slot = slot};
  seen.outcome = what;
  return seen;
}

// What each stratum shows is fixed: the calm one holds, of the wild one every second cluster
// breaks.
void answer(const Round& round, Allocation& allocation) {
  for (const ClusterSlots& cluster : round.clusters) {
    const bool is_wild = cluster.first % 4 == 2;
    const bool broke = is_wild && cluster.first % 8 == 2;
    for (std::int64_t slot = cluster.first; slot < cluster.first + cluster.count; ++slot)
      allocation.take(outcome(slot, broke ? eval::Outcome(eval::Broke{}) : eval::Held{}));
  }
}

TEST(Allocation, TheFirstRoundFollowsTheShares) {
  Allocation allocation = Allocation::of(design_of(100)).value();
  const auto round = allocation.draw().value();
  ASSERT_TRUE(round);
  EXPECT_EQ(round->number, 1);
  EXPECT_EQ(round->clusters.size(), 10U);
  EXPECT_NEAR(round->propensities.at("calm"), .5, 1e-12);
  EXPECT_NEAR(allocation.weight_of(round->clusters[0].first + 1), 1, 1e-12);
}

TEST(Allocation, MoreIsDrawnWhereOutcomesVaryAndNoStratumIsLeftOut) {
  Allocation allocation = Allocation::of(design_of(400)).value();
  for (int i = 0; i < 4; ++i)
    answer(*allocation.draw().value(), allocation);
  const Round late = *allocation.draw().value();
  EXPECT_GT(late.propensities.at("wild"), .6);
  EXPECT_GE(late.propensities.at("calm"), .25);
  EXPECT_NEAR(late.propensities.at("wild") + late.propensities.at("calm"), 1, 1e-12);
  for (const ClusterSlots& cluster : late.clusters) {
    const double chance = late.propensities.at(cluster.first % 4 == 2 ? "wild" : "calm");
    EXPECT_NEAR(allocation.weight_of(cluster.first), .5 / chance, 1e-12);
    EXPECT_LE(allocation.weight_of(cluster.first), 2);
  }
}

TEST(Allocation, TheSameOutcomesDrawTheSameRoundsAndNoClusterTwice) {
  Allocation first = Allocation::of(design_of(300)).value();
  Allocation again = Allocation::of(design_of(300)).value();
  std::set<std::int64_t> seen;
  while (const auto round = first.draw().value()) {
    const auto other = again.draw().value();
    ASSERT_TRUE(other);
    EXPECT_EQ(round->propensities, other->propensities);
    for (std::size_t i = 0; i < round->clusters.size(); ++i) {
      EXPECT_EQ(round->clusters[i].first, other->clusters[i].first);
      EXPECT_TRUE(seen.insert(round->clusters[i].first).second);
    }
    answer(*round, first);
    answer(*other, again);
  }
  // It ends with the wild stratum's last cluster, before the calm one's.
  EXPECT_GT(seen.size(), 150U);
  EXPECT_LT(seen.size(), 300U);
  EXPECT_FALSE(first.draw().value());
}

// The mean over many seeds of the weighted rate is that of the whole; the plain one leans towards
// the stratum that is drawn more.
TEST(Allocation, WeightsTakeTheLeanOutOfTheRate) {
  double weighted = 0;
  double plain = 0;
  constexpr int seeds = 300;
  for (int seed = 0; seed < seeds; ++seed) {
    AllocationDesign design = design_of(2000);
    design.seed = "seed " + std::to_string(seed);
    Allocation allocation = Allocation::of(design).value();
    double broke = 0;
    double broke_weighted = 0;
    double clusters = 0;
    for (int i = 0; i < 12; ++i) {
      const Round round = *allocation.draw().value();
      answer(round, allocation);
      for (const ClusterSlots& cluster : round.clusters) {
        const double hit = cluster.first % 8 == 2 ? 1 : 0;
        broke += hit;
        broke_weighted += hit * allocation.weight_of(cluster.first);
        clusters += 1;
      }
    }
    plain += broke / clusters / seeds;
    weighted += broke_weighted / clusters / seeds;
  }
  EXPECT_NEAR(weighted, .25, .006);
  EXPECT_GT(plain, .3);
}

TEST(Allocation, WhatCannotBeDrawnFromIsRefused) {
  EXPECT_FALSE(Allocation::of({.seed = "s"}).ok());
  AllocationDesign design = design_of(10);
  design.round = 0;
  EXPECT_FALSE(Allocation::of(design).ok());
  design = design_of(10);
  design.explore = 0;
  EXPECT_FALSE(Allocation::of(design).ok());
  EXPECT_FALSE(stats::allocation({}, .5).ok());
  EXPECT_FALSE(
      stats::allocation(std::vector<stats::StratumSeen>{{.share = 1, .hits = 2, .trials = 1}}, .5)
          .ok());
}

}  // namespace
}  // namespace truebound::analyze
