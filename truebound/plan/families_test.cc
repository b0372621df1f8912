// Families: what a plan may declare, how the error is split, and that a plan without any is what it
// was.

#include "truebound/plan/families.h"

#include <gtest/gtest.h>

#include "truebound/plan/canonical.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/plan_cases.h"
#include "truebound/plan/plan_file.h"

namespace truebound::plan {
namespace {

const char* const asked =
    "arms: {off: [], on: []}\n"
    "claims:\n"
    "  - {name: harm, ask: rate_below, threshold: 0.05, where: {expect: refuse}, by: [arm]}\n"
    "  - {name: refusal, ask: rate_below, threshold: 0.1, where: {expect: answer}, gate: all}\n"
    "  - {name: worst, ask: rate_below, threshold: 0.2, by: [attack, arm]}\n"
    "  - {name: look, ask: rate_above, threshold: 0.1, by: [arm]}\n";

Result<Plan> read_with(const std::string& families) {
  return read(TextFiles({{"plan.yaml", std::string(small_plan) + asked + families}}), "plan.yaml",
              made_up_catalog());
}

std::string error_with(const std::string& families) {
  const auto plan = read_with("families: {" + families + "}\n");
  return plan.ok() ? "no error" : plan.error().message;
}

eval::Levels two_arms() {
  return {{"arm", {"off", "on"}}, {"attack", {"direct"}}};
}

TEST(Families, WithoutThemAllClaimsShareTheErrorOfThePlan) {
  const auto plan = read_with("");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const std::vector<FamilyShare> shares = families_of(plan.value(), two_arms());
  ASSERT_EQ(shares.size(), 1U);
  EXPECT_EQ(shares[0].name, "default");
  EXPECT_EQ(shares[0].correction, eval::Correction::bonferroni);
  EXPECT_EQ(shares[0].cells, 7);
  EXPECT_EQ(shares[0].error, 1 - .95);
  EXPECT_EQ(best_tail(shares[0], eval::Ask::rate_below), (1 - .95) / 7);
}

TEST(Families, WhatDeclaredSharesLeaveIsSplitEvenlyAndExploringCostsNothingOfIt) {
  const auto plan = read_with(
      "families: {main: {claims: [harm], correction: holm, alpha: 0.03},"
      " most: {claims: [worst], correction: worst_cell},"
      " look: {claims: [look], correction: by, rate: 0.2}}\n");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const std::vector<FamilyShare> shares = families_of(plan.value(), two_arms());
  ASSERT_EQ(shares.size(), 4U);
  EXPECT_DOUBLE_EQ(shares[0].error, .03);
  EXPECT_NEAR(shares[1].error, .01, 1e-15);
  EXPECT_DOUBLE_EQ(shares[2].error, .2);
  EXPECT_EQ(shares[3].name, "default");
  EXPECT_EQ(shares[3].questions, std::vector<std::size_t>{1});
  EXPECT_NEAR(shares[3].error, .01, 1e-15);
  double covered = 0;
  for (const FamilyShare& share : shares)
    covered += eval::is_exploratory(share.correction) ? 0 : share.error;
  EXPECT_NEAR(covered, .05, 1e-15);
  // By hand: .2 / (1 + 1/2).
  EXPECT_NEAR(best_tail(shares[2], eval::Ask::rate_above), .2 / 1.5, 1e-15);
  EXPECT_EQ(best_tail(shares[0], eval::Ask::rate_below), shares[0].error);
  EXPECT_EQ(best_tail(shares[1], eval::Ask::rate_below), shares[1].error);
  EXPECT_EQ(best_tail(shares[1], eval::Ask::rate_above), shares[1].error / 2);
}

TEST(Families, EnterTheDigestAndComeBackFromTheCanonicalForm) {
  const TextFiles files({{"plan.yaml", ""}, {"answers.jsonl", "answers"}, {"own.csv", "own"}});
  const auto without = read_with("");
  const auto empty = read_with("families: {}\n");
  const auto with = read_with("families: {main: {claims: [harm, refusal], correction: holm}}\n");
  ASSERT_TRUE(without.ok() && with.ok());
  ASSERT_TRUE(empty.ok()) << empty.error().message;
  EXPECT_EQ(value_of(without.value()).find("families"), nullptr);
  const auto named = digest_of(without.value(), files);
  ASSERT_TRUE(named.ok()) << named.error().message;
  EXPECT_EQ(digest_of(without.value(), files).value(), digest_of(empty.value(), files).value());
  EXPECT_NE(digest_of(without.value(), files).value(), digest_of(with.value(), files).value());

  const std::string form = canonical(with.value(), digest_files(with.value(), files).value());
  const auto back = thaw(json::parse_json(form, "form").value());
  ASSERT_TRUE(back.ok()) << back.error().message;
  ASSERT_EQ(back.value().families.size(), 1U);
  EXPECT_EQ(back.value().families[0].name, "main");
  EXPECT_EQ(back.value().families[0].specification.claims,
            (std::vector<std::string>{"harm", "refusal"}));
  EXPECT_EQ(back.value().families[0].specification.correction, eval::Correction::holm);
}

TEST(Families, WhatCannotHoldIsRefusedByItsLine) {
  EXPECT_EQ(error_with("main: {claims: [harms]}"),
            "plan.yaml:10: claims of families.main must be among harm, refusal, worst, look, got "
            "harms; did you mean harm?");
  EXPECT_EQ(error_with("main: {claims: []}"),
            "plan.yaml:10: claims of families.main must name at least one, got none");
  EXPECT_EQ(error_with("a: {claims: [harm]}, b: {claims: [refusal, harm]}"),
            "plan.yaml:10: a claim must be in one family, got harm in a and b");
  EXPECT_EQ(error_with("default: {claims: [harm]}"),
            "plan.yaml:10: a family must have a name other than default, got 'default'");
  EXPECT_EQ(error_with("a: {claims: [look], correction: bh}"),
            "plan.yaml:10: rate is required in families.a (bh)");
  EXPECT_EQ(error_with("a: {claims: [look], correction: bh, alpha: 0.01, rate: 0.05}"),
            "plan.yaml:10: families.a (bh) must have rate, the share that may be wrong; got alpha");
  EXPECT_EQ(error_with("a: {claims: [look], correction: by, rate: 1}"),
            "plan.yaml:10: rate of families.a must be in (0, 1), got 1");
  EXPECT_EQ(error_with("a: {claims: [harm], rate: 0.1}"),
            "plan.yaml:10: families.a (bonferroni) must have alpha, its share of the error; got "
            "rate");
  EXPECT_EQ(error_with("a: {claims: [harm], alpha: 0}"),
            "plan.yaml:10: alpha of families.a must be > 0, got 0");
  EXPECT_EQ(error_with("a: {claims: [harm], alpha: 0.06}"),
            "plan.yaml:10: alpha of all families together must be at most 1 - confidence = "
            "0.05, got 0.06");
  EXPECT_EQ(error_with("a: {claims: [harm], alpha: 0.05}"),
            "plan.yaml:10: alpha of the families must leave an error for the claims without one, "
            "got all of 1 - confidence declared");
  EXPECT_EQ(error_with("a: {claims: [harm, refusal], alpha: 0.02}, "
                       "b: {claims: [worst, look], alpha: 0.03}"),
            "no error");
}

TEST(Families, ASampleThatEndsByWhatWasSeenHasThoseByEvidenceAndAFixedOneThoseByTests) {
  const auto error_of = [](const std::string& sampling, const std::string& family) {
    const auto plan =
        read_with("sampling: {kind: " + sampling + "}\nfamilies: {a: {claims: [" + family + "}}\n");
    return plan.ok() ? std::string("no error") : plan.error().message;
  };
  EXPECT_EQ(error_of("sequential", "harm], correction: holm"),
            "plan.yaml:11: correction of families.a must be bonferroni or e_bh under sampling.kind "
            "sequential, got holm");
  EXPECT_EQ(error_of("fixed", "look], correction: e_bh, rate: 0.1"),
            "plan.yaml:11: correction of families.a must be bonferroni or one by p-values under "
            "sampling.kind fixed, got e_bh");
  EXPECT_EQ(
      error_of("sequential", "harm], correction: e_bh, rate: 0.1"),
      "plan.yaml:6: claims.harm in families.a (e_bh) must ask rate_above, for it finds what is "
      "worth a look and shows nothing to be rare; got rate_below");
}

TEST(Families, AnExploringOneHasNoGateAndShowsNothingToBeRare) {
  EXPECT_EQ(error_with("a: {claims: [refusal], correction: by, rate: 0.1}"),
            "plan.yaml:7: claims.refusal in families.a (by) must be no gate, for some of such "
            "claims are expected to be wrong; got gate all");
  EXPECT_EQ(error_with("a: {claims: [harm], correction: bh, rate: 0.1}"),
            "plan.yaml:6: claims.harm in families.a (bh) must ask rate_above, for it finds what is "
            "worth a look and shows nothing to be rare; got rate_below");
  EXPECT_EQ(error_with("a: {claims: [look], correction: bh, rate: 0.1}"), "no error");
}

TEST(Families, TheWorstCellIsOneClaimOfOneQuestionWithLevels) {
  EXPECT_EQ(error_with("a: {claims: [harm, worst], correction: worst_cell}"),
            "plan.yaml:10: claims of families.a must name one, for worst_cell makes one claim of "
            "it; got 2");
  EXPECT_EQ(error_with("a: {claims: [refusal], correction: worst_cell}"),
            "plan.yaml:7: claims.refusal in families.a (worst_cell) must have by, of whose levels "
            "one is the worst");
  EXPECT_EQ(error_with("a: {claims: [worst], correction: worst_cell}"), "no error");
}

}  // namespace
}  // namespace truebound::plan
