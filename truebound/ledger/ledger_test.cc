#include "truebound/ledger/ledger.h"

#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/crypto/sha256.h"
#include "truebound/ledger/checkpoint.h"
#include "truebound/ledger/scratch_ledger.h"
#include "truebound/ledger/verify.h"

namespace truebound::ledger {
namespace {

using LedgerTest = ScratchLedger;

Path last_segment(const Path& folder) {
  return folder / "segments" / segment_name(count_segments(folder).value() - 1);
}

void cut_end(const Path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - bytes);
}

TEST_F(LedgerTest, GivesBackWhatWasAppendedAlsoWhenOpenedAgain) {
  {
    const auto ledger = open();
    EXPECT_EQ(ledger->size(), 0U);
    EXPECT_EQ(ledger->append(numbered(0)).value(), 0U);
    EXPECT_EQ(ledger->append(numbered(1)).value(), 1U);
    EXPECT_EQ(ledger->entry(0).value(), numbered(0));
    EXPECT_EQ(ledger->entry(1).value(), numbered(1));
  }
  const auto again = open();
  EXPECT_EQ(again->size(), 2U);
  EXPECT_EQ(again->append(numbered(2)).value(), 2U);
  const auto view = Ledger::read(folder_).value();
  EXPECT_EQ(view->size(), 3U);
  EXPECT_EQ(view->entry(2).value(), numbered(2));
  EXPECT_EQ(view->root(), again->root());
}

TEST_F(LedgerTest, RootIsThatOfItsEntries) {
  const auto ledger = open();
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(ledger->append(numbered(i)).ok());
    leaves.push_back(leaf_hash(numbered(i)));
    EXPECT_EQ(ledger->root(), root_of(leaves));
  }
  for (std::uint64_t count = 0; count <= 40; ++count) {
    EXPECT_EQ(ledger->root_at(count).value(), root_of(std::span(leaves).first(count)));
  }
}

TEST_F(LedgerTest, GroupsAndManySegmentsReadAsOneRow) {
  const LedgerOptions small{.segment_bytes = 700};
  std::vector<std::string> all;
  {
    const auto ledger = open(small);
    for (std::uint64_t round = 0; round < 60; ++round) {
      std::vector<std::string> group;
      for (std::uint64_t i = 0; i <= round % 5; ++i) {
        group.push_back(numbered(all.size() + i));
      }
      EXPECT_EQ(ledger->append_grouped(group).value(), all.size());
      all.insert(all.end(), group.begin(), group.end());
      EXPECT_EQ(ledger->entry(all.size() / 2).value(), all[all.size() / 2]);
    }
    EXPECT_GT(count_segments(folder_).value(), 5U);
  }
  const auto again = open(small);
  ASSERT_EQ(again->size(), all.size());
  for (std::uint64_t i = all.size(); i > 0; --i) {
    EXPECT_EQ(again->entry(i - 1).value(), all[i - 1]);
  }
}

TEST_F(LedgerTest, AGroupBeyondOneRecordKeepsItsOrder) {
  const auto ledger = open();
  std::vector<std::string> group;
  for (std::uint64_t i = 0; i < 200; ++i) {
    group.push_back(R"({"n":)" + std::to_string(i) + R"(,"x":")" + std::string(16'000, 'x') +
                    R"("})");
  }
  EXPECT_EQ(ledger->append_grouped(group).value(), 0U);
  EXPECT_EQ(Ledger::read(folder_).value()->entry(199).value(), group[199]);
  EXPECT_EQ(ledger->append_grouped({}).value(), 200U);
}

TEST_F(LedgerTest, WhatIsNoEntryIsRefusedAndStopsNothing) {
  const auto ledger = open();
  const std::vector<std::string> group{numbered(0), R"({"a":1.5})"};
  EXPECT_EQ(ledger->append_grouped(group).error().code, ErrorCode::invalid_input);
  EXPECT_EQ(ledger->append(R"({"b":1,"a":1})").error().code, ErrorCode::invalid_input);
  EXPECT_EQ(ledger->size(), 0U);
  EXPECT_EQ(ledger->append(numbered(0)).value(), 0U);
}

TEST_F(LedgerTest, BlobsAreSaltedFilesThatSha256sumCanCheck) {
  const auto ledger = open();
  const Digest first = ledger->put_blob("payload").value();
  const Digest second = ledger->put_blob("payload").value();
  EXPECT_NE(first, second);
  EXPECT_EQ(ledger->blob(first).value(), "payload");
  const Path path = folder_ / "blobs" / first.hex().substr(0, 2) / first.hex();
  EXPECT_EQ(crypto::sha256_file(path).value(), first);
  EXPECT_EQ(std::filesystem::file_size(path), 32U + 7U);
  EXPECT_EQ(ledger->blob(ledger->put_blob("").value()).value(), "");
}

