// Methods for the rate of broke in one condition whose rows are clustered, by drawing clusters
// again and by other standard errors: for display, beside what carries a claim.

#include <algorithm>
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

MethodResult refused(Estimate estimate, const std::string& why) {
  estimate.value.reset();
  estimate.lower = 0;
  estimate.upper = 1;
  estimate.reason = Reason::method_refused;
  estimate.reason_detail = why;
  return {std::move(estimate), {}};
}

MethodResult with_missing(Estimate estimate, json::Object beside) {
  beside.emplace_back("missing", missing_shares(estimate));
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

std::vector<stats::ClusterSum> sums_of(const std::vector<stats::Cluster>& trials) {
  std::vector<stats::ClusterSum> sums;
  for (const stats::Cluster& each : trials)
    sums.push_back({each.size, each.hits, each.times});
  return sums;
}

Result<MethodResult> run_cluster_bootstrap(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clusters_of(table, options, "cluster_bootstrap"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  TRUEBOUND_TRY(found,
                stats::cluster_bootstrap(sums_of(input.trials),
                                         {.resamples = options.resamples,
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
  TRUEBOUND_TRY(input, clusters_of(table, options, "jackknife"));
  Estimate& estimate = input.estimate;
  if (!has_number(estimate)) return with_missing(estimate, {});
  TRUEBOUND_TRY(found, stats::cluster_jackknife(sums_of(input.trials), options.confidence));
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

Result<MethodResult> run_repeats(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "repeats");
  if (estimate.n == 0) return with_missing(estimate, {});
  std::vector<stats::Repeats> units;
  std::int64_t single = 0;
  for (const stats::Cluster& each : trials_of(rows)) {
    if (each.size == 1) ++single;
    if (each.size > 1) units.push_back({each.size, each.hits});
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
      {{"cluster_bootstrap", "sample outcome [cluster epoch]", "arm confidence resamples seed",
        "rate of broke, limits from drawing clusters again (BCa): for display"},
       run_cluster_bootstrap,
       WhenMissing::run_again},
      {{"jackknife", "sample outcome [cluster epoch]", "arm confidence",
        "rate of broke, limits from leaving out a cluster at a time: for display"},
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
      {{"repeats", "sample epoch outcome [cluster]", "arm confidence estimand",
        "how much of the variance lies between samples and how much within"},
       run_repeats,
       WhenMissing::run_again},
  };
}

}  // namespace truebound::analyze
