#include "truebound/evidence/support.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/stats/distribution.h"
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

// The fewest between so many that do not and so many that do.
template <class Enough>
double fewest_that(Enough is_enough, double too_few, double enough) {
  while (enough - too_few > 1) {
    const double middle = std::floor((enough + too_few) / 2);
    (is_enough(middle) ? enough : too_few) = middle;
  }
  return enough;
}

// The fewest trials that settle, between so many that do not and so many that do.
double fewest(double rate, double too_few, double enough, double threshold, double tail) {
  return fewest_that([&](double n) { return settles(rate, n, threshold, tail); }, too_few, enough);
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

struct Detecting {
  double slots = 1e12;
  double held_labels = 0;
};

// Whether so many slots and labels of what held let the judge tell a rate at the threshold from
// none, if its errors stay as they are.
bool detects(const analyze::Estimate& estimate, const Detecting& with, double threshold) {
  const auto share = [](const std::vector<std::int64_t>& counts) {
    return static_cast<double>(counts[0]) / static_cast<double>(counts[1]);
  };
  const double judged = static_cast<double>(estimate.raw->judged) / static_cast<double>(estimate.n);
  const auto limits = stats::detection_limits(
      {.flagged = {0, with.slots * judged},
       .sensitivity = {share(estimate.judge->sensitivity), 1},
       .specificity = {share(estimate.judge->specificity), with.held_labels}},
      1 - estimate.confidence);
  return !limits.ok() || limits.value().detection * judged <= threshold;
}

// What lets the judge see a rate at the threshold: further requests, or where no number of them
// does, further labels of what held.
More what_would_detect(const analyze::Estimate& estimate, double threshold) {
  const auto labeled = static_cast<double>(estimate.judge->specificity[1]);
  const auto by_slots = [&](double slots) {
    return detects(estimate, {.slots = slots, .held_labels = labeled}, threshold);
  };
  if (by_slots(estimate.effective_n)) return {.what = "samples"};
  if (by_slots(most)) {
    const double enough = fewest_that(by_slots, estimate.effective_n, most);
    return {.what = "samples",
            .n = static_cast<std::int64_t>(std::ceil(enough - estimate.effective_n))};
  }
  const auto by_labels = [&](double labels) {
    return detects(estimate, {.held_labels = labels}, threshold);
  };
  if (!by_labels(most)) return {.what = "held_labels"};
  return {.what = "held_labels",
          .n = static_cast<std::int64_t>(fewest_that(by_labels, labeled, most) - labeled)};
}

// The judge's limit of detection, where a rate rests on one.
std::optional<double> detection_of(const analyze::Estimate& estimate) {
  if (!estimate.value || !estimate.judge || !estimate.raw) return std::nullopt;
  return estimate.judge->limit_of_detection;
}

// The way from the value to its bound if no outcome were missing. The bound counts the missing, the
// interval does not: its way, stretched to the bound's tail as a normal one would be.
double way_without_missing(const analyze::Estimate& estimate, double threshold, double tail) {
  const double rate = *estimate.value;
  const bool below = rate < threshold;
  if (estimate.counts.missing() == 0)
    return (below ? estimate.bound_below : estimate.bound_above) - rate;
  const double stretch =
      stats::normal_quantile(tail) / stats::normal_quantile((1 - estimate.confidence) / 2);
  return stretch * ((below ? estimate.upper : estimate.lower) - rate);
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
  const double way = way_without_missing(estimate, threshold, tail);
  return way * way - sample_way * sample_way >= (threshold - rate) * (threshold - rate);
}

// What its family decided at its threshold says no more than that.
void stop_at_threshold(const eval::Question& question, analyze::Estimate& estimate) {
  const double threshold = eval::threshold_of(question);
  const bool from_above = question.ask != eval::Ask::rate_above;
  (from_above ? estimate.bound_below : estimate.bound_above) = threshold;
  const auto rests_on =
      std::ranges::find(estimate.steps, std::string(analyze::claim_step), &analyze::Step::what);
  if (rests_on == estimate.steps.end()) return;
  rests_on->how = fmt::format("p = {:.6g}, decided by its family; no bound beyond the threshold",
                              estimate.p_value.value_or(1));
  rests_on->result = fmt::format("{} {:.6f}", from_above ? "less than" : "more than", threshold);
}

ClaimKind as_asked(eval::Ask ask) {
  switch (ask) {
    case eval::Ask::rate_below:
      return ClaimKind::rate_below;
    case eval::Ask::rate_above:
      return ClaimKind::rate_above;
    case eval::Ask::no_worse_than:
      break;
  }
  return ClaimKind::no_worse_than;
}

// The family's word and the bounds', where both must agree.
ClaimKind kind_of(const analyze::Estimate& estimate, const eval::Question& question,
                  const Membership& member) {
  const ClaimKind by_bounds = supported(estimate, question);
  switch (member.decided) {
    case Decided::by_its_bounds:
      return by_bounds;
    case Decided::as_asked:
      return comes_out(by_bounds, question.ask) ? by_bounds : ClaimKind::inconclusive;
    case Decided::as_asked_at_threshold: {
      const std::optional<double> detection = detection_of(estimate);
      const bool unseen = question.ask == eval::Ask::rate_below && detection > question.threshold;
      return unseen ? ClaimKind::inconclusive : as_asked(question.ask);
    }
    case Decided::not_as_asked:
      break;
  }
  // Whether what was not asked holds, no family that looks for discoveries has tested.
  if (eval::is_exploratory(member.correction)) return ClaimKind::inconclusive;
  return comes_out(by_bounds, question.ask) ? ClaimKind::inconclusive : by_bounds;
}

// Of the side that the claim rests on.
double confidence_of(ClaimKind kind, eval::Ask asked, const analyze::Estimate& estimate) {
  const bool from_below = kind == ClaimKind::rate_above ||
                          (kind == ClaimKind::inconclusive && asked == eval::Ask::rate_above);
  return from_below ? estimate.bound_above_confidence.value_or(estimate.bound_confidence)
                    : estimate.bound_confidence;
}

}  // namespace

