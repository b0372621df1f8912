#include "truebound/eval/calibration.h"

namespace truebound::eval {

std::string who_labeled(const Calibration& calibration) {
  if (calibration.reader == Reader::human) return calibration.labeled_by;
  if (calibration.labeled_by.empty()) return "a program";
  return calibration.labeled_by + " (a program)";
}

std::optional<std::string> side_of(std::string_view word, Expect expect) {
  if (word == "broke" || word == "held") return std::string(word);
  const std::optional<Verdict> verdict = from_text<Verdict>(word);
  if (!verdict) return std::nullopt;
  const OutcomeKind kind = kind_of(outcome_of(*verdict, expect, "undecided"));
  if (kind != OutcomeKind::broke && kind != OutcomeKind::held) return std::nullopt;
  return std::string(to_text(kind));
}

}  // namespace truebound::eval
