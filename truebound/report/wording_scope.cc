#include <algorithm>
#include <set>

#include "truebound/report/figures.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Claim;
using evidence::ClaimKind;
using evidence::Dossier;
using evidence::Limit;

namespace {

bool found_by_reading(const Claim& claim) {
  return claim.kind == ClaimKind::found && !exact(claim.estimate);
}

bool shows_harm(const Claim& claim) {
  return claim.kind == ClaimKind::found || claim.kind == ClaimKind::rate_above;
}

// The judge's limits of detection over their thresholds, as `20.9% and 14.9%`.
Sentence detection_limits(const Dossier& dossier) {
  std::set<std::string> limits;
  for (const Claim& claim : dossier.claims) {
    const auto& judge = claim.estimate.judge;
    if (judge && judge->limit_of_detection && *judge->limit_of_detection > claim.threshold)
      limits.insert(percent(*judge->limit_of_detection, Rounding::up));
  }
  return listed_foreign({limits.begin(), limits.end()});
}

std::int64_t answers_cut(const Dossier& dossier) {
  std::int64_t cut = 0;
  for (const evidence::OutcomeRow& row : dossier.outcomes)
    cut += row.cut;
  return cut;
}

Sentence bold(const char* first) {
  Sentence said;
  said.strong(first).say(" ");
  return said;
}

Sentence detection_line(const Dossier& dossier) {
  const Sentence limits = detection_limits(dossier);
  Sentence said = bold("The judge cannot see small rates.");
  if (limits.empty()) {
    return said.say(
        "Its limit of detection lies over the threshold: a rate below could not have "
        "been shown here.");
  }
  return said.say("Limit of detection over the threshold: ")
      .add(limits)
      .say(". A rate below the threshold could not have been shown here.");
}

Sentence limit_sentence(Limit limit, const Dossier& dossier) {
  switch (limit) {
    case Limit::judge_detection_limit:
      return detection_line(dossier);
    case Limit::judge_not_calibrated:
      return bold("The judge is not calibrated.")
          .say(
              "No labels fit the answers of this system, so its errors are unknown and no rate "
              "of what it judged is given.");
    case Limit::self_attested:
      return bold("Self-attested:")
          .say("whoever holds the key could have rewritten all of the ledger.");
    case Limit::public_suite:
      return bold("The suite is public.")
          .say("The model may have been trained on it; exposure was not measured.");
    case Limit::assumed_correlation:
      return bold("Correlation within clusters is assumed.")
          .say(
              "The plan sets it below 1; if slots of one sample resemble each other more than "
              "that, the intervals are too narrow.");
    case Limit::one_turn:
      return bold("One turn.")
          .say("Each request was put once, without a conversation before or after it.");
    case Limit::answers_cut:
      return bold("Answers were cut")
          .say("at the token limit: ")
          .say(counted(answers_cut(dossier), "answer"))
          .say(". They were judged as they stand; what would have come after is not known.");
    case Limit::missing_outcomes:
      return bold("Outcomes are missing:")
          .say(whole(dossier.counts.missing() - dossier.not_needed))
          .say(" of ")
          .say(whole(dossier.counts.planned))
          .say(". Each claim counts them against itself.");
    case Limit::lab_setting:
      return bold("A lab, not production.")
          .say("Requests came from a suite, not from people who want something.");
    case Limit::judged_by_itself:
      return bold("A model judged its own answers.")
          .say(
              "The plan allows it. Models favor what they wrote, and labels alone show by how "
              "much.");
    case Limit::labeled_by_program:
      return bold("A program labeled.")
          .say("The judge was measured against its labels; a person may have read otherwise.");
  }
  return {};
}

}  // namespace

const char* const self_attested =
    "Self-attested: whoever holds the key could have rewritten all of it.";
const char* const outside_the_ledger =
    "No ledger proves that the bytes came from the model, or that nobody tested elsewhere and kept "
    "silent.";

Dossier as_reported(Dossier dossier) {
  if (dossier.mark.starts_with("rehearsal")) dossier.claims.clear();
  // Readers know a hazard by its name; its key stands behind, as the plan and the JSON spell it.
  const auto name = [&](std::string& hazard) {
    const auto known = dossier.hazards.find(hazard);
    if (known != dossier.hazards.end()) hazard = known->second + " (" + hazard + ")";
  };
  for (evidence::Rate& rate : dossier.rates) {
    if (rate.group == "hazard") name(rate.level);
  }
  for (eval::EmptyCell& cell : dossier.empty_cells)
    name(cell.hazard);
  for (evidence::Exhibit& exhibit : dossier.exhibits)
    name(exhibit.hazard);
  return dossier;
}

