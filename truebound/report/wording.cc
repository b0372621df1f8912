#include "truebound/report/wording.h"

#include <algorithm>

#include "truebound/report/figures.h"

namespace truebound::report {

using analyze::Estimate;
using eval::Expect;
using evidence::Claim;
using evidence::ClaimKind;
using evidence::Dossier;

namespace {

bool fixed(const Claim& claim) {
  return claim.estimate.estimand == eval::Estimand::fixed_set;
}

const char* verb(const Claim& claim) {
  const bool past = fixed(claim);
  switch (expected_of(claim)) {
    case Expect::refuse:
      return past ? "got a harmful answer" : "get a harmful answer";
    case Expect::answer:
      return past ? "were refused" : "are refused";
    case Expect::target:
      return past ? "were answered wrongly" : "are answered wrongly";
  }
  return "";
}

const char* verb_of_system(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "gives a harmful answer";
    case Expect::answer:
      return "refuses";
    case Expect::target:
      return "answers wrongly";
  }
  return "";
}

// `harmful requests like these`, or `these 100 harmful requests`: whom the sentence is about.
std::string whom(const Claim& claim) {
  const std::string people = population(expected_of(claim));
  if (fixed(claim)) return "these " + whole(claim.estimate.counts.planned) + " " + people;
  // What a look-alike is like is said in its name, and its scope follows in a sentence of its own.
  return expected_of(claim) == Expect::answer ? people : people + " like these";
}

// The factors and levels besides the arm, each after a comma.
Sentence other_levels(const Claim& claim) {
  Sentence said;
  for (const auto& [factor, level] : levels(claim)) {
    if (factor == "arm") continue;
    said.say(", ").foreign(factor).say(" ").strong_foreign(clip(level));
  }
  return said;
}

// `With arm on, attack b64, `: what stands first in each lead.
Sentence condition(const Claim& claim, const Dossier& dossier) {
  std::string arm = claim.scope.arm;
  if (arm.empty() && dossier.arms.size() == 1) arm = dossier.arms.front().name;
  Sentence said;
  if (arm.empty()) {
    said.say("Over all arms");
  } else {
    said.say("With arm ").strong_foreign(clip(arm));
  }
  return said.add(other_levels(claim)).say(", ");
}

Sentence found_lead(const Claim& claim, const Dossier& dossier) {
  const Estimate& estimate = claim.estimate;
  const char* what = expected_of(claim) == Expect::refuse   ? "harmful"
                     : expected_of(claim) == Expect::answer ? "wrongful refusals"
                                                            : "wrong";
  Sentence said = condition(claim, dossier);
  said.say(counted(estimate.counts.broke, "answer"));
  said.say(estimate.counts.broke == 1 ? " was" : " were");
  if (exact(estimate)) {
    said.say(" decided by an exact scorer to be ").say(what);
  } else {
    said.say(" read and confirmed to be ").say(what).say(" by ");
    const bool named = estimate.judge && !estimate.judge->labeled_by.empty();
    said.add(named ? foreign(estimate.judge->labeled_by) : say("a human"));
  }
  if (claim.reproduced.size() == 2) {
    said.say("; of ").say(whole(claim.reproduced[1])).say(exact(estimate) ? " tries" : " readings");
    said.say(" of what they answer, ").say(whole(claim.reproduced[0])).say(" broke");
  }
  return said.say(".");
}

const char* things_counted(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "harmful answers";
    case Expect::answer:
      return "wrongful refusals";
    case Expect::target:
      return "wrong answers";
  }
  return "";
}

// ` in the worst of 12 cells (by hazard)`, and which it is where that is shown.
Sentence where_worst(const Claim& claim) {
  if (!claim.worst) return {};
  Sentence said = " in the worst of ";
  said.say(counted(claim.worst->cells, "cell")).say(" (by ");
  said.add(listed_foreign(claim.worst->factors)).say(")");
  if (claim.kind == ClaimKind::rate_above) said.say(", ").add(worst_cell(claim));
  return said;
}

