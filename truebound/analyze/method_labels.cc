// Methods for a judge that reads every row and a person who reads some of them.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_judged.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/stats/two_phase.h"

namespace truebound::analyze {
namespace {

using Table = std::vector<eval::Observation>;

constexpr double rarest_powered = .05;
constexpr std::int64_t fewest_labels = 10;

// A row as the judge and a person saw it.
struct Read {
  bool flagged = false;
  std::optional<Side> truth;
};

struct ReadRows {
  Estimate estimate;
  std::vector<Read> rows;  // those with a verdict
};

Result<ReadRows> read_rows(const Table& table, const MethodOptions& options,
                           std::string_view method) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, method));
  ReadRows read{.estimate = start(rows, options, method)};
  eval::Counts counts;
  for (const eval::Observation* row : rows) {
    TRUEBOUND_TRY(verdict, judged_side(*row, options.table));
    if (!verdict) {
      counts.add(eval::kind_of(row->outcome) == eval::OutcomeKind::broke ||
                         eval::kind_of(row->outcome) == eval::OutcomeKind::held
                     ? eval::Outcome(eval::Undecided{"undecided"})
                     : row->outcome);
      continue;
    }
    counts.add(*verdict == Side::broke ? eval::Outcome(eval::Broke{})
                                       : eval::Outcome(eval::Held{}));
    Read each{.flagged = *verdict == Side::broke};
    if (!row->truth.empty()) {
      TRUEBOUND_TRY(truth, side_of_word(row->truth, *row, options.table));
      each.truth = truth;
    }
    read.rows.push_back(each);
  }
  read.estimate.counts = counts;
  read.estimate.n = static_cast<std::int64_t>(read.rows.size());
  read.estimate.effective_n = static_cast<double>(read.estimate.n);
  return read;
}

stats::TwoPhase counted(const std::vector<Read>& rows) {
  stats::TwoPhase seen{.units = static_cast<std::int64_t>(rows.size())};
  for (const Read& row : rows) {
    seen.flagged += row.flagged ? 1 : 0;
    if (!row.truth) continue;
    stats::Labeled& part = row.flagged ? seen.of_flagged : seen.of_unflagged;
    ++part.read;
    part.hits += row.truth == Side::broke ? 1 : 0;
  }
  return seen;
}

json::Object label_counts(const stats::Labeled& labels) {
  return {{"broke", labels.hits}, {"read", labels.read}};
}

json::Object labels_told(const stats::TwoPhase& seen) {
  return {{"flagged", seen.flagged},
          {"judged", seen.units},
          {"of_flagged", label_counts(seen.of_flagged)},
          {"of_unflagged", label_counts(seen.of_unflagged)}};
}

Result<MethodResult> run_two_phase(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(read, read_rows(table, options, "two_phase"));
  if (read.rows.empty()) return no_number(read.estimate, Reason::no_outcome, "");
  const stats::TwoPhase seen = counted(read.rows);
  const bool lacks_flagged = seen.flagged > 0 && seen.of_flagged.read == 0;
  const bool lacks_others = seen.flagged < seen.units && seen.of_unflagged.read == 0;
  if (lacks_flagged || lacks_others) {
    MethodResult none = no_number(
        read.estimate, Reason::verdict_without_labels,
        lacks_flagged ? "no label of a flagged row" : "no label of a row that was not flagged");
    none.beside = {{"labels", labels_told(seen)}};
    return none;
  }
  TRUEBOUND_TRY(rate, stats::two_phase(seen, options.confidence));
  read.estimate.value = rate.value;
  read.estimate.lower = rate.interval.lower;
  read.estimate.upper = rate.interval.upper;
  carry_to_missing(read.estimate);
  return MethodResult{std::move(read.estimate),
                      {{"labels", labels_told(seen)},
                       {"flagged_rate", rate.flagged_rate},
                       {"flagged_limits", in_json(rate.flagged_limits)},
                       {"unflagged_rate", rate.unflagged_rate},
                       {"unflagged_limits", in_json(rate.unflagged_limits)}}};
}

