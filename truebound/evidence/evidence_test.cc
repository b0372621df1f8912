// Claims say what the bounds support, and nothing that they do not.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "truebound/evidence/found.h"
#include "truebound/evidence/support.h"

namespace truebound::evidence {
namespace {

analyze::Estimate with_bounds(double lower, double value, double upper) {
  analyze::Estimate estimate;
  estimate.name = "harm/arm=on";
  estimate.value = value;
  estimate.bound_above = lower;
  estimate.bound_below = upper;
  estimate.n = 100;
  estimate.effective_n = 100;
  return estimate;
}

const eval::Question below_five{
    .name = "harm", .ask = eval::Ask::rate_below, .threshold = 0.05, .by = {"arm"}, .gate = "on"};
const Scope on_arm{.where = {{"arm", "on"}}};

Claim claim_of(const analyze::Estimate& estimate,
               record::RunKind kind = record::RunKind::assessment) {
  return support(below_five, estimate, on_arm, {.kind = kind});
}

TEST(Claim, AnUpperBoundUnderTheThresholdIsRateBelowAndMeetsTheGate) {
  const Claim claim = claim_of(with_bounds(0, 0.01, 0.04));
  EXPECT_EQ(claim.kind, ClaimKind::rate_below);
  EXPECT_TRUE(claim.gate);
  EXPECT_TRUE(claim.met);
  EXPECT_EQ(*claim.bound, 0.04);
}

TEST(Claim, ALowerBoundOverTheThresholdIsRateAboveAndDoesNotMeetIt) {
  const Claim claim = claim_of(with_bounds(0.1, 0.2, 0.3));
  EXPECT_EQ(claim.kind, ClaimKind::rate_above);
  EXPECT_FALSE(claim.met);
}

TEST(Claim, BelowTheJudgesDetectionOnlyLabelsOfWhatHeldHelp) {
  // False alarms of 9 of 88: no number of requests tells 5 % from none, far more labels do.
  analyze::Estimate estimate = with_bounds(0.001, 0.02, 0.3);
  estimate.n = 98;
  estimate.raw = analyze::Raw{.flagged = 11, .judged = 98, .value = 11.0 / 98};
  estimate.judge = analyze::JudgeError{
      .sensitivity = {101, 112}, .specificity = {79, 88}, .limit_of_detection = .18};
  const Claim claim = claim_of(estimate);
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_EQ(std::ranges::count(claim.limits, Limit::judge_detection_limit), 1);
  ASSERT_TRUE(claim.more && claim.more->n);
  EXPECT_EQ(claim.more->what, "held_labels");
  // 2 z sqrt(f (1 - f) / m) / J = .05 at m = 622.
  EXPECT_NEAR(static_cast<double>(*claim.more->n), 622 - 88, 1);

  estimate.judge->specificity = {7900, 8800};
  estimate.judge->limit_of_detection.reset();
  EXPECT_EQ(std::ranges::count(claim_of(estimate).limits, Limit::judge_detection_limit), 0);
}

analyze::Estimate with_detection(analyze::Estimate estimate, double limit) {
  estimate.raw = analyze::Raw{.flagged = 0, .judged = 100, .value = 0};
  estimate.judge = analyze::JudgeError{
      .sensitivity = {101, 112}, .specificity = {79, 88}, .limit_of_detection = limit};
  return estimate;
}

TEST(Claim, NoBoundLiesBelowTheJudgesLimitOfDetection) {
  // So few were flagged that the bound comes out under the threshold, though nothing says that this
  // judge would have seen a rate at the threshold.
  const Claim refused = claim_of(with_detection(with_bounds(0, 0, 0.04), .18));
  EXPECT_EQ(refused.kind, ClaimKind::inconclusive);
  EXPECT_EQ(refused.estimate.bound_below, .18);
  EXPECT_EQ(std::ranges::count(refused.limits, Limit::judge_detection_limit), 1);
  EXPECT_EQ(refused.more->what, "held_labels");

  const Claim raised = claim_of(with_detection(with_bounds(0, 0, 0.03), .045));
  EXPECT_EQ(raised.kind, ClaimKind::rate_below);
  EXPECT_EQ(*raised.bound, .045);
  EXPECT_TRUE(raised.limits.empty());
  EXPECT_EQ(raised.estimate.steps.back().what, "Detection");
}

TEST(Claim, WhereMoreRequestsWouldLetTheJudgeSeeTheThresholdTheyAreAskedFor) {
  // Specificity 990 of 1,000: 2 z sqrt(.01 x .99 (1/n + 1/1000)) / .89 = .05 at n = 60.
  analyze::Estimate estimate = with_detection(with_bounds(0, 0, 0.04), .06);
  estimate.judge->specificity = {990, 1000};
  estimate.n = 40;
  estimate.raw->judged = 40;
  estimate.effective_n = 40;
  const Claim claim = claim_of(estimate);
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  ASSERT_TRUE(claim.more && claim.more->n);
  EXPECT_EQ(claim.more->what, "samples");
  const double se = 101.0 / 112;
  const double n = 40 + static_cast<double>(*claim.more->n);
  const auto limit = [&](double slots) {
    return 2 * 1.6448536 * std::sqrt(.01 * .99 * (1 / slots + 1.0 / 1000)) / (se + .99 - 1);
  };
  EXPECT_LE(limit(n), .0505);
  EXPECT_GT(limit(n - 1), .0495);
}

TEST(Claim, WhatHolmDecidedSaysNoMoreThanItsThreshold) {
  const auto decided = [](const analyze::Estimate& estimate, Decided by) {
    return support(
        below_five, estimate, on_arm,
        {.member = {.family = "main", .correction = eval::Correction::holm, .decided = by}});
  };
  analyze::Estimate estimate = with_bounds(0, 0.01, 0.04);
  estimate.p_value = .02;
  estimate.steps.push_back({analyze::claim_step, "one-sided", "at most 0.040000"});
  const Claim at_threshold = decided(estimate, Decided::as_asked_at_threshold);
  EXPECT_EQ(at_threshold.kind, ClaimKind::rate_below);
  EXPECT_EQ(*at_threshold.bound, .05);
  EXPECT_EQ(at_threshold.estimate.bound_below, .05);
  EXPECT_EQ(at_threshold.estimate.steps.back().result, "less than 0.050000");
  EXPECT_TRUE(at_threshold.met);
  EXPECT_EQ(at_threshold.family, "main");

  EXPECT_EQ(*decided(estimate, Decided::as_asked).bound, .04);
  EXPECT_EQ(decided(estimate, Decided::not_as_asked).kind, ClaimKind::inconclusive);
  EXPECT_EQ(decided(with_bounds(.06, .1, .2), Decided::not_as_asked).kind, ClaimKind::rate_above);
  EXPECT_EQ(decided(with_detection(estimate, .18), Decided::as_asked_at_threshold).kind,
            ClaimKind::inconclusive);
}

TEST(Claim, AFamilyThatLooksForDiscoveriesClaimsNothingThatWasNotAsked) {
  eval::Question above = below_five;
  above.ask = eval::Ask::rate_above;
  above.gate.clear();
  const Membership member{
      .family = "look", .correction = eval::Correction::by, .decided = Decided::not_as_asked};
  const Claim claim = support(above, with_bounds(0, .01, .03), on_arm, {.member = member});
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_EQ(claim.more->what, "not_sought");
}

TEST(Claim, ItsConfidenceIsThatOfTheSideItRestsOn) {
  analyze::Estimate estimate = with_bounds(.06, .1, .2);
  estimate.bound_confidence = .95;
  estimate.bound_above_confidence = .9875;
  EXPECT_EQ(claim_of(estimate).confidence, .9875);
  estimate.bound_above = 0;
  estimate.bound_below = .04;
  EXPECT_EQ(claim_of(estimate).confidence, .95);
}

bool has(const Claim& claim, Assumption assumption) {
  return std::ranges::find(claim.assumptions, assumption) != claim.assumptions.end();
}
bool has(const Claim& claim, Defeater defeater) {
  return std::ranges::find(claim.defeaters, defeater) != claim.defeaters.end();
}

TEST(Standing, AssumptionsFollowFromHowItWasDecided) {
  const Claim exact = claim_of(with_bounds(0, 0.01, 0.04));
  EXPECT_TRUE(has(exact, Assumption::samples_stand_for_more));
  EXPECT_TRUE(has(exact, Assumption::scorer_right));
  EXPECT_FALSE(has(exact, Assumption::labels_right));
  EXPECT_FALSE(has(exact, Assumption::missing_may_be_anything));

  analyze::Estimate judged = with_detection(with_bounds(0, 0.01, 0.04), .01);
  judged.estimand = eval::Estimand::fixed_set;
  judged.counts.error = 1;
  const Claim elsewhere = claim_of(judged);
  EXPECT_TRUE(has(elsewhere, Assumption::judge_errs_as_on_labels));
  EXPECT_TRUE(has(elsewhere, Assumption::answers_drawn_alike));
  EXPECT_FALSE(has(elsewhere, Assumption::samples_stand_for_more));
  EXPECT_TRUE(has(elsewhere, Assumption::missing_may_be_anything));

  judged.judge = analyze::JudgeError{.labeled_by = "a reader"};
  judged.estimand = eval::Estimand::generalized;
  judged.correlation = .5;
  const Claim here = claim_of(judged);
  EXPECT_TRUE(has(here, Assumption::labels_drawn_at_random));
  EXPECT_TRUE(has(here, Assumption::correlation_as_assumed));
  EXPECT_FALSE(has(here, Assumption::judge_errs_as_on_labels));
  EXPECT_TRUE(has(here, Defeater::clusters_alike));
  EXPECT_FALSE(has(here, Defeater::judge_errs_more));
}

TEST(Standing, WhatSaysNothingCannotBeDefeatedAndHarmShownIsNotUndoneByTryingHarder) {
  EXPECT_TRUE(claim_of(with_bounds(0.001, 0.01, 0.06)).defeaters.empty());
  const Claim below = claim_of(with_bounds(0, 0.01, 0.04));
  const Claim above = claim_of(with_bounds(0.1, 0.2, 0.3));
  for (const Defeater defeater : {Defeater::another_attack, Defeater::samples_seen}) {
    EXPECT_TRUE(has(below, defeater));
    EXPECT_FALSE(has(above, defeater));
  }
  EXPECT_TRUE(has(above, Defeater::another_system));
  EXPECT_FALSE(has(below, Defeater::date_passed));
  EXPECT_FALSE(below.expires.has_value());
  const Claim dated =
      support(below_five, with_bounds(0, 0.01, 0.04), on_arm, {.until = "2027-05-31"});
  EXPECT_TRUE(has(dated, Defeater::date_passed));
  EXPECT_EQ(dated.expires, "2027-05-31");
}

TEST(Claim, BetweenTheBoundsItIsInconclusiveAndTellsHowMuchMoreWouldSettleIt) {
  const Claim claim = claim_of(with_bounds(0.001, 0.01, 0.06));
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_FALSE(claim.met);
  EXPECT_FALSE(claim.bound.has_value());
  ASSERT_TRUE(claim.more && claim.more->n);
  EXPECT_EQ(claim.more->what, "samples");
  EXPECT_GT(*claim.more->n, 0);
}

TEST(Claim, WhereOnlyTheMissingStandInTheWayTheirOutcomesWouldSettleIt) {
  analyze::Estimate estimate = with_bounds(0, 0.01, 0.2);
  estimate.n = 400;
  estimate.effective_n = 400;
  estimate.counts.planned = 440;
  estimate.counts.error = 40;
  const Claim claim = claim_of(estimate);
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_EQ(claim.more->what, "outcomes");
  EXPECT_EQ(*claim.more->n, 40);
}

TEST(Claim, AtTheThresholdNothingWouldSettleIt) {
  EXPECT_EQ(claim_of(with_bounds(0.01, 0.05, 0.12)).more->what, "nothing");
}

TEST(Claim, WithoutANumberItIsInconclusiveAndNamesTheLabels) {
  analyze::Estimate estimate = with_bounds(0, 0, 0.001);
  estimate.value.reset();
  estimate.reason = analyze::Reason::judge_not_calibrated;
  const Claim claim = claim_of(estimate);
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_EQ(claim.more->what, "labels");
}

TEST(Claim, ARehearsalCarriesNone) {
  const Claim claim = claim_of(with_bounds(0, 0.01, 0.04), record::RunKind::rehearsal);
  EXPECT_EQ(claim.kind, ClaimKind::inconclusive);
  EXPECT_FALSE(claim.met);
}

TEST(Gate, CoversTheNamedLevelOnly) {
  EXPECT_TRUE(eval::is_gate(below_five, on_arm.where));
  EXPECT_FALSE(eval::is_gate(below_five, {{"arm", "off"}}));
  eval::Question all = below_five;
  all.gate = "all";
  EXPECT_TRUE(eval::is_gate(all, {{"arm", "off"}}));
}

eval::Observation slot(std::int64_t number, const std::string& sample, bool broke) {
  eval::Observation seen{.slot = number, .sample = sample, .arm = "on", .attack = "direct"};
  seen.epoch = number;
  seen.outcome = broke ? eval::Outcome(eval::Broke{}) : eval::Outcome(eval::Held{});
  seen.decided_by = eval::DecidedBy::judge;
  seen.entry = 100 + static_cast<std::uint64_t>(number);
  return seen;
}

TEST(Found, OnlyWhatAReaderConfirmedIsFoundHoweverOftenTheJudgeFlagged) {
  const eval::Observation a = slot(0, "a", true);
  const eval::Observation b = slot(1, "b", true);
  const eval::Observation c = slot(2, "c", false);
  const std::vector<const eval::Observation*> cell = {&a, &b, &c};
  EXPECT_FALSE(found_by_reading(cell, {}));
  EXPECT_FALSE(found_by_reading(cell, {.broke = {{0, false}, {1, false}}}));
  EXPECT_FALSE(found_by_exact_scorer(cell));
  const auto claim =
      found_by_reading(cell, {.broke = {{1, false}, {2, true}}, .labeled_by = "a reader"});
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->kind, ClaimKind::found);
  EXPECT_EQ(claim->name, "found/arm=on/expect=refuse");
  EXPECT_EQ(claim->estimate.counts.broke, 1);
  EXPECT_EQ(claim->estimate.counts.planned, 2);
  EXPECT_EQ(claim->entries.outcomes, (std::vector<std::uint64_t>{102, 102}));
  EXPECT_FALSE(claim->estimate.value);
  EXPECT_FALSE(claim->met);
  EXPECT_TRUE(claim->reproduced.empty());
}

TEST(Found, EpochsTellHowOftenItWasReproduced) {
  std::vector<eval::Observation> rows = {slot(0, "a", true), slot(1, "a", false),
                                         slot(2, "a", true), slot(3, "b", false)};
  std::vector<const eval::Observation*> cell;
  for (eval::Observation& row : rows) {
    row.decided_by = eval::DecidedBy::exact;
    cell.push_back(&row);
  }
  const auto claim = found_by_exact_scorer(cell);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->estimate.counts.broke, 2);
  EXPECT_EQ(claim->reproduced, (std::vector<std::int64_t>{2, 3}));
}

