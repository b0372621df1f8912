// Methods for the rate of broke in one condition whose rows are clustered, by drawing clusters
// again and by other standard errors: for display, beside what carries a claim.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/bootstrap.h"
#include "truebound/stats/distribution.h"
#include "truebound/stats/repeats.h"
#include "truebound/stats/two_way.h"
#include "truebound/stats/wild_bootstrap.h"

namespace truebound::analyze {
namespace {

struct Input {
  Rows rows;
  Estimate estimate;
  std::vector<stats::Cluster> trials;
};

// The same for means: sums of clusters in whole steps of a score.
struct Sums {
  Rows rows;
  Estimate estimate;
  std::vector<stats::ClusterSum> clusters;
};

MethodResult refused(Estimate estimate, const std::string& why) {
  estimate.value.reset();
  estimate.lower = 0;
  estimate.upper = 1;
  estimate.reason = Reason::method_refused;
  estimate.reason_detail = why;
  return {std::move(estimate), {}};
}

MethodResult with_missing(Estimate estimate, json::Object beside) {
  const json::Object scored = scored_told(estimate);
  if (scored.empty()) beside.emplace_back("missing", missing_shares(estimate));
  beside.insert(beside.end(), scored.begin(), scored.end());
  return {std::move(estimate), std::move(beside)};
}

bool one_rate(const std::vector<stats::Cluster>& trials) {
  stats::Cluster all;
  for (const stats::Cluster& each : trials) {
    all.size += each.size;
    all.hits += each.hits;
  }
  return std::all_of(trials.begin(), trials.end(), [&](const stats::Cluster& each) {
    return each.hits * all.size == all.hits * each.size;
  });
}

// Clusters with decided rows, where there are two that differ; else why there is no number.
Result<Input> clusters_of(const Table& table, const MethodOptions& options, std::string_view name) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Input input{rows, start(rows, options, name), trials_of(rows)};
  if (input.estimate.n == 0) return input;
  std::string why;
  if (input.estimate.clusters < 2) {
    why = "1 cluster, 2 needed";
  } else if (one_rate(input.trials)) {
    // Nothing varied, which never says that nothing can.
    why = "every cluster has the same rate; effective_n takes this table";
  }
  if (!why.empty()) input.estimate = refused(input.estimate, why).estimate;
  return input;
}

bool has_number(const Estimate& estimate) {
  return estimate.reason == Reason::none;
}

void set(Estimate& estimate, double value, const stats::Interval& limits) {
  estimate.value = value;
  estimate.lower = limits.lower;
  estimate.upper = limits.upper;
  estimate.effective_n = static_cast<double>(estimate.clusters);
}

// The steps of a score of which every one is a whole number: 100 where two decimals are written. At
// most as many as leave all rows under what the bootstrap counts.
double steps_of(const Rows& rows) {
  std::size_t decimals = 0;
  for (const eval::Observation* row : rows) {
    const auto* graded = std::get_if<eval::Graded>(&row->outcome);
    if (graded == nullptr) continue;
    const std::size_t point = graded->score.find('.');
    const bool has_power = graded->score.find_first_of("eE") != std::string::npos;
    if (has_power) decimals = 9;
    if (point != std::string::npos) {
      decimals = std::max(decimals, graded->score.size() - point - 1);
    }
  }
  const double most = 2e9 / static_cast<double>(rows.size());
  double steps = 1;
  for (; decimals > 0 && steps * 10 <= most; --decimals)
    steps *= 10;
  return steps;
}

std::vector<stats::ClusterSum> sums_of(const Rows& rows, double steps) {
  std::map<std::string, stats::ClusterSum> clusters;
  for (const eval::Observation* row : rows) {
    const auto value = eval::number_of(row->outcome);
    if (!value) continue;
    stats::ClusterSum& cluster = clusters[cluster_name(*row)];
    cluster.size += std::llround(steps);
    cluster.sum += std::llround(*value * steps);
  }
  std::vector<stats::ClusterSum> sums;
  for (const auto& [name, cluster] : clusters)
    sums.push_back(cluster);
  return sums;
}

// Sums of clusters where there are two that differ; else why there is no number.
Result<Sums> sums_of(const Table& table, const MethodOptions& options, std::string_view name) {
  TRUEBOUND_TRY(rows, rows_of_mean(table, options));
  Sums input{rows, start_mean(rows, options, name), sums_of(rows, steps_of(rows))};
  if (input.estimate.n == 0) return input;
  std::string why;
  if (input.clusters.size() < 2) {
    why = "1 cluster, 2 needed";
  } else if (std::ranges::all_of(input.clusters, [&](const stats::ClusterSum& each) {
               const stats::ClusterSum& first = input.clusters.front();
               return static_cast<double>(each.sum) / static_cast<double>(each.size) ==
                      static_cast<double>(first.sum) / static_cast<double>(first.size);
             })) {
    why = is_graded(rows) ? "every cluster has the same mean; mean_score takes this table"
                          : "every cluster has the same rate; effective_n takes this table";
  }
  if (!why.empty()) input.estimate = refused(input.estimate, why).estimate;
  return input;
}

Result<MethodResult> run_cluster_bootstrap(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, sums_of(table, options, "cluster_bootstrap"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  TRUEBOUND_TRY(found, stats::cluster_bootstrap(
                           input.clusters, {.resamples = options.resamples,
                                            .confidence = options.confidence,
                                            .streams = streams_for(options, "cluster_bootstrap")}));
  set(estimate, found.value, found.bca);
  return with_missing(estimate, {{"standard_error", found.standard_error},
                                 {"percentile", in_json(found.percentile)},
                                 {"bca", in_json(found.bca)},
                                 {"bias_correction", found.bias_correction},
                                 {"acceleration", found.acceleration},
                                 {"resamples", options.resamples},
                                 {"seed", options.seed}});
}

Result<MethodResult> run_jackknife(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, sums_of(table, options, "jackknife"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  TRUEBOUND_TRY(found, stats::cluster_jackknife(input.clusters, options.confidence));
  set(estimate, found.value, {std::max(0.0, found.lower), std::min(1.0, found.upper)});
  return with_missing(estimate, {{"standard_error", found.standard_error}, {"df", found.df}});
}

Result<MethodResult> run_wild_bootstrap(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clusters_of(table, options, "wild_bootstrap"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  TRUEBOUND_TRY(found, stats::wild_bootstrap(input.trials,
                                             {.confidence = options.confidence,
                                              .draws = options.resamples,
                                              .streams = streams_for(options, "wild_bootstrap")}));
  set(estimate, found.value, found.interval);
  return with_missing(estimate, {{"weights", std::string(to_text(found.weights))},
                                 {"vectors", found.vectors},
                                 {"seed", options.seed}});
}

Result<MethodResult> run_two_way(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clusters_of(table, options, "two_way"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  std::map<std::string, std::int64_t> clusters;
  std::map<std::string, std::int64_t> attacks;
  std::map<std::pair<std::int64_t, std::int64_t>, stats::CrossedCell> cells;
  for (const eval::Observation* row : input.rows) {
    const std::optional<Side> side = side_of(*row);
    if (!side) continue;
    const auto number = [](std::map<std::string, std::int64_t>& names, const std::string& name) {
      return names.emplace(name, static_cast<std::int64_t>(names.size())).first->second;
    };
    const std::int64_t first = number(clusters, cluster_name(*row));
    const std::int64_t second = number(attacks, row->attack);
    stats::CrossedCell& cell = cells[{first, second}];
    cell.first = first;
    cell.second = second;
    ++cell.size;
    if (side == Side::broke) ++cell.hits;
  }
  if (attacks.size() < 2) {
    return with_missing(refused(estimate, "1 attack, 2 needed").estimate, {});
  }
  std::vector<stats::CrossedCell> list;
  for (const auto& [groups, cell] : cells)
    list.push_back(cell);
  TRUEBOUND_TRY(found, stats::two_way_rate(list, options.confidence));
  set(estimate, found.value, found.interval);
  estimate.effective_n = found.df + 1;
  return with_missing(estimate, {{"standard_error", found.standard_error},
                                 {"by_cluster", found.first_error},
                                 {"by_attack", found.second_error},
                                 {"by_both", found.cell_error},
                                 {"attacks", static_cast<std::int64_t>(attacks.size())},
                                 {"df", found.df}});
}

// The values of each unit's repeats, sorted: sums then do not depend on the order of rows.
std::map<std::string, std::vector<double>> repeats_of(const Rows& rows) {
  std::map<std::string, std::vector<double>> units;
  for (const eval::Observation* row : rows) {
    if (const auto value = eval::number_of(row->outcome)) {
      units[cluster_name(*row)].push_back(*value);
    }
  }
  for (auto& [name, values] : units)
    std::ranges::sort(values);
  return units;
}

Result<MethodResult> run_repeats(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_mean(table, options));
  Estimate estimate = start_mean(rows, options, "repeats");
  if (estimate.n == 0) return with_missing(estimate, {});
  std::vector<std::vector<double>> units;
  std::int64_t single = 0;
  for (const auto& [name, values] : repeats_of(rows)) {
    if (values.size() == 1) ++single;
    if (values.size() > 1) units.push_back(values);
  }
  // A unit that was tried once tells nothing of repeats, and leaving it out would move the mean.
  if (single > 0) {
    return with_missing(
        refused(estimate, fmt::format("{} with 1 decided repeat, 2 needed in each", single))
            .estimate,
        {});
  }
  if (units.size() < 2) {
    return with_missing(refused(estimate, "1 cluster, 2 needed").estimate, {});
  }
  TRUEBOUND_TRY(found, stats::repeat_variance(units));
  const bool fixed = options.estimand == eval::Estimand::fixed_set;
  const double error = fixed ? found.fixed_error : found.generalized_error;
  if (error == 0) {
    return with_missing(refused(estimate, "nothing varied; effective_n takes this table").estimate,
                        {});
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return invalid_input("repeats: confidence must lie in (0, 1)");
  }
  const double half = error * stats::student_quantile((1 + options.confidence) / 2,
                                                      static_cast<double>(units.size() - 1));
  set(estimate, found.mean, {std::max(0.0, found.mean - half), std::min(1.0, found.mean + half)});
  return with_missing(estimate, {{"standard_error", error},
                                 {"within", found.within},
                                 {"between", found.between},
                                 {"of_rates", found.of_rates},
                                 {"correlation_found", found.correlation},
                                 {"repeats", found.repeats},
                                 {"generalized_error", found.generalized_error},
                                 {"fixed_error", found.fixed_error}});
}

}  // namespace

std::vector<MethodEntry> cluster_methods() {
  return {
      {{"cluster_bootstrap", "outcome [sample cluster epoch score]",
        "arm confidence resamples seed",
        "rate of broke or mean score, limits from drawing clusters again (BCa): for display"},
       run_cluster_bootstrap,
       WhenMissing::run_again},
      {{"jackknife", "outcome [sample cluster epoch score]", "arm confidence",
        "rate of broke or mean score, limits from leaving out a cluster at a time: for display"},
       run_jackknife,
       WhenMissing::run_again},
      {{"wild_bootstrap", "sample outcome [cluster epoch]", "arm confidence resamples seed",
        "rate of broke from few clusters, by flipping their signs: for display"},
       run_wild_bootstrap,
       WhenMissing::run_again},
      {{"two_way", "sample attack outcome [cluster epoch]", "arm confidence",
        "rate of broke where rows are clustered by what was asked and by how: for display"},
       run_two_way,
       WhenMissing::run_again},
      {{"repeats", "sample epoch outcome [cluster score]", "arm confidence estimand",
        "how much of the variance lies between samples and how much within"},
       run_repeats,
       WhenMissing::run_again},
  };
}

}  // namespace truebound::analyze
