#pragma once

// The few distribution functions that the methods of this folder stand on. The library behind them
// (Boost.Math, in long double) is called in distribution.cc and nowhere else. Arguments are checked
// by the callers: here a wrong one is a bug of ours and ends the process.

namespace truebound::stats {

/// The `p` quantile of a beta distribution; `p` in (0, 1), `a` and `b` > 0.
double beta_quantile(double p, double a, double b);

/// The 1 - `tail` quantile of a beta distribution, without the rounding of 1 - `tail`.
double beta_upper_quantile(double tail, double a, double b);

/// The chance of at most `x` hits in `n` independent trials with rate `rate`: 0 <= x < n, rate in
/// (0, 1).
double binomial_at_most(double x, double n, double rate);

/// Log of the integral of t^(a-1) (1-t)^(b-1) from `x` to 1, also where the share above `x` is too
/// small for a double; `x` in (0, 1), `a` and `b` > 0. Carried in long double, for differences.
long double log_beta_above(double x, double a, double b);

/// The `p` quantile of the standard normal distribution; `p` in (0, 1).
double normal_quantile(double p);

/// The `p` quantile of Student's t with `df` > 0 degrees of freedom; `p` in (0, 1).
double student_quantile(double p, double df);

/// The chance that a standard normal number is at most `z`.
double normal_at_most(double z);

/// The chance that Student's t with `df` > 0 lies at least as far from 0 as `t`, both sides.
double student_two_sided(double t, double df);

/// The chance that a chi-square number with `df` > 0 degrees of freedom is at least `x` >= 0.
double chi_square_at_least(double x, double df);

/// The chance that a beta number is at most `x` in [0, 1]; `a` and `b` > 0.
double beta_at_most(double x, double a, double b);

/// Logarithm of the beta function; `a` and `b` > 0.
double log_beta(double a, double b);

}  // namespace truebound::stats
