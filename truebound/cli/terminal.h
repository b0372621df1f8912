#pragma once

// What a person sees while the program works: remarks on standard error, and a progress bar that is
// drawn only on a terminal. Color and cursor movement never reach a pipe.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/cli/verbs.h"
#include "truebound/core/clock.h"
#include "truebound/run/execute.h"

namespace truebound::cli {

/// Whether a stream is a terminal that may be drawn on.
bool stands_on_terminal(int descriptor);

/// A remark for a person, with a line end; texts in it are shown with their control characters.
void remark(const Invocation& invocation, const std::string& text);

/// A result: to the file of --out, or to standard output.
Result<void> deliver(const Invocation& invocation, const std::string& result);

/// Shows how far a run has come: done of all, rate, time left, outcomes so far. On a terminal one
/// line that is drawn again; else a plain line at the start, every tenth, and at the end.
class ProgressLine final : public run::Progress {
 public:
  ProgressLine(Clock& clock, Talk talk);
  ~ProgressLine() override;
  void begin(std::uint64_t slots) override;
  void decided(const eval::Counts& counts) override;
  void troubled(const std::string& what) override;
  /// What troubled the run, the first of each kind.
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  std::string line(const eval::Counts& counts) const;

  Clock& clock_;
  Talk talk_;
  bool drawn_;
  std::int64_t slots_ = 0;
  std::int64_t started_us_ = 0;
  std::int64_t first_ = -1;  ///< outcomes that were there at the start
  std::int64_t drawn_us_ = 0;
  std::int64_t tenth_ = 0;
  std::vector<std::string> troubles_;
};

/// Lets Ctrl-C and a termination signal ask the run to stop; a second one ends the process at once
/// with exit code 3.
const run::StopSignal& stop_on_signals();

}  // namespace truebound::cli
