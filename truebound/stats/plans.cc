#include "truebound/stats/plans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::int64_t most_trials = 10'000'000;

Error wrong(const std::string& expectation) {
  return invalid_input("plan: " + expectation);
}

bool is_share(double value) {
  return value > 0 && value < 1;
}

double at_most(std::int64_t hits, std::int64_t trials, double rate) {
  if (hits < 0) return 0;
  if (hits >= trials || rate == 0) return 1;
  return binomial_at_most(static_cast<double>(hits), static_cast<double>(trials), rate);
}

// The fewest trials for each number of hits at which the decision for `low` is still right often
// enough: at the rate `high`, `hits` or fewer have at most the chance `tail`.
std::int64_t fewest_trials(std::int64_t hits, double high, double tail, std::int64_t from) {
  std::int64_t few = std::max(hits, from - 1);
  std::int64_t step = 1;
  std::int64_t many = few + step;
  while (at_most(hits, many, high) > tail) {
    few = many;
    step *= 2;
    many += step;
    if (many > 4 * most_trials) return many;
  }
  while (many - few > 1) {
    const std::int64_t middle = few + (many - few) / 2;
    (at_most(hits, middle, high) <= tail ? many : few) = middle;
  }
  return many;
}

// For each number of hits that may occur, the fewest trials that keep `tail` at the high rate; the
// first of these that keeps the chance `power` at the low one.
Result<DecisionPlan> first_plan(double high, double tail, double low, double power) {
  DecisionPlan plan;
  for (;; ++plan.hits) {
    plan.trials = fewest_trials(plan.hits, high, tail, plan.trials);
    if (plan.trials > most_trials) {
      return wrong("rates must be so far apart that 10^7 trials tell them apart");
    }
    if (at_most(plan.hits, plan.trials, low) >= power) return plan;
  }
}

}  // namespace

Result<DecisionPlan> plan_between(const TwoRates& rates) {
  if (!is_share(rates.low) || !is_share(rates.high) || !(rates.low < rates.high)) {
    return wrong("rates must lie in (0, 1), low < high");
  }
  if (!is_share(rates.false_high) || !is_share(rates.false_low)) {
    return wrong("errors must lie in (0, 1)");
  }
  TRUEBOUND_TRY(plan, first_plan(rates.high, rates.false_low, rates.low, 1 - rates.false_high));
  // That decides for low at `hits` or fewer.
  ++plan.hits;
  return plan;
}

Result<DecisionPlan> plan_under(double bound, double tail, double rate, double power) {
  if (!is_share(bound) || !is_share(tail)) return wrong("bound and tail must lie in (0, 1)");
  if (!(rate >= 0 && rate < bound)) return wrong("the expected rate must lie in [0, bound)");
  if (!is_share(power)) return wrong("power must lie in (0, 1)");
  return first_plan(bound, tail, rate, power);
}

Result<double> chance_of_at_most(const DecisionPlan& plan, double rate) {
  if (plan.trials < 1 || plan.hits < 0) return wrong("trials must be > 0 and hits >= 0");
  if (!(rate >= 0 && rate < 1)) return wrong("rate must lie in [0, 1)");
  return at_most(plan.hits, plan.trials, rate);
}

Result<ClusteredTrials> in_clusters(double independent, double size, double correlation) {
  if (!(independent > 0)) return wrong("independent trials must be > 0");
  if (!(size >= 1)) return wrong("the size of clusters must be >= 1");
  if (!(correlation >= 0 && correlation <= 1)) return wrong("correlation must lie in [0, 1]");
  ClusteredTrials plan{.design_effect = 1 + (size - 1) * correlation};
  // A product that is whole but for rounding stays so.
  const double clusters = std::ceil(independent * plan.design_effect / size * (1 - 1e-12));
  if (clusters > 1e15) return wrong("at most 10^15 clusters");
  plan.clusters = static_cast<std::int64_t>(clusters);
  plan.trials = static_cast<std::int64_t>(std::ceil(clusters * size));
  return plan;
}

Result<double> labels_for_width(double share, double half_width, double confidence) {
  if (!is_share(share) || !is_share(half_width)) {
    return wrong("share and half-width must lie in (0, 1)");
  }
  if (!is_share(confidence)) return wrong("confidence must lie in (0, 1)");
  const double z = normal_quantile((1 + confidence) / 2);
  return z * z * share * (1 - share) / (half_width * half_width);
}

Result<double> labels_for_detection(const Instrument& instrument, double rate, double tail) {
  const double gain = instrument.sensitivity + instrument.specificity - 1;
  if (!(instrument.sensitivity > 0 && instrument.sensitivity <= 1) ||
      !(instrument.specificity > 0 && instrument.specificity <= 1)) {
    return wrong("sensitivity and specificity must lie in (0, 1]");
  }
  if (!(gain > 0)) return wrong("sensitivity + specificity must be over 1");
  if (!(instrument.trials > 0)) return wrong("trials must be > 0");
  if (!is_share(rate)) return wrong("the rate to detect must lie in (0, 1)");
  if (!(tail > 0 && tail < .5)) return wrong("tail must lie in (0, .5)");
  const double alarms = 1 - instrument.specificity;
  const double error = rate * gain / (2 * normal_quantile(1 - tail));
  const double inverse = error * error / (alarms * (1 - alarms)) - 1 / instrument.trials;
  // Without false alarms, none need be measured.
  if (alarms == 0) return 0.0;
  return inverse > 0 ? 1 / inverse : std::numeric_limits<double>::infinity();
}

Result<double> share_of_positive_labels(double sensitivity, double specificity, double rate) {
  if (!(sensitivity >= 0 && sensitivity <= 1) || !(specificity >= 0 && specificity <= 1)) {
    return wrong("sensitivity and specificity must lie in [0, 1]");
  }
  if (!is_share(rate)) return wrong("the expected rate must lie in (0, 1)");
  const double positives = rate * std::sqrt(sensitivity * (1 - sensitivity));
  const double negatives = (1 - rate) * std::sqrt(specificity * (1 - specificity));
  if (!(positives + negatives > 0)) return wrong("one of both kinds must err");
  return positives / (positives + negatives);
}

}  // namespace truebound::stats
