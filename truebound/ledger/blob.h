#pragma once

// Blobs: prompts, replies, documents, a file each, named by the SHA-256 of that file. The file is
// 32 random bytes and then the payload: the name says nothing of a payload that is withheld, and
// `sha256sum` checks one that is not. docs/formats/blob.md

#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::ledger {

/// Bytes of salt before the payload.
inline constexpr std::size_t salt_size = 32;

/// A blob's file: its name follows from its bytes.
struct BlobFile {
  Digest name;
  std::string bytes;
};

/// The file of a payload, with fresh salt: the same payload twice gives two names.
BlobFile make_blob(std::string_view payload);

/// The payload of a blob's file.
/// @error crypto     its bytes do not give the name
/// @error malformed  it is too short to have a salt
Result<std::string> open_blob(const Digest& name, std::string file);

/// The blobs in a ledger's folder, for reading. Any thread.
class Blobs {
 public:
  explicit Blobs(Path ledger) : ledger_(std::move(ledger)) {}

  /// `<ledger>/blobs/<first 2 digits>/<64 digits>`.
  Path path_of(const Digest& name) const;
  bool has(const Digest& name) const;
  /// The payload, checked against the name.
  /// @error incomplete         it is not there: withheld, or lost
  /// @error crypto, malformed  as open_blob
  Result<std::string> get(const Digest& name) const;
  /// The names of all that are there, in order. Their bytes are not looked at.
  /// @error malformed  a name among them that is none of a blob, or no plain file
  Result<std::vector<Digest>> list() const;

 private:
  Path ledger_;
};

/// Answers one question: which blobs does an entry name, itself or by a list of blobs that it
/// names? Asked of whoever knows what the entries mean.
class BlobReferences {
 public:
  BlobReferences() = default;
  BlobReferences(const BlobReferences&) = delete;
  BlobReferences& operator=(const BlobReferences&) = delete;
  virtual ~BlobReferences() = default;

  /// @param entry  one entry as it lies in the ledger
  /// @param blobs  to follow a blob that is a list; one that is not there needs no error here, its
  ///               own name is enough
  /// @error malformed  the entry, or a list, is not what its kind must be
  virtual Result<std::vector<Digest>> named_by(std::string_view entry,
                                               const Blobs& blobs) const = 0;
};

}  // namespace truebound::ledger
