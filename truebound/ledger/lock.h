#pragma once

// One writer a ledger. The lock is the kernel's, so it ends with its process, however that ends.

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::ledger {

/// Holds a ledger for writing as long as it lives.
class WriterLock {
 public:
  /// Takes the lock in `<ledger>/.cache/lock`, whose folder must be there.
  /// @error invalid_input  another process or another part of this one has it, or the folder cannot
  ///                       be written
  static Result<WriterLock> take(const Path& ledger);

 private:
  explicit WriterLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace truebound::ledger
