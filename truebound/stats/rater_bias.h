#pragma once

// Does a rater answer to what it should not see? Each test holds the thing rated still and moves
// one thing beside it: the order of a pair, the length of a text, who wrote it, the time of day.
// All are exact tests on counts.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/paired.h"

namespace truebound::stats {

/// Pairs that were shown in both orders.
struct OrderCounts {
  std::int64_t consistent = 0;     ///< the same one won in both orders
  std::int64_t first_always = 0;   ///< whichever was shown first won
  std::int64_t second_always = 0;  ///< whichever was shown second won
};

struct PositionBias {
  double consistency = 0;       ///< share of pairs with the same winner in both orders
  Interval consistency_limits;  ///< Clopper-Pearson
  double first_share = .5;      ///< of the inconsistent, those where the first won
  Interval first_limits;        ///< Clopper-Pearson; [0, 1] without an inconsistent pair
  double p_value = 1;           ///< of "the first wins as often as the second", exact
};

/// @error invalid_input when a count is negative, there is no pair, or confidence is out of range
Result<PositionBias> position_bias(const OrderCounts& counts, double confidence);

/// Units rated as they are and again with one thing added that should not matter: padding, other
/// formatting, a line that asks for mercy.
struct FlipBias {
  std::int64_t pairs = 0;
  double lost = 0;        ///< of those hit as they are, the share that the addition turned
  Interval lost_limits;   ///< Clopper-Pearson; [0, 1] where none was hit
  double lost_bound = 1;  ///< its one-sided upper limit at `confidence`
  double gained = 0;      ///< of those not hit as they are, the share that became a hit
  Interval gained_limits;
  McNemar test;  ///< of "both directions flip equally often"
};

/// @param pairs first: as they are; second: with the addition
/// @error invalid_input when a count is negative, there is no pair, or confidence is out of range
Result<FlipBias> flip_bias(const PairCounts& pairs, double confidence);

/// Hits among trials of one kind.
struct KindCount {
  std::int64_t hits = 0;
  std::int64_t trials = 0;
};

/// A difference of two independent rates, first minus second.
struct RateDifference {
  double value = 0;
  double lower = -1;
  double upper = 1;
  double p_value = 1;  ///< of "both rates are alike": Fisher's exact test, two-sided
};

/// Two rates of different units. Self-preference, say: the misses of a rater on what its own family
/// wrote, against its misses on what others wrote, of units that a person found to be hits.
///
/// Limits by the square-and-add rule from the two exact intervals.
///
/// @error invalid_input when a count is out of range, there is no trial, or confidence is out of
///        range
/// @source Newcombe (1998), Statistics in Medicine 17:873-890; Fisher (1935)
Result<RateDifference> rate_difference(const KindCount& first, const KindCount& second,
                                       double confidence);

/// A rater asked again and again about the same units.
struct RetestCount {
  std::int64_t hits = 0;
  std::int64_t times = 0;
};

struct TestRetest {
  double same = 0;         ///< chance that two answers about one unit agree
  double correlation = 0;  ///< intraclass: share of the variance that lies between units
  Interval steady_limits;  ///< of the share of units whose answers all agree, Clopper-Pearson
  double steady = 0;       ///< that share
  std::int64_t units = 0;
};

/// @error invalid_input when there are fewer than 2 units, one was asked less than twice, a count
///        is out of range, or confidence is
/// @source one-way analysis of variance with unequal sizes: Donner (1986), International
///         Statistical Review 54:67-82
Result<TestRetest> test_retest(std::span<const RetestCount> units, double confidence);

}  // namespace truebound::stats
