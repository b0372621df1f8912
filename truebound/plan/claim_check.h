#pragma once

// What each claim of a plan could say at best.

#include <vector>

#include "truebound/core/result.h"
#include "truebound/plan/cost.h"
#include "truebound/plan/slots.h"

namespace truebound::plan {

/// Adds every claim of the plan to the check, with a warning where no outcome can settle it.
Result<void> check_claims(Check& check, const Plan& plan, const std::vector<eval::Suite>& suites,
                          const Slots& slots);

}  // namespace truebound::plan
