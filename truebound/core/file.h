#pragma once

// Files: reading whole ones through an interface, so that later stages can read those that the
// ledger holds instead of the disk's; and writing whole ones so that a reader sees all or nothing.

#include <filesystem>
#include <string>
#include <string_view>

#include "truebound/core/result.h"

namespace truebound {

using Path = std::filesystem::path;

/// Answers one question: what does the file of this name hold?
class FileSource {
 public:
  FileSource() = default;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  virtual ~FileSource() = default;

  /// The whole file.
  /// @error invalid_input  it is not there or cannot be read; the message names it
  virtual Result<std::string> read(const std::string& name) const = 0;
};

/// Files on disk; relative names are looked up from one folder.
class DiskFiles final : public FileSource {
 public:
  explicit DiskFiles(Path folder) : folder_(std::move(folder)) {}
  Result<std::string> read(const std::string& name) const override;

 private:
  Path folder_;
};

/// The whole file at a path.
/// @error invalid_input  it is not there, is a folder, or cannot be read
Result<std::string> read_file(const Path& path);

/// Writes a file whole: to a new file beside it, synced, then renamed over it, then the folder
/// synced. After a crash there is the old file or the new one, never a half.
/// @error invalid_input  the folder cannot be written
/// @error stopped        the disk is full or failed
Result<void> write_file(const Path& path, std::string_view bytes);

/// Syncs a folder, so that names made in it last.
/// @error stopped  the disk failed
Result<void> sync_folder(const Path& path);

/// What the operating system said last (errno), in words.
std::string system_message();

/// The error for a write that failed with this errno: read-only or missing is `invalid_input`, a
/// full or failing disk is `stopped`.
Error write_error(const Path& path, int error_number);

/// An open file descriptor, closed when it goes.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Writes all bytes to a descriptor, also where the system takes them in parts.
/// @error as write_error; `path` is for the message
Result<void> write_all(const FileDescriptor& file, std::string_view bytes, const Path& path);

}  // namespace truebound
