#pragma once

// For tests: asks a run to end after so many outcomes, as a person who presses Ctrl-C does.

#include <cstdint>

#include "truebound/run/execute.h"

namespace truebound::run {

/// Watches a run, and asks it to stop.
class StopAfter final : public Progress {
 public:
  explicit StopAfter(std::int64_t outcomes) : outcomes_(outcomes) {}
  void begin(std::uint64_t /*slots*/) override {}
  void decided(const eval::Counts& counts) override {
    if (counts.planned >= outcomes_) signal.request();
  }
  StopSignal signal;

 private:
  std::int64_t outcomes_;
};

}  // namespace truebound::run
