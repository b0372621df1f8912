#pragma once

// How far a mean over clusters would move if other clusters had been drawn: by drawing whole
// clusters again (bootstrap) and by leaving each out in turn (jackknife). Both read sums of
// clusters, never rows.

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/draws.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// `times` equal clusters of `size` trials whose values add up to `sum`. Ranges: times >= 0,
/// size >= 0, |sum| <= size (hits, or hits under one condition less those under another). A cluster
/// of size 0 counts as absent.
struct ClusterSum {
  std::int64_t size = 0;
  std::int64_t sum = 0;
  std::int64_t times = 1;
};

struct BootstrapOptions {
  // Affects the result.
  std::int64_t resamples = 9999;  ///< at least 2 / (1 - confidence)
  double confidence = .95;        ///< two-sided, in (0, 1)
  Streams streams = streams_of(0);

  // Affects speed only.
  int threads = 1;  ///< >= 1
};

/// A mean with limits from resampled means.
struct Bootstrap {
  double value = 0;           ///< pooled: sum of all / trials
  double standard_error = 0;  ///< standard deviation of the resampled means
  std::int64_t clusters = 0;
  Interval percentile;         ///< quantiles of the resampled means
  Interval bca;                ///< the same, corrected for bias and skewness
  double bias_correction = 0;  ///< z0
  double acceleration = 0;     ///< a
};

/// Means of `options.resamples` resamples of whole clusters, each drawn with replacement, in the
/// order of draws. The order of `clusters` does not matter, nor does the number of threads.
///
/// Clusters of equal size and sum are exchangeable, so a resample is one multinomial count over
/// kinds of clusters; those of rare kinds are drawn one by one. Both are exact.
///
/// @error invalid_input when a count is out of range, there are fewer than 2 clusters, more than
///        2^31 trials, fewer resamples than confidence needs, or fewer than 1 thread
Result<std::vector<double>> resampled_means(std::span<const ClusterSum> clusters,
                                            const BootstrapOptions& options);

/// Cluster bootstrap of a pooled mean. It covers too rarely for few clusters and for rare hits, and
/// where all clusters have the same mean it would give a width of 0: that is refused.
///
/// @error invalid_input as resampled_means, and where every cluster has the same mean
/// @source Efron and Tibshirani (1993), An Introduction to the Bootstrap, 13.3 and 14.3; a by the
///         jackknife over clusters. Quantiles are order statistics at rank (B + 1) p, interpolated
Result<Bootstrap> cluster_bootstrap(std::span<const ClusterSum> clusters,
                                    const BootstrapOptions& options);

/// A mean with the standard error of the delete-a-cluster jackknife.
struct Jackknife {
  double value = 0;
  double standard_error = 0;
  double df = 0;            ///< clusters - 1
  double lower = -1;        ///< value - t x standard error, not cut
  double upper = 1;         ///< value + t x standard error, not cut
  double acceleration = 0;  ///< skewness of the left-out means / 6; 0 where they do not differ
};

/// V = (G - 1) / G x sum of (mean without g - mean)^2, with a t interval of G - 1 degrees of
/// freedom.
///
/// @error invalid_input when a count or confidence is out of range, or there are fewer than 2
///        clusters
/// @source Efron and Tibshirani (1993), chapter 11; Cameron and Miller (2015), Journal of Human
///         Resources 50:317-372, section VI.B (CV3)
Result<Jackknife> cluster_jackknife(std::span<const ClusterSum> clusters, double confidence);

}  // namespace truebound::stats
