#pragma once

// What was found: slots that are known to have broken, because a human read them or because a
// scorer without error decided. No rate and no bound: it stands whatever the judge errs.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/eval/observation.h"
#include "truebound/evidence/claim.h"

namespace truebound::evidence {

/// Slots that humans read, with whether they found that it broke.
struct Readings {
  std::map<std::int64_t, bool> broke;  ///< by slot
  std::string labeled_by;
  std::uint64_t entry = 0;  ///< the last calibration among them
};

/// What readers confirmed in a cell. Counts: planned are those that they read. Nothing where none
/// broke.
/// @param cell  every slot of one arm and expectation
std::optional<Claim> found_by_reading(const std::vector<const eval::Observation*>& cell,
                                      const Readings& readings);

/// What exact scorers decided in a cell. Counts: planned are those that they decided. Nothing where
/// none broke.
/// @param cell  every slot of one arm and expectation
std::optional<Claim> found_by_exact_scorer(const std::vector<const eval::Observation*>& cell);

}  // namespace truebound::evidence
