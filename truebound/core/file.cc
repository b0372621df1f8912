#include "truebound/core/file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace truebound {

std::string system_message() {
  return std::system_category().message(errno);
}

Error write_error(const Path& path, int error_number) {
  const bool disk_gave_out = error_number == ENOSPC || error_number == EDQUOT ||
                             error_number == EIO || error_number == EFBIG;
  return {.code = disk_gave_out ? ErrorCode::stopped : ErrorCode::invalid_input,
          .message = path.string() +
                     ": cannot be written: " + std::system_category().message(error_number)};
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<std::string> DiskFiles::read(const std::string& name) const {
  const Path path(name);
  return read_file(path.is_absolute() ? path : folder_ / path);
}

Result<std::string> read_file(const Path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open())
    return invalid_input(path.string() + ": cannot be read: " + system_message());
  std::string bytes;
  char buffer[1U << 16U];
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return invalid_input(path.string() + ": cannot be read: " + system_message());
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

Result<void> write_all(const FileDescriptor& file, std::string_view bytes, const Path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> sync_folder(const Path& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return write_error(path, errno);
  if (::fsync(folder.number()) != 0) {
    return stopped(path.string() + ": cannot be synced: " + system_message());
  }
  return {};
}

Result<void> write_file(const Path& path, std::string_view bytes) {
  Path draft = path;
  draft += ".tmp" + std::to_string(::getpid());
  {
    const FileDescriptor file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.is_open()) return write_error(path, errno);
    Result<void> written = write_all(file, bytes, path);
    if (written.ok() && ::fsync(file.number()) != 0) written = write_error(path, errno);
    if (!written.ok()) {
      ::unlink(draft.c_str());
      return written;
    }
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(draft.c_str());
    return write_error(path, error_number);
  }
  const Path folder = path.parent_path();
  return sync_folder(folder.empty() ? Path(".") : folder);
}

}  // namespace truebound
