#pragma once

// Where does the variance of results come from: the samples, the wording of templates, personas,
// seeds, judges? Every value stands at one level of each factor; factors are crossed, and each adds
// its own random part. What is left is the interaction of factors and chance. A factor with a
// single level shows nothing of its variance, and nothing may be claimed about its other levels.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// One value with its level of each factor, by number; all have the same factors in the same order.
struct LeveledValue {
  std::vector<std::int64_t> levels;
  double value = 0;
};

/// A factor's part of the variance.
struct VariancePart {
  std::string factor;
  std::int64_t levels = 0;
  double variance = 0;   ///< at least 0
  double raw = 0;        ///< as estimated; below 0 where chance would give more
  double share = 0;      ///< of the sum of all parts, in [0, 1]
  bool is_seen = false;  ///< false with a single level: its variance is not 0 but unknown
};

struct VarianceTable {
  double mean = 0;
  std::vector<VariancePart> factors;  ///< in the order given
  VariancePart rest;                  ///< interactions and chance
  /// Of the factors that were seen, the one with the fewest levels: it limits what the mean stands
  /// for. Empty where none was.
  std::string fewest;
  /// Standard error of the mean where the levels of all factors stand for more.
  double generalized_error = 0;
};

/// By equating sums of squares with their expectation; for equal numbers in every cell it is the
/// analysis of variance.
///
/// @param names of the factors, at least 1
/// @error invalid_input when a value lacks a factor or is not finite, there are fewer than 3
/// values,
///        no factor has two levels, or two factors change only together, so that nobody can tell
///        their parts (names both)
/// @source Henderson (1953), Biometrics 9:226-252, method 1; Brennan (2001), Generalizability
/// Theory
Result<VarianceTable> variance_table(const std::vector<LeveledValue>& values,
                                     const std::vector<std::string>& names);

}  // namespace truebound::stats
