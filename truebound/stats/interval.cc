#include "truebound/stats/interval.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr double most_trials = 1e12;

Error out_of_range(const char* expectation, double finding) {
  std::ostringstream text;
  text << "interval: " << expectation << ", got " << finding;
  return invalid_input(text.str());
}

// Written so that a NaN fails each of them.
Result<void> check_counts(double x, double n) {
  if (!(n > 0) || !std::isfinite(n)) return out_of_range("trials must be > 0 and finite", n);
  if (!(x >= 0 && x <= n)) return out_of_range("hits must lie in [0, trials]", x);
  return {};
}

Result<void> check_share(const char* expectation, double share) {
  if (!(share > 0 && share < 1)) return out_of_range(expectation, share);
  return {};
}

double lower_of(double x, double n, double tail) {
  if (x == 0) return 0;
  if (x == n) return std::pow(tail, 1 / n);
  return beta_quantile(tail, x, n - x + 1);
}

double upper_of(double x, double n, double tail) {
  if (x == n) return 1;
  // expm1 keeps the digits that 1 - tail^(1/n) loses for large n.
  if (x == 0) return -std::expm1(std::log(tail) / n);
  return beta_upper_quantile(tail, x + 1, n - x);
}

}  // namespace

Result<double> lower_limit(double x, double n, double tail) {
  TRUEBOUND_TRY_VOID(check_counts(x, n));
  TRUEBOUND_TRY_VOID(check_share("tail must lie in (0, 1)", tail));
  return lower_of(x, n, tail);
}

Result<double> upper_limit(double x, double n, double tail) {
  TRUEBOUND_TRY_VOID(check_counts(x, n));
  TRUEBOUND_TRY_VOID(check_share("tail must lie in (0, 1)", tail));
  return upper_of(x, n, tail);
}

Result<Interval> clopper_pearson(double x, double n, double confidence) {
  TRUEBOUND_TRY_VOID(check_counts(x, n));
  TRUEBOUND_TRY_VOID(check_share("confidence must lie in (0, 1)", confidence));
  const double tail = (1 - confidence) / 2;
  return Interval{lower_of(x, n, tail), upper_of(x, n, tail)};
}

Result<Interval> wilson(double x, double n, double confidence) {
  TRUEBOUND_TRY_VOID(check_counts(x, n));
  TRUEBOUND_TRY_VOID(check_share("confidence must lie in (0, 1)", confidence));
  const double z = normal_quantile((1 + confidence) / 2);
  const double p = x / n;
  const double spread = 1 + z * z / n;
  const double center = (p + z * z / (2 * n)) / spread;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / spread;
  // At the ends the formula gives 0 and 1 but for rounding.
  return Interval{x == 0 ? 0 : std::max(0.0, center - half),
                  x == n ? 1 : std::min(1.0, center + half)};
}

Result<Interval> jeffreys(double x, double n, double confidence) {
  TRUEBOUND_TRY_VOID(check_counts(x, n));
  TRUEBOUND_TRY_VOID(check_share("confidence must lie in (0, 1)", confidence));
  const double tail = (1 - confidence) / 2;
  return Interval{x == 0 ? 0 : beta_quantile(tail, x + .5, n - x + .5),
                  x == n ? 1 : beta_upper_quantile(tail, x + .5, n - x + .5)};
}

Result<double> zero_failure_bound(double n, double tail) {
  return upper_limit(0, n, tail);
}

Result<std::int64_t> trials_for_bound(double bound, double tail, std::int64_t hits) {
  TRUEBOUND_TRY_VOID(check_share("bound must lie in (0, 1)", bound));
  TRUEBOUND_TRY_VOID(check_share("tail must lie in (0, 1)", tail));
  const auto x = static_cast<double>(hits);
  if (hits < 0 || hits > 1'000'000) return out_of_range("hits must lie in [0, 1000000]", x);
  // U(x, n) <= bound says the same as: x or fewer hits at rate `bound` have at most chance `tail`.
  const auto enough = [&](double n) { return binomial_at_most(x, n, bound) <= tail; };
  double many = x + 1;
  while (!enough(many)) {
    many *= 2;
    if (many > most_trials) return out_of_range("bound must need at most 1e12 trials", bound);
  }
  double few = x;
  while (many - few > 1) {
    const double middle = std::floor((few + many) / 2);
    (enough(middle) ? many : few) = middle;
  }
  return static_cast<std::int64_t>(many);
}

}  // namespace truebound::stats
