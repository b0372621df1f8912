#pragma once

// The work on one slot, as straight code: attempts until one is answered, verdicts, the outcome.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "truebound/analyze/monitor.h"
#include "truebound/core/task.h"
#include "truebound/plan/slots.h"
#include "truebound/record/observer.h"
#include "truebound/run/endpoint.h"
#include "truebound/run/execute.h"
#include "truebound/run/judging.h"

namespace truebound::run {

/// The rest of the work on a slot, once it is known whether its endpoint is usable.
struct PutOff {
  const Endpoint* endpoint = nullptr;
  std::function<Task<void>()> go_on;
};

/// What the work on every slot shares. One thread.
struct Stage {
  const plan::Slots& slots;
  const Cast& cast;
  record::RunRecord& run;
  const record::RunHistory& history;
  const EngineOptions& options;
  const record::Observer& observer;       ///< of outcomes that are durable already
  analyze::Monitor& monitor;              ///< told of every outcome
  eval::Counts counts;                    ///< outcomes so far
  bool accounts = false;                  ///< whether closes tell what attempts spent
  model::Purse purse = model::Purse({});  ///< what may be spent, and what is
  /// What is reserved for the judges of attempts that closed before the run was left, by slot.
  std::map<std::uint64_t, std::unique_ptr<model::Allowance>> set_aside;
  bool is_spent = false;                      ///< a slot was refused: no other is begun
  std::set<std::string> troubles;             ///< told already
  std::optional<Error> failed;                ///< of the ledger or of an endpoint: everything stops
  std::map<std::string, Endpoint> endpoints;  ///< by the model's name
  std::optional<Court> court;                 ///< where the judges are asked
  /// The rest of the work on slots whose attempt met no usable endpoint, when it was not yet known
  /// whether there is one: a run that is stopped for that leaves them open.
  std::vector<PutOff> put_off;
  bool halted() const {
    return failed.has_value() || court->failed.has_value() ||
           (options.stop != nullptr && options.stop->requested());
  }
};

/// What an attempt at a slot may cost at most, where each request is sent once, without safeguards
/// that ask models.
eval::Spent most_of_attempt(const plan::Slot& slot, const Cast& cast);
/// What its judges may cost at most on so many replies, likewise.
eval::Spent most_of_judging(const plan::Slot& slot, const Cast& cast, std::int64_t queries);

/// Makes durable which claims are settled.
Result<void> keep_stops(const std::vector<analyze::Stop>& stops, Stage& stage);

/// Counts what became of a slot, tells the monitor, and makes durable which claims that settles.
Result<void> take_outcome(Stage& stage, const eval::Observation& seen);

/// Brings one slot to its outcome, or leaves it open where the run was asked to stop; or puts it
/// off.
Task<void> work_on(std::uint64_t index, Stage& stage);

}  // namespace truebound::run
