// Methods for outcomes that a judge decided, and judges err.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_judged.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/misclassification.h"
#include "truebound/stats/two_phase.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

constexpr std::int64_t fewest_labels = 10;

bool is_judged(const Observation& row) {
  return row.decided_by == eval::DecidedBy::judge || !judged_word(row).empty();
}

using Trials = std::map<std::string, stats::Cluster>;

void add(Trials& trials, const Observation& row, Side side, Side hit) {
  stats::Cluster& cluster = trials[cluster_name(row)];
  ++cluster.size;
  if (side == hit) ++cluster.hits;
}

std::vector<stats::Cluster> values(const Trials& trials) {
  std::vector<stats::Cluster> list;
  for (const auto& [name, cluster] : trials)
    list.push_back(cluster);
  return list;
}

// A table of which the rows with a truth calibrate the judge, and the others are measured.
struct Judged {
  Trials flagged;  // measured rows, a hit being flagged
  Trials broke;    // labeled broke, a hit being flagged
  Trials held;     // labeled held, a hit being passed
  std::int64_t undecided_labels = 0;
  eval::Counts counts;  // of the measured rows, as judged
  std::string judge;
};

Result<void> add_label(Judged& judged, const Observation& row, std::optional<Side> verdict,
                       const std::string& table) {
  TRUEBOUND_TRY(truth, side_of_word(row.truth, row, table));
  if (!truth || !verdict) {
    ++judged.undecided_labels;
    return {};
  }
  add(*truth == Side::broke ? judged.broke : judged.held, row, *verdict, *truth);
  return {};
}

// The outcome as the judge says it; where it says nothing, why there is none.
eval::Outcome as_judged(const Observation& row, std::optional<Side> verdict) {
  if (verdict == Side::broke) return eval::Broke{};
  if (verdict == Side::held) return eval::Held{};
  if (judged_word(row).empty()) return row.outcome;
  return eval::Undecided{"undecided"};
}

void add_measured(Judged& judged, const Observation& row, std::optional<Side> verdict) {
  judged.counts.add(as_judged(row, verdict));
  if (verdict) add(judged.flagged, row, *verdict, Side::broke);
}

Result<Judged> split(const Rows& rows, const std::string& table) {
  Judged judged;
  std::set<std::string> judges;
  for (const Observation* row : rows) {
    TRUEBOUND_TRY(verdict, judged_side(*row, table));
    if (!row->judge.empty() && judged_word(*row) != row->judge) judges.insert(row->judge);
    if (row->truth.empty()) {
      add_measured(judged, *row, verdict);
    } else {
      TRUEBOUND_TRY_VOID(add_label(judged, *row, verdict, table));
    }
  }
  judged.judge = join({judges.begin(), judges.end()});
  return judged;
}

std::int64_t size(const Trials& trials) {
  std::int64_t n = 0;
  for (const auto& [name, cluster] : trials)
    n += cluster.size;
  return n;
}

std::int64_t hits(const Trials& trials) {
  std::int64_t n = 0;
  for (const auto& [name, cluster] : trials)
    n += cluster.hits;
  return n;
}

// A share with its effective n; 0 of 0 where there is no trial.
Result<stats::Share> share_of(const Trials& trials, const MethodOptions& options) {
  if (size(trials) == 0) return stats::Share{};
  TRUEBOUND_TRY(
      found, options.estimand == eval::Estimand::fixed_set
                 ? stats::unclustered_size(values(trials))
                 : stats::effective_size(values(trials), options.correlation, options.confidence));
  return stats::Share{static_cast<double>(found.hits) / static_cast<double>(found.n),
                      found.effective_n};
}

Result<stats::Interval> limits_of(const stats::Share& share, double confidence) {
  return stats::clopper_pearson(std::min(share.n, share.share * share.n), share.n, confidence);
}

json::Value share_or_null(const Trials& trials) {
  if (size(trials) == 0) return nullptr;
  return static_cast<double>(hits(trials)) / static_cast<double>(size(trials));
}

json::Object told(const Judged& judged) {
  return {{"sensitivity", share_or_null(judged.broke)},
          {"specificity", share_or_null(judged.held)},
          {"labels", json::Object{{"broke_flagged", hits(judged.broke)},
                                  {"broke", size(judged.broke)},
                                  {"held_passed", hits(judged.held)},
                                  {"held", size(judged.held)},
                                  {"undecided", judged.undecided_labels}}}};
}

struct Absence {
  Reason reason = Reason::none;
  std::string detail;
};

