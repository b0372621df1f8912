#pragma once

// A rate over strata whose shares of the whole are fixed beforehand: the spread between strata is
// no error of the estimate, only the spread within them is.

#include <cstdint>
#include <span>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// One stratum: `hits` of `size` independent trials; `weight` is its share of the whole, up to a
/// common factor.
struct Stratum {
  std::int64_t size = 0;  ///< >= 2
  std::int64_t hits = 0;
  double weight = 1;  ///< > 0
};

/// A weighted mean of the strata's rates.
struct StratifiedMean {
  double value = 0;
  double standard_error = 0;
  Interval interval;  ///< normal, cut to [0, 1]: of width 0 where no stratum varies
};

/// sum of W p, with standard error sqrt(sum of W^2 p (1 - p) / (n - 1)), W the weights over their
/// sum. Exact limits for strata do not exist in closed form; for rare hits, give each stratum its
/// own Clopper-Pearson limits instead.
///
/// @error invalid_input when there is no stratum, one has fewer than 2 trials, hits or weight are
///        out of range, or confidence is not in (0, 1)
/// @source Cochran (1977), Sampling Techniques, 3rd edition, 5.4
Result<StratifiedMean> stratified_mean(std::span<const Stratum> strata, double confidence);

}  // namespace truebound::stats
