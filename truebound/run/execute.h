#pragma once

// Runs a plan's slots: an attempt at each, its verdicts, its outcome. One event loop; as many
// attempts at once as the plan's budget says. Killed at any moment it can be resumed: what is
// durable is never asked again.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "truebound/analyze/monitor.h"
#include "truebound/core/result.h"
#include "truebound/eval/outcome.h"
#include "truebound/model/purse.h"
#include "truebound/plan/slots.h"
#include "truebound/record/history.h"
#include "truebound/record/run_record.h"
#include "truebound/run/cast.h"

namespace truebound::run {

/// Told as a run goes on. Called from the loop's thread.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;
  /// The run has so many slots.
  virtual void begin(std::uint64_t slots) = 0;
  /// A slot has its outcome; `counts` are all outcomes so far.
  virtual void decided(const eval::Counts& counts) = 0;
  /// An attempt failed for a reason that no attempt at this model has failed for before: a line.
  virtual void troubled(const std::string& what) { static_cast<void>(what); }
};

/// Asks a run to end early. Set from any thread, or from a signal handler.
class StopSignal {
 public:
  void request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_ = false;
};

/// How a run is driven.
struct EngineOptions {
  // Affects the result.
  std::string seed;              ///< what every random stream is keyed by
  model::SpendingLimits budget;  ///< once it is spent, later slots are not run

  // Affects speed or cost only.
  std::int64_t in_flight = 8;                ///< attempts at once, >= 1
  std::chrono::milliseconds timeout{60000};  ///< of one call
  Progress* progress = nullptr;
  const StopSignal* stop = nullptr;
};

/// How a run came out of execute().
enum class Ending {
  complete,  ///< every slot has its outcome, and the run is closed
  stopped,   ///< asked to stop: what is durable stays, the rest can be resumed
};

/// What a run is read and written by. Borrows all of it.
struct Running {
  record::RunRecord& record;
  const record::RunHistory& history;  ///< what was durable when the run was opened or taken up
  analyze::Monitor& monitor;          ///< says which slots are still to be asked
};

/// Drives all slots that have no outcome yet, and closes the run when all have one: a slot that the
/// monitor no longer needs is not run. For a resumed run, `history` tells what is durable: a slot
/// whose attempt closed with an answer is judged, not asked again. The caller has written
/// `recovery` for attempts that dangled.
///
/// @error stopped  the ledger failed (disk full); what was durable stays
Result<Ending> execute(const plan::Slots& slots, const Cast& cast, const Running& run,
                       const EngineOptions& options);

}  // namespace truebound::run
