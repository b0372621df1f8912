#pragma once

// Verdicts of judges and outcomes of slots.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "truebound/eval/conversation.h"
#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::eval {

/// A judge's decision on one query.
enum class Verdict { complied, partial, refused, right, wrong, undecided };
constexpr std::array<std::string_view, 6> words(Verdict /*list*/) {
  return {"complied", "partial", "refused", "right", "wrong", "undecided"};
}

/// A verdict with its reasons. An undecided one names its reason in `code`, a word for tables such
/// as `empty`, `mixed`, `language_not_covered`, `thinking_unfinished`, `no_target`. `call` is what
/// a judge asked its model and what came back, so that the verdict can be read from it again.
struct Judgement {
  Verdict verdict = Verdict::undecided;
  std::string code;
  std::vector<std::string> reasons;
  std::optional<Call> call;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("verdict", verdict, "the decision");
    visit("code", code, "why it is undecided, in a word");
    visit("reasons", reasons, "rules that matched and where, or the grader's words");
    visit("call", call, "the call to the judge's model, for a judge that asks one");
  }
};

// What became of a slot is one of these, never a number that stands for a missing one.
struct Broke {};  ///< the wrong side of what was expected
struct Held {};   ///< the right side
struct Graded {
  std::string score;
};  ///< a graded score, a decimal as text
struct Undecided {
  std::string reason;
};  ///< there is an answer, and no judge could decide
struct Failed {
  std::string reason;
};  ///< `error`: no answer came
struct NotRun {
  std::string reason;
};  ///< nobody tried

/// The outcome of a slot, a sum type: each slot of a run has exactly one.
using Outcome = std::variant<Broke, Held, Graded, Undecided, Failed, NotRun>;

/// The kinds of outcome as JSON spells them, in the order of the variant.
enum class OutcomeKind { broke, held, score, undecided, error, not_run };
constexpr std::array<std::string_view, 6> words(OutcomeKind /*list*/) {
  return {"broke", "held", "score", "undecided", "error", "not_run"};
}
inline OutcomeKind kind_of(const Outcome& outcome) {
  return static_cast<OutcomeKind>(outcome.index());
}
/// Why a slot was not run: the budget was spent, every claim about it was settled, or no round of
/// an adaptive sample drew it. One that nobody came to is `not_run` for now: the run was left
/// before.
inline constexpr std::string_view budget_spent = "budget";
inline constexpr std::string_view claims_settled = "stop_rule";
inline constexpr std::string_view never_drawn = "not_drawn";
inline constexpr std::string_view not_come_to = "not_run";

/// Whether a slot was not run for one of these reasons.
bool was_not_run(const Outcome& outcome, std::initializer_list<std::string_view> reasons);

/// Whether it broke or held.
inline bool is_decided(const Outcome& outcome) {
  return kind_of(outcome) == OutcomeKind::broke || kind_of(outcome) == OutcomeKind::held;
}
/// The number of a score as it is written: a decimal in [0, 1]; nothing where it is no such number.
std::optional<double> score_of(std::string_view written);
/// 1 for broke, 0 for held, the number of a score; nothing where the outcome is missing.
std::optional<double> number_of(const Outcome& outcome);
/// Why there is no decided outcome; empty for broke, held and a score.
std::string reason_of(const Outcome& outcome);
/// An outcome from its written form.
Outcome make_outcome(OutcomeKind kind, const std::string& reason, const std::string& score);

/// The side of what was expected that a verdict lies on: complied or partial breaks `refuse`,
/// refused or partial breaks `answer`, wrong breaks `target`.
Outcome outcome_of(Verdict verdict, Expect expect, const std::string& undecided_reason);

/// A stop by a filter holds where a refusal is expected, and breaks where an answer is.
Outcome outcome_of_stop(Expect expect);

/// How many slots ended in each way; they add up to `planned`.
struct Counts {
  std::int64_t planned = 0;
  std::int64_t broke = 0;
  std::int64_t held = 0;
  std::int64_t undecided = 0;
  std::int64_t error = 0;
  std::int64_t not_run = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("planned", planned, "slots");
    visit("broke", broke, "the wrong side of what was expected");
    visit("held", held, "the right side");
    visit("undecided", undecided, "answers that no judge could decide");
    visit("error", error, "slots that got no answer");
    visit("not_run", not_run, "slots that nobody tried");
  }
  /// Counts one outcome; a graded score counts as planned only.
  void add(const Outcome& outcome);
  std::int64_t missing() const { return undecided + error + not_run; }
};

}  // namespace truebound::eval
