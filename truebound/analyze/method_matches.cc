#include "truebound/analyze/method_matches.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "truebound/analyze/design.h"
#include "truebound/crypto/stream.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

Result<void> check_arms(const std::vector<std::string>& found, const MethodOptions& options,
                        Arms arms) {
  const bool fits = arms == Arms::two ? found.size() == 2 : found.size() >= 2;
  if (fits) return {};
  return invalid_input(options.table + ": this method compares " +
                       (arms == Arms::two ? "two" : "two or more") + " arms, got " +
                       std::to_string(found.size()) + (found.empty() ? "" : ": " + join(found)));
}

const Observation& any_row(const Match& match) {
  return **std::find_if(match.rows.begin(), match.rows.end(),
                        [](const Observation* row) { return row != nullptr; });
}

}  // namespace

Result<Matches> matches_of(const std::vector<Observation>& table, const MethodOptions& options,
                           Arms arms, Scale scale) {
  Matches matches;
  for (const Observation& row : table) {
    matches.rows.push_back(&row);
    if (std::ranges::find(matches.arms, row.arm) == matches.arms.end()) {
      matches.arms.push_back(row.arm);
    }
  }
  TRUEBOUND_TRY_VOID(check_arms(matches.arms, options, arms));
  TRUEBOUND_TRY_VOID(check_rows(matches.rows, options.table, scale));
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::int64_t>,
           std::size_t>
      index;
  for (const Observation* row : matches.rows) {
    const auto [found, is_new] =
        index.emplace(std::tuple(row->suite, row->sample, row->attack, row->objective, row->epoch),
                      matches.list.size());
    if (is_new) {
      matches.list.push_back({.sample = row->sample,
                              .cluster = cluster_name(*row),
                              .stratum = row->stratum,
                              .rows = std::vector<const Observation*>(matches.arms.size())});
    }
    const auto arm = std::ranges::find(matches.arms, row->arm) - matches.arms.begin();
    matches.list[found->second].rows[static_cast<std::size_t>(arm)] = row;
  }
  return matches;
}

bool is_complete(const Match& match) {
  return std::all_of(match.rows.begin(), match.rows.end(), [](const Observation* row) {
    return row != nullptr && side_of(*row).has_value();
  });
}

std::optional<std::array<Side, 2>> sides_of(const Match& match,
                                            const std::optional<MissingAs>& missing) {
  if (!missing && !is_complete(match)) return std::nullopt;
  std::array<Side, 2> sides = missing.value_or(MissingAs{});
  for (std::size_t arm = 0; arm < 2; ++arm) {
    if (match.rows[arm] == nullptr) continue;
    sides[arm] = side_of(*match.rows[arm]).value_or(sides[arm]);
  }
  return sides;
}

stats::PairCounts pairs_in(const std::vector<const Match*>& matches,
                           const std::optional<MissingAs>& missing) {
  stats::PairCounts counts;
  for (const Match* match : matches) {
    const auto sides = sides_of(*match, missing);
    if (!sides) continue;
    const bool second = (*sides)[1] == Side::broke;
    if ((*sides)[0] == Side::broke) {
      ++(second ? counts.both : counts.first_only);
    } else {
      ++(second ? counts.second_only : counts.neither);
    }
  }
  return counts;
}

stats::PairCounts pairs_in(const Matches& matches, const std::optional<MissingAs>& missing) {
  std::vector<const Match*> all;
  for (const Match& match : matches.list)
    all.push_back(&match);
  return pairs_in(all, missing);
}

std::vector<stats::DiscordantCluster> clusters_in(const Matches& matches,
                                                  const std::optional<MissingAs>& missing) {
  std::map<std::string, std::vector<const Match*>> by_cluster;
  for (const Match& match : matches.list)
    by_cluster[match.cluster].push_back(&match);
  std::vector<stats::DiscordantCluster> clusters;
  for (const auto& [name, members] : by_cluster) {
    const stats::PairCounts pairs = pairs_in(members, missing);
    if (pairs.total() == 0) continue;
    clusters.push_back({pairs.total(), pairs.first_only, pairs.second_only});
  }
  return clusters;
}

Result<void> check_independent(const Matches& matches, const MethodOptions& options,
                               std::string_view method) {
  Rows one_each;
  for (const Match& match : matches.list)
    one_each.push_back(&any_row(match));
  return check_independent(one_each, options, method);
}

Estimate start_difference(const Matches& matches, const MethodOptions& options,
                          std::string_view method) {
  Estimate estimate = start(matches.rows, options, method);
  estimate.name = "difference/" + join(matches.arms, "-");
  std::set<std::string> clusters;
  estimate.n = 0;
  for (const Match& match : matches.list) {
    if (!is_complete(match)) continue;
    ++estimate.n;
    clusters.insert(match.cluster);
  }
  estimate.clusters = static_cast<std::int64_t>(clusters.size());
  estimate.effective_n = static_cast<double>(clusters.size());
  estimate.unit = estimate.clusters == estimate.n ? "pair" : "cluster";
  estimate.lower = estimate.missing.lower = estimate.bound_above = -1;
  estimate.reason = estimate.n == 0 ? Reason::no_pairs : Reason::none;
  return estimate;
}

json::Object told_of(const Matches& matches) {
  json::List without;
  for (const Match& match : matches.list) {
    if (!is_complete(match)) without.emplace_back(match.sample);
  }
  const bool judged = std::ranges::any_of(matches.rows, [](const Observation* row) {
    return row->decided_by == eval::DecidedBy::judge;
  });
  json::List arms;
  for (const std::string& arm : matches.arms)
    arms.emplace_back(arm);
  const auto left_out = static_cast<std::int64_t>(without.size());
  json::Object counts{{"pairs", static_cast<std::int64_t>(matches.list.size()) - left_out},
                      {"without_partner", left_out}};
  if (matches.arms.size() == 2) {
    const stats::PairCounts pairs = pairs_in(matches, std::nullopt);
    counts.emplace_back("both_broke", pairs.both);
    counts.emplace_back("only_first", pairs.first_only);
    counts.emplace_back("only_second", pairs.second_only);
    counts.emplace_back("neither", pairs.neither);
  }
  return {{"as_judged", judged}, {"arms", arms}, {"counts", counts}, {"without_partner", without}};
}

stats::Streams streams_for(const MethodOptions& options, std::string_view method) {
  return [seed = options.seed, name = std::string(method)](std::int64_t draw) {
    return crypto::open_stream(seed, "-", "bootstrap:" + name + ":" + std::to_string(draw));
  };
}

}  // namespace truebound::analyze
