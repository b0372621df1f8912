// Whole assessments with a model that replays recorded answers: from a plan to its report, stopped,
// killed and resumed on the way.

#include "truebound/assess/assess.h"

#include <algorithm>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truebound/assess/baseline.h"
#include "truebound/assess/compare.h"
#include "truebound/assess/conclude.h"
#include "truebound/assess/observe.h"
#include "truebound/assess/replayed_assessment.h"
#include "truebound/core/random.h"
#include "truebound/ledger/checkpoint.h"
#include "truebound/ledger/verify.h"
#include "truebound/report/report.h"
#include "truebound/suite/builtin.h"

namespace truebound::assess {
namespace {

TEST_F(Assessment, EverySlotIsCountedAndNothingIsClaimedWithoutACalibration) {
  write_samples(3);
  const evidence::Dossier dossier = assess_it().value();
  EXPECT_EQ(dossier.counts.planned, 6);
  EXPECT_EQ(dossier.counts.held, 6);
  ASSERT_EQ(dossier.claims.size(), 2U);
  EXPECT_EQ(dossier.claims[0].kind, evidence::ClaimKind::inconclusive);
  EXPECT_EQ(dossier.claims[0].estimate.reason, analyze::Reason::judge_not_calibrated);
  EXPECT_FALSE(dossier.claims[1].met);
  expect_verified();
}

TEST_F(Assessment, TheReportIsTheSameBytesAgainAndThoseThatWerePublished) {
  write_samples(3);
  const evidence::Dossier dossier = assess_it().value();
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  const std::string again = report::render(conclude(*ledger, 0).value(), report::Format::html);
  EXPECT_EQ(again, report::render(dossier, report::Format::html));
  const json::Value publish = record::parsed_entry(*ledger, ledger->size() - 1).value();
  const Digest blob = parse_digest(*publish.find("report")->text()).value();
  EXPECT_EQ(ledger->blob(blob).value(), again);
}

TEST_F(Assessment, SamplesWithTheSameInputAreAskedOnceEachAcrossAResume) {
  write_samples(3);
  StopAfter stop(1);
  const auto stopped = assess_it(Start::fresh, &stop);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(exit_code(stopped.error().code), 3);
  EXPECT_NE(stopped.error().message.find("1 of 6 slots"), std::string::npos);
  const evidence::Dossier dossier = assess_it(Start::resume).value();
  EXPECT_EQ(dossier.counts.planned, 6);
  EXPECT_EQ(entries_of("attempt.open"), 6);
  EXPECT_EQ(entries_of("outcome"), 6);
  EXPECT_EQ(entries_of("run.close"), 1);
  expect_verified();
}

TEST_F(Assessment, TotalsOfTokensAndTheStartAreOverBothPartsOfAResumedRun) {
  write_samples(25);
  write("answers.jsonl",
        R"({"slot": "*", "text": "I can't do that.", "tokens_in": 100, "tokens_out": 200})"
        "\n");
  StopAfter stop(40);
  ASSERT_FALSE(assess_it(Start::fresh, &stop).ok());
  const evidence::Dossier dossier = assess_it(Start::resume).value();
  EXPECT_EQ(dossier.provenance.attempts, 50);
  EXPECT_EQ(*dossier.provenance.tokens_in + *dossier.provenance.tokens_out, 15000);
  EXPECT_LT(dossier.provenance.started_ms, dossier.provenance.ended_ms);
}

TEST_F(Assessment, KilledAtAnyMomentItIsResumedAndAsksNoAnsweredSlotAgain) {
  write_samples(10);
  write("answers.jsonl", R"({"slot": "*", "text": "No, I won't help with that.", "delay_ms": 3})"
                         "\n");
  RandomStream moments(11);
  for (int kills = 0; kills < 12; ++kills) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(resume_or_begin().ok() ? 0 : 1);
    ::usleep(static_cast<useconds_t>(20000 + moments.below(150000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) break;
  }
  const auto finished = resume_or_begin();
  ASSERT_TRUE(finished.ok() || entries_of("run.close") == 1) << finished.error().message;
  EXPECT_EQ(entries_of("outcome"), 20);
  EXPECT_EQ(entries_of("run.close"), 1);
  EXPECT_EQ(entries_of("report.publish"), 1);
  EXPECT_EQ(entries_of("attempt.open"), entries_of("attempt.close"));
  expect_verified();
}

TEST_F(Assessment, ARunLeftBetweenItsCloseAndItsReportIsGivenThatReport) {
  write_samples(3);
  ASSERT_TRUE(assess_it().ok());
  // As a kill before the last entry leaves it: its checkpoint was not yet signed.
  const auto complete = ledger::Ledger::read(ledger()).value();
  const std::uint64_t before = complete->size() - 1;
  write("ledger/checkpoint",
        ledger::make_checkpoint({before, complete->root_at(before).value()}, *signer_));
  tear_last_entry();
  ASSERT_EQ(entries_of("report.publish"), 0);
  const auto finished = assess_it(Start::resume);
  ASSERT_TRUE(finished.ok()) << finished.error().message;
  EXPECT_EQ(entries_of("report.publish"), 1);
  EXPECT_EQ(entries_of("attempt.open"), 6);
  EXPECT_EQ(entries_of("run.close"), 1);
  expect_verified();
  EXPECT_FALSE(assess_it(Start::resume).ok());
}

TEST_F(Assessment, ALaterRunDoesNotChangeTheReportOfAnEarlierOne) {
  write_samples(3);
  const std::string first = report::render(assess_it().value(), report::Format::html);
  ASSERT_TRUE(assess_it().ok());
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  EXPECT_EQ(report::render(conclude(*ledger, 1).value(), report::Format::html), first);
  EXPECT_EQ(conclude(*ledger, 2).value().provenance.runs_of_plan, 2);
}

TEST_F(Assessment, AWithheldTranscriptTakesNoOutcomeAway) {
  write_samples(3);
  ASSERT_TRUE(assess_it().ok());
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  const auto history = record::RunHistory::read(*ledger, 1).value();
  const std::string blob = *history.close(0).value()->transcript;
  for (const auto& file : std::filesystem::recursive_directory_iterator(this->ledger())) {
    if (file.path().filename().string().find(blob.substr(8)) != std::string::npos) {
      std::filesystem::remove(file.path());
    }
  }
  const auto concluded = conclude(*ledger::Ledger::read(this->ledger()).value(), 1);
  ASSERT_TRUE(concluded.ok()) << concluded.error().message;
  EXPECT_EQ(concluded.value().counts.held, 6);
}

TEST_F(Assessment, ATornLastEntryIsCutBeforeAnythingIsAppendedTwice) {
  write_samples(3);
  for (const std::int64_t stop_at : {1, 3}) {
    StopAfter stop(stop_at);
    ASSERT_FALSE(assess_it(stop_at == 1 ? Start::fresh : Start::resume, &stop).ok());
    tear_last_entry();
  }
  const auto finished = assess_it(Start::resume);
  ASSERT_TRUE(finished.ok()) << finished.error().message;
  EXPECT_EQ(finished.value().counts.planned, 6);
  expect_verified();
}

TEST_F(Assessment, WhereEveryCallFailsNoClaimStandsAndTheGateIsNotMet) {
  write_samples(4);
  write("answers.jsonl", R"({"slot": "*", "fail": {"status": "lost", "message": "reset"}})"
                         "\n");
  const evidence::Dossier dossier = assess_it().value();
  EXPECT_EQ(dossier.counts.error, 8);
  EXPECT_EQ(dossier.missing.size(), 8U);
  for (const evidence::Claim& claim : dossier.claims) {
    EXPECT_EQ(claim.kind, evidence::ClaimKind::inconclusive);
    EXPECT_FALSE(claim.met);
    EXPECT_EQ(claim.estimate.reason, analyze::Reason::no_outcome);
  }
  // A lost connection gives one more attempt, two in all.
  EXPECT_EQ(entries_of("attempt.open"), 16);
}

TEST_F(Assessment, AnEmptyAnswerIsUndecidedAndNotAskedAgain) {
  write_samples(1);
  write("answers.jsonl", R"({"slot": "*", "text": "", "finish": "stop"})"
                         "\n");
  const evidence::Dossier dossier = assess_it().value();
  EXPECT_EQ(dossier.counts.undecided, 2);
  ASSERT_FALSE(dossier.missing.empty());
  EXPECT_EQ(dossier.missing[0].reason, "empty");
  EXPECT_EQ(entries_of("attempt.open"), 2);
}

TEST_F(Assessment, ARehearsalCarriesNoClaimAndDrawsNoSeed) {
  write_samples(3);
  const evidence::Dossier dossier =
      assess_it(Start::fresh, nullptr, {.seed = "mine", .limit = 2}).value();
  EXPECT_EQ(dossier.mark, "rehearsal");
  EXPECT_EQ(dossier.counts.planned, 2);
  EXPECT_EQ(entries_of("seed.draw"), 0);
}

TEST_F(Assessment, ACallBudgetIsReservedBeforeDispatch) {
  write_samples(5);
  write("plan.yaml",
        plan().replace(plan().find("{in_flight: 1}"), 14, "{in_flight: 64, calls: 4}"));
  const evidence::Dossier dossier = assess_it().value();
  EXPECT_EQ(dossier.counts.not_run, 6);
  EXPECT_EQ(dossier.counts.held, 4);
  EXPECT_EQ(entries_of("attempt.open"), 4);
}

TEST_F(Assessment, WhatWasSpentBeforeAStopStaysSpent) {
  write_samples(5);
  write("plan.yaml", plan().replace(plan().find("{in_flight: 1}"), 14, "{in_flight: 1, calls: 4}"));
  StopAfter stop(3);
  ASSERT_FALSE(assess_it(Start::fresh, &stop).ok());
  const evidence::Dossier dossier = assess_it(Start::resume).value();
  EXPECT_EQ(dossier.counts.held, 4);
  EXPECT_EQ(dossier.counts.not_run, 6);
  EXPECT_EQ(entries_of("attempt.open"), 4);
}

TEST_F(Assessment, ARunGoesOnOnlyUnderTheSeedAndWithTheModelThatItBeganWith) {
  write_samples(3);
  StopAfter stop(1);
  ASSERT_FALSE(assess_it(Start::fresh, &stop).ok());
  const auto other_seed = assess_it(Start::resume, nullptr, {.seed = "mine", .limit = {}});
  ASSERT_FALSE(other_seed.ok());
  EXPECT_EQ(other_seed.error().message,
            "the run that was left was begun with another --seed or --limit");
  StopAfter stop_rehearsal(1);
  ASSERT_FALSE(assess_it(Start::fresh, &stop_rehearsal, {.seed = "mine", .limit = {}}).ok());
  const evidence::Dossier dossier = assess_it(Start::resume).value();
  EXPECT_EQ(dossier.mark, "");
  EXPECT_EQ(dossier.provenance.run, 1);
}

TEST_F(Assessment, AStopByAFilterDoesNotTakeBackWhatAJudgeDecided) {
  write_samples(1);
  write("words.yaml", "patterns: [{name: key, match: '(?i)red key'}]\n");
  std::string text = plan("attacks: [{name: twice, id: repeated, times: 2}]\n");
  const std::string guard = "{kind: system_prompt, text: Be careful.}";
  write("plan.yaml", text.replace(text.find(guard), guard.size(),
                                  "{kind: output_filter, patterns: words.yaml}"));
  write("answers.jsonl",
        "{\"slot\": \"*\", \"query\": 1, \"text\": \"I can't help with that.\"}\n"
        "{\"slot\": \"*\", \"query\": 2, \"text\": \"Take the red key and turn it.\"}\n");
  ASSERT_TRUE(assess_it().ok());
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  const Record record = read_record(*ledger, 0).value();
  const auto rows = observe(record).value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(eval::kind_of(rows[0].outcome), eval::OutcomeKind::broke);
  EXPECT_EQ(eval::kind_of(rows[1].outcome), eval::OutcomeKind::held);
  EXPECT_EQ(rows[1].decided_by, eval::DecidedBy::judge);
}

// A suite with targets, scored exactly; the answers are right but for the first `wrong`.
class Versions : public Assessment {
 protected:
  void write_version(int wrong, const std::string& baseline) const {
    std::string lines;
    std::string answers;
    for (int i = 0; i < 120; ++i) {
      const std::string id = "q" + std::to_string(i);
      lines += R"({"id": ")" + id + R"(", "input": "How many?", "target": "7"})" + "\n";
      answers += R"({"slot": ")" + id + R"(", "text": ")" + (i < wrong ? "8" : "7") + "\"}\n";
    }
    write("suite.jsonl", lines);
    write("answers.jsonl", answers);
    write("plan.yaml",
          "truebound: plan/1\n"
          "title: A version\n"
          "purpose: To test\n"
          "models: {m: {provider: replay, file: answers.jsonl}}\n"
          "suites: {s: {file: suite.jsonl, judge: exact}}\n"
          "judges: {exact: {kind: exact}}\n"
          "sampling: {kind: fixed, take: 100}\n"
          "claims:\n" +
              (baseline.empty() ? std::string("  - {name: wrong, ask: rate_below, threshold: 0.5, ")
                                : "  - {name: wrong, ask: no_worse_than, margin: 0.1, ") +
              "where: {expect: target}, gate: all}\n" + baseline);
  }
};

TEST_F(Versions, OneThatBreaksNoMoreThanTheOneBeforeIsNoWorseOnTheSameDraw) {
  write_version(6, "");
  ASSERT_TRUE(assess_it().ok());
  std::filesystem::rename(ledger(), folder_ / "before");
  write_version(6, "baseline: {ledger: before, run: 1}\n");
  const auto now = assess_it();
  ASSERT_TRUE(now.ok()) << now.error().message;
  const evidence::Claim& claim = now.value().claims.at(0);
  EXPECT_EQ(claim.kind, evidence::ClaimKind::no_worse_than);
  EXPECT_TRUE(claim.met);
  EXPECT_DOUBLE_EQ(claim.threshold, 0.1);
  // Both drew the same 100 of the 120, whatever their seeds.
  EXPECT_EQ(claim.estimate.n, 100);
  EXPECT_DOUBLE_EQ(*claim.estimate.value, 0);
  ASSERT_EQ(now.value().other_runs.size(), 1U);
  // What the ledger holds is enough: the one before may be gone.
  std::filesystem::remove_all(folder_ / "before");
  const auto ledger = ledger::Ledger::read(this->ledger()).value();
  EXPECT_EQ(report::render(conclude(*ledger, 1).value(), report::Format::html),
            report::render(now.value(), report::Format::html));
  expect_verified();
}

TEST_F(Versions, OneThatBreaksFarMoreIsNotShownToBeNoWorse) {
  write_version(2, "");
  ASSERT_TRUE(assess_it().ok());
  std::filesystem::rename(ledger(), folder_ / "before");
  write_version(40, "baseline: {ledger: before, run: 1}\n");
  const evidence::Claim claim = assess_it().value().claims.at(0);
  EXPECT_EQ(claim.kind, evidence::ClaimKind::inconclusive);
  EXPECT_FALSE(claim.met);
  ASSERT_TRUE(claim.more.has_value());
  EXPECT_EQ(claim.more->what, "nothing");
}

TEST_F(Versions, TwoRunsAreComparedOnTheSamplesThatBothWereAsked) {
  write_version(10, "");
  ASSERT_TRUE(assess_it().ok());
  std::filesystem::rename(ledger(), folder_ / "before");
  write_version(30, "baseline: {ledger: before, run: 1}\n");
  ASSERT_TRUE(assess_it().ok());
  const auto compared = compare((folder_ / "before").string() + "#run=1", ledger().string(), 0.95);
  ASSERT_TRUE(compared.ok()) << compared.error().message;
  ASSERT_EQ(compared.value().cells.size(), 1U);
  const ComparedCell& cell = compared.value().cells[0];
  EXPECT_EQ(cell.as_judged.only_first, 0);
  EXPECT_EQ(cell.as_judged.without_partner, 0);
  EXPECT_EQ(cell.as_judged.both_broke + cell.as_judged.only_second + cell.as_judged.neither, 100);
  EXPECT_DOUBLE_EQ(*cell.difference.value, static_cast<double>(cell.as_judged.only_second) / 100);
  EXPECT_GT(cell.difference.lower, 0);
  EXPECT_FALSE(compare(ledger().string() + "#run=7", ledger().string(), 0.95).ok());
}

TEST_F(Versions, ABaselineThatIsNoCompleteAssessmentIsRefusedAndNothingIsWritten) {
  write_version(2, "baseline: {ledger: before, run: 1}\n");
  EXPECT_FALSE(assess_it().ok());
  write_version(2, "");
  ASSERT_TRUE(assess_it(Start::fresh, nullptr, {.seed = "mine", .limit = {}}).ok());
  std::filesystem::rename(ledger(), folder_ / "before");
  write_version(2, "baseline: {ledger: before, run: 1}\n");
  const auto refused = assess_it();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("got a rehearsal"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(ledger()));
}

TEST_F(Assessment, BadInputWritesNothing) {
  write_samples(3);
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"judges: {refusal: {kind: rulez}}", "did you mean rules?"},
      {"judges: {refusal: {kind: rules, strictt: 1}}", "plan.yaml:7"},
      {"judges: {}", "refusal"}};
  const std::string right = "judges: {refusal: {kind: rules}}";
  for (const auto& [wrong, told] : faults) {
    std::string text = plan();
    write("plan.yaml", text.replace(text.find(right), right.size(), wrong));
    const auto refused = assess_it();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(exit_code(refused.error().code), 2);
    EXPECT_NE(refused.error().message.find(told), std::string::npos) << refused.error().message;
    EXPECT_FALSE(std::filesystem::exists(ledger()));
  }
}

