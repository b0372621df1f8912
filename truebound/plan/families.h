#pragma once

// Families of questions as they count: which claims each has, and what share of the plan's error.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/family.h"
#include "truebound/json/value.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// A family with its share of the error.
struct FamilyShare {
  std::string name;
  eval::Correction correction = eval::Correction::bonferroni;
  std::vector<std::size_t> questions;  ///< indices in the plan's claims, in its order
  std::int64_t cells = 0;              ///< m: cells of its questions, each counted
  /// The chance that any of its claims errs, a share of 1 - confidence; of an exploratory family
  /// the share of wrong ones among those that came out as asked, apart from the plan's confidence.
  double error = 0;
};

/// The families of a plan: those that it declares, in its order, then one of the questions that are
/// in none, where there are any. What the declared shares leave of the error is split evenly among
/// the families without one.
std::vector<FamilyShare> families_of(const Plan& plan, const eval::Levels& levels);

/// The tail of the limit that decides a claim of a family, if every other claim of it came out as
/// asked: no outcome gives it more.
double best_tail(const FamilyShare& share, eval::Ask asked);

/// Checks what a plan declares about families.
/// @param source  as it was read, for lines
/// @error invalid_input  `file:line: expectation, finding`
Result<void> check_families(const Plan& plan, const json::Value& source);

}  // namespace truebound::plan