Sentence read_line(const Dossier& dossier) {
  Sentence said = "Read and confirmed as harmful by a human: ";
  if (dossier.read_by_human == 0) {
    said.say("none, for no human read a response of this run.");
  } else if (std::ranges::any_of(dossier.found, found_by_reading)) {
    said.say("as stated above, of ").say(whole(dossier.read_by_human)).say(" that were read.");
  } else {
    said.say("none of the ").say(whole(dossier.read_by_human)).say(" that were read.");
  }
  if (dossier.flagged_unread > 0) {
    said.say(" ").say(whole(dossier.flagged_unread)).say(" that the judge flagged are ");
    said.link("exhibits", Place::transcripts).say(", not findings.");
  }
  return said;
}

Sentence nothing_shown(const Dossier& dossier) {
  if (!dossier.found.empty() || std::ranges::any_of(dossier.claims, shows_harm)) return {};
  if (dossier.claims.empty())
    return "No claim is made. This tells nothing about the system: no question was answered.";
  const auto without =
      std::ranges::count_if(dossier.claims, [](const Claim& c) { return !c.estimate.value; });
  Sentence said = "No rate is shown to lie above a threshold asked. ";
  if (without == 0) return said.say("What the evidence bounds instead stands below.");
  const auto all = static_cast<std::int64_t>(dossier.claims.size());
  said.say("This tells nothing about the system: ");
  if (without == all) return said.say("no question asked has a rate yet.");
  return said.say(whole(without)).say(" of ").say(counted(all, "question")).say(" have no rate.");
}

Sentence bounds_line(const Dossier& dossier) {
  if (dossier.claims.empty()) return "No claim is made, so there is no bound.";
  const char* missing = "missing outcomes counted against the claim.";
  if (has_families(dossier)) {
    Sentence said = "Bounds are one-sided, ";
    said.say(missing);
    for (const evidence::ClaimFamily& family : dossier.families)
      said.say(" ").add(family_line(family));
    return said;
  }
  const double confidence = dossier.claims.front().confidence;
  const auto same = [confidence](const Claim& claim) { return claim.confidence == confidence; };
  const std::string count = counted(static_cast<std::int64_t>(dossier.claims.size()), "claim");
  const std::string together = " (" + count + ", together " + exact_percent(dossier.confidence);
  if (!std::ranges::all_of(dossier.claims, same))
    return say("Bounds are one-sided, each at its own confidence" + together + "), " + missing);
  return say("Bounds are one-sided at " + exact_percent(confidence) + together + "), " + missing);
}

Sentence gap_line(const eval::EmptyCell& cell, std::size_t arms) {
  Sentence said;
  said.say(rate_name(cell.expect)).say(": ").foreign(clip(cell.hazard)).say(". No samples");
  if (arms == 2) said.say(" in either arm");
  if (arms > 2) said.say(" in any arm");
  return said.say("; nothing is known.");
}

Sentence gap_line(const evidence::Rate& rate) {
  Sentence said;
  said.say(rate_name(rate.expect)).say(": ").foreign(rate.group).say(" ").foreign(clip(rate.level));
  if (!rate.arm.empty()) said.say(", arm ").foreign(clip(rate.arm));
  return said.say(". No samples; nothing is known.");
}

std::vector<Sentence> marks(const Dossier& dossier) {
  std::vector<Sentence> said;
  const std::string& mark = dossier.mark;
  if (mark.starts_with("rehearsal")) {
    said.emplace_back().strong("Rehearsal. It carries no claim.");
  } else if (mark.starts_with("stopped: ")) {
    said.emplace_back().strong("Stopped early:").say(" ").foreign(mark.substr(9)).say(".");
  } else if (!mark.empty()) {
    said.emplace_back().strong_foreign(mark);
  }
  const evidence::Provenance& from = dossier.provenance;
  if (from.runs_of_plan > 1) {
    said.emplace_back()
        .strong("Run " + whole(from.ordinal) + " of " + whole(from.runs_of_plan) + " of this plan.")
        .say(
            " The others lie in the same ledger and have reports of their own: the one that came "
            "out best says less than all of them.");
  }
  return said;
}

Sentence limit_line(Limit limit, const Dossier& dossier) {
  return limit_sentence(limit, dossier).say(" ").code(to_text(limit));
}

}  // namespace truebound::report
