#include "truebound/analyze/methods.h"

#include <algorithm>
#include <sstream>

#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/core/words.h"

namespace truebound::analyze {
namespace {

std::vector<MethodEntry> first_entries() {
  return {
      {{"effective_n", "sample outcome [cluster epoch]", "arm confidence correlation estimand",
        "rate of broke, exact limits at the effective number of slots"},
       run_effective_n},
      {{"clopper_pearson", "sample outcome", "arm confidence estimand",
        "rate of broke, exact limits, independent rows"},
       run_clopper_pearson},
      {{"wilson", "sample outcome", "arm confidence estimand",
        "rate of broke, Wilson's limits: for display"},
       run_wilson},
      {{"jeffreys", "sample outcome", "arm confidence estimand",
        "rate of broke, Jeffreys' limits: for display"},
       run_jeffreys},
      {{"zero_failure", "sample outcome [cluster epoch]", "arm confidence correlation estimand",
        "one-sided upper limit when nothing broke, over within-cluster correlation"},
       run_zero_failure},
      {{"korn_graubard", "sample outcome [cluster epoch]", "arm confidence",
        "rate of broke, exact limits at Korn-Graubard's n*"},
       run_korn_graubard,
       WhenMissing::run_again},
      {{"cluster_rate", "sample outcome [cluster epoch]", "arm confidence",
        "rate of broke, cluster-robust standard error (CR1) and t limits: for display"},
       run_cluster_rate,
       WhenMissing::run_again},
      {{"stratified_mean", "sample outcome stratum [weight]", "arm confidence estimand",
        "rate of broke over strata with fixed shares"},
       run_stratified_mean,
       WhenMissing::run_again},
      {{"mcnemar", "sample arm outcome", "confidence estimand",
        "do two arms break equally often on the same samples? exact and mid-p"},
       run_mcnemar},
      {{"bonett_price", "sample arm outcome", "confidence estimand",
        "difference of two arms on the same samples"},
       run_bonett_price},
      {{"mover_difference", "sample arm outcome [cluster epoch]", "confidence correlation estimand",
        "difference of two versions on the same samples, each through the chain of corrections"},
       run_mover_difference},
      {{"lang_reiczigel", "judge truth [outcome cluster]", "arm confidence correlation estimand",
        "rate behind a judge's flags; rows with a truth calibrate, the others are measured"},
       run_lang_reiczigel},
      {{"chain", "sample outcome [judge truth cluster epoch]",
        "arm confidence correlation estimand",
        "rate of broke through all corrections; a truth labels a row of this very table"},
       run_chain},
  };
}

const std::vector<MethodEntry>& entries() {
  static const std::vector<MethodEntry> list = [] {
    std::vector<MethodEntry> all = first_entries();
    for (const auto& subject :
         {cluster_methods(), difference_methods(), family_methods(), sequential_methods(),
          rater_methods(), label_methods(), score_methods(), drift_methods(), tail_methods()}) {
      all.insert(all.end(), subject.begin(), subject.end());
    }
    return all;
  }();
  return list;
}

// The method on the table as it is, then on both readings of what is missing.
Result<MethodResult> run_entry(const MethodEntry& entry, const Table& table,
                               const MethodOptions& options) {
  TRUEBOUND_TRY(result, entry.run(table, options));
  Estimate& estimate = result.estimate;
  if (entry.missing != WhenMissing::run_again || !estimate.value) return result;
  estimate.missing = {estimate.lower, estimate.upper};
  if (estimate.counts.missing() == 0) return result;
  TRUEBOUND_TRY(held, entry.run(read_missing_as(table, Side::held), options));
  TRUEBOUND_TRY(broke, entry.run(read_missing_as(table, Side::broke), options));
  // A reading without a number leaves its side open. A reading with more rows may come out narrower
  // than the complete cases, which are then part of the bounds.
  estimate.missing = {held.estimate.value ? std::min(held.estimate.lower, estimate.lower) : 0,
                      broke.estimate.value ? std::max(broke.estimate.upper, estimate.upper) : 1};
  const auto or_null = [](const std::optional<double>& value) {
    return value ? json::Value(*value) : json::Value(nullptr);
  };
  result.beside.emplace_back("missing", json::Object{{"least", or_null(held.estimate.value)},
                                                     {"most", or_null(broke.estimate.value)}});
  return result;
}

void merge(json::Value& into, const json::Object& members) {
  for (const auto& [key, value] : members) {
    const json::Value* old = into.find(key);
    if (old == nullptr || old->object() == nullptr || value.object() == nullptr) {
      into.set(key, value);
      continue;
    }
    json::Value merged = *old;
    merge(merged, *value.object());
    into.set(key, merged);
  }
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> list = [] {
    std::vector<Method> all;
    for (const MethodEntry& entry : entries())
      all.push_back(entry.method);
    return all;
  }();
  return list;
}

const Method* method_of(std::string_view name) {
  const std::string_view wanted = name == "rate" ? "chain" : name;
  const auto found = std::ranges::find(methods(), wanted, &Method::name);
  return found == methods().end() ? nullptr : &*found;
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> found;
  std::istringstream stream{std::string(list)};
  for (std::string word; stream >> word;) {
    std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
    found.push_back(word);
  }
  return found;
}

Result<MethodResult> run_method(std::string_view name, const std::vector<eval::Observation>& table,
                                const MethodOptions& options) {
  const std::string_view rate = has_judged(table) ? "chain" : "effective_n";
  const std::string_view wanted = name == "rate" ? rate : name;
  std::vector<std::string> known;
  for (const MethodEntry& entry : entries()) {
    if (entry.method.name == wanted) return run_entry(entry, table, options);
    known.emplace_back(entry.method.name);
  }
  const std::optional<std::string> near = nearest(name, known);
  return invalid_input("stats: method must be one of " + join(known) + ", got '" +
                       std::string(name) + "'" + (near ? "; did you mean " + *near + "?" : ""));
}

MethodResult no_number(Estimate estimate, Reason reason, const std::string& detail) {
  estimate.value.reset();
  estimate.lower = 0;
  estimate.upper = 1;
  estimate.missing = {};
  estimate.reason = reason;
  estimate.reason_detail = detail;
  return {std::move(estimate), {}};
}

json::Object in_json(const stats::Interval& limits) {
  return {{"lower", limits.lower}, {"upper", limits.upper}};
}

Result<double> needed(const std::optional<double>& option, std::string_view name,
                      std::string_view method) {
  if (!option) {
    return invalid_input("stats: " + std::string(method) + " needs --" + std::string(name));
  }
  if (*option > 0 && *option < 1) return *option;
  return invalid_input("stats: --" + std::string(name) + " must lie in (0, 1), got " +
                       std::to_string(*option));
}

json::Value to_json(const MethodResult& result) {
  json::Value value = to_json(result.estimate);
  merge(value, result.beside);
  return value;
}

}  // namespace truebound::analyze
