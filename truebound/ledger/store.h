#pragma once

// What the ledger asks of the file system for writing, a method for each call that can fail, so
// that a test can let any of them fail, or lose what was not synced.

#include <cstdint>
#include <memory>
#include <string_view>

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::ledger {

/// A file that grows at its end. What was appended lasts only once sync() has returned well.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;

  /// After an error some of the bytes may have been written.
  virtual Result<void> append(std::string_view bytes) = 0;
  /// Nobody knows what an error left on the disk: it must not be tried again.
  virtual Result<void> sync() = 0;
};

/// Folders and files to write to. Errors are core's write_error: `invalid_input` where writing is
/// not allowed, `stopped` where the disk is full or fails. A name that was made or changed lasts
/// only once its folder was synced.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// With the folders above it; one that is there is fine.
  virtual Result<void> make_folder(const Path& folder) = 0;
  /// A new empty file; one that is there is emptied.
  virtual Result<std::unique_ptr<AppendFile>> create(const Path& file) = 0;
  /// A file that is there, to be appended to.
  virtual Result<std::unique_ptr<AppendFile>> open(const Path& file) = 0;
  /// Also over a file that is there: a reader sees the old one or the new one.
  virtual Result<void> rename(const Path& from, const Path& to) = 0;
  virtual Result<void> sync_folder(const Path& folder) = 0;
  /// Cuts a file to its first `size` bytes, lastingly.
  virtual Result<void> cut(const Path& file, std::uint64_t size) = 0;
};

/// The file system of the machine.
class DiskStore final : public Store {
 public:
  Result<void> make_folder(const Path& folder) override;
  Result<std::unique_ptr<AppendFile>> create(const Path& file) override;
  Result<std::unique_ptr<AppendFile>> open(const Path& file) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> sync_folder(const Path& folder) override;
  Result<void> cut(const Path& file, std::uint64_t size) override;
};

/// Writes a file whole and lastingly: to `draft`, synced, renamed to `file`, its folder synced.
/// After a crash there is the old file or the new one, never a half.
Result<void> write_whole(Store& store, const Path& draft, const Path& file, std::string_view bytes);

}  // namespace truebound::ledger