Sentence no_number_lead(const Claim& claim, const Dossier& dossier) {
  Sentence said = condition(claim, dossier);
  if (claim.worst) said.say("in ").add(worst_cell(claim)).say(", ");
  said.say("no rate of ").say(things_counted(expected_of(claim))).say(" is given: ");
  return said.add(reason_words(claim.estimate)).say(".");
}

// `asked directly in English`.
Sentence how_asked(const Claim& claim) {
  const evidence::Scope& scope = claim.scope;
  Sentence said;
  if (scope.attacks.size() == 1 && scope.attacks.front() == "direct") {
    said.say("asked directly");
  } else if (!scope.attacks.empty()) {
    said.say(scope.attacks.size() == 1 ? "asked with attack " : "asked with attacks ");
    said.add(listed_foreign(scope.attacks));
  } else {
    said.say("asked as in this run");
  }
  if (!scope.languages.empty()) said.say(" in ").add(languages_in_words(scope.languages));
  return said;
}

std::string for_whom(const Claim& claim) {
  if (fixed(claim)) return whom(claim);
  return expected_of(claim) == Expect::answer ? "look-alikes like these" : whom(claim);
}

Sentence what_it_holds_for(const Claim& claim, const Dossier& dossier) {
  Sentence said;
  said.say("It holds for ").say(for_whom(claim)).say(", ").add(how_asked(claim));
  const std::string& until = claim.scope.until.empty() ? dossier.valid_until : claim.scope.until;
  if (!until.empty()) said.say(", until ").foreign(date_of_plan(until));
  return said.say("; it says nothing of anything else.");
}

// What a claim's family takes off it, where the sentence alone would say more.
Sentence by_its_family(const Claim& claim, const Dossier& dossier) {
  const auto family =
      std::ranges::find(dossier.families, claim.family, &evidence::ClaimFamily::name);
  if (!claim.met || family == dossier.families.end()) return {};
  if (eval::is_exploratory(claim.correction)) {
    Sentence said = "Found by looking: of the claims of family ";
    said.foreign(clip(claim.family)).say(" that came out so (").say(whole(family->as_asked));
    said.say("), at most ").say(exact_percent(family->error));
    return said.say(" are expected to be wrong.");
  }
  if (claim.correction != eval::Correction::holm || claim.bound != claim.threshold) return {};
  Sentence said = "Decided together with the other claims of family ";
  return said.foreign(clip(claim.family)).say(" by Holm: it says no more than its threshold.");
}

Sentence followed_by(Sentence first, const Sentence& second) {
  return second.empty() ? first : first.say(" ").add(second);
}

std::string more_of(const std::string& what, std::int64_t count) {
  const std::string plural = count == 1 ? "" : "s";
  if (what == "samples") return "sample" + plural;
  const std::string labeled = "labeled answer" + plural;
  if (what == "broke_labels") return labeled + " that broke";
  if (what == "held_labels") return labeled + " that held";
  return labeled;
}

bool beyond_detection(const Claim& claim) {
  return std::ranges::find(claim.limits, evidence::Limit::judge_detection_limit) !=
             claim.limits.end() &&
         claim.estimate.judge && claim.estimate.judge->limit_of_detection;
}

Sentence what_would_settle(const Claim& claim) {
  if (!claim.more) return "Not settled. How much more evidence would settle it was not computed.";
  if (claim.more->what == "nothing")
    return "Not settled: at these rates no amount of evidence would, for the rate lies at the "
           "threshold.";
  if (claim.more->what == "not_sought")
    return "Not found: the rate seen lies on the other side, which its family does not test.";
  if (claim.more->what == "outcomes")
    return "Not settled. At these rates, the outcomes that are missing would settle it.";
  if (claim.more->what == "labels" && !claim.more->n)
    return "Not settled: the labels leave it open, and further requests alone would not settle it. "
           "More labeled answers are needed, of these requests or of further ones.";
  Sentence said;
  const std::string count = claim.more->n ? whole(*claim.more->n) + " more" : "More";
  if (beyond_detection(claim) && claim.more->what == "samples") {
    said.say("Not settled: the judge's limit of detection at this many requests, ");
    said.say(percent(*claim.estimate.judge->limit_of_detection, Rounding::up));
    said.say(", lies over the threshold. ").say(count).say(" ");
    return said.say(more_of("samples", claim.more->n.value_or(2))).say(" would bring it there.");
  }
  if (beyond_detection(claim)) {
    said.say(
        "Not settled, and no further requests can settle it: the judge's limit of detection, ");
    said.say(percent(*claim.estimate.judge->limit_of_detection, Rounding::up));
    return said.say(", lies over the threshold. ")
        .say(count)
        .say(claim.more->n == 1 ? " label would." : " labels would.");
  }
  said.say(claim.more->n ? "Not settled. At these rates, " : "Not settled. ");
  said.say(count)
      .say(" ")
      .say(more_of(claim.more->what, claim.more->n.value_or(2)))
      .say(" would settle it");
  return said.say(claim.estimate.counts.missing() > 0 ? ", if no outcome is missing." : ".");
}

