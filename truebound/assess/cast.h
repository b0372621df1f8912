#pragma once

// Makes everything that a run calls on, from the ids that the plan names. What is missing or broken
// is said here, before anything is written.

#include <vector>

#include "truebound/assess/services.h"
#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/plan.h"
#include "truebound/run/cast.h"

namespace truebound::assess {

/// All ids that a plan may name, from the rooms that implement them.
eval::Catalog known();

/// The cast of a plan: models loaded, systems assembled and askable, attacks and judges made.
/// @error invalid_input  a model file that is missing, cut or of another digest; a chat template
///                       that refuses a system message; a pattern that does not compile
Result<run::Cast> cast(const plan::Plan& plan, std::vector<eval::Suite> suites,
                       const Services& with);

}  // namespace truebound::assess
