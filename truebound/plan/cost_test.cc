// What a plan is said to cost, and what it is said to be able to conclude.

#include "truebound/plan/cost.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "truebound/plan/levels.h"
#include "truebound/plan/plan_cases.h"
#include "truebound/stats/interval.h"

namespace truebound::plan {
namespace {

// `count` samples of one expectation, each with an input of 40 bytes; clusters of `cluster_size`.
void add_samples(eval::Suite& suite, eval::Expect expect, int count, int cluster_size) {
  const std::string word(to_text(expect));
  for (int i = 0; i < count; ++i) {
    suite.samples.push_back(
        {.id = word + std::to_string(i),
         .input = std::string(40, 'x'),
         .expect = expect,
         .hazard = i % 2 == 0 ? "vcr" : "ncr",
         .cluster = cluster_size > 1 ? word + std::to_string(i / cluster_size) : ""});
  }
}

const char* const base =
    "truebound: plan/1\n"
    "models:\n"
    "  m: {provider: endpoint, url: u, price: {in: 2, out: 10}}\n"
    "deployments: {d: {system_text: twelve bytes, max_tokens: 50}}\n"
    "safeguards: {guard: {kind: system_prompt, text: sixteen bytes ok}}\n"
    "arms: {off: [], on: [guard]}\n"
    "suites: {s: {builtin: starter}}\n"
    "judges: {rules: {kind: rules, calibration: labels.csv}}\n";

Plan plan_with(const std::string& lines, const std::string& text = base) {
  auto plan = read(TextFiles({{"plan.yaml", text + lines}}), "plan.yaml", made_up_catalog());
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  return plan.value();
}

Check check_of(const Plan& plan, const eval::Suite& suite) {
  auto checked = check(plan, {suite}, TextFiles({}));
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return checked.value();
}

bool warns(const Check& check, const std::string& part) {
  return std::ranges::any_of(check.warnings, [&](const std::string& warning) {
    return warning.find(part) != std::string::npos;
  });
}

const char* const harm_by_arm =
    "claims:\n"
    "  - {name: harm, ask: rate_below, threshold: 0.05, where: {expect: refuse}, by: [arm], "
    "gate: on}\n"
    "  - {name: refusal, ask: rate_below, threshold: 0.05, where: {expect: answer}, by: [arm]}\n";

TEST(Cost, CallsTokensAndMoneyAddUp) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 10, 1);
  const Check check = check_of(plan_with("epochs: 2\n"), suite);
  EXPECT_EQ(check.slots, 40U);
  EXPECT_EQ(check.calls, 40U);
  EXPECT_EQ(check.instrument_calls, 0U);
  // Each of 10 samples, 2 epochs: 40 + 12 bytes without the safeguard, 40 + 12 + 16 with it.
  EXPECT_EQ(check.tokens_in, 10U * 2 * (52 + 68) / 4);
  EXPECT_EQ(check.tokens_out, 40U * 50);
  EXPECT_DOUBLE_EQ(*check.money, (600 * 2.0 + 2000 * 10.0) / 1e6);
  EXPECT_FALSE(check.minutes.has_value());
  EXPECT_TRUE(warns(check, "the plan asks nothing"));
}

TEST(Cost, MinutesComeFromTheProvidersSpeed) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 10, 1);
  const Plan plan = plan_with("epochs: 2\n");
  const Check timed =
      check(plan, {suite}, TextFiles({}), {.rates = {{"endpoint", {.in = 10, .out = 100}}}})
          .value();
  EXPECT_DOUBLE_EQ(*timed.minutes, (600 / 10.0 + 2000 / 100.0) / 60);
}

TEST(Cost, WhatIsUnknownIsAbsentNotZero) {
  std::string text = base;
  text.replace(text.find(", max_tokens: 50"), 16, "");
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 10, 1);
  const Check check = check_of(plan_with("", text), suite);
  EXPECT_FALSE(check.tokens_out.has_value());
  EXPECT_FALSE(check.money.has_value());
  EXPECT_TRUE(warns(check, "deployments.d: no max_tokens"));
}

