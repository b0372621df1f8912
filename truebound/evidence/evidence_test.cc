// Claims say what the bounds support, and nothing that they do not.

#include <gtest/gtest.h>

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
  EXPECT_TRUE(is_gate(below_five, on_arm));
  EXPECT_FALSE(is_gate(below_five, {.where = {{"arm", "off"}}}));
  eval::Question all = below_five;
  all.gate = "all";
  EXPECT_TRUE(is_gate(all, {.where = {{"arm", "off"}}}));
}

}  // namespace
}  // namespace truebound::evidence
