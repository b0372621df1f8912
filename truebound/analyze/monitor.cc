#include "truebound/analyze/monitor.h"

#include <algorithm>
#include <utility>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

// A sample that goes on ends before a slot that was left out for want of money, or that a run which
// was left had not come to: that is no outcome of the system, and half a cluster is none.
bool cuts_short(const eval::Observation& seen) {
  return eval::was_not_run(seen.outcome, {eval::budget_spent, eval::not_come_to});
}

}  // namespace

Result<Monitor> Monitor::of(std::vector<Watched> claims, std::optional<Allocation> allocation) {
  Monitor monitor;
  monitor.allocation_ = std::move(allocation);
  for (Watched& each : claims) {
    TRUEBOUND_TRY(evidence, RunningEvidence::of(each.design));
    monitor.claims_.push_back({.watched = std::move(each), .evidence = std::move(evidence)});
  }
  return monitor;
}

Result<std::vector<Stop>> Monitor::end_round() {
  TRUEBOUND_CHECK(waiting_.empty() && next_ == static_cast<std::int64_t>(places_.size()),
                  "every slot of the round was added");
  std::vector<Stop> stops;
  TRUEBOUND_TRY_VOID(end_cluster(stops));
  return stops;
}

Result<std::optional<Round>> Monitor::draw() {
  TRUEBOUND_CHECK(allocation_, "slots are drawn in rounds");
  if (is_settled() || is_cut_short_) return std::optional<Round>();
  TRUEBOUND_TRY(round, allocation_->draw());
  if (!round) return round;
  for (const ClusterSlots& cluster : round->clusters) {
    for (std::int64_t slot = cluster.first; slot < cluster.first + cluster.count; ++slot) {
      const auto place = static_cast<std::int64_t>(places_.size());
      places_[slot] = place;
    }
  }
  return round;
}

std::optional<std::int64_t> Monitor::place_of(std::int64_t slot) const {
  if (!allocation_) return slot;
  const auto found = places_.find(slot);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

double Monitor::weight_of(std::int64_t slot) const {
  return allocation_ && place_of(slot) ? allocation_->weight_of(slot) : 1;
}

Result<std::vector<Stop>> Monitor::add(const eval::Observation& seen) {
  std::vector<Stop> stops;
  const std::optional<std::int64_t> place = place_of(seen.slot);
  if (!watches() || !place) return stops;
  const auto [added, is_new] = waiting_.emplace(*place, seen);
  TRUEBOUND_CHECK(is_new, "each slot is added once");
  added->second.weight = weight_of(seen.slot);
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
  if (is_cut_short_) return {};
  const std::string cluster = cluster_name(seen);
  if (cluster_ != cluster) TRUEBOUND_TRY_VOID(end_cluster(stops));
  is_cut_short_ = cuts_short(seen);
  if (is_cut_short_) return {};
  cluster_ = cluster;
  last_seen_ = seen.slot;
  if (allocation_) allocation_->take(seen);
  for (Claim& claim : claims_) {
    if (!claim.stop && lies_in(seen, claim.watched.where)) claim.cluster.push_back(seen);
  }
  return {};
}

Result<void> Monitor::end_cluster(std::vector<Stop>& stops) {
  if (is_cut_short_) return {};
  last_whole_ = last_seen_;
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
  if (!is_cut_short_) return std::nullopt;
  return last_whole_.value_or(-1);
}

bool Monitor::holds(const std::string& claim, std::int64_t slot) const {
  const std::optional<std::int64_t> place = place_of(slot);
  if (!place) return false;
  const std::optional<std::int64_t> end = end_of(claim);
  return !end || (*end >= 0 && *place <= *place_of(*end));
}

bool Monitor::is_settled() const {
  return watches() &&
         std::ranges::all_of(claims_, [](const Claim& claim) { return claim.stop.has_value(); });
}

}  // namespace truebound::analyze
