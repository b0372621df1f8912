#pragma once

// Who tries often enough gets through: the chance of a hit within k tries, from units that were
// tried several times, and the number of tries until the first hit, where some units were given up.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// One unit: how often it was tried and how many tries hit.
struct TryCount {
  std::int64_t hits = 0;
  std::int64_t tries = 0;
};

/// The chance that k of the tries of one unit, drawn at random, hold a hit: unbiased for the chance
/// within k tries. 1 - C(n - c, k) / C(n, k), in [0, 1].
///
/// @param k 1 <= k <= unit.tries
/// @error invalid_input when a count is out of range, and where k is more than was tried: the tries
///        made do not tell
/// @source Chen et al. (2021), arXiv 2107.03374, equation 1
Result<double> chance_within(const TryCount& unit, std::int64_t k);

/// Units of different rates of a hit: Beta(a, b) over units, with the likelihood that chose it.
struct BetaRates {
  double a = 0;
  double b = 0;
  double log_likelihood = 0;
};

/// The beta distribution of rates that makes the counts likeliest, by a search over the mean and
/// the concentration a + b in (1e-3, 1e6). Deterministic.
///
/// @error invalid_input when a count is out of range, there are fewer than 2 units, or all tries or
///        none hit (the likelihood then has no top)
/// @source Skellam (1948), Journal of the Royal Statistical Society B 10:257-261
Result<BetaRates> fit_beta_rates(std::span<const TryCount> units);

/// The chance of a hit within k tries of a unit drawn from these rates: 1 - B(a, b + k) / B(a, b).
/// Beyond the tries that were made it is an extrapolation, and called so by whoever shows it.
///
/// @param k >= 0
/// @error invalid_input when an argument is out of range
/// @source Schaeffer et al. (2025), arXiv 2502.17578
Result<double> beta_chance_within(const BetaRates& rates, std::int64_t k);

/// How a unit's tries ended: with a hit, or given up.
enum class Ending { hit, given_up };

/// One unit: tries up to and with its first hit, or tries spent in vain.
struct TimeToHit {
  std::int64_t tries = 0;  ///< >= 1
  Ending ending = Ending::given_up;
};

/// The share of units that were hit within `tries` tries.
struct HitPoint {
  std::int64_t tries = 0;
  double value = 0;
  double lower = 0;
  double upper = 1;
  std::int64_t at_risk = 0;  ///< units that were tried so often without a hit before
};

/// The share of units hit within each number of tries, by Kaplan and Meier: a unit that was given
/// up counts up to there and not beyond. At 1 try, and at every number of tries that any unit has.
/// With limits from the product of beta distributions, which are Clopper-Pearson's where no unit
/// was given up before, and no narrower where none was hit.
///
/// @param confidence two-sided for each point by itself, in (0, 1)
/// @error invalid_input when there is no unit, a number of tries is < 1, or confidence is out of
///        range
/// @source Kaplan and Meier (1958), JASA 53:457-481; Fay, Brittain and Proschan (2013),
///         Biostatistics 14:723-736, by the method of moments
Result<std::vector<HitPoint>> time_to_hit(std::span<const TimeToHit> units, double confidence);

}  // namespace truebound::stats
