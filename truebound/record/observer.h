#pragma once

// A slot as a row of the measurement: its factors, and what the ledger says became of it.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/suite.h"
#include "truebound/ledger/ledger.h"
#include "truebound/plan/slots.h"
#include "truebound/record/cast_identity.h"
#include "truebound/record/history.h"

namespace truebound::record {

/// A slot's factors, before anything became of it.
eval::Observation planned(const plan::Slot& slot, const std::vector<eval::Suite>& suites);

/// What a run is read by. All are the caller's, and must outlive the observer.
struct Observed {
  const ledger::Ledger& ledger;
  const plan::Slots& slots;
  const std::vector<eval::Suite>& suites;
  const RunHistory& history;
};

/// Reads rows of one run from its ledger. Immutable.
class Observer {
 public:
  Observer(const Observed& run, const CastIdentity& cast);

  /// The row of a slot. Without an outcome it is `not_run`: the run was left before it.
  /// @error malformed  an entry is not of its shape
  Result<eval::Observation> at(std::uint64_t index) const;

 private:
  Result<void> look_at_attempt(const AttemptClose& close, const OutcomeEntry& outcome,
                               eval::Observation& seen) const;
  Result<void> look_at_query(const AttemptClose& close, std::int64_t number,
                             eval::Observation& seen) const;

  Observed run_;
  std::map<std::string, eval::DecidedBy> judges_;  ///< by identity
};

}  // namespace truebound::record
