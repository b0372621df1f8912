// What is written of a run is read back: its slots, attempts, verdicts and outcomes.

#include <gtest/gtest.h>

#include "truebound/record/history.h"
#include "truebound/record/run_record.h"

namespace truebound::record {
namespace {

class Record : public testing::Test {
 protected:
  Record()
      : folder_(Path(testing::TempDir()) /
                ("record_" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))),
        clock_(1000) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    signer_ = crypto::Signer::load_or_create(folder_ / "key", "test").value();
    ledger_ = ledger::Ledger::open(folder_ / "ledger", *signer_, clock_).value();
  }

  RunRecord open_run(std::int64_t slots) {
    return RunRecord::open(*ledger_, clock_,
                           {.kind = RunKind::assessment,
                            .plan = 0,
                            .seed_entry = 1,
                            .slots = slots,
                            .slot_root = std::string(64, 'a'),
                            .systems = json::Object{}})
        .value();
  }

  Path folder_;
  StepClock clock_;
  std::optional<crypto::Signer> signer_;
  std::unique_ptr<ledger::Ledger> ledger_;
};

TEST_F(Record, ARunOfTwoSlotsReadsBackAsItWasWritten) {
  RunRecord run = open_run(2);
  const auto open = run.open_attempt(0, 1, json::Object{{"a", 1}}).value();
  eval::Transcript transcript;
  transcript.queries.push_back({.text = "no"});
  const auto close =
      run.close_attempt({.open = open, .queries = 1, .tokens_in = 41, .tokens_out = 64}, transcript)
          .value();
  const auto verdict =
      run.add_verdict({.close = close, .judge = "j", .verdict = eval::Verdict::refused},
                      {.verdict = eval::Verdict::refused})
          .value();
  ASSERT_TRUE(run.add_outcome({.run = run.run(),
                               .slot = 0,
                               .outcome = eval::OutcomeKind::held,
                               .follows = verdict,
                               .queries = 1})
                  .ok());
  const RunHistory history = RunHistory::read(*ledger_, 1).value();
  ASSERT_EQ(history.slots().size(), 2U);
  EXPECT_EQ(history.outcome(0).value()->outcome, eval::OutcomeKind::held);
  EXPECT_FALSE(history.outcome(1).value().has_value());
  EXPECT_EQ(history.transcript(*history.close(0).value()).value().queries[0].text, "no");
  EXPECT_EQ(history.verdicts(close).value().at(0).verdict.verdict, eval::Verdict::refused);
  EXPECT_EQ(history.tokens_in(), 41);
  EXPECT_TRUE(history.dangling().empty());
}

TEST_F(Record, AnOpenWithoutACloseDanglesUntilRecoveryClosesItAsACrash) {
  RunRecord run = open_run(1);
  const auto open = run.open_attempt(0, 1, json::Object{}).value();
  RunHistory history = RunHistory::read(*ledger_, 1).value();
  ASSERT_EQ(history.dangling(), std::vector<std::uint64_t>{open});
  RunRecord again = RunRecord::resume(*ledger_, clock_, 1);
  ASSERT_TRUE(again.recover(history.dangling()).ok());
  history = RunHistory::read(*ledger_, 1).value();
  EXPECT_TRUE(history.dangling().empty());
  EXPECT_EQ(history.close(0).value()->status, eval::Status::crash);
  EXPECT_EQ(history.recoveries(), 1);
}

TEST_F(Record, RunsAreNumberedInTheLedgerAndWithinTheirPlan) {
  EXPECT_EQ(open_run(1).run(), 1);
  EXPECT_EQ(open_run(1).run(), 2);
  const History history = History::read(*ledger_).value();
  EXPECT_EQ(history.runs()[1].open.ordinal, 2);
  EXPECT_EQ(history.run(0).value().open.run, 2);
  EXPECT_EQ(history.run(9).error().message, "the ledger holds runs 1 to 2, not run 9");
}

TEST_F(Record, ARangeOfSlotsThatNobodyTriedIsOneEntry) {
  RunRecord run = open_run(5);
  ASSERT_TRUE(run.add_outcome({.run = 1,
                               .slot = 1,
                               .until = 4,
                               .outcome = eval::OutcomeKind::not_run,
                               .reason = "budget"})
                  .ok());
  const RunHistory history = RunHistory::read(*ledger_, 1).value();
  EXPECT_FALSE(history.outcome(0).value().has_value());
  EXPECT_EQ(history.outcome(4).value()->reason, "budget");
}

TEST_F(Record, AnEntryOfASlotThatTheRunLacksIsMalformed) {
  RunRecord run = open_run(1);
  ASSERT_TRUE(run.add_outcome({.run = 1, .slot = 7}).ok());
  const auto history = RunHistory::read(*ledger_, 1);
  ASSERT_FALSE(history.ok());
  EXPECT_EQ(history.error().code, ErrorCode::malformed);
}

TEST(Entries, AreWrittenWithSortedKeysAndTheirType) {
  EXPECT_EQ(
      ledger::to_line(AttemptOpen{.run = 1, .slot = 0, .attempt = 1, .request = "c", .time_ms = 4}),
      R"({"attempt":1,"request":"c","run":1,"slot":0,"t":"attempt.open","time_ms":4})");
  EXPECT_EQ(
      ledger::to_line(OutcomeEntry{.run = 1,
                                   .slot = 1,
                                   .outcome = eval::OutcomeKind::error,
                                   .reason = "timeout",
                                   .follows = 10}),
      R"({"follows":10,"outcome":"error","reason":"timeout","run":1,"slot":1,"t":"outcome"})");
}

}  // namespace
}  // namespace truebound::record