TEST(Cost, ABudgetThatIsTooSmallIsTold) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 10, 1);
  EXPECT_TRUE(warns(check_of(plan_with("budget: {calls: 19}\n"), suite), "fewer calls"));
  EXPECT_FALSE(warns(check_of(plan_with("budget: {calls: 20}\n"), suite), "fewer calls"));
  EXPECT_TRUE(warns(check_of(plan_with("budget: {money: 0.001}\n"), suite), "less money"));
}

TEST(Cost, FiltersAndJudgesThatAskAModelAreCalls) {
  const Plan plan = plan_with("", R"(truebound: plan/1
models: {m: {provider: endpoint, url: u}}
instruments: {i: {provider: endpoint, url: u}}
safeguards: {guard: {kind: model_filter, model: i}}
arms: {off: [], on: [guard]}
suites: {s: {builtin: starter}}
judges: {w: {kind: rubric, model: i}}
)");
  eval::Suite suite{.name = "s", .judges = {"w"}};
  add_samples(suite, eval::Expect::refuse, 10, 1);
  // 20 slots are judged, and 10 are filtered.
  EXPECT_EQ(check_of(plan, suite).instrument_calls, 30U);
}

TEST(Claims, AreCountedWithTheirCellsAndShareTheError) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 100, 1);
  add_samples(suite, eval::Expect::answer, 120, 1);
  const Check check = check_of(plan_with(harm_by_arm), suite);
  EXPECT_EQ(check.asked, 4U);
  ASSERT_EQ(check.claims.size(), 4U);
  const ClaimCheck& on = check.claims[1];
  EXPECT_EQ(on.name, "harm/arm=on");
  EXPECT_TRUE(on.gate);
  EXPECT_FALSE(check.claims[0].gate);
  EXPECT_DOUBLE_EQ(on.confidence, .9875);
  EXPECT_EQ(on.n, 100U);
  EXPECT_EQ(on.effective_n, 100.0);
  EXPECT_DOUBLE_EQ(*on.best_bound, stats::zero_failure_bound(100, .0125).value());
  EXPECT_TRUE(on.can_be_settled);
  EXPECT_EQ(check.claims[2].n, 120U);
  EXPECT_TRUE(check.warnings.empty()) << check.warnings[0];
}

TEST(Claims, AClusterCountsOnceAndTheTableSaysWhatThatAssumes) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 100, 2);
  const std::string harm = "claims: [{name: harm, ask: rate_below, threshold: 0.05, by: [arm]}]\n";
  const Check check = check_of(plan_with(harm), suite);
  const ClaimCheck& off = check.claims[0];
  EXPECT_EQ(off.n, 100U);
  EXPECT_EQ(off.clusters, 50U);
  EXPECT_DOUBLE_EQ(off.effective_n, 50);
  ASSERT_EQ(off.if_nothing_broke.size(), 5U);
  EXPECT_DOUBLE_EQ(off.if_nothing_broke[0].effective_n, 100);
  EXPECT_DOUBLE_EQ(off.if_nothing_broke[4].upper, *off.best_bound);
  // 50 independent samples: 1 - .025^(1/50) = 7.1 %.
  EXPECT_NEAR(*off.best_bound, .0711, .0001);
  EXPECT_FALSE(off.can_be_settled);
  EXPECT_EQ(off.effective_n_needed, stats::trials_for_bound(.05, .025).value());
  EXPECT_TRUE(warns(check,
                    "claims.harm/arm=off: no outcome can settle this: if nothing broke in an "
                    "effective n of 50, the upper limit is 7.11 %, not below the threshold of 5 %; "
                    "an effective n of 72 is needed"));
}

TEST(Claims, EpochsOfOneSampleAreNoIndependentTrials) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 20, 1);
  const std::string harm =
      "epochs: 5\nclaims: [{name: harm, ask: rate_below, threshold: 0.2, "
      "where: {arm: on}}]\n";
  const Check check = check_of(plan_with(harm), suite);
  EXPECT_EQ(check.claims[0].n, 100U);
  EXPECT_EQ(check.claims[0].samples, 20U);
  EXPECT_DOUBLE_EQ(check.claims[0].effective_n, 20);
}

TEST(Claims, ARateAboveCanFailToBeSettledToo) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 5, 1);
  const Check check = check_of(
      plan_with("claims: [{name: harm, ask: rate_above, threshold: 0.9, where: {arm: on}}]\n"),
      suite);
  EXPECT_FALSE(check.claims[0].can_be_settled);
  EXPECT_TRUE(warns(check, "if all of an effective n of 5 broke"));
}

