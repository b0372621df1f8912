#pragma once

// Folder: the whole way from a plan to a report, a stage a line, in assess.cc; beside it the pieces
// that the story calls, and shorter walks: check, register, report. Only here are two stages
// called.

#include <cstdint>
#include <string>

#include "truebound/assess/services.h"
#include "truebound/core/result.h"
#include "truebound/evidence/dossier.h"

namespace truebound::assess {

/// A new run, or one that was left before its last slot.
enum class Start { fresh, resume };

/// How an assessment starts.
struct Opening {
  Start start = Start::fresh;
  Rehearsal rehearsal;
};

/// The assessment, start to end: reads the plan, freezes it into the ledger in `folder`, runs it,
/// concludes from the ledger and binds the report to the run. Runs the event loop itself.
///
/// @error invalid_input  anything wrong with plan, suites, models or folder; nothing is written
/// @error stopped        asked to stop, or the disk is full: `--resume` goes on
Result<evidence::Dossier> assess(const std::string& plan_name, const Path& folder,
                                 const Opening& opening, const Services& with);

}  // namespace truebound::assess
