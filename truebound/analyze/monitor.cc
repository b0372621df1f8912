#include "truebound/analyze/monitor.h"

#include <algorithm>
#include <utility>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

bool is_beyond_the_budget(const eval::Observation& seen) {
  return eval::kind_of(seen.outcome) == eval::OutcomeKind::not_run &&
         eval::reason_of(seen.outcome) == "budget";
}

}  // namespace

Result<Monitor> Monitor::of(std::vector<Watched> claims) {
  Monitor monitor;
  for (Watched& each : claims) {
    TRUEBOUND_TRY(evidence, RunningEvidence::of(each.design));
    monitor.claims_.push_back({.watched = std::move(each), .evidence = std::move(evidence)});
  }
  return monitor;
}

Result<std::vector<Stop>> Monitor::add(const eval::Observation& seen) {
  std::vector<Stop> stops;
  if (!watches()) return stops;
  waiting_.emplace(seen.slot, seen);
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_;
       first = waiting_.begin()) {
    const eval::Observation row = std::move(first->second);
    waiting_.erase(first);
    ++next_;
    TRUEBOUND_TRY_VOID(take(row, stops));
  }
  return stops;
}

Result<void> Monitor::take(const eval::Observation& seen, std::vector<Stop>& stops) {
  if (spent_at_) return {};
  const std::string cluster = cluster_name(seen);
  if (cluster_ != cluster) TRUEBOUND_TRY_VOID(end_cluster(stops));
  // What was left out for want of money is no outcome of the system, and half a cluster is none.
  if (is_beyond_the_budget(seen)) {
    spent_at_ = seen.slot - 1;
    for (const Claim& claim : claims_) {
      if (!claim.cluster.empty()) spent_at_ = std::min(*spent_at_, claim.cluster[0].slot - 1);
    }
    return {};
  }
  cluster_ = cluster;
  for (Claim& claim : claims_) {
    if (!claim.stop && lies_in(seen, claim.watched.where)) claim.cluster.push_back(seen);
  }
  return {};
}

Result<void> Monitor::end_cluster(std::vector<Stop>& stops) {
  for (Claim& claim : claims_) {
    if (claim.cluster.empty()) continue;
    std::vector<const eval::Observation*> rows;
    for (const eval::Observation& row : claim.cluster)
      rows.push_back(&row);
    for (const ClusterCounts& counts : count_clusters(rows))
      TRUEBOUND_TRY_VOID(claim.evidence.add(counts));
    const std::int64_t last = claim.cluster.back().slot;
    claim.cluster.clear();
    if (!claim.evidence.is_settled()) continue;
    claim.stop =
        Stop{.claim = claim.watched.claim, .log_e = claim.evidence.most_log_e(), .slot = last};
    stops.push_back(*claim.stop);
  }
  return {};
}

bool Monitor::needs(const eval::Observation& slot) const {
  if (!watches()) return true;
  bool is_in_none = true;
  for (const Claim& claim : claims_) {
    if (!lies_in(slot, claim.watched.where)) continue;
    if (!claim.stop) return true;
    is_in_none = false;
  }
  return is_in_none && !is_settled();
}

std::optional<std::int64_t> Monitor::end_of(const std::string& claim) const {
  for (const Claim& each : claims_) {
    if (each.watched.claim == claim && each.stop) return each.stop->slot;
  }
  return spent_at_;
}

bool Monitor::is_settled() const {
  return watches() &&
         std::ranges::all_of(claims_, [](const Claim& claim) { return claim.stop.has_value(); });
}

}  // namespace truebound::analyze
