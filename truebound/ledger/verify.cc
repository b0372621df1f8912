#include "truebound/ledger/verify.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/sha256.h"
#include "truebound/crypto/signer.h"
#include "truebound/ledger/blob.h"
#include "truebound/ledger/checkpoint.h"
#include "truebound/ledger/entry.h"
#include "truebound/ledger/ledger.h"

namespace truebound::ledger {
namespace {

Error failure(ErrorCode code, const Path& place, const std::string& why) {
  return {.code = code, .message = place.string() + ": " + why};
}

// A folder with neither is no damaged ledger but none at all: the path is wrong.
Result<void> check_path(const Path& folder) {
  std::error_code failed;
  if (std::filesystem::exists(folder / "segments", failed)) return {};
  if (std::filesystem::exists(folder / "checkpoint", failed)) return {};
  return invalid_input(folder.string() + ": expected a ledger, found no segment of one");
}

// What may lie in a ledger's folder itself; what lies below is looked at by those who read it.
Result<void> check_names(const Path& folder) {
  using std::filesystem::file_type;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (name == ".cache") continue;
    const bool is_folder = name == "segments" || name == "blobs";
    if (!is_folder && name != "checkpoint") {
      return failure(ErrorCode::malformed, at->path(), "this does not belong to a ledger");
    }
    std::error_code unknown;
    if (at->symlink_status(unknown).type() !=
        (is_folder ? file_type::directory : file_type::regular)) {
      return failure(ErrorCode::malformed, at->path(),
                     is_folder ? "expected a folder" : "expected a plain file");
    }
  }
  if (failed) return invalid_input(folder.string() + ": cannot be read: " + failed.message());
  return {};
}

Result<void> check_entries(const Ledger& ledger) {
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    TRUEBOUND_TRY(entry, ledger.entry(index));
    const Result<void> checked = check_entry(entry);
    if (!checked.ok()) {
      return Error{.code = ErrorCode::malformed,
                   .message = "entry " + std::to_string(index) + ": " + checked.error().message};
    }
  }
  return {};
}

Result<void> check_key(const Ledger& ledger, const std::string& wanted) {
  const Result<crypto::Verifier> key = crypto::Verifier::parse(wanted);
  if (!key.ok()) return invalid_input("the key to verify by: " + key.error().message);
  if (wanted != ledger.verifier_key()) {
    return Error{.code = ErrorCode::policy,
                 .message = "expected to be signed by " + wanted + ", is signed by " +
                            ledger.verifier_key()};
  }
  return {};
}

// The kept checkpoint must be of a beginning of this ledger. Its entries are all here, so the root
// is computed anew; no consistency proof is needed.
Result<void> check_kept(const Ledger& ledger, const Path& file) {
  TRUEBOUND_TRY(text, read_file(file));
  TRUEBOUND_TRY(key, crypto::Verifier::parse(ledger.verifier_key()));
  TRUEBOUND_TRY(kept, open_checkpoint(text, key));
  if (kept.head.size > ledger.size()) {
    return failure(ErrorCode::mismatch, file,
                   "it covers " + std::to_string(kept.head.size) + " entries, the ledger has " +
                       std::to_string(ledger.size()) + ": entries were taken away");
  }
  TRUEBOUND_TRY(root, ledger.root_at(kept.head.size));
  if (root != kept.head.root) {
    return failure(ErrorCode::mismatch, file,
                   "the first " + std::to_string(kept.head.size) +
                       " entries of the ledger are not those that it covers");
  }
  return {};
}

struct BlobCount {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
};

Result<BlobCount> check_blobs(const Ledger& ledger, const std::vector<Digest>& named) {
  TRUEBOUND_TRY(there, ledger.blobs().list());
  BlobCount count;
  for (const Digest& name : there) {
    const Path path = ledger.blobs().path_of(name);
    TRUEBOUND_TRY(digest, crypto::sha256_file(path));
    if (digest != name) {
      return failure(ErrorCode::crypto, path, "its bytes do not give its name");
    }
    std::error_code unknown;
    const std::uint64_t size = std::filesystem::file_size(path, unknown);
    if (size < salt_size) return failure(ErrorCode::malformed, path, "it is too short for a salt");
    if (!std::binary_search(named.begin(), named.end(), name)) {
      return failure(ErrorCode::mismatch, path,
                     "no entry names this blob; a killed run leaves such, resuming sets it aside");
    }
    ++count.blobs;
    count.bytes += size;
  }
  for (const Digest& name : named) {
    if (!std::binary_search(there.begin(), there.end(), name)) {
      return failure(ErrorCode::incomplete, ledger.blobs().path_of(name),
                     "an entry names this blob, and it is not here");
    }
  }
  return count;
}

}  // namespace

std::vector<std::string> Verification::remarks() const {
  std::vector<std::string> sentences;
  if (const std::uint64_t open = head.size - covered; open > 0) {
    sentences.push_back(std::to_string(open) + (open == 1 ? " entry" : " entries") +
                        " not yet under a checkpoint");
  }
  if (attestation == Attestation::own) {
    sentences.emplace_back("self-attested: whoever holds the key could have rewritten all of it");
  }
  return sentences;
}

Result<Verification> verify(const Path& folder, const BlobReferences& references,
                            const VerifyOptions& options) {
  TRUEBOUND_TRY_VOID(check_path(folder));
  TRUEBOUND_TRY_VOID(check_names(folder));
  TRUEBOUND_TRY(ledger, Ledger::read(folder));
  if (ledger->recovered_bytes() > 0) {
    return failure(ErrorCode::malformed, folder,
                   std::to_string(ledger->recovered_bytes()) +
                       " torn bytes at the end of the last segment; a killed run leaves such, "
                       "resuming cuts them");
  }
  if (ledger->checkpoint_text().empty()) {
    return failure(ErrorCode::incomplete, folder / "checkpoint", "it is not there");
  }
  if (options.key) TRUEBOUND_TRY_VOID(check_key(*ledger, *options.key));
  if (options.checkpoint) TRUEBOUND_TRY_VOID(check_kept(*ledger, *options.checkpoint));
  TRUEBOUND_TRY_VOID(check_entries(*ledger));
  TRUEBOUND_TRY(named, ledger->named_blobs(references));
  TRUEBOUND_TRY(counted, check_blobs(*ledger, named));
  return Verification{
      .head = {.size = ledger->size(), .root = ledger->root()},
      .covered = ledger->checkpoint_size(),
      .blobs = counted.blobs,
      .bytes = ledger->segment_bytes() + ledger->checkpoint_text().size() + counted.bytes,
      .key = ledger->verifier_key(),
      .checkpoint = ledger->checkpoint_text(),
      .attestation = options.checkpoint ? Attestation::kept : Attestation::own,
  };
}

}  // namespace truebound::ledger
