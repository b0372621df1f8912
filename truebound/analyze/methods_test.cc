#include "truebound/analyze/methods.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "truebound/stats/interval.h"

namespace truebound::analyze {
namespace {

using eval::Observation;
using Table = std::vector<Observation>;

// --- Tables written for these tests. ---

eval::Outcome outcome(std::string_view word) {
  const auto kind = from_text<eval::OutcomeKind>(word);
  TRUEBOUND_CHECK(kind.has_value(), "the tests write outcomes by their words");
  return eval::make_outcome(*kind, "reason", "");
}

// Appends `times` rows, each of a sample of its own.
void add(Table& table, int times, std::string_view word, const std::string& arm = "") {
  for (int i = 0; i < times; ++i) {
    Observation row;
    row.line = static_cast<int>(table.size()) + 2;
    row.sample = "q" + std::to_string(table.size());
    row.arm = arm;
    row.outcome = outcome(word);
    table.push_back(row);
  }
}

Table rates(int broke, int held, int error = 0) {
  Table table;
  add(table, broke, "broke");
  add(table, held, "held");
  add(table, error, "error");
  return table;
}

// One sample with epochs, the first `broke` of which broke.
void add_epochs(Table& table, const std::string& sample, int epochs, int broke) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Observation row;
    row.line = static_cast<int>(table.size()) + 2;
    row.sample = sample;
    row.epoch = epoch;
    row.outcome = outcome(epoch < broke ? "broke" : "held");
    table.push_back(row);
  }
}

void add_pairs(Table& table, int times, std::string_view first, std::string_view second) {
  for (int i = 0; i < times; ++i) {
    add(table, 1, first, "A");
    Observation partner = table.back();
    partner.arm = "B";
    partner.line = static_cast<int>(table.size()) + 2;
    partner.outcome = outcome(second);
    table.push_back(partner);
  }
}

void add_judged(Table& table, int times, const std::string& verdict, const std::string& truth) {
  for (int i = 0; i < times; ++i) {
    Observation row;
    row.line = static_cast<int>(table.size()) + 2;
    row.sample = "r" + std::to_string(table.size());
    row.verdict = verdict;
    row.truth = truth;
    table.push_back(row);
  }
}

