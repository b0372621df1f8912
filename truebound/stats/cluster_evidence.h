#pragma once

// Evidence on a rate of clustered trials that may be looked at after every cluster, where a
// classifier that errs tells hits from misses and its error rates are known within limits.
//
// The idea: if the rate is `rate`, what a cluster shows beyond what it should show,
//   D = y hits + flagged - read (1 - Sp) - rate y size,  y = Se + Sp - 1,
// has mean 0, whatever goes on within clusters. A gambler who stakes a share of the fortune on D
// cannot expect to grow rich, so wealth is evidence against the rate. The fortune is divided once
// over many stakes, each the best for another true rate (a mixture): with clusters of one and no
// error that is the beta-binomial mixture of sequential.h on a grid. As Se and Sp are known within
// limits only, each stake counts what it won at the worst corner of the limits: for one stake the
// log of the wealth is a sum of logs of terms affine in (Se, Sp), concave, so no point inside is
// worse than the worst corner.
// Example: 59 clusters of 5 without a hit speak against "at least 5 %" as 59 single trials do.
// Cost: one logarithm a stake, corner and cluster. The order of clusters does not matter.
// @source Waudby-Smith and Ramdas (2024), Journal of the Royal Statistical Society B 86:1-27,
//         betting on means; Ramdas, Grunwald, Vovk and Shafer (2023), Statistical Science
//         38:576-601, mixtures; Rogan and Gladen (1978), American Journal of Epidemiology
//         107:71-76, the rate behind a classifier

#include <cstdint>
#include <span>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/sequential.h"

namespace truebound::stats {

/// What `times` equal clusters showed: `hits` are certain; of the `read` trials, a classifier took
/// `flagged` for hits; the rest are certain misses. hits + read <= size, flagged <= read. Where
/// clusters were drawn with unequal chances, `weight` is the share of the whole that a cluster's
/// stratum is, over the chance with which that stratum was drawn: fixed before the cluster was
/// seen.
struct ReadCluster {
  std::int64_t size = 0;
  std::int64_t hits = 0;
  std::int64_t read = 0;
  std::int64_t flagged = 0;
  std::int64_t times = 1;
  double weight = 1;  ///< > 0
};

/// Limits within which the classifier's rates lie, with lower sensitivity plus lower specificity
/// above 1; both exactly 1: it does not err.
struct ReaderLimits {
  Interval sensitivity{1, 1};
  Interval specificity{1, 1};
};

/// Evidence against one null, updated at every cluster. Not thread-safe.
class ClusterEvidence {
 public:
  /// @param largest  no cluster's size times its weight is larger, known before the first is seen;
  ///                 >= 1
  /// @error invalid_input  `rate` is not in (0, 1), `largest` is below 1, or the limits are out of
  ///                       [0, 1] or leave the classifier no better than chance
  static Result<ClusterEvidence> against(Null null, double rate, const ReaderLimits& reader,
                                         double largest);

  /// @error invalid_input  counts that do not add up, a weight that is not > 0, or a cluster larger
  /// than
  ///                       `largest`
  Result<void> add(const ReadCluster& seen);

  /// Log of the e-value: it exceeds -log(alpha) at any time with chance alpha at most, if the null
  /// holds and the classifier's rates lie within the limits. 0 before the first cluster.
  double log_e() const;

 private:
  struct Corner {
    double sensitivity = 1;
    double specificity = 1;
  };
  ClusterEvidence(Null null, double rate, const ReaderLimits& reader, double largest);
  double surplus(const ReadCluster& seen, const Corner& corner) const;

  double rate_;
  double largest_;
  std::vector<Corner> corners_;
  std::vector<double> stakes_;
  std::vector<double> logs_;  ///< log of the wealth, by stake and corner
};

/// What limits at any time are made of; all of it affects the result.
struct AnytimeOptions {
  ReaderLimits reader;
  double largest = 1;     ///< no cluster's size times its weight is larger
  double tail = .025;     ///< chance of each side to be wrong, in (0, 1)
  Interval within{0, 1};  ///< rates outside are known to be excluded
};

/// Limits of the rate at any time, each side wrong with chance `tail` at most: the rates that the
/// evidence does not exclude, around the rate that it shows.
///
/// @error invalid_input  as ClusterEvidence; `tail` or `within` out of range
Result<Interval> limits_at_any_time(std::span<const ReadCluster> seen,
                                    const AnytimeOptions& options);

}  // namespace truebound::stats