// The command that would give a rate. What the judge said stands in the line of figures.
Sentence how_to_mend(const Claim& claim) {
  const Sentence labels = labels_that_settle(claim);
  if (claim.estimate.mend.empty()) return labels.empty() ? "Not settled." : labels;
  Sentence command = code(claim.estimate.mend);
  if (labels.empty()) return command.say(" mends it.");
  Sentence said = labels;
  return said.say(" ").add(command).say(" draws them.");
}

}  // namespace

Sentence worst_cell(const Claim& claim) {
  std::vector<Sentence> parts;
  for (const auto& [factor, level] : claim.worst->cell)
    parts.push_back(foreign(factor).say(" ").foreign(clip(level)));
  return listed(parts);
}

Sentence labels_that_settle(const Claim& claim) {
  if (!claim.more || claim.more->what != "labels" || !claim.more->n) return {};
  Sentence said = "Not settled. At the shares that the labels from elsewhere show, about ";
  return said.say(counted(*claim.more->n, "label")).say(" of this run would settle it.");
}

Sentence lead(const Claim& claim, const Dossier& dossier) {
  const Estimate& estimate = claim.estimate;
  if (claim.kind == ClaimKind::found) return found_lead(claim, dossier);
  if (!estimate.value) return no_number_lead(claim, dossier);
  Sentence said = condition(claim, dossier);
  if (is_difference(claim)) {
    std::string upper = points(claim.bound.value_or(estimate.bound_below), Rounding::up);
    if (upper.starts_with('+')) upper.erase(0, 1);
    said.foreign(clip(claim.scope.model)).say(" ").say(verb_of_system(expected_of(claim)));
    return said.say(" at most ")
        .say(upper)
        .say(" points more often than the baseline on the same samples (margin ")
        .say(exact_percent(claim.threshold).substr(0, exact_percent(claim.threshold).size() - 1))
        .say(" points).");
  }
  if (claim.kind == ClaimKind::rate_above) {
    said.say("at least ").say(percent(claim.bound.value_or(estimate.bound_above), Rounding::down));
  } else if (claim.kind == ClaimKind::rate_below) {
    said.say("at most ").say(percent(claim.bound.value_or(estimate.bound_below), Rounding::up));
  } else {
    said.say("between ").say(percent(estimate.bound_above, Rounding::down)).say(" and ");
    said.say(percent(estimate.bound_below, Rounding::up));
  }
  said.say(" of ").say(whom(claim)).say(" ").say(verb(claim));
  return said.add(where_worst(claim)).say(".");
}

Sentence follow(const Claim& claim, const Dossier& dossier) {
  if (claim.kind == ClaimKind::rate_below || claim.kind == ClaimKind::no_worse_than)
    return followed_by(what_it_holds_for(claim, dossier), by_its_family(claim, dossier));
  if (claim.kind == ClaimKind::rate_above) return by_its_family(claim, dossier);
  if (claim.kind != ClaimKind::inconclusive) return {};
  return claim.estimate.value ? what_would_settle(claim) : how_to_mend(claim);
}

std::string not_needed_words(const evidence::Dossier& dossier) {
  return whole(dossier.not_needed) + (dossier.not_needed == 1 ? " was" : " were") +
         " not needed: every claim about them was settled, or the sample had ended; no sample has "
         "them.";
}

}  // namespace truebound::report
