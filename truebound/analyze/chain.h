#pragma once

// The chain of corrections from counts to a rate of broken slots: clusters, parts, judge, missing,
// claims, always in this order (docs/methods/chain.md). Pure: the same counts
// give the same numbers. What it takes is counted per cluster; what it gives shows every step.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/core/words.h"
#include "truebound/eval/question.h"
#include "truebound/stats/cluster.h"
#include "truebound/stats/interval.h"

namespace truebound::analyze {

/// `times` equal clusters (samples with their epochs, conversations, seeds), by what became of
/// their slots. All >= 0.
struct ClusterCounts {
  std::int64_t flagged = 0;        ///< a judge says broke
  std::int64_t passed = 0;         ///< a judge says held
  std::int64_t stopped = 0;        ///< a filter stopped it, where that is held (refuse expected)
  std::int64_t stopped_broke = 0;  ///< a filter stopped it, where that is broke (answer expected)
  std::int64_t exact_broke = 0;    ///< a scorer without error says broke
  std::int64_t exact_held = 0;     ///< a scorer without error says held
  std::int64_t missing = 0;        ///< undecided, error or not run
  std::int64_t times = 1;
  double weight = 1;  ///< of a cluster drawn with an unequal chance; read by sequential rates alone

  std::int64_t judged() const { return flagged + passed; }
  std::int64_t known_broke() const { return stopped_broke + exact_broke; }
  std::int64_t known_held() const { return stopped + exact_held; }
  std::int64_t decided() const { return judged() + known_broke() + known_held(); }
};

/// Human labels of responses from elsewhere, by truth: clusters of labels, `hits` of them judged
/// right (flagged where the truth is broke, passed where it is held).
struct LabelsElsewhere {
  std::vector<stats::Cluster> broke;
  std::vector<stats::Cluster> held;
};

/// Of the slots with one verdict, `labeled` were labeled by a human, `broke` of them as broke.
struct VerdictLabels {
  std::int64_t broke = 0;
  std::int64_t labeled = 0;
};

/// Human labels of slots of this very run, drawn at random within each verdict.
struct LabelsThisRun {
  VerdictLabels flagged;
  VerdictLabels passed;
};

/// What is known of the judge; nothing (monostate) where there is no label.
using Labels = std::variant<std::monostate, LabelsElsewhere, LabelsThisRun>;

/// What one cluster is.
enum class Unit {
  sample,
  conversation,  ///< held anew in each run, so that it counts as a draw under fixed_set too
  attack_seed,   ///< likewise
};
constexpr std::array<std::string_view, 3> words(Unit /*list*/) {
  return {"sample", "conversation", "attack_seed"};
}

/// Whether a filter is on where answers are expected: its stops are then broken slots.
enum class AnswerFilter { off, on };

/// Tails of the one-sided limits that claims rest on: of the one that a rate is below, and of the
/// one that it is above. In (0, 1).
struct ClaimTails {
  double below = .05;
  double above = .05;
};

/// What the plan declares; all of it affects the result.
struct ChainOptions {
  double confidence = .95;                                ///< of estimates, two-sided, in (0, 1)
  double correlation = 1;                                 ///< assumed within clusters, in [0, 1]
  eval::Estimand estimand = eval::Estimand::generalized;  ///< of what it is a rate
  Unit unit = Unit::sample;                               ///< what a cluster is
  std::int64_t claims = 1;                         ///< m, the claims that the plan asks, >= 1
  AnswerFilter answer_filter = AnswerFilter::off;  ///< whether stops can break slots
  /// Of claims, as their family has it; absent: alpha / m both.
  std::optional<ClaimTails> tails;
};

/// Sensitivity or specificity as labels from elsewhere give it.
struct JudgeRate {
  std::int64_t hits = 0;
  std::int64_t n = 0;
  double effective_n = 0;
  double value = 0;
};

/// Labels of one truth as a rate of right verdicts; their clusters count once, whatever the plan
/// assumes, since labels may come from anywhere.
/// @error invalid_input  as stats::effective_size
Result<JudgeRate> judge_rate(const std::vector<stats::Cluster>& labels, double confidence);

/// Fewer labels of a truth than this give no rate.
constexpr std::int64_t fewest_labels = 10;

/// Shares of all slots of one reading.
struct Shares {
  stats::EffectiveSize size;  ///< its `hits` are the slots flagged or known to have broken
  double judged = 0;
  double flagged = 0;
  double passed = 0;
  double known_broke = 0;
  double known_held = 0;
  /// Whether slots can break without a judge, so that the known share moves even from 0.
  bool known_counts = false;
};

/// How far the value moves when one share alone goes to its limit; 0 where it would move the other
/// way. Closed list of names: `flagged sensitivity specificity known_broke` with labels from
/// elsewhere; `slots flagged_labels passed_labels` with labels of this run.
struct Move {
  const char* name = "";
  double up = 0;
  double down = 0;
};

/// How one reading came to its limits at one tail.
struct Correction {
  double center = 0;              ///< the value before it is cut
  std::vector<Move> moves;        ///< empty where no judge decided: Clopper-Pearson
  std::optional<double> floor;    ///< the upper limit is at least this
  std::optional<double> ceiling;  ///< the lower limit is at most this
  /// False where the judge flags so few, or so many, that the labels cannot be of this judge here.
  bool calibration_fits = true;
  stats::Interval limits;
};

/// One verdict of the run, with labels of this run.
struct VerdictShare {
  const char* verdict = "";  ///< `flagged` or `passed`
  double share = 0;          ///< of all slots of the complete cases
  std::int64_t slots = 0;
  VerdictLabels labels;
  double value = 0;        ///< broke among the labeled
  stats::Interval limits;  ///< of `value`, two-sided
};

/// The rate under both extreme readings of what is missing.
struct MissingBounds {
  stats::Interval limits;  ///< lower: missing as held; upper: missing as known broke
  double effective_n_held = 0;
  double effective_n_broke = 0;
};

/// What claims rest on: one-sided limits, missing ones read against the claim.
struct ClaimBounds {
  ClaimTails tails;
  std::optional<double> rate_above;  ///< the rate is above this; absent without a number
  std::optional<double> rate_below;  ///< the rate is below this
};

/// What decided the slots, and so which method the limits come from.
enum class ChainMethod {
  clopper_pearson,   ///< no judge
  labels_elsewhere,  ///< Rogan-Gladen's rate, limits by moves
  labels_this_run,   ///< stratified by verdict, limits by moves
};
constexpr std::array<std::string_view, 3> words(ChainMethod /*list*/) {
  return {"clopper_pearson", "labels_elsewhere", "labels_this_run"};
}

/// The rate with every step to it. Without a number: `value` absent, limits 0 and 1, `reason` set.
struct Chain {
  ClusterCounts counts;  ///< sums over all clusters, `times` 1
  std::optional<JudgeRate> sensitivity;
  std::optional<JudgeRate> specificity;
  std::optional<Shares> shares;  ///< of the complete cases
  ChainMethod method = ChainMethod::clopper_pearson;
  std::optional<double> value;
  stats::Interval limits;  ///< of the complete cases, two-sided
  Correction correction;   ///< the steps to `limits`
  std::vector<VerdictShare> verdicts;
  MissingBounds missing;
  ClaimBounds claim;
  Reason reason = Reason::none;
  std::string reason_detail;  ///< what is missing, if it can be counted: `7 held, 10 needed`
};

/// Corrects counts to a rate.
///
/// @error invalid_input when a count is negative, an option is out of range, or more slots of a
///        verdict are labeled than there are
/// @source docs/methods/chain.md; held to the 30 cases of chain_cases.json. Squared moves:
///         Newcombe (1998), Statistics in Medicine 17:873-890; Zou and Donner (2008), Statistics
///         in Medicine 27:1693-1702
Result<Chain> correct(const std::vector<ClusterCounts>& clusters, const Labels& labels,
                      const ChainOptions& options);

/// The limits that claims about one rate rest on, at any tails: what holds for all of them is
/// computed once. One thread at a time.
class ClaimLimits {
 public:
  /// @error invalid_input  as correct()
  static Result<ClaimLimits> of(const std::vector<ClusterCounts>& clusters, const Labels& labels,
                                const ChainOptions& options);

  /// Those of correct() with these tails; nothing where it has no number.
  /// @error invalid_input  a tail is not in (0, 1)
  Result<ClaimBounds> at(const ClaimTails& tails) const;
  const std::optional<double>& value() const { return chain_.value; }

 private:
  ClaimLimits(Chain chain, Labels labels) : chain_(std::move(chain)), labels_(std::move(labels)) {}

  Chain chain_;
  Labels labels_;
  Shares held_;
  Shares broke_;
};

/// The smallest rate of broken slots that the chain's judge tells from none, given its false alarms
/// on labels from elsewhere: below it, more slots settle nothing, more labels of what held do.
/// Nothing without such labels, and where no labeled false alarm occurred.
///
/// @param confidence of the plan; both errors are 1 - confidence
/// @source as stats::detection_limits, at the judged slots' effective n, times their share
std::optional<double> limit_of_detection(const Chain& chain, double confidence);

}  // namespace truebound::analyze
