#pragma once

// A clustered rate that is kept up to date trial by trial: what cluster.h computes from all
// clusters, from sums that one more trial changes in constant time.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/cluster.h"

namespace truebound::stats {

/// What came of one trial.
enum class Trial { miss, hit };

/// Trials so far, by cluster. Up to 2^31 trials. Not thread-safe.
class RunningRate {
 public:
  /// Counts one trial of a cluster; clusters are numbered by the caller from 0, without big gaps.
  void add(std::size_t cluster, Trial trial);

  std::int64_t trials() const { return trials_; }
  std::int64_t hits() const { return hits_; }
  std::int64_t clusters() const { return clusters_; }

  /// As stats::effective_size on the same trials, but for rounding.
  /// @error invalid_input as there
  Result<EffectiveSize> effective_size(double correlation, double confidence) const;

  /// As stats::cluster_rate on the same trials, but for rounding.
  /// @error invalid_input as there
  Result<ClusterRate> cluster_rate(double confidence) const;

  /// Clopper-Pearson limits at the effective number of trials.
  /// @error invalid_input as effective_size
  Result<Interval> limits(double correlation, double confidence) const;

 private:
  struct Sums {
    std::int32_t size = 0;
    std::int32_t hits = 0;
  };

  bool same_rate_in_all() const;
  double standard_error() const;

  std::vector<Sums> each_;
  std::int64_t trials_ = 0;
  std::int64_t hits_ = 0;
  std::int64_t clusters_ = 0;
  std::int64_t size_squares_ = 0;  // exact: at most 2^62
  std::int64_t hit_squares_ = 0;
  std::int64_t products_ = 0;  // of size and hits
};

}  // namespace truebound::stats
