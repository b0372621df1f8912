#include "truebound/run/rounds.h"

#include "truebound/json/value.h"

namespace truebound::run {

Turns::Turns(const analyze::Round& round) {
  for (const analyze::ClusterSlots& cluster : round.clusters) {
    for (std::int64_t slot = cluster.first; slot < cluster.first + cluster.count; ++slot)
      drawn_.push_back(static_cast<std::uint64_t>(slot));
  }
  count_ = drawn_.size();
}

std::optional<std::uint64_t> Turns::peek() const {
  if (next_ == count_) return std::nullopt;
  return drawn_.empty() ? next_ : drawn_[static_cast<std::size_t>(next_)];
}

record::AllocationEntry as_entry(const analyze::Round& round) {
  record::AllocationEntry entry{.round = round.number, .propensities = {}, .clusters = {}};
  for (const auto& [level, chance] : round.propensities)
    entry.propensities[level] = json::number_text(chance);
  for (const analyze::ClusterSlots& cluster : round.clusters)
    entry.clusters.push_back(cluster.first);
  return entry;
}

Result<void> check_round(const analyze::Round& round, const record::AllocationEntry& told) {
  const record::AllocationEntry drawn = as_entry(round);
  if (drawn.round == told.round && drawn.clusters == told.clusters &&
      drawn.propensities == told.propensities) {
    return {};
  }
  return Error{ErrorCode::mismatch, "round " + std::to_string(round.number) +
                                        " was drawn otherwise than its outcomes draw it"};
}

}  // namespace truebound::run
