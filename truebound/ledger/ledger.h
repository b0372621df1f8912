#pragma once

// The ledger: an append-only record of entries and blobs that a stranger can check, and that a
// crash at any moment leaves whole. It knows nothing of evaluation. A folder holds
//   segments/000000 ...        the entries, in order: the record (segment.h)
//   blobs/<2 digits>/<name>    what entries name by digest (blob.h)
//   checkpoint                 size and root, signed (checkpoint.h)
//   .cache/                    lock and drafts: no evidence, may be deleted while nobody writes
// and nothing else. A write is acknowledged when it is synced; a failed write or sync stops the
// ledger, since nobody knows what the disk then holds. verify.h checks all of it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/signer.h"
#include "truebound/ledger/blob.h"
#include "truebound/ledger/entries.h"
#include "truebound/ledger/store.h"

namespace truebound::ledger {

/// What a test sets otherwise than a run.
struct LedgerOptions {
  /// Where to write; nullptr: the machine's file system. Outlives the ledger.
  Store* store = nullptr;
  /// A segment that has reached this size is followed by a new one.
  std::uint64_t segment_bytes = 8U << 20U;
  /// A checkpoint is signed on its own when this long has gone by at an append.
  std::int64_t checkpoint_us = 1'000'000;
};

/// A ledger in a folder, for one writer or for reading. Of one thread at a time.
class Ledger {
 public:
  /// Opens a ledger for writing, or makes a new one in a folder that is empty or not there. What a
  /// crash left torn is cut; what was acknowledged is there. Signer and clock outlive the ledger.
  /// @error invalid_input  the folder cannot be written, holds other things, or is being written by
  ///                       another process; nothing was changed
  /// @error malformed, mismatch, crypto  the ledger is damaged, or shorter than its checkpoint: it
  ///                                     was put back, or cut; nothing was changed
  /// @error stopped        the disk is full or failed
  static Result<std::unique_ptr<Ledger>> open(const Path& folder, const crypto::Signer& signer,
                                              Clock& clock, const LedgerOptions& options = {});

  /// A view of what is there now; takes no lock, changes nothing, needs no key. A torn end, as a
  /// crash or a writer at work leaves it, is left out.
  /// @error invalid_input  no ledger there, or it cannot be read
  /// @error malformed, mismatch, crypto, policy, incomplete  as verify has them
  static Result<std::unique_ptr<Ledger>> read(const Path& folder);

  ~Ledger();

  std::uint64_t size() const { return entries_.size(); }
  /// The root of the tree of all entries.
  Digest root() const { return entries_.tree().root(); }
  /// The root of the tree of the first `count` entries, count <= size().
  /// @error malformed, invalid_input  a segment is not what it was when it was opened
  Result<Digest> root_at(std::uint64_t count) const { return entries_.root_at(count); }
  /// The entry of an index below size(), as it was appended.
  /// @error as root_at
  Result<std::string> entry(std::uint64_t index) const { return entries_.at(index); }
  /// The payload of a blob, checked against its name.
  /// @error incomplete         it is not there: withheld, or lost
  /// @error crypto, malformed  its bytes do not fit its name
  Result<std::string> blob(const Digest& name) const { return blobs_.get(name); }
  const Blobs& blobs() const { return blobs_; }
  /// The names of all blobs that entries name, ascending, each once.
  /// @error as BlobReferences::named_by and entry()
  Result<std::vector<Digest>> named_blobs(const BlobReferences& references) const;
  /// Bytes of all segments, without a torn end.
  std::uint64_t segment_bytes() const { return entries_.bytes(); }
  /// The last checkpoint that was signed: a note, as it is in the file.
  const std::string& checkpoint_text() const { return checkpoint_text_; }
  /// How many entries the last checkpoint covers.
  std::uint64_t checkpoint_size() const { return checkpoint_size_; }
  /// The key that the checkpoints are signed by, as `verify --key` takes it.
  const std::string& verifier_key() const { return entries_.key(); }
  /// Torn bytes that open() cut from the end, or that read() left out.
  std::uint64_t recovered_bytes() const { return recovered_bytes_; }

  // For writing. After a failed write every one of these gives the same error, `stopped`.

  /// Appends one entry; it is durable when this returns. Gives its index.
  /// @error invalid_input  the bytes are no entry (entry.h); nothing was written
  /// @error stopped        the disk is full or failed, now or before
  Result<std::uint64_t> append(std::string_view entry);
  /// Appends entries with one sync a MiB; gives the index of the first. Those of one MiB become
  /// durable together or not at all.
  /// @error as append
  Result<std::uint64_t> append_grouped(std::span<const std::string> entries);
  /// Keeps a payload as a blob, durable when this returns. Gives its name, new for every call. The
  /// entry that names it comes after it.
  /// @error stopped  as append
  Result<Digest> put_blob(std::string_view payload);
  /// Signs a checkpoint of all entries, unless the last one has them all.
  /// @error stopped  as append
  Result<void> checkpoint();
  /// Moves blobs that no entry names to `.cache/unnamed`: a crash between a blob and its entry
  /// leaves such. Call it after open(), before the first put_blob. Gives how many there were.
  /// @error stopped         as append
  /// @error as BlobReferences::named_by
  Result<std::uint64_t> set_aside_unnamed(const BlobReferences& references);

 private:
  struct Writer;

  Ledger(Path folder, Entries entries);
  Result<void> take_up_checkpoint();
  Result<void> recover();
  Result<void> begin_segment();
  Result<void> write_checkpoint();
  Result<void> keep_record(const std::string& record);
  Result<void> write_blob(const BlobFile& blob);
  Result<void> move_aside(const Digest& name);
  Result<void> usable() const;
  /// Gives the result back; a failure stops the ledger for good.
  Result<void> stop_if_failed(Result<void> result);

  Path folder_;
  Entries entries_;
  Blobs blobs_;
  std::string checkpoint_text_;
  std::uint64_t checkpoint_size_ = 0;
  std::uint64_t recovered_bytes_ = 0;
  std::unique_ptr<Writer> writer_;  ///< none in a view for reading
};

}  // namespace truebound::ledger
