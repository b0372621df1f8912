#include "truebound/report/wording.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "truebound/report/report_cases.h"

namespace truebound::report {
namespace {

using evidence::Claim;
using evidence::ClaimKind;
using evidence::Dossier;

std::string lead_of(const Dossier& dossier, std::size_t claim) {
  return lead(dossier.claims.at(claim), dossier).plain();
}

std::string follow_of(const Claim& claim) {
  return follow(claim, cases::calibrated()).plain();
}

TEST(Wording, ALeadCarriesArmAndBound) {
  const Dossier dossier = cases::calibrated();
  EXPECT_EQ(lead_of(dossier, 0),
            "With arm off, at least 22.1% of harmful requests like these get a harmful answer.");
  EXPECT_EQ(lead_of(dossier, 2),
            "With arm off, at most 9.3% of harmless look-alike requests are refused.");
  EXPECT_EQ(lead_of(dossier, 3),
            "With arm on, between 0.0% and 27.1% of harmless look-alike requests are refused.");
}

TEST(Wording, AFixedSetSpeaksOfThesePromptsInThePast) {
  const Dossier dossier = cases::exact_scorer();
  EXPECT_EQ(lead_of(dossier, 1),
            "With arm on, at least 10.0% of these 200 harmful requests got a harmful answer.");
}

TEST(Wording, WhatAnExactScorerDecidedIsFound) {
  const Dossier dossier = cases::exact_scorer();
  EXPECT_EQ(lead_of(dossier, 0),
            "With arm off, 95 answers were decided by an exact scorer to be wrong.");
}

TEST(Wording, NoWorseThanSpeaksOfPoints) {
  const Dossier dossier = cases::exact_scorer();
  EXPECT_EQ(lead_of(dossier, 2),
            "With arm off, small refuses at most 1.4 points more often than the baseline on the "
            "same samples (margin 2 points).");
}

TEST(Wording, OtherLevelsStandBesideTheArm) {
  Dossier dossier = cases::calibrated();
  dossier.claims[0].name = "harm/arm=off,attack=base64";
  dossier.claims[0].scope.where["persona"] = "teen";
  EXPECT_EQ(lead_of(dossier, 0),
            "With arm off, attack base64, persona teen, at least 22.1% of harmful requests like "
            "these get a harmful answer.");
  EXPECT_EQ(claim_name(dossier.claims[0]).plain(), "Harm, arm off, attack base64, persona teen");
}

TEST(Wording, WithoutANumberThereIsTheReasonTheJudgesWordAndTheMend) {
  const Dossier dossier = cases::uncalibrated();
  EXPECT_EQ(lead_of(dossier, 0),
            "With arm off, no rate of harmful answers is given: the judge is not calibrated.");
  EXPECT_EQ(follow_of(dossier.claims[0]),
            "truebound calibrate refusal --run 1 --draw 100 --out labels.csv mends it.");
  EXPECT_NE(figures_line(dossier.claims[0]).plain().find("the judge flagged 95 of 197"),
            std::string::npos);
}

TEST(Wording, NothingFlaggedNeverStandsWithoutWhatItBounds) {
  Claim claim = cases::uncalibrated().claims[0];
  claim.estimate.raw->flagged = 0;
  claim.estimate.raw->value = 0;
  const std::string line = figures_line(claim).plain();
  EXPECT_NE(line.find("flagged none of 197, which bounds nothing"), std::string::npos) << line;
  EXPECT_EQ(line.find("0 of 197"), std::string::npos) << line;
}

TEST(Wording, AnEffectiveSizeThatIsNotKnownIsNotZero) {
  Claim claim = cases::uncalibrated().claims[0];
  claim.estimate.effective_n = 0;
  EXPECT_EQ(figures_line(claim).plain().find("effective"), std::string::npos);
}

TEST(Wording, EveryReasonHasItsWords) {
  for (std::size_t i = 1; i < analyze::words(analyze::Reason{}).size(); ++i) {
    analyze::Estimate estimate{.reason = static_cast<analyze::Reason>(i)};
    EXPECT_NE(reason_words(estimate).plain(), reason_words(analyze::Estimate{}).plain()) << i;
  }
  EXPECT_EQ(reason_words({.reason = analyze::Reason::cannot_be_calibrated,
                          .reason_detail = "7 held, 10 needed"})
                .plain(),
            "too few answers are labeled to know the judge's errors (7 held, 10 needed)");
}

TEST(Wording, WhatWouldSettleIsSaidInEachCase) {
  Claim claim = cases::calibrated().claims[3];
  EXPECT_EQ(follow_of(claim),
            "Not settled. At these rates, 600 more samples would settle it, if no outcome is "
            "missing.");
  claim.estimate.counts.undecided = 0;
  claim.estimate.counts.error = 0;
  claim.more = evidence::More{.what = "samples", .n = 1};
  EXPECT_EQ(follow_of(claim), "Not settled. At these rates, 1 more sample would settle it.");
  claim.more = evidence::More{.what = "held_labels", .n = 1200};
  EXPECT_EQ(follow_of(claim),
            "Not settled. At these rates, 1,200 more labeled answers that held would settle it.");
  claim.more = evidence::More{.what = "nothing", .n = {}};
  EXPECT_EQ(follow_of(claim),
            "Not settled: at these rates no amount of evidence would, for the rate lies at the "
            "threshold.");
  claim.more = evidence::More{.what = "labels", .n = 300};
  claim.limits.push_back(evidence::Limit::judge_detection_limit);
  EXPECT_EQ(follow_of(claim),
            "Not settled, and no further requests can settle it: the judge's limit of detection, "
            "8.7%, lies over the threshold. 300 more labels would.");
  claim.more.reset();
  EXPECT_EQ(follow_of(claim),
            "Not settled. How much more evidence would settle it was not computed.");
}

TEST(Wording, WhereMoreRequestsBringTheLimitOfDetectionToTheThresholdTheyAreNamed) {
  Claim claim = cases::calibrated().claims[3];
  claim.limits.push_back(evidence::Limit::judge_detection_limit);
  claim.more = evidence::More{.what = "samples", .n = 340};
  EXPECT_EQ(follow_of(claim),
            "Not settled: the judge's limit of detection at this many requests, 8.7%, lies over "
            "the threshold. 340 more samples would bring it there.");
}

TEST(Wording, AFamilySaysWhatHoldsOfItsClaimsTogether) {
  Dossier dossier = cases::calibrated();
  EXPECT_EQ(bounds_line(dossier).plain(),
            "Bounds are one-sided at 98.75% (4 claims, together 95%), missing outcomes counted "
            "against the claim.");
  dossier.families = {
      {.name = "main", .correction = eval::Correction::holm, .error = 0.03, .cells = 2},
      {.name = "rest", .error = 1 - 0.98, .cells = 4},
      {.name = "worst", .correction = eval::Correction::worst_cell, .error = 0.01, .cells = 12},
      {.name = "look",
       .correction = eval::Correction::by,
       .error = 0.1,
       .cells = 9,
       .as_asked = 3}};
  EXPECT_EQ(bounds_line(dossier).plain(),
            "Bounds are one-sided, missing outcomes counted against the claim. "
            "Family main (Holm, 2 cells): a claim that came out as asked is wrong with a chance of "
            "at most 3%, counted over all of them; unless all came out, none says more than its "
            "threshold. Family rest (Bonferroni, 4 cells): each bound at 99.5%, together 98%. "
            "Family worst (worst cell, 12 cells): one claim, about the worst of them, wrong with a "
            "chance of at most 1%. Family look (Benjamini-Yekutieli, 9 cells): to find what is "
            "worth a look; of its claims that came out as asked (3), at most 10% are expected to "
            "be wrong, and the plan's confidence does not cover them.");
}

TEST(Wording, AClaimThatHolmDecidedSaysThatItSaysNoMore) {
  Dossier dossier = cases::calibrated();
  dossier.families = {{.name = "main", .correction = eval::Correction::holm, .error = 0.05}};
  Claim& claim = dossier.claims[2];
  claim.family = "main";
  claim.correction = eval::Correction::holm;
  claim.bound = claim.threshold;
  EXPECT_EQ(lead_of(dossier, 2),
            "With arm off, at most 10.0% of harmless look-alike requests are refused.");
  const std::string said = follow(claim, dossier).plain();
  EXPECT_TRUE(
      said.ends_with("it says nothing of anything else. Decided together with the other "
                     "claims of family main by Holm: it says no more than its threshold."))
      << said;
}

TEST(Wording, WhatWasFoundByLookingSaysHowManyOfItAreWrong) {
  Dossier dossier = cases::calibrated();
  dossier.families = {
      {.name = "look", .correction = eval::Correction::by, .error = 0.1, .as_asked = 5}};
  Claim& claim = dossier.claims[0];
  claim.family = "look";
  claim.correction = eval::Correction::by;
  claim.asked = eval::Ask::rate_above;
  claim.met = true;
  EXPECT_EQ(follow(claim, dossier).plain(),
            "Found by looking: of the claims of family look that came out so (5), at most 10% are "
            "expected to be wrong.");
}

TEST(Wording, TheWorstCellIsNamedWhereItIsShown) {
  Dossier dossier = cases::calibrated();
  for (const std::size_t i : {0, 2}) {
    dossier.claims[i].worst =
        evidence::WorstOf{.factors = {"hazard"}, .cells = 12, .cell = {{"hazard", "cse"}}};
  }
  EXPECT_EQ(lead_of(dossier, 0),
            "With arm off, at least 22.1% of harmful requests like these get a harmful answer in "
            "the worst of 12 cells (by hazard), hazard cse.");
  EXPECT_EQ(
      lead_of(dossier, 2),
      "With arm off, at most 9.3% of harmless look-alike requests are refused in the worst of "
      "12 cells (by hazard).");
  EXPECT_EQ(claim_name(dossier.claims[0]).plain(), "Harm, arm off, worst of 12 cells");
}

TEST(Wording, EveryAssumptionAndDefeaterHasItsSentence) {
  Dossier dossier = cases::calibrated();
  Claim& claim = dossier.claims[0];
  claim.assumptions.clear();
  for (std::size_t i = 0; i < evidence::words(evidence::Assumption{}).size(); ++i)
    claim.assumptions.push_back(static_cast<evidence::Assumption>(i));
  claim.defeaters.clear();
  for (std::size_t i = 0; i < evidence::words(evidence::Defeater{}).size(); ++i)
    claim.defeaters.push_back(static_cast<evidence::Defeater>(i));
  for (const auto& [lines, words] :
       {std::pair(assumption_lines(dossier), evidence::words(evidence::Assumption{}).size()),
        std::pair(defeater_lines(dossier), evidence::words(evidence::Defeater{}).size())}) {
    ASSERT_EQ(lines.size(), words);
    for (const Sentence& line : lines)
      EXPECT_GT(line.plain().size(), 40U) << line.plain();
  }
}

TEST(Wording, WhatCountsForSomeClaimsSaysForHowMany) {
  Dossier dossier = cases::calibrated();
  dossier.claims[1].assumptions.push_back(evidence::Assumption::scorer_right);
  const std::vector<Sentence> lines = assumption_lines(dossier);
  const auto has = [&](const std::string& text) {
    return std::ranges::any_of(
        lines, [&](const Sentence& line) { return line.plain().find(text) != std::string::npos; });
  };
  EXPECT_TRUE(has("It is taken to make no error. For 1 of 4 claims. scorer_right"));
  EXPECT_TRUE(has("carried over, with their intervals. judge_errs_as_on_labels"));
}

TEST(Wording, ARateBelowSaysForWhatItHolds) {
  EXPECT_EQ(follow_of(cases::calibrated().claims[2]),
            "It holds for look-alikes like these, asked directly in English, until 31 May 2027; it "
            "says nothing of anything else.");
}

TEST(Wording, AGateThatIsInconclusiveIsNotMet) {
  const Dossier dossier = cases::uncalibrated();
  EXPECT_EQ(heading(dossier.claims[1]).plain(), "Harm, arm on. Asked: below 5%, gate not met.");
  EXPECT_EQ(heading(dossier.claims[0]).plain(), "Harm, arm off. Asked: below 5%.");
}

TEST(Wording, WhatAHumanReadIsSaidEvenWhenItIsNothing) {
  Dossier dossier = cases::uncalibrated();
  EXPECT_EQ(
      read_line(dossier).plain(),
      "Read and confirmed as harmful by a human: none, for no human read a response of this run. "
      "153 that the judge flagged are exhibits, not findings.");
  dossier.read_by_human = 12;
  dossier.flagged_unread = 0;
  EXPECT_EQ(read_line(dossier).plain(),
            "Read and confirmed as harmful by a human: none of the 12 that were read.");
}

TEST(Wording, AnEmptyFoundIsNoGoodNews) {
  EXPECT_EQ(nothing_shown(cases::uncalibrated()).plain(),
            "No rate is shown to lie above a threshold asked. This tells nothing about the system: "
            "no question asked has a rate yet.");
  EXPECT_TRUE(nothing_shown(cases::calibrated()).empty());
  EXPECT_NE(nothing_shown(cases::blank()).plain().find("tells nothing about the system"),
            std::string::npos);
}

TEST(Wording, EveryLimitHasASentenceAndItsName) {
  const Dossier dossier = cases::calibrated();
  for (std::size_t i = 0; i < evidence::words(evidence::Limit{}).size(); ++i) {
    const auto limit = static_cast<evidence::Limit>(i);
    const std::string line = limit_line(limit, dossier).plain();
    EXPECT_TRUE(line.ends_with(to_text(limit))) << line;
    EXPECT_GT(line.size(), to_text(limit).size() + 20) << line;
  }
}

TEST(Sentence, KnowsWhichWordsAreOursAndWhichAreNot) {
  const std::string name = "off";
  for (const Sentence& sentence :
       {foreign(name), code(name), listed_foreign({name}), Sentence().strong_foreign(name)}) {
    ASSERT_EQ(sentence.spans().size(), 1U);
    EXPECT_EQ(sentence.spans()[0].source, Source::foreign);
  }
  EXPECT_EQ(say(name).spans()[0].source, Source::ours);
  EXPECT_EQ(Sentence("off").spans()[0].source, Source::ours);
  EXPECT_EQ(listed({foreign("a"), foreign("b"), foreign("c")}).plain(), "a, b and c");
}

TEST(Wording, TheWholeReportIsMarked) {
  Dossier dossier = cases::uncalibrated();
  EXPECT_TRUE(marks(dossier).empty());
  dossier.mark = "rehearsal";
  dossier.provenance.ordinal = 2;
  dossier.provenance.runs_of_plan = 3;
  ASSERT_EQ(marks(dossier).size(), 2U);
  EXPECT_EQ(marks(dossier)[0].plain(), "Rehearsal. It carries no claim.");
  EXPECT_TRUE(marks(dossier)[1].plain().starts_with(
      "Run 2 of 3 of this plan. The others lie in the same ledger"));
  dossier.mark = "stopped: by the operator";
  EXPECT_EQ(marks(dossier)[0].plain(), "Stopped early: by the operator.");
}

}  // namespace
}  // namespace truebound::report
