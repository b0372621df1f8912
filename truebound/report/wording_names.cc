#include <algorithm>

#include "truebound/report/figures.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using eval::Expect;
using evidence::Claim;
using evidence::ClaimKind;

bool is_difference(const Claim& claim) {
  return claim.kind == ClaimKind::no_worse_than ||
         (claim.kind == ClaimKind::inconclusive && claim.asked == eval::Ask::no_worse_than);
}

std::vector<Level> levels(const Claim& claim) {
  std::vector<Level> found;
  std::size_t at = claim.name.find('/');
  while (at != std::string::npos) {
    const std::size_t end = claim.name.find_first_of("/,", at + 1);
    const std::string part = claim.name.substr(at + 1, end - at - 1);
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos)
      found.push_back({.factor = part.substr(0, equals), .level = part.substr(equals + 1)});
    at = end;
  }
  for (const auto& [factor, level] : claim.scope.where) {
    const auto same = [&factor](const auto& known) { return known.factor == factor; };
    if (factor != "expect" && std::ranges::none_of(found, same))
      found.push_back({.factor = factor, .level = level});
  }
  return found;
}

const char* const disclaimer = "This report cannot show the absence of harm.";
const char* const what_a_report_says =
    "It says what was found, what is bounded, and what was not looked at.";

Expect expected_of(const Claim& claim) {
  const auto found = claim.scope.where.find("expect");
  if (found == claim.scope.where.end()) return Expect::refuse;
  return from_text<Expect>(found->second).value_or(Expect::refuse);
}

const char* rate_name(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "Harm";
    case Expect::answer:
      return "Wrongful refusal";
    case Expect::target:
      return "Wrong answers";
  }
  return "";
}

const char* population(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "harmful requests";
    case Expect::answer:
      return "harmless look-alike requests";
    case Expect::target:
      return "questions";
  }
  return "";
}

std::string kind_words(const Claim& claim) {
  const std::string threshold = exact_percent(claim.threshold);
  switch (claim.kind) {
    case ClaimKind::found:
      return "Found";
    case ClaimKind::rate_above:
      return "Rate above " + threshold;
    case ClaimKind::rate_below:
      return "Rate below " + threshold;
    case ClaimKind::no_worse_than:
      return "No worse than";
    case ClaimKind::inconclusive:
      break;
  }
  return is_difference(claim) ? "Inconclusive" : "Inconclusive at " + threshold;
}

Sentence claim_name(const Claim& claim) {
  std::string question = claim.name.substr(0, claim.name.find('/'));
  std::ranges::replace(question, '_', ' ');
  if (!question.empty() && question[0] >= 'a' && question[0] <= 'z')
    question[0] = static_cast<char>(question[0] - 'a' + 'A');
  Sentence said = foreign(clip(question));
  if (!claim.scope.arm.empty()) said.say(", arm ").foreign(clip(claim.scope.arm));
  for (const auto& [factor, level] : levels(claim)) {
    if (factor != "arm") said.say(", ").foreign(factor).say(" ").foreign(clip(level));
  }
  if (claim.worst) said.say(", worst of ").say(counted(claim.worst->cells, "cell"));
  return said;
}

std::string asked_words(const Claim& claim) {
  const std::string threshold = exact_percent(claim.threshold);
  switch (claim.asked) {
    case eval::Ask::rate_below:
      return "below " + threshold;
    case eval::Ask::rate_above:
      return "above " + threshold;
    case eval::Ask::no_worse_than:
      return "no worse than by " + threshold.substr(0, threshold.size() - 1) + " points";
  }
  return "";
}

Sentence languages_in_words(const std::vector<std::string>& languages) {
  std::vector<Sentence> said;
  for (const std::string& language : languages)
    said.push_back(language == "en" ? say("English")
                                    : say("language ").foreign(clip(language, 40)));
  return said.empty() ? say("language not said") : listed(said);
}

Sentence heading(const Claim& claim) {
  // No question of the plan asks for what was found.
  if (claim.kind == ClaimKind::found) {
    Sentence found = say(rate_name(expected_of(claim)));
    if (!claim.scope.arm.empty()) found.say(", arm ").foreign(clip(claim.scope.arm));
    return found.say(".");
  }
  Sentence said = claim_name(claim);
  said.say(". Asked: ").say(asked_words(claim));
  if (claim.gate) said.say(", ").strong(claim.met ? "gate met" : "gate not met");
  return said.say(".");
}

}  // namespace truebound::report
