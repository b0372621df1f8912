#include "truebound/analyze/family.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "truebound/analyze/design.h"
#include "truebound/stats/families.h"

namespace truebound::analyze {
namespace {

constexpr double least_tail = 1e-12;
constexpr double most_tail = .5;
constexpr int halvings = 44;

bool crosses(const ClaimBounds& bounds, eval::Ask ask, double threshold) {
  if (ask == eval::Ask::rate_above) return bounds.rate_above && *bounds.rate_above > threshold;
  return bounds.rate_below && *bounds.rate_below < threshold;
}

std::vector<std::size_t> from_the_least(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  return order;
}

std::vector<Decision> by_bonferroni(std::span<const double> p, double error) {
  const double each = error / static_cast<double>(p.size());
  std::vector<Decision> decisions;
  for (const double value : p)
    decisions.push_back({.as_asked = value <= each, .tail = each, .other_tail = each});
  return decisions;
}

Result<std::vector<Decision>> by_holm(std::span<const double> p, double error) {
  TRUEBOUND_TRY(adjusted, stats::holm(p));
  const auto m = static_cast<double>(p.size());
  const auto rejected = static_cast<double>(
      std::ranges::count_if(adjusted, [&](double value) { return value <= error; }));
  const std::vector<std::size_t> order = from_the_least(p);
  std::vector<Decision> decisions(p.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    Decision& decision = decisions[order[rank]];
    decision.as_asked = adjusted[order[rank]] <= error;
    decision.other_tail = error / m;
    if (!decision.as_asked) {
      decision.tail = error / (m - rejected);
    } else if (rejected == m && p[order[rank]] <= error / m) {
      decision.tail = error / m;
    } else {
      decision.tail = error / (m - static_cast<double>(rank));
      decision.reach = Reach::to_the_threshold;
    }
  }
  return decisions;
}

// `least` is the error of a claim that comes out alone.
std::vector<Decision> by_discoveries(const std::vector<double>& adjusted, double error,
                                     double least) {
  const auto found = static_cast<double>(
      std::ranges::count_if(adjusted, [&](double value) { return value <= error; }));
  std::vector<Decision> decisions;
  for (const double value : adjusted) {
    const bool as_asked = value <= error;
    decisions.push_back(
        {.as_asked = as_asked, .tail = as_asked ? found * least : least, .other_tail = least});
  }
  return decisions;
}

}  // namespace

Result<LimitsAt> limits_of_rate(const std::vector<const eval::Observation*>& cell,
                                const Labels& labels, const ChainOptions& options) {
  TRUEBOUND_TRY(limits, ClaimLimits::of(count_clusters(cell), labels, options));
  const auto kept = std::make_shared<const ClaimLimits>(std::move(limits));
  return LimitsAt([kept](const ClaimTails& tails) { return kept->at(tails); });
}

Result<double> p_value(const LimitsAt& limits_at, eval::Ask ask, double threshold) {
  const auto crosses_at = [&](double tail) -> Result<bool> {
    TRUEBOUND_TRY(bounds, limits_at({.below = tail, .above = tail}));
    return crosses(bounds, ask, threshold);
  };
  TRUEBOUND_TRY(ever, crosses_at(most_tail));
  if (!ever) return 1.0;
  TRUEBOUND_TRY(always, crosses_at(least_tail));
  if (always) return least_tail;
  double too_small = std::log(least_tail);
  double enough = std::log(most_tail);
  for (int i = 0; i < halvings; ++i) {
    const double middle = (too_small + enough) / 2;
    TRUEBOUND_TRY(there, crosses_at(std::exp(middle)));
    (there ? enough : too_small) = middle;
  }
  return std::exp(enough);
}

Result<std::vector<Decision>> decide(eval::Correction correction, std::span<const double> p,
                                     double error) {
  if (!(error > 0 && error < 1)) return invalid_input("family: error must lie in (0, 1)");
  if (p.empty()) return invalid_input("family: there must be a claim, got none");
  const auto m = static_cast<double>(p.size());
  switch (correction) {
    case eval::Correction::bonferroni:
      return by_bonferroni(p, error);
    case eval::Correction::holm:
      return by_holm(p, error);
    case eval::Correction::bh: {
      TRUEBOUND_TRY(adjusted, stats::benjamini_hochberg(p));
      return by_discoveries(adjusted, error, error / m);
    }
    case eval::Correction::by: {
      TRUEBOUND_TRY(adjusted, stats::benjamini_yekutieli(p));
      double harmonic = 0;
      for (std::size_t i = 1; i <= p.size(); ++i)
        harmonic += 1 / static_cast<double>(i);
      return by_discoveries(adjusted, error, error / (m * harmonic));
    }
    case eval::Correction::worst_cell:
    case eval::Correction::e_bh:
      break;
  }
  return invalid_input(
      "family: worst_cell makes one claim, not one a cell; e_bh decides by evidence");
}

Result<std::vector<Decision>> decide_by_evidence(std::span<const double> over_bar, double error) {
  if (over_bar.empty()) return invalid_input("family: there must be a claim, got none");
  // Beyond this, an e-value is as good as without end.
  constexpr double most_log = 600;
  const auto m = static_cast<double>(over_bar.size());
  std::vector<double> e;
  for (const double log : over_bar)
    e.push_back(std::exp(std::min(log, most_log)) * m / error);
  TRUEBOUND_TRY(found, stats::e_benjamini_hochberg(e, error));
  std::vector<Decision> decisions(
      over_bar.size(),
      {.tail = error / m, .other_tail = error / m, .reach = Reach::to_the_threshold});
  for (const std::size_t i : found)
    decisions[i].as_asked = true;
  return decisions;
}

}  // namespace truebound::analyze
