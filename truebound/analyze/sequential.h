#pragma once

// A rate whose sample may end at any moment: the run stops when the evidence settles the claim, and
// the limits hold all the same (docs/methods/sequential_rate.md). A cluster counts once, the
// judge's rates lie anywhere within the limits that labels from before the run give them, and what
// is missing is read against each side.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/eval/observation.h"
#include "truebound/stats/cluster_evidence.h"

namespace truebound::analyze {

/// What is fixed about a rate before its first outcome.
struct SequentialDesign {
  std::optional<double> threshold;  ///< what its claim is held against
  double tail = .05;                ///< of the claim, alpha / m
  Labels labels;                    ///< of the judge, from elsewhere
  bool is_judged = false;           ///< whether a judge decides any of its slots
  double confidence = .95;          ///< of the plan, for what the judge detects
  double largest = 1;               ///< slots of the largest cluster planned, times its weight
};

/// The limits of the judge's rates in which both lie but with chance `error`; 1 and 1 where no
/// judge decides. Nothing where the labels give none, or none better than chance.
/// @error invalid_input  as judge_rate
Result<std::optional<stats::ReaderLimits>> reader_limits(const SequentialDesign& design,
                                                         double error);

/// The smallest rate that the judge tells from none by its labels, with any number of slots: no
/// claim is settled below it. Nothing where no judge decides, or none of its labels is a false
/// alarm.
/// @error invalid_input  as judge_rate
Result<std::optional<double>> detected_at_best(const SequentialDesign& design);

/// How the chance to be wrong is divided between outcomes and the judge's labels.
struct SplitTail {
  double outcomes = 0;
  double labels = 0;
};
SplitTail split_tail(const SequentialDesign& design, double tail);

/// Evidence on a claim's threshold, both ways, cluster by cluster. One thread.
class RunningEvidence {
 public:
  /// @error invalid_input  there is no threshold, or as stats::ClusterEvidence::against
  static Result<RunningEvidence> of(const SequentialDesign& design);

  /// Takes the slots of one whole cluster that lie in the claim's cell.
  /// @error invalid_input  as stats::ClusterEvidence::add
  Result<void> add(const ClusterCounts& cluster);

  /// Whether either side has reached the bar. Never where the judge's labels give no limits; not
  /// below what the judge detects.
  bool is_settled() const;
  /// Log of the e-value against a rate of at least the threshold, the missing read as broke; 0
  /// where the labels give no limits.
  double log_e_below() const;
  /// The same against at most the threshold, the missing read as held.
  double log_e_above() const;
  double most_log_e() const;
  /// -log of the chance to be wrong that is left to outcomes.
  double bar() const { return bar_; }

 private:
  RunningEvidence() = default;

  std::optional<stats::ClusterEvidence> below_;
  std::optional<stats::ClusterEvidence> above_;
  double bar_ = 0;
};

/// Limits of the rate at any time, each side wrong with chance `tail` at most, the lower one with
/// the missing held, the upper one with them broke. [0, 1] where the labels give no limits.
/// @param within  rates outside are known to be excluded
/// @error invalid_input  as stats::limits_at_any_time
Result<stats::Interval> anytime_limits(const std::vector<ClusterCounts>& clusters,
                                       const SequentialDesign& design, double tail,
                                       const stats::Interval& within = {0, 1});

/// The rate of broke among the observations that came in until the end, as estimate() gives it, but
/// with limits and bounds that hold whenever the sample ended.
///
/// @param cell  slots in plan order up to the end of the sample
/// @error invalid_input  as estimate()
Result<Estimate> sequential_estimate(const std::string& name,
                                     const std::vector<const eval::Observation*>& cell,
                                     const SequentialDesign& design, const ChainOptions& options);

}  // namespace truebound::analyze
