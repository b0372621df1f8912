#include "truebound/stats/two_phase.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>
#include <vector>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::size_t fewest_scored = 30;
// Points of the quadrature over each error rate.
constexpr int grid = 32;
// Steps of a search in [0, 1], and how near is near enough.
constexpr int most_steps = 60;
constexpr double near_enough = 1e-10;

Error wrong(const std::string& expectation) {
  return invalid_input("two_phase: " + expectation);
}

double real(std::int64_t count) {
  return static_cast<double>(count);
}

Result<void> check_part(const char* name, const Labeled& labels, std::int64_t units) {
  if (labels.hits < 0 || labels.hits > labels.read || labels.read > units) {
    return wrong(std::string("hits <= read <= units of the ") + name);
  }
  if (units > 0 && labels.read == 0) {
    return wrong(std::string("at least one label of the ") + name + ", got none of " +
                 std::to_string(units));
  }
  return {};
}

Result<void> check(const TwoPhase& seen) {
  if (seen.units <= 0) return wrong("at least one unit, got none");
  if (seen.flagged < 0 || seen.flagged > seen.units) return wrong("flagged must lie in [0, units]");
  TRUEBOUND_TRY_VOID(check_part("flagged", seen.of_flagged, seen.flagged));
  return check_part("unflagged", seen.of_unflagged, seen.units - seen.flagged);
}

struct Part {
  double rate = 0;
  Interval limits;
};

// A part without units weighs nothing, whatever its rate.
Result<Part> part_of(const Labeled& labels, double confidence) {
  if (labels.read == 0) return Part{0, {0, 0}};
  TRUEBOUND_TRY(limits, clopper_pearson(real(labels.hits), real(labels.read), confidence));
  return Part{real(labels.hits) / real(labels.read), limits};
}

double square(double value) {
  return value * value;
}

// A confidence distribution of a share x/n, as a beta distribution or a point at its end: `below`
// stands where the share may be less than it seems, `above` where it may be more.
struct BetaPoints {
  double a = 0;
  double b = 0;

  double at_most(double rate) const {
    if (rate < 0) return 0;
    if (rate >= 1) return 1;
    if (a <= 0) return 1;  // all of it at 0
    if (b <= 0) return 0;  // all of it at 1
    return beta_at_most(rate, a, b);
  }
  double quantile(double p) const {
    if (a <= 0) return 0;
    if (b <= 0) return 1;
    return beta_quantile(p, a, b);
  }
};

// Hits need not be whole, but a whole number is not to be missed by rounding.
double hits_of(const Share& share) {
  const double hits = share.share * share.n;
  return std::abs(hits - std::round(hits)) < 1e-6 ? std::round(hits) : hits;
}

BetaPoints below(const Share& share) {
  return {hits_of(share), share.n - hits_of(share) + 1};
}

BetaPoints above(const Share& share) {
  return {hits_of(share) + 1, share.n - hits_of(share)};
}

struct Point {
  double share = 0;
  double weight = 0;
};

// The trapezoidal rule over the normal score of the share's quantiles, out to where 1e-10 is left:
// for a normal weight it errs by exp(-2 (pi / step)^2) only. Equal steps of the quantile itself
// would cut the tails, which are what limits are made of.
std::vector<Point> points_of(const BetaPoints& distribution) {
  constexpr double farthest = 6.4;
  constexpr double step = 2 * farthest / (grid - 1);
  std::vector<Point> points;
  double sum = 0;
  for (int i = 0; i < grid; ++i) {
    const double score = -farthest + i * step;
    const double weight = std::exp(-score * score / 2);
    points.push_back({distribution.quantile(normal_at_most(score)), weight});
    sum += weight;
  }
  for (Point& point : points)
    point.weight /= sum;
  return points;
}

struct Melding {
  BetaPoints flagged;
  std::vector<Point> sensitivity;
  std::vector<Point> specificity;
};

// The chance that the true rate is at most `rate`: for each pair of error rates, that of the
// flagged share at most rate (Se + Sp - 1) + 1 - Sp. Worse than chance says nothing: `useless`.
double chance_at_most(const Melding& melding, double rate, double useless) {
  double sum = 0;
  for (const Point& se : melding.sensitivity) {
    for (const Point& sp : melding.specificity) {
      const double youden = se.share + sp.share - 1;
      sum += se.weight * sp.weight *
             (youden > 0 ? melding.flagged.at_most(rate * youden + 1 - sp.share) : useless);
    }
  }
  return sum;
}

// By the Illinois rule: a straight line between two rates, the side that stands still halved.
double quantile(const Melding& melding, double p, double useless) {
  double least = 0;
  double most = 1;
  double under = chance_at_most(melding, least, useless) - p;
  double over = 1 - p;
  if (under >= 0) return 0;
  int side = 0;
  for (int i = 0; i < most_steps && most - least > near_enough; ++i) {
    const double middle = (least * over - most * under) / (over - under);
    const double found = chance_at_most(melding, middle, useless) - p;
    if (std::abs(found) < near_enough) return middle;
    if (found < 0) {
      least = middle;
      under = found;
      if (side == -1) over /= 2;
      side = -1;
    } else {
      most = middle;
      over = found;
      if (side == 1) under /= 2;
      side = 1;
    }
  }
  return most;
}

struct Moments {
  double mean = 0;
  double variance = 0;  // with divisor n
};