// A rate below the limit of detection looks to this judge as none does, so no bound lies there.
void raise_to_detection(analyze::Estimate& estimate) {
  const std::optional<double> detection = detection_of(estimate);
  if (!detection || estimate.bound_below >= *detection) return;
  estimate.steps.push_back({"Detection",
                            fmt::format("the upper bound, {:.6f}, lies below the judge's limit of "
                                        "detection",
                                        estimate.bound_below),
                            fmt::format("at most {:.6f}", *detection)});
  estimate.bound_below = *detection;
}

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
  if (labels_stand_in_the_way(estimate, threshold, tail)) return {.what = "labels"};
  // What was seen is enough, and only the missing, read against the claim, are in the way.
  const std::int64_t missing = estimate.counts.missing();
  if (missing > 0 && settles(rate, too_few, threshold, tail)) {
    return {.what = "outcomes", .n = missing};
  }
  // How many more a sample takes that ends by what is seen, depends on what will be seen.
  if (estimate.sampling != "fixed") return {.what = "samples"};
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
  const bool is_rate = question.ask != eval::Ask::no_worse_than;
  const double threshold = eval::threshold_of(question);
  const Decided decided = circumstances.member.decided;
  if (decided == Decided::as_asked_at_threshold) stop_at_threshold(question, estimate);
  if (is_rate) raise_to_detection(estimate);
  Claim claim{.name = estimate.name,
              .asked = question.ask,
              .family = circumstances.member.family,
              .correction = circumstances.member.correction,
              .threshold = threshold,
              .gate = eval::is_gate(question, scope.where),
              .population = circumstances.population,
              .budget = circumstances.budget,
              .limits = circumstances.limits,
              .entries = circumstances.entries};
  claim.population.estimand = estimate.estimand;
  if (!circumstances.until.empty()) claim.expires = circumstances.until;
  if (circumstances.kind == record::RunKind::assessment) {
    claim.kind = kind_of(estimate, question, circumstances.member);
  }
  claim.met = comes_out(claim.kind, question.ask);
  if (claim.kind == ClaimKind::rate_below || claim.kind == ClaimKind::no_worse_than)
    claim.bound = estimate.bound_below;
  if (claim.kind == ClaimKind::rate_above) claim.bound = estimate.bound_above;
  claim.confidence = confidence_of(claim.kind, question.ask, estimate);
  if (claim.kind == ClaimKind::inconclusive) {
    claim.more = is_rate ? what_would_settle(estimate, threshold)
                         : what_would_show_no_worse(estimate, threshold);
    // A family of discoveries tests no other side than the one that was asked.
    if (eval::is_exploratory(circumstances.member.correction) && estimate.value &&
        *estimate.value < threshold) {
      claim.more = More{.what = "not_sought"};
    }
    if (const auto detection = detection_of(estimate); is_rate && detection > threshold) {
      claim.limits.push_back(Limit::judge_detection_limit);
      claim.more = what_would_detect(estimate, threshold);
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
  claim.assumptions = assumptions_of(claim);
  claim.defeaters = defeaters_of(claim);
  return claim;
}

Result<void> publish(const std::string& html, const std::string& json, std::uint64_t size,
                     record::RunRecord& run) {
  return run.publish_report(html, json, size);
}

}  // namespace truebound::evidence