MethodResult run(std::string_view method, const Table& table, const MethodOptions& options = {}) {
  auto result = run_method(method, table, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? result.value() : MethodResult{};
}

std::string refusal(std::string_view method, const Table& table,
                    const MethodOptions& options = {}) {
  const auto result = run_method(method, table, options);
  EXPECT_FALSE(result.ok());
  return result.ok() ? "" : result.error().message;
}

double beside(const MethodResult& result, std::string_view key) {
  const json::Value value = to_json(result);
  const json::Value* found = value.find(key);
  return found == nullptr || found->decimal() == nullptr ? std::nan("") : *found->decimal();
}

std::int64_t count(const MethodResult& result, std::string_view key) {
  const json::Value value = to_json(result);
  const json::Value* found = value.find("counts")->find(key);
  return found == nullptr || found->integer() == nullptr ? -1 : *found->integer();
}

double share(const MethodResult& result, std::string_view key) {
  const json::Value value = to_json(result);
  return *value.find("missing")->find(key)->decimal();
}

// --- Missing outcomes. Values: cases missing-o1, -o2, -o3, Clopper-Pearson by beta quantiles. ---

TEST(Methods, ErrorsLeaveTheRateAndAreBoundedBothWays) {
  for (const char* method : {"rate", "effective_n", "clopper_pearson"}) {
    const MethodResult found = run(method, rates(10, 80, 10));
    EXPECT_NEAR(*found.estimate.value, 10.0 / 90, 1e-12) << method;
    EXPECT_NEAR(found.estimate.lower, 0.054585605, 1e-9);
    EXPECT_NEAR(found.estimate.upper, 0.1948586368, 1e-9);
    EXPECT_EQ(found.estimate.counts.planned, 100);
    EXPECT_EQ(found.estimate.counts.error, 10);
    EXPECT_NEAR(share(found, "all_held"), .1, 1e-12);
    EXPECT_NEAR(share(found, "all_broke"), .2, 1e-12);
    EXPECT_NEAR(found.estimate.missing.lower, 0.0490046892215, 1e-9);
    EXPECT_NEAR(found.estimate.missing.upper, 0.291842689089, 1e-9);
  }
}

TEST(Methods, HalfMissingWidensWhatIsKnown) {
  const MethodResult found = run("clopper_pearson", rates(3, 2, 5));
  EXPECT_NEAR(*found.estimate.value, .6, 1e-12);
  EXPECT_NEAR(found.estimate.lower, 0.1466327996, 1e-9);
  EXPECT_NEAR(found.estimate.upper, 0.9472550495, 1e-9);
  EXPECT_NEAR(share(found, "all_held"), .3, 1e-12);
  EXPECT_NEAR(share(found, "all_broke"), .8, 1e-12);
}

TEST(Methods, ATableOfErrorsHasNoRate) {
  for (const Method& method : methods()) {
    if (method.columns.find("arm") != std::string_view::npos) continue;
    // Where labels are asked for, their absence is the first reason.
    if (method.columns.substr(0, method.columns.find('[')).find("truth") != std::string_view::npos)
      continue;
    const MethodResult found = run(method.name, rates(0, 0, 3), {.by = {"stratum", "persona"}});
    EXPECT_FALSE(found.estimate.value.has_value()) << method.name;
    EXPECT_EQ(found.estimate.reason, Reason::no_outcome) << method.name;
    EXPECT_EQ(found.estimate.lower, 0);
    EXPECT_EQ(found.estimate.upper, 1);
    EXPECT_TRUE(to_json(found).find("value")->is_null());
  }
}

// --- Intervals. Values: cases interval-o1 to -o5. ---

TEST(Methods, NothingAndEverythingHaveIntervalsOfSomeWidth) {
  const MethodResult none = run("clopper_pearson", rates(0, 10));
  EXPECT_EQ(none.estimate.lower, 0);
  EXPECT_NEAR(none.estimate.upper, 0.3084971078, 1e-9);
  EXPECT_NEAR(run("wilson", rates(0, 10)).estimate.upper, 0.2775327999, 1e-9);
  const MethodResult all = run("effective_n", rates(10, 0));
  EXPECT_NEAR(all.estimate.lower, 0.6915028922, 1e-9);
  EXPECT_EQ(all.estimate.upper, 1);
  EXPECT_NEAR(run("wilson", rates(10, 0)).estimate.lower, 0.7224672001, 1e-9);
}

TEST(Methods, AStandardErrorIsNotZeroBetweenZeroAndOne) {
  const MethodResult found = run("cluster_rate", rates(2, 121));
  EXPECT_NEAR(*found.estimate.value, 2.0 / 123, 1e-12);
  EXPECT_NEAR(beside(found, "standard_error"), 0.0114504527, 1e-9);
  const MethodResult exact = run("clopper_pearson", rates(2, 121));
  EXPECT_NEAR(exact.estimate.lower, 0.001975283, 1e-9);
  EXPECT_NEAR(exact.estimate.upper, 0.0575029346, 1e-9);
  const stats::Interval jeffreys = stats::jeffreys(2, 123, .95).value();
  EXPECT_EQ(run("jeffreys", rates(2, 121)).estimate.upper, jeffreys.upper);
}

Table epochs_of_ten_samples() {
  Table table;
  add_epochs(table, "u1", 5, 5);
  add_epochs(table, "u2", 5, 5);
  add_epochs(table, "u3", 5, 2);
  for (int i = 4; i <= 10; ++i)
    add_epochs(table, "u" + std::to_string(i), 5, 0);
  return table;
}

TEST(Methods, EpochsOfOneSampleAreNoIndependentRows) {
  for (const char* method : {"korn_graubard", "rate"}) {
    const MethodResult found = run(method, epochs_of_ten_samples());
    EXPECT_NEAR(*found.estimate.value, .24, 1e-12);
    EXPECT_EQ(found.estimate.n, 50);
    EXPECT_EQ(found.estimate.clusters, 10);
    EXPECT_NEAR(found.estimate.effective_n, 8.17852827, 1e-7);
    EXPECT_NEAR(found.estimate.lower, 0.02959648, 1e-7);
    EXPECT_NEAR(found.estimate.upper, 0.63705363, 1e-7);
  }
  const MethodResult robust = run("korn_graubard", epochs_of_ten_samples());
  EXPECT_NEAR(beside(robust, "standard_error"), 0.1326649916, 1e-9);
  EXPECT_NEAR(beside(robust, "design_effect"), 4.8245614035, 1e-9);
}

TEST(Methods, IndependentMethodsRefuseClusteredRowsUnlessTheListIsAllThereIs) {
  const std::string message = refusal("clopper_pearson", epochs_of_ten_samples());
  EXPECT_NE(message.find("50 rows in 10 clusters"), std::string::npos) << message;
  const MethodResult fixed =
      run("clopper_pearson", epochs_of_ten_samples(), {.estimand = eval::Estimand::fixed_set});
  EXPECT_NEAR(fixed.estimate.upper, 0.3816907481, 1e-9);
}

TEST(Methods, AClusterColumnWithGapsIsRefusedByItsLines) {
  Table table = rates(3, 3);
  for (Observation& row : table)
    row.cluster = "c" + std::to_string(row.line / 4);
  table[1].cluster.clear();
  table[4].cluster.clear();
  EXPECT_EQ(refusal("rate", table, {.table = "gaps.csv"}),
            "gaps.csv: cluster must be given in every row or in none, got none in lines 3, 6");
}

TEST(Methods, TheSpreadBetweenStrataIsNoError) {
  Table table;
  for (int stratum = 1; stratum <= 4; ++stratum) {
    const std::size_t before = table.size();
    add(table, 5 * stratum, "broke");
    add(table, 25 - 5 * stratum, "held");
    for (std::size_t i = before; i < table.size(); ++i)
      table[i].stratum = std::to_string(stratum);
  }
  const MethodResult found = run("stratified_mean", table);
  EXPECT_NEAR(*found.estimate.value, .5, 1e-12);
  EXPECT_NEAR(beside(found, "standard_error"), 0.0456435465, 1e-9);
}

TEST(Methods, WeightsAreTakenByStrataAndRefusedElsewhere) {
  Table table = rates(4, 6);
  table[2].weight = 3;
  EXPECT_NE(refusal("rate", table).find("different weights"), std::string::npos);
  EXPECT_TRUE(run("stratified_mean", table).estimate.value.has_value());
}

TEST(Methods, TheZeroFailureBoundComesWithItsTable) {
  Table table;
  for (int i = 0; i < 30; ++i)
    add_epochs(table, "s" + std::to_string(i), 10, 0);
  const MethodResult found = run("zero_failure", table);
  EXPECT_EQ(*found.estimate.value, 0);
  EXPECT_EQ(found.estimate.sides, "one");
  EXPECT_NEAR(found.estimate.upper, 0.0950338528553, 1e-9);
  EXPECT_NEAR(found.estimate.effective_n, 30, 1e-12);
  const json::Value value = to_json(found);
  const json::List& lines = *value.find("by_correlation")->list();
  ASSERT_EQ(lines.size(), 5);
  EXPECT_NEAR(*lines[0].find("upper")->decimal(), 0.009936081944457713, 1e-12);
  EXPECT_NEAR(*lines[2].find("upper")->decimal(), 1 - std::pow(.05, 3.25 / 300), 1e-12);
  EXPECT_EQ(run("zero_failure", rates(1, 9)).estimate.reason, Reason::method_refused);
}

TEST(Methods, WhatDoesNotVaryHasNoStandardErrorToShow) {
  for (const char* method : {"korn_graubard", "cluster_rate"}) {
    const MethodResult found = run(method, rates(0, 30));
    EXPECT_FALSE(found.estimate.value.has_value()) << method;
    EXPECT_EQ(found.estimate.reason, Reason::method_refused) << method;
    EXPECT_EQ(found.estimate.upper, 1) << method;
  }
}

// --- One rate at a time. ---

TEST(Methods, TwoArmsAreNotPooledIntoOneRate) {
  Table table;
  add(table, 5, "broke", "off");
  add(table, 5, "held", "on");
  EXPECT_NE(refusal("rate", table).find("got off, on; name one"), std::string::npos);
  EXPECT_EQ(*run("rate", table, {.arm = "off"}).estimate.value, 1);
  EXPECT_NE(refusal("rate", table, {.arm = "none"}).find("one of off, on"), std::string::npos);
}

TEST(Methods, HarmAndWrongfulRefusalAreNotPooled) {
  Table table = rates(2, 8);
  table[3].expect = eval::Expect::answer;
  EXPECT_NE(refusal("rate", table).find("two rates"), std::string::npos);
}

TEST(Methods, ASampleTwiceIsRefused) {
  Table table = rates(2, 8);
  table[7].sample = table[0].sample;
  EXPECT_EQ(refusal("rate", table, {.table = "t.csv"}),
            "t.csv:9: each sample once an arm and epoch, got 'q0' again, first in line 2");
}

TEST(Methods, AnUnknownMethodNamesTheNearest) {
  EXPECT_NE(refusal("clopper-pearson", rates(1, 1)).find("did you mean clopper_pearson?"),
            std::string::npos);
  EXPECT_FALSE(run_method("rate", {}, {}).ok());
  EXPECT_FALSE(run_method("rate", rates(1, 1), {.confidence = 1}).ok());
}

TEST(Methods, EachHasItsPage) {
  for (const Method& method : methods()) {
    const std::string page = "/docs/methods/" + std::string(method.name) + ".md";
    EXPECT_TRUE(std::filesystem::exists(TRUEBOUND_SOURCE + page)) << page;
  }
}

// --- Pairs. Values: cases paired-o1 and -o2. ---

TEST(Methods, PairedArmsAreComparedBySampleNotAsTwoPools) {
  Table table;
  add_pairs(table, 60, "broke", "broke");
  add_pairs(table, 18, "broke", "held");
  add_pairs(table, 6, "held", "broke");
  add_pairs(table, 36, "held", "held");
  const MethodResult found = run("mcnemar", table);
  EXPECT_EQ(found.estimate.n, 120);
  EXPECT_NEAR(*found.estimate.value, .1, 1e-12);
  EXPECT_NEAR(*found.estimate.p_value, 0.022655844688, 1e-9);
  EXPECT_NEAR(beside(found, "p_mid"), 0.01463329792, 1e-9);
  EXPECT_NEAR(found.estimate.lower, 0.018324489, 1e-9);
  EXPECT_NEAR(found.estimate.upper, 0.1783968225, 1e-9);
  EXPECT_EQ(count(found, "only_first"), 18);
  EXPECT_EQ(count(found, "only_second"), 6);
  EXPECT_EQ(count(found, "planned"), 240);
  EXPECT_FALSE(run("bonett_price", table).estimate.p_value.has_value());
}

TEST(Methods, PairingIsBySampleWhateverTheOrderAndPartnersThatLackAreNamed) {
  Table table;
  add_pairs(table, 10, "broke", "broke");
  add_pairs(table, 8, "broke", "held");
  add_pairs(table, 1, "held", "broke");
  add_pairs(table, 16, "held", "held");
  const auto by_arm = [](const Observation& a, const Observation& b) {
    return std::tie(a.arm, a.line) < std::tie(b.arm, b.line);
  };
  std::sort(table.begin(), table.end(), by_arm);
  std::reverse(table.begin() + 35, table.end());
  add(table, 2, "broke", "A");
  add(table, 3, "held", "A");
  const MethodResult found = run("mcnemar", table);
  EXPECT_EQ(found.estimate.n, 35);
  EXPECT_NEAR(*found.estimate.p_value, 0.0390625, 1e-12);
  EXPECT_NEAR(beside(found, "p_mid"), 0.021484375, 1e-12);
  EXPECT_EQ(count(found, "without_partner"), 5);
  const json::Value value = to_json(found);
  EXPECT_EQ(*value.find("without_partner")->list()->front().text(), "q70");
  // All five against the first arm, or for it: -(3) + 7 and 2 + 7 of 40.
  EXPECT_NEAR(share(found, "least"), (7.0 - 3) / 40, 1e-12);
  EXPECT_NEAR(share(found, "most"), (7.0 + 2) / 40, 1e-12);
  EXPECT_LT(found.estimate.missing.lower, found.estimate.lower);
  EXPECT_GT(found.estimate.missing.upper, *found.estimate.value);
}

TEST(Methods, APartnerWithoutOutcomeIsMissingNotHeld) {
  Table table;
  add_pairs(table, 5, "broke", "held");
  add_pairs(table, 2, "broke", "error");
  const MethodResult found = run("mcnemar", table);
  EXPECT_EQ(found.estimate.n, 5);
  EXPECT_EQ(count(found, "without_partner"), 2);
}

TEST(Methods, PairsWithoutAnySharedSampleHaveNoNumber) {
  Table table;
  add(table, 4, "broke", "A");
  add(table, 4, "held", "B");
  const MethodResult found = run("mcnemar", table);
  EXPECT_EQ(found.estimate.reason, Reason::no_pairs);
  EXPECT_EQ(found.estimate.lower, -1);
  EXPECT_FALSE(found.estimate.p_value.has_value());
}

TEST(Methods, PairsTakeTwoArmsAndOneRowASample) {
  EXPECT_NE(refusal("mcnemar", rates(3, 3)).find("two arms, got 1"), std::string::npos);
  Table table;
  add_pairs(table, 3, "broke", "held");
  Observation again = table[0];
  again.epoch = 1;
  again.line = 9;
  table.push_back(again);
  EXPECT_NE(refusal("mcnemar", table).find(":9: pairs take one row"), std::string::npos);
}

// --- Judges. Values: cases calibrate-o1 and -o2, and the worked example of
// docs/methods/lang_reiczigel.md. ---

TEST(Methods, AJudgeAtChanceCorrectsNothing) {
  Table table;
  add_judged(table, 10, "broke", "broke");
  add_judged(table, 10, "broke", "held");
  add_judged(table, 10, "held", "broke");
  add_judged(table, 10, "held", "held");
  add_judged(table, 30, "broke", "");
  add_judged(table, 70, "held", "");
  const MethodResult found = run("lang_reiczigel", table);
  EXPECT_EQ(found.estimate.reason, Reason::judge_no_better_than_chance);
  EXPECT_FALSE(found.estimate.value.has_value());
  EXPECT_DOUBLE_EQ(beside(found, "sensitivity"), .5);
  EXPECT_DOUBLE_EQ(*found.estimate.raw->value, .3);
}

TEST(Methods, WithoutLabelsThereAreJudgedCountsAndNoRate) {
  Table table;
  add_judged(table, 30, "broke", "");
  add_judged(table, 70, "held", "");
  for (const char* method : {"lang_reiczigel", "chain", "rate"}) {
    const MethodResult found = run(method, table);
    EXPECT_DOUBLE_EQ(*found.estimate.raw->value, .3) << method;
    EXPECT_EQ(found.estimate.reason, Reason::judge_not_calibrated) << method;
    EXPECT_FALSE(found.estimate.value.has_value()) << method;
    EXPECT_EQ(found.estimate.counts.broke, 30) << method;
  }
}

TEST(Methods, LabelsOfOneTruthLeaveTheOtherRateUnknown) {
  Table table;
  add_judged(table, 10, "held", "held");
  const MethodResult found = run("lang_reiczigel", table);
  const json::Value value = to_json(found);
  EXPECT_TRUE(value.find("sensitivity")->is_null());
  EXPECT_EQ(*value.find("labels")->find("held_passed")->integer(), 10);
  EXPECT_EQ(found.estimate.reason, Reason::cannot_be_calibrated);
  EXPECT_EQ(found.estimate.reason_detail, "0 broke, 10 needed");
}

Table worked_example() {
  Table table;
  add_judged(table, 101, "complied", "complied");
  add_judged(table, 11, "refused", "complied");
  add_judged(table, 79, "refused", "refused");
  add_judged(table, 9, "partial", "refused");
  add_judged(table, 41, "complied", "");
  add_judged(table, 57, "refused", "");
  add_judged(table, 1, "undecided", "");
  return table;
}

TEST(Methods, TheWorkedEstimateComesOutInItsShape) {
  Table table = worked_example();
  add_judged(table, 1, "", "");
  table.back().outcome = outcome("error");
  const MethodResult found = run("lang_reiczigel", table);
  EXPECT_NEAR(*found.estimate.value, 0.395359, 5e-7);
  EXPECT_NEAR(found.estimate.lower, 0.258197, 5e-7);
  EXPECT_NEAR(found.estimate.upper, 0.528696, 5e-7);
  EXPECT_EQ(found.estimate.n, 98);
  EXPECT_NEAR(found.estimate.raw->lower, 0.319462, 5e-7);
  EXPECT_NEAR(found.estimate.raw->upper, 0.522341, 5e-7);
  EXPECT_EQ(found.estimate.judge->sensitivity, (std::vector<std::int64_t>{101, 112}));
  EXPECT_EQ(found.estimate.judge->specificity, (std::vector<std::int64_t>{79, 88}));
  const eval::Counts& counts = found.estimate.counts;
  EXPECT_EQ(counts.planned, 100);
  EXPECT_EQ(counts.broke, 41);
  EXPECT_EQ(counts.held, 57);
  EXPECT_EQ(counts.undecided, 1);
  EXPECT_EQ(counts.error, 1);
}

TEST(Methods, AWordThatIsNoVerdictIsRefusedByItsLine) {
  Table table = worked_example();
  table[4].truth = "maybe";
  EXPECT_NE(refusal("lang_reiczigel", table).find("table:6: expected broke, held or one of"),
            std::string::npos);
}

// A column `judge` may hold the judge's word where the table has no outcome, or its name.
TEST(Methods, TheJudgesColumnIsItsWordOrItsName) {
  Table words = worked_example();
  Table names = worked_example();
  for (Observation& row : words)
    row.judge = std::exchange(row.verdict, "");
  for (Observation& row : names) {
    const bool undecided = row.verdict == "undecided";
    const bool flagged = row.verdict == "complied" || row.verdict == "partial";
    row.outcome = outcome(undecided ? "undecided" : flagged ? "broke" : "held");
    row.decided_by = eval::DecidedBy::judge;
    row.judge = "refusal";
    row.verdict.clear();
  }
  for (const Table& table : {words, names}) {
    const MethodResult found = run("lang_reiczigel", table);
    EXPECT_NEAR(*found.estimate.value, 0.395359, 5e-7);
    EXPECT_EQ(found.estimate.counts.undecided, 1);
    EXPECT_EQ(to_json(run("chain", table)).find("parts")->find("missing")->integer()[0], 1);
  }
  EXPECT_EQ(run("lang_reiczigel", words).estimate.judge->identity, "");
  EXPECT_EQ(run("lang_reiczigel", names).estimate.judge->identity, "refusal");
}

TEST(Methods, APairedDifferenceOfJudgedOutcomesIsCalledSo) {
  Table table;
  add_pairs(table, 5, "broke", "held");
  EXPECT_FALSE(*to_json(run("mcnemar", table)).find("as_judged")->boolean());
  for (Observation& row : table)
    row.decided_by = eval::DecidedBy::judge;
  EXPECT_TRUE(*to_json(run("mcnemar", table)).find("as_judged")->boolean());
}

// Case this-run of golden/chain.json: all 24 flagged labeled (14 broke), 76 of 276 passed (1
// broke).
TEST(Methods, TheChainTakesLabelsOfItsOwnRows) {
  Table table;
  add_judged(table, 14, "broke", "broke");
  add_judged(table, 10, "broke", "held");
  add_judged(table, 1, "held", "broke");
  add_judged(table, 75, "held", "held");
  add_judged(table, 200, "held", "");
  const MethodResult found = run("chain", table);
  EXPECT_NEAR(*found.estimate.value, 0.0587719298246, 1e-9);
  EXPECT_NEAR(found.estimate.lower, 0.032952946211, 1e-9);
  EXPECT_NEAR(found.estimate.upper, 0.114867358911, 1e-9);
  const json::Value value = to_json(found);
  EXPECT_EQ(*value.find("parts")->find("passed")->integer(), 276);
  EXPECT_EQ(value.find("moves")->list()->size(), 3);
}

}  // namespace
}  // namespace truebound::analyze
