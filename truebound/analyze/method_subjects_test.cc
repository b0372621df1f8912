// Methods of sequences, tries, labels, raters and change on small tables, as `truebound stats` runs
// them. Values: cases tries-o1, tries-o2 and attack-o5; golden/statistics.json; or by hand.

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "truebound/analyze/methods.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/two_phase.h"

namespace truebound::analyze {
namespace {

using Table = std::vector<eval::Observation>;

struct Row {
  std::string sample;
  std::string outcome = "held";
  std::string arm;
  std::int64_t epoch = 0;
  std::string stratum;
  std::string judge;
  std::string truth;
  std::string objective;
  std::int64_t queries = 0;
};

void add(Table& table, const Row& row) {
  eval::Observation seen;
  seen.line = static_cast<int>(table.size()) + 2;
  seen.sample = row.sample.empty() ? "row-" + std::to_string(table.size()) : row.sample;
  seen.arm = row.arm;
  seen.epoch = row.epoch;
  seen.stratum = row.stratum;
  seen.judge = row.judge;
  seen.truth = row.truth;
  seen.objective = row.objective;
  seen.queries = row.queries;
  seen.decided_by = row.judge.empty() ? eval::DecidedBy::exact : eval::DecidedBy::judge;
  const auto kind = from_text<eval::OutcomeKind>(row.outcome);
  TRUEBOUND_CHECK(kind.has_value(), "the tests write outcomes by their words");
  seen.outcome = eval::make_outcome(*kind, "reason", "");
  table.push_back(seen);
}

void add(Table& table, int times, const Row& row) {
  for (int i = 0; i < times; ++i)
    add(table, row);
}

MethodResult run(std::string_view method, const Table& table, const MethodOptions& options = {}) {
  auto result = run_method(method, table, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? result.value() : MethodResult{};
}

std::string refusal(std::string_view method, const Table& table,
                    const MethodOptions& options = {}) {
  const auto result = run_method(method, table, options);
  return result.ok() ? "no refusal" : result.error().message;
}

// A member by its path: "asr_at_k/2".
json::Value at(const MethodResult& result, std::string path) {
  json::Value value = to_json(result);
  for (path += '/'; !path.empty(); path.erase(0, path.find('/') + 1)) {
    const json::Value* found = value.find(path.substr(0, path.find('/')));
    if (found == nullptr) return "absent";
    value = json::Value(*found);
  }
  return value;
}

double number(const MethodResult& result, const std::string& path) {
  const json::Value value = at(result, path);
  if (value.decimal() != nullptr) return *value.decimal();
  return value.integer() != nullptr ? static_cast<double>(*value.integer()) : std::nan("");
}

Table coin(int broke, int held) {
  Table table;
  add(table, broke, {.outcome = "broke"});
  add(table, held, {.outcome = "held"});
  return table;
}

// --- Sequences. ---

TEST(MethodSequential, ASequenceHoldsAtEveryRow) {
  const MethodResult found = run("confidence_sequence", coin(5, 95));
  EXPECT_NEAR(*found.estimate.value, .05, 1e-12);
  EXPECT_NEAR(found.estimate.lower, 0.007149478932596926, 1e-9);
  EXPECT_NEAR(found.estimate.upper, 0.1557944435406063, 1e-9);
  EXPECT_LT(number(found, "one_sided/upper"), found.estimate.upper);
  Table gaps = coin(5, 95);
  add(gaps, 20, {.outcome = "error"});
  const MethodResult wider = run("confidence_sequence", gaps);
  EXPECT_EQ(wider.estimate.lower, found.estimate.lower);
  EXPECT_GT(wider.estimate.missing.upper, found.estimate.upper);
  EXPECT_LT(wider.estimate.missing.lower, found.estimate.lower);
}

TEST(MethodSequential, AnEProcessSpeaksAgainstBothSidesOfAThreshold) {
  const MethodResult found = run("e_process", coin(7, 93), {.threshold = .01});
  EXPECT_NEAR(*found.estimate.statistic, 6.678060505055938, 1e-9);
  EXPECT_TRUE(*at(found, "against_at_most/rejected").boolean());
  EXPECT_FALSE(*at(found, "against_at_least/rejected").boolean());
  EXPECT_TRUE(*at(run("e_process", coin(0, 900), {.threshold = .01}), "against_at_least/rejected")
                   .boolean());
  EXPECT_EQ(refusal("e_process", coin(1, 2)), "stats: e_process needs --threshold");
  EXPECT_NE(refusal("e_process", coin(1, 2), {.threshold = 1}).find("(0, 1)"), std::string::npos);
}

TEST(MethodSequential, ATestStopsAtTheFirstAnswer) {
  const MethodOptions aim{.threshold = .01, .alternative = .05};
  const MethodResult bad = run("sprt", coin(3, 40), aim);
  EXPECT_EQ(*at(bad, "answer").text(), "reject");
  EXPECT_EQ(number(bad, "after_rows"), 2);
  const MethodResult clean = run("sprt", coin(0, 60), aim);
  EXPECT_EQ(*at(clean, "answer").text(), "accept");
  EXPECT_GT(clean.estimate.upper, .05);  // accepted is not shown to be low
  EXPECT_EQ(*at(run("sprt", coin(0, 10), aim), "answer").text(), "go_on");
  EXPECT_NE(refusal("sprt", coin(0, 10), {.threshold = .05, .alternative = .01}).find("below"),
            std::string::npos);
}

TEST(MethodSequential, BettingTakesAClusterAsOneScore) {
  Table table;
  for (int i = 0; i < 40; ++i) {
    for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
      add(table, {.sample = "q" + std::to_string(i),
                  .outcome = i % 10 == 0 ? "broke" : "held",
                  .epoch = epoch});
    }
  }
  const MethodResult found = run("betting", table);
  EXPECT_EQ(found.estimate.clusters, 40);
  EXPECT_NEAR(*found.estimate.value, .1, 1e-12);
  // Of a fixed set that was run whole, nothing is open but the grid.
  const MethodResult whole = run("betting", table, {.estimand = eval::Estimand::fixed_set});
  EXPECT_NEAR(whole.estimate.lower, .1, .0021);
  EXPECT_NEAR(whole.estimate.upper, .1, .0021);
}

TEST(MethodSequential, ClusteredRowsAreRefusedWhereRowsMustBeIndependent) {
  Table table = coin(1, 9);
  for (eval::Observation& row : table)
    row.cluster = row.line % 2 == 0 ? "a" : "b";
  for (const char* method : {"confidence_sequence", "e_process", "sprt", "cusum", "e_detector"}) {
    EXPECT_NE(refusal(method, table, {.threshold = .01, .alternative = .05})
                  .find("takes independent rows"),
              std::string::npos)
        << method;
  }
}

// --- Tries. ---

TEST(MethodTails, WhoTriesFiveTimesAlwaysGetsThrough) {
  Table table;
  for (std::int64_t sample = 1; sample <= 5; ++sample) {
    for (std::int64_t epoch = 1; epoch <= 5; ++epoch) {
      add(table, {.sample = "o" + std::to_string(sample),
                  .outcome = epoch == sample ? "broke" : "held",
                  .epoch = epoch});
    }
  }
  const MethodResult found = run("asr_at_k", table);
  for (int k = 1; k <= 5; ++k)
    EXPECT_NEAR(number(found, "asr_at_k/" + std::to_string(k)), .2 * k, 1e-12);
  EXPECT_EQ(found.estimate.unit, "prompt");
  EXPECT_EQ(found.estimate.name, "asr@1");
  EXPECT_LT(number(found, "limits/5/lower"), 1);
}

TEST(MethodTails, MoreTriesThanWereMadeAreNullNeverOne) {
  Table table;
  for (std::int64_t sample = 1; sample <= 3; ++sample) {
    for (std::int64_t epoch = 1; epoch <= 4; ++epoch)
      add(table, {.sample = "o" + std::to_string(sample), .epoch = epoch});
  }
  const MethodResult found = run("asr_at_k", table, {.tries = {4, 10}});
  EXPECT_EQ(number(found, "asr_at_k/4"), 0);
  EXPECT_TRUE(at(found, "asr_at_k/10").is_null());
  EXPECT_EQ(*at(found, "refused/10").text(), "a sample was tried only 4 times");
  EXPECT_NEAR(number(found, "limits/4/upper"), stats::clopper_pearson(0, 3, .95).value().upper,
              1e-12);
  EXPECT_TRUE(at(found, "beta_binomial").is_null());
}

Table campaign() {
  Table table;
  const auto add_one = [&](const char* objective, std::int64_t queries, const char* outcome) {
    add(table, {.outcome = outcome, .objective = objective, .queries = queries});
  };
  add_one("o1", 3, "broke");
  add_one("o2", 3, "broke");
  add_one("o3", 10, "broke");
  add_one("o4", 40, "broke");
  add_one("o5", 50, "held");
  add_one("o6", 50, "held");
  add_one("o7", 50, "held");
  add_one("o8", 20, "held");
  return table;
}

TEST(MethodTails, ACurveCountsWhatWasGivenUpUpToThere) {
  const MethodResult found = run("campaign", campaign());
  const json::Value curve = at(found, "asr_at_q");
  ASSERT_NE(curve.list(), nullptr);
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {1, 0}, {3, .25}, {10, .375}, {20, .375}, {40, .53125}, {50, .53125}};
  ASSERT_EQ(curve.list()->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const json::Value& point = (*curve.list())[i];
    EXPECT_EQ(*point.find("q")->integer(), expected[i].first);
    EXPECT_NEAR(*point.find("value")->decimal(), expected[i].second, 1e-9);
    EXPECT_LE(*point.find("lower")->decimal(), expected[i].second);
    EXPECT_GE(*point.find("upper")->decimal(), expected[i].second);
  }
  EXPECT_EQ(number(found, "objectives"), 8);
}

TEST(MethodTails, AnObjectiveWithoutOutcomeIsBoundedBothWays) {
  Table table = campaign();
  add(table, {.outcome = "error", .objective = "o9"});
  const MethodResult found = run("campaign", table);
  EXPECT_NEAR(*found.estimate.value, .53125, 1e-9);
  EXPECT_LT(found.estimate.missing.lower, found.estimate.lower);
  EXPECT_GT(found.estimate.missing.upper, found.estimate.upper);
  add(table, {.outcome = "held", .objective = "o1", .queries = 4});
  EXPECT_NE(refusal("campaign", table).find("got 'o1' again, first in line 2"), std::string::npos);
  table.pop_back();
  add(table, {.outcome = "held", .objective = "o10"});
  EXPECT_NE(refusal("campaign", table).find("table:11: queries must be >= 1"), std::string::npos);
}

TEST(MethodTails, KindsFoundOnceTellOfKindsNotFound) {
  Table table;
  add(table, 3, {.outcome = "broke", .stratum = "leak"});
  add(table, {.outcome = "broke", .stratum = "role play"});
  add(table, {.outcome = "broke", .stratum = "cipher"});
  add(table, 5, {.outcome = "held", .stratum = "leak"});
  const MethodResult found = run("unseen_kinds", table);
  EXPECT_NEAR(*found.estimate.value, .4, 1e-12);
  EXPECT_EQ(number(found, "kinds"), 3);
  EXPECT_NEAR(number(found, "kinds_at_least"), 4, 1e-12);
  EXPECT_EQ(run("unseen_kinds", coin(0, 4)).estimate.reason, Reason::method_refused);
}

TEST(MethodTails, AForecastNeedsItsBacktestAndIsNoBound) {
  Table table;
  // 200 samples of 100 tries, of which 1 to 60 break, so that every block of 20 has a tail.
  for (int sample = 0; sample < 200; ++sample) {
    const int broke = 1 + (sample * 13) % 60;
    for (std::int64_t epoch = 0; epoch < 100; ++epoch) {
      add(table, {.sample = "s" + std::to_string(sample),
                  .outcome = epoch < broke ? "broke" : "held",
                  .epoch = epoch});
    }
  }
  const MethodResult found = run("gumbel_tail", table);
  ASSERT_TRUE(found.estimate.value.has_value());
  EXPECT_TRUE(*at(found, "is_forecast").boolean());
  EXPECT_EQ(found.estimate.upper, 1);
  EXPECT_TRUE(std::isfinite(number(found, "backtest/median_log10_error")));
  const MethodResult few = run("gumbel_tail", coin(0, 30));
  EXPECT_FALSE(few.estimate.value.has_value());
  EXPECT_NE(few.estimate.reason_detail.find("no forecast without a test"), std::string::npos);
}

// --- Labels. ---

Table labeled() {
  Table table;
  add(table, 9, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(table, 6, {.outcome = "broke", .judge = "j", .truth = "held"});
  add(table, 5, {.outcome = "broke", .judge = "j"});
  add(table, 1, {.outcome = "held", .judge = "j", .truth = "broke"});
  add(table, 34, {.outcome = "held", .judge = "j", .truth = "held"});
  add(table, 445, {.outcome = "held", .judge = "j"});
  return table;
}

TEST(MethodLabels, TwoPhaseWeighsWhatWasReadByWhatWasFlagged) {
  const MethodResult found = run("two_phase", labeled());
  EXPECT_NEAR(*found.estimate.value, .04 * .6 + .96 / 35, 1e-12);
  const stats::TwoPhase seen{20, 500, {9, 15}, {1, 35}};
  EXPECT_NEAR(found.estimate.upper, stats::two_phase(seen, .95).value().interval.upper, 1e-12);
  Table unread;
  add(unread, 3, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(unread, 3, {.outcome = "held", .judge = "j"});
  const MethodResult none = run("two_phase", unread);
  EXPECT_EQ(none.estimate.reason, Reason::verdict_without_labels);
  EXPECT_EQ(none.estimate.upper, 1);
}

TEST(MethodLabels, MeldedCarriesBothErrorsOfTheJudge) {
  Table table;
  add(table, 45, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(table, 5, {.outcome = "held", .judge = "j", .truth = "broke"});
  add(table, 97, {.outcome = "held", .judge = "j", .truth = "held"});
  add(table, 3, {.outcome = "broke", .judge = "j", .truth = "held"});
  add(table, 20, {.outcome = "broke", .judge = "j"});
  add(table, 180, {.outcome = "held", .judge = "j"});
  const MethodResult melded = run("melded", table);
  const MethodResult plain = run("lang_reiczigel", table);
  EXPECT_EQ(*melded.estimate.value, *plain.estimate.value);
  EXPECT_NEAR(melded.estimate.upper, plain.estimate.upper, .03);
  EXPECT_EQ(melded.estimate.method, "melded");
  EXPECT_EQ(run("melded", coin(1, 5)).estimate.reason, Reason::judge_not_calibrated);
}

TEST(MethodLabels, PredictionsAreNotForRareRates) {
  Table table;
  add(table, 20, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(table, 5, {.outcome = "broke", .judge = "j", .truth = "held"});
  add(table, 5, {.outcome = "held", .judge = "j", .truth = "broke"});
  add(table, 30, {.outcome = "held", .judge = "j", .truth = "held"});
  add(table, 200, {.outcome = "broke", .judge = "j"});
  add(table, 280, {.outcome = "held", .judge = "j"});
  const MethodResult common = run("prediction_powered", table);
  ASSERT_TRUE(common.estimate.value.has_value());
  EXPECT_NEAR(*common.estimate.value, .4167, .02);
  EXPECT_GT(number(common, "labels_worth"), 60);
  Table rare;
  add(rare, 1, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(rare, 59, {.outcome = "held", .judge = "j", .truth = "held"});
  add(rare, 500, {.outcome = "held", .judge = "j"});
  EXPECT_EQ(run("prediction_powered", rare).estimate.reason, Reason::method_refused);
  EXPECT_NE(run("prediction_powered", coin(4, 4)).estimate.reason_detail.find("needs 30 labels"),
            std::string::npos);
}

TEST(MethodLabels, AThresholdBelowTheLimitOfDetectionIsNotSettled) {
  Table table;
  add(table, 17, {.outcome = "broke", .judge = "j", .truth = "broke"});
  add(table, 3, {.outcome = "held", .judge = "j", .truth = "broke"});
  add(table, 97, {.outcome = "held", .judge = "j", .truth = "held"});
  add(table, 3, {.outcome = "broke", .judge = "j", .truth = "held"});
  add(table, 5000, {.outcome = "held", .judge = "j"});
  const MethodResult found = run("detection_limit", table, {.threshold = .03});
  EXPECT_NEAR(*found.estimate.value, .069, .001);
  EXPECT_FALSE(*at(found, "can_be_settled").boolean());
  EXPECT_TRUE(*at(run("detection_limit", table, {.threshold = .1}), "can_be_settled").boolean());
}

// --- Raters. ---

Table two_raters(int both, int first, int second, int neither) {
  Table table;
  int sample = 0;
  const auto rate = [&](int times, const char* one, const char* two) {
    for (int i = 0; i < times; ++i, ++sample) {
      add(table, {.sample = "s" + std::to_string(sample), .outcome = one, .arm = "A"});
      add(table, {.sample = "s" + std::to_string(sample), .outcome = two, .arm = "B"});
    }
  };
  rate(both, "broke", "broke");
  rate(first, "broke", "held");
  rate(second, "held", "broke");
  rate(neither, "held", "held");
  return table;
}

TEST(MethodRaters, CoefficientsStandBesideEachOther) {
  const Table table = two_raters(40, 9, 6, 45);
  const MethodOptions options{.resamples = 200};
  const MethodResult found = run("cohen_kappa", table, options);
  EXPECT_NEAR(*found.estimate.value, 0.6995192307692307, 1e-12);
  EXPECT_NEAR(number(found, "coefficients/gwet"), 0.7007481296758106, 1e-12);
  EXPECT_NEAR(number(found, "coefficients/plain"), .85, 1e-12);
  EXPECT_NEAR(number(found, "coefficients/on_broke"), 80.0 / 95, 1e-12);
  EXPECT_LT(found.estimate.lower, *found.estimate.value);
  EXPECT_NEAR(*run("gwet_ac1", table, options).estimate.value, 0.7007481296758106, 1e-12);
  EXPECT_NEAR(*run("fleiss_kappa", table, options).estimate.value, 0.6992481203007519, 1e-12);
  EXPECT_TRUE(run("krippendorff_alpha", table, options).estimate.value.has_value());
}

TEST(MethodRaters, OneAnswerOnlyIsUndefined) {
  const MethodResult found = run("cohen_kappa", two_raters(0, 0, 0, 30));
  EXPECT_FALSE(found.estimate.value.has_value());
  EXPECT_NE(found.estimate.reason_detail.find("undefined: only one category"), std::string::npos);
}

TEST(MethodRaters, TruthIsASecondRater) {
  Table table;
  add(table, 8, {.outcome = "broke", .truth = "broke"});
  add(table, 8, {.outcome = "held", .truth = "held"});
  add(table, 4, {.outcome = "held", .truth = "broke"});
  const MethodResult found = run("cohen_kappa", table, {.resamples = 200});
  EXPECT_NEAR(number(found, "coefficients/plain"), .8, 1e-12);
  EXPECT_EQ(found.estimate.name, "agreement/outcome, truth");
}

TEST(MethodRaters, ThreeRatersAreToldApartWithoutATruth) {
  Table table;
  for (int i = 0; i < 60; ++i) {
    const bool truth = i % 3 == 0;
    const auto say = [&](const char* arm, bool said) {
      add(table,
          {.sample = "s" + std::to_string(i), .outcome = said ? "broke" : "held", .arm = arm});
    };
    say("good", truth);
    say("fair", i % 10 == 1 ? !truth : truth);
    say("poor", i % 3 == 1 ? !truth : truth);
  }
  const MethodResult found = run("dawid_skene", table);
  EXPECT_NEAR(*found.estimate.value, 1.0 / 3, .05);
  EXPECT_GT(number(found, "raters/good/specificity"), number(found, "raters/poor/specificity"));
  EXPECT_EQ(run("dawid_skene", two_raters(2, 1, 1, 2)).estimate.reason, Reason::method_refused);
}

TEST(MethodRaters, BiasesAreExactTestsOnPairs) {
  // Order turned: 80 pairs with one winner, 16 where the first always won, 4 the second.
  const MethodResult order = run("position_bias", two_raters(16, 40, 40, 4));
  EXPECT_NEAR(*order.estimate.value, .8, 1e-12);
  EXPECT_NEAR(number(order, "consistency"), .8, 1e-12);
  EXPECT_NEAR(*order.estimate.p_value, 2 * 6196.0 / (1 << 20), 1e-12);
  const MethodResult plea = run("addition_bias", two_raters(59, 0, 0, 10));
  EXPECT_EQ(*plea.estimate.value, 0);
  EXPECT_NEAR(number(plea, "lost_bound"), 0.049507609888226944, 1e-12);
  EXPECT_EQ(run("position_bias", two_raters(0, 5, 5, 0)).estimate.reason, Reason::no_pairs);
  EXPECT_NE(refusal("addition_bias", coin(3, 3)).find("takes two arms"), std::string::npos);
}

TEST(MethodRaters, WhatItsOwnFamilyWroteIsComparedByWhatPeopleFound) {
  Table table;
  add(table, 30, {.outcome = "held", .stratum = "own", .truth = "broke"});
  add(table, 10, {.outcome = "broke", .stratum = "own", .truth = "broke"});
  add(table, 10, {.outcome = "held", .stratum = "other", .truth = "broke"});
  add(table, 30, {.outcome = "broke", .stratum = "other", .truth = "broke"});
  add(table, 30, {.outcome = "held", .stratum = "other", .truth = "held"});
  const MethodResult found = run("self_preference", table);
  EXPECT_NEAR(*found.estimate.value, .5, 1e-12);
  EXPECT_GT(found.estimate.lower, 0);
  EXPECT_LT(*found.estimate.p_value, .001);
}

TEST(MethodRaters, AJudgeAskedAgainIsComparedWithItself) {
  Table table;
  const int hits[] = {0, 1, 5, 4, 0, 0, 2, 5};
  for (int i = 0; i < 8; ++i) {
    for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
      add(table, {.sample = "s" + std::to_string(i),
                  .outcome = epoch < hits[i] ? "broke" : "held",
                  .epoch = epoch});
    }
  }
  const MethodResult found = run("test_retest", table);
  EXPECT_NEAR(*found.estimate.value, 5.0 / 8, 1e-12);
  EXPECT_NEAR(number(found, "correlation"), 0.6750663129973475, 1e-12);
  const MethodResult parts = run("variance_table", table);
  EXPECT_NEAR(number(parts, "standard_error"), std::sqrt(0.1992857142857143 / 8), .05);
  EXPECT_EQ(run("test_retest", coin(2, 2)).estimate.reason, Reason::method_refused);
}

// --- The order of rows. ---

TEST(MethodOrder, MethodsThatDoNotReadOrderGiveTheSameBytes) {
  Table table;
  MethodOptions options{.resamples = 300};
  for (int i = 0; i < 60; ++i) {
    for (const char* arm : {"a", "b", "c"}) {
      add(table, {.sample = "s" + std::to_string(i),
                  .outcome = (i * 11 + arm[0] * 7) % 5 < 2 ? "broke" : "held",
                  .arm = arm,
                  .truth = i % 2 == 0   ? ""
                           : i % 3 == 0 ? "broke"
                                        : "held"});
    }
  }
  // Arms come in the order of their appearance, which stays.
  Table turned(table.begin(), table.begin() + 3);
  turned.insert(turned.end(), table.rbegin(), table.rend() - 3);
  const auto bytes = [&](const char* method, const Table& rows) {
    return json::canonical(to_json(run(method, rows, options)));
  };
  for (const char* method : {"fleiss_kappa", "gwet_ac1", "krippendorff_alpha", "dawid_skene",
                             "disparity", "variance_table"}) {
    EXPECT_EQ(bytes(method, table), bytes(method, turned)) << method;
  }
  options.arm = "b";
  for (const char* method : {"asr_at_k", "two_phase", "melded", "prediction_powered",
                             "detection_limit", "confidence_sequence"}) {
    EXPECT_EQ(bytes(method, table), bytes(method, turned)) << method;
  }
  options.arm.clear();
  const std::string first = bytes("disparity", table);
  options.seed = "2";
  EXPECT_NE(first, bytes("disparity", table));
}

// --- Change and groups. ---

TEST(MethodDrift, AnAlarmSaysWhereItCameAndWhereTheChangeBegan) {
  Table table;
  add(table, 50, {.outcome = "held"});
  add(table, 6, {.outcome = "broke"});
  const MethodOptions options{.threshold = .02, .alternative = .05, .level = 2.5};
  const MethodResult cusum = run("cusum", table, options);
  EXPECT_EQ(number(cusum, "alarm/row"), 53);
  EXPECT_EQ(number(cusum, "alarm/line"), 54);
  EXPECT_EQ(number(cusum, "alarm/changed_from_row"), 51);
  EXPECT_NEAR(number(cusum, "step_broke"), 0.9162907318741551, 1e-12);
  const MethodResult detector = run("e_detector", table, {.threshold = .02});
  EXPECT_GT(number(detector, "alarm/row"), 50);
  EXPECT_TRUE(at(run("e_detector", coin(0, 50), {.threshold = .02}), "alarm").is_null());
}

TEST(MethodDrift, TextsAreComparedWithinTheirSample) {
  Table table;
  MethodOptions options;
  const char* texts[2][4] = {{"abcd", "abce", "abcd", "abff"}, {"abcd", "xbcd", "xyce", "xycd"}};
  for (int arm = 0; arm < 2; ++arm) {
    for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
      add(table, {.sample = "q", .arm = arm == 0 ? "old" : "new", .epoch = epoch});
      options.responses.emplace_back(texts[arm][epoch]);
    }
  }
  const MethodResult found = run("text_distance", table, options);
  EXPECT_NEAR(*found.estimate.value, 0.28125, 1e-12);
  EXPECT_NEAR(*found.estimate.p_value, 1.0 / 7, 1e-12);
  EXPECT_NE(refusal("text_distance", table).find("needs a column response"), std::string::npos);
}

TEST(MethodDrift, AGapIsShownAgainstChance) {
  Table table;
  for (int i = 0; i < 100; ++i) {
    for (const char* group : {"a", "b", "c"}) {
      const bool broke = std::string(group) == "c" ? i % 3 == 0 : i % 20 == 1;
      add(table,
          {.sample = "s" + std::to_string(i), .outcome = broke ? "broke" : "held", .arm = group});
    }
  }
  const MethodResult found = run("disparity", table, {.resamples = 499});
  EXPECT_NEAR(*found.estimate.value, .34 - .05, 1e-12);
  EXPECT_LE(*found.estimate.p_value, .01);
  EXPECT_GT(number(found, "groups/c/lower"), 0);
  EXPECT_LT(number(found, "gap_by_chance"), .1);
}

TEST(MethodDrift, HarmAndWrongfulRefusalAreTwoGaps) {
  Table table;
  for (int i = 0; i < 60; ++i) {
    for (const char* group : {"a", "b"}) {
      const bool is_b = std::string(group) == "b";
      const bool is_harmful = i < 30;
      // The group b is refused more: it looks safer, and is served worse.
      const bool refused = is_b ? i % 3 != 0 : i % 3 == 1;
      add(table, {.sample = "s" + std::to_string(i),
                  .outcome = refused == is_harmful ? "held" : "broke",
                  .arm = group});
      if (!is_harmful) table.back().expect = eval::Expect::answer;
    }
  }
  const MethodResult found = run("disparity", table, {.resamples = 199});
  EXPECT_LT(number(found, "groups/b/difference"), 0);
  EXPECT_GT(number(found, "wrongful_refusal/groups/b/difference"), 0);
  EXPECT_NEAR(number(found, "wrongful_refusal/value"), 1.0 / 3, 1e-12);
  EXPECT_NE(refusal("variance_table", table).find("two rates, got both"), std::string::npos);
}

TEST(MethodDrift, VarianceOfAFactorWithOneLevelIsUnknownNotZero) {
  Table table;
  for (int i = 0; i < 20; ++i) {
    for (const char* arm : {"a", "b", "c"}) {
      add(table, {.sample = "s" + std::to_string(i),
                  .outcome = (i * 7 + arm[0]) % 5 < 2 ? "broke" : "held",
                  .arm = arm});
    }
  }
  const MethodResult found = run("variance_table", table);
  const json::Value parts = at(found, "parts");
  ASSERT_EQ(parts.list()->size(), 9U);
  EXPECT_TRUE((*parts.list())[1].find("variance")->is_null());  // attack: one level
  EXPECT_FALSE((*parts.list())[0].find("variance")->is_null());
  EXPECT_EQ(*at(found, "fewest_levels").text(), "arm");
}

// A judge's word and a person's, `times` times.
void add_label(Table& table, int times, const std::string& judged, const std::string& truth) {
  add(table, times, {.outcome = judged, .judge = "j", .truth = truth});
}

TEST(DetectionLimit, HasNoNumberWhereTheJudgeTellsNothing) {
  Table near_chance;
  add_label(near_chance, 26, "broke", "broke");
  add_label(near_chance, 24, "held", "broke");
  add_label(near_chance, 25, "broke", "held");
  add_label(near_chance, 25, "held", "held");
  EXPECT_EQ(run("detection_limit", near_chance).estimate.reason,
            Reason::judge_no_better_than_chance);
  Table few;
  add_label(few, 5, "broke", "broke");
  add_label(few, 40, "held", "held");
  EXPECT_EQ(run("detection_limit", few).estimate.reason, Reason::cannot_be_calibrated);
  Table faultless;
  add_label(faultless, 20, "broke", "broke");
  add_label(faultless, 100, "held", "held");
  const MethodResult none = run("detection_limit", faultless);
  EXPECT_FALSE(none.estimate.value.has_value());
  EXPECT_NE(none.estimate.reason_detail.find("no false alarm among 100 labels"), std::string::npos);
}

}  // namespace
}  // namespace truebound::analyze
