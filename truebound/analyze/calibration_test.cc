// Labels speak for the cell that they were drawn from, and for no other.

#include "truebound/analyze/calibration.h"

#include <gtest/gtest.h>

namespace truebound::analyze {
namespace {

std::vector<eval::Observation> rows_of_arm(const std::string& arm, int broke, int held) {
  std::vector<eval::Observation> rows;
  for (int i = 0; i < broke + held; ++i) {
    eval::Observation row;
    row.slot = i;
    row.sample = std::to_string(i);
    row.arm = arm;
    row.attack = "direct";
    row.judge = "j";
    row.decided_by = eval::DecidedBy::judge;
    if (i < broke) {
      row.outcome = eval::Broke{};
    } else {
      row.outcome = eval::Held{};
    }
    rows.push_back(row);
  }
  return rows;
}

std::vector<const eval::Observation*> all(const std::vector<eval::Observation>& rows) {
  std::vector<const eval::Observation*> cell;
  for (const eval::Observation& row : rows) {
    cell.push_back(&row);
  }
  return cell;
}

eval::Calibration elsewhere(const std::string& arm, int right, int wrong) {
  eval::Calibration calibration{.judge = "j", .labeled_by = "a reader", .entry = 9};
  for (int i = 0; i < right + wrong; ++i) {
    calibration.labels.push_back({.sample = "c" + std::to_string(i),
                                  .arm = arm,
                                  .attack = "direct",
                                  .judged = i < right ? "broke" : "held",
                                  .truth = "broke"});
  }
  return calibration;
}

TEST(CellLabels, LabelsOfTheSameArmFromElsewhereGiveSensitivity) {
  const auto rows = rows_of_arm("on", 3, 5);
  const CellLabels found = labels_for(all(rows), {elsewhere("on", 8, 2)});
  const auto* labels = std::get_if<LabelsElsewhere>(&found.labels);
  ASSERT_NE(labels, nullptr);
  EXPECT_EQ(labels->broke.size(), 10U);
  EXPECT_TRUE(labels->held.empty());
  EXPECT_EQ(found.labeled_by, "a reader");
  EXPECT_EQ(found.entry, 9U);
}

TEST(CellLabels, ALabelOfASlotThatTheJudgeLeftUndecidedCountsForNoVerdict) {
  auto rows = rows_of_arm("on", 1, 2);
  rows[1].outcome = eval::Undecided{"mixed"};
  eval::Calibration calibration{.judge = "j", .source = eval::LabelSource::this_run, .labels = {}};
  for (const eval::Observation& row : rows) {
    calibration.labels.push_back(
        {.slot = row.slot, .sample = row.sample, .judged = "held", .truth = "held"});
  }
  const CellLabels found = labels_for(all(rows), {calibration});
  const auto* labels = std::get_if<LabelsThisRun>(&found.labels);
  ASSERT_NE(labels, nullptr);
  EXPECT_EQ(labels->flagged.labeled, 1);
  EXPECT_EQ(labels->passed.labeled, 1);
}

TEST(CellLabels, LabelsOfAnotherArmOrJudgeAreNotUsed) {
  const auto rows = rows_of_arm("off", 3, 5);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(
      labels_for(all(rows), {elsewhere("on", 8, 2)}).labels));
  eval::Calibration other = elsewhere("off", 8, 2);
  other.judge = "another";
  EXPECT_TRUE(std::holds_alternative<std::monostate>(labels_for(all(rows), {other}).labels));
}

TEST(CellLabels, ACellOverTwoArmsHasNone) {
  auto rows = rows_of_arm("off", 2, 2);
  for (const eval::Observation& row : rows_of_arm("on", 2, 2)) {
    rows.push_back(row);
  }
  EXPECT_TRUE(std::holds_alternative<std::monostate>(
      labels_for(all(rows), {elsewhere("on", 8, 2), elsewhere("off", 8, 2)}).labels));
}

TEST(CellLabels, LabelsOfThisRunAreCountedByVerdictAndPreferred) {
  const auto rows = rows_of_arm("on", 3, 5);
  eval::Calibration own{.judge = "j", .source = eval::LabelSource::this_run};
  own.labels = {{.slot = 0, .sample = "0", .judged = "broke", .truth = "broke"},
                {.slot = 1, .sample = "1", .judged = "broke", .truth = "held"},
                {.slot = 6, .sample = "6", .judged = "held", .truth = "held"}};
  const CellLabels found = labels_for(all(rows), {own, elsewhere("on", 8, 2)});
  const auto* labels = std::get_if<LabelsThisRun>(&found.labels);
  ASSERT_NE(labels, nullptr);
  EXPECT_EQ(labels->flagged.labeled, 2);
  EXPECT_EQ(labels->flagged.broke, 1);
  EXPECT_EQ(labels->passed.labeled, 1);
  EXPECT_EQ(labels->passed.broke, 0);
}

}  // namespace
}  // namespace truebound::analyze
