// The assessment, start to end. Read this file first: docs/tour.md walks it line by line.

#include "truebound/assess/assess.h"

#include "truebound/assess/baseline.h"
#include "truebound/assess/calibrate.h"
#include "truebound/assess/cast.h"
#include "truebound/assess/conclude.h"
#include "truebound/assess/start.h"
#include "truebound/assess/watch.h"
#include "truebound/evidence/support.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/levels.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/slots.h"
#include "truebound/report/report.h"
#include "truebound/run/execute.h"

namespace truebound::assess {

Result<evidence::Dossier> assess(const std::string& plan_name, const Path& folder,
                                 const Opening& opening, const Services& with) {
  // Read the plan and its suites, load the models. What is wrong is said now: nothing is written.
  TRUEBOUND_TRY(plan, plan::read(with.files, plan_name, known()));
  TRUEBOUND_TRY_VOID(plan::check_files(plan, with.files));
  TRUEBOUND_TRY(suites, suites_of(plan, with.files));
  TRUEBOUND_TRY_VOID(plan::check_questions(plan, suites));
  TRUEBOUND_TRY_VOID(refuse_to_resume_nothing(plan, folder, opening, with));
  TRUEBOUND_TRY(players, cast(plan, suites, with));

  // Freeze the plan with its files, and only then draw the seed, so that nobody could choose it.
  // Beyond this point, nothing that affects a result can change.
  TRUEBOUND_TRY(ledger, ledger::Ledger::open(folder, with.signer, with.clock));
  TRUEBOUND_TRY(frozen, freeze(plan, suites, opening, *ledger, with));

  // Lay out the slots. Beyond this point, each will have exactly one outcome.
  TRUEBOUND_TRY(slots, plan::Slots::lay_out(plan, suites, frozen.seed, limit_of(opening)));
  TRUEBOUND_TRY(run, start_run(opening.start, start_of(opening, frozen, slots, players), *ledger,
                               with.clock));

  // Measure the judges whose labels came with the plan, before there is an outcome to be tempted
  // by.
  const run::EngineOptions engine = engine_for(plan, frozen.seed, with);
  TRUEBOUND_TRY_VOID(measure_judges(plan, players, with.files, run, engine));

  // Attempt and judge every slot, or until each claim is settled where the plan says so. Beyond
  // this point, no model is called.
  TRUEBOUND_TRY(monitor,
                watch({plan, suites, slots, players.identified(), frozen.seed}, run.record));
  TRUEBOUND_TRY(ending, run::execute(slots, players, {run.record, run.history, monitor}, engine));
  if (ending == run::Ending::stopped) {
    return stopped_early(*ledger, run.record.run(),
                         resume_command(plan_name, folder, opening, with));
  }

  // Conclude from the ledger alone, as a stranger would, and bind the report to the run.
  TRUEBOUND_TRY(dossier, conclude(*ledger, run.record.run()));
  TRUEBOUND_TRY_VOID(evidence::publish(report::render(dossier, report::Format::html),
                                       report::render(dossier, report::Format::json),
                                       dossier.provenance.size, run.record));
  return dossier;
}

}  // namespace truebound::assess