// Rows as scores: what the instrument gave, and what a person gave to some of them.
struct Predictions {
  Estimate estimate;
  std::vector<stats::ScoredPair> labeled;
  std::vector<double> unlabeled;
};

Result<Predictions> predictions_of_sides(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(read, read_rows(table, options, "prediction_powered"));
  Predictions found{.estimate = read.estimate};
  for (const Read& row : read.rows) {
    const double predicted = row.flagged ? 1 : 0;
    if (row.truth) {
      found.labeled.push_back({*row.truth == Side::broke ? 1.0 : 0.0, predicted});
    } else {
      found.unlabeled.push_back(predicted);
    }
  }
  return found;
}

Result<Predictions> predictions_of_scores(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_mean(table, options));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, "prediction_powered"));
  Predictions found{.estimate = start_mean(rows, options, "prediction_powered")};
  for (const eval::Observation* row : rows) {
    const std::optional<double> predicted = eval::number_of(row->outcome);
    if (!predicted) continue;
    const std::optional<double> truth = eval::score_of(row->truth);
    if (!truth && !row->truth.empty()) {
      return invalid_input(place_of(*row, options.table) +
                           ": truth must be a score in [0, 1] where outcomes are, got " +
                           row->truth);
    }
    if (truth) {
      found.labeled.push_back({*truth, *predicted});
    } else {
      found.unlabeled.push_back(*predicted);
    }
  }
  return found;
}

bool has_scores(const Table& table) {
  return std::ranges::any_of(table, [](const eval::Observation& row) {
    return eval::kind_of(row.outcome) == eval::OutcomeKind::score;
  });
}

Result<MethodResult> run_prediction_powered(const Table& table, const MethodOptions& options) {
  const bool graded = has_scores(table);
  TRUEBOUND_TRY(
      read, graded ? predictions_of_scores(table, options) : predictions_of_sides(table, options));
  if (read.estimate.n == 0) return no_number(read.estimate, Reason::no_outcome, "");
  std::vector<stats::ScoredPair>& labeled = read.labeled;
  std::vector<double>& unlabeled = read.unlabeled;
  // Sums then do not depend on the order of rows.
  std::sort(unlabeled.begin(), unlabeled.end());
  std::sort(labeled.begin(), labeled.end(),
            [](const stats::ScoredPair& a, const stats::ScoredPair& b) {
              return std::pair(a.truth, a.predicted) < std::pair(b.truth, b.predicted);
            });
  const auto mean = stats::prediction_powered_mean(labeled, unlabeled, options.confidence);
  if (!mean.ok()) {
    return no_number(read.estimate, Reason::method_refused, mean.error().message);
  }
  if (!graded && !(mean.value().value > rarest_powered)) {
    return no_number(read.estimate, Reason::method_refused,
                     fmt::format("{:.4g} is too rare for a normal interval, which covers too "
                                 "seldom below 5 %; two_phase takes rare rates",
                                 mean.value().value));
  }
  const stats::PoweredMean& found = mean.value();
  read.estimate.value = std::min(1.0, found.value);
  read.estimate.lower = std::max(0.0, found.lower);
  read.estimate.upper = std::min(1.0, found.upper);
  carry_to_missing(read.estimate);
  json::Object scored = scored_told(read.estimate);
  return MethodResult{std::move(read.estimate),
                      {{"counts", scored.empty() ? json::Object{} : *scored[0].second.object()},
                       {"standard_error", found.standard_error},
                       {"weight", found.weight},
                       {"labels", static_cast<std::int64_t>(labeled.size())},
                       {"labels_worth", found.labels}}};
}

