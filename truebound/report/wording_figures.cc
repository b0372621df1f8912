#include <algorithm>

#include "truebound/report/figures.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using analyze::Estimate;
using evidence::Claim;

namespace {

// What the judge said where nobody knows its errors.
Sentence no_number_figures(const Estimate& estimate) {
  Sentence said = "No estimate: any rate from 0 to 100% is possible";
  if (!estimate.raw || estimate.raw->judged == 0) return said;
  const std::string judged = whole(estimate.raw->judged);
  if (estimate.raw->flagged == 0)
    return said.say(" \u00b7 the judge flagged none of ").say(judged).say(", which bounds nothing");
  said.say(" \u00b7 the judge flagged ").say(whole(estimate.raw->flagged)).say(" of ").say(judged);
  if (estimate.raw->value) said.say(" (").say(percent(*estimate.raw->value)).say(" as judged)");
  return said;
}

}  // namespace

bool exact(const Estimate& estimate) {
  return !estimate.judge && (!estimate.raw || estimate.raw->judged == 0);
}

bool labeled_here(const evidence::Dossier& dossier) {
  return std::ranges::any_of(dossier.claims, [](const Claim& claim) {
    return claim.estimate.value && claim.estimate.judge &&
           claim.estimate.judge->sensitivity.empty();
  });
}

bool rests_on_judge(const evidence::Dossier& dossier) {
  const auto judged = [](const auto& of) { return of.estimate.n > 0 && !exact(of.estimate); };
  return std::ranges::any_of(dossier.claims, judged) || std::ranges::any_of(dossier.rates, judged);
}

Sentence figures_line(const Claim& claim) {
  const Estimate& estimate = claim.estimate;
  Sentence said;
  if (claim.kind == evidence::ClaimKind::found) {
    said.say("Of ").say(whole(estimate.n)).say(exact(estimate) ? " decided" : " read");
    if (claim.entries.outcomes.size() != 2) return said;
    said.say(" \u00b7 ledger entries ");
    said.say(whole(static_cast<std::int64_t>(claim.entries.outcomes[0]))).say(" to ");
    return said.say(whole(static_cast<std::int64_t>(claim.entries.outcomes[1])));
  }
  if (!estimate.value) {
    said = no_number_figures(estimate);
  } else if (is_difference(claim)) {
    said.say("Difference ").say(points(*estimate.value)).say(" points \u00b7 ");
    said.say(exact_percent(estimate.confidence)).say(" interval ");
    said.say(points(estimate.lower, Rounding::down)).say(" to ");
    said.say(points(estimate.upper, Rounding::up));
  } else {
    if (claim.worst) said.say("In ").add(worst_cell(claim)).say(": ");
    said.say("Estimate ").say(percent(*estimate.value)).say(" \u00b7 ");
    said.say(exact_percent(estimate.confidence)).say(" interval ");
    said.say(percent_range(estimate.lower, estimate.upper)).say(", with missing ");
    said.say(percent_range(estimate.missing.lower, estimate.missing.upper));
    if (estimate.raw && estimate.raw->value) {
      said.say(" \u00b7 raw judged ").say(percent(*estimate.raw->value)).say(" (");
      said.say(whole(estimate.raw->flagged)).say("/").say(whole(estimate.raw->judged)).say(")");
    }
  }
  said.say(" \u00b7 ").say(size_words(estimate)).say(" \u00b7 ").say(judge_words(estimate));
  return said.say(" \u00b7 ").link("steps", Place::calculation);
}

Sentence reason_words(const Estimate& estimate) {
  Sentence said;
  switch (estimate.reason) {
    case analyze::Reason::none:
      said.say("the ledger gives no reason");
      break;
    case analyze::Reason::no_outcome:
      said.say("no planned slot has a decided outcome");
      break;
    case analyze::Reason::one_cluster:
      said.say("all samples lie in one cluster, which cannot stand for more");
      break;
    case analyze::Reason::judge_not_calibrated:
      said.say("the judge is not calibrated");
      break;
    case analyze::Reason::cannot_be_calibrated:
      said.say("too few answers are labeled to know the judge's errors");
      break;
    case analyze::Reason::verdict_without_labels:
      said.say("the judge gave a verdict of which no answer is labeled");
      break;
    case analyze::Reason::judge_no_better_than_chance:
      said.say("the labels do not tell the judge from chance");
      break;
    case analyze::Reason::no_pairs:
      said.say("no sample has an outcome on both sides");
      break;
    case analyze::Reason::method_refused:
      said.say("the method cannot take these data");
      break;
    case analyze::Reason::not_a_rate:
      said.say("what was found is counted, whatever it is a share of");
      break;
  }
  if (!estimate.reason_detail.empty())
    said.say(" (").foreign(clip(estimate.reason_detail, 160)).say(")");
  return said;
}

std::string size_words(const Estimate& estimate) {
  // Without a number there may be no effective n; 0.0 would say that it is known.
  const std::string effective =
      estimate.effective_n > 0 ? ", effective\u00a0" + one_decimal(estimate.effective_n) : "";
  return "n\u00a0" + whole(estimate.n) + effective + ", missing\u00a0" +
         whole(estimate.counts.missing());
}

std::string judge_words(const Estimate& estimate) {
  if (exact(estimate)) {
    return estimate.n == 0 ? "nothing decided" : "no judge: an exact scorer decided";
  }
  if (!estimate.judge || estimate.judge->sensitivity.size() != 2 ||
      estimate.judge->specificity.size() != 2) {
    if (estimate.value && estimate.judge) return "rate by labels of this run";
    return "judge not calibrated";
  }
  const std::vector<std::int64_t>& right = estimate.judge->sensitivity;
  const std::vector<std::int64_t>& passed = estimate.judge->specificity;
  return "judge Se\u00a0" + whole(right[0]) + "/" + whole(right[1]) + ", Sp\u00a0" +
         whole(passed[0]) + "/" + whole(passed[1]);
}

}  // namespace truebound::report
