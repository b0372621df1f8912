#pragma once

// The work on one slot, as straight code: attempts until one is answered, verdicts, the outcome.

#include <cstdint>
#include <optional>

#include "truebound/core/task.h"
#include "truebound/plan/slots.h"
#include "truebound/run/execute.h"

namespace truebound::run {

/// What the work on every slot shares. One thread.
struct Stage {
  const plan::Slots& slots;
  const Cast& cast;
  record::RunRecord& run;
  const record::RunHistory& history;
  const EngineOptions& options;
  eval::Counts counts;          ///< outcomes so far
  std::int64_t calls_left = 0;  ///< of the budget; only if `options.calls` is set
  std::optional<Error> failed;  ///< the first failure of the ledger: everything stops
  bool halted() const {
    return failed.has_value() || (options.stop != nullptr && options.stop->requested());
  }
};

/// Brings one slot to its outcome, or leaves it open where the run was asked to stop.
Task<void> work_on(std::uint64_t index, Stage& stage);

}  // namespace truebound::run
