#pragma once

// From which stratum to draw next, so that the rate of the whole is known best for the same number
// of draws: more from strata that are large or vary much, some from all.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// A stratum and what its draws showed.
struct StratumSeen {
  double share = 0;  ///< of the whole, > 0
  std::int64_t hits = 0;
  std::int64_t trials = 0;
};

/// The chance with which each stratum is to be drawn next; they sum to 1. Each is at least
/// `explore` times the stratum's share, so that a share over its chance is at most 1 / `explore`.
///
/// @param explore  in (0, 1]; 1 draws in proportion to the shares
/// @error invalid_input  no stratum, a share or count out of range, or `explore` is
/// @source Neyman (1934), Journal of the Royal Statistical Society 97:558-606: share times standard
///         deviation, half a hit and half a miss added to each stratum
Result<std::vector<double>> allocation(std::span<const StratumSeen> strata, double explore);

}  // namespace truebound::stats
