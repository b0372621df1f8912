// From observations to estimates: cells, clusters, who decided, what is missing.

#include "truebound/analyze/design.h"

#include <gtest/gtest.h>

namespace truebound::analyze {
namespace {

using eval::DecidedBy;
using eval::Observation;

Observation seen(const std::string& sample, const std::string& arm, eval::Outcome outcome,
                 DecidedBy by = DecidedBy::exact) {
  Observation row;
  row.sample = sample;
  row.arm = arm;
  row.outcome = std::move(outcome);
  row.decided_by = by;
  return row;
}

Estimate estimate_of(const std::vector<Observation>& rows) {
  return estimate("rate", select(rows, {}), {}, {}).value();
}

std::vector<Observation> rows_of(int broke, int held, int errors) {
  std::vector<Observation> rows;
  int next = 0;
  const auto add = [&](int times, const eval::Outcome& outcome) {
    for (int i = 0; i < times; ++i)
      rows.push_back(seen(std::to_string(next++), "a", outcome));
  };
  add(broke, eval::Broke{});
  add(held, eval::Held{});
  add(errors, eval::Failed{"timeout"});
  return rows;
}

TEST(Estimate, ErrorsLeaveTheRateAndAreBoundedBothWays) {
  const Estimate rate = estimate_of(rows_of(3, 2, 5));
  EXPECT_DOUBLE_EQ(*rate.value, 0.6);
  EXPECT_EQ(rate.counts.planned, 10);
  EXPECT_EQ(rate.counts.error, 5);
  EXPECT_LT(rate.missing.lower, 0.3);
  EXPECT_GT(rate.missing.upper, 0.8);
}

TEST(Estimate, ARunInWhichAllFailedHasNoRate) {
  const Estimate rate = estimate_of(rows_of(0, 0, 3));
  EXPECT_FALSE(rate.value.has_value());
  EXPECT_EQ(rate.reason, Reason::no_outcome);
  EXPECT_EQ(rate.lower, 0);
  EXPECT_EQ(rate.upper, 1);
}

TEST(Estimate, AJudgeWithoutLabelsGivesCountsAndNoRate) {
  std::vector<Observation> rows;
  for (int i = 0; i < 20; ++i) {
    rows.push_back(seen(std::to_string(i), "a", i < 5 ? eval::Outcome(eval::Broke{}) : eval::Held{},
                        DecidedBy::judge));
  }
  const Estimate rate = estimate_of(rows);
  EXPECT_FALSE(rate.value.has_value());
  EXPECT_EQ(rate.reason, Reason::judge_not_calibrated);
  ASSERT_TRUE(rate.raw.has_value());
  EXPECT_EQ(rate.raw->flagged, 5);
  EXPECT_EQ(rate.raw->judged, 20);
  EXPECT_EQ(rate.bound_below, 1);
  EXPECT_DOUBLE_EQ(rate.effective_n, 20);
}

TEST(Estimate, EpochsOfOneSampleAreOneCluster) {
  std::vector<Observation> rows;
  for (int sample = 0; sample < 10; ++sample) {
    for (int epoch = 0; epoch < 5; ++epoch) {
      rows.push_back(seen(std::to_string(sample), "a", eval::Held{}));
      rows.back().epoch = epoch;
    }
  }
  const Estimate rate = estimate_of(rows);
  EXPECT_EQ(rate.n, 50);
  EXPECT_DOUBLE_EQ(rate.effective_n, 10);
  EXPECT_EQ(rate.clusters, 10);
}

TEST(Comparison, PairsAreFoundBySampleAndTheRestIsCounted) {
  std::vector<Observation> rows;
  for (const char* sample : {"1", "2", "3", "4"})
    rows.push_back(seen(sample, "off", eval::Broke{}));
  rows.push_back(seen("3", "on", eval::Held{}));
  rows.push_back(seen("1", "on", eval::Broke{}));
  rows.push_back(seen("2", "on", eval::Undecided{"empty"}));
  const Comparison comparison = compare_arms(select(rows, {}), "off", "on", 0.95).value();
  EXPECT_EQ(comparison.both_broke, 1);
  EXPECT_EQ(comparison.only_first, 1);
  EXPECT_EQ(comparison.only_second, 0);
  EXPECT_EQ(comparison.without_partner, 2);
  EXPECT_DOUBLE_EQ(*comparison.difference, 0.5);
}

// Ten clusters of two samples: one arm loses one answer of seven of them, the other none.
TEST(Comparison, WhetherWhatIsMissingDependsOnTheArmIsTestedOverClusters) {
  std::vector<Observation> rows;
  for (int i = 0; i < 20; ++i) {
    for (const char* arm : {"off", "on"}) {
      const bool is_lost = arm == std::string("on") && i % 2 == 0 && i < 14;
      rows.push_back(seen(std::to_string(i), arm,
                          is_lost ? eval::Outcome(eval::Failed{"timeout"}) : eval::Held{}));
      rows.back().cluster = "c" + std::to_string(i / 2);
    }
  }
  const Comparison unequal = compare_arms(select(rows, {}), "off", "on", 0.95).value();
  EXPECT_EQ(unequal.missing_first, 0);
  EXPECT_EQ(unequal.missing_second, 7);
  EXPECT_DOUBLE_EQ(*unequal.p_missing, 2.0 / 128);
  for (Observation& row : rows)
    row.outcome = eval::Held{};
  EXPECT_FALSE(compare_arms(select(rows, {}), "off", "on", 0.95).value().p_missing);
}

}  // namespace
}  // namespace truebound::analyze
