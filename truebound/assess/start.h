#pragma once

// How a run starts: fresh, as a rehearsal, or where another one was left.

#include "truebound/assess/assess.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/slots.h"
#include "truebound/record/history.h"
#include "truebound/record/run_record.h"
#include "truebound/run/execute.h"

namespace truebound::assess {

/// A run that can go on: its writer, and what is durable of it.
struct StartedRun {
  record::RunRecord record;
  record::RunHistory history;
};

/// Registers the plan if nobody has, and draws the seed; a rehearsal brings its own.
/// @error invalid_input  a run is to be resumed that this plan does not have, or the plan changed
Result<plan::Frozen> freeze(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                            const Opening& opening, ledger::Ledger& ledger, const Services& with);

/// The slots that a rehearsal tries.
plan::SlotLimit limit_of(const Opening& opening);

/// What a fresh run is opened with.
record::RunStart start_of(const Opening& opening, const plan::Frozen& frozen,
                          const plan::Slots& slots, const run::Cast& cast);

/// Opens the run, or goes on with the last one of this plan: attempts that dangle are closed.
/// @error invalid_input  there is no such run to resume, or it was begun with another seed, model,
///                       judge or safeguard
Result<StartedRun> start_run(Start how, const record::RunStart& start, ledger::Ledger& ledger,
                             Clock& clock);

/// How fast, within the plan's budget.
run::EngineOptions engine_for(const plan::Plan& plan, const std::string& seed,
                              const Services& with);

/// What to say of a run that was left: how much is durable, and how to go on.
Error stopped_early(const ledger::Ledger& ledger, std::int64_t run);

}  // namespace truebound::assess