TEST_F(Assessment, ABrokenRowOfTheSuiteIsRefusedByItsLine) {
  write("suite.jsonl", "{\"id\": \"a\", \"input\": \"x\"}\n{\"id\": \"b\"}\n");
  const auto refused = assess_it();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("suite.jsonl:2"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(ledger()));
}

TEST_F(Assessment, ASecondWriterOfOneLedgerIsRefused) {
  write_samples(1);
  const auto first = ledger::Ledger::open(ledger(), *signer_, clock_).value();
  const auto second = assess_it();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::invalid_input);
}

TEST_F(Assessment, AChangedPlanCannotResumeTheOldOnesRun) {
  write_samples(3);
  StopAfter stop(1);
  ASSERT_FALSE(assess_it(Start::fresh, &stop).ok());
  write("plan.yaml", plan("epochs: 2\n"));
  const auto refused = assess_it(Start::resume);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(exit_code(refused.error().code), 2);
}

TEST_F(Assessment, OneFlippedByteAnywhereIsFound) {
  write_samples(2);
  ASSERT_TRUE(assess_it().ok());
  std::vector<Path> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(ledger())) {
    const bool cache = file.path().string().find("/.cache") != std::string::npos;
    if (file.is_regular_file() && !cache) files.push_back(file.path());
  }
  std::ranges::sort(files);
  RandomStream places(5);
  for (int flip = 0; flip < 300; ++flip) {
    const Path& path = files[places.below(files.size())];
    const std::string before = read_file(path).value();
    if (before.empty()) continue;
    std::string after = before;
    after[places.below(after.size())] ^= static_cast<char>(1U << places.below(8));
    std::ofstream(path, std::ios::binary) << after;
    const auto verified = ledger::verify(ledger(), record::References());
    EXPECT_FALSE(verified.ok()) << path;
    EXPECT_TRUE(verified.ok() || exit_code(verified.error().code) == 4);
    std::ofstream(path, std::ios::binary) << before;
  }
  expect_verified();
}

}  // namespace
}  // namespace truebound::assess
