// Outcomes written as tables: what comes back, and that no spreadsheet runs a cell.

#include "truebound/exchange/write_table.h"

#include <gtest/gtest.h>

#include "truebound/exchange/table.h"

namespace truebound::exchange {
namespace {

std::vector<eval::Observation> rows() {
  eval::Observation judged{.slot = 0, .suite = "s", .sample = "=1+1", .arm = "on"};
  judged.attack = "direct";
  judged.outcome = eval::make_outcome(eval::OutcomeKind::broke, "", "");
  judged.decided_by = eval::DecidedBy::judge;
  judged.judge = "rules";
  judged.truth = "held";
  judged.cluster = "k";
  eval::Observation stopped{.slot = 1, .suite = "s", .sample = "@x", .arm = "on"};
  stopped.attack = "direct";
  stopped.outcome = eval::make_outcome(eval::OutcomeKind::held, "", "");
  stopped.decided_by = eval::DecidedBy::layer;
  stopped.judge = "rules";
  stopped.layer = "words";
  eval::Observation failed{.slot = 2, .suite = "s", .sample = "c", .arm = "on"};
  failed.attack = "b64";
  failed.outcome = eval::make_outcome(eval::OutcomeKind::error, "timeout", "");
  return {judged, stopped, failed};
}

TEST(WriteTable, OutcomesJudgesTruthsAndClustersComeBackFromBothFormats) {
  for (const auto& [format, name] :
       {std::pair{TableFormat::csv, "t.csv"}, std::pair{TableFormat::jsonl, "t.jsonl"}}) {
    const auto table = read_table(write_table(rows(), format), name, {});
    ASSERT_TRUE(table.ok()) << table.error().message;
    const std::vector<eval::Observation> back = table.value().observations();
    ASSERT_EQ(back.size(), 3U);
    EXPECT_EQ(eval::kind_of(back[0].outcome), eval::OutcomeKind::broke);
    EXPECT_EQ(back[0].decided_by, eval::DecidedBy::judge);
    EXPECT_EQ(back[0].truth, "held");
    EXPECT_EQ(back[0].cluster, "k");
    EXPECT_EQ(back[1].decided_by, eval::DecidedBy::exact) << "a layer's stop has no judge error";
    EXPECT_EQ(back[1].cluster, "own:@x") << "a column of clusters must not have gaps";
    EXPECT_EQ(eval::kind_of(back[2].outcome), eval::OutcomeKind::error);
    EXPECT_FALSE(table.value().has("stratum")) << "no row has one";
  }
}

TEST(WriteTable, NoCellOfCsvIsAFormula) {
  const std::string csv = write_table(rows(), TableFormat::csv);
  EXPECT_NE(csv.find("'=1+1"), std::string::npos);
  EXPECT_NE(csv.find("'@x"), std::string::npos);
  EXPECT_EQ(csv.find(",=1+1"), std::string::npos);
  EXPECT_EQ(csv.find(",@x"), std::string::npos);
}

TEST(WriteTable, OneSampleUnderTwoAttacksIsNoDouble) {
  std::vector<eval::Observation> twice = rows();
  twice[2].sample = twice[0].sample;
  EXPECT_TRUE(read_table(write_table(twice, TableFormat::csv), "t.csv", {}).ok());
  twice[2].attack = twice[0].attack;
  EXPECT_FALSE(read_table(write_table(twice, TableFormat::csv), "t.csv", {}).ok());
}

TEST(WriteTable, WeightsThatDifferComeBackFromBothFormats) {
  std::vector<eval::Observation> weighted = rows();
  EXPECT_EQ(write_table(weighted, TableFormat::csv).find("weight"), std::string::npos);
  weighted[0].weight = .7321428571428571;
  for (const auto& [format, name] :
       {std::pair(TableFormat::csv, "t.csv"), std::pair(TableFormat::jsonl, "t.jsonl")}) {
    const TableRows read = read_table(write_table(weighted, format), name, {}).value();
    EXPECT_EQ(read.rows[0].observation.weight, weighted[0].weight) << name;
    EXPECT_EQ(read.rows[1].observation.weight, 1) << name;
  }
}

TEST(WriteTable, AScoreComesBackAsItWas) {
  std::vector<eval::Observation> rows(2);
  rows[0].sample = "a";
  rows[0].outcome = eval::Graded{"0.75"};
  rows[1].sample = "b";
  rows[1].outcome = eval::Undecided{"empty"};
  for (const auto& [format, name] :
       {std::pair(TableFormat::csv, "t.csv"), std::pair(TableFormat::jsonl, "t.jsonl")}) {
    const TableRows read = read_table(write_table(rows, format), name, {}).value();
    EXPECT_EQ(eval::number_of(read.rows[0].observation.outcome), .75) << name;
    EXPECT_EQ(eval::kind_of(read.rows[1].observation.outcome), eval::OutcomeKind::undecided);
  }
}

}  // namespace
}  // namespace truebound::exchange
