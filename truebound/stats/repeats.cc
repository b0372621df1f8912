#include "truebound/stats/repeats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace truebound::stats {
namespace {

constexpr double tolerance = 1e-12;

Error wrong(const std::string& expectation) {
  return invalid_input("repeats: " + expectation);
}

Result<void> check(const Repeats& unit) {
  if (unit.hits < 0 || unit.hits > unit.repeats) return wrong("hits must lie in [0, repeats]");
  if (unit.repeats < 2) {
    return wrong("at least 2 a unit, got " + std::to_string(unit.repeats));
  }
  return {};
}

double rate_of(const Repeats& unit) {
  return static_cast<double>(unit.hits) / static_cast<double>(unit.repeats);
}

// p (1 - p) without the bias that few repeats give it.
double within_of(const Repeats& unit) {
  const auto k = static_cast<double>(unit.repeats);
  const double rate = rate_of(unit);
  return k / (k - 1) * rate * (1 - rate);
}

// In one order, so that draws meet the same units however the input was ordered.
std::vector<RepeatedPair> ordered(std::span<const RepeatedPair> units) {
  std::vector<RepeatedPair> list(units.begin(), units.end());
  const auto key = [](const RepeatedPair& unit) {
    return std::tuple(unit.first.repeats, unit.second.repeats, unit.first.hits + unit.second.hits,
                      unit.first.hits);
  };
  std::sort(list.begin(), list.end(),
            [&](const RepeatedPair& a, const RepeatedPair& b) { return key(a) < key(b); });
  return list;
}

RepeatedPair dealt(RepeatedPair unit, RandomStream& stream) {
  const std::int64_t hits = unit.first.hits + unit.second.hits;
  const std::int64_t all = unit.first.repeats + unit.second.repeats;
  unit.first.hits = draw_hypergeometric(stream, all, hits, unit.first.repeats);
  unit.second.hits = hits - unit.first.hits;
  return unit;
}

double permutation_p(const std::vector<RepeatedPair>& units, double observed,
                     const FlipOptions& options) {
  std::int64_t reaching = 0;
  for (std::int64_t b = 0; b < options.draws; ++b) {
    RandomStream stream = options.streams(b);
    double sum = 0;
    for (const RepeatedPair& unit : units)
      sum += excess_of(dealt(unit, stream));
    if (sum >= observed - tolerance * static_cast<double>(units.size())) ++reaching;
  }
  return static_cast<double>(1 + reaching) / static_cast<double>(1 + options.draws);
}

void add_majority(FlipRate& flips, const RepeatedPair& unit) {
  const std::int64_t first = 2 * unit.first.hits - unit.first.repeats;
  const std::int64_t second = 2 * unit.second.hits - unit.second.repeats;
  if (first == 0 || second == 0) {
    ++flips.ties;
  } else if (first > 0) {
    ++(second > 0 ? flips.majority.both : flips.majority.first_only);
  } else {
    ++(second > 0 ? flips.majority.second_only : flips.majority.neither);
  }
}

// A unit's repeats, as all that follows needs them.
struct Moments {
  double repeats = 0;
  double mean = 0;
  double within = 0;
};

Result<RepeatVariance> variance_of(const std::vector<Moments>& units) {
  if (units.size() < 2) return wrong("at least 2 units, got " + std::to_string(units.size()));
  const auto n = static_cast<double>(units.size());
  RepeatVariance result;
  double inverse = 0;
  double fixed = 0;
  for (const Moments& unit : units) {
    result.mean += unit.mean / n;
    result.within += unit.within / n;
    fixed += unit.within / unit.repeats;
    inverse += 1 / unit.repeats;
  }
  for (const Moments& unit : units) {
    const double off = unit.mean - result.mean;
    result.of_rates += off * off / (n - 1);
  }
  result.repeats = n / inverse;
  result.between = std::max(0.0, result.of_rates - fixed / n);
  const double all = result.between + result.within;
  if (all > 0) result.correlation = result.between / all;
  // (between + within / repeats) / n, which is the variance of observed means but for the cut at 0.
  result.generalized_error = std::sqrt(std::max(result.of_rates, fixed / n) / n);
  result.fixed_error = std::sqrt(fixed) / n;
  return result;
}

}  // namespace

