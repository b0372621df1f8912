#include "truebound/analyze/sequential.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/stats/misclassification.h"

namespace truebound::analyze {
namespace {

// Clopper-Pearson at the labels' effective number, each side wrong with chance `tail`.
Result<stats::Interval> limits_of(const JudgeRate& rate, double tail) {
  const double hits = std::min(rate.value * rate.effective_n, rate.effective_n);
  return stats::clopper_pearson(hits, rate.effective_n, 1 - 2 * tail);
}

enum class MissingRead { held, broke };

stats::ReadCluster as_read(const ClusterCounts& counts, MissingRead missing) {
  const std::int64_t broke = missing == MissingRead::broke ? counts.missing : 0;
  return {.size = counts.decided() + counts.missing,
          .hits = counts.known_broke() + broke,
          .read = counts.judged(),
          .flagged = counts.flagged,
          .times = counts.times,
          .weight = counts.weight};
}

// The evidence at the threshold, and the bounds of the claim: a threshold that the evidence
// excludes bounds the rate by itself.
Result<void> set_claim(const std::vector<ClusterCounts>& clusters, const SequentialDesign& design,
                       Estimate& estimate) {
  stats::Interval within{0, 1};
  if (design.threshold) {
    TRUEBOUND_TRY(evidence, RunningEvidence::of(design));
    for (const ClusterCounts& each : clusters)
      TRUEBOUND_TRY_VOID(evidence.add(each));
    estimate.sequential = Sequential{.log_e_below = evidence.log_e_below(),
                                     .log_e_above = evidence.log_e_above(),
                                     .bar = evidence.bar()};
    if (evidence.log_e_below() >= evidence.bar()) within.upper = *design.threshold;
    if (evidence.log_e_above() >= evidence.bar()) within.lower = *design.threshold;
  }
  TRUEBOUND_TRY(bounds, anytime_limits(clusters, design, design.tail, within));
  estimate.bound_above = bounds.lower;
  estimate.bound_below = bounds.upper;
  estimate.bound_confidence = 1 - design.tail;
  return {};
}

std::string in_words(const stats::ReaderLimits& reader) {
  return fmt::format("sensitivity {:.6g} to {:.6g}, specificity {:.6g} to {:.6g}",
                     reader.sensitivity.lower, reader.sensitivity.upper, reader.specificity.lower,
                     reader.specificity.upper);
}

// The rate of the whole, where clusters were drawn with unequal chances: each counts its stratum's
// share over its chance, as known broken or as judged with the labels' rates.
Result<double> weighted_rate(const std::vector<ClusterCounts>& clusters,
                             const SequentialDesign& design) {
  double sensitivity = 1;
  double specificity = 1;
  if (const auto* labels = std::get_if<LabelsElsewhere>(&design.labels); design.is_judged) {
    TRUEBOUND_TRY(se, judge_rate(labels->broke, .95));
    TRUEBOUND_TRY(sp, judge_rate(labels->held, .95));
    sensitivity = se.value;
    specificity = sp.value;
  }
  const double youden = sensitivity + specificity - 1;
  double shown = 0;
  double slots = 0;
  for (const ClusterCounts& each : clusters) {
    slots += each.weight * static_cast<double>(each.decided());
    shown += each.weight *
             (youden * static_cast<double>(each.known_broke()) + static_cast<double>(each.flagged) -
              (1 - specificity) * static_cast<double>(each.judged()));
  }
  return std::clamp(shown / (youden * slots), 0.0, 1.0);
}

// The lightest and the heaviest cluster.
std::pair<double, double> weights_of(const std::vector<ClusterCounts>& clusters) {
  const auto [least, most] =
      std::ranges::minmax(clusters, {}, [](const ClusterCounts& each) { return each.weight; });
  return {least.weight, most.weight};
}

Result<void> weigh(const std::vector<ClusterCounts>& clusters, const SequentialDesign& design,
                   Estimate& estimate) {
  const auto [least, most] = weights_of(clusters);
  if (least == most) return {};
  TRUEBOUND_TRY(rate, weighted_rate(clusters, design));
  estimate.value = rate;
  // Kish: what weights that differ leave of the number.
  double sum = 0;
  double squares = 0;
  for (const ClusterCounts& each : clusters) {
    sum += each.weight;
    squares += each.weight * each.weight;
  }
  estimate.effective_n *= sum * sum / (static_cast<double>(clusters.size()) * squares);
  estimate.steps.push_back({"Weights",
                            "each cluster counts its stratum's share over the chance of its draw",
                            fmt::format("{:.6g} to {:.6g}", least, most)});
  return {};
}

Result<void> tell_steps(const SequentialDesign& design, Estimate& estimate) {
  std::erase_if(estimate.steps, [](const Step& step) {
    return step.what == "Rate" || step.what == "Missing" || step.what == claim_step;
  });
  const SplitTail split = split_tail(design, design.tail);
  TRUEBOUND_TRY(reader, reader_limits(design, split.labels));
  if (design.is_judged && reader) {
    estimate.steps.push_back(
        {"Judge's limits",
         fmt::format("Clopper-Pearson of the labels; both hold but with chance {:.6g}",
                     split.labels),
         in_words(*reader)});
  }
  if (estimate.sequential) {
    const Sequential& seen = *estimate.sequential;
    estimate.steps.push_back(
        {"Evidence",
         fmt::format(
             "log e-values against a rate of at least, and of at most, {:.6g}; the claim is "
             "settled at {:.6g} = -log {:.6g}",
             *design.threshold, seen.bar, split.outcomes),
         fmt::format("{:.6g} and {:.6g}", seen.log_e_below, seen.log_e_above)});
  }
  estimate.steps.push_back(
      {"Rate", "sequential_rate, two-sided, missing read against each side",
       fmt::format("{:.6g} ({:.6f} to {:.6f})", *estimate.value, estimate.lower, estimate.upper)});
  estimate.steps.push_back(
      {claim_step, fmt::format("one-sided, tail {:.6g} = alpha / m", design.tail),
       fmt::format("at least {:.6f}, at most {:.6f}", estimate.bound_above, estimate.bound_below)});
  return {};
}

}  // namespace

SplitTail split_tail(const SequentialDesign& design, double tail) {
  if (!design.is_judged) return {.outcomes = tail, .labels = 0};
  return {.outcomes = tail / 2, .labels = tail / 2};
}

Result<std::optional<stats::ReaderLimits>> reader_limits(const SequentialDesign& design,
                                                         double error) {
  using Limits = std::optional<stats::ReaderLimits>;
  if (!design.is_judged) return Limits(stats::ReaderLimits{});
  const auto* labels = std::get_if<LabelsElsewhere>(&design.labels);
  if (labels == nullptr) return Limits();
  if (labels->broke.empty() || labels->held.empty()) return Limits();
  TRUEBOUND_TRY(sensitivity, judge_rate(labels->broke, .95));
  TRUEBOUND_TRY(specificity, judge_rate(labels->held, .95));
  if (sensitivity.n < fewest_labels || specificity.n < fewest_labels) return Limits();
  // Two rates, two sides each.
  TRUEBOUND_TRY(se, limits_of(sensitivity, error / 4));
  TRUEBOUND_TRY(sp, limits_of(specificity, error / 4));
  if (se.lower + sp.lower <= 1) return Limits();
  return Limits(stats::ReaderLimits{.sensitivity = se, .specificity = sp});
}

Result<std::optional<double>> detected_at_best(const SequentialDesign& design) {
  constexpr double without_number = 1e12;
  const auto* labels = std::get_if<LabelsElsewhere>(&design.labels);
  if (!design.is_judged || labels == nullptr) return std::optional<double>();
  if (labels->broke.empty() || labels->held.empty()) return std::optional<double>();
  TRUEBOUND_TRY(se, judge_rate(labels->broke, design.confidence));
  TRUEBOUND_TRY(sp, judge_rate(labels->held, design.confidence));
  if (sp.hits == sp.n) return std::optional<double>();
  const auto limits = stats::detection_limits({.flagged = {0, without_number},
                                               .sensitivity = {se.value, se.effective_n},
                                               .specificity = {sp.value, sp.effective_n}},
                                              1 - design.confidence);
  return limits.ok() ? std::optional(limits.value().detection) : std::nullopt;
}

Result<RunningEvidence> RunningEvidence::of(const SequentialDesign& design) {
  if (!design.threshold) return invalid_input("sequential evidence needs a threshold");
  RunningEvidence evidence;
  const SplitTail split = split_tail(design, design.tail);
  evidence.bar_ = -std::log(split.outcomes);
  TRUEBOUND_TRY(reader, reader_limits(design, split.labels));
  if (!reader) return evidence;
  const auto against = [&](stats::Null null) {
    return stats::ClusterEvidence::against(null, *design.threshold, *reader, design.largest);
  };
  TRUEBOUND_TRY(detected, detected_at_best(design));
  TRUEBOUND_TRY(above, against(stats::Null::rate_at_most));
  evidence.above_ = std::move(above);
  if (detected && *detected >= *design.threshold) return evidence;
  TRUEBOUND_TRY(below, against(stats::Null::rate_at_least));
  evidence.below_ = std::move(below);
  return evidence;
}

Result<void> RunningEvidence::add(const ClusterCounts& cluster) {
  if (below_) TRUEBOUND_TRY_VOID(below_->add(as_read(cluster, MissingRead::broke)));
  return above_ ? above_->add(as_read(cluster, MissingRead::held)) : Result<void>();
}

double RunningEvidence::log_e_below() const {
  return below_ ? below_->log_e() : 0;
}

double RunningEvidence::log_e_above() const {
  return above_ ? above_->log_e() : 0;
}

double RunningEvidence::most_log_e() const {
  return std::max(log_e_below(), log_e_above());
}

bool RunningEvidence::is_settled() const {
  return above_ && most_log_e() >= bar_;
}

Result<stats::Interval> anytime_limits(const std::vector<ClusterCounts>& clusters,
                                       const SequentialDesign& design, double tail,
                                       const stats::Interval& within) {
  const SplitTail split = split_tail(design, tail);
  TRUEBOUND_TRY(reader, reader_limits(design, split.labels));
  if (!reader) return stats::Interval{0, 1};
  const stats::AnytimeOptions options{
      .reader = *reader, .largest = design.largest, .tail = split.outcomes, .within = within};
  const auto limits_of = [&](MissingRead missing) {
    std::vector<stats::ReadCluster> read;
    for (const ClusterCounts& each : clusters)
      read.push_back(as_read(each, missing));
    return stats::limits_at_any_time(read, options);
  };
  TRUEBOUND_TRY(held, limits_of(MissingRead::held));
  TRUEBOUND_TRY(broke, limits_of(MissingRead::broke));
  return stats::Interval{held.lower, broke.upper};
}

Result<Estimate> sequential_estimate(const std::string& name,
                                     const std::vector<const eval::Observation*>& cell,
                                     const SequentialDesign& design, const ChainOptions& options) {
  TRUEBOUND_TRY(result, estimate(name, cell, design.labels, options));
  result.sampling = "sequential";
  result.method = "sequential_rate";
  if (!result.value) return result;
  const std::vector<ClusterCounts> clusters = count_clusters(cell);
  TRUEBOUND_TRY(limits, anytime_limits(clusters, design, (1 - options.confidence) / 2));
  result.lower = limits.lower;
  result.upper = limits.upper;
  result.missing = {limits.lower, limits.upper};
  TRUEBOUND_TRY_VOID(weigh(clusters, design, result));
  TRUEBOUND_TRY(detected, detected_at_best(design));
  if (result.judge) result.judge->limit_of_detection = detected;
  TRUEBOUND_TRY_VOID(set_claim(clusters, design, result));
  TRUEBOUND_TRY_VOID(tell_steps(design, result));
  return result;
}

}  // namespace truebound::analyze
