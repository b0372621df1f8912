#pragma once

// Folder: from outcomes to estimates, by the method that the plan declared. Pure: no clock, no
// network, no model. This header: an estimate as a noun. None exists without its n, its method, its
// unit of replication and the counts of every planned slot.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/outcome.h"
#include "truebound/eval/question.h"
#include "truebound/json/fields.h"

namespace truebound::analyze {

/// Why an estimate has no value. A closed list; `none` where it has one.
enum class Reason {
  none,
  no_outcome,
  one_cluster,
  judge_not_calibrated,
  cannot_be_calibrated,
  verdict_without_labels,
  judge_no_better_than_chance,
  no_pairs,
  method_refused,
  not_a_rate  ///< counts of what was found, whatever it is a share of
};
constexpr std::array<std::string_view, 10> words(Reason /*list*/) {
  return {"none",
          "no_outcome",
          "one_cluster",
          "judge_not_calibrated",
          "cannot_be_calibrated",
          "verdict_without_labels",
          "judge_no_better_than_chance",
          "no_pairs",
          "method_refused",
          "not_a_rate"};
}

/// A reason as JSON has it: its word and, where numbers belong to it, those:
/// `cannot_be_calibrated: 7 held, 10 needed`.
std::string reason_in_words(Reason reason, const std::string& detail);

/// Limits without an estimate in the middle.
struct Range {
  double lower = 0;
  double upper = 1;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("lower", lower, "proportion");
    visit("upper", upper, "proportion");
  }
};

/// What a judge said, taken at its word: counts as judged, and their interval if judges did not
/// err.
struct Raw {
  std::int64_t flagged = 0;  ///< judged broke
  std::int64_t judged = 0;   ///< judged broke or held
  std::optional<double> value;
  double lower = 0;
  double upper = 1;
  std::string method = "clopper_pearson";
  std::optional<Range> clustered;  ///< the same limits once clusters are counted
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("flagged", flagged, "judged broke");
    visit("judged", judged, "judged broke or held");
    visit("value", value, "flagged share of the judged");
    visit("lower", lower, "lower limit, if judges did not err");
    visit("upper", upper, "upper limit, if judges did not err");
    visit("method", method, "how the limits were computed");
    visit("clustered", clustered, "the limits at the effective n, if judges did not err");
  }
};

/// The judge behind an estimate: right and all labeled, for each truth.
struct JudgeError {
  std::string identity;
  std::vector<std::int64_t> sensitivity;  ///< flagged of those that broke, and all that broke
  std::vector<std::int64_t> specificity;  ///< passed of those that held, and all that held
  std::string labeled_by;
  std::optional<double> limit_of_detection;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("identity", identity, "hash of the judge");
    visit("sensitivity", sensitivity, "[flagged, all] of the labeled that broke");
    visit("specificity", specificity, "[passed, all] of the labeled that held");
    visit("labeled_by", labeled_by, "who labeled");
    visit("limit_of_detection", limit_of_detection,
          "rate below which no number of requests settles");
  }
};

/// One step of the calculation, to follow with a pocket calculator.
struct Step {
  std::string what;
  std::string how;
  std::string result;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("what", what, "what is computed");
    visit("how", how, "with which numbers");
    visit("result", result, "what comes out");
  }
};

/// The step that says on what a claim rests.
inline constexpr const char* claim_step = "Claim";

/// Evidence on a threshold that may be looked at after every cluster: logs of e-values. A claim is
/// settled where one reaches the bar, and its sample ends there.
struct Sequential {
  double log_e_below = 0;  ///< against a rate of at least the threshold
  double log_e_above = 0;  ///< against a rate of at most the threshold
  double bar = 0;          ///< -log of the chance to be wrong that is left to outcomes
  std::optional<std::int64_t> last_slot;  ///< the sample's last, where it ended before the plan
  std::int64_t after = 0;                 ///< slots of the cell that were asked after its end
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("log_e_below", log_e_below, "log of the e-value against at least the threshold");
    visit("log_e_above", log_e_above, "log of the e-value against at most the threshold");
    visit("bar", bar, "a claim is settled where one reaches this");
    visit("last_slot", last_slot, "the sample's last slot, where it ended before the plan");
    visit("after", after, "slots asked after the sample's end: exhibits");
  }
};

