#include "truebound/analyze/sequential.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

// Clopper-Pearson at the labels' effective number, each side wrong with chance `tail`.
Result<stats::Interval> limits_of(const JudgeRate& rate, double tail) {
  const double hits = std::min(rate.value * rate.effective_n, rate.effective_n);
  return stats::clopper_pearson(hits, rate.effective_n, 1 - 2 * tail);
}

// The clusters of a sample, read both ways.
struct Sample {
  std::vector<stats::ReadCluster> missing_held;
  std::vector<stats::ReadCluster> missing_broke;
};

Sample sample_of(const std::vector<ClusterCounts>& clusters) {
  Sample sample;
  for (const ClusterCounts& each : clusters) {
    sample.missing_held.push_back(as_read(each, MissingRead::held));
    sample.missing_broke.push_back(as_read(each, MissingRead::broke));
  }
  return sample;
}

// Limits at one tail, the lower one with the missing held, the upper one with them broke. [0, 1]
// where the labels leave the judge no better than chance.
Result<stats::Interval> limits_at(const Sample& sample, const SequentialDesign& design, double tail,
                                  const stats::Interval& within) {
  const SplitTail split = split_tail(design, tail);
  TRUEBOUND_TRY(reader, reader_limits(design, split.labels));
  if (!reader) return stats::Interval{0, 1};
  const stats::AnytimeOptions options{
      .reader = *reader, .largest = design.largest, .tail = split.outcomes, .within = within};
  TRUEBOUND_TRY(held, stats::limits_at_any_time(sample.missing_held, options));
  TRUEBOUND_TRY(broke, stats::limits_at_any_time(sample.missing_broke, options));
  return stats::Interval{held.lower, broke.upper};
}

Result<double> log_e_of(const std::vector<stats::ReadCluster>& clusters, stats::Null null,
                        double threshold, const SequentialDesign& design) {
  TRUEBOUND_TRY(reader, reader_limits(design, split_tail(design, design.tail).labels));
  if (!reader) return 0.0;
  TRUEBOUND_TRY(evidence,
                stats::ClusterEvidence::against(null, threshold, *reader, design.largest));
  for (const stats::ReadCluster& each : clusters)
    TRUEBOUND_TRY_VOID(evidence.add(each));
  return evidence.log_e();
}

// The evidence at the threshold, and the bounds of the claim: a threshold that the evidence
// excludes bounds the rate by itself.
Result<void> set_claim(const Sample& sample, const SequentialDesign& design, Estimate& estimate) {
  stats::Interval within{0, 1};
  if (design.threshold) {
    const double threshold = *design.threshold;
    TRUEBOUND_TRY(below,
                  log_e_of(sample.missing_broke, stats::Null::rate_at_least, threshold, design));
    TRUEBOUND_TRY(above,
                  log_e_of(sample.missing_held, stats::Null::rate_at_most, threshold, design));
    const double bar = -std::log(split_tail(design, design.tail).outcomes);
    estimate.sequential = Sequential{.log_e_below = below, .log_e_above = above, .bar = bar};
    if (below >= bar) within.upper = threshold;
    if (above >= bar) within.lower = threshold;
  }
  TRUEBOUND_TRY(bounds, limits_at(sample, design, design.tail, within));
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

Result<void> tell_steps(const SequentialDesign& design, Estimate& estimate) {
  std::erase_if(estimate.steps, [](const Step& step) {
    return step.what == "Rate" || step.what == "Missing" || step.what == "Claim";
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
      {"Claim", fmt::format("one-sided, tail {:.6g} = alpha / m", design.tail),
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

stats::ReadCluster as_read(const ClusterCounts& counts, MissingRead missing) {
  const std::int64_t broke = missing == MissingRead::broke ? counts.missing : 0;
  return {.size = counts.decided() + counts.missing,
          .hits = counts.known_broke() + broke,
          .read = counts.judged(),
          .flagged = counts.flagged,
          .times = counts.times};
}

Result<Estimate> sequential_estimate(const std::string& name,
                                     const std::vector<const eval::Observation*>& cell,
                                     const SequentialDesign& design, const ChainOptions& options) {
  TRUEBOUND_TRY(result, estimate(name, cell, design.labels, options));
  result.sampling = "sequential";
  result.method = "sequential_rate";
  if (!result.value) return result;
  const Sample sample = sample_of(count_clusters(cell));
  TRUEBOUND_TRY(limits, limits_at(sample, design, (1 - options.confidence) / 2, {0, 1}));
  result.lower = limits.lower;
  result.upper = limits.upper;
  result.missing = {limits.lower, limits.upper};
  TRUEBOUND_TRY_VOID(set_claim(sample, design, result));
  TRUEBOUND_TRY_VOID(tell_steps(design, result));
  return result;
}

}  // namespace truebound::analyze
