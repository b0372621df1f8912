#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "truebound/eval/sample.h"
#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Dossier;
using evidence::Part;
using evidence::Provenance;

namespace {

Sentence listed_or_silent(const std::vector<std::string>& parts, const char* silent) {
  std::vector<std::string> short_parts;
  short_parts.reserve(parts.size());
  for (const std::string& part : parts) {
    short_parts.push_back(clip(part, 40));
  }
  return parts.empty() ? say(silent) : listed_foreign(short_parts);
}

std::string ended(std::string text) {
  if (!text.empty() && !text.ends_with('.') && !text.ends_with("\u2026") && !text.ends_with('?') &&
      !text.ends_with('!')) {
    text += '.';
  }
  return text;
}

Sentence assessed_by(const Dossier& dossier) {
  Sentence said = foreign(clip(dossier.who.assessor));
  if (!dossier.who.independence.empty()) said.say(", ").foreign(clip(dossier.who.independence));
  if (!dossier.who.funding.empty()) {
    said.say(", ").foreign(clip(dossier.who.funding)).say(" funding");
  }
  if (said.empty()) said.say("The plan does not say");
  // A plan that is silent and one that lists nothing look the same here: neither says `none`.
  if (dossier.who.access_given.empty() && dossier.who.access_refused.empty()) {
    return said.say(". Access given and refused: not stated.");
  }
  said.say(". Access given: ").add(listed_or_silent(dossier.who.access_given, "not stated"));
  return said.say(". Refused: ")
      .add(listed_or_silent(dossier.who.access_refused, "none stated"))
      .say(".");
}

Sentence which_decision(const Dossier& dossier) {
  Sentence said = dossier.purpose.empty() ? say("The plan does not say.")
                                          : foreign(ended(clip(dossier.purpose)));
  std::size_t gates = 0;
  for (const evidence::Claim& claim : dossier.claims) {
    if (!claim.gate || ++gates > 2) continue;
    said.say(" Gate: ").add(claim_name(claim)).say(": ").say(asked_words(claim)).say(". ");
    said.strong(claim.met ? "Met." : "Not met.");
  }
  if (dossier.claims.empty()) return said.say(" No question is answered here.");
  if (gates == 0) said.say(" No gate is set.");
  if (gates > 2) {
    said.say(" And ")
        .link(counted(static_cast<std::int64_t>(gates) - 2, "more gate"), Place::claims)
        .say(".");
  }
  return said;
}

// A digest or served id, short enough for a head; all of it stands under Evidence.
std::string short_identity(const std::string& identity) {
  constexpr std::size_t digits = 12;
  const std::size_t begin = identity.find(':') == std::string::npos ? 0 : identity.find(':') + 1;
  const std::string rest = identity.substr(begin);
  const bool digest =
      rest.size() >= 40 && rest.find_first_not_of("0123456789abcdef") == std::string::npos;
  return digest ? identity.substr(0, begin + digits) : clip(identity, 40);
}

std::vector<std::string> languages_of(const Dossier& dossier) {
  std::set<std::string> languages;
  for (const evidence::SuiteCard& suite : dossier.suites) {
    languages.insert(suite.languages.begin(), suite.languages.end());
  }
  return {languages.begin(), languages.end()};
}

Sentence what_was_assessed(const Dossier& dossier) {
  Sentence said;
  for (const Part& model : dossier.models) {
    if (!said.empty()) said.say("; ");
    said.strong_foreign(clip(model.name));
    if (!model.about.empty() && model.about != model.name) {
      said.say(": ").foreign(clip(model.about));
    }
    if (!model.identity.empty()) said.say(", id ").code(short_identity(model.identity));
  }
  said.say(". ");
  const auto add = [&said](const char* one, const char* many, const std::vector<Part>& parts) {
    if (parts.empty()) return;
    std::vector<Sentence> names;
    names.reserve(parts.size());
    for (const Part& part : parts) {
      names.push_back(foreign(clip(part.name, 40)));
    }
    said.say(parts.size() == 1 ? one : many).add(listed(names)).say(", ");
  };
  add("Persona ", "Personas ", dossier.personas);
  add("deployment ", "deployments ", dossier.deployments);
  return said.add(languages_in_words(languages_of(dossier))).say(".");
}

Sentence arms_in_words(const Dossier& dossier) {
  Sentence said;
  for (const Part& arm : dossier.arms) {
    if (!said.empty()) said.say(" ");
    said.strong_foreign(clip(arm.name)).say(": ");
    said.foreign(ended(clip(arm.about.empty() ? "no safeguard" : arm.about, 120)));
  }
  return said.empty() ? say("None was named.") : said;
}

Sentence when(const Dossier& dossier) {
  const Provenance& from = dossier.provenance;
  Sentence said = say("Run " + date(from.started_ms) + ", " + clock_time(from.started_ms));
  if (from.ended_ms == 0) {
    said.say(" UTC, not closed. ");
  } else {
    said.say(" to ");
    if (date(from.ended_ms) != date(from.started_ms)) said.say(date(from.ended_ms) + ", ");
    said.say(clock_time(from.ended_ms) + " UTC. ");
  }
  if (dossier.valid_until.empty()) return said.say("The plan sets no date until which it holds.");
  said.say("Holds for this model and these arms until ");
  return said.foreign(date_of_plan(dossier.valid_until)).say(".");
}

Sentence plan_in_words(const Dossier& dossier) {
  const Provenance& from = dossier.provenance;
  Sentence said;
  if (from.registered_ms == 0) {
    said.say("Not registered before the run");
  } else {
    said.say("Registered ");
    if (date(from.registered_ms) != date(from.started_ms)) {
      said.say("on " + date(from.registered_ms) + " ");
    }
    said.say("at " + clock_time(from.registered_ms) + " UTC, ");
    said.say(from.registered_ms <= from.started_ms ? "before the run" : "after the run began");
  }
  said.say("; digest ").code(from.plan_digest.substr(0, 12)).say(". ");
  const auto count = static_cast<std::int64_t>(dossier.deviations.size());
  return said.link(count == 0 ? "No deviation" : counted(count, "deviation"), Place::deviations)
      .say(".");
}

Sentence tried(const Dossier& dossier) {
  std::int64_t samples = 0;
  for (const evidence::SuiteCard& suite : dossier.suites) {
    samples += suite.samples;
  }
  std::set<std::string> hazards;
  for (const evidence::Rate& rate : dossier.rates) {
    if (rate.group == "hazard") hazards.insert(rate.level);
  }
  for (const eval::EmptyCell& cell : dossier.empty_cells) {
    hazards.insert(cell.hazard);
  }
  Sentence said = say(counted(dossier.counts.planned, "slot") + ": " + counted(samples, "sample"));
  if (!hazards.empty()) {
    said.say(", " + counted(static_cast<std::int64_t>(hazards.size()), "hazard"));
  }
  said.say(", " + counted(static_cast<std::int64_t>(dossier.arms.size()), "arm"));
  std::vector<std::string> attacks;
  attacks.reserve(dossier.attacks.size());
  for (const Part& attack : dossier.attacks) {
    attacks.push_back(clip(attack.name, 40));
  }
  if (attacks.size() > 4) {
    said.say(", " + counted(static_cast<std::int64_t>(attacks.size()), "attack"));
  } else if (!attacks.empty()) {
    said.say(attacks.size() == 1 ? ", attack " : ", attacks ").add(listed_foreign(attacks));
  }
  const std::int64_t missing = dossier.counts.missing() - dossier.not_needed;
  const std::int64_t decided = dossier.counts.planned - dossier.counts.missing();
  said.say(decided == 0   ? ". None has an outcome, "
           : decided == 1 ? ". 1 has an outcome, "
                          : ". " + whole(decided) + " have an outcome, ");
  said.link(missing == 0   ? "none is missing"
            : missing == 1 ? "1 is missing"
                           : whole(missing) + " are missing",
            Place::outcomes);
  return said.say(dossier.not_needed == 0 ? "." : "; " + not_needed_words(dossier));
}

bool labeled(const Dossier& dossier) {
  if (labeled_here(dossier)) return true;
  return std::ranges::any_of(dossier.claims, [](const evidence::Claim& claim) {
    return claim.estimate.judge && claim.estimate.judge->sensitivity.size() == 2;
  });
}

// Who labeled the answers that the claims' rates rest on.
Sentence readers(const Dossier& dossier) {
  std::vector<std::string> names;
  for (const evidence::Claim& claim : dossier.claims) {
    if (!claim.estimate.value || !claim.estimate.judge) continue;
    const std::string& name = claim.estimate.judge->labeled_by;
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return {};
  std::vector<Sentence> said;
  for (const std::string& name : names)
    said.push_back(foreign(clip(name)));
  return Sentence(" by labels of ").add(listed(said));
}

Sentence judge_and_evidence(const Dossier& dossier) {
  Sentence said;
  std::vector<Sentence> names;
  names.reserve(dossier.judges.size());
  for (const evidence::JudgePage& judge : dossier.judges) {
    names.push_back(foreign(clip(judge.about.empty() ? judge.name : judge.about, 60)));
  }
  const bool judged = rests_on_judge(dossier) || names.empty();
  said.add(names.empty() ? say("No judge")
                         : say(judged ? "Judged by " : "Decided by ").add(listed(names)));
  const char* errors = labeled(dossier) ? "errors measured" : "errors not measured";
  said.say("; ").link(rests_on_judge(dossier) ? errors : "no rate rests on a judge", Place::judge);
  said.add(readers(dossier));
  said.say(". Ledger ").link("self-attested", Place::evidence).say(", checkpoint ");
  return said.code(dossier.provenance.root.substr(0, 8)).say(".");
}

}  // namespace

std::string kicker(const Dossier& dossier) {
  const Provenance& from = dossier.provenance;
  return "Truebound assessment report \u00b7 run " + whole(from.run) + " of the ledger, " +
         whole(from.ordinal) + " of " + whole(from.runs_of_plan) + " of this plan";
}

std::vector<Fact> head_facts(const Dossier& dossier) {
  return {{.label = "Assessed by", .value = assessed_by(dossier)},
          {.label = "For which decision", .value = which_decision(dossier)},
          {.label = "What was assessed", .value = what_was_assessed(dossier)},
          {.label = "Arms", .value = arms_in_words(dossier)},
          {.label = "When", .value = when(dossier)},
          {.label = "Plan", .value = plan_in_words(dossier)},
          {.label = "Tried", .value = tried(dossier)},
          {.label = "Judge and evidence", .value = judge_and_evidence(dossier)}};
}

std::vector<Sentence> footer(const Dossier& dossier) {
  Sentence second = "Generated by ";
  if (dossier.provenance.engine.empty()) {
    second.say("truebound");
  } else {
    second.foreign(dossier.provenance.engine);
  }
  second.say(" from run " + whole(dossier.provenance.run) + ", checkpoint ");
  second.code(dossier.provenance.root.substr(0, 8)).say(". ");
  if (!dossier.who.contact.empty()) {
    second.say("Contact: ").foreign(clip(dossier.who.contact)).say(". ");
  }
  second.say("The same report comes as HTML, Markdown and JSON; the JSON has all digits.");
  Sentence first;
  first.strong(disclaimer);
  return {first, second};
}

}  // namespace truebound::report
