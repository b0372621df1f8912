// Methods for means of scores in [0, 1]: graded outcomes, or 1 for broke and 0 for held. A cluster
// is one score, the mean of its rows.

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/stats/betting.h"

namespace truebound::analyze {
namespace {

using eval::Observation;
using Table = std::vector<Observation>;

double mean_of(std::vector<double> values) {
  // Sums then do not depend on the order of rows.
  std::ranges::sort(values);
  double sum = 0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

// The scores of each cluster, by name; empty where all its rows are missing.
std::map<std::string, std::vector<double>> by_cluster(const Rows& rows) {
  std::map<std::string, std::vector<double>> clusters;
  for (const Observation* row : rows) {
    std::vector<double>& scores = clusters[cluster_name(*row)];
    if (const auto score = eval::number_of(row->outcome)) scores.push_back(*score);
  }
  return clusters;
}

// Their means in order of names.
std::vector<double> means_by_name(const Rows& rows) {
  std::vector<double> means;
  for (const auto& [name, scores] : by_cluster(rows)) {
    if (!scores.empty()) means.push_back(mean_of(scores));
  }
  return means;
}

// Their means in order of appearance.
std::vector<double> means_as_they_came(const Rows& rows) {
  const auto clusters = by_cluster(rows);
  std::vector<double> means;
  std::map<std::string, bool> seen;
  for (const Observation* row : rows) {
    const std::string name = cluster_name(*row);
    if (!seen.emplace(name, true).second || clusters.at(name).empty()) continue;
    means.push_back(mean_of(clusters.at(name)));
  }
  return means;
}

// --- After every cluster. ---

Result<stats::BettingSequence> played(const Rows& rows, const MethodOptions& options) {
  const bool is_whole = options.estimand == eval::Estimand::fixed_set;
  const auto clusters = static_cast<std::int64_t>(by_cluster(rows).size());
  TRUEBOUND_TRY(sequence, stats::BettingSequence::open({.confidence = options.confidence,
                                                        .population = is_whole ? clusters : 0}));
  for (const double score : means_as_they_came(rows)) {
    TRUEBOUND_TRY_VOID(sequence.add(score));
  }
  return sequence;
}

// The limits with what is missing read as one side. Drawn without replacement, what was not run is
// no gap: the limits are for all of it.
Result<stats::Interval> limits_with(const Table& table, const MethodOptions& options, Side side) {
  Table filled = read_missing_as(table, side);
  const bool is_whole = options.estimand == eval::Estimand::fixed_set;
  for (std::size_t i = 0; is_whole && i < table.size(); ++i) {
    if (eval::kind_of(table[i].outcome) == eval::OutcomeKind::not_run) {
      filled[i].outcome = table[i].outcome;
    }
  }
  TRUEBOUND_TRY(rows, rows_of_mean(filled, options));
  TRUEBOUND_TRY(sequence, played(rows, options));
  return sequence.limits();
}

Result<MethodResult> run_betting(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_mean(table, options));
  Estimate estimate = start_mean(rows, options, "betting");
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  const bool is_whole = options.estimand == eval::Estimand::fixed_set;
  if (estimate.clusters < 2 && !is_whole) return no_number(estimate, Reason::one_cluster, "");
  TRUEBOUND_TRY(sequence, played(rows, options));
  TRUEBOUND_TRY(limits, sequence.limits());
  TRUEBOUND_TRY(held, limits_with(table, options, Side::held));
  TRUEBOUND_TRY(broke, limits_with(table, options, Side::broke));
  estimate.value = sequence.mean();
  estimate.lower = limits.lower;
  estimate.upper = limits.upper;
  estimate.missing = {held.lower, broke.upper};
  estimate.clusters = sequence.scores();
  estimate.effective_n = static_cast<double>(sequence.scores());
  const auto clusters = static_cast<std::int64_t>(by_cluster(rows).size());
  json::Object beside = scored_told(estimate);
  beside.emplace_back("weighting", "each cluster once");
  beside.emplace_back("population", is_whole ? json::Value(clusters) : json::Value(nullptr));
  return MethodResult{std::move(estimate), std::move(beside)};
}

// --- After a number of clusters that was planned. ---

// The limits of the mean of `scores` in [0, 1], all of which were planned.
Result<stats::Interval> limits_of(const std::vector<double>& scores, double confidence) {
  return stats::betting_limits(
      scores, {.confidence = confidence, .planned = static_cast<std::int64_t>(scores.size())});
}

Result<MethodResult> run_mean_score(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_mean(table, options));
  Estimate estimate = start_mean(rows, options, "mean_score");
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  if (estimate.clusters < 2) return no_number(estimate, Reason::one_cluster, "");
  const std::vector<double> means = means_by_name(rows);
  const auto limits = limits_of(means, options.confidence);
  if (!limits.ok()) return no_number(estimate, Reason::method_refused, limits.error().message);
  estimate.value = mean_of(means);
  estimate.lower = limits.value().lower;
  estimate.upper = limits.value().upper;
  estimate.effective_n = static_cast<double>(means.size());
  json::Object beside = scored_told(estimate);
  beside.emplace_back("weighting", "each cluster once");
  return MethodResult{std::move(estimate), std::move(beside)};
}

// --- Two arms on the same samples. ---

// What a cluster's matches differ by, first arm less second, on average; a missing score is read
// as `missing` says, or its match left out.
std::vector<double> differences(const Matches& matches,
                                const std::optional<std::array<double, 2>>& missing) {
  std::map<std::string, std::vector<double>> clusters;
  for (const Match& match : matches.list) {
    std::array<std::optional<double>, 2> scores;
    for (std::size_t arm = 0; arm < 2; ++arm) {
      if (match.rows[arm] != nullptr) scores[arm] = eval::number_of(match.rows[arm]->outcome);
      if (!scores[arm] && missing) scores[arm] = (*missing)[arm];
    }
    if (scores[0] && scores[1]) clusters[match.cluster].push_back(*scores[0] - *scores[1]);
  }
  std::vector<double> means;
  for (const auto& [name, values] : clusters)
    means.push_back(mean_of(values));
  return means;
}

// Limits of a mean in [-1, 1].
Result<stats::Interval> limits_of_difference(const std::vector<double>& values, double confidence) {
  std::vector<double> scores;
  for (const double value : values)
    scores.push_back(std::clamp((value + 1) / 2, 0.0, 1.0));
  TRUEBOUND_TRY(limits, limits_of(scores, confidence));
  return stats::Interval{2 * limits.lower - 1, 2 * limits.upper - 1};
}

Result<MethodResult> run_score_difference(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two, Scale::scores));
  Estimate estimate = start_mean(matches.rows, options, "score_difference");
  estimate.name = "difference/" + join(matches.arms, "-");
  const std::vector<double> values = differences(matches, std::nullopt);
  estimate.n = 0;
  json::List without;
  for (const Match& match : matches.list) {
    const bool complete = std::ranges::all_of(match.rows, [](const Observation* row) {
      return row != nullptr && eval::number_of(row->outcome);
    });
    estimate.n += complete ? 1 : 0;
    if (!complete) without.emplace_back(match.sample);
  }
  estimate.clusters = static_cast<std::int64_t>(values.size());
  estimate.effective_n = static_cast<double>(values.size());
  MethodResult result{estimate, scored_told(estimate)};
  result.beside.emplace_back("without_partner", without);
  Estimate& told = result.estimate;
  told.lower = told.missing.lower = told.bound_above = -1;
  if (values.size() < 2) {
    told.reason = values.empty() ? Reason::no_pairs : Reason::one_cluster;
    return result;
  }
  TRUEBOUND_TRY(limits, limits_of_difference(values, options.confidence));
  const std::vector<double> least = differences(matches, std::array{0.0, 1.0});
  const std::vector<double> most = differences(matches, std::array{1.0, 0.0});
  TRUEBOUND_TRY(against, limits_of_difference(least, options.confidence));
  TRUEBOUND_TRY(in_favor, limits_of_difference(most, options.confidence));
  told.value = mean_of(values);
  told.lower = limits.lower;
  told.upper = limits.upper;
  told.missing = {against.lower, in_favor.upper};
  result.beside.emplace_back("missing",
                             json::Object{{"least", mean_of(least)}, {"most", mean_of(most)}});
  return result;
}

}  // namespace

std::vector<MethodEntry> score_methods() {
  return {
      {{"betting", "outcome [sample cluster epoch score]", "arm confidence estimand",
        "mean of the clusters' rates of broke, or of their scores, limits that hold after every "
        "cluster"},
       run_betting},
      {{"mean_score", "outcome [sample cluster epoch score]", "arm confidence",
        "mean of scores in [0, 1], each cluster once, limits for as many clusters as there are"},
       run_mean_score,
       WhenMissing::run_again},
      {{"score_difference", "arm outcome [sample cluster epoch score]", "confidence",
        "difference of the mean scores of two arms on the same samples"},
       run_score_difference},
  };
}

}  // namespace truebound::analyze
