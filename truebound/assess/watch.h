#pragma once

// What a sequential plan watches: each claim with its threshold, what is known of its judge before
// the first outcome, and the largest cluster that it may meet.

#include <map>
#include <string>
#include <vector>

#include "truebound/analyze/monitor.h"
#include "truebound/assess/observe.h"
#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/eval/suite.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/slots.h"
#include "truebound/record/cast_identity.h"
#include "truebound/record/run_record.h"

namespace truebound::assess {

/// What a run is watched by.
struct WatchedRun {
  const plan::Plan& plan;
  const std::vector<eval::Suite>& suites;
  const plan::Slots& slots;
  record::CastIdentity cast;
  std::string seed;
  /// Only labels from elsewhere count: those of the run itself come after its outcomes.
  std::vector<eval::Calibration> calibrations = {};
};

/// The calibrations that were known before the first outcome: labels of the run itself come later.
std::vector<eval::Calibration> labels_before(const std::vector<eval::Calibration>& known);

/// The claims of a sequential plan; none of one whose samples are fixed. A function of what is
/// known before the first outcome, so that it is the same while the run goes on and later.
std::vector<analyze::Watched> watched_claims(const WatchedRun& run);

/// The monitor of a run before its first outcome: its claims, and what an adaptive sample is drawn
/// from.
/// @error as Monitor::of, Allocation::of
Result<analyze::Monitor> monitor_of(const WatchedRun& run, std::vector<analyze::Watched> claims);

/// A monitor of a run that begins or is taken up: calibrations are read from its ledger.
/// @error as monitor_of, record::calibration_at
Result<analyze::Monitor> watch(WatchedRun run, const record::RunRecord& record);

/// A run that ended by what was seen, as its outcomes tell it once more.
struct Watching {
  analyze::Monitor monitor;
  std::map<std::string, analyze::Watched> claims;  ///< by name
};

/// Watches a run again, and gives each row its weight. Where a claim ended is a function of the
/// outcomes. Of a fixed sample there is nothing to watch.
/// @param rows  of every slot, in plan order
/// @error mismatch  the ledger says that it ended, or was drawn, otherwise
Result<Watching> watch_again(const Record& record, std::vector<eval::Observation>& rows);

}  // namespace truebound::assess
