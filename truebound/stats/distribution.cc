#include "truebound/stats/distribution.h"

#include <cmath>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>

#include "truebound/core/check.h"

namespace truebound::stats {
namespace {

namespace bm = boost::math::policies;

// Boost throws by default; with these it returns a number that is not finite, which is checked.
using Quiet =
    bm::policy<bm::domain_error<bm::ignore_error>, bm::pole_error<bm::ignore_error>,
               bm::overflow_error<bm::ignore_error>, bm::evaluation_error<bm::ignore_error>>;

bool inside(double p) {
  return p > 0 && p < 1;
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

double normal_quantile(double p) {
  TRUEBOUND_CHECK(inside(p), "normal quantile: p in (0, 1)");
  return finite(quantile(boost::math::normal_distribution<double, Quiet>(), p));
}

double student_quantile(double p, double df) {
  TRUEBOUND_CHECK(inside(p) && df > 0, "Student quantile: p in (0, 1), df > 0");
  return finite(quantile(boost::math::students_t_distribution<double, Quiet>(df), p));
}

}  // namespace truebound::stats
