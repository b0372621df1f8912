// How often two arms disagree on a sample, against how often each disagrees with itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/distribution.h"
#include "truebound/stats/repeats.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

// A sample's decided repeats under both arms, and how many more have no outcome.
struct RepeatedSample {
  std::string sample;
  std::string cluster;
  eval::Expect expect = eval::Expect::refuse;
  stats::RepeatedPair repeats;
  std::array<std::int64_t, 2> missing{};
};

std::vector<RepeatedSample> units_of(const Matches& matches) {
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  std::vector<RepeatedSample> units;
  for (const Match& match : matches.list) {
    const Observation* any = match.rows[0] != nullptr ? match.rows[0] : match.rows[1];
    const auto [found, is_new] =
        index.emplace(std::pair(any->suite + "\n" + any->attack, any->sample), units.size());
    if (is_new) {
      units.push_back({.sample = any->sample, .cluster = match.cluster, .expect = any->expect});
    }
    RepeatedSample& unit = units[found->second];
    for (std::size_t arm = 0; arm < 2; ++arm) {
      const Observation* row = match.rows[arm];
      const std::optional<Side> side = row == nullptr ? std::nullopt : side_of(*row);
      stats::Repeats& repeats = arm == 0 ? unit.repeats.first : unit.repeats.second;
      ++(side ? repeats.repeats : unit.missing[arm]);
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

// The least and the most that a sample can add, over every way in which its missing repeats can
// have come out; nothing where it was not planned twice in each arm.
std::optional<stats::Interval> excess_range(const RepeatedSample& unit) {
  std::optional<stats::Interval> range;
  for (std::int64_t first = 0; first <= unit.missing[0]; ++first) {
    for (std::int64_t second = 0; second <= unit.missing[1]; ++second) {
      stats::RepeatedPair pair = unit.repeats;
      pair.first.repeats += unit.missing[0];
      pair.first.hits += first;
      pair.second.repeats += unit.missing[1];
      pair.second.hits += second;
      if (pair.first.repeats < 2 || pair.second.repeats < 2) return std::nullopt;
      const double excess = stats::excess_of(pair);
      if (!range) range = stats::Interval{excess, excess};
      range->lower = std::min(range->lower, excess);
      range->upper = std::max(range->upper, excess);
    }
  }
  return range;
}

// The t interval of a mean; nothing where it would have no width.
std::optional<stats::Interval> mean_limits(const std::vector<double>& values, double confidence) {
  const auto n = static_cast<double>(values.size());
  if (n < 2) return std::nullopt;
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values)
    squares += (value - mean) * (value - mean);
  if (squares == 0) return std::nullopt;
  const double half =
      std::sqrt(squares / (n - 1) / n) * stats::student_quantile((1 + confidence) / 2, n - 1);
  return stats::Interval{std::max(-1.0, mean - half), std::min(1.0, mean + half)};
}

// The limits with what is missing read so that the arms differ least, and so that they differ most.
void bound_flips(MethodResult& result, const std::vector<RepeatedSample>& units) {
  Estimate& estimate = result.estimate;
  std::vector<double> least;
  std::vector<double> most;
  for (const RepeatedSample& unit : units) {
    const auto range = excess_range(unit);
    if (!range) continue;
    least.push_back(range->lower);
    most.push_back(range->upper);
  }
  const auto lower = mean_limits(least, estimate.confidence);
  const auto upper = mean_limits(most, estimate.confidence);
  estimate.missing = {lower ? lower->lower : -1, upper ? upper->upper : 1};
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  result.beside.emplace_back("missing", json::Object{{"least", mean(least)}, {"most", mean(most)}});
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
  bound_flips(result, units);
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
