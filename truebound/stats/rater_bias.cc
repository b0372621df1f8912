#include "truebound/stats/rater_bias.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("bias: " + expectation);
}

double real(std::int64_t count) {
  return static_cast<double>(count);
}

double share(std::int64_t hits, std::int64_t trials) {
  return trials == 0 ? 0 : real(hits) / real(trials);
}

// Exact limits; [0, 1] where there is no trial.
Result<Interval> limits(std::int64_t hits, std::int64_t trials, double confidence) {
  if (trials == 0) return Interval{};
  return clopper_pearson(real(hits), real(trials), confidence);
}

bool is_count(const KindCount& count) {
  return count.trials > 0 && count.hits >= 0 && count.hits <= count.trials;
}

// Log of the number of ways to choose.
double log_ways(std::int64_t n, std::int64_t k) {
  double sum = 0;
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i)
    sum += std::log(real(n - std::min(k, n - k) + i)) - std::log(real(i));
  return sum;
}

// Fisher's exact test: the chance of all tables with the same margins that are no more likely.
double fisher(const KindCount& first, const KindCount& second) {
  const std::int64_t hits = first.hits + second.hits;
  const std::int64_t n = first.trials + second.trials;
  const double all = log_ways(n, hits);
  const auto log_chance = [&](std::int64_t x) {
    return log_ways(first.trials, x) + log_ways(second.trials, hits - x) - all;
  };
  const std::int64_t least = std::max<std::int64_t>(0, hits - second.trials);
  const std::int64_t most = std::min(first.trials, hits);
  // Walked by the ratio of neighbors, since each chance by itself costs as many logarithms.
  double log_one = log_chance(least);
  const double observed = log_chance(first.hits);
  double sum = 0;
  for (std::int64_t x = least; x <= most; ++x) {
    if (log_one <= observed + 1e-9) sum += std::exp(log_one);
    log_one += std::log(real(first.trials - x)) + std::log(real(hits - x)) - std::log(real(x + 1)) -
               std::log(real(second.trials - hits + x + 1));
  }
  return std::min(1.0, sum);
}

}  // namespace

Result<PositionBias> position_bias(const OrderCounts& counts, double confidence) {
  if (counts.consistent < 0 || counts.first_always < 0 || counts.second_always < 0) {
    return wrong("counts must be >= 0");
  }
  const std::int64_t inconsistent = counts.first_always + counts.second_always;
  const std::int64_t pairs = counts.consistent + inconsistent;
  if (pairs == 0) return wrong("at least one pair, got none");
  PositionBias found;
  found.consistency = share(counts.consistent, pairs);
  TRUEBOUND_TRY(consistent, limits(counts.consistent, pairs, confidence));
  found.consistency_limits = consistent;
  if (inconsistent == 0) return found;
  found.first_share = share(counts.first_always, inconsistent);
  TRUEBOUND_TRY(first, limits(counts.first_always, inconsistent, confidence));
  found.first_limits = first;
  TRUEBOUND_TRY(test,
                mcnemar({.first_only = counts.first_always, .second_only = counts.second_always}));
  found.p_value = test.p_exact;
  return found;
}

Result<FlipBias> flip_bias(const PairCounts& pairs, double confidence) {
  FlipBias found;
  TRUEBOUND_TRY(test, mcnemar(pairs));
  found.test = test;
  found.pairs = pairs.total();
  const std::int64_t hit = pairs.both + pairs.first_only;
  const std::int64_t missed = pairs.neither + pairs.second_only;
  found.lost = share(pairs.first_only, hit);
  found.gained = share(pairs.second_only, missed);
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(lost, limits(pairs.first_only, hit, confidence));
  TRUEBOUND_TRY(gained, limits(pairs.second_only, missed, confidence));
  found.lost_limits = lost;
  found.gained_limits = gained;
  if (hit > 0) {
    TRUEBOUND_TRY(bound, upper_limit(real(pairs.first_only), real(hit), 1 - confidence));
    found.lost_bound = bound;
  }
  return found;
}

Result<RateDifference> rate_difference(const KindCount& first, const KindCount& second,
                                       double confidence) {
  if (!is_count(first) || !is_count(second)) {
    return wrong("each kind must have trials, and hits in [0, trials]");
  }
  TRUEBOUND_TRY(one, limits(first.hits, first.trials, confidence));
  TRUEBOUND_TRY(two, limits(second.hits, second.trials, confidence));
  const double p = share(first.hits, first.trials);
  const double q = share(second.hits, second.trials);
  RateDifference found{.value = p - q};
  found.lower = found.value - std::hypot(p - one.lower, two.upper - q);
  found.upper = found.value + std::hypot(one.upper - p, q - two.lower);
  found.p_value = fisher(first, second);
  return found;
}

Result<TestRetest> test_retest(std::span<const RetestCount> units, double confidence) {
  if (units.size() < 2) return wrong("at least two units that were asked again");
  TestRetest found{.units = static_cast<std::int64_t>(units.size())};
  double n = 0;
  double hits = 0;
  double squares = 0;
  std::int64_t steady = 0;
  for (const RetestCount& unit : units) {
    if (unit.times < 2) return wrong("every unit must be asked at least twice");
    if (unit.hits < 0 || unit.hits > unit.times) return wrong("hits must lie in [0, times]");
    n += real(unit.times);
    hits += real(unit.hits);
    squares += real(unit.times) * real(unit.times);
    steady += unit.hits == 0 || unit.hits == unit.times ? 1 : 0;
  }
  const double mean = hits / n;
  double between = 0;
  double within = 0;
  for (const RetestCount& unit : units) {
    const double rate = share(unit.hits, unit.times);
    between += real(unit.times) * (rate - mean) * (rate - mean);
    within += real(unit.times) * rate * (1 - rate);
    // Two answers, drawn without replacement.
    found.same += 1 - 2 * rate * (1 - rate) * real(unit.times) / real(unit.times - 1);
  }
  const auto groups = static_cast<double>(units.size());
  found.same /= groups;
  const double typical = (n - squares / n) / (groups - 1);
  const double mean_between = between / (groups - 1);
  const double mean_within = within / (n - groups);
  const double total = mean_between + (typical - 1) * mean_within;
  found.correlation = total > 0 ? (mean_between - mean_within) / total : 0;
  found.steady = share(steady, found.units);
  TRUEBOUND_TRY(range, limits(steady, found.units, confidence));
  found.steady_limits = range;
  return found;
}

}  // namespace truebound::stats
