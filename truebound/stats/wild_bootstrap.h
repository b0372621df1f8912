#pragma once

// Limits of a rate from few clusters: the sign of each cluster's deviation is flipped, and the rate
// is studentized in each flip as in the data. For so few clusters that a t interval covers too
// rarely.

#include <cstdint>
#include <span>

#include "truebound/core/result.h"
#include "truebound/stats/cluster.h"
#include "truebound/stats/draws.h"

namespace truebound::stats {

struct WildOptions {
  // Affects the result.
  double confidence = .95;    ///< two-sided, in (0, 1)
  std::int64_t draws = 9999;  ///< of weights, where clusters are too many for all sign vectors
  Streams streams = streams_of(0);
};

/// How the weights of clusters were taken.
enum class WildWeights {
  all_signs,  ///< every vector of +-1, up to 12 clusters
  webb,       ///< drawn from +-sqrt(1/2), +-1, +-sqrt(3/2)
};
constexpr std::array<std::string_view, 2> words(WildWeights /*list*/) {
  return {"all_signs", "webb"};
}

/// A rate with the limits at which the test no longer rejects.
struct WildBootstrap {
  double value = 0;
  Interval interval;  ///< 0 or 1 where no rate on that side is rejected
  std::int64_t clusters = 0;
  std::int64_t vectors = 0;  ///< weight vectors compared with
  WildWeights weights = WildWeights::all_signs;
};

/// The p-value of "the rate is `rate`", two-sided.
///
/// @param rate in [0, 1]
/// @error invalid_input when an argument is out of range, there are fewer than 2 or more than 1,000
///        clusters, or every cluster has the same rate
/// @source Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90:414-427, with
///         the null imposed; weights as in Webb (2023), Canadian Journal of Economics 56:839-858
Result<double> wild_p_value(std::span<const Cluster> clusters, double rate,
                            const WildOptions& options);

/// All rates that the test does not reject. With all sign vectors of G clusters the least p-value
/// is 2^(1 - G): up to 5 clusters a two-sided .95 interval is [0, 1].
///
/// @error invalid_input as wild_p_value
Result<WildBootstrap> wild_bootstrap(std::span<const Cluster> clusters, const WildOptions& options);

}  // namespace truebound::stats
