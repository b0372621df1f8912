#include "truebound/stats/tries.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("tries: " + expectation);
}

double real(std::int64_t count) {
  return static_cast<double>(count);
}

Result<void> check(const TryCount& unit) {
  if (unit.tries < 1) return wrong("a unit must be tried at least once");
  if (unit.hits < 0 || unit.hits > unit.tries) return wrong("hits must lie in [0, tries]");
  return {};
}

double log_likelihood(std::span<const TryCount> units, double a, double b) {
  const double prior = log_beta(a, b);
  double sum = 0;
  for (const TryCount& unit : units)
    sum += log_beta(a + real(unit.hits), b + real(unit.tries - unit.hits)) - prior;
  return sum;
}

// A point of the search: logit of the mean and log of the concentration.
struct Point {
  double mean = 0;
  double size = 0;
};

BetaRates rates_at(std::span<const TryCount> units, const Point& point) {
  const double share = 1 / (1 + std::exp(-point.mean));
  const double size = std::exp(point.size);
  BetaRates rates{share * size, size / (1 + std::exp(point.mean))};
  rates.log_likelihood = log_likelihood(units, rates.a, rates.b);
  return rates;
}

// A product of independent beta numbers, as the beta distribution with its mean and variance.
class BetaProduct {
 public:
  void times(double a, double b) {
    mean_ *= a / (a + b);
    square_ *= a * (a + 1) / ((a + b) * (a + b + 1));
  }
  double quantile(double p) const {
    const double variance = square_ - mean_ * mean_;
    // A product of nothing, or with a factor that is surely 0.
    if (!(variance > 0)) return mean_;
    const double size = mean_ * (1 - mean_) / variance - 1;
    return beta_quantile(p, mean_ * size, (1 - mean_) * size);
  }

 private:
  double mean_ = 1;
  double square_ = 1;
};

// What happened at one number of tries.
struct Moment {
  double at_risk = 0;
  double hit = 0;
  double left = 0;  // that were not hit up to and with this number of tries, as far as known
};

Moment moment_at(std::span<const TimeToHit> units, std::int64_t tries) {
  Moment moment;
  for (const TimeToHit& unit : units) {
    if (unit.tries < tries) continue;
    ++moment.at_risk;
    const bool hit = unit.tries == tries && unit.ending == Ending::hit;
    ++(hit ? moment.hit : moment.left);
  }
  return moment;
}

}  // namespace

Result<double> chance_within(const TryCount& unit, std::int64_t k) {
  TRUEBOUND_TRY_VOID(check(unit));
  if (k < 1) return wrong("k must be >= 1, got " + std::to_string(k));
  if (k > unit.tries) {
    return wrong("k must be at most the " + std::to_string(unit.tries) + " tries made, got " +
                 std::to_string(k));
  }
  // The chance that k tries, drawn one after the other, all miss.
  double missed = 1;
  for (std::int64_t i = 0; i < k; ++i) {
    missed *= std::max(0.0, real(unit.tries - unit.hits - i)) / real(unit.tries - i);
  }
  return 1 - missed;
}

Result<BetaRates> fit_beta_rates(std::span<const TryCount> units) {
  if (units.size() < 2) return wrong("a distribution of rates needs at least two units");
  std::int64_t hits = 0;
  std::int64_t tries = 0;
  for (const TryCount& unit : units) {
    TRUEBOUND_TRY_VOID(check(unit));
    hits += unit.hits;
    tries += unit.tries;
  }
  if (hits == 0 || hits == tries) {
    return wrong("a distribution of rates needs hits and misses, got " + std::to_string(hits) +
                 " hits of " + std::to_string(tries));
  }
  // Compass search: go where it is better, halve the step where it is not.
  const double least = std::log(1e-3);
  const double most = std::log(1e6);
  Point best{std::log(real(hits) / real(tries - hits)), 0};
  BetaRates found = rates_at(units, best);
  for (double step = 2; step > 1e-9;) {
    bool is_better = false;
    for (const auto& [mean, size] : {Point{step, 0}, {-step, 0}, {0, step}, {0, -step}}) {
      const Point next{std::clamp(best.mean + mean, -30.0, 30.0),
                       std::clamp(best.size + size, least, most)};
      const BetaRates there = rates_at(units, next);
      if (!(there.log_likelihood > found.log_likelihood)) continue;
      best = next;
      found = there;
      is_better = true;
    }
    if (!is_better) step /= 2;
  }
  return found;
}

Result<double> beta_chance_within(const BetaRates& rates, std::int64_t k) {
  if (!(rates.a > 0 && rates.b > 0)) return wrong("rates must be of numbers > 0");
  if (k < 0) return wrong("k must be >= 0");
  return -std::expm1(log_beta(rates.a, rates.b + real(k)) - log_beta(rates.a, rates.b));
}

Result<std::vector<HitPoint>> time_to_hit(std::span<const TimeToHit> units, double confidence) {
  if (units.empty()) return wrong("at least one unit, got none");
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  std::set<std::int64_t> times = {1};
  for (const TimeToHit& unit : units) {
    if (unit.tries < 1) return wrong("tries must be >= 1, got " + std::to_string(unit.tries));
    times.insert(unit.tries);
  }
  const double tail = (1 - confidence) / 2;
  std::vector<HitPoint> curve;
  double unhit = 1;
  BetaProduct upper;  // of the share not hit
  for (const std::int64_t tries : times) {
    const Moment moment = moment_at(units, tries);
    if (moment.hit > 0) {
      unhit *= 1 - moment.hit / moment.at_risk;
      upper.times(moment.left + 1, moment.hit);
    }
    BetaProduct lower = upper;
    const bool none_left = moment.left == 0;
    if (!none_left) lower.times(moment.left, 1);
    curve.push_back({.tries = tries,
                     .value = 1 - unhit,
                     .lower = 1 - upper.quantile(1 - tail),
                     .upper = none_left ? 1 : 1 - lower.quantile(tail),
                     .at_risk = static_cast<std::int64_t>(moment.at_risk)});
  }
  return curve;
}

}  // namespace truebound::stats
