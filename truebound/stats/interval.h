#pragma once

// Folder: methods for rates, trials, clusters, pairs and misclassification, as mathematics. It
// knows no word of evaluation, so that each method can be checked against R or by hand. Pure.
//
// This header: limits of one rate, `x` hits of `n` independent trials. Both may be real-valued,
// since an effective number of trials is.

#include <cstdint>

#include "truebound/core/result.h"

namespace truebound::stats {

/// A range of proportions in [0, 1], `lower` <= `upper`. The default says nothing.
struct Interval {
  double lower = 0;
  double upper = 1;
};

/// Exact (Clopper-Pearson) lower limit of a rate: the rate at which `x` or more hits of `n` have
/// the chance `tail`; 0 where `x` is 0.
///
/// @param x    hits, 0 <= x <= n
/// @param n    independent trials, > 0
/// @param tail chance of error on this one side, in (0, 1), e.g. .025 of a two-sided .95
/// @error invalid_input when an argument is out of range or not a number; no trials is an error,
///        not a rate of 0
/// @source Clopper and Pearson (1934), Biometrika 26:404-413, in beta quantiles
Result<double> lower_limit(double x, double n, double tail);

/// Exact (Clopper-Pearson) upper limit of a rate; 1 where `x` is `n`. Else as lower_limit.
Result<double> upper_limit(double x, double n, double tail);

/// Clopper-Pearson interval: both limits, each at half of what `confidence` leaves. It covers the
/// rate with at least `confidence`, whatever the rate, where trials are independent.
///
/// @param confidence in (0, 1), e.g. .95
/// @error invalid_input as lower_limit
/// @source Clopper and Pearson (1934), Biometrika 26:404-413
Result<Interval> clopper_pearson(double x, double n, double confidence);

/// Wilson's score interval, without continuity correction. Near to the nominal coverage on average,
/// below it at some rates: for display, not for claims.
///
/// @error invalid_input as lower_limit
/// @source Wilson (1927), JASA 22:209-212
Result<Interval> wilson(double x, double n, double confidence);

/// Jeffreys' interval (a Beta(1/2, 1/2) prior), its lower limit 0 at no hits and its upper limit 1
/// at all hits. Its upper limit at no hits is no bound: 1.90 % where the exact one is 2.95 % (one
/// side, 0 of 100, .95).
///
/// @error invalid_input as lower_limit
/// @source Brown, Cai and DasGupta (2001), Statistical Science 16:101-133, section 4.1.2
Result<Interval> jeffreys(double x, double n, double confidence);

/// Upper limit of a rate after no hit in `n` trials: 1 - tail^(1/n), about 3/n at tail .05.
///
/// @error invalid_input when `n` is not > 0 or `tail` not in (0, 1)
/// @source Hanley and Lippman-Hand (1983), JAMA 249:1743-1745
Result<double> zero_failure_bound(double n, double tail);

/// The fewest trials whose upper limit at `tail` is at most `bound`, when `hits` of them hit.
///
/// @param bound rate to get under, in (0, 1)
/// @param hits  hits that may occur, 0 <= hits <= 1,000,000
/// @error invalid_input when an argument is out of range, or more than 10^12 trials are needed
Result<std::int64_t> trials_for_bound(double bound, double tail, std::int64_t hits = 0);

}  // namespace truebound::stats
