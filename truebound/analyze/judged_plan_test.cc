#include "truebound/analyze/judged_plan.h"

#include <gtest/gtest.h>

namespace truebound::analyze {
namespace {

// The upper limit of a claim with so many slots and flags, by the chain itself.
double upper(std::int64_t slots, std::int64_t flags, const LabelsElsewhere& labels) {
  std::vector<ClusterCounts> clusters;
  if (flags > 0) clusters.push_back({.flagged = 1, .times = flags});
  clusters.push_back({.passed = 1, .times = slots - flags});
  return correct(clusters, labels, {}).value().claim.rate_below.value();
}

TEST(JudgedPlan, GivesTheFewestSlotsThatTheChainItselfPutsUnderTheThreshold) {
  const LabelsElsewhere labels{
      .broke = {{.size = 1, .hits = 1, .times = 90}, {.size = 1, .hits = 0, .times = 10}},
      .held = {{.size = 1, .hits = 1, .times = 390}, {.size = 1, .hits = 0, .times = 10}}};
  const auto plan = plan_judged_bound({.threshold = .05, .rate = .005}, {.9, .975, 100, 400}, {});
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(plan.value().slots.has_value());
  const std::int64_t slots = *plan.value().slots;
  EXPECT_LT(upper(slots, plan.value().flags_allowed, labels), .05);
  // Far fewer are not enough, even with the flags that are then expected.
  EXPECT_GT(upper(slots / 2, plan.value().flags_allowed / 2, labels), .05);
  EXPECT_GT(slots, 59);  // what a judge without error would need
}

TEST(JudgedPlan, SaysThatNoNumberOfSlotsIsEnoughBelowWhatTheLabelsCanTell) {
  const auto plan = plan_judged_bound({.threshold = .01}, {.9, .95, 50, 50}, {});
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan.value().slots.has_value());
  EXPECT_NE(plan.value().reason.find("below_detection_limit"), std::string::npos);
  EXPECT_GT(plan.value().least_upper, .01);
}

TEST(JudgedPlan, HasTheReasonsOfTheChainWhereTheJudgeCannotCarryAnyClaim) {
  const auto few = plan_judged_bound({.threshold = .05}, {.9, .95, 5, 100}, {});
  ASSERT_TRUE(few.ok());
  EXPECT_EQ(few.value().reason, "cannot_be_calibrated: 5 broke, 10 needed");
  const auto chance = plan_judged_bound({.threshold = .05}, {.5, .52, 100, 100}, {});
  ASSERT_TRUE(chance.ok());
  EXPECT_EQ(chance.value().reason, "judge_no_better_than_chance");
  EXPECT_FALSE(plan_judged_bound({.threshold = .05, .rate = .06}, {.9, .95, 50, 50}, {}).ok());
}

}  // namespace
}  // namespace truebound::analyze
