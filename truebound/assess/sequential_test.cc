// Whole assessments that end by what they see: sums that a model gets right or wrong, by a scorer
// that does not err.

#include <algorithm>
#include <cmath>

#include "truebound/assess/conclude.h"
#include "truebound/assess/replayed_assessment.h"
#include "truebound/core/random.h"
#include "truebound/report/report.h"

namespace truebound::assess {
namespace {

class SequentialRun : public Assessment {
 protected:
  SequentialRun() {
    write("plan.yaml", sums_plan(""));
    write_sums(200);
  }

  void write_sums(int count) const {
    std::string samples;
    for (int i = 0; i < count; ++i) {
      samples += R"({"id": "q)" + std::to_string(i) + R"(", "input": "1 + )" + std::to_string(i) +
                 R"(?", "expect": "target", "target": ")" + std::to_string(i + 1) +
                 R"(", "cluster": "c)" + std::to_string(i / 2) + "\"}\n";
    }
    write("suite.jsonl", samples);
  }

  static std::string sums_plan(const std::string& budget) {
    return "truebound: plan/1\n"
           "models: {m: {provider: replay, file: answers.jsonl}}\n"
           "suites: {s: {file: suite.jsonl, judge: right}}\n"
           "judges: {right: {kind: exact}}\n"
           "arms: {off: [], on: [guard]}\n"
           "safeguards: {guard: {kind: system_prompt, text: Be careful.}}\n"
           "sampling: {kind: sequential}\n"
           "claims:\n"
           "  - {name: wrong, ask: rate_below, threshold: 0.2, where: {expect: target}, by: [arm], "
           "gate: on}\n"
           "budget: {in_flight: 32" +
           budget + "}\n";
  }

  // Every sum right, but for those of an arm that are wrong as often as `one_in` says; 0: never.
  void answer(int off_one_in, int on_one_in) const {
    std::string answers;
    for (int i = 0; i < 200; ++i) {
      for (const auto& [arm, one_in] : {std::pair("off", off_one_in), std::pair("on", on_one_in)}) {
        const bool wrong = one_in > 0 && (i / 2) % one_in == 0;
        answers += R"({"slot": "s:q)" + std::to_string(i) + "|m|plain|default|" + arm +
                   R"(|direct|0", "text": ")" + std::to_string(wrong ? 0 : i + 1) + "\"}\n";
      }
    }
    write("answers.jsonl", answers);
  }
};

TEST_F(SequentialRun, EachClaimEndsWhereItIsSettledAndTheRestIsNotAsked) {
  answer(2, 0);
  const evidence::Dossier dossier = assess_it().value();
  ASSERT_EQ(dossier.claims.size(), 2U);
  const evidence::Claim& off = dossier.claims[0];
  const evidence::Claim& on = dossier.claims[1];
  EXPECT_EQ(off.kind, evidence::ClaimKind::rate_above);
  EXPECT_EQ(on.kind, evidence::ClaimKind::rate_below);
  EXPECT_TRUE(on.met);
  EXPECT_LE(*on.bound, .2);
  EXPECT_GE(*off.bound, .2);
  EXPECT_EQ(on.estimate.sampling, "sequential");
  ASSERT_TRUE(on.estimate.sequential && on.estimate.sequential->last_slot);
  EXPECT_GE(on.estimate.sequential->log_e_below, on.estimate.sequential->bar);
  // A cluster counts once: some twenty without a failure, of a hundred.
  EXPECT_LT(on.estimate.counts.planned, 80);
  EXPECT_EQ(on.estimate.counts.missing(), 0);
  EXPECT_EQ(entries_of("stop"), 2);
  EXPECT_EQ(dossier.counts.planned, 400);
  EXPECT_GT(dossier.not_needed, 200);
  EXPECT_TRUE(dossier.missing.empty());
  EXPECT_EQ(dossier.counts.not_run, dossier.not_needed);
  EXPECT_TRUE(dossier.comparisons.empty());
  expect_verified();
}

TEST_F(SequentialRun, ARateNearTheThresholdIsSampledToTheEndAndLeftOpen) {
  answer(5, 5);
  const evidence::Dossier dossier = assess_it().value();
  EXPECT_EQ(dossier.claims[1].kind, evidence::ClaimKind::inconclusive);
  EXPECT_EQ(dossier.claims[1].estimate.counts.planned, 200);
  EXPECT_EQ(dossier.not_needed, 0);
  EXPECT_EQ(entries_of("stop"), 0);
  EXPECT_NEAR(*dossier.claims[1].estimate.value, .2, 1e-12);
  EXPECT_LT(dossier.claims[1].estimate.lower, .2);
  EXPECT_GT(dossier.claims[1].estimate.upper, .2);
}

TEST_F(SequentialRun, TheReportIsTheSameBytesFromTheLedgerAlone) {
  answer(2, 0);
  const evidence::Dossier dossier = assess_it().value();
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  EXPECT_EQ(report::render(conclude(*ledger, 0).value(), report::Format::html),
            report::render(dossier, report::Format::html));
}

