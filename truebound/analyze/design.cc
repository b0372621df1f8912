#include "truebound/analyze/design.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "truebound/stats/differences.h"
#include "truebound/stats/paired.h"

namespace truebound::analyze {
namespace {

// Slots of one cluster, by what became of them.
void count(ClusterCounts& counts, const eval::Observation& seen) {
  const eval::OutcomeKind kind = eval::kind_of(seen.outcome);
  if (kind != eval::OutcomeKind::broke && kind != eval::OutcomeKind::held) {
    ++counts.missing;
    return;
  }
  const bool broke = kind == eval::OutcomeKind::broke;
  switch (seen.decided_by) {
    case eval::DecidedBy::judge:
      ++(broke ? counts.flagged : counts.passed);
      break;
    case eval::DecidedBy::layer:
      ++(broke ? counts.stopped_broke : counts.stopped);
      break;
    case eval::DecidedBy::exact:
    case eval::DecidedBy::nobody:
      ++(broke ? counts.exact_broke : counts.exact_held);
      break;
  }
}

}  // namespace

std::vector<ClusterCounts> count_clusters(const std::vector<const eval::Observation*>& cell) {
  std::map<std::string, ClusterCounts> clusters;
  for (const eval::Observation* seen : cell) {
    ClusterCounts& counts = clusters[cluster_name(*seen)];
    counts.weight = seen->weight;
    count(counts, *seen);
  }
  std::vector<ClusterCounts> counts;
  for (const auto& [name, cluster] : clusters)
    counts.push_back(cluster);
  return counts;
}

std::string cluster_name(const eval::Observation& seen) {
  return seen.suite + "\n" + cluster_name(seen.cluster, seen.sample);
}

bool lies_in(const eval::Observation& observation,
             const std::map<std::string, std::string>& where) {
  return std::ranges::all_of(where, [&](const auto& condition) {
    return eval::level_of(observation, condition.first) == condition.second;
  });
}

std::vector<const eval::Observation*> select(const std::vector<eval::Observation>& observations,
                                             const std::map<std::string, std::string>& where) {
  std::vector<const eval::Observation*> selected;
  for (const eval::Observation& observation : observations) {
    if (lies_in(observation, where)) selected.push_back(&observation);
  }
  return selected;
}

namespace {

// A pair shares everything but the arm.
using Partner = std::tuple<std::string, std::string, std::string, std::string, std::string,
                           std::string, std::int64_t>;

struct PairsOfArms {
  std::map<Partner, std::array<eval::OutcomeKind, 2>> outcomes;
  std::map<Partner, std::string> cluster_of;
};

PairsOfArms pairs_of(const std::vector<const eval::Observation*>& cell, const std::string& first,
                     const std::string& second) {
  PairsOfArms pairs;
  for (const eval::Observation* seen : cell) {
    if (seen->arm != first && seen->arm != second) continue;
    const Partner partner(seen->suite, seen->sample, seen->model, seen->persona, seen->deployment,
                          seen->attack, seen->epoch);
    const std::array none{eval::OutcomeKind::not_run, eval::OutcomeKind::not_run};
    auto& outcomes = pairs.outcomes.try_emplace(partner, none).first->second;
    outcomes[seen->arm == first ? 0 : 1] = eval::kind_of(seen->outcome);
    pairs.cluster_of[partner] = cluster_name(*seen);
  }
  return pairs;
}

bool is_decided(eval::OutcomeKind kind) {
  return kind == eval::OutcomeKind::broke || kind == eval::OutcomeKind::held;
}

bool is_missing(eval::OutcomeKind kind) {
  return !is_decided(kind) && kind != eval::OutcomeKind::score;
}

// Whether what is missing depends on the arm: pairs of a cluster are summed, since they may fail
// together, and each cluster's sum could as well have had the other sign.
Result<void> compare_missing(const PairsOfArms& pairs, Comparison& comparison) {
  std::map<std::string, double> by_cluster;
  for (const auto& [partner, outcomes] : pairs.outcomes) {
    const bool first = is_missing(outcomes[0]);
    const bool second = is_missing(outcomes[1]);
    comparison.missing_first += first ? 1 : 0;
    comparison.missing_second += second ? 1 : 0;
    by_cluster[pairs.cluster_of.at(partner)] += (first ? 1 : 0) - (second ? 1 : 0);
  }
  if (comparison.missing_first + comparison.missing_second == 0) return {};
  std::vector<double> differences;
  for (const auto& [cluster, difference] : by_cluster)
    differences.push_back(difference);
  TRUEBOUND_TRY(test, stats::sign_flip_test(differences, {}));
  comparison.p_missing = test.p_value;
  return {};
}

}  // namespace

Result<Comparison> compare_arms(const std::vector<const eval::Observation*>& cell,
                                const std::string& first, const std::string& second,
                                double confidence) {
  const PairsOfArms pairs = pairs_of(cell, first, second);
  std::set<std::string> clusters;
  Comparison comparison{.first = first, .second = second, .confidence = confidence};
  TRUEBOUND_TRY_VOID(compare_missing(pairs, comparison));
  for (const auto& [partner, outcomes] : pairs.outcomes) {
    if (!is_decided(outcomes[0]) || !is_decided(outcomes[1])) {
      ++comparison.without_partner;
      continue;
    }
    // The methods take pairs as independent, and those of one cluster are not: the first counts.
    if (!clusters.insert(pairs.cluster_of.at(partner)).second) {
      ++comparison.same_cluster;
      continue;
    }
    const bool first_broke = outcomes[0] == eval::OutcomeKind::broke;
    const bool second_broke = outcomes[1] == eval::OutcomeKind::broke;
    comparison.both_broke += first_broke && second_broke ? 1 : 0;
    comparison.only_first += first_broke && !second_broke ? 1 : 0;
    comparison.only_second += !first_broke && second_broke ? 1 : 0;
    comparison.neither += !first_broke && !second_broke ? 1 : 0;
  }
  const stats::PairCounts counts{.both = comparison.both_broke,
                                 .first_only = comparison.only_first,
                                 .second_only = comparison.only_second,
                                 .neither = comparison.neither};
  if (counts.total() == 0) return comparison;
  TRUEBOUND_TRY(difference, stats::bonett_price(counts, confidence));
  TRUEBOUND_TRY(test, stats::mcnemar(counts));
  comparison.difference = difference.value;
  comparison.lower = difference.lower;
  comparison.upper = difference.upper;
  comparison.p_exact = test.p_exact;
  comparison.p_mid = test.p_mid;
  return comparison;
}

}  // namespace truebound::analyze
