#pragma once

// A confidence sequence for the mean of bounded scores, from two gamblers: one bets that scores lie
// above a mean m, one that they lie below. Where m is the true mean neither can expect to get
// rich, so a mean that makes one of them rich is excluded. Nothing is assumed of the scores but
// their range, and that their mean, given the past, stays the same: fed with one mean a cluster, it
// asks nothing of what goes on within clusters.
// Cost: one multiplication a grid point and score. Exact to one step of the grid, outward.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// How a betting sequence is made; all of it affects the result.
struct BettingOptions {
  double confidence = .95;      ///< in (0, 1)
  std::int64_t population = 0;  ///< scores in all, drawn without replacement; 0: without end
  std::int64_t planned = 0;     ///< scores after which limits are asked for; 0: after any
  std::int64_t steps = 1000;    ///< of the grid over [0, 1], 10 to 100,000
};

/// Limits of a mean, updated at every score. With `planned` scores the stakes are those that make
/// limits narrowest after them; the limits hold at any time all the same. They only ever narrow.
/// Not thread-safe.
class BettingSequence {
 public:
  /// @error invalid_input when an option is out of range
  /// @source Waudby-Smith and Ramdas (2024), Journal of the Royal Statistical Society B 86:1-27:
  ///         the hedged process of section 4.4 with predictable plug-in bets, cut at 1/2, and
  ///         section 5 for draws without replacement; stakes of a
  ///         planned number n: sqrt(2 log(2 / alpha) / (n variance)); the code of confseq,
  ///         hedged_cs
  static Result<BettingSequence> open(const BettingOptions& options);

  /// @param score in [0, 1]
  /// @error invalid_input when the score is out of range, or one more than the population has
  Result<void> add(double score);

  std::int64_t scores() const { return scores_; }
  double mean() const { return scores_ == 0 ? .5 : sum_ / static_cast<double>(scores_); }

  /// The limits: the grid points nearest to those that are left, outward. Without replacement the
  /// mean is that of the whole population.
  ///
  /// @error invalid_input when no mean is left: the scores then contradict what is assumed of them
  Result<Interval> limits() const;

 private:
  explicit BettingSequence(const BettingOptions& options);
  double bet() const;

  BettingOptions options_;
  std::int64_t scores_ = 0;
  double sum_ = 0;
  double spread_ = .25;     // running sum of squared deviations, begun with a guess
  std::vector<double> up_;  // log of the wealth of the gambler on "above m", by grid point
  std::vector<double> down_;
  std::int64_t lowest_ = 0;  // grid points that are left
  std::int64_t highest_ = 0;
};

/// The limits after all of `scores`, in their order.
///
/// @error invalid_input as BettingSequence
Result<Interval> betting_limits(std::span<const double> scores, const BettingOptions& options);

}  // namespace truebound::stats
