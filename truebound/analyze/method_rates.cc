// Methods for the rate of broke in one condition.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_rows.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/stratified.h"

namespace truebound::analyze {
namespace {

using stats::Interval;
using IntervalMethod = Result<Interval> (*)(double, double, double);

double as_double(std::int64_t count) {
  return static_cast<double>(count);
}

double observed(const Estimate& estimate) {
  return as_double(estimate.counts.broke) / as_double(estimate.n);
}

void set_limits(Estimate& estimate, const Interval& limits) {
  estimate.lower = limits.lower;
  estimate.upper = limits.upper;
}

// A number that this method cannot give: no error of the table, so it comes as data.
MethodResult refused(Estimate estimate, const std::string& why) {
  estimate.value.reset();
  set_limits(estimate, {});
  estimate.reason = Reason::method_refused;
  estimate.reason_detail = why;
  return {std::move(estimate), {}};
}

MethodResult with_missing(Estimate estimate, json::Object beside) {
  beside.emplace_back("missing", missing_shares(estimate));
  return {std::move(estimate), std::move(beside)};
}

Result<MethodResult> run_independent(const Table& table, const MethodOptions& options,
                                     std::string_view name, IntervalMethod method) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, name));
  Estimate estimate = start(rows, options, name);
  const double broke = as_double(estimate.counts.broke);
  const double n = as_double(estimate.n);
  const double missing = as_double(estimate.counts.missing());
  if (estimate.n == 0) return with_missing(estimate, {});
  TRUEBOUND_TRY(limits, method(broke, n, options.confidence));
  TRUEBOUND_TRY(all_held, method(broke, n + missing, options.confidence));
  TRUEBOUND_TRY(all_broke, method(broke + missing, n + missing, options.confidence));
  estimate.value = observed(estimate);
  set_limits(estimate, limits);
  estimate.missing = {all_held.lower, all_broke.upper};
  estimate.steps.push_back({std::string(name), fmt::format("{} of {}", broke, n),
                            fmt::format("{:.6f} to {:.6f}", limits.lower, limits.upper)});
  return with_missing(estimate, {});
}

struct Clustered {
  Estimate estimate;
  std::vector<stats::Cluster> trials;
};

Result<Clustered> clustered(const Table& table, const MethodOptions& options,
                            std::string_view name) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  return Clustered{start(rows, options, name), trials_of(rows)};
}

json::List zero_failure_lines(const std::vector<stats::ZeroFailureRow>& rows) {
  json::List lines;
  for (const stats::ZeroFailureRow& row : rows) {
    lines.push_back(json::Object{
        {"correlation", row.correlation}, {"effective_n", row.effective_n}, {"upper", row.upper}});
  }
  return lines;
}

}  // namespace

Result<MethodResult> run_clopper_pearson(const Table& table, const MethodOptions& options) {
  return run_independent(table, options, "clopper_pearson", stats::clopper_pearson);
}

Result<MethodResult> run_wilson(const Table& table, const MethodOptions& options) {
  return run_independent(table, options, "wilson", stats::wilson);
}

Result<MethodResult> run_jeffreys(const Table& table, const MethodOptions& options) {
  return run_independent(table, options, "jeffreys", stats::jeffreys);
}

Result<MethodResult> run_zero_failure(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clustered(table, options, "zero_failure"));
  Estimate& estimate = input.estimate;
  estimate.sides = "one";
  if (estimate.n == 0) return with_missing(estimate, {});
  if (estimate.counts.broke > 0) {
    return refused(estimate,
                   fmt::format("{} broke, 0 needed; use effective_n", estimate.counts.broke));
  }
  TRUEBOUND_TRY(size,
                options.estimand == eval::Estimand::fixed_set
                    ? stats::unclustered_size(input.trials)
                    : stats::effective_size(input.trials, options.correlation, options.confidence));
  const double tail = 1 - options.confidence;
  TRUEBOUND_TRY(upper, stats::zero_failure_bound(size.effective_n, tail));
  TRUEBOUND_TRY(rows, stats::zero_failure_table(as_double(size.n), size.mean_size, tail));
  estimate.value = 0;
  estimate.effective_n = size.effective_n;
  set_limits(estimate, {0, upper});
  estimate.bound_below = upper;
  carry_to_missing(estimate);
  estimate.steps.push_back({"Bound", fmt::format("1 - {:g}^(1/{:g})", tail, size.effective_n),
                            fmt::format("{:.6f}", upper)});
  return with_missing(estimate, {{"by_correlation", zero_failure_lines(rows)}});
}

