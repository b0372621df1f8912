#include "truebound/stats/paired.h"

#include <algorithm>
#include <cmath>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Result<void> check(const PairCounts& pairs) {
  if (pairs.both < 0 || pairs.first_only < 0 || pairs.second_only < 0 || pairs.neither < 0) {
    return invalid_input("pairs: counts must be >= 0, got a negative one");
  }
  if (pairs.total() == 0) return invalid_input("pairs: at least one pair, got none");
  return {};
}

}  // namespace

Result<McNemar> mcnemar(const PairCounts& pairs) {
  TRUEBOUND_TRY_VOID(check(pairs));
  McNemar test;
  const auto b = static_cast<double>(pairs.first_only);
  const auto c = static_cast<double>(pairs.second_only);
  const double discordant = b + c;
  if (discordant == 0) return test;
  const double less = std::min(b, c);
  const double at_most = binomial_at_most(less, discordant, .5);
  const double below = less == 0 ? 0 : binomial_at_most(less - 1, discordant, .5);
  test.p_exact = std::min(1.0, 2 * at_most);
  // 2 x at_most less the chance of `less` itself, which is at_most - below.
  test.p_mid = at_most + below;
  test.statistic = (b - c) * (b - c) / discordant;
  return test;
}

Result<PairedDifference> bonett_price(const PairCounts& pairs, double confidence) {
  TRUEBOUND_TRY_VOID(check(pairs));
  if (!(confidence > 0 && confidence < 1)) {
    return invalid_input("pairs: confidence must lie in (0, 1)");
  }
  const auto b = static_cast<double>(pairs.first_only);
  const auto c = static_cast<double>(pairs.second_only);
  const auto n = static_cast<double>(pairs.total());
  const double first = (b + 1) / (n + 2);
  const double second = (c + 1) / (n + 2);
  const double center = first - second;
  const double z = normal_quantile((1 + confidence) / 2);
  const double half = z * std::sqrt((first + second - center * center) / (n + 2));
  return PairedDifference{(b - c) / n, std::max(-1.0, center - half), std::min(1.0, center + half)};
}

Result<PairedErrors> paired_errors(const PairCounts& pairs) {
  TRUEBOUND_TRY_VOID(check(pairs));
  const auto n = static_cast<double>(pairs.total());
  if (n < 2) return invalid_input("pairs: at least 2 for a standard error, got 1");
  const auto b = static_cast<double>(pairs.first_only);
  const auto c = static_cast<double>(pairs.second_only);
  const auto rate_error = [&](double hits) { return hits / n * (1 - hits / n) / (n - 1); };
  const double both = static_cast<double>(pairs.both);
  const double mean = (b - c) / n;
  return PairedErrors{std::sqrt(((b + c) / n - mean * mean) / (n - 1)),
                      std::sqrt(rate_error(both + b) + rate_error(both + c))};
}

}  // namespace truebound::stats
