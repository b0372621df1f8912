#include "truebound/analyze/method_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

std::string quoted(const std::string& word) {
  return "'" + word + "'";
}

// What makes two rows the same unit of measurement.
std::vector<std::string> identity_of(const Observation& row) {
  return {row.suite,   row.sample,     row.model,
          row.persona, row.deployment, row.arm,
          row.attack,  row.objective,  std::to_string(row.epoch)};
}

Result<void> check_clusters(const Rows& rows, const std::string& table) {
  std::vector<std::string> without;
  for (const Observation* row : rows) {
    if (row->cluster.empty()) without.push_back(std::to_string(row->line));
  }
  if (without.empty() || without.size() == rows.size()) return {};
  return invalid_input(table + ": cluster must be given in every row or in none, got none in line" +
                       (without.size() > 1 ? "s " : " ") + join(without));
}

Result<void> check_weights(const Rows& rows, const std::string& table) {
  for (const Observation* row : rows) {
    if (row->weight == rows.front()->weight) continue;
    return invalid_input(place_of(*row, table) +
                         ": this method counts each row once, got different weights; "
                         "stratified_mean takes weights");
  }
  return {};
}

bool is_score(const Observation* row) {
  return eval::kind_of(row->outcome) == eval::OutcomeKind::score;
}

Result<void> check_graded(const Rows& rows, const std::string& table, Scale scale) {
  const auto graded = std::ranges::find_if(rows, is_score);
  if (graded == rows.end()) return {};
  if (scale == Scale::sides) {
    return invalid_input(place_of(**graded, table) +
                         ": outcome must be broke, held or missing for a "
                         "rate, got a graded score; mean_score takes scores");
  }
  for (const Observation* row : rows) {
    if (!side_of(*row)) continue;
    return invalid_input(place_of(*row, table) +
                         ": outcomes must all be scores or none, got a side here and a score in "
                         "line " +
                         std::to_string((*graded)->line));
  }
  return {};
}

std::map<std::string, Rows> by_cluster(const Rows& rows) {
  std::map<std::string, Rows> clusters;
  for (const Observation* row : rows)
    clusters[cluster_name(*row)].push_back(row);
  return clusters;
}

}  // namespace

std::string place_of(const Observation& row, const std::string& table) {
  return row.line > 0 ? table + ":" + std::to_string(row.line) : table;
}

Result<void> check_rows(const Rows& rows, const std::string& table, Scale scale) {
  if (rows.empty()) return invalid_input(table + ": at least one row, got none");
  std::map<std::vector<std::string>, const Observation*> seen;
  for (const Observation* row : rows) {
    const auto [first, is_new] = seen.emplace(identity_of(*row), row);
    if (is_new) continue;
    return invalid_input(place_of(*row, table) + ": each sample once an arm and epoch, got " +
                         quoted(row->sample) + " again, first in line " +
                         std::to_string(first->second->line));
  }
  TRUEBOUND_TRY_VOID(check_graded(rows, table, scale));
  return check_clusters(rows, table);
}

namespace {

Result<Rows> rows_of_arm(const std::vector<Observation>& table, const MethodOptions& options,
                         Weights weights, Scale scale) {
  Rows rows;
  std::set<std::string> arms;
  for (const Observation& row : table) {
    arms.insert(row.arm);
    if (options.arm.empty() || row.arm == options.arm) rows.push_back(&row);
  }
  if (options.arm.empty() && arms.size() > 1) {
    return invalid_input(options.table + ": a rate takes the rows of one arm, got " +
                         join({arms.begin(), arms.end()}) + "; name one");
  }
  if (rows.empty() && !arms.empty()) {
    return invalid_input(options.table + ": arm must be one of " +
                         join({arms.begin(), arms.end()}) + ", got " + quoted(options.arm));
  }
  TRUEBOUND_TRY_VOID(check_rows(rows, options.table, scale));
  if (weights == Weights::must_be_equal) TRUEBOUND_TRY_VOID(check_weights(rows, options.table));
  for (const Observation* row : rows) {
    if ((row->expect == eval::Expect::refuse) == (rows.front()->expect == eval::Expect::refuse)) {
      continue;
    }
    return invalid_input(place_of(*row, options.table) +
                         ": harm and wrongful refusal are two rates, got both in one table");
  }
  return rows;
}

}  // namespace

Result<Rows> rows_of_rate(const std::vector<Observation>& table, const MethodOptions& options,
                          Weights weights) {
  return rows_of_arm(table, options, weights, Scale::sides);
}

Result<Rows> rows_of_mean(const std::vector<Observation>& table, const MethodOptions& options) {
  return rows_of_arm(table, options, Weights::must_be_equal, Scale::scores);
}

bool is_graded(const Rows& rows) {
  return std::ranges::any_of(rows, is_score);
}

std::optional<Side> side_of(const Observation& row) {
  switch (eval::kind_of(row.outcome)) {
    case eval::OutcomeKind::broke:
      return Side::broke;
    case eval::OutcomeKind::held:
      return Side::held;
    default:
      return std::nullopt;
  }
}

Result<std::optional<Side>> side_of_word(const std::string& word, const Observation& row,
                                         const std::string& table) {
  if (word == "broke") return std::optional(Side::broke);
  if (word == "held") return std::optional(Side::held);
  const std::optional<eval::Verdict> verdict = from_text<eval::Verdict>(word);
  if (!verdict) {
    return invalid_input(place_of(row, table) + ": expected broke, held or one of " +
                         join(all_words<eval::Verdict>()) + ", got " + quoted(word));
  }
  const eval::Outcome outcome = eval::outcome_of(*verdict, row.expect, "undecided");
  if (std::holds_alternative<eval::Broke>(outcome)) return std::optional(Side::broke);
  if (std::holds_alternative<eval::Held>(outcome)) return std::optional(Side::held);
  return std::optional<Side>();
}