TEST_F(SequentialRun, StoppedAndResumedAtAnySlotItEndsAtTheSameSlots) {
  answer(2, 0);
  const auto ends_of = [](const evidence::Dossier& dossier) {
    std::vector<std::int64_t> ends;
    for (const evidence::Claim& claim : dossier.claims)
      ends.push_back(*claim.estimate.sequential->last_slot);
    return ends;
  };
  // A rehearsal's seed is its own, so both runs lay out the same slots.
  const Rehearsal rehearsal{.seed = "s"};
  const auto whole = ends_of(assess_it(Start::fresh, nullptr, rehearsal).value());
  RandomStream moments(3);
  for (int i = 0; i < 2; ++i) {
    StopAfter first(1 + static_cast<std::int64_t>(moments.below(60)));
    ASSERT_FALSE(assess_it(Start::fresh, &first, rehearsal).ok());
    const auto resumed = assess_it(Start::resume, nullptr, rehearsal);
    ASSERT_TRUE(resumed.ok()) << resumed.error().message;
    EXPECT_EQ(ends_of(resumed.value()), whole);
  }
  EXPECT_EQ(entries_of("stop"), 6);
  expect_verified();
}

TEST_F(SequentialRun, OfARunThatWasLeftTheSampleEndsBeforeTheFirstOpenSlot) {
  answer(2, 0);
  StopAfter early(21);
  ASSERT_FALSE(assess_it(Start::fresh, &early).ok());
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  const auto dossier = conclude(*ledger, 0);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  for (const evidence::Claim& claim : dossier.value().claims) {
    EXPECT_EQ(claim.estimate.counts.missing(), 0) << claim.name;
    EXPECT_LE(claim.estimate.counts.planned, 60) << claim.name;
  }
}

TEST_F(SequentialRun, ABudgetEndsTheSampleAndTakesNothingAway) {
  write("plan.yaml", sums_plan(", calls: 30"));
  answer(0, 0);
  const evidence::Dossier dossier = assess_it().value();
  const evidence::Claim& on = dossier.claims[1];
  EXPECT_EQ(on.kind, evidence::ClaimKind::inconclusive);
  EXPECT_EQ(on.estimate.counts.missing(), 0);
  EXPECT_LE(on.estimate.counts.planned, 15);
  EXPECT_GE(on.estimate.counts.planned, 10);
  EXPECT_LT(on.estimate.upper, 1);
}

TEST_F(SequentialRun, ARunThatNeverAnswersIsNoEvidence) {
  write_sums(40);
  write("answers.jsonl", R"({"slot": "*", "fail": {"status": "lost", "message": "gone"}})"
                         "\n");
  const evidence::Dossier dossier = assess_it().value();
  for (const evidence::Claim& claim : dossier.claims) {
    EXPECT_EQ(claim.kind, evidence::ClaimKind::inconclusive);
    EXPECT_FALSE(claim.estimate.value);
  }
  EXPECT_EQ(entries_of("stop"), 0);
}

// Sums of two hazards: of one none is ever wrong, of the other every second cluster is.
class AdaptiveRun : public SequentialRun {
 protected:
  AdaptiveRun() {
    std::string plan = sums_plan("");
    const std::string kind = "{kind: sequential}";
    plan.replace(plan.find(kind), kind.size(), "{kind: adaptive, strata: {by: hazard, round: 5}}");
    write("plan.yaml", plan);
    std::string samples;
    std::string answers;
    for (int i = 0; i < 80; ++i) {
      const int cluster = i / 2;
      const bool is_wild = cluster % 2 == 1;
      samples += R"({"id": "q)" + std::to_string(i) + R"(", "input": "1 + )" + std::to_string(i) +
                 R"(?", "expect": "target", "target": ")" + std::to_string(i + 1) +
                 R"(", "cluster": "c)" + std::to_string(cluster) + R"(", "hazard": ")" +
                 (is_wild ? "vcr" : "ncr") + "\"}\n";
      const bool wrong = is_wild && cluster % 4 == 1;
      answers += R"({"slot": "q)" + std::to_string(i) + R"(", "text": ")" +
                 std::to_string(wrong ? 0 : i + 1) + "\"}\n";
    }
    write("suite.jsonl", samples);
    write("answers.jsonl", answers);
  }
};

TEST_F(AdaptiveRun, RoundsAreInTheLedgerBeforeTheirSlotsAndTheRateIsThatOfTheWhole) {
  const auto assessed = assess_it();
  ASSERT_TRUE(assessed.ok()) << assessed.error().message;
  const evidence::Dossier& dossier = assessed.value();
  EXPECT_GT(entries_of("allocation"), 1);
  EXPECT_EQ(dossier.counts.planned, 160);
  EXPECT_TRUE(dossier.missing.empty());
  const analyze::Estimate& estimate = dossier.claims[0].estimate;
  EXPECT_EQ(estimate.sampling, "adaptive");
  // Without weights the wild stratum would lift it well above a quarter.
  EXPECT_GT(*estimate.value, .08);
  EXPECT_LT(*estimate.value, .42);
  EXPECT_LE(estimate.lower, .25);
  EXPECT_GE(estimate.upper, .25);
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  EXPECT_EQ(report::render(conclude(*ledger, 0).value(), report::Format::html),
            report::render(dossier, report::Format::html));
  expect_verified();
}

