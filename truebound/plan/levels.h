#pragma once

// Factors and their levels: which there are, and the cells that a question asks about.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// The levels of every factor: those of the plan in its order, those of the samples (hazard,
/// stratum, language, expect, sample) in order of first appearance.
eval::Levels levels(const Plan& plan, const std::vector<eval::Suite>& suites);

/// Whether a factor belongs to a sample, not to the system that it is put to.
bool is_of_sample(std::string_view factor);

/// The level of a factor that belongs to a sample: suite, sample, hazard, stratum, language or
/// expect; empty for a factor of the system.
std::string level_of(const eval::Suite& suite, const eval::Sample& sample, std::string_view factor);

/// Checks questions against the samples: what `where` and `gate` name must be a level of some
/// sample, and no cell may pool samples of different expectations, since harm and wrongful refusal
/// are two rates. Where the sample is adaptive, a cluster must lie in one stratum.
/// @error invalid_input  `file: expectation, finding`
Result<void> check_questions(const Plan& plan, const std::vector<eval::Suite>& suites);

}  // namespace truebound::plan
