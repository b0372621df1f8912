#include "truebound/ledger/lock.h"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::ledger {
namespace {

// The process that the lock's file names; "another one" in the moment before it is written.
std::string holder_of(const Path& path) {
  const Result<std::string> text = read_file(path);
  return text.ok() && !text.value().empty() ? "process " + text.value() : "another process";
}

}  // namespace

Result<WriterLock> WriterLock::take(const Path& ledger) {
  const Path path = ledger / ".cache" / "lock";
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) return write_error(path, errno);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return write_error(path, errno);
    return invalid_input(ledger.string() + ": expected to be free, is being written by " +
                         holder_of(path));
  }
  if (::ftruncate(file.number(), 0) != 0) return write_error(path, errno);
  TRUEBOUND_TRY_VOID(write_all(file, std::to_string(::getpid()), path));
  return WriterLock(std::move(file));
}

}  // namespace truebound::ledger
