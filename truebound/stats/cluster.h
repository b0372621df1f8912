#pragma once

// How much a clustered sample weighs: trials that share a cause (repeats, paraphrases, turns of one
// talk) are not independent, so limits take an effective number of trials instead of the count.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/core/words.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// `times` equal clusters of `size` trials, `hits` of them hits. Ranges: times >= 0,
/// 0 <= hits <= size; a cluster of size 0 counts as absent.
struct Cluster {
  std::int64_t size = 0;
  std::int64_t hits = 0;
  std::int64_t times = 1;
};

/// What gave an effective number of trials.
enum class EffectiveRule {
  every_trial,    ///< n: clusters of one, or clusters that do not count
  correlation,    ///< n / (1 + (K - 1) r)
  korn_graubard,  ///< n*, since it is less
};
constexpr std::array<std::string_view, 3> words(EffectiveRule /*list*/) {
  return {"every_trial", "correlation", "korn_graubard"};
}

/// The weight of a clustered sample, with the steps to it.
struct EffectiveSize {
  std::int64_t n = 0;                   ///< trials, > 0
  std::int64_t hits = 0;                ///< hits among them
  std::int64_t clusters = 0;            ///< clusters that are not empty
  double mean_size = 1;                 ///< K = sum of squared cluster sizes / n, >= 1
  std::optional<double> korn_graubard;  ///< n*; absent where it is not defined
  double effective_n = 0;               ///< in (0, n]
  EffectiveRule rule = EffectiveRule::every_trial;
};

/// Effective number of trials: n / (1 + (K - 1) r), or Korn-Graubard's n* if that is less; n where
/// all clusters have one trial. With r = 1 and equal clusters, each counts once.
///
/// n* is not defined for clusters of one, for a single cluster, and where every cluster has the
/// same rate: the CR1 variance is 0 there, which is told in integers.
///
/// @param correlation r, the correlation within clusters that is assumed, in [0, 1]
/// @param confidence  of the t quantiles of n*, in (0, 1)
/// @error invalid_input when an argument is out of range, there is no trial, or more than 2^31
/// @source Kish (1965), Survey Sampling, 5.4, with K for unequal clusters as in Kish (1987);
///         n* as in korn_graubard_size
Result<EffectiveSize> effective_size(std::span<const Cluster> clusters, double correlation,
                                     double confidence);

/// The same where clusters do not count (a fixed list whose trials are all there is): every trial
/// weighs 1, rule `every_trial`.
///
/// @error invalid_input as effective_size
Result<EffectiveSize> unclustered_size(std::span<const Cluster> clusters);

/// A rate with its cluster-robust standard error.
struct ClusterRate {
  double value = 0;           ///< pooled: hits / trials
  double standard_error = 0;  ///< CR1
  double df = 0;              ///< clusters - 1
  Interval interval;          ///< value -+ t x standard error, cut to [0, 1]
};

/// CR1 standard error sqrt(G / (G - 1) sum D_g^2) / n, D_g = hits_g - size_g x value, with a t
/// interval of G - 1 degrees of freedom. Its width is 0 where nothing hit, and it covers too
/// rarely for rare hits: shown, never claimed on.
///
/// @error invalid_input as effective_size, and for fewer than 2 clusters
/// @source Liang and Zeger (1986), Biometrika 73:13-22; the factor as in Cameron, Gelbach and
///         Miller (2008), Review of Economics and Statistics 90:414-427
Result<ClusterRate> cluster_rate(std::span<const Cluster> clusters, double confidence);

/// A survey estimate of a rate, as korn_graubard_size takes it.
struct SurveyRate {
  double value = 0;           ///< in (0, 1)
  double n = 0;               ///< trials, >= 2
  double standard_error = 0;  ///< of the design, > 0
  double df = 0;              ///< of the design: clusters - 1, >= 1
};

/// Korn and Graubard's effective number of trials and how it came out.
struct KornGraubard {
  double design_effect = 1;  ///< at least 1
  double effective_n = 0;    ///< n*, in (0, n]
  Interval interval;         ///< Clopper-Pearson of value x n* hits in n* trials
};

/// n* = min(n, n / max(1, deff) x (t[n-1] / t[df])^2), deff = standard_error^2 / (p (1 - p) / n),
/// t at (1 + confidence) / 2. `korn_graubard_size` gives n* alone.
///
/// @error invalid_input when an argument is out of range
/// @source Korn and Graubard (1998), Survey Methodology 24:193-201, equations 1 and 2
Result<KornGraubard> korn_graubard(const SurveyRate& rate, double confidence);
Result<double> korn_graubard_size(const SurveyRate& rate, double confidence);

/// One line of the table of what no hit says, over what is assumed of the clusters.
struct ZeroFailureRow {
  double correlation = 0;
  double effective_n = 0;
  double upper = 1;  ///< upper limit of the rate at the tail asked for
};

/// The upper limit after no hit in `n` trials whose clusters have mean size `mean_size` (K), for
/// correlations 0, .1, .25, .5 and 1 within clusters.
///
/// @param mean_size K = sum of squared cluster sizes / n, in [1, n]
/// @error invalid_input when an argument is out of range
Result<std::vector<ZeroFailureRow>> zero_failure_table(double n, double mean_size, double tail);

}  // namespace truebound::stats