TEST_F(LedgerTest, AWithheldBlobIsIncompleteAndAChangedOneIsCrypto) {
  const auto ledger = open();
  const Digest name = ledger->put_blob("payload").value();
  const Path path = ledger->blobs().path_of(name);
  std::ofstream(path, std::ios::app) << "!";
  EXPECT_EQ(ledger->blob(name).error().code, ErrorCode::crypto);
  std::filesystem::remove(path);
  EXPECT_EQ(ledger->blob(name).error().code, ErrorCode::incomplete);
}

TEST_F(LedgerTest, CheckpointCoversWhatWasThereWhenItWasSigned) {
  const auto ledger = open({.checkpoint_us = 1'000'000'000'000});
  EXPECT_EQ(ledger->checkpoint_size(), 0U);
  ASSERT_TRUE(ledger->append(numbered(0)).ok());
  EXPECT_EQ(ledger->checkpoint_size(), 0U);
  ASSERT_TRUE(ledger->checkpoint().ok());
  EXPECT_EQ(ledger->checkpoint_size(), 1U);
  const auto key = crypto::Verifier::parse(ledger->verifier_key()).value();
  EXPECT_EQ(open_checkpoint(ledger->checkpoint_text(), key).value().head,
            (TreeHead{1, ledger->root()}));
  EXPECT_EQ(read_file(folder_ / "checkpoint").value(), ledger->checkpoint_text());
}

