#pragma once

// What must hold in a plan beyond its shape: ranges, names, and that all that is named exists.

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// Checks a plan whose defaults are filled in. `source` is what it was read from, for lines.
/// @error invalid_input  `file:line: expectation, finding`
Result<void> check_rules(const Plan& plan, const json::Value& source);

/// Fills in what a suite's entry may leave out: the files of a built-in suite, the format of a
/// file, the judges.
/// @param builtin  names of the suites that are built in
/// @error invalid_input  neither or both of builtin and file, an unknown built-in suite, an ending
///        that tells no format, a column or value that does not exist
Result<void> complete_suite(json::Named<eval::SuiteSpec>& suite, const Plan& plan,
                            const std::vector<std::string>& builtin);

/// The levels of a factor as far as the plan tells them; nothing for those that only the samples
/// tell (hazard, stratum, language).
std::optional<std::vector<std::string>> levels_of(const Plan& plan, std::string_view factor);

}  // namespace truebound::plan
