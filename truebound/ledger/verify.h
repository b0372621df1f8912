#pragma once

// Checks a ledger as a stranger would, with nothing but its folder: every byte of every file must
// be accounted for. It never repairs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/ledger/blob.h"
#include "truebound/ledger/merkle.h"

namespace truebound::ledger {

/// What was kept elsewhere, to hold the ledger against.
struct VerifyOptions {
  /// A file with a checkpoint of this ledger, of now or of earlier.
  std::optional<Path> checkpoint;
  /// The verifier key that must have signed: `name+id+base64`.
  std::optional<std::string> key;
};

/// Against whom the ledger's word was held.
enum class Attestation {
  own,   ///< against nobody: whoever holds its key could have rewritten all of it
  kept,  ///< against a checkpoint that was kept elsewhere
};

/// What was checked and holds.
struct Verification {
  TreeHead head;              ///< of all entries
  std::uint64_t covered = 0;  ///< entries under the ledger's signed checkpoint
  std::uint64_t blobs = 0;    ///< each there, each fits its name, each named by an entry
  std::uint64_t bytes = 0;    ///< of all files outside `.cache/`
  std::string key;            ///< verifier key that signed the checkpoint
  std::string checkpoint;     ///< the ledger's checkpoint, a note
  Attestation attestation = Attestation::own;

  /// What a reader must know beside: entries that are not yet under a checkpoint, and that an own
  /// attestation binds nobody. A sentence each.
  std::vector<std::string> remarks() const;
};

/// Checks a ledger's folder outside `.cache/`: segments and their headers, each entry's form, the
/// tree against the signed checkpoint, each blob against its name, that the blobs are those that
/// the entries name, that there is no other file; and what `options` asks.
/// @error malformed      bytes that are no ledger's, a torn end, a file that does not belong
/// @error crypto         a blob does not fit its name, or the signature not the checkpoint
/// @error mismatch       tree and checkpoint contradict each other; a blob that no entry names; the
///                       kept checkpoint is of another history, or of a longer one
/// @error incomplete     a blob that an entry names is not there, or the checkpoint
/// @error policy         another key has signed than the one asked for
/// @error invalid_input  no ledger there; a file cannot be read; `options.key` is no key
Result<Verification> verify(const Path& folder, const BlobReferences& references,
                            const VerifyOptions& options = {});

}  // namespace truebound::ledger
