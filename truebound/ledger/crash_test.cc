// What is left after a crash: a failure of each single call, a power cut after it, and kill -9 of a
// process that writes. Always: no acknowledged entry is lost, what is there is a beginning of what
// was sent, the ledger can go on, and every checkpoint that was signed still holds.

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "truebound/core/bytes.h"
#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/ledger/checkpoint.h"
#include "truebound/ledger/fault_store.h"
#include "truebound/ledger/ledger.h"
#include "truebound/ledger/merkle.h"
#include "truebound/ledger/scratch_ledger.h"
#include "truebound/ledger/verify.h"

namespace truebound::ledger {
namespace {

class CrashTest : public ScratchLedger {
 protected:
  // What a writer sent, and what it was told.
  struct Story {
    std::vector<std::string> sent;
    std::uint64_t acknowledged = 0;
    std::vector<std::string> checkpoints;
    std::optional<Error> error;
    bool was_open = false;
    Result<void> afterwards;
  };

  // Appends, groups, blobs, checkpoints and several segments, until something fails.
  Story write_story(const LedgerOptions& options) {
    Story story;
    auto opened = try_open(options);
    if (!opened.ok()) {
      story.error = opened.error();
      return story;
    }
    story.was_open = true;
    const std::unique_ptr<Ledger> ledger = std::move(opened).value();
    story.checkpoints.push_back(ledger->checkpoint_text());
    for (std::uint64_t i = 0; i < 9 && !story.error; ++i) {
      std::vector<std::string> group{numbered(i)};
      if (i % 3 == 1) group = {numbered(i), numbered(100 + i), numbered(200 + i)};
      if (i % 3 == 2) {
        const Result<Digest> blob = ledger->put_blob("reply");
        if (!blob.ok()) {
          story.error = blob.error();
          break;
        }
        group = {naming(blob.value())};
      }
      story.sent.insert(story.sent.end(), group.begin(), group.end());
      const Result<std::uint64_t> appended = ledger->append_grouped(group);
      if (!appended.ok()) {
        story.error = appended.error();
        break;
      }
      story.acknowledged = story.sent.size();
      if (i % 4 == 3) {
        const Result<void> made = ledger->checkpoint();
        if (!made.ok()) {
          story.error = made.error();
          break;
        }
        story.checkpoints.push_back(ledger->checkpoint_text());
      }
    }
    story.sent.push_back(numbered(999));
    const Result<std::uint64_t> later = ledger->append(story.sent.back());
    if (!later.ok()) story.afterwards = later.error();
    return story;
  }

  void expect_whole(const Story& story, const std::string& where) {
    auto opened = try_open();
    ASSERT_TRUE(opened.ok()) << where << ": " << opened.error().message;
    const std::unique_ptr<Ledger> ledger = std::move(opened).value();
    ASSERT_GE(ledger->size(), story.acknowledged) << where;
    ASSERT_LE(ledger->size(), story.sent.size()) << where;
    for (std::uint64_t i = 0; i < ledger->size(); ++i) {
      ASSERT_EQ(ledger->entry(i).value(), story.sent[i]) << where;
    }
    const auto key = crypto::Verifier::parse(signer_.verifier_key()).value();
    for (const std::string& note : story.checkpoints) {
      const TreeHead head = open_checkpoint(note, key).value().head;
      ASSERT_LE(head.size, ledger->size()) << where;
      ASSERT_EQ(ledger->root_at(head.size).value(), head.root) << where;
    }
    ASSERT_TRUE(ledger->set_aside_unnamed(references_).ok()) << where;
    ASSERT_TRUE(ledger->append(numbered(1000)).ok()) << where;
    ASSERT_TRUE(ledger->checkpoint().ok()) << where;
    const Result<Verification> verified = verify(folder_, references_);
    ASSERT_TRUE(verified.ok()) << where << ": " << verified.error().message;
  }

