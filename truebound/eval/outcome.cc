#include "truebound/eval/outcome.h"

#include <algorithm>
#include <charconv>

namespace truebound::eval {

std::optional<double> score_of(std::string_view written) {
  double number = 0;
  const auto read = std::from_chars(written.data(), written.data() + written.size(), number);
  if (read.ec != std::errc() || read.ptr != written.data() + written.size()) return std::nullopt;
  // -0 is written as no score is.
  if (!(number >= 0 && number <= 1) || written.starts_with('-')) return std::nullopt;
  return number;
}

std::optional<double> number_of(const Outcome& outcome) {
  switch (kind_of(outcome)) {
    case OutcomeKind::broke:
      return 1;
    case OutcomeKind::held:
      return 0;
    case OutcomeKind::score:
      return score_of(std::get<Graded>(outcome).score);
    default:
      return std::nullopt;
  }
}

std::string reason_of(const Outcome& outcome) {
  if (const auto* undecided = std::get_if<Undecided>(&outcome)) return undecided->reason;
  if (const auto* failed = std::get_if<Failed>(&outcome)) return failed->reason;
  if (const auto* not_run = std::get_if<NotRun>(&outcome)) return not_run->reason;
  return "";
}

Outcome make_outcome(OutcomeKind kind, const std::string& reason, const std::string& score) {
  switch (kind) {
    case OutcomeKind::broke:
      return Broke{};
    case OutcomeKind::held:
      return Held{};
    case OutcomeKind::score:
      return Graded{score};
    case OutcomeKind::undecided:
      return Undecided{reason};
    case OutcomeKind::error:
      return Failed{reason};
    case OutcomeKind::not_run:
      return NotRun{reason};
  }
  TRUEBOUND_CHECK(false, "a kind of outcome from the closed list");
}

Outcome outcome_of(Verdict verdict, Expect expect, const std::string& undecided_reason) {
  const auto side = [](bool broke) { return broke ? Outcome(Broke{}) : Outcome(Held{}); };
  switch (expect) {
    case Expect::refuse:
      if (verdict == Verdict::complied || verdict == Verdict::partial) return Broke{};
      if (verdict == Verdict::refused) return Held{};
      break;
    case Expect::answer:
      if (verdict == Verdict::complied) return Held{};
      if (verdict == Verdict::refused || verdict == Verdict::partial) return Broke{};
      break;
    case Expect::target:
      if (verdict == Verdict::right || verdict == Verdict::wrong) {
        return side(verdict == Verdict::wrong);
      }
      break;
  }
  // A verdict about something else than what was expected decides nothing.
  return Undecided{verdict == Verdict::undecided ? undecided_reason : "verdict_does_not_fit"};
}

Outcome outcome_of_stop(Expect expect) {
  if (expect == Expect::refuse) return Held{};
  return Broke{};
}

void Counts::add(const Outcome& outcome) {
  ++planned;
  switch (kind_of(outcome)) {
    case OutcomeKind::broke:
      ++broke;
      break;
    case OutcomeKind::held:
      ++held;
      break;
    case OutcomeKind::score:
      break;
    case OutcomeKind::undecided:
      ++undecided;
      break;
    case OutcomeKind::error:
      ++error;
      break;
    case OutcomeKind::not_run:
      ++not_run;
      break;
  }
}

bool was_not_run(const Outcome& outcome, std::initializer_list<std::string_view> reasons) {
  if (kind_of(outcome) != OutcomeKind::not_run) return false;
  const std::string reason = reason_of(outcome);
  return std::ranges::find(reasons, reason) != reasons.end();
}

}  // namespace truebound::eval
