#include "truebound/evidence/support.h"

#include <algorithm>
#include <cmath>

#include "truebound/stats/interval.h"
#include "truebound/stats/misclassification.h"

namespace truebound::evidence {
namespace {

// The kind that the one-sided bounds support, whatever was asked: the truth may lie on the other
// side of what the plan hoped for, and the report says so.
ClaimKind supported(const analyze::Estimate& estimate, const eval::Question& question) {
  if (!estimate.value) return ClaimKind::inconclusive;
  const double threshold = eval::threshold_of(question);
  if (question.ask == eval::Ask::no_worse_than) {
    return estimate.bound_below < threshold ? ClaimKind::no_worse_than : ClaimKind::inconclusive;
  }
  if (estimate.bound_below < threshold) return ClaimKind::rate_below;
  if (estimate.bound_above > threshold) return ClaimKind::rate_above;
  return ClaimKind::inconclusive;
}

bool comes_out(ClaimKind kind, eval::Ask asked) {
  return (kind == ClaimKind::rate_below && asked == eval::Ask::rate_below) ||
         (kind == ClaimKind::rate_above && asked == eval::Ask::rate_above) ||
         (kind == ClaimKind::no_worse_than && asked == eval::Ask::no_worse_than);
}

bool settles(double rate, double n, double threshold, double tail) {
  const double x = rate * n;
  const Result<double> upper = stats::upper_limit(x, n, tail);
  const Result<double> lower = stats::lower_limit(x, n, tail);
  return (upper.ok() && upper.value() < threshold) || (lower.ok() && lower.value() > threshold);
}

constexpr double most = 1e7;

// The fewest trials that settle, between so many that do not and so many that do.
double fewest(double rate, double too_few, double enough, double threshold, double tail) {
  while (enough - too_few > 1) {
    const double middle = std::floor((enough + too_few) / 2);
    (settles(rate, middle, threshold, tail) ? enough : too_few) = middle;
  }
  return enough;
}

// The share of broke that labels from elsewhere let one expect among the verdicts of this run:
// what they say of each verdict, in the verdicts' shares. A guess for planning, never an estimate.
std::optional<double> rate_by_labels(const analyze::Estimate& estimate) {
  if (!estimate.raw || estimate.raw->judged == 0 || !estimate.judge) return std::nullopt;
  const std::vector<std::int64_t>& broke = estimate.judge->sensitivity;
  const std::vector<std::int64_t>& held = estimate.judge->specificity;
  if (broke.size() != 2 || held.size() != 2) return std::nullopt;
  const auto share = [](std::int64_t part, std::int64_t other) {
    return part + other == 0 ? .5 : static_cast<double>(part) / static_cast<double>(part + other);
  };
  const double flagged = share(estimate.raw->flagged, estimate.raw->judged - estimate.raw->flagged);
  return flagged * share(broke[0], held[1] - held[0]) +
         (1 - flagged) * share(broke[1] - broke[0], held[0]);
}

// Whether so many labels of what held let the judge tell a rate at the threshold from none, if
// requests were without number and its errors stay as they are.
bool detects(const analyze::Estimate& estimate, double held_labels, double threshold) {
  const auto share = [](const std::vector<std::int64_t>& counts) {
    return static_cast<double>(counts[0]) / static_cast<double>(counts[1]);
  };
  const double judged = static_cast<double>(estimate.raw->judged) / static_cast<double>(estimate.n);
  const auto limits =
      stats::detection_limits({.flagged = {0, 1e12},
                               .sensitivity = {share(estimate.judge->sensitivity), 1},
                               .specificity = {share(estimate.judge->specificity), held_labels}},
                              1 - estimate.confidence);
  return !limits.ok() || limits.value().detection * judged <= threshold;
}

// The fewest further labels of what held that let requests settle it, where without them no number
// of requests does.
std::optional<More> labels_to_detect(const analyze::Estimate& estimate, double threshold) {
  if (!estimate.value || !estimate.judge || !estimate.judge->limit_of_detection) return {};
  const auto labeled = static_cast<double>(estimate.judge->specificity[1]);
  if (detects(estimate, labeled, threshold)) return {};
  if (!detects(estimate, most, threshold)) return More{.what = "held_labels"};
  double too_few = labeled;
  double enough = most;
  while (enough - too_few > 1) {
    const double middle = std::floor((enough + too_few) / 2);
    (detects(estimate, middle, threshold) ? enough : too_few) = middle;
  }
  return More{.what = "held_labels", .n = static_cast<std::int64_t>(enough - labeled)};
}

// Whether the labels alone leave the rate open: of the way from the value to its bound, squared,
// what the sample does not account for is the labels', and no further sample shortens it.
bool labels_stand_in_the_way(const analyze::Estimate& estimate, double threshold, double tail) {
  if (!estimate.judge || !estimate.raw || estimate.raw->judged == 0) return false;
  const double rate = *estimate.value;
  const bool below = rate < threshold;
  const double n = std::max(1.0, estimate.effective_n);
  const Result<double> limit =
      below ? stats::upper_limit(rate * n, n, tail) : stats::lower_limit(rate * n, n, tail);
  if (!limit.ok()) return false;
  // A judge that errs stretches the sample's part by 1 / (Se + Sp - 1).
  const std::vector<std::int64_t>& broke = estimate.judge->sensitivity;
  const std::vector<std::int64_t>& held = estimate.judge->specificity;
  double stretch = 1;
  if (broke.size() == 2 && held.size() == 2 && broke[1] > 0 && held[1] > 0) {
    stretch = static_cast<double>(broke[0]) / static_cast<double>(broke[1]) +
              static_cast<double>(held[0]) / static_cast<double>(held[1]) - 1;
  }
  if (stretch <= 0) return true;
  const double sample_way = (limit.value() - rate) / stretch;
  const double way = (below ? estimate.bound_below : estimate.bound_above) - rate;
  return way * way - sample_way * sample_way >= (threshold - rate) * (threshold - rate);
}

}  // namespace

bool labels_would_help(const analyze::Estimate& estimate) {
  return estimate.reason == analyze::Reason::judge_not_calibrated ||
         estimate.reason == analyze::Reason::cannot_be_calibrated ||
         estimate.reason == analyze::Reason::verdict_without_labels ||
         estimate.reason == analyze::Reason::judge_no_better_than_chance;
}

More what_would_settle(const analyze::Estimate& estimate, double threshold) {
  const double tail = 1 - estimate.bound_confidence;
  if (labels_would_help(estimate)) {
    const std::optional<double> rate = rate_by_labels(estimate);
    if (!rate) return {.what = "labels"};
    // No more labels than there are verdicts to read.
    const auto judged = static_cast<double>(estimate.raw->judged);
    if (!settles(*rate, judged, threshold, tail)) return {.what = "samples"};
    return {.what = "labels",
            .n = static_cast<std::int64_t>(fewest(*rate, 0, judged, threshold, tail))};
  }
  if (!estimate.value) return {.what = "samples"};
  const double rate = *estimate.value;
  if (!settles(rate, most, threshold, tail)) return {.what = "nothing"};
  const double too_few = std::max(1.0, estimate.effective_n);
  // What was seen is enough, and only the missing, read against the claim, are in the way.
  const std::int64_t missing = estimate.counts.missing();
  if (missing > 0 && settles(rate, too_few, threshold, tail)) {
    return {.what = "outcomes", .n = missing};
  }
  if (missing == 0 && labels_stand_in_the_way(estimate, threshold, tail)) {
    return {.what = "labels"};
  }
  const double enough = fewest(rate, too_few, most, threshold, tail);
  return {.what = "samples",
          .n = static_cast<std::int64_t>(std::ceil(enough - estimate.effective_n))};
}

// The way from a difference to its bound shrinks with the root of the effective n.
More what_would_show_no_worse(const analyze::Estimate& difference, double margin) {
  if (labels_would_help(difference)) return {.what = "labels"};
  if (!difference.value) return {.what = "samples"};
  if (*difference.value >= margin) return {.what = "nothing"};
  const double times = (difference.bound_below - *difference.value) / (margin - *difference.value);
  return {.what = "samples",
          .n = static_cast<std::int64_t>(std::ceil(difference.effective_n * (times * times - 1)))};
}

Claim support(const eval::Question& question, analyze::Estimate estimate, Scope scope,
              const Circumstances& circumstances) {
  Claim claim{.name = estimate.name,
              .asked = question.ask,
              .threshold = eval::threshold_of(question),
              .gate = eval::is_gate(question, scope.where),
              .confidence = estimate.bound_confidence,
              .limits = circumstances.limits,
              .entries = circumstances.entries};
  if (circumstances.kind == record::RunKind::assessment) {
    claim.kind = supported(estimate, question);
  }
  claim.met = comes_out(claim.kind, question.ask);
  if (claim.kind == ClaimKind::rate_below || claim.kind == ClaimKind::no_worse_than)
    claim.bound = estimate.bound_below;
  if (claim.kind == ClaimKind::rate_above) claim.bound = estimate.bound_above;
  if (claim.kind == ClaimKind::inconclusive) {
    claim.more = question.ask == eval::Ask::no_worse_than
                     ? what_would_show_no_worse(estimate, claim.threshold)
                     : what_would_settle(estimate, question.threshold);
  }
  if (claim.kind == ClaimKind::inconclusive && question.ask != eval::Ask::no_worse_than) {
    if (const auto labels = labels_to_detect(estimate, claim.threshold)) {
      claim.limits.push_back(Limit::judge_detection_limit);
      claim.more = labels;
    }
  }
  if (estimate.reason == analyze::Reason::judge_not_calibrated) {
    claim.limits.push_back(Limit::judge_not_calibrated);
  }
  if (estimate.counts.missing() > 0) claim.limits.push_back(Limit::missing_outcomes);
  if (estimate.cut > 0) claim.limits.push_back(Limit::answers_cut);
  if (estimate.correlation < 1) claim.limits.push_back(Limit::assumed_correlation);
  claim.estimate = std::move(estimate);
  claim.scope = std::move(scope);
  return claim;
}

Result<void> publish(const std::string& html, const std::string& json, std::uint64_t size,
                     record::RunRecord& run) {
  return run.publish_report(html, json, size);
}

}  // namespace truebound::evidence