Result<MethodResult> run_detection_limit(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(read, read_rows(table, options, "detection_limit"));
  read.estimate.name = "limit_of_detection";
  if (read.rows.empty()) return no_number(read.estimate, Reason::no_outcome, "");
  stats::Labeled broke;
  stats::Labeled held;
  std::int64_t measured = 0;
  for (const Read& row : read.rows) {
    measured += row.truth ? 0 : 1;
    if (!row.truth) continue;
    const bool is_broke = *row.truth == Side::broke;
    stats::Labeled& labels = is_broke ? broke : held;
    ++labels.read;
    labels.hits += row.flagged == is_broke ? 1 : 0;
  }
  if (broke.read == 0 || held.read == 0) {
    return no_number(read.estimate, Reason::judge_not_calibrated,
                     "labels of both truths are needed");
  }
  const auto share = [](const stats::Labeled& labels) {
    return stats::Share{static_cast<double>(labels.hits) / static_cast<double>(labels.read),
                        static_cast<double>(labels.read)};
  };
  if (std::min(broke.read, held.read) < fewest_labels) {
    return no_number(read.estimate, Reason::cannot_be_calibrated,
                     fmt::format("{} broke and {} held labeled, {} of each needed", broke.read,
                                 held.read, fewest_labels));
  }
  TRUEBOUND_TRY(sensitivity,
                stats::clopper_pearson(static_cast<double>(broke.hits),
                                       static_cast<double>(broke.read), options.confidence));
  TRUEBOUND_TRY(specificity,
                stats::clopper_pearson(static_cast<double>(held.hits),
                                       static_cast<double>(held.read), options.confidence));
  if (sensitivity.lower + specificity.lower <= 1) {
    return no_number(read.estimate, Reason::judge_no_better_than_chance,
                     fmt::format("lower limits {:.4g} of the sensitivity and {:.4g} of the "
                                 "specificity, over 1 together needed",
                                 sensitivity.lower, specificity.lower));
  }
  if (held.hits == held.read) {
    // A limit of 0 would say that the judge never errs, which no number of labels shows.
    return no_number(read.estimate, Reason::method_refused,
                     fmt::format("no false alarm among {} labels of what held: their rate is not "
                                 "known, and at most {:.4g}",
                                 held.read, 1 - specificity.lower));
  }
  const double trials = static_cast<double>(measured > 0 ? measured : read.estimate.n);
  const stats::Misclassified seen{{0, trials}, share(broke), share(held)};
  const double tail = 1 - options.confidence;
  const auto limits = stats::detection_limits(seen, tail);
  if (!limits.ok()) {
    return no_number(read.estimate, Reason::judge_no_better_than_chance, limits.error().message);
  }
  if (limits.value().detection >= 1) {
    return no_number(read.estimate, Reason::method_refused,
                     fmt::format("with {} rows and {} labels of what held no rate is told from 0",
                                 trials, held.read));
  }
  read.estimate.value = limits.value().detection;
  json::Object beside = {{"decision_limit", limits.value().decision},
                         {"sensitivity", seen.sensitivity.share},
                         {"specificity", seen.specificity.share}};
  if (options.threshold) {
    const auto settled = stats::check_detectable(*options.threshold, seen, tail);
    beside.emplace_back("threshold", *options.threshold);
    beside.emplace_back("can_be_settled", settled.ok());
    if (!settled.ok()) beside.emplace_back("why_not", settled.error().message);
  }
  MethodResult result{read.estimate, std::move(beside)};
  without_bounds(result, {0, 1},
                 "a property of the judge where it decides; what it left "
                 "undecided says nothing of it");
  return result;
}

}  // namespace

std::vector<MethodEntry> label_methods() {
  return {
      {{"two_phase", "sample judge truth [outcome]", "arm confidence estimand",
        "rate of broke where a person read some of the flagged rows and some of the others"},
       run_two_phase},
      {{"melded", "judge truth [outcome cluster]", "arm confidence correlation estimand",
        "rate behind a judge's flags, for rare harms; input as lang_reiczigel takes it"},
       run_melded},
      {{"prediction_powered", "sample truth [judge outcome score]", "arm confidence estimand",
        "mean score or rate of broke above 5 %, some rows scored by a person, all by a judge"},
       run_prediction_powered},
      {{"detection_limit", "judge truth [outcome]", "arm confidence estimand threshold",
        "the rate that a judge with these errors can tell from 0; --threshold asks about one"},
       run_detection_limit},
  };
}

}  // namespace truebound::analyze
