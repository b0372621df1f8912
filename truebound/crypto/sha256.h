#pragma once

// One job: hashes, signatures and random bytes, each by its standard. SHA-256 names everything
// that is evidence: entries, blobs, plans, model files.

#include <memory>
#include <string_view>

#include "truebound/core/bytes.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::crypto {

/// SHA-256 of bytes.
/// @source FIPS 180-4
Digest sha256(std::string_view bytes);

/// SHA-256 of bytes that come in parts. One thread at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  /// Adds bytes; returns itself, so that parts can be chained.
  Sha256& add(std::string_view bytes);
  /// The digest of all that was added. Afterwards it is as new.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a whole file, read in parts: any size, little memory.
/// @error invalid_input  it is not there, is a folder, or cannot be read
Result<Digest> sha256_file(const Path& path);

}  // namespace truebound::crypto