// Why there is no number, in the order of the chain's reasons; the labels come first, since a table
// may hold nothing else.
Result<Absence> absence_of(const Judged& judged, const stats::Misclassified& seen,
                           double confidence) {
  const std::int64_t broke = size(judged.broke);
  const std::int64_t held = size(judged.held);
  if (broke + held == 0) return Absence{Reason::judge_not_calibrated, ""};
  std::string few;
  if (broke < fewest_labels) few += fmt::format("{} broke, ", broke);
  if (held < fewest_labels) few += fmt::format("{} held, ", held);
  if (!few.empty()) {
    return Absence{Reason::cannot_be_calibrated, few + fmt::format("{} needed", fewest_labels)};
  }
  TRUEBOUND_TRY(sensitivity, limits_of(seen.sensitivity, confidence));
  TRUEBOUND_TRY(specificity, limits_of(seen.specificity, confidence));
  if (sensitivity.lower + specificity.lower <= 1)
    return Absence{Reason::judge_no_better_than_chance, ""};
  if (size(judged.flagged) == 0) return Absence{Reason::no_outcome, ""};
  return Absence{};
}

// What the judge said, taken at its word, in trials whose weight is `flagged.n`.
Result<std::optional<Raw>> raw_of(std::int64_t flags, std::int64_t trials,
                                  const stats::Share& flagged, double confidence) {
  Raw raw{.flagged = flags, .judged = trials};
  if (raw.judged == 0) return std::optional<Raw>();
  raw.value = static_cast<double>(raw.flagged) / static_cast<double>(raw.judged);
  TRUEBOUND_TRY(limits, limits_of(flagged, confidence));
  raw.lower = limits.lower;
  raw.upper = limits.upper;
  return std::optional(raw);
}

Estimate start_judged(const Rows& rows, const Judged& judged, const MethodOptions& options) {
  Estimate estimate = start(rows, options, "");
  estimate.counts = judged.counts;
  estimate.n = size(judged.flagged);
  estimate.clusters = static_cast<std::int64_t>(judged.flagged.size());
  JudgeError error{.identity = judged.judge};
  if (size(judged.broke) + size(judged.held) > 0) error.labeled_by = "human";
  if (size(judged.broke) > 0) error.sensitivity = {hits(judged.broke), size(judged.broke)};
  if (size(judged.held) > 0) error.specificity = {hits(judged.held), size(judged.held)};
  estimate.judge = error;
  return estimate;
}

// A slot for the chain: judged where a judge spoke, stopped where a layer did, else exact.
void count(ClusterCounts& counts, const Observation& row, std::optional<Side> side) {
  const bool broke = side == Side::broke;
  if (!side) {
    ++counts.missing;
  } else if (is_judged(row)) {
    ++(broke ? counts.flagged : counts.passed);
  } else if (row.decided_by == eval::DecidedBy::layer) {
    ++(broke ? counts.stopped_broke : counts.stopped);
  } else {
    ++(broke ? counts.exact_broke : counts.exact_held);
  }
}

struct ChainInput {
  std::vector<ClusterCounts> clusters;
  Labels labels;
  eval::Counts counts;
};

Result<ChainInput> chain_input(const Rows& rows, const std::string& table) {
  ChainInput input;
  std::map<std::string, ClusterCounts> clusters;
  LabelsThisRun labels;
  for (const Observation* row : rows) {
    TRUEBOUND_TRY(verdict, judged_side(*row, table));
    count(clusters[cluster_name(*row)], *row, verdict);
    input.counts.add(as_judged(*row, verdict));
    if (row->truth.empty() || !is_judged(*row) || !verdict) continue;
    TRUEBOUND_TRY(truth, side_of_word(row->truth, *row, table));
    if (!truth) continue;
    VerdictLabels& of = *verdict == Side::broke ? labels.flagged : labels.passed;
    ++of.labeled;
    if (*truth == Side::broke) ++of.broke;
  }
  for (const auto& [name, cluster] : clusters)
    input.clusters.push_back(cluster);
  if (labels.flagged.labeled + labels.passed.labeled > 0) input.labels = labels;
  return input;
}

json::Object steps_told(const Chain& chain) {
  json::List moves;
  for (const Move& each : chain.correction.moves) {
    moves.push_back(
        json::Object{{"name", std::string(each.name)}, {"up", each.up}, {"down", each.down}});
  }
  const ClusterCounts& counts = chain.counts;
  return {{"parts", json::Object{{"flagged", counts.flagged},
                                 {"passed", counts.passed},
                                 {"known_broke", counts.known_broke()},
                                 {"known_held", counts.known_held()},
                                 {"missing", counts.missing}}},
          {"moves", moves}};
}

