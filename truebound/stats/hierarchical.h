#pragma once

// Rates of many groups at once, each pulled toward what all have in common by as much as the data
// say that groups resemble each other (partial pooling): groups ~ Beta(d t, d (1 - t)), hits ~
// binomial. By quadrature over t and d: no random numbers, the same bytes again.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// Trials of a group and the hits among them. A group without trials is one that was not tested.
struct GroupCount {
  std::int64_t size = 0;
  std::int64_t hits = 0;
};

/// What is assumed of d, which is large where groups are alike, before the data.
enum class SpreadPrior {
  gamma,        ///< Gamma(1, 1): groups differ much unless the data say otherwise
  half_cauchy,  ///< half-Cauchy with scale 10: wide, the second opinion
};
constexpr std::array<std::string_view, 2> words(SpreadPrior /*list*/) {
  return {"gamma", "half_cauchy"};
}

/// A group's rate after pooling: posterior mean and equal-tailed interval.
struct PooledGroup {
  double value = 0;
  Interval interval;
};

/// All groups, and what they have in common.
struct PooledRates {
  double mean = 0;           ///< posterior mean of t, the rate of groups in general
  Interval interval;         ///< equal-tailed, of t
  double concentration = 0;  ///< posterior mean of d
  double correlation = 0;    ///< posterior mean of 1 / (1 + d), the correlation within groups
  std::vector<PooledGroup> groups;  ///< in the order given
};

/// Beta-binomial posterior of all groups, with t ~ uniform and d as `prior` says. Probability
/// statements about a rate given the prior: no claim with an error rate rests on them.
///
/// Cost: about 13,000 likelihoods of all distinct (size, hits), then some milliseconds for each.
/// @param confidence of the intervals, in (0, 1)
/// @error invalid_input when a count is out of range, fewer than 2 groups have trials, or
/// confidence
///        is out of range
/// @source Bowyer, Aitchison and Ivanova (2025), arXiv 2503.01747, section 4.2 (the model); Gelman
///         et al. (2013), Bayesian Data Analysis, 5.3 (on a grid)
Result<PooledRates> pooled_rates(std::span<const GroupCount> groups, double confidence,
                                 SpreadPrior prior);

}  // namespace truebound::stats
