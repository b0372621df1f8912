#include "truebound/stats/distribution.h"

#include <cmath>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "truebound/core/check.h"

namespace truebound::stats {
namespace {

namespace bm = boost::math::policies;

// Boost throws by default; with these it returns a number that is not finite, which is checked.
using Quiet =
    bm::policy<bm::domain_error<bm::ignore_error>, bm::pole_error<bm::ignore_error>,
               bm::overflow_error<bm::ignore_error>, bm::evaluation_error<bm::ignore_error>>;

// Without the detour through long double: called by the million, and right to 1e-13.
using Fast = bm::policy<bm::promote_double<false>, bm::domain_error<bm::ignore_error>,
                        bm::pole_error<bm::ignore_error>, bm::overflow_error<bm::ignore_error>,
                        bm::evaluation_error<bm::ignore_error>>;

bool inside(double p) {
  return p > 0 && p < 1;
}

// The continued fraction of the incomplete beta function by Lentz's method: the integral from 0 to
// x is x^a (1-x)^b / a times it. It converges fast where x < (a + 1) / (a + b + 2).
// @source Press, Teukolsky, Vetterling and Flannery (2007), Numerical Recipes, section 6.4
long double beta_fraction(long double x, long double a, long double b) {
  constexpr long double tiny = 1e-300L;
  const auto kept = [](long double value) { return std::abs(value) < tiny ? tiny : value; };
  long double c = 1;
  long double d = 1 / kept(1 - (a + b) * x / (a + 1));
  long double fraction = d;
  for (int i = 1; i < 10'000; ++i) {
    const long double m = i;
    const long double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const long double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-18L) break;
  }
  return fraction;
}

long double log_gamma(long double x) {
  return boost::math::lgamma(x, Quiet());
}

double finite(double value) {
  TRUEBOUND_CHECK(std::isfinite(value), "a quantile of arguments in range is finite");
  return value;
}

}  // namespace

double beta_quantile(double p, double a, double b) {
  TRUEBOUND_CHECK(inside(p) && a > 0 && b > 0, "beta quantile: p in (0, 1), a > 0, b > 0");
  return finite(boost::math::ibeta_inv(a, b, p, Quiet()));
}

double beta_upper_quantile(double tail, double a, double b) {
  TRUEBOUND_CHECK(inside(tail) && a > 0 && b > 0, "beta quantile: tail in (0, 1), a > 0, b > 0");
  return finite(boost::math::ibetac_inv(a, b, tail, Quiet()));
}

double binomial_at_most(double x, double n, double rate) {
  TRUEBOUND_CHECK(x >= 0 && x < n && inside(rate), "binomial: 0 <= x < n, rate in (0, 1)");
  return finite(boost::math::ibetac(x + 1, n - x, rate, Quiet()));
}

long double log_beta_above(double x, double a, double b) {
  TRUEBOUND_CHECK(inside(x) && a > 0 && b > 0, "beta above: x in (0, 1), a > 0, b > 0");
  const long double rest = 1 - static_cast<long double>(x);
  if (rest < (b + 1) / (a + b + 2)) {
    return b * std::log(rest) + a * std::log(static_cast<long double>(x)) - std::log(b * 1.0L) +
           std::log(beta_fraction(rest, b, a));
  }
  const long double below = boost::math::ibeta(static_cast<long double>(a), b, x, Quiet());
  return log_gamma(a) + log_gamma(b) - log_gamma(static_cast<long double>(a) + b) +
         std::log1p(-below);
}

double normal_quantile(double p) {
  TRUEBOUND_CHECK(inside(p), "normal quantile: p in (0, 1)");
  return finite(quantile(boost::math::normal_distribution<double, Quiet>(), p));
}

double student_quantile(double p, double df) {
  TRUEBOUND_CHECK(inside(p) && df > 0, "Student quantile: p in (0, 1), df > 0");
  return finite(quantile(boost::math::students_t_distribution<double, Quiet>(df), p));
}

double normal_at_most(double z) {
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

double student_two_sided(double t, double df) {
  TRUEBOUND_CHECK(!std::isnan(t) && df > 0, "Student's t: a number, df > 0");
  const boost::math::students_t_distribution<double, Quiet> student(df);
  return std::isinf(t) ? 0 : finite(2 * cdf(complement(student, std::abs(t))));
}

double chi_square_at_least(double x, double df) {
  TRUEBOUND_CHECK(x >= 0 && df > 0, "chi-square: x >= 0, df > 0");
  return std::isinf(x) ? 0 : finite(boost::math::gamma_q(df / 2, x / 2, Quiet()));
}

double beta_at_most(double x, double a, double b) {
  TRUEBOUND_CHECK(x >= 0 && x <= 1 && a > 0 && b > 0, "beta: x in [0, 1], a > 0, b > 0");
  return finite(boost::math::ibeta(a, b, x, Fast()));
}

double log_beta(double a, double b) {
  TRUEBOUND_CHECK(a > 0 && b > 0, "log beta: a > 0, b > 0");
  // In long double, since what the three have in common cancels.
  return finite(static_cast<double>(log_gamma(a) + log_gamma(b) -
                                    log_gamma(static_cast<long double>(a) + b)));
}

}  // namespace truebound::stats