TEST_F(LedgerTest, SignsOnItsOwnWhenTimeHasGoneBy) {
  const auto ledger = open({.checkpoint_us = 5'000});
  for (std::uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(ledger->append(numbered(i)).ok());
  }
  EXPECT_GT(ledger->checkpoint_size(), 10U);
}

TEST_F(LedgerTest, ASecondWriterIsToldWhoTheFirstIs) {
  const auto ledger = open();
  const Error error = try_open().error();
  EXPECT_EQ(error.code, ErrorCode::invalid_input);
  EXPECT_NE(error.message.find("is being written by process " + std::to_string(::getpid())),
            error.message.npos)
      << error.message;
  EXPECT_TRUE(Ledger::read(folder_).ok());
}

TEST_F(LedgerTest, AnotherKeyMayNotGoOnWithIt) {
  open().reset();
  const crypto::Signer other =
      crypto::Signer::load_or_create(scratch_ / "key", "other.example/ledger").value();
  EXPECT_EQ(Ledger::open(folder_, other, clock_).error().code, ErrorCode::invalid_input);
}

TEST_F(LedgerTest, IsNotMadeInAFolderOfOtherThings) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "notes.txt") << "mine";
  const Error error = try_open().error();
  EXPECT_EQ(error.code, ErrorCode::invalid_input);
  EXPECT_NE(error.message.find("notes.txt"), error.message.npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(LedgerTest, ThatIsNotThereCannotBeRead) {
  EXPECT_EQ(Ledger::read(folder_).error().code, ErrorCode::invalid_input);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(LedgerTest, MayBeNamedWithASlashAtItsEnd) {
  ASSERT_TRUE(Ledger::open(folder_ / "", signer_, clock_).ok());
  EXPECT_TRUE(verify(folder_ / "", references_).ok());
}

TEST_F(LedgerTest, ATornEndIsCutBeforeAnythingIsAppended) {
  {
    const auto ledger = open();
    for (std::uint64_t i = 0; i < 8; ++i) {
      ASSERT_TRUE(ledger->append(numbered(i)).ok());
    }
  }
  cut_end(last_segment(folder_), 5);
  EXPECT_EQ(Ledger::read(folder_).value()->size(), 7U);
  {
    const auto again = open();
    EXPECT_EQ(again->size(), 7U);
    EXPECT_GT(again->recovered_bytes(), 0U);
    EXPECT_EQ(again->append(numbered(100)).value(), 7U);
  }
  cut_end(last_segment(folder_), 1);
  const auto third = open();
  EXPECT_EQ(third->size(), 7U);
  ASSERT_TRUE(third->append(numbered(101)).ok());
  ASSERT_TRUE(third->checkpoint().ok());
  EXPECT_EQ(third->entry(7).value(), numbered(101));
  EXPECT_EQ(verify(folder_, references_).value().head.size, 8U);
}

TEST_F(LedgerTest, CutBelowItsCheckpointIsRefusedAndLeftAsItIs) {
  {
    const auto ledger = open();
    ASSERT_TRUE(ledger->append(numbered(0)).ok());
    ASSERT_TRUE(ledger->append(numbered(1)).ok());
    ASSERT_TRUE(ledger->checkpoint().ok());
  }
  cut_end(last_segment(folder_), 5);
  const std::string before = read_file(last_segment(folder_)).value();
  EXPECT_EQ(try_open().error().code, ErrorCode::mismatch);
  EXPECT_EQ(Ledger::read(folder_).error().code, ErrorCode::mismatch);
  EXPECT_EQ(read_file(last_segment(folder_)).value(), before);
}

TEST_F(LedgerTest, DamageBeforeTheEndIsNeverCut) {
  {
    const auto ledger = open();
    for (std::uint64_t i = 0; i < 3; ++i) {
      ASSERT_TRUE(ledger->append(numbered(i)).ok());
    }
  }
  const Path path = last_segment(folder_);
  std::string bytes = read_file(path).value();
  flip_bit(bytes, bytes.find(numbered(1)), 0);
  std::ofstream(path, std::ios::binary) << bytes;
  const Error error = try_open().error();
  EXPECT_EQ(error.code, ErrorCode::malformed);
  EXPECT_NE(error.message.find("damaged at entry 1"), error.message.npos) << error.message;
  EXPECT_EQ(read_file(path).value(), bytes);
}

TEST_F(LedgerTest, WithoutCheckpointOrSegmentsIsNotTakenForANewOne) {
  {
    const auto ledger = open();
    ASSERT_TRUE(ledger->append(numbered(0)).ok());
  }
  const std::string checkpoint = read_file(folder_ / "checkpoint").value();
  std::filesystem::remove(folder_ / "checkpoint");
  EXPECT_EQ(try_open().error().code, ErrorCode::incomplete);
  std::filesystem::remove_all(folder_ / "segments");
  std::ofstream(folder_ / "checkpoint") << checkpoint;
  EXPECT_EQ(try_open().error().code, ErrorCode::mismatch);
}

TEST_F(LedgerTest, BlobsThatNoEntryNamesAreSetAside) {
  const auto ledger = open();
  const Digest inner = ledger->put_blob("inner").value();
  const Digest list = ledger->put_blob(inner.hex() + "\n").value();
  const Digest unnamed = ledger->put_blob("a run was killed here").value();
  ASSERT_TRUE(ledger->append(R"({"list":")" + list.hex() + R"(","t":"test"})").ok());
  ASSERT_TRUE(ledger->checkpoint().ok());
  EXPECT_EQ(verify(folder_, references_).error().code, ErrorCode::mismatch);
  EXPECT_EQ(ledger->set_aside_unnamed(references_).value(), 1U);
  EXPECT_FALSE(ledger->blobs().has(unnamed));
  EXPECT_TRUE(ledger->blobs().has(inner));
  EXPECT_TRUE(std::filesystem::exists(folder_ / ".cache/unnamed" / unnamed.hex()));
  EXPECT_EQ(verify(folder_, references_).value().blobs, 2U);
}

// Any entries in any groups, closed and opened anywhere: always the same row and root.
RC_GTEST_FIXTURE_PROP(LedgerTest, HoldsAnyRowOfAppends,
                      (const std::vector<std::vector<unsigned>>& groups)) {
  std::filesystem::remove_all(folder_);
  std::vector<std::string> all;
  std::vector<Digest> leaves;
  auto ledger = open({.segment_bytes = 300});
  for (const std::vector<unsigned>& numbers : groups) {
    std::vector<std::string> group;
    for (const unsigned number : numbers) {
      group.push_back(numbered(number));
      leaves.push_back(leaf_hash(group.back()));
    }
    RC_ASSERT(ledger->append_grouped(group).value() == all.size());
    all.insert(all.end(), group.begin(), group.end());
    if (numbers.size() % 3 == 1) {
      ledger.reset();
      ledger = open({.segment_bytes = 300});
    }
  }
  RC_ASSERT(ledger->size() == all.size());
  RC_ASSERT(ledger->root() == root_of(leaves));
  for (std::size_t i = 0; i < all.size(); ++i) {
    RC_ASSERT(ledger->entry(i).value() == all[i]);
  }
}

}  // namespace
}  // namespace truebound::ledger
