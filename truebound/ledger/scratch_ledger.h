#pragma once

// What the tests of this folder stand on: a folder that goes away, a key that everybody knows, and
// references that find a blob under the key `blob`.

#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "truebound/json/value.h"
#include "truebound/ledger/fault_store.h"
#include "truebound/ledger/ledger.h"

namespace truebound::ledger {

/// The test key of Tessera's own log (testdata/build_log.sh): public on purpose.
inline crypto::Signer published_signer() {
  return crypto::Signer::parse(
             "PRIVATE+KEY+example.com/log/testdata+33d7b496+"
             "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")
      .value();
}

/// Turns one bit of one byte over.
inline void flip_bit(std::string& bytes, std::size_t at, unsigned bit) {
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
}

/// Entries name a blob under `blob`, and under `list` a blob whose payload is a digest a line.
class TestReferences final : public BlobReferences {
 public:
  Result<std::vector<Digest>> named_by(std::string_view entry, const Blobs& blobs) const override {
    std::vector<Digest> names;
    TRUEBOUND_TRY(value, json::parse_json(entry, "entry"));
    if (const json::Value* blob = value.find("blob")) {
      names.push_back(parse_digest(*blob->text()).value());
    }
    if (const json::Value* list = value.find("list")) {
      names.push_back(parse_digest(*list->text()).value());
      if (!blobs.has(names.back())) return names;
      TRUEBOUND_TRY(payload, blobs.get(names.back()));
      for (std::size_t at = 0; at + 64 <= payload.size(); at += 65) {
        names.push_back(parse_digest(payload.substr(at, 64)).value());
      }
    }
    return names;
  }
};

/// A test with a folder for one ledger.
class ScratchLedger : public testing::Test {
 public:
  ScratchLedger() {
    static int count = 0;
    scratch_ = Path(testing::TempDir()) /
               ("ledger_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(scratch_);
    folder_ = scratch_ / "ledger";
  }
  ~ScratchLedger() override { std::filesystem::remove_all(scratch_); }

 protected:
  std::unique_ptr<Ledger> open(const LedgerOptions& options = {}) {
    return try_open(options).value();
  }
  Result<std::unique_ptr<Ledger>> try_open(LedgerOptions options = {}) {
    if (options.store == nullptr) options.store = &store_;
    return Ledger::open(folder_, signer_, clock_, options);
  }

  static std::string numbered(std::uint64_t number) {
    return R"({"n":)" + std::to_string(number) + R"(,"t":"test"})";
  }

  static std::string naming(const Digest& blob) {
    return R"({"blob":")" + blob.hex() + R"(","t":"test"})";
  }

  Path scratch_;
  Path folder_;
  crypto::Signer signer_ = published_signer();
  StepClock clock_{0};
  FaultStore store_;  ///< faultless unless a test says otherwise, and faster than syncing
  TestReferences references_;
};

}  // namespace truebound::ledger
