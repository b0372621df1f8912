#pragma once

// How much to collect before it is collected: trials behind an upper limit, trials between two
// rates, labels behind an error rate of an instrument. Differences of pairs are in power.h, repeats
// against new units in repeats.h.

#include <cstdint>

#include "truebound/core/result.h"

namespace truebound::stats {

/// Trials and the hits among them that decide.
struct DecisionPlan {
  std::int64_t trials = 0;
  std::int64_t hits = 0;
};

/// Two rates to tell apart, and the errors that are accepted.
struct TwoRates {
  double low = 0;           ///< in (0, high)
  double high = 0;          ///< in (low, 1)
  double false_high = .05;  ///< chance to decide for high when the rate is low, in (0, 1)
  double false_low = .2;    ///< chance to decide for low when it is high, in (0, 1)
};

/// The fewest trials, and the hits from which on they decide for the high rate, that keep both
/// errors. Exact binomial chances.
///
/// @error invalid_input when an argument is out of range or more than 10^7 trials are needed
/// @source the fixed-sample test of two simple hypotheses: Wald (1947), Sequential Analysis, 3.7
Result<DecisionPlan> plan_between(const TwoRates& rates);

/// The fewest trials, and the hits that may still occur, whose exact upper limit at `tail` lies
/// under `bound` with the chance `power` when the true rate is `rate`.
///
/// @param rate in [0, bound)
/// @error invalid_input when an argument is out of range or more than 10^7 trials are needed
/// @source as plan_between, seen from the other side
Result<DecisionPlan> plan_under(double bound, double tail, double rate, double power);

/// The chance of at most `plan.hits` hits when the rate is `rate`: how often a plan under a bound
/// succeeds.
///
/// @error invalid_input when an argument is out of range
Result<double> chance_of_at_most(const DecisionPlan& plan, double rate);

/// Trials in clusters that are worth `independent` trials, and the clusters that hold them.
struct ClusteredTrials {
  double design_effect = 1;
  std::int64_t trials = 0;
  std::int64_t clusters = 0;
};

/// Whole clusters of `size` trials with the correlation `correlation` within.
///
/// @param independent > 0  @param size >= 1  @param correlation in [0, 1]
/// @error invalid_input when an argument is out of range
/// @source Kish (1965), Survey Sampling, 5.4
Result<ClusteredTrials> in_clusters(double independent, double size, double correlation);

/// The labels whose interval for a share near `share` has half-width `half_width`; not rounded.
///
/// @param share in (0, 1)  @param half_width in (0, 1)
/// @error invalid_input when an argument is out of range
/// @source z^2 p (1 - p) / h^2: Cochran (1977), Sampling Techniques, 4.4
Result<double> labels_for_width(double share, double half_width, double confidence);

/// An instrument and the trials that it will read.
struct Instrument {
  double sensitivity = 0;
  double specificity = 0;
  double trials = 0;  ///< > 0
};

/// The labeled negatives that bring the limit of detection down to `rate`; not rounded. Infinity
/// where no number of labels does, since the trials are too few.
///
/// @param tail both errors, in (0, .5)
/// @error invalid_input when an argument is out of range, or the instrument is no better than
/// chance
/// @source detection_limits in misclassification.h, solved for its labels
Result<double> labels_for_detection(const Instrument& instrument, double rate, double tail);

/// How to split labels so that a corrected rate has the least variance: the share of them that
/// should be positives.
///
/// @param rate the true rate expected, in (0, 1)
/// @error invalid_input when an argument is out of range, or neither kind errs
/// @source Lee et al. (2025), arXiv 2511.21140: positives to negatives as
///         rate sqrt(Se (1 - Se)) to (1 - rate) sqrt(Sp (1 - Sp))
Result<double> share_of_positive_labels(double sensitivity, double specificity, double rate);

}  // namespace truebound::stats