Moments moments_of(std::span<const double> values) {
  Moments found;
  for (const double each : values)
    found.mean += each;
  found.mean /= static_cast<double>(values.size());
  for (const double each : values)
    found.variance += square(each - found.mean);
  found.variance /= static_cast<double>(values.size());
  return found;
}

Result<void> check_scores(std::span<const ScoredPair> labeled, std::span<const double> unlabeled) {
  if (labeled.size() < fewest_scored) {
    return wrong("a prediction-powered mean needs 30 labels, got " +
                 std::to_string(labeled.size()));
  }
  if (unlabeled.empty()) return wrong("at least one score without a label, got none");
  bool is_finite = true;
  for (const ScoredPair& each : labeled)
    is_finite = is_finite && std::isfinite(each.truth) && std::isfinite(each.predicted);
  for (const double each : unlabeled)
    is_finite = is_finite && std::isfinite(each);
  return is_finite ? Result<void>() : wrong("scores must be finite");
}

}  // namespace

Result<TwoPhaseRate> two_phase(const TwoPhase& seen, double confidence) {
  TRUEBOUND_TRY_VOID(check(seen));
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(flagged, part_of(seen.of_flagged, confidence));
  TRUEBOUND_TRY(unflagged, part_of(seen.of_unflagged, confidence));
  const double w = real(seen.flagged) / real(seen.units);
  const double z = normal_quantile((1 + confidence) / 2);
  TwoPhaseRate found{.flagged_rate = flagged.rate,
                     .unflagged_rate = unflagged.rate,
                     .flagged_limits = flagged.limits,
                     .unflagged_limits = unflagged.limits};
  found.value = w * flagged.rate + (1 - w) * unflagged.rate;
  const double of_share =
      square(z) * w * (1 - w) * square(flagged.rate - unflagged.rate) / real(seen.units);
  const double down = square(w * (flagged.rate - flagged.limits.lower)) +
                      square((1 - w) * (unflagged.rate - unflagged.limits.lower)) + of_share;
  const double up = square(w * (flagged.limits.upper - flagged.rate)) +
                    square((1 - w) * (unflagged.limits.upper - unflagged.rate)) + of_share;
  found.interval = {std::max(0.0, found.value - std::sqrt(down)),
                    std::min(1.0, found.value + std::sqrt(up))};
  return found;
}

Result<CorrectedRate> melded(const Misclassified& seen, double confidence) {
  // The same arguments are out of range for both.
  TRUEBOUND_TRY(plain, lang_reiczigel(seen, confidence));
  const double tail = (1 - confidence) / 2;
  // A low rate goes with few flagged, high sensitivity and low specificity.
  const Melding low{below(seen.flagged), points_of(above(seen.sensitivity)),
                    points_of(below(seen.specificity))};
  const Melding high{above(seen.flagged), points_of(below(seen.sensitivity)),
                     points_of(above(seen.specificity))};
  return CorrectedRate{plain.value, {quantile(low, tail, 1), quantile(high, 1 - tail, 0)}};
}

Result<PoweredMean> prediction_powered_mean(std::span<const ScoredPair> labeled,
                                            std::span<const double> unlabeled, double confidence) {
  TRUEBOUND_TRY_VOID(check_scores(labeled, unlabeled));
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  const auto n = static_cast<double>(labeled.size());
  const auto many = static_cast<double>(unlabeled.size());
  std::vector<double> truths;
  std::vector<double> all(unlabeled.begin(), unlabeled.end());
  std::vector<double> predicted;
  for (const ScoredPair& each : labeled) {
    truths.push_back(each.truth);
    predicted.push_back(each.predicted);
    all.push_back(each.predicted);
  }
  const Moments of_truth = moments_of(truths);
  const Moments of_predicted = moments_of(predicted);
  const Moments of_unlabeled = moments_of(unlabeled);
  double covariance = 0;
  for (const ScoredPair& each : labeled)
    covariance += (each.truth - of_truth.mean) * (each.predicted - of_predicted.mean) / n;
  const double spread = moments_of(all).variance;

  PoweredMean found;
  if (spread > 0) found.weight = std::clamp(covariance / ((1 + n / many) * spread), 0.0, 1.0);
  std::vector<double> rest;
  for (const ScoredPair& each : labeled)
    rest.push_back(each.truth - found.weight * each.predicted);
  const Moments of_rest = moments_of(rest);
  const double variance =
      square(found.weight) * of_unlabeled.variance / many + of_rest.variance / n;
  if (!(variance > 0)) {
    return wrong("scores must vary: where all labels agree, a normal interval has width 0");
  }
  found.value = found.weight * of_unlabeled.mean + of_rest.mean;
  found.standard_error = std::sqrt(variance);
  const double z = normal_quantile((1 + confidence) / 2);
  found.lower = found.value - z * found.standard_error;
  found.upper = found.value + z * found.standard_error;
  found.labels = of_truth.variance / variance;
  return found;
}

Result<void> check_detectable(double bound, const Misclassified& seen, double tail) {
  if (!(bound > 0 && bound < 1)) return wrong("bound must lie in (0, 1)");
  TRUEBOUND_TRY(limits, detection_limits(seen, tail));
  if (bound >= limits.detection) return {};
  std::ostringstream text;
  text << "bound must be at least the limit of detection " << limits.detection << ", got " << bound
       << ": no number of trials settles it, only more labels of negatives do";
  return wrong(text.str());
}

}  // namespace truebound::stats
