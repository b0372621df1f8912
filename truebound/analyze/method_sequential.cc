// Methods that may be looked at after every row: they read rows in the order of the table.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/analyze/sequential.h"
#include "truebound/stats/sequential.h"
#include "truebound/stats/sprt.h"

namespace truebound::analyze {
namespace {

using Table = std::vector<eval::Observation>;

// Where rates of harm lie: the limits hold whatever it is, they are only narrowest there.
constexpr stats::BetaMixture anywhere{.5, .5};
constexpr stats::BetaMixture rare{1, 30};

// Independent rows of one rate, with what they add up to.
struct Stream {
  Rows rows;
  Estimate estimate;
  stats::Tally seen;
};

Result<Stream> stream_of(const Table& table, const MethodOptions& options,
                         std::string_view method) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, method));
  Estimate estimate = start(rows, options, method);
  const stats::Tally seen{estimate.counts.broke, estimate.n};
  if (estimate.n > 0) {
    estimate.value = static_cast<double>(seen.hits) / static_cast<double>(seen.trials);
  }
  return Stream{std::move(rows), std::move(estimate), seen};
}

Result<void> set_sequence(Stream& stream, double confidence) {
  TRUEBOUND_TRY(limits, stats::confidence_sequence(stream.seen, confidence, anywhere));
  stream.estimate.lower = limits.lower;
  stream.estimate.upper = limits.upper;
  const std::int64_t missing = stream.estimate.counts.missing();
  const std::int64_t all = stream.seen.trials + missing;
  TRUEBOUND_TRY(held, stats::confidence_sequence({stream.seen.hits, all}, confidence, anywhere));
  TRUEBOUND_TRY(
      broke, stats::confidence_sequence({stream.seen.hits + missing, all}, confidence, anywhere));
  stream.estimate.missing = {held.lower, broke.upper};
  return {};
}

