#pragma once

// Two conditions on the same units: each unit hits under both, under one only, or under neither.
// Only the units that differ ("discordant") tell the two apart, and pairing takes out what the
// units have in common.

#include <cstdint>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// Pairs by what hit. All >= 0.
struct PairCounts {
  std::int64_t both = 0;
  std::int64_t first_only = 0;
  std::int64_t second_only = 0;
  std::int64_t neither = 0;

  std::int64_t total() const { return both + first_only + second_only + neither; }
};

/// Two-sided p-values of "both conditions hit equally often".
struct McNemar {
  double p_exact = 1;    ///< exact binomial: errs at most as often as it says
  double p_mid = 1;      ///< mid-p: the same less half the chance of the observed, both sides
  double statistic = 0;  ///< (b - c)^2 / (b + c), 0 without discordant pairs; for display
};

/// McNemar's test in its exact and its mid-p form. Without discordant pairs both p-values are 1.
///
/// @error invalid_input when a count is negative or there is no pair
/// @source McNemar (1947), Psychometrika 12:153-157; mid-p: Fagerland, Lydersen and Laake (2013),
///         BMC Medical Research Methodology 13:91
Result<McNemar> mcnemar(const PairCounts& pairs);

/// A difference of two paired rates, first minus second; limits in [-1, 1].
struct PairedDifference {
  double value = 0;  ///< (b - c) / n, as observed
  double lower = -1;
  double upper = 1;
};

/// Bonett and Price's interval for a difference of paired rates: Wald's with one pair added to each
/// discordant count. Its center is drawn toward 0, so `value` need not lie in its middle.
///
/// @param confidence in (0, 1)
/// @error invalid_input when a count is negative, there is no pair, or confidence is out of range
/// @source Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37:479-488
Result<PairedDifference> bonett_price(const PairCounts& pairs, double confidence);

/// Standard errors of the difference of two paired rates: with the pairing, and as if the units of
/// each condition were others.
struct PairedErrors {
  double paired = 0;
  double unpaired = 0;
};

/// Both with sample variances (n - 1). Pairing takes out what the units have in common; the
/// unpaired one is what a comparison gives that forgets it.
///
/// @error invalid_input when a count is negative or there are fewer than 2 pairs
/// @source Miller (2024), arXiv 2411.00640, section 4.2
Result<PairedErrors> paired_errors(const PairCounts& pairs);

}  // namespace truebound::stats
