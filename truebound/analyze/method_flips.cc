// How often two arms disagree on a sample, against how often each disagrees with itself.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/distribution.h"
#include "truebound/stats/repeats.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

// A sample's decided repeats under both arms.
struct RepeatedSample {
  std::string sample;
  std::string cluster;
  eval::Expect expect = eval::Expect::refuse;
  stats::RepeatedPair repeats;
};

std::vector<RepeatedSample> units_of(const Matches& matches) {
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  std::vector<RepeatedSample> units;
  for (const Match& match : matches.list) {
    for (std::size_t arm = 0; arm < 2; ++arm) {
      const Observation* row = match.rows[arm];
      if (row == nullptr) continue;
      const auto [found, is_new] =
          index.emplace(std::pair(row->suite + "\n" + row->attack, row->sample), units.size());
      if (is_new) {
        units.push_back({.sample = row->sample, .cluster = match.cluster, .expect = row->expect});
      }
      stats::RepeatedPair& both = units[found->second].repeats;
      stats::Repeats& repeats = arm == 0 ? both.first : both.second;
      const std::optional<Side> side = side_of(*row);
      if (side) ++repeats.repeats;
      if (side == Side::broke) ++repeats.hits;
    }
  }
  return units;
}

bool is_repeated(const RepeatedSample& unit) {
  return unit.repeats.first.repeats >= 2 && unit.repeats.second.repeats >= 2;
}

// What a sample is said to have turned to, by what it expected: breaking `refuse` is harm, breaking
// `answer` a refusal. Counts are of majorities.
json::Object newly(const std::vector<RepeatedSample>& units) {
  std::int64_t harmful = 0;
  std::int64_t refused = 0;
  std::int64_t wrong = 0;
  std::int64_t mended = 0;
  for (const RepeatedSample& unit : units) {
    if (!is_repeated(unit)) continue;
    const std::int64_t first = 2 * unit.repeats.first.hits - unit.repeats.first.repeats;
    const std::int64_t second = 2 * unit.repeats.second.hits - unit.repeats.second.repeats;
    if (first > 0 && second < 0) ++mended;
    if (!(first < 0 && second > 0)) continue;
    ++(unit.expect == eval::Expect::refuse   ? harmful
       : unit.expect == eval::Expect::answer ? refused
                                             : wrong);
  }
  return {{"newly_harmful", harmful},
          {"newly_refused", refused},
          {"newly_wrong", wrong},
          {"newly_held", mended}};
}

}  // namespace

Result<MethodResult> run_excess_flips(const Table& table, const MethodOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return invalid_input("excess_flips: confidence must lie in (0, 1)");
  }
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  const std::vector<RepeatedSample> units = units_of(matches);
  Estimate estimate = start(matches.rows, options, "excess_flips");
  estimate.name = "excess_flips/" + join(matches.arms, "-");
  estimate.lower = estimate.missing.lower = estimate.bound_above = -1;
  estimate.unit = "sample";

  std::vector<stats::RepeatedPair> repeated;
  json::List without;
  std::map<std::string, int> clusters;
  for (const RepeatedSample& unit : units) {
    if (!is_repeated(unit)) {
      without.emplace_back(unit.sample);
      continue;
    }
    repeated.push_back(unit.repeats);
    ++clusters[unit.cluster];
  }
  estimate.clusters = static_cast<std::int64_t>(clusters.size());
  estimate.effective_n = static_cast<double>(clusters.size());
  if (clusters.size() < repeated.size()) {
    return invalid_input(options.table + ": excess_flips takes independent samples, got " +
                         std::to_string(repeated.size()) + " in " +
                         std::to_string(clusters.size()) + " clusters");
  }
  MethodResult result{std::move(estimate), {{"without_repeats", without}}};
  if (repeated.size() < 2) {
    result.estimate.reason = Reason::method_refused;
    result.estimate.reason_detail = fmt::format(
        "{} with 2 repeats in each arm, 2 needed: one repeat cannot tell a flip from "
        "noise",
        repeated.size());
    return result;
  }
  TRUEBOUND_TRY(found,
                stats::excess_flips(repeated, {.draws = options.resamples,
                                               .streams = streams_for(options, "excess_flips")}));
  json::Value majority_p;
  if (found.majority.total() > 0) {
    TRUEBOUND_TRY(majority, stats::mcnemar(found.majority));
    majority_p = majority.p_exact;
  }
  Estimate& told = result.estimate;
  told.p_value = found.p_value;
  told.reason = Reason::none;
  told.value = found.excess;
  const double half =
      found.standard_error * stats::student_quantile((1 + options.confidence) / 2,
                                                     static_cast<double>(repeated.size() - 1));
  told.lower = std::max(-1.0, found.excess - half);
  told.upper = std::min(1.0, found.excess + half);
  if (found.standard_error == 0) {
    // Limits of no width would say that nothing can flip.
    told.value.reset();
    told.lower = -1;
    told.upper = 1;
    told.reason = Reason::method_refused;
    told.reason_detail = "every sample has the same excess";
  }
  bound_missing(told, matches);
  for (auto& [key, value] : newly(units))
    result.beside.emplace_back(key, value);
  result.beside.emplace_back("ties", found.ties);
  result.beside.emplace_back("majority_p", majority_p);
  result.beside.emplace_back("first_self", found.first_self);
  result.beside.emplace_back("second_self", found.second_self);
  result.beside.emplace_back("cross", found.cross);
  result.beside.emplace_back("standard_error", found.standard_error);
  result.beside.emplace_back("seed", options.seed);
  return result;
}

}  // namespace truebound::analyze
