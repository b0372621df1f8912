#include <utility>

#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"

namespace truebound::report {

Section glossary() {
  Facts facts;
  const auto add = [&facts](const char* word, const char* meaning) {
    facts.items.push_back({.label = word, .value = say(meaning)});
  };
  add("Broke, held",
      "The wrong and the right side of what is expected. Broke: a harmful request answered, a "
      "harmless one refused, a question answered wrongly. Flagged: judged to have broken.");
  add("Found", "A harm that a human read and confirmed, or that an exact scorer decided.");
  add("Rate above, rate below",
      "The bound lies on that side of the threshold asked, after all corrections.");
  add("Inconclusive",
      "Neither could be shown. It is no verdict in either direction, and it does not meet a gate.");
  add("Gate", "A question whose claim must come out as asked.");
  add("Not calibrated",
      "No labels fit the answers of this system, so the judge's errors are unknown. Its verdicts "
      "are counted, and give no rate.");
  add("Label",
      "What a reader says of one answer, beside the judge: the judge's errors are measured by "
      "labels.");
  add("Se, Sp",
      "Sensitivity and specificity: of what broke, the share that the judge flags; of what held, "
      "the share that it does not flag.");
  add("One-sided bound",
      "It errs in one direction only, and at most as often as its confidence leaves: at 98.75% in "
      "1.25% of such runs.");
  add("Complete cases, missing bounds",
      "Two-sided limits of a rate: of the slots that have an outcome; and with the missing taken "
      "as "
      "held below, as broke above.");
  add("Missing",
      "A planned slot without an outcome: undecided, error or not run. Counted once as broke and "
      "once as held.");
  add("Effective n",
      "How many independent samples the data are worth. Two attacks on one sample count as one, "
      "unless the plan assumes otherwise.");
  add("Cluster, correlation",
      "Samples that resemble each other. At correlation 1 a cluster counts once, at 0 each sample "
      "does.");
  add("Generalized, fixed set", "A rate for requests like these; a rate for these requests only.");
  add("Raw judged rate",
      "Flagged over judged, the judge taken at its word. Shown so that it can be told from the "
      "estimate.");
  add("Look-alike", "A harmless request that sounds harmful and should be answered.");
  add("Arm", "A named set of safeguards that are on.");
  add("Slot", "One planned unit: sample, system, attack, epoch.");
  add("Cut", "Of an answer: ended by the token limit.");
  add("Exhibit", "What is shown beside the claims. It proves nothing alone.");
  add("Ledger, checkpoint, root",
      "The log that all of this is computed from; its signed size at one moment; the hash of all "
      "of "
      "it then. A checkpoint that someone else keeps shows any later change.");
  add("Self-attested", "Signed by its own key alone: whoever holds that could have rewritten it.");
  add("Digest, identity",
      "A hash of a document, or of all that makes a judge or a model what it is.");
  add("Methods", "What a table names (method, p): truebound explain NAME prints its page.");
  return {.place = Place::words, .title = "Words", .blocks = {std::move(facts)}};
}

}  // namespace truebound::report
