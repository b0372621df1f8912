#pragma once

// Units that were repeated: how much of the variance lies between units and how much within, what
// that means for a standard error and for the next plan, and whether two conditions differ by more
// than one condition differs from itself.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/draws.h"
#include "truebound/stats/paired.h"

namespace truebound::stats {

/// A unit's repeats and how many of them hit. 0 <= hits <= repeats.
struct Repeats {
  std::int64_t repeats = 0;
  std::int64_t hits = 0;
};

/// Where the variance of repeated units lies.
struct RepeatVariance {
  double mean = 0;               ///< mean of the units' own rates
  double within = 0;             ///< of one repeat around its unit's rate
  double of_rates = 0;           ///< of the units' observed rates (sample variance)
  double between = 0;            ///< of the units' expected rates, at least 0
  double correlation = 0;        ///< between / (between + within); 0 where both are 0
  double generalized_error = 0;  ///< standard error where units stand for more
  double fixed_error = 0;        ///< where the units are all there is
  double repeats = 0;            ///< harmonic mean of repeats
};

/// @error invalid_input when a count is out of range, there are fewer than 2 units, or a unit has
///        fewer than 2 repeats
/// @source Miller (2024), arXiv 2411.00640, section 3; NIST AI 800-3 (2026). Repeats that differ by
///         unit enter by their harmonic mean
Result<RepeatVariance> repeat_variance(std::span<const Repeats> units);

/// The same for units whose repeats have values, not hits alone.
///
/// @param units values of each unit's repeats, at least 2
/// @error invalid_input as above, and when a value is not finite
Result<RepeatVariance> repeat_variance(std::span<const std::vector<double>> units);

/// The repeats a unit that give the least standard error for a cost: sqrt(unit / repeat x within /
/// between), at least 1; infinity where nothing varies between units.
///
/// @param unit_cost   of one new unit, >= 0
/// @param repeat_cost of one repeat, > 0
/// @error invalid_input when an argument is out of range or both variances are 0
/// @source Cochran (1977), Sampling Techniques, 10.6
Result<double> best_repeats(double unit_cost, double repeat_cost, const RepeatVariance& variance);

/// A unit's repeats under two conditions.
struct RepeatedPair {
  Repeats first;
  Repeats second;
};

struct FlipOptions {
  // Affects the result.
  std::int64_t draws = 9999;  ///< permutations, in [100, 10^8]
  Streams streams = streams_of(0);
};

/// How often the two conditions disagree on a unit, against how often each disagrees with itself.
struct FlipRate {
  std::int64_t units = 0;
  double first_self = 0;   ///< chance that two repeats under the first condition differ
  double second_self = 0;  ///< the same under the second
  double cross = 0;        ///< chance that a repeat of each differ
  double excess = 0;       ///< cross less the mean of both selves; 0 expected without a difference
  double standard_error = 0;  ///< of the excess, over units; 0 for one unit
  double p_value = 1;         ///< of "the conditions are alike on every unit"
  PairCounts majority;        ///< by the majority of repeats; units with a tie are in neither count
  std::int64_t ties = 0;      ///< units left out of `majority`
};

/// What one unit adds to the mean excess: the squared difference of its two rates, less what chance
/// alone gives.
///
/// @param unit with at least 2 repeats under each condition
double excess_of(const RepeatedPair& unit);

/// The excess flip rate: the mean squared difference of a unit's two expected rates, without bias.
/// Its p-value comes from dealing each unit's repeats to the two conditions anew.
///
/// @error invalid_input when a count or an option is out of range, there is no unit, or a unit has
///        fewer than 2 repeats under a condition: one repeat cannot tell a flip from noise
/// @source the maximum mean discrepancy with the kernel "equal": Gretton et al. (2012), JMLR
///         13:723-773, permuted within units
Result<FlipRate> excess_flips(std::span<const RepeatedPair> units, const FlipOptions& options);

}  // namespace truebound::stats