/// An estimate of a rate of `broke`, or of a difference of two rates (first arm minus second).
struct Estimate {
  std::string name;
  std::optional<double> value;
  double lower = 0;
  double upper = 1;
  double confidence = 0.95;
  std::string sides = "two";
  std::string method;
  std::string sampling = "fixed";  ///< fixed, or sequential: the sample ended by what was seen
  std::int64_t n = 0;
  double effective_n = 0;
  std::int64_t clusters = 0;
  std::string unit = "cluster";
  eval::Estimand estimand = eval::Estimand::generalized;
  double correlation = 1;
  eval::Counts counts;
  Range missing;
  std::optional<Raw> raw;
  std::optional<JudgeError> judge;
  std::int64_t stopped = 0;  ///< of the counts, those that a safeguard stopped
  std::int64_t cut = 0;      ///< of the counts, answers cut at the token limit
  double bound_below = 1;    ///< one-sided upper limit, missing taken as broke
  double bound_above = 0;    ///< one-sided lower limit, missing taken as held
  double bound_confidence = 0.95;
  std::optional<double> bound_above_confidence;  ///< of bound_above, where it is another
  std::optional<double> korn_graubard_n;         ///< shown beside, where it is defined
  Reason reason = Reason::none;
  std::string reason_detail;
  std::string mend;  ///< the command that would give a number
  std::optional<double> p_value;
  std::optional<double> statistic;
  std::optional<Sequential> sequential;
  std::vector<Step> steps;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "what it is an estimate of");
    visit("value", value, "the estimate; absent with a reason");
    visit("lower", lower, "lower limit, complete cases");
    visit("upper", upper, "upper limit, complete cases");
    visit("confidence", confidence, "of the interval");
    visit("sides", sides, "two or one");
    visit("method", method, "a page of docs/methods");
    visit("sampling", sampling, "fixed or sequential");
    visit("n", n, "decided slots");
    visit("effective_n", effective_n, "independent slots that they are worth");
    visit("clusters", clusters, "groups of slots that resemble each other");
    visit("unit", unit, "unit of replication");
    visit("estimand", estimand, "fixed_set or generalized");
    visit("correlation", correlation, "within-cluster correlation that the plan assumes");
    visit("counts", counts, "every planned slot, once");
    visit("missing", missing, "limits with the missing taken both ways");
    visit("raw", raw, "as judged");
    visit("judge", judge, "the judge and its errors");
    visit("stopped", stopped, "slots that a safeguard stopped");
    visit("cut", cut, "answers cut at the token limit");
    visit("bound_below", bound_below, "one-sided upper limit that a claim rests on");
    visit("bound_above", bound_above, "one-sided lower limit that a claim rests on");
    visit("bound_confidence", bound_confidence,
          "of bound_below: 1 - alpha/m, or as its family has it");
    visit("bound_above_confidence", bound_above_confidence, "of bound_above, where it is another");
    visit("korn_graubard_n", korn_graubard_n, "n* of Korn and Graubard, shown beside");
    visit("reason", reason, "why there is no value");
    visit("reason_detail", reason_detail, "the same with numbers");
    visit("mend", mend, "the command that would give a number");
    visit("p_value", p_value, "of a test");
    visit("statistic", statistic, "of a test");
    visit("sequential", sequential, "evidence that may be looked at at any time");
    visit("steps", steps, "the calculation");
  }
};

/// The estimate as others read it (EXAMPLES B): numbers always there or null with the reason.
json::Value to_json(const Estimate& estimate);

/// Two arms on the same samples, as judged: no claim rests on it.
struct Comparison {
  std::string name;
  std::string first;
  std::string second;
  std::int64_t both_broke = 0;
  std::int64_t only_first = 0;
  std::int64_t only_second = 0;
  std::int64_t neither = 0;
  std::int64_t without_partner = 0;
  std::int64_t same_cluster = 0;  ///< pairs left out: their cluster has one already
  std::optional<double> difference;
  double lower = -1;
  double upper = 1;
  std::optional<double> p_exact;
  std::optional<double> p_mid;
  std::int64_t missing_first = 0;   ///< outcomes of the first arm that are missing
  std::int64_t missing_second = 0;  ///< the same of the second arm
  std::optional<double> p_missing;  ///< that as unequal numbers are missing by chance
  double confidence = 0.95;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "what is compared");
    visit("first", first, "first arm");
    visit("second", second, "second arm");
    visit("both_broke", both_broke, "pairs");
    visit("only_first", only_first, "pairs");
    visit("only_second", only_second, "pairs");
    visit("neither", neither, "pairs");
    visit("without_partner", without_partner, "slots whose partner has no decided outcome");
    visit("same_cluster", same_cluster, "pairs left out, for their cluster has one already");
    visit("difference", difference, "rate of the first minus rate of the second");
    visit("lower", lower, "Bonett-Price");
    visit("upper", upper, "Bonett-Price");
    visit("p_exact", p_exact, "McNemar, exact");
    visit("p_mid", p_mid, "McNemar, mid-p");
    visit("missing_first", missing_first, "missing outcomes of the first arm");
    visit("missing_second", missing_second, "missing outcomes of the second arm");
    visit("p_missing", p_missing,
          "does what is missing depend on the arm? sign flips over clusters");
    visit("confidence", confidence, "of the interval");
  }
};

}  // namespace truebound::analyze
