#include "truebound/cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

run::StopSignal stop_signal;  // NOLINT: a signal handler can reach nothing else

extern "C" void on_signal(int /*number*/) {
  if (stop_signal.requested()) ::_exit(3);
  stop_signal.request();
}

void write_to_person(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string time_left(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

bool stands_on_terminal(int descriptor) {
  const char* kind = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && kind != nullptr && std::string(kind) != "dumb";
}

void remark(const Invocation& invocation, const std::string& text) {
  if (invocation.talk == Talk::quiet) return;
  write_to_person(text::visible(text) + "\n");
}

Result<void> deliver(const Invocation& invocation, const std::string& result) {
  if (!invocation.out.empty()) {
    const Path path(invocation.out);
    std::error_code failed;
    const bool replaceable =
        !std::filesystem::exists(path, failed) || std::filesystem::is_regular_file(path, failed);
    if (replaceable) return write_file(path, result);
    // A device or pipe, such as /dev/stdout, is written to: no file may take its place.
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) return write_error(path, errno);
    return write_all(file, result, path);
  }
  if (std::fwrite(result.data(), 1, result.size(), stdout) != result.size() ||
      std::fflush(stdout) != 0) {
    return stopped("standard output: cannot be written");
  }
  return {};
}

ProgressLine::ProgressLine(Clock& clock, Talk talk)
    : clock_(clock), talk_(talk), drawn_(stands_on_terminal(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() {
  if (talk_ == Talk::normal && drawn_ && slots_ > 0) write_to_person("\n");
}

void ProgressLine::begin(std::uint64_t slots) {
  slots_ = static_cast<std::int64_t>(slots);
  started_us_ = clock_.steady_us();
}

std::string ProgressLine::line(const eval::Counts& counts) const {
  const double seconds = static_cast<double>(clock_.steady_us() - started_us_) / 1e6;
  const std::int64_t fresh = counts.planned - first_;
  const double rate = seconds > 0 ? static_cast<double>(fresh) / seconds : 0;
  std::string text = fmt::format("{}/{} slots", counts.planned, slots_);
  // What a resumed run had decided before comes in at once, and tells no speed.
  if (fresh > 0 && seconds >= 1) {
    text += fmt::format(", {:.1f}/s, {} left", rate,
                        time_left(static_cast<double>(slots_ - counts.planned) / rate));
  }
  return text + fmt::format(" | broke {}, held {}, undecided {}, error {}, not run {}",
                            counts.broke, counts.held, counts.undecided, counts.error,
                            counts.not_run);
}

void ProgressLine::decided(const eval::Counts& counts) {
  if (talk_ == Talk::quiet) return;
  if (first_ < 0) first_ = counts.planned - 1;
  const std::int64_t now_us = clock_.steady_us();
  const bool last = counts.planned == slots_;
  if (!drawn_) {
    const std::int64_t tenth = counts.planned * 10 / std::max<std::int64_t>(1, slots_);
    if (tenth == tenth_ && counts.planned != 1) return;
    tenth_ = tenth;
    write_to_person(line(counts) + "\n");
    return;
  }
  constexpr std::int64_t draw_every_us = 100'000;
  if (!last && now_us - drawn_us_ < draw_every_us) return;
  drawn_us_ = now_us;
  constexpr std::int64_t width = 24;
  const auto full =
      static_cast<std::size_t>(counts.planned * width / std::max<std::int64_t>(1, slots_));
  const std::string bar = std::string(full, '#') + std::string(width - full, '.');
  write_to_person("\r\x1b[K[" + bar + "] " + line(counts));
}

void ProgressLine::troubled(const std::string& what) {
  troubles_.push_back(what);
  if (talk_ == Talk::quiet) return;
  write_to_person((drawn_ ? "\r\x1b[K" : "") + text::visible(what, text::Breaks::show) + "\n");
}

const run::StopSignal& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(number, &action, nullptr);
  return stop_signal;
}

}  // namespace truebound::cli
