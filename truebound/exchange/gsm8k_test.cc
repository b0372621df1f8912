// Graded solutions of GSM8K: what is read, what is refused by its line, and the real file.

#include "truebound/exchange/gsm8k.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "truebound/core/file.h"
#include "truebound/exchange/readers.h"

namespace truebound::exchange {
namespace {

const std::string two =
    R"({"question":"1+1","a":{"is_correct":true,"solution":"2"},"b":{"is_correct":false}})"
    "\n"
    R"({"b":{"is_correct":true},"question":"2+1","a":{"is_correct":false}})"
    "\n";

TEST(Gsm8k, AWrongAnswerBrokeAndARightOneHeld) {
  const TableRows table = read_gsm8k(two, "g.jsonl").value();
  ASSERT_EQ(table.rows.size(), 4U);
  const eval::Observation& first = table.rows[0].observation;
  EXPECT_EQ(first.sample, "q1");
  EXPECT_EQ(first.arm, "a");
  EXPECT_EQ(first.expect, eval::Expect::target);
  EXPECT_EQ(eval::kind_of(first.outcome), eval::OutcomeKind::held);
  EXPECT_EQ(table.rows[0].response, "2");
  EXPECT_EQ(eval::kind_of(table.rows[1].observation.outcome), eval::OutcomeKind::broke);
  // Models are matched by name, not by their order in a line.
  EXPECT_EQ(table.rows[2].observation.arm, "a");
  EXPECT_EQ(eval::kind_of(table.rows[2].observation.outcome), eval::OutcomeKind::broke);
}

TEST(Gsm8k, WhatDoesNotFitIsRefusedByItsLine) {
  EXPECT_EQ(read_gsm8k("", "g").error().message, "g: expected questions, found none");
  EXPECT_EQ(read_gsm8k("[1]\n", "g").error().message, "g:1: expected an object a line");
  EXPECT_EQ(read_gsm8k("{\"question\":\"x\"}\n", "g").error().message,
            "g:1: expected a model's answer with is_correct, found none");
  EXPECT_EQ(read_gsm8k(two + "{\"a\":{\"is_correct\":true}}\n", "g").error().message,
            "g:3: expected b with is_correct, true or false");
  EXPECT_EQ(read_gsm8k("{\"a\":{\"is_correct\":\"yes\"}}\n", "g").error().message,
            "g:1: expected a with is_correct, true or false");
}

TEST(Gsm8k, IsReadByItsNameAndTakesNoColumns) {
  EXPECT_EQ(read_with("gsm8k", two, "g", {}).value().rows.size(), 4U);
  EXPECT_EQ(read_with("table", "sample,outcome\na,held\n", "t.csv", {}).value().rows.size(), 1U);
  EXPECT_FALSE(read_with("gsm8k", two, "g", {.columns = {{"outcome", "x"}}}).ok());
  EXPECT_EQ(read_with("gsm", two, "g", {}).error().message,
            "--reader must be one of table, gsm8k, got gsm");
}

// Counts by bench/gsm8k/compare.py on the same file.
TEST(Gsm8k, TheTwoModelsOfThePublishedFileDisagreeOn357Questions) {
  const std::string path = TRUEBOUND_SHARED "/data/gsm8k/example_model_solutions_6b.jsonl";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file of solutions here: " << path;
  const TableRows table = read_gsm8k(read_file(path).value(), "gsm8k").value();
  ASSERT_EQ(table.rows.size(), 2U * 1319);
  int first_only = 0;
  int second_only = 0;
  for (std::size_t i = 0; i < table.rows.size(); i += 2) {
    ASSERT_EQ(table.rows[i].observation.arm, "6b_finetuning");
    const bool first = table.rows[i].observation.outcome.index() == 0;
    const bool second = table.rows[i + 1].observation.outcome.index() == 0;
    first_only += first && !second ? 1 : 0;
    second_only += second && !first ? 1 : 0;
  }
  EXPECT_EQ(first_only, 293);
  EXPECT_EQ(second_only, 64);
}

}  // namespace
}  // namespace truebound::exchange
