#include "truebound/analyze/monitor.h"

#include <algorithm>
#include <cmath>
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
    TRUEBOUND_CHECK(each.design.threshold, "a claim that is watched has a threshold");
    const SplitTail split = split_tail(each.design, each.design.tail);
    Claim claim{.watched = std::move(each), .bar = -std::log(split.outcomes)};
    const SequentialDesign& design = claim.watched.design;
    TRUEBOUND_TRY(reader, reader_limits(design, split.labels));
    if (reader) {
      const auto against = [&](stats::Null null) {
        return stats::ClusterEvidence::against(null, *design.threshold, *reader, design.largest);
      };
      TRUEBOUND_TRY(below, against(stats::Null::rate_at_least));
      TRUEBOUND_TRY(above, against(stats::Null::rate_at_most));
      claim.below = std::move(below);
      claim.above = std::move(above);
    }
    monitor.claims_.push_back(std::move(claim));
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
    const std::int64_t last = claim.cluster.back().slot;
    TRUEBOUND_TRY(log_e, weigh(claim));
    claim.cluster.clear();
    if (!log_e) continue;
    claim.stop = Stop{.claim = claim.watched.claim, .log_e = *log_e, .slot = last};
    stops.push_back(*claim.stop);
  }
  return {};
}

// The evidence with one more cluster, where that settles the claim.
Result<std::optional<double>> Monitor::weigh(Claim& claim) {
  if (!claim.below || !claim.above) return std::optional<double>();
  std::vector<const eval::Observation*> rows;
  for (const eval::Observation& row : claim.cluster)
    rows.push_back(&row);
  for (const ClusterCounts& counts : count_clusters(rows)) {
    TRUEBOUND_TRY_VOID(claim.below->add(as_read(counts, MissingRead::broke)));
    TRUEBOUND_TRY_VOID(claim.above->add(as_read(counts, MissingRead::held)));
  }
  const double most = std::max(claim.below->log_e(), claim.above->log_e());
  if (most < claim.bar) return std::optional<double>();
  return std::optional(most);
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