using CorrectRate = Result<stats::CorrectedRate> (*)(const stats::Misclassified&, double);

Result<MethodResult> run_corrected(const Table& table, const MethodOptions& options,
                                   std::string_view method, CorrectRate correct) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY(judged, split(rows, options.table));
  Estimate estimate = start_judged(rows, judged, options);
  estimate.method = method;
  TRUEBOUND_TRY(flagged, share_of(judged.flagged, options));
  // Labels may come from anywhere: their clusters count once, whatever is assumed of the rows.
  const MethodOptions of_labels{.confidence = options.confidence};
  TRUEBOUND_TRY(sensitivity, share_of(judged.broke, of_labels));
  TRUEBOUND_TRY(specificity, share_of(judged.held, of_labels));
  estimate.effective_n = flagged.n;
  TRUEBOUND_TRY(raw,
                raw_of(hits(judged.flagged), size(judged.flagged), flagged, options.confidence));
  estimate.raw = raw;
  const stats::Misclassified seen{flagged, sensitivity, specificity};
  TRUEBOUND_TRY(absence, absence_of(judged, seen, options.confidence));
  estimate.reason = absence.reason;
  estimate.reason_detail = absence.detail;
  MethodResult result{std::move(estimate), told(judged)};
  if (result.estimate.reason != Reason::none) return result;

  TRUEBOUND_TRY(rate, correct(seen, options.confidence));
  TRUEBOUND_TRY(limits, stats::detection_limits(seen, 1 - options.confidence));
  result.estimate.value = rate.value;
  result.estimate.lower = rate.interval.lower;
  result.estimate.upper = rate.interval.upper;
  // Without a labeled false alarm their rate is not known, and so no limit.
  if (seen.specificity.share < 1) result.estimate.judge->limit_of_detection = limits.detection;
  carry_to_missing(result.estimate);
  return result;
}

}  // namespace

std::string judged_word(const Observation& row) {
  if (!row.verdict.empty()) return row.verdict;
  const bool is_word = row.judge == "broke" || row.judge == "held" ||
                       from_text<eval::Verdict>(row.judge).has_value();
  return is_word ? row.judge : "";
}

Result<std::optional<Side>> judged_side(const Observation& row, const std::string& table) {
  const std::string word = judged_word(row);
  if (word.empty()) return side_of(row);
  return side_of_word(word, row, table);
}

bool has_judged(const Table& table) {
  return std::any_of(table.begin(), table.end(), is_judged);
}

Result<MethodResult> run_lang_reiczigel(const Table& table, const MethodOptions& options) {
  return run_corrected(table, options, "lang_reiczigel", stats::lang_reiczigel);
}

Result<MethodResult> run_melded(const Table& table, const MethodOptions& options) {
  return run_corrected(table, options, "melded", stats::melded);
}

Result<MethodResult> run_chain(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY(input, chain_input(rows, options.table));
  const ChainOptions declared{.confidence = options.confidence,
                              .correlation = options.correlation,
                              .estimand = options.estimand};
  TRUEBOUND_TRY(chain, correct(input.clusters, input.labels, declared));
  Estimate estimate = start(rows, options, "chain");
  estimate.value = chain.value;
  estimate.lower = chain.limits.lower;
  estimate.upper = chain.limits.upper;
  estimate.n = chain.counts.decided();
  estimate.counts = input.counts;
  estimate.missing = {chain.missing.limits.lower, chain.missing.limits.upper};
  estimate.bound_above = chain.claim.rate_above.value_or(0);
  estimate.bound_below = chain.claim.rate_below.value_or(1);
  estimate.reason = chain.reason;
  estimate.reason_detail = chain.reason_detail;
  const ClusterCounts& counts = chain.counts;
  if (counts.judged() > 0) {
    const auto judged = static_cast<double>(counts.judged());
    TRUEBOUND_TRY(
        raw, raw_of(counts.flagged, counts.judged(),
                    {static_cast<double>(counts.flagged) / judged, judged}, options.confidence));
    estimate.raw = raw;
  }
  if (chain.shares) estimate.effective_n = chain.shares->size.effective_n;
  if (chain.shares) estimate.korn_graubard_n = chain.shares->size.korn_graubard;
  return MethodResult{std::move(estimate), steps_told(chain)};
}

}  // namespace truebound::analyze
