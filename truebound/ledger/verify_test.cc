#include "truebound/ledger/verify.h"

#include <fstream>

#include <gtest/gtest.h>

#include "truebound/core/random.h"
#include "truebound/ledger/scratch_ledger.h"

namespace truebound::ledger {
namespace {

class VerifyTest : public ScratchLedger {
 protected:
  // Entries in several segments, some with blobs, all under the checkpoint.
  void write_ledger(std::uint64_t entries) {
    const auto ledger = open({.segment_bytes = 1500});
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::string entry =
          i % 4 == 0 ? naming(ledger->put_blob("reply " + std::to_string(i)).value()) : numbered(i);
      ASSERT_TRUE(ledger->append(entry).ok());
    }
    ASSERT_TRUE(ledger->checkpoint().ok());
  }

  std::string verdict(const VerifyOptions& options = {}) const {
    const Result<Verification> result = verify(folder_, references_, options);
    return result.ok() ? "ok" : to_text(result.error().code);
  }

  std::vector<Path> files() const {
    std::vector<Path> found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
      if (file.is_regular_file() && file.path().string().find(".cache") == std::string::npos) {
        found.push_back(file.path());
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  static void write(const Path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
};

TEST_F(VerifyTest, SaysWhatItHasChecked) {
  write_ledger(40);
  const Verification found = verify(folder_, references_).value();
  EXPECT_EQ(found.head.size, 40U);
  EXPECT_EQ(found.covered, 40U);
  EXPECT_EQ(found.blobs, 10U);
  EXPECT_EQ(found.key, signer_.verifier_key());
  std::uintmax_t bytes = 0;
  for (const Path& file : files()) {
    bytes += std::filesystem::file_size(file);
  }
  EXPECT_EQ(found.bytes, bytes);
  EXPECT_EQ(found.remarks(),
            std::vector<std::string>{
                "self-attested: whoever holds the key could have rewritten all of it"});
}

TEST_F(VerifyTest, AFlippedBitAnywhereIsCaught) {
  write_ledger(60);
  const std::vector<Path> all = files();
  ASSERT_GT(all.size(), 18U);
  RandomStream random(7);
  for (int round = 0; round < 600; ++round) {
    const Path& path = all[random.below(all.size())];
    const std::string before = read_file(path).value();
    std::string after = before;
    const std::uint64_t at = random.below(after.size());
    flip_bit(after, at, static_cast<unsigned>(random.below(8)));
    write(path, after);
    ASSERT_NE(verdict(), "ok") << path << " byte " << at;
    write(path, before);
  }
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(VerifyTest, AnyFileCutAnywhereIsCaught) {
  write_ledger(6);
  for (const Path& path : files()) {
    const std::string before = read_file(path).value();
    for (std::size_t size = 0; size < before.size(); ++size) {
      write(path, before.substr(0, size));
      ASSERT_NE(verdict(), "ok") << path << " at " << size;
    }
    std::filesystem::remove(path);
    EXPECT_NE(verdict(), "ok") << path;
    write(path, before + "x");
    EXPECT_NE(verdict(), "ok") << path;
    write(path, before);
  }
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(VerifyTest, NeverRepairs) {
  write_ledger(9);
  const Path path = folder_ / "segments/000000";
  const std::string torn = read_file(path).value() + "torn";
  write(path, torn);
  EXPECT_EQ(verdict(), "malformed");
  EXPECT_EQ(read_file(path).value(), torn);
}

TEST_F(VerifyTest, EntriesAfterTheLastCheckpointAreARemark) {
  {
    const auto ledger = open({.checkpoint_us = 1'000'000'000'000});
    ASSERT_TRUE(ledger->append(numbered(0)).ok());
    ASSERT_TRUE(ledger->checkpoint().ok());
    ASSERT_TRUE(ledger->append(numbered(1)).ok());
    ASSERT_TRUE(ledger->append(numbered(2)).ok());
  }
  const Verification found = verify(folder_, references_).value();
  EXPECT_EQ(found.covered, 1U);
  EXPECT_EQ(found.remarks().front(), "2 entries not yet under a checkpoint");
}

TEST_F(VerifyTest, AFileThatDoesNotBelongIsMalformed) {
  write_ledger(4);
  for (const char* name : {"report.html", "segments/notes", "segments/000001.bak", "blobs/x",
                           "blobs/00/x", ".hidden"}) {
    const Path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    write(path, "x");
    EXPECT_EQ(verdict(), "malformed") << name;
    std::filesystem::remove(path);
  }
  std::filesystem::create_directories(folder_ / "extra");
  EXPECT_EQ(verdict(), "malformed");
  std::filesystem::remove(folder_ / "extra");
  write(folder_ / ".cache/anything", "x");
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(VerifyTest, AFolderThatIsNoLedgerIsAWrongPathAndNoBrokenEvidence) {
  std::filesystem::create_directories(folder_);
  EXPECT_EQ(verify(folder_, references_).error().code, ErrorCode::invalid_input);
  std::ofstream(folder_ / "notes.txt") << "mine";
  EXPECT_EQ(verify(folder_, references_).error().code, ErrorCode::invalid_input);
  EXPECT_EQ(verify(folder_ / "nowhere", references_).error().code, ErrorCode::invalid_input);
}

TEST_F(VerifyTest, ALinkIsNoEvidence) {
  write_ledger(4);
  const Path path = folder_ / "segments/000000";
  std::filesystem::rename(path, scratch_ / "elsewhere");
  std::filesystem::create_symlink(scratch_ / "elsewhere", path);
  EXPECT_EQ(verdict(), "malformed");
}

TEST_F(VerifyTest, BlobsAreThoseThatEntriesName) {
  write_ledger(8);
  const Path blob = [&] {
    for (const Path& file : files()) {
      if (file.string().find("/blobs/") != std::string::npos) return file;
    }
    return Path();
  }();
  const std::string bytes = read_file(blob).value();
  std::filesystem::remove(blob);
  EXPECT_EQ(verdict(), "incomplete");
  write(blob, bytes + "x");
  EXPECT_EQ(verdict(), "crypto");
  write(blob, bytes);
  const BlobFile stray = make_blob("stray");
  const Path path = Blobs(folder_).path_of(stray.name);
  std::filesystem::create_directories(path.parent_path());
  write(path, stray.bytes);
  EXPECT_EQ(verdict(), "mismatch");
}

TEST_F(VerifyTest, HoldsAgainstACheckpointKeptElsewhere) {
  write_ledger(5);
  const Path kept = scratch_ / "kept";
  std::filesystem::copy_file(folder_ / "checkpoint", kept);
  write_ledger(7);
  const Verification found =
      verify(folder_, references_, {.checkpoint = kept, .key = signer_.verifier_key()}).value();
  EXPECT_EQ(found.head.size, 12U);
  EXPECT_EQ(found.attestation, Attestation::kept);
  EXPECT_TRUE(found.remarks().empty());
}

TEST_F(VerifyTest, ARewrittenLedgerContradictsTheKeptCheckpoint) {
  write_ledger(6);
  const Path kept = scratch_ / "kept";
  std::filesystem::copy_file(folder_ / "checkpoint", kept);
  std::filesystem::remove_all(folder_);
  write_ledger(4);
  EXPECT_EQ(verdict(), "ok");
  EXPECT_EQ(verdict({.checkpoint = kept}), "mismatch");
  write_ledger(4);
  EXPECT_EQ(verdict({.checkpoint = kept}), "mismatch");
}

TEST_F(VerifyTest, AskedKeyMustHaveSigned) {
  write_ledger(3);
  EXPECT_EQ(verdict({.key = signer_.verifier_key()}), "ok");
  EXPECT_EQ(
      verdict({.key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}),
      "policy");
  EXPECT_EQ(verdict({.key = "no key"}), "invalid_input");
  EXPECT_EQ(verdict({.checkpoint = scratch_ / "nowhere"}), "invalid_input");
}

TEST_F(VerifyTest, AnEntryOfAnotherFormIsMalformed) {
  write_ledger(1);
  const auto entries = Entries::open(folder_).value();
  const Path path = folder_ / "segments/000000";
  const std::string before = read_file(path).value();
  write(path, before + write_record(RecordType::entries, R"({"a": 1})"));
  EXPECT_EQ(verdict(), "malformed");
  write(path, before + write_record(RecordType::entries, R"({"a":1})"));
  EXPECT_EQ(verdict(), "ok");
  write(path, before + write_record(RecordType::header, R"({"a":1})"));
  EXPECT_EQ(verdict(), "malformed");
}

}  // namespace
}  // namespace truebound::ledger
