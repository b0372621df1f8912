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

/// A run that was left, and how far it had come.
struct LeftRun {
  std::int64_t run = 0;
  std::int64_t decided = 0;  ///< slots with a durable outcome
  std::int64_t slots = 0;
};

/// The last run of a plan that was left and was begun as this one would be; nothing where there is
/// none, or no ledger. Writes nothing.
/// @error as plan::read, Ledger::read
Result<std::optional<LeftRun>> left_run(const std::string& plan_name, const Path& folder,
                                        const Opening& opening, const Services& with);

/// Refuses to resume where there is nothing to go on with; a fresh start is always let by. Writes
/// nothing.
/// @error invalid_input  no ledger, no run of this plan, or none that was left and begun like this
Result<void> refuse_to_resume_nothing(const plan::Plan& plan, const Path& folder,
                                      const Opening& opening, const Services& with);

/// The command that goes on with a run: the plan's path, and what it was begun with.
std::string resume_command(const std::string& plan_name, const Path& folder, const Opening& opening,
                           const Services& with);

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

/// What to say of a run that was left: how much is durable, and the command to go on.
Error stopped_early(const ledger::Ledger& ledger, std::int64_t run, const std::string& command);

}  // namespace truebound::assess
