#pragma once

// What was not seen: the mass of kinds that have not turned up yet, and how bad the worst of many
// more queries might be. The first is an estimate with its error; the second is a forecast, which
// is never a bound, and comes with a test of itself on its own past.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// Findings by kind, and what they say of kinds not found.
struct UnseenKinds {
  std::int64_t findings = 0;  ///< n
  std::int64_t kinds = 0;     ///< S: different kinds seen
  std::int64_t once = 0;      ///< f1: kinds seen once
  std::int64_t twice = 0;     ///< f2: kinds seen twice
  double mass = 0;            ///< Good-Turing: chance that the next finding is of a new kind
  double standard_error = 0;  ///< of the mass, Esty
  double upper = 1;           ///< one-sided normal limit of the mass, at most 1
  double free_upper = 1;      ///< one-sided limit of the mass without any assumption of size
  double coverage = 0;        ///< Chao and Jost: chance that the next finding is of a known kind
  double kinds_at_least = 0;  ///< Chao1: lower bound on the number of kinds there are
};

/// @param counts     findings of each kind, all >= 1
/// @param confidence one-sided, in (0, 1)
/// @error invalid_input when there is no kind, a count is < 1, or confidence is out of range
/// @source Good (1953), Biometrika 40:237-264; Esty (1983), Annals of Statistics 11:905-912; Chao
///         and Jost (2012), Ecology 93:2533-2547; Chao (1984); McAllester and Schapire (2000), COLT
Result<UnseenKinds> unseen_kinds(std::span<const std::int64_t> counts, double confidence);

/// The straight line through the largest of m values psi = -log(-log p): log of the share of
/// values above psi is a psi + b.
struct GumbelTail {
  double a = 0;  ///< < 0
  double b = 0;
  std::int64_t values = 0;  ///< m
  std::int64_t fitted = 0;  ///< k
};

/// Fits the tail to the `top` values of `of` values in all.
///
/// @param top the largest values, each in (0, 1), at least 3, in any order
/// @param of  how many values there are in all, at least as many as in `top`
/// @error invalid_input when a value is out of range, there are too few, or all are equal
/// @source Jones et al. (2025), arXiv 2502.16797, section 3.2: ordinary least squares of log(j/m)
///         on psi of the j-th largest
Result<GumbelTail> fit_gumbel_tail(std::span<const double> top, std::int64_t of);

/// Forecast of the worst value among `n` draws: exp(-exp(-q)), q = (-log n - b) / a. A forecast,
/// never a bound.
///
/// @param n >= 1
/// @error invalid_input when n < 1 or the tail was not fitted
Result<double> forecast_worst(const GumbelTail& tail, double n);

/// One block of the past, forecast to the whole of it.
struct BacktestRow {
  double forecast = 0;
  double observed = 0;     ///< the largest of all values
  double log10_error = 0;  ///< log10(forecast / observed)
};

/// The forecast tested on its own past: the values are cut into blocks in their order, each block
/// alone forecasts the worst of all.
struct Backtest {
  std::vector<BacktestRow> rows;
  double median_log10_error = 0;
  double worst_log10_error = 0;  ///< the one farthest from 0
};

/// @param values all values in [0, 1), in the order in which they were drawn; the fitted ones > 0
/// @param blocks 2 or more; each has at least `fitted` values
/// @param fitted largest values of a block that are fitted, at least 3
/// @error invalid_input when a value is out of range, or blocks are too small
Result<Backtest> backtest_gumbel(std::span<const double> values, std::int64_t blocks,
                                 std::int64_t fitted);

}  // namespace truebound::stats