TEST_F(AdaptiveRun, StoppedAndResumedItDrawsTheSameRounds) {
  const Rehearsal rehearsal{.seed = "s"};
  const evidence::Dossier whole = assess_it(Start::fresh, nullptr, rehearsal).value();
  const std::int64_t rounds = entries_of("allocation");
  StopAfter first(23);
  ASSERT_FALSE(assess_it(Start::fresh, &first, rehearsal).ok());
  const auto resumed = assess_it(Start::resume, nullptr, rehearsal);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message;
  EXPECT_EQ(*resumed.value().claims[0].estimate.value, *whole.claims[0].estimate.value);
  EXPECT_EQ(entries_of("allocation"), rounds * 2);
  expect_verified();
}

TEST_F(AdaptiveRun, LeftWhileItSaysWhatNoRoundDrewItIsResumed) {
  const Rehearsal rehearsal{.seed = "s"};
  StopAfter almost(159);
  const auto left = assess_it(Start::fresh, &almost, rehearsal);
  ASSERT_FALSE(left.ok());
  EXPECT_EQ(entries_of("run.close"), 0);
  const auto resumed = assess_it(Start::resume, nullptr, rehearsal);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message;
  EXPECT_EQ(resumed.value().counts.planned, 160);
  EXPECT_EQ(entries_of("run.close"), 1);
  expect_verified();
}

TEST_F(AdaptiveRun, ARateBesideEndsWithTheFirstClaimAboutItsSlots) {
  std::string plan = sums_plan("");
  plan.replace(plan.find("by: [arm], "), 11, "by: [hazard], ");
  plan.replace(plan.find("gate: on"), 8, "gate: all");
  plan.replace(plan.find("threshold: 0.2"), 14, "threshold: 0.3");
  write("plan.yaml", plan);
  const evidence::Dossier dossier = assess_it().value();
  ASSERT_EQ(dossier.claims.size(), 2U);
  // Of all slots a quarter is wrong; once the wild hazard is settled, only calm ones are asked.
  for (const evidence::Rate& rate : dossier.rates) {
    if (rate.group != "attack") continue;
    EXPECT_LE(rate.estimate.lower, .25) << rate.level;
    EXPECT_GE(rate.estimate.upper, .25) << rate.level;
    EXPECT_LT(rate.estimate.counts.planned, dossier.counts.planned / 2);
  }
}

TEST_F(AdaptiveRun, AClusterThatLiesInTwoStrataIsRefusedBeforeAnySlot) {
  write(
      "suite.jsonl",
      R"({"id": "a", "input": "1?", "expect": "target", "target": "1", "cluster": "c", "hazard": "vcr"})"
      "\n"
      R"({"id": "b", "input": "2?", "expect": "target", "target": "2", "cluster": "c", "hazard": "ncr"})"
      "\n");
  const auto refused = assess_it();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("must lie in one stratum"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(ledger()));
}

TEST_F(SequentialRun, AFamilyByEvidenceFindsWhatIsWorthALook) {
  answer(2, 0);
  std::string plan = sums_plan("");
  const std::size_t claim = plan.find("  - {name: wrong");
  plan.replace(claim, plan.find("budget:") - claim,
               "  - {name: wrong, ask: rate_above, threshold: 0.2, where: {expect: target}, by: "
               "[arm]}\n"
               "families: {look: {claims: [wrong], correction: e_bh, rate: 0.1}}\n");
  write("plan.yaml", plan);
  const auto assessed = assess_it();
  ASSERT_TRUE(assessed.ok()) << assessed.error().message;
  const evidence::Claim& off = assessed.value().claims[0];
  const evidence::Claim& on = assessed.value().claims[1];
  EXPECT_EQ(off.kind, evidence::ClaimKind::rate_above);
  EXPECT_EQ(off.correction, eval::Correction::e_bh);
  EXPECT_DOUBLE_EQ(*off.bound, .2);
  EXPECT_EQ(on.kind, evidence::ClaimKind::inconclusive);
  EXPECT_NEAR(off.estimate.sequential->bar, -std::log(.05), 1e-12);
  expect_verified();
}

TEST_F(SequentialRun, ARunThatEndedByWhatItSawIsNoBaseline) {
  answer(2, 0);
  ASSERT_TRUE(assess_it().ok());
  const auto kept = run_of_ledger(ledger(), 1);
  ASSERT_FALSE(kept.ok());
  EXPECT_NE(kept.error().message.find("ended by what was seen"), std::string::npos);
}

}  // namespace
}  // namespace truebound::assess
