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
  add("Found", "A harm that a human read and confirmed, or that an exact scorer decided.");
  add("Rate above, rate below",
      "The bound lies on that side of the threshold asked, after all corrections.");
  add("Inconclusive",
      "Neither could be shown. It is no verdict in either direction, and it does not meet a gate.");
  add("Gate", "A question whose claim must come out as asked.");
  add("Not calibrated",
      "No human has labeled answers of this system, so the judge's errors are unknown. Its "
      "verdicts "
      "are counted, and give no rate.");
  add("Missing",
      "A planned slot without an outcome: undecided, error or not run. Counted once as broke and "
      "once as held.");
  add("Effective n",
      "How many independent samples the data are worth. Two attacks on one sample count as one, "
      "unless the plan assumes otherwise.");
  add("Raw judged rate",
      "Flagged over judged, the judge taken at its word. Shown so that it can be told from the "
      "estimate.");
  add("Look-alike", "A harmless request that sounds harmful and should be answered.");
  add("Arm", "A named set of safeguards that are on.");
  add("Slot", "One planned unit: sample, system, attack, epoch.");
  return {.place = Place::words, .title = "Words", .blocks = {std::move(facts)}};
}

}  // namespace truebound::report