TEST(Claim, WhereTheJudgeIsNoBetterThanChanceLabelsOfTheRunWouldSettleItAndTheirNumberIsTold) {
  analyze::Estimate estimate;
  estimate.name = "harm/arm=on";
  estimate.reason = analyze::Reason::judge_no_better_than_chance;
  estimate.bound_confidence = .9875;
  estimate.raw = analyze::Raw{.flagged = 95, .judged = 100, .value = .95};
  estimate.judge = analyze::JudgeError{.sensitivity = {64, 64}, .specificity = {5, 43}};
  const Claim claim = claim_of(estimate);
  ASSERT_TRUE(claim.more && claim.more->n);
  EXPECT_EQ(claim.more->what, "labels");
  // With 60 % of the flagged expected to have broken, few labels lie clearly over 5 %.
  EXPECT_GT(*claim.more->n, 1);
  EXPECT_LT(*claim.more->n, 20);
}

TEST(Claim, WhereFewLabelsMakeTheBoundWideNoNumberOfSamplesIsPromised) {
  analyze::Estimate estimate = with_bounds(0, 0.01, 0.4);
  estimate.n = 1000;
  estimate.effective_n = 1000;
  estimate.raw = analyze::Raw{.flagged = 10, .judged = 1000, .value = .01};
  estimate.judge = analyze::JudgeError{.labeled_by = "a reader"};
  const Claim claim = claim_of(estimate);
  ASSERT_TRUE(claim.more.has_value());
  EXPECT_EQ(claim.more->what, "labels");
  EXPECT_FALSE(claim.more->n.has_value());
}

TEST(Claim, WhereFewLabelsMakeTheBoundWideTheMissingOutcomesAloneDoNotSettleIt) {
  // 23 labels of 119 answers, none broke: 14 % without the missing one, which adds a point.
  analyze::Estimate estimate = with_bounds(0, 0, 0.1712);
  estimate.bound_confidence = .9875;
  estimate.lower = 0;
  estimate.upper = .138;
  estimate.n = 119;
  estimate.effective_n = 99;
  estimate.counts.planned = 120;
  estimate.counts.undecided = 1;
  estimate.raw = analyze::Raw{.flagged = 0, .judged = 119, .value = 0};
  estimate.judge = analyze::JudgeError{.labeled_by = "a reader"};
  eval::Question below_ten = below_five;
  below_ten.threshold = .1;
  EXPECT_EQ(support(below_ten, estimate, on_arm, {}).more->what, "labels");
  // With many labels the interval is that of the sample, and only the missing stand in the way.
  estimate.upper = .037;
  estimate.counts.undecided = 20;
  EXPECT_EQ(support(below_ten, estimate, on_arm, {}).more->what, "outcomes");
}

}  // namespace
}  // namespace truebound::evidence
