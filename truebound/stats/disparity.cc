#include "truebound/stats/disparity.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "truebound/core/random.h"

namespace truebound::stats {
namespace {

using Means = std::vector<double>;

Error wrong(const std::string& expectation) {
  return invalid_input("disparity: " + expectation);
}

Result<void> check(const std::vector<Counterfactual>& units, const DisparityOptions& options) {
  if (units.size() < 2) return wrong("at least two units");
  if (units.front().size() < 2) return wrong("at least two groups");
  for (const Counterfactual& unit : units) {
    if (unit.size() != units.front().size()) return wrong("the same groups for every unit");
    for (const double value : unit) {
      if (!std::isfinite(value)) return wrong("values must be finite");
    }
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return wrong("confidence must lie in (0, 1)");
  }
  return options.draws < 99 ? Result<void>(wrong("draws must be >= 99")) : Result<void>();
}

// Sums of units by group, as means.
Means means_of(const std::vector<const Counterfactual*>& units) {
  Means means(units.front()->size(), 0);
  for (const Counterfactual* unit : units) {
    for (std::size_t g = 0; g < means.size(); ++g)
      means[g] += (*unit)[g];
  }
  for (double& mean : means)
    mean /= static_cast<double>(units.size());
  return means;
}

double gap_of(const Means& means) {
  const auto [least, most] = std::minmax_element(means.begin(), means.end());
  return *most - *least;
}

double center_of(const Means& means) {
  double sum = 0;
  for (const double mean : means)
    sum += mean;
  return sum / static_cast<double>(means.size());
}

double variance_of(const Means& means) {
  const double center = center_of(means);
  double sum = 0;
  for (const double mean : means)
    sum += (mean - center) * (mean - center);
  return sum / static_cast<double>(means.size() - 1);
}

Means renamed(const std::vector<Counterfactual>& units, RandomStream stream) {
  std::vector<Counterfactual> named = units;
  std::vector<const Counterfactual*> pointers;
  for (Counterfactual& unit : named) {
    for (std::size_t i = unit.size(); i > 1; --i)
      std::swap(unit[i - 1], unit[stream.below(i)]);
    pointers.push_back(&unit);
  }
  return means_of(pointers);
}

void calibrate(const std::vector<Counterfactual>& units, const DisparityOptions& options,
               Disparity& found) {
  double gaps = 0;
  double variances = 0;
  std::int64_t as_large = 0;
  for (std::int64_t b = 0; b < options.draws; ++b) {
    const Means means = renamed(units, RandomStream(options.key + static_cast<std::uint64_t>(b)));
    const double gap = gap_of(means);
    gaps += gap;
    variances += variance_of(means);
    as_large += gap >= found.gap - 1e-12 ? 1 : 0;
  }
  const auto draws = static_cast<double>(options.draws);
  found.gap_by_chance = gaps / draws;
  found.p_value = static_cast<double>(1 + as_large) / (1 + draws);
  Means means;
  for (const GroupMean& group : found.groups)
    means.push_back(group.mean);
  found.between = std::sqrt(std::max(0.0, variance_of(means) - variances / draws));
}

// The standard error of each group's difference from the mean of all, over units.
std::vector<double> errors_of(const std::vector<Counterfactual>& units, const Disparity& found) {
  std::vector<double> squares(found.groups.size(), 0);
  for (const Counterfactual& unit : units) {
    const double center = center_of(unit);
    for (std::size_t g = 0; g < squares.size(); ++g) {
      const double off = unit[g] - center - found.groups[g].difference;
      squares[g] += off * off;
    }
  }
  const auto n = static_cast<double>(units.size());
  for (double& square : squares)
    square = std::sqrt(square / (n - 1) / n);
  return squares;
}

void set_limits(const std::vector<Counterfactual>& units, const DisparityOptions& options,
                Disparity& found) {
  const std::vector<double> errors = errors_of(units, found);
  if (*std::max_element(errors.begin(), errors.end()) <= 0) return;
  std::vector<double> largest;
  for (std::int64_t b = 0; b < options.draws; ++b) {
    RandomStream stream(options.key + static_cast<std::uint64_t>(options.draws + b));
    std::vector<const Counterfactual*> drawn;
    for (std::size_t i = 0; i < units.size(); ++i)
      drawn.push_back(&units[stream.below(units.size())]);
    const Means means = means_of(drawn);
    const double center = center_of(means);
    double most = 0;
    for (std::size_t g = 0; g < means.size(); ++g) {
      if (errors[g] <= 0) continue;
      most = std::max(most, std::abs(means[g] - center - found.groups[g].difference) / errors[g]);
    }
    largest.push_back(most);
  }
  std::sort(largest.begin(), largest.end());
  const auto rank = static_cast<std::size_t>(
      std::ceil(options.confidence * static_cast<double>(largest.size() + 1)));
  const double reach = largest[std::min(rank, largest.size()) - 1];
  for (std::size_t g = 0; g < errors.size(); ++g) {
    found.groups[g].lower = found.groups[g].difference - reach * errors[g];
    found.groups[g].upper = found.groups[g].difference + reach * errors[g];
  }
  found.has_limits = true;
}

}  // namespace

Result<Disparity> disparity(const std::vector<Counterfactual>& in_any_order,
                            const DisparityOptions& options) {
  TRUEBOUND_TRY_VOID(check(in_any_order, options));
  std::vector<Counterfactual> units = in_any_order;
  std::sort(units.begin(), units.end());
  Disparity found{.units = static_cast<std::int64_t>(units.size())};
  std::vector<const Counterfactual*> pointers;
  for (const Counterfactual& unit : units)
    pointers.push_back(&unit);
  const Means means = means_of(pointers);
  const double center = center_of(means);
  for (const double mean : means)
    found.groups.push_back({.mean = mean, .difference = mean - center});
  found.gap = gap_of(means);
  calibrate(units, options, found);
  set_limits(units, options, found);
  return found;
}

}  // namespace truebound::stats
