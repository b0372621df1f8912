#include "truebound/stats/stratified.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {

Result<StratifiedMean> stratified_mean(std::span<const Stratum> strata, double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    return invalid_input("strata: confidence must lie in (0, 1)");
  }
  if (strata.empty()) return invalid_input("strata: at least one, got none");
  double weights = 0;
  for (const Stratum& each : strata) {
    if (each.size < 2) {
      return invalid_input("strata: each takes at least 2 trials for its spread, got " +
                           std::to_string(each.size));
    }
    if (each.hits < 0 || each.hits > each.size) {
      return invalid_input("strata: hits must lie in [0, size], got " + std::to_string(each.hits));
    }
    if (!(each.weight > 0) || !std::isfinite(each.weight)) {
      return invalid_input("strata: weights must be > 0 and finite");
    }
    weights += each.weight;
  }
  StratifiedMean mean;
  double variance = 0;
  for (const Stratum& each : strata) {
    const auto size = static_cast<double>(each.size);
    const double rate = static_cast<double>(each.hits) / size;
    const double share = each.weight / weights;
    mean.value += share * rate;
    variance += share * share * rate * (1 - rate) / (size - 1);
  }
  mean.standard_error = std::sqrt(variance);
  const double half = normal_quantile((1 + confidence) / 2) * mean.standard_error;
  mean.interval = {std::max(0.0, mean.value - half), std::min(1.0, mean.value + half)};
  return mean;
}

}  // namespace truebound::stats
