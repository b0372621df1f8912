#include "truebound/ledger/store.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::ledger {
namespace {

class DiskFile final : public AppendFile {
 public:
  DiskFile(FileDescriptor file, Path path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override { return write_all(file_, bytes, path_); }

  Result<void> sync() override {
    if (::fdatasync(file_.number()) != 0) {
      return stopped(path_.string() + ": cannot be synced: " + system_message());
    }
    return {};
  }

 private:
  FileDescriptor file_;
  Path path_;
};

Result<std::unique_ptr<AppendFile>> open_file(const Path& path, int flags) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644));
  if (!file.is_open()) return write_error(path, errno);
  return std::unique_ptr<AppendFile>(std::make_unique<DiskFile>(std::move(file), path));
}

}  // namespace

Result<void> DiskStore::make_folder(const Path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return write_error(folder, failed.value());
  return {};
}

Result<std::unique_ptr<AppendFile>> DiskStore::create(const Path& file) {
  return open_file(file, O_CREAT | O_TRUNC);
}

Result<std::unique_ptr<AppendFile>> DiskStore::open(const Path& file) {
  return open_file(file, 0);
}

Result<void> DiskStore::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return write_error(to, errno);
  return {};
}

Result<void> DiskStore::sync_folder(const Path& folder) {
  return truebound::sync_folder(folder);
}

Result<void> DiskStore::cut(const Path& file, std::uint64_t size) {
  const FileDescriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened.is_open()) return write_error(file, errno);
  if (::ftruncate(opened.number(), static_cast<off_t>(size)) != 0) return write_error(file, errno);
  if (::fsync(opened.number()) != 0) {
    return stopped(file.string() + ": cannot be synced: " + system_message());
  }
  return {};
}

Result<void> write_whole(Store& store, const Path& draft, const Path& file,
                         std::string_view bytes) {
  {
    TRUEBOUND_TRY(opened, store.create(draft));
    TRUEBOUND_TRY_VOID(opened->append(bytes));
    TRUEBOUND_TRY_VOID(opened->sync());
  }
  TRUEBOUND_TRY_VOID(store.rename(draft, file));
  return store.sync_folder(file.parent_path());
}

}  // namespace truebound::ledger