Result<RepeatVariance> repeat_variance(std::span<const Repeats> units) {
  std::vector<Moments> moments;
  for (const Repeats& unit : units) {
    TRUEBOUND_TRY_VOID(check(unit));
    moments.push_back({static_cast<double>(unit.repeats), rate_of(unit), within_of(unit)});
  }
  return variance_of(moments);
}

Result<RepeatVariance> repeat_variance(std::span<const std::vector<double>> units) {
  std::vector<Moments> moments;
  for (const std::vector<double>& unit : units) {
    if (unit.size() < 2) return wrong("at least 2 a unit, got " + std::to_string(unit.size()));
    if (!std::ranges::all_of(unit, [](double value) { return std::isfinite(value); })) {
      return wrong("values must be finite");
    }
    const auto k = static_cast<double>(unit.size());
    Moments of_unit{.repeats = k};
    for (const double value : unit)
      of_unit.mean += value / k;
    for (const double value : unit)
      of_unit.within += (value - of_unit.mean) * (value - of_unit.mean) / (k - 1);
    moments.push_back(of_unit);
  }
  return variance_of(moments);
}

Result<double> best_repeats(double unit_cost, double repeat_cost, const RepeatVariance& variance) {
  if (!(unit_cost >= 0) || !(repeat_cost > 0)) {
    return wrong("the cost of a unit must be >= 0 and that of a repeat > 0");
  }
  if (!(variance.within >= 0 && variance.between >= 0 && variance.within + variance.between > 0)) {
    return wrong("variances must be >= 0, and one of them > 0");
  }
  if (variance.between == 0) return std::numeric_limits<double>::infinity();
  return std::max(1.0, std::sqrt(unit_cost / repeat_cost * variance.within / variance.between));
}

double excess_of(const RepeatedPair& unit) {
  const double off = rate_of(unit.first) - rate_of(unit.second);
  return off * off - within_of(unit.first) / static_cast<double>(unit.first.repeats) -
         within_of(unit.second) / static_cast<double>(unit.second.repeats);
}

Result<FlipRate> excess_flips(std::span<const RepeatedPair> units, const FlipOptions& options) {
  if (units.empty()) return wrong("at least one unit, got none");
  if (options.draws < 100 || options.draws > 100'000'000) {
    return wrong("draws must lie in [100, 10^8], got " + std::to_string(options.draws));
  }
  FlipRate flips{.units = static_cast<std::int64_t>(units.size())};
  const auto n = static_cast<double>(units.size());
  const std::vector<RepeatedPair> list = ordered(units);
  double excess = 0;
  for (const RepeatedPair& unit : list) {
    TRUEBOUND_TRY_VOID(check(unit.first));
    TRUEBOUND_TRY_VOID(check(unit.second));
    const double first = rate_of(unit.first);
    const double second = rate_of(unit.second);
    flips.first_self += 2 * within_of(unit.first) / n;
    flips.second_self += 2 * within_of(unit.second) / n;
    flips.cross += (first * (1 - second) + second * (1 - first)) / n;
    excess += excess_of(unit);
    add_majority(flips, unit);
  }
  flips.excess = excess / n;
  double squares = 0;
  for (const RepeatedPair& unit : list)
    squares += (excess_of(unit) - flips.excess) * (excess_of(unit) - flips.excess);
  if (units.size() > 1) flips.standard_error = std::sqrt(squares / (n - 1) / n);
  flips.p_value = permutation_p(list, excess, options);
  return flips;
}

}  // namespace truebound::stats