  std::uint64_t count_calls() {
    FaultStore store;
    write_story({.store = &store, .segment_bytes = 400});
    std::filesystem::remove_all(folder_);
    return store.calls();
  }
};

TEST_F(CrashTest, AFailureOfAnyCallStopsTheLedgerAndLosesNothing) {
  const std::uint64_t calls = count_calls();
  ASSERT_GT(calls, 80U);
  for (std::uint64_t call = 0; call < calls; ++call) {
    for (const int error_number : {EIO, ENOSPC, EROFS}) {
      const auto then = call % 2 == 0 ? FaultStore::Then::works : FaultStore::Then::fails;
      const std::string where =
          "call " + std::to_string(call) + ", errno " + std::to_string(error_number);
      FaultStore store;
      store.fail_at(call, error_number, then);
      const Story story = write_story({.store = &store, .segment_bytes = 400});
      if (story.was_open && story.error) {
        EXPECT_EQ(story.error->code, ErrorCode::stopped) << where;
        ASSERT_FALSE(story.afterwards.ok()) << where;
        EXPECT_EQ(story.afterwards.error().code, ErrorCode::stopped) << where;
        EXPECT_GE(Ledger::read(folder_).value()->size(), story.acknowledged) << where;
      } else if (story.error) {
        EXPECT_EQ(story.error->code,
                  error_number == EROFS ? ErrorCode::invalid_input : ErrorCode::stopped)
            << where;
      }
      expect_whole(story, where);
      std::filesystem::remove_all(folder_);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(CrashTest, APowerCutAtAnyCallLosesNothingThatWasAcknowledged) {
  const std::uint64_t calls = count_calls();
  RandomStream random(11);
  for (std::uint64_t call = 0; call < calls; ++call) {
    for (int round = 0; round < 4; ++round) {
      FaultStore store;
      store.fail_at(call, EIO, FaultStore::Then::fails);
      const Story story = write_story({.store = &store, .segment_bytes = 400});
      store.lose_unsynced(random);
      expect_whole(story, "call " + std::to_string(call));
      std::filesystem::remove_all(folder_);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(CrashTest, WhatAWriterFindsAtItsOpeningLasts) {
  RandomStream random(5);
  for (int round = 0; round < 20; ++round) {
    FaultStore store;
    {
      const auto killed = open({.store = &store});
      // The call after the next, the sync, fails: the entry is written and not synced.
      store.fail_at(store.calls() + 1, EIO, FaultStore::Then::works);
      ASSERT_FALSE(killed->append(numbered(0)).ok());
    }
    ASSERT_EQ(open({.store = &store})->size(), 1U);
    store.lose_unsynced(random);
    ASSERT_EQ(open({.store = &store})->size(), 1U);
    std::filesystem::remove_all(folder_);
  }
}

TEST_F(CrashTest, AfterAFullDiskTheLedgerVerifiesAsItStands) {
  FaultStore store;
  {
    const auto ledger = open({.store = &store});
    ASSERT_TRUE(ledger->append(numbered(0)).ok());
    ASSERT_TRUE(ledger->checkpoint().ok());
    store.fail_at(store.calls(), ENOSPC, FaultStore::Then::works);
    EXPECT_EQ(ledger->append(numbered(1)).error().code, ErrorCode::stopped);
    EXPECT_EQ(ledger->put_blob("x").error().code, ErrorCode::stopped);
    EXPECT_EQ(ledger->entry(0).value(), numbered(0));
  }
  EXPECT_EQ(verify(folder_, references_).value().head.size, 1U);
}

TEST_F(CrashTest, AReadOnlyFolderIsToldAndNothingIsWritten) {
  FaultStore store;
  store.fail_at(0, EROFS, FaultStore::Then::fails);
  EXPECT_EQ(try_open({.store = &store}).error().code, ErrorCode::invalid_input);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

// The child tells each acknowledged count through a pipe, and is killed in the middle of it.
[[noreturn]] void write_until_killed(const Path& folder, int pipe) {
  const crypto::Signer signer = published_signer();
  SystemClock clock;
  const auto ledger = Ledger::open(folder, signer, clock, {.segment_bytes = 3000}).value();
  ledger->set_aside_unnamed(TestReferences()).value();
  for (std::uint64_t i = ledger->size();; i = ledger->size()) {
    std::string entry = R"({"n":)" + std::to_string(i) + R"(,"t":"test"})";
    if (i % 3 == 0) {
      const Digest blob = ledger->put_blob("reply").value();
      entry = R"({"blob":")" + blob.hex() + R"(","n":)" + std::to_string(i) + R"(,"t":"test"})";
    }
    ledger->append(entry).value();
    if (i % 7 == 0) ledger->checkpoint().value();
    const std::uint64_t acknowledged = i + 1;
    if (::write(pipe, &acknowledged, sizeof acknowledged) != sizeof acknowledged) ::_exit(1);
  }
}

TEST_F(CrashTest, FiftyKilledWritersLoseNoAcknowledgedEntry) {
  RandomStream random(3);
  std::uint64_t most = 0;
  for (int round = 0; round < 50; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(folder_, ends[1]);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(random.below(60'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    std::uint64_t acknowledged = 0;
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
      most = std::max(most, acknowledged);
    }
    ::close(ends[0]);
    const auto ledger = try_open();
    ASSERT_TRUE(ledger.ok()) << ledger.error().message;
    ASSERT_GE(ledger.value()->size(), most);
  }
  EXPECT_GT(most, 10U);
  const auto ledger = open();
  ASSERT_TRUE(ledger->set_aside_unnamed(references_).ok());
  for (std::uint64_t i = 0; i < ledger->size(); ++i) {
    EXPECT_NE(ledger->entry(i).value().find(R"("n":)" + std::to_string(i) + ","),
              std::string::npos);
  }
  ASSERT_TRUE(ledger->checkpoint().ok());
  EXPECT_TRUE(verify(folder_, references_).ok());
}

}  // namespace
}  // namespace truebound::ledger
