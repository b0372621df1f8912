// A difference from a version before carries the errors of both rates.

#include "truebound/analyze/difference.h"

#include <cmath>

#include <gtest/gtest.h>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

std::vector<eval::Observation> rows(int samples, int broke, int missing = 0) {
  std::vector<eval::Observation> list;
  for (int i = 0; i < samples; ++i) {
    eval::Observation seen{.suite = "s", .sample = std::to_string(i)};
    seen.decided_by = eval::DecidedBy::exact;
    seen.outcome = i < broke ? eval::Outcome(eval::Broke{}) : eval::Outcome(eval::Held{});
    if (i >= samples - missing) seen.outcome = eval::Failed{"timeout"};
    list.push_back(seen);
  }
  return list;
}

Version version(const std::vector<eval::Observation>& list) {
  return {.cell = select(list, {}), .calibrations = {}};
}

TEST(Difference, LimitsAreTheRootOfTheSquaredWaysOfBothRates) {
  const auto now = rows(200, 12);
  const auto before = rows(200, 10);
  const Estimate rate_now = estimate("now", select(now, {}), {}, {}).value();
  const Estimate rate_before = estimate("before", select(before, {}), {}, {}).value();
  const Estimate result = difference_from_before("d", version(now), version(before), {}).value();
  EXPECT_NEAR(*result.value, 0.01, 1e-12);
  EXPECT_NEAR(result.upper, 0.01 + std::hypot(rate_now.upper - 0.06, 0.05 - rate_before.lower),
              1e-12);
  EXPECT_NEAR(result.lower, 0.01 - std::hypot(0.06 - rate_now.lower, rate_before.upper - 0.05),
              1e-12);
  EXPECT_EQ(result.n, 200);
  EXPECT_EQ(result.method, "mover_difference");
}

TEST(Difference, OnlySamplesThatBothVersionsWereAskedCount) {
  const auto now = rows(200, 12);
  const auto before = rows(150, 10);
  const Estimate result = difference_from_before("d", version(now), version(before), {}).value();
  EXPECT_EQ(result.n, 150);
  EXPECT_NEAR(*result.value, 12.0 / 150 - 10.0 / 150, 1e-12);
}

TEST(Difference, WhatIsMissingIsReadAgainstTheClaimOnBothSides) {
  const auto whole = rows(200, 10);
  const auto gaps = rows(200, 10, 20);
  const auto plain = difference_from_before("d", version(whole), version(whole), {}).value();
  const auto now_gaps = difference_from_before("d", version(gaps), version(whole), {}).value();
  EXPECT_GT(now_gaps.bound_below, plain.bound_below + .09);
  EXPECT_NEAR(now_gaps.missing.lower, plain.missing.lower, 1e-12);
  // Those that are missing before would have held, as they did in the whole.
  const auto before_gaps = difference_from_before("d", version(whole), version(gaps), {}).value();
  EXPECT_NEAR(before_gaps.bound_below, plain.bound_below, 1e-12);
  EXPECT_LT(before_gaps.missing.lower, plain.missing.lower - .09);
}

TEST(Difference, WithoutARateOnOneSideThereIsNoDifference) {
  auto judged = rows(50, 10);
  for (eval::Observation& row : judged) {
    row.decided_by = eval::DecidedBy::judge;
    row.judge = "j";
  }
  const auto exact = rows(50, 10);
  const Estimate result = difference_from_before("d", version(exact), version(judged), {}).value();
  EXPECT_FALSE(result.value.has_value());
  EXPECT_EQ(result.reason, Reason::judge_not_calibrated);
  EXPECT_EQ(result.reason_detail, "before: judge_not_calibrated");
  EXPECT_EQ(result.bound_below, 1);
}

TEST(Difference, AnAttackThatOnlyOneVersionWasPutToDoesNotCount) {
  auto before = rows(60, 0);
  const auto attacked = rows(60, 60);
  for (eval::Observation row : attacked) {
    row.attack = "role_play";
    before.push_back(row);
  }
  const auto now = rows(60, 15);
  const Estimate result = difference_from_before("d", version(now), version(before), {}).value();
  EXPECT_NEAR(*result.value, .25, 1e-12);
  EXPECT_EQ(result.n, 60);
}

TEST(Difference, LabelsOfWhatIsNotComparedAreLeftOutWithIt) {
  const auto judged = [](int samples) {
    auto list = rows(samples, samples / 2);
    for (eval::Observation& row : list) {
      row.decided_by = eval::DecidedBy::judge;
      row.judge = "j";
      row.slot = std::stoll(row.sample);
    }
    return list;
  };
  const auto before = judged(40);
  const auto now = rows(10, 5);
  eval::Calibration all{.judge = "j", .source = eval::LabelSource::this_run, .labels = {}};
  for (const eval::Observation& row : before) {
    all.labels.push_back({.slot = row.slot,
                          .sample = row.sample,
                          .judged = std::string(to_text(eval::kind_of(row.outcome))),
                          .truth = std::string(to_text(eval::kind_of(row.outcome)))});
  }
  const Version labeled{.cell = select(before, {}), .calibrations = {all}};
  const auto compared = difference_from_before("d", version(now), labeled, {});
  ASSERT_TRUE(compared.ok()) << compared.error().message;
  eval::Calibration others = all;
  std::erase_if(others.labels, [](const eval::Label& label) { return *label.slot < 10; });
  const Version elsewhere{.cell = select(before, {}), .calibrations = {others}};
  EXPECT_FALSE(difference_from_before("d", version(now), elsewhere, {}).value().value.has_value());
}

}  // namespace
}  // namespace truebound::analyze
