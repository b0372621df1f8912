#pragma once

// Many questions asked of the same data: what each answer is worth when the others were asked too.
// A family is declared before the data are seen.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// Holm's adjusted p-values, in the order of `p`: rejecting those at most alpha keeps the chance of
/// any false rejection at most alpha, however the tests depend on each other.
///
/// @param p in [0, 1], at least one
/// @error invalid_input when a p-value is out of range or there is none
/// @source Holm (1979), Scandinavian Journal of Statistics 6:65-70
Result<std::vector<double>> holm(std::span<const double> p);

/// Benjamini and Hochberg's adjusted p-values: rejecting those at most q keeps the expected share
/// of false ones among the rejected at most q, for independent or positively dependent tests. To
/// find cells that are worth a look; never for a claim that a rate lies below a threshold.
///
/// @error invalid_input as holm
/// @source Benjamini and Hochberg (1995), JRSS B 57:289-300
Result<std::vector<double>> benjamini_hochberg(std::span<const double> p);

/// The same for tests that depend on each other in any way: times 1 + 1/2 + ... + 1/m.
///
/// @error invalid_input as holm
/// @source Benjamini and Yekutieli (2001), Annals of Statistics 29:1165-1188
Result<std::vector<double>> benjamini_yekutieli(std::span<const double> p);

/// e-BH: the hypotheses to reject at `q`, by index in `e`, ascending. Valid under any dependence
/// and any stopping rule of the e-values.
///
/// @param e >= 0, infinity allowed
/// @param q in (0, 1)
/// @error invalid_input when an argument is out of range or there is no e-value
/// @source Wang and Ramdas (2022), JRSS B 84:822-852
Result<std::vector<std::size_t>> e_benjamini_hochberg(std::span<const double> e, double q);

/// The e-value of a fair coin after `first` heads and `second` tails, against every bias alike
/// under a Beta(1/2, 1/2) mixture. Logarithm. Multiplies over independent data, and may be looked
/// at any time.
///
/// @error invalid_input when a count is negative
/// @source Robbins (1970), Annals of Mathematical Statistics 41:1397-1409
Result<double> log_e_of_fair_coin(std::int64_t first, std::int64_t second);

/// Hits of a cell and the independent trials that it is worth.
struct CellCount {
  double hits = 0;
  double n = 0;
};

/// Limits of all cells that hold at once with `confidence`.
struct SimultaneousLimits {
  std::vector<double> upper;     ///< one-sided upper limits, in the order of cells
  std::vector<Interval> limits;  ///< two-sided limits
  double each = 0;               ///< confidence of each alone: 1 - (1 - confidence) / m
  std::size_t worst = 0;         ///< the cell with the highest rate, the first of equal ones
};

/// Clopper-Pearson limits at 1 - alpha / m each. Since they hold at once, they hold for the worst
/// cell too, though it was picked for being the worst.
///
/// @error invalid_input when there is no cell, a count is out of range, or confidence is not in
///        (0, 1)
/// @source Bonferroni's inequality; Miller (1981), Simultaneous Statistical Inference, 1.3
Result<SimultaneousLimits> simultaneous_limits(std::span<const CellCount> cells, double confidence);

}  // namespace truebound::stats
