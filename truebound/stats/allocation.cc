#include "truebound/stats/allocation.h"

#include <cmath>

namespace truebound::stats {

Result<std::vector<double>> allocation(std::span<const StratumSeen> strata, double explore) {
  if (strata.empty()) return invalid_input("allocation: there must be a stratum");
  if (!(explore > 0 && explore <= 1)) return invalid_input("allocation: explore must be in (0, 1]");
  double whole = 0;
  double needs = 0;
  std::vector<double> chances;
  for (const StratumSeen& each : strata) {
    if (!(each.share > 0) || each.hits < 0 || each.hits > each.trials) {
      return invalid_input("allocation: a stratum needs a share > 0 and hits among its trials");
    }
    const double rate =
        (static_cast<double>(each.hits) + .5) / (static_cast<double>(each.trials) + 1);
    chances.push_back(each.share * std::sqrt(rate * (1 - rate)));
    whole += each.share;
    needs += chances.back();
  }
  for (std::size_t i = 0; i < chances.size(); ++i) {
    chances[i] = explore * strata[i].share / whole + (1 - explore) * chances[i] / needs;
  }
  return chances;
}

}  // namespace truebound::stats
