#pragma once

// What several raters say together, where nobody knows the truth: each unit has a hidden class, and
// each rater turns classes into answers with error rates of its own. Both are estimated at once.
// Raters that copy each other, or err on the same units, look better than they are.

#include <cstdint>
#include <optional>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// A unit's answers, one a rater: a class, counted from 0, or nothing.
using Answers = std::vector<std::optional<std::size_t>>;

/// Classes and raters as they explain the answers best.
struct LatentClasses {
  std::vector<double> prevalence;  ///< of each class, adds up to 1
  /// [rater][true class][answer]: the chance of the answer.
  std::vector<std::vector<std::vector<double>>> confusion;
  std::vector<std::vector<double>> posterior;  ///< [unit][class]
  double log_likelihood = 0;
  std::int64_t rounds = 0;  ///< of the search
};

/// Dawid and Skene's estimate by expectation and maximization, begun at the share of votes, half a
/// vote added to each cell of a confusion table. It ends where the log likelihood changes by less
/// than 1e-9, or after 2,000 rounds. Deterministic.
///
/// @param classes >= 2
/// @error invalid_input when there is no unit, units differ in their number of raters, fewer than 3
///        raters (two cannot be told apart from one that errs), an answer out of range, or only one
///        class was ever answered
/// @source Dawid and Skene (1979), Applied Statistics 28:20-28
Result<LatentClasses> dawid_skene(const std::vector<Answers>& units, std::size_t classes);

}  // namespace truebound::stats
