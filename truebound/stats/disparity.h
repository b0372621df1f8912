#pragma once

// The same units under several groups: do the groups fare alike? The gap between the highest and
// the lowest rate is above 0 even where all groups are alike (eight equal groups at 5 %, 100 units
// each: 6 points), so it is shown against what it would be if the groups' names meant nothing.

#include <cstdint>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// What one unit showed under each group: 0 or 1, or any value for graded scores. All units have
/// the same groups.
using Counterfactual = std::vector<double>;

struct DisparityOptions {
  // Affects the result.
  double confidence = .95;    ///< of all differences at once, in (0, 1)
  std::int64_t draws = 1999;  ///< permutations and resamples each, >= 99
  std::uint64_t key = 0;      ///< names the random streams
};

/// A group beside the mean of all groups.
struct GroupMean {
  double mean = 0;
  double difference = 0;  ///< less the mean over all groups
  double lower = -1;      ///< limits of the difference, of all groups at once
  double upper = 1;
};

struct Disparity {
  std::int64_t units = 0;
  std::vector<GroupMean> groups;
  double gap = 0;            ///< highest less lowest mean
  double gap_by_chance = 0;  ///< mean gap when groups are named at random within each unit
  double p_value = 1;        ///< of "groups are alike": how often chance gives such a gap
  double between = 0;        ///< standard deviation between groups beyond chance, at least 0
  bool has_limits = false;   ///< false where every unit is alike in all groups: limits are -1 and 1
};

/// Means by group with a null-calibrated gap and simultaneous limits of each group's difference
/// from the mean of all: the largest of standardized differences over resampled units.
///
/// @error invalid_input when there are fewer than 2 units or 2 groups, units differ in their number
///        of groups, a value is not finite, or an option is out of range
/// @source Romano and Wolf (2005), JASA 100:94-108 (max-t); permutation within units: Edgington and
///         Onghena (2007), Randomization Tests, chapter 5
Result<Disparity> disparity(const std::vector<Counterfactual>& in_any_order,
                            const DisparityOptions& options);

}  // namespace truebound::stats
