#include "truebound/stats/tails.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("tails: " + expectation);
}

double psi(double value) {
  return -std::log(-std::log(value));
}

Result<void> check_values(std::span<const double> values) {
  for (const double value : values) {
    if (!(value > 0 && value < 1)) return wrong("values must lie in (0, 1)");
  }
  return {};
}

}  // namespace

Result<UnseenKinds> unseen_kinds(std::span<const std::int64_t> counts, double confidence) {
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  UnseenKinds found;
  for (const std::int64_t count : counts) {
    if (count < 1) return wrong("every kind must be found at least once");
    found.findings += count;
    ++found.kinds;
    found.once += count == 1 ? 1 : 0;
    found.twice += count == 2 ? 1 : 0;
  }
  if (found.findings == 0) return wrong("at least one finding, got none");
  const auto n = static_cast<double>(found.findings);
  const auto f1 = static_cast<double>(found.once);
  const auto f2 = static_cast<double>(found.twice);
  found.mass = f1 / n;
  found.standard_error = std::sqrt(std::max(0.0, f1 + 2 * f2 - f1 * f1 / n)) / n;
  found.upper = std::min(1.0, found.mass + normal_quantile(confidence) * found.standard_error);
  found.free_upper = std::min(1.0, found.mass + (2 * std::sqrt(2.0) + std::sqrt(3.0)) *
                                                    std::sqrt(std::log(3 / (1 - confidence)) / n));
  const double weight = (n - 1) * f1 + 2 * f2;
  found.coverage = weight > 0 ? 1 - f1 / n * (n - 1) * f1 / weight : 1 - f1 / n;
  found.kinds_at_least = static_cast<double>(found.kinds) + f1 * (f1 - 1) / (2 * (f2 + 1));
  return found;
}

Result<GumbelTail> fit_gumbel_tail(std::span<const double> top, std::int64_t of) {
  TRUEBOUND_TRY_VOID(check_values(top));
  const auto k = static_cast<std::int64_t>(top.size());
  if (k < 3) return wrong("a tail is fitted to at least three values, got " + std::to_string(k));
  if (of < k) return wrong("values in all must be at least those of the tail");
  std::vector<double> sorted(top.begin(), top.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double mean_x = 0;
  double mean_y = 0;
  std::vector<double> y;
  for (std::size_t j = 0; j < sorted.size(); ++j) {
    y.push_back(std::log(static_cast<double>(j + 1) / static_cast<double>(of)));
    mean_x += psi(sorted[j]) / static_cast<double>(k);
    mean_y += y.back() / static_cast<double>(k);
  }
  double xx = 0;
  double xy = 0;
  for (std::size_t j = 0; j < sorted.size(); ++j) {
    const double x = psi(sorted[j]) - mean_x;
    xx += x * x;
    xy += x * (y[j] - mean_y);
  }
  if (!(xx > 0)) return wrong("a tail needs values that differ");
  GumbelTail tail{.a = xy / xx, .values = of, .fitted = k};
  tail.b = mean_y - tail.a * mean_x;
  return tail;
}

Result<double> forecast_worst(const GumbelTail& tail, double n) {
  if (!(n >= 1) || !std::isfinite(n)) return wrong("draws must be >= 1");
  if (!(tail.a < 0)) return wrong("a tail that was fitted");
  return std::exp(-std::exp(-(-std::log(n) - tail.b) / tail.a));
}

Result<Backtest> backtest_gumbel(std::span<const double> values, std::int64_t blocks,
                                 std::int64_t fitted) {
  for (const double value : values) {
    if (!(value >= 0 && value < 1)) return wrong("values must lie in [0, 1)");
  }
  const auto count = static_cast<std::int64_t>(values.size());
  if (blocks < 2) return wrong("a backtest needs at least two blocks");
  const std::int64_t size = count / blocks;
  if (fitted < 3 || size < fitted) {
    return wrong("a backtest needs blocks of at least " +
                 std::to_string(std::max<std::int64_t>(3, fitted)) + " values, got " +
                 std::to_string(size));
  }
  Backtest found;
  const double observed = *std::max_element(values.begin(), values.end());
  for (std::int64_t block = 0; block < blocks; ++block) {
    const auto from = values.begin() + block * size;
    std::vector<double> part(from, from + size);
    std::sort(part.begin(), part.end(), std::greater<>());
    part.resize(static_cast<std::size_t>(fitted));
    TRUEBOUND_TRY(tail, fit_gumbel_tail(part, size));
    TRUEBOUND_TRY(forecast, forecast_worst(tail, static_cast<double>(count)));
    found.rows.push_back({forecast, observed, std::log10(forecast / observed)});
  }
  std::vector<double> errors;
  for (const BacktestRow& row : found.rows)
    errors.push_back(row.log10_error);
  std::sort(errors.begin(), errors.end());
  const std::size_t middle = errors.size() / 2;
  found.median_log10_error =
      errors.size() % 2 == 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
  found.worst_log10_error = -errors.front() > errors.back() ? errors.front() : errors.back();
  return found;
}

}  // namespace truebound::stats