Result<MethodResult> run_confidence_sequence(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(stream, stream_of(table, options, "confidence_sequence"));
  TRUEBOUND_TRY_VOID(set_sequence(stream, options.confidence));
  if (stream.estimate.n == 0) return no_number(stream.estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(one_sided, stats::one_sided_sequences(stream.seen, options.confidence, anywhere));
  json::Object beside = {{"one_sided", in_json(one_sided)},
                         {"missing", missing_shares(stream.estimate)}};
  return MethodResult{std::move(stream.estimate), std::move(beside)};
}

// What stands in a row's place where it has no outcome: nothing, or one side.
using InItsPlace = std::optional<Side>;

std::optional<Side> side_or(const eval::Observation& row, InItsPlace missing) {
  const std::optional<Side> side = side_of(row);
  return side ? side : missing;
}

Result<stats::EProcess> fed(const Stream& stream, stats::Null null, double rate,
                            InItsPlace missing) {
  TRUEBOUND_TRY(process, stats::EProcess::against(null, rate, rare));
  for (const eval::Observation* row : stream.rows) {
    const std::optional<Side> side = side_or(*row, missing);
    if (side) process.add(side == Side::broke ? stats::Trial::hit : stats::Trial::miss);
  }
  return process;
}

json::Object told(const stats::EProcess& process, double alpha) {
  return {{"log_e", process.log_e()},
          {"most_log_e", process.most_log_e()},
          {"p_value", process.p_value()},
          {"rejected", process.rejects(alpha)}};
}

Result<MethodResult> run_e_process(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(stream, stream_of(table, options, "e_process"));
  if (stream.estimate.n == 0) return no_number(stream.estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(threshold, needed(options.threshold, "threshold", "e_process"));
  TRUEBOUND_TRY_VOID(set_sequence(stream, options.confidence));
  const double alpha = 1 - options.confidence;
  constexpr auto most_null = stats::Null::rate_at_most;
  constexpr auto least_null = stats::Null::rate_at_least;
  TRUEBOUND_TRY(at_most, fed(stream, most_null, threshold, std::nullopt));
  TRUEBOUND_TRY(at_least, fed(stream, least_null, threshold, std::nullopt));
  // Missing rows speak for each null as much as they can.
  TRUEBOUND_TRY(at_most_held, fed(stream, most_null, threshold, Side::held));
  TRUEBOUND_TRY(at_least_broke, fed(stream, least_null, threshold, Side::broke));
  json::Object missing = missing_shares(stream.estimate);
  missing.emplace_back("against_at_most", told(at_most_held, alpha));
  missing.emplace_back("against_at_least", told(at_least_broke, alpha));
  stream.estimate.p_value = at_most.p_value();
  stream.estimate.statistic = at_most.log_e();
  json::Object beside = {{"threshold", threshold},
                         {"against_at_most", told(at_most, alpha)},
                         {"against_at_least", told(at_least, alpha)},
                         {"missing", std::move(missing)}};
  return MethodResult{std::move(stream.estimate), std::move(beside)};
}

// The answer at the first row that gives one; the test ends there.
struct Ended {
  stats::SprtState state;
  std::int64_t after = 0;
};

Ended run_test(const Stream& stream, const stats::Sprt& test, InItsPlace missing) {
  Ended ended;
  stats::Tally seen;
  for (const eval::Observation* row : stream.rows) {
    const std::optional<Side> side = side_or(*row, missing);
    if (!side) continue;
    ++seen.trials;
    seen.hits += side == Side::broke ? 1 : 0;
    ended = {stats::answer_of(test, seen), seen.trials};
    if (ended.state.answer != stats::SprtAnswer::go_on) break;
  }
  return ended;
}

Result<MethodResult> run_sprt(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(stream, stream_of(table, options, "sprt"));
  if (stream.estimate.n == 0) return no_number(stream.estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(threshold, needed(options.threshold, "threshold", "sprt"));
  TRUEBOUND_TRY(alternative, needed(options.alternative, "alternative", "sprt"));
  const stats::SprtAim aim{threshold, alternative, 1 - options.confidence};
  TRUEBOUND_TRY(test, stats::sprt(aim));
  TRUEBOUND_TRY(fixed, stats::fixed_test(aim));
  TRUEBOUND_TRY_VOID(set_sequence(stream, options.confidence));
  const Ended ended = run_test(stream, test, std::nullopt);
  json::Object missing = missing_shares(stream.estimate);
  for (const Side side : {Side::held, Side::broke}) {
    const Ended other = run_test(stream, test, side);
    missing.emplace_back(side == Side::held ? "answer_all_held" : "answer_all_broke",
                         std::string(to_text(other.state.answer)));
  }
  stream.estimate.statistic = ended.state.log_ratio;
  json::Object plan = {{"reject_line", test.reject_line},
                       {"accept_line", test.accept_line},
                       {"slope", test.slope},
                       {"trials_at_threshold", test.trials_at_p0},
                       {"trials_at_alternative", test.trials_at_p1},
                       {"fixed_trials", fixed.trials},
                       {"fixed_reject_hits", fixed.reject_hits}};
  json::Object beside = {{"answer", to_text(ended.state.answer)},
                         {"after_rows", ended.after},
                         {"threshold", threshold},
                         {"alternative", alternative},
                         {"false_alarm", aim.false_alarm},
                         {"miss", aim.miss},
                         {"plan", std::move(plan)},
                         {"missing", std::move(missing)}};
  return MethodResult{std::move(stream.estimate), std::move(beside)};
}

// Clusters in the order in which they first appear, each whole.
std::vector<Rows> whole_clusters(const Rows& rows) {
  std::map<std::string, std::size_t> index;
  std::vector<Rows> clusters;
  for (const eval::Observation* row : rows) {
    const auto [found, is_new] = index.emplace(cluster_name(*row), clusters.size());
    if (is_new) clusters.emplace_back();
    clusters[found->second].push_back(row);
  }
  return clusters;
}

// After how many clusters the threshold is settled; nothing where it never is.
Result<std::optional<std::int64_t>> settled_after(const std::vector<Rows>& clusters,
                                                  const SequentialDesign& design) {
  TRUEBOUND_TRY(evidence, RunningEvidence::of(design));
  std::int64_t seen = 0;
  for (const Rows& cluster : clusters) {
    ++seen;
    for (const ClusterCounts& counts : count_clusters(cluster))
      TRUEBOUND_TRY_VOID(evidence.add(counts));
    if (evidence.is_settled()) return std::optional(seen);
  }
  return std::optional<std::int64_t>();
}

Result<MethodResult> run_sequential_rate(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::by_row));
  const std::vector<Rows> clusters = whole_clusters(rows);
  SequentialDesign design{.threshold = options.threshold, .tail = 1 - options.confidence};
  for (const Rows& cluster : clusters) {
    design.largest =
        std::max(design.largest, static_cast<double>(cluster.size()) * cluster[0]->weight);
  }
  design.is_judged = std::ranges::any_of(
      rows, [](const eval::Observation* row) { return row->decided_by == eval::DecidedBy::judge; });
  Estimate estimate = start(rows, options, "sequential_rate");
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(
      found, sequential_estimate(estimate.name, rows, design, {.confidence = options.confidence}));
  json::Object beside = {{"largest_cluster", design.largest}};
  if (options.threshold) {
    TRUEBOUND_TRY(after, settled_after(clusters, design));
    beside.emplace_back("threshold", *options.threshold);
    beside.emplace_back("settled_after_clusters", after ? json::Value(*after) : nullptr);
  }
  return MethodResult{std::move(found), std::move(beside)};
}

}  // namespace

std::vector<MethodEntry> sequential_methods() {
  return {
      {{"confidence_sequence", "sample outcome", "arm confidence estimand",
        "rate of broke, limits that hold after every row at once"},
       run_confidence_sequence},
      {{"e_process", "sample outcome", "arm confidence estimand threshold",
        "evidence against a rate of at most, and of at least, --threshold, at any time"},
       run_e_process},
      {{"sprt", "sample outcome", "arm confidence estimand threshold alternative",
        "stop as soon as a rate of --threshold is told from one of --alternative"},
       run_sprt},
      {{"sequential_rate", "sample outcome [cluster epoch weight]", "arm confidence threshold",
        "rate of broke of clustered rows, as a sequential plan computes it: at any time"},
       run_sequential_rate},
  };
}

}  // namespace truebound::analyze