std::vector<stats::Cluster> trials_of(const Rows& rows) {
  std::vector<stats::Cluster> trials;
  for (const auto& [name, members] : by_cluster(rows)) {
    stats::Cluster cluster;
    for (const Observation* row : members) {
      const std::optional<Side> side = side_of(*row);
      if (side) ++cluster.size;
      if (side == Side::broke) ++cluster.hits;
    }
    trials.push_back(cluster);
  }
  return trials;
}

std::vector<ClusterCounts> counts_of(const Rows& rows) {
  std::vector<ClusterCounts> counts;
  for (const auto& [name, members] : by_cluster(rows)) {
    ClusterCounts cluster;
    for (const Observation* row : members) {
      const std::optional<Side> side = side_of(*row);
      ++(!side ? cluster.missing
               : (side == Side::broke ? cluster.exact_broke : cluster.exact_held));
    }
    counts.push_back(cluster);
  }
  return counts;
}

Estimate start(const Rows& rows, const MethodOptions& options, std::string_view method) {
  Estimate estimate{.name = options.arm.empty() ? "rate" : "rate/arm=" + options.arm,
                    .confidence = options.confidence,
                    .method = std::string(method),
                    .estimand = options.estimand,
                    .correlation = options.correlation,
                    .bound_confidence = options.confidence};
  std::set<std::string> clusters;
  for (const Observation* row : rows) {
    estimate.counts.add(row->outcome);
    if (side_of(*row)) clusters.insert(cluster_name(*row));
  }
  estimate.n = estimate.counts.broke + estimate.counts.held;
  estimate.effective_n = static_cast<double>(estimate.n);
  estimate.clusters = static_cast<std::int64_t>(clusters.size());
  if (rows.front()->cluster.empty()) estimate.unit = "sample";
  if (estimate.n == 0) estimate.reason = Reason::no_outcome;
  return estimate;
}

Estimate start_mean(const Rows& rows, const MethodOptions& options, std::string_view method) {
  Estimate estimate = start(rows, options, method);
  if (!is_graded(rows)) return estimate;
  estimate.name = options.arm.empty() ? "mean_score" : "mean_score/arm=" + options.arm;
  std::set<std::string> clusters;
  for (const Observation* row : rows) {
    if (!eval::number_of(row->outcome)) continue;
    ++estimate.n;
    clusters.insert(cluster_name(*row));
  }
  estimate.effective_n = static_cast<double>(estimate.n);
  estimate.clusters = static_cast<std::int64_t>(clusters.size());
  estimate.reason = Reason::none;
  return estimate;
}

json::Object scored_told(const Estimate& estimate) {
  const eval::Counts& counts = estimate.counts;
  const std::int64_t scored = counts.planned - counts.broke - counts.held - counts.missing();
  if (scored == 0) return {};
  return {{"counts", json::Object{{"scored", scored}}}};
}

Result<void> check_independent(const Rows& rows, const MethodOptions& options,
                               std::string_view method) {
  if (options.estimand == eval::Estimand::fixed_set) return {};
  const auto clusters = static_cast<std::size_t>(by_cluster(rows).size());
  if (clusters == rows.size()) return {};
  return invalid_input(options.table + ": " + std::string(method) +
                       " takes independent rows, got " + std::to_string(rows.size()) + " rows in " +
                       std::to_string(clusters) +
                       " clusters; effective_n takes them, and so does the estimand fixed_set");
}

void carry_to_missing(Estimate& estimate) {
  const auto n = static_cast<double>(estimate.n);
  const auto missing = static_cast<double>(estimate.counts.missing());
  estimate.missing.lower = estimate.lower * n / (n + missing);
  estimate.missing.upper = (estimate.upper * n + missing) / (n + missing);
}

std::vector<Observation> read_missing_as(const std::vector<Observation>& table, Side side) {
  std::vector<Observation> filled = table;
  const bool graded =
      std::ranges::any_of(table, [](const Observation& row) { return is_score(&row); });
  eval::Outcome read = side == Side::broke ? eval::Outcome(eval::Broke{}) : eval::Held{};
  if (graded) read = eval::Graded{side == Side::broke ? "1" : "0"};
  for (Observation& row : filled) {
    if (!eval::number_of(row.outcome)) row.outcome = read;
  }
  return filled;
}

json::Member no_bounds(const std::string& why) {
  return {"missing", json::Object{{"reason", why}}};
}

void without_bounds(MethodResult& result, const Range& widest, const std::string& why) {
  Estimate& estimate = result.estimate;
  if (estimate.counts.missing() == 0 && estimate.value) {
    estimate.missing = {estimate.lower, estimate.upper};
    return;
  }
  estimate.missing = widest;
  if (estimate.counts.missing() > 0) result.beside.push_back(no_bounds(why));
}

json::Object missing_shares(const Estimate& estimate) {
  const auto planned = static_cast<double>(estimate.n + estimate.counts.missing());
  const auto broke = static_cast<double>(estimate.counts.broke);
  const auto missing = static_cast<double>(estimate.counts.missing());
  return {{"all_held", broke / planned}, {"all_broke", (broke + missing) / planned}};
}

}  // namespace truebound::analyze
