#pragma once

// A rate whose trials are grouped in two ways that cross: by what was asked and by how it was
// asked, say. Trials that share either resemble each other.

#include <cstdint>
#include <span>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// Trials of one group of each kind. The groups are numbered by the caller, from 0 or not.
struct CrossedCell {
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::int64_t size = 0;
  std::int64_t hits = 0;
};

/// A rate with the standard error of both groupings.
struct TwoWayRate {
  double value = 0;
  double first_error = 0;     ///< CR1 standard error, by the first grouping alone
  double second_error = 0;    ///< by the second alone
  double cell_error = 0;      ///< by their intersection
  double standard_error = 0;  ///< of both
  double df = 0;              ///< the fewer groups of the two, less 1
  Interval interval;          ///< value -+ t x standard error, cut to [0, 1]
};

/// V = V_first + V_second - V_cells. Where that is less than one of the first two alone (with few
/// groups it can be, even below 0), the larger of those two stands instead: never less than one
/// grouping alone would give.
///
/// @error invalid_input when a count is out of range, there is no trial, a grouping has fewer than
/// 2
///        groups, or every cell has the same rate
/// @source Cameron, Gelbach and Miller (2011), Journal of Business and Economic Statistics
///         29:238-249, equation 2.11, with a small-sample factor G / (G - 1) for each grouping
Result<TwoWayRate> two_way_rate(std::span<const CrossedCell> cells, double confidence);

}  // namespace truebound::stats