Result<MethodResult> run_effective_n(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "effective_n");
  const ChainOptions declared{.confidence = options.confidence,
                              .correlation = options.correlation,
                              .estimand = options.estimand};
  TRUEBOUND_TRY(chain, correct(counts_of(rows), {}, declared));
  estimate.value = chain.value;
  set_limits(estimate, chain.limits);
  estimate.missing = {chain.missing.limits.lower, chain.missing.limits.upper};
  estimate.bound_above = chain.claim.rate_above.value_or(0);
  estimate.bound_below = chain.claim.rate_below.value_or(1);
  estimate.reason = chain.reason;
  estimate.reason_detail = chain.reason_detail;
  if (!chain.shares) return with_missing(estimate, {});
  const stats::EffectiveSize& size = chain.shares->size;
  estimate.effective_n = size.effective_n;
  estimate.korn_graubard_n = size.korn_graubard;
  estimate.steps.push_back(
      {"Clusters",
       fmt::format("n = {}, K = {:g}, r = {:g}: n / (1 + (K - 1) r) = {:g}", size.n, size.mean_size,
                   options.correlation,
                   as_double(size.n) / (1 + (size.mean_size - 1) * options.correlation)),
       fmt::format("effective n = {:g} ({})", size.effective_n, to_text(size.rule))});
  return with_missing(
      estimate, {{"mean_cluster_size", size.mean_size}, {"rule", std::string(to_text(size.rule))}});
}

Result<MethodResult> run_korn_graubard(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clustered(table, options, "korn_graubard"));
  Estimate& estimate = input.estimate;
  if (estimate.n == 0) return with_missing(estimate, {});
  if (estimate.clusters < 2) return refused(estimate, "1 cluster, 2 needed");
  TRUEBOUND_TRY(rate, stats::cluster_rate(input.trials, options.confidence));
  if (rate.standard_error == 0) {
    return refused(estimate, "every cluster has the same rate, so that n* is not defined");
  }
  const stats::SurveyRate survey{.value = rate.value,
                                 .n = as_double(estimate.n),
                                 .standard_error = rate.standard_error,
                                 .df = rate.df};
  TRUEBOUND_TRY(found, stats::korn_graubard(survey, options.confidence));
  estimate.value = rate.value;
  estimate.effective_n = found.effective_n;
  estimate.korn_graubard_n = found.effective_n;
  set_limits(estimate, found.interval);
  estimate.steps.push_back({"Clusters",
                            fmt::format("deff = {:g}^2 / (p (1 - p) / n) = {:g}, at least 1",
                                        rate.standard_error, found.design_effect),
                            fmt::format("n* = {:g}", found.effective_n)});
  return with_missing(
      estimate, {{"standard_error", rate.standard_error}, {"design_effect", found.design_effect}});
}

Result<MethodResult> run_cluster_rate(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(input, clustered(table, options, "cluster_rate"));
  Estimate& estimate = input.estimate;
  if (estimate.n == 0) return with_missing(estimate, {});
  if (estimate.clusters < 2) return refused(estimate, "1 cluster, 2 needed");
  TRUEBOUND_TRY(rate, stats::cluster_rate(input.trials, options.confidence));
  // A standard error of 0 says that nothing varied, never that nothing can.
  if (rate.standard_error == 0) {
    return refused(estimate, "every cluster has the same rate; effective_n takes this table");
  }
  estimate.value = rate.value;
  estimate.effective_n = as_double(estimate.clusters);
  set_limits(estimate, rate.interval);
  return with_missing(estimate, {{"standard_error", rate.standard_error}, {"df", rate.df}});
}

Result<MethodResult> run_stratified_mean(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::by_row));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, "stratified_mean"));
  Estimate estimate = start(rows, options, "stratified_mean");
  if (estimate.n == 0) return with_missing(estimate, {});
  std::map<std::string, stats::Stratum> by_name;
  for (const eval::Observation* row : rows) {
    stats::Stratum& stratum =
        by_name.try_emplace(row->stratum, stats::Stratum{0, 0, 0}).first->second;
    // A row without outcome counts for the share of its stratum, so that what is missing does not
    // shift the weights.
    stratum.weight += row->weight;
    const std::optional<Side> side = side_of(*row);
    if (side) ++stratum.size;
    if (side == Side::broke) ++stratum.hits;
  }
  std::vector<stats::Stratum> strata;
  json::List told;
  for (const auto& [name, stratum] : by_name) {
    if (stratum.size < 2) {
      return refused(estimate,
                     fmt::format("{} decided in stratum '{}', 2 needed", stratum.size, name));
    }
    strata.push_back(stratum);
    told.push_back(json::Object{{"stratum", name},
                                {"n", stratum.size},
                                {"broke", stratum.hits},
                                {"weight", stratum.weight}});
  }
  TRUEBOUND_TRY(mean, stats::stratified_mean(strata, options.confidence));
  if (mean.standard_error == 0) {
    return refused(estimate, "no stratum varies; effective_n takes this table");
  }
  estimate.value = mean.value;
  set_limits(estimate, mean.interval);
  return with_missing(estimate, {{"standard_error", mean.standard_error}, {"strata", told}});
}

}  // namespace truebound::analyze