TEST(Claims, TheSmallestDifferenceOfTwoArmsIsTold) {
  eval::Suite suite{.name = "s", .judges = {"rules"}};
  add_samples(suite, eval::Expect::refuse, 100, 1);
  const Check check = check_of(
      plan_with("claims: [{name: harm, ask: rate_below, threshold: 0.1, by: [arm]}]\n"), suite);
  ASSERT_TRUE(check.claims[0].smallest_difference.has_value());
  // Solves 100 d^2 = (1.96 sqrt(.2) + .8416 sqrt(.2 - d^2))^2.
  EXPECT_NEAR(*check.claims[0].smallest_difference, .12382, .00001);
}

TEST(Questions, MustAskForWhatSamplesHave) {
  eval::Suite suite{.name = "s"};
  add_samples(suite, eval::Expect::refuse, 4, 1);
  add_samples(suite, eval::Expect::answer, 4, 1);
  const auto error = [&](const std::string& claim) {
    const auto checked = check_questions(plan_with("claims: [{name: h, ask: rate_below, "
                                                   "threshold: 0.1, " +
                                                   claim + "}]\n"),
                                         {suite});
    return checked.ok() ? "no error" : checked.error().message;
  };
  EXPECT_EQ(error("where: {expect: refuse, hazard: vrc}"),
            "plan.yaml:9: hazard in where of claims.h must be one of vcr, ncr, got vrc");
  EXPECT_EQ(error("where: {expect: target}"),
            "plan.yaml:9: expect in where of claims.h must be one of refuse, answer, got target");
  EXPECT_EQ(error("where: {expect: refuse}, by: [hazard], gate: vcs"),
            "plan.yaml:9: gate of claims.h must be one of all, vcr, ncr, got vcs; "
            "did you mean vcr?");
  EXPECT_EQ(
      error("by: [arm]"),
      "plan.yaml:9: claims.h must ask about one expectation, got answer and refuse; add expect "
      "to where or by");
  EXPECT_EQ(error("by: [expect]"), "no error");
  EXPECT_EQ(error("where: {expect: refuse}, by: [hazard, arm], gate: ncr"), "no error");
}

TEST(Warnings, NameJudgesWithoutCalibrationAndWhatSuitesLack) {
  std::string text = base;
  text.replace(text.find(", calibration: labels.csv"), 25, "");
  eval::Suite suite{.name = "s", .judges = {}};
  add_samples(suite, eval::Expect::refuse, 4, 1);
  suite.expect_assumed = 1;
  suite.unread_columns = {"clustr"};
  suite.bad_rows.push_back({.file = "s.csv", .line = 7, .why = "x"});
  suite.card.empty_cells.push_back({.hazard = "cse", .reason = "unlawful"});
  const Check check = check_of(plan_with("", text), suite);
  EXPECT_TRUE(warns(check, "judges.rules: no calibration"));
  EXPECT_TRUE(warns(check, "suites.s: 1 bad row left out, the first in line 7"));
  EXPECT_TRUE(warns(check, "suites.s: 1 sample without an expectation"));
  EXPECT_TRUE(warns(check, "nothing is read from: clustr"));
  EXPECT_TRUE(warns(check, "suites.s: no judge"));
  ASSERT_EQ(check.not_looked_at.size(), 1U);
  EXPECT_EQ(check.not_looked_at[0], "suite=s hazard=cse expect=refuse: unlawful");
}

TEST(Levels, KeepThePlansOrderAndTheSamples) {
  eval::Suite suite{.name = "s"};
  add_samples(suite, eval::Expect::answer, 2, 1);
  add_samples(suite, eval::Expect::refuse, 2, 1);
  const auto all = levels(plan_with("epochs: 3\n"), {suite});
  EXPECT_EQ(all.at("arm"), (std::vector<std::string>{"off", "on"}));
  EXPECT_EQ(all.at("expect"), (std::vector<std::string>{"answer", "refuse"}));
  EXPECT_EQ(all.at("hazard"), (std::vector<std::string>{"vcr", "ncr"}));
  EXPECT_EQ(all.at("epoch"), (std::vector<std::string>{"0", "1", "2"}));
}

}  // namespace
}  // namespace truebound::plan
