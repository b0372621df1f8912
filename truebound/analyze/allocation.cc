#include "truebound/analyze/allocation.h"

#include "truebound/crypto/stream.h"
#include "truebound/stats/allocation.h"

namespace truebound::analyze {

Result<Allocation> Allocation::of(AllocationDesign design) {
  if (design.round < 1) return invalid_input("allocation: a round must be of at least 1 cluster");
  Allocation allocation(std::move(design));
  std::vector<stats::StratumSeen> strata;
  for (const auto& [level, clusters] : allocation.design_.strata) {
    strata.push_back({.share = static_cast<double>(clusters.size())});
    allocation.clusters_ += strata.back().share;
  }
  TRUEBOUND_TRY(chances, stats::allocation(strata, allocation.design_.explore));
  static_cast<void>(chances);
  return allocation;
}

const Allocation::Drawn& Allocation::drawn_at(std::int64_t slot) const {
  const auto after = drawn_.upper_bound(slot);
  TRUEBOUND_CHECK(after != drawn_.begin() && slot <= std::prev(after)->second.last,
                  "a slot that was drawn");
  return std::prev(after)->second;
}

void Allocation::take(const eval::Observation& seen) {
  if (!eval::is_decided(seen.outcome)) return;
  Seen& counts = seen_[drawn_at(seen.slot).stratum];
  ++counts.trials;
  counts.hits += eval::kind_of(seen.outcome) == eval::OutcomeKind::broke ? 1 : 0;
}

double Allocation::weight_of(std::int64_t slot) const {
  return drawn_at(slot).weight;
}

Result<std::optional<Round>> Allocation::draw() {
  if (is_over_) return std::optional<Round>();
  std::vector<stats::StratumSeen> strata;
  for (const auto& [level, clusters] : design_.strata) {
    const Seen& seen = seen_[level];
    strata.push_back({.share = static_cast<double>(clusters.size()) / clusters_,
                      .hits = seen.hits,
                      .trials = seen.trials});
  }
  TRUEBOUND_TRY(chances, stats::allocation(strata, design_.explore));
  Round round{.number = ++rounds_};
  std::size_t i = 0;
  for (const auto& [level, clusters] : design_.strata)
    round.propensities[level] = chances[i++];
  RandomStream stream =
      crypto::open_stream(design_.seed, "-", "allocation:" + std::to_string(round.number));
  for (std::int64_t draw = 0; draw < design_.round && !is_over_; ++draw) {
    double left = stream.uniform();
    auto stratum = design_.strata.begin();
    i = 0;
    while (i + 1 < chances.size() && left >= chances[i]) {
      left -= chances[i++];
      ++stratum;
    }
    const auto& [level, clusters] = *stratum;
    std::size_t& used = used_[level];
    if (used == clusters.size()) {
      is_over_ = true;
      break;
    }
    const ClusterSlots& cluster = clusters[used++];
    drawn_[cluster.first] = {.last = cluster.first + cluster.count - 1,
                             .stratum = level,
                             .weight = strata[i].share / chances[i]};
    round.clusters.push_back(cluster);
  }
  if (round.clusters.empty()) return std::optional<Round>();
  return std::optional<Round>(std::move(round));
}

}  // namespace truebound::analyze
