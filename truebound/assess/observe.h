#pragma once

// Reads a run back from its ledger as rows of the measurement: the frozen plan and its suites, the
// slots, and what became of each. Nothing here looks at the disk beside the ledger.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/suite.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/freeze.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/slots.h"
#include "truebound/record/cast_identity.h"
#include "truebound/record/history.h"

namespace truebound::assess {

/// A run as its ledger tells it, up to the entry that closes it or calibrates a judge of it.
struct Record {
  const ledger::Ledger& ledger;
  record::RunSummary summary;
  std::uint64_t size = 0;  ///< entries that this is a function of
  std::int64_t runs_of_plan = 0;
  plan::Registered registered;  ///< the frozen plan with its files
  std::string seed;
  std::vector<eval::Suite> suites;
  plan::Slots slots;
  record::RunHistory history;
  record::CastIdentity cast;                    ///< what was assessed, and judged by whom
  std::string engine;                           ///< the program that ran it, with its version
  std::vector<eval::Calibration> calibrations;  ///< of its judges, in the ledger's order
};

/// Reads a run of a ledger; `number` 0 takes the last.
/// @error invalid_input  there is no such run
/// @error incomplete     a blob that it needs is withheld
Result<Record> read_record(const ledger::Ledger& ledger, std::int64_t number);

/// Every slot of the run with what became of it, in plan order. A slot without an outcome is
/// `not_run`: the run was left before it.
Result<std::vector<eval::Observation>> observe(const Record& record);

}  // namespace truebound::assess
