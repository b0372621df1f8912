#include "truebound/stats/families.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("family: " + expectation);
}

Result<void> check(std::span<const double> p) {
  if (p.empty()) return wrong("at least one p-value, got none");
  const bool fits = std::all_of(p.begin(), p.end(), [](double x) { return x >= 0 && x <= 1; });
  if (!fits) return wrong("p-values must lie in [0, 1]");
  return {};
}

// Indices from the least to the greatest; equal ones stay in order.
std::vector<std::size_t> ranked(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

std::vector<double> step_up(std::span<const double> p, double factor) {
  const std::vector<std::size_t> order = ranked(p);
  const auto m = static_cast<double>(p.size());
  std::vector<double> adjusted(p.size());
  double least = 1;
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t at = order[rank - 1];
    // In this order, so that rounding leaves none below its p-value.
    least = std::min(least, p[at] * (factor * (m / static_cast<double>(rank))));
    adjusted[at] = least;
  }
  return adjusted;
}

}  // namespace

Result<std::vector<double>> holm(std::span<const double> p) {
  TRUEBOUND_TRY_VOID(check(p));
  const std::vector<std::size_t> order = ranked(p);
  std::vector<double> adjusted(p.size());
  double greatest = 0;
  for (std::size_t rank = 0; rank < p.size(); ++rank) {
    const std::size_t at = order[rank];
    greatest = std::max(greatest, std::min(1.0, static_cast<double>(p.size() - rank) * p[at]));
    adjusted[at] = greatest;
  }
  return adjusted;
}

Result<std::vector<double>> benjamini_hochberg(std::span<const double> p) {
  TRUEBOUND_TRY_VOID(check(p));
  return step_up(p, 1);
}

Result<std::vector<double>> benjamini_yekutieli(std::span<const double> p) {
  TRUEBOUND_TRY_VOID(check(p));
  double factor = 0;
  for (std::size_t i = 1; i <= p.size(); ++i)
    factor += 1 / static_cast<double>(i);
  return step_up(p, factor);
}

Result<std::vector<std::size_t>> e_benjamini_hochberg(std::span<const double> e, double q) {
  if (e.empty()) return wrong("at least one e-value, got none");
  if (!std::all_of(e.begin(), e.end(), [](double x) { return x >= 0; })) {
    return wrong("e-values must be >= 0");
  }
  if (!(q > 0 && q < 1)) return wrong("q must lie in (0, 1)");
  std::vector<std::size_t> order = ranked(e);
  std::reverse(order.begin(), order.end());
  const auto m = static_cast<double>(e.size());
  std::size_t rejected = 0;
  for (std::size_t k = 1; k <= e.size(); ++k) {
    if (static_cast<double>(k) * e[order[k - 1]] * q >= m) rejected = k;
  }
  order.resize(rejected);
  std::sort(order.begin(), order.end());
  return order;
}

Result<double> log_e_of_fair_coin(std::int64_t first, std::int64_t second) {
  if (first < 0 || second < 0) return wrong("counts must be >= 0");
  const auto a = static_cast<double>(first);
  const auto b = static_cast<double>(second);
  return log_beta(a + .5, b + .5) - log_beta(.5, .5) + (a + b) * std::numbers::ln2;
}

Result<SimultaneousLimits> simultaneous_limits(std::span<const CellCount> cells,
                                               double confidence) {
  if (cells.empty()) return wrong("at least one cell, got none");
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  SimultaneousLimits result;
  const double alpha = (1 - confidence) / static_cast<double>(cells.size());
  result.each = 1 - alpha;
  double highest = -1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    TRUEBOUND_TRY(upper, upper_limit(cells[i].hits, cells[i].n, alpha));
    TRUEBOUND_TRY(high, upper_limit(cells[i].hits, cells[i].n, alpha / 2));
    TRUEBOUND_TRY(low, lower_limit(cells[i].hits, cells[i].n, alpha / 2));
    result.upper.push_back(upper);
    result.limits.push_back({low, high});
    if (cells[i].hits / cells[i].n > highest) {
      highest = cells[i].hits / cells[i].n;
      result.worst = i;
    }
  }
  return result;
}

}  // namespace truebound::stats
