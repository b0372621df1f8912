#pragma once

// What a sequential plan watches: each claim with its threshold, what is known of its judge before
// the first outcome, and the largest cluster that it may meet.

#include <string>
#include <vector>

#include "truebound/analyze/monitor.h"
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
  const record::CastIdentity& cast;
  /// Only labels from elsewhere count: those of the run itself come after its outcomes.
  const std::vector<eval::Calibration>& calibrations;
};

/// The claims of a sequential plan; none of one whose samples are fixed. A function of what is
/// known before the first outcome, so that it is the same while the run goes on and later.
std::vector<analyze::Watched> watched_claims(const WatchedRun& run);

/// A monitor of a run that begins or is taken up: calibrations are read from its ledger.
/// @error as Monitor::of, record::calibration_at
Result<analyze::Monitor> watch(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                               const plan::Slots& slots, const record::CastIdentity& cast,
                               const record::RunRecord& run);

}  // namespace truebound::assess
