#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Dossier;
using evidence::Provenance;

namespace {

std::string number(std::uint64_t index) {
  return whole(static_cast<std::int64_t>(index));
}

Sentence entries_of(const Provenance& from) {
  std::string said = "plan " + number(from.entries.plan) + ", run " + number(from.entries.run);
  if (from.entries.outcomes.size() == 2) {
    said += ", outcomes " + number(from.entries.outcomes[0]) + " to " +
            number(from.entries.outcomes[1]);
  }
  if (from.entries.calibration) said += ", calibration " + number(*from.entries.calibration);
  return say(said);
}

void add_parts(Facts& facts, const char* label, const std::vector<evidence::Part>& parts) {
  for (const evidence::Part& part : parts) {
    if (part.identity.empty()) continue;
    Sentence said = foreign(part.name);
    if (!part.about.empty()) said.say(", ").foreign(part.about);
    facts.items.push_back({.label = label, .value = said.say(": ").code(part.identity)});
  }
}

void add_digest(Facts& facts, const char* label, const std::string& digest) {
  if (!digest.empty()) facts.items.push_back({.label = label, .value = code(digest)});
}

Sentence work_of(const Provenance& from) {
  Sentence said = say(counted(from.attempts, "attempt"));
  if (from.tokens_in && from.tokens_out) {
    said.say(", " + whole(*from.tokens_in) + " tokens sent and " + whole(*from.tokens_out) +
             " received, where they were told");
  }
  if (from.recoveries > 0) {
    said.say(", " + counted(from.recoveries, "restart") + " after an unclean end");
  }
  return said.say(".");
}

}  // namespace

Section evidence_section(const Dossier& dossier) {
  const Provenance& from = dossier.provenance;
  Facts facts;
  add_parts(facts, "Model", dossier.models);
  add_parts(facts, "Persona", dossier.personas);
  add_parts(facts, "Deployment", dossier.deployments);
  add_parts(facts, "Arm", dossier.arms);
  add_parts(facts, "Attack", dossier.attacks);
  for (const evidence::JudgePage& judge : dossier.judges) {
    add_digest(facts, "Judge", judge.identity);
  }
  add_digest(facts, "Plan digest", from.plan_digest);
  add_digest(facts, "Root over the slots", from.slot_root);
  add_digest(facts, "Seed", from.seed);
  facts.items.push_back({.label = "Entries", .value = entries_of(from)});
  facts.items.push_back({.label = "Checkpoint",
                         .value = say("size " + number(from.size) + ", root ").code(from.root)});
  if (!from.checkpoint.empty()) {
    facts.items.push_back({.label = "Signed note", .block = from.checkpoint});
  }
  add_digest(facts, "Key", from.key);
  facts.items.push_back({.label = "Witnesses", .value = "none has signed"});
  if (!from.engine.empty()) {
    facts.items.push_back({.label = "Engine", .value = foreign(from.engine)});
  }
  facts.items.push_back({.label = "Work", .value = work_of(from)});
  Sentence verify;
  verify.code("truebound verify LEDGER --checkpoint FILE --key '" + from.key + "'");
  verify.say(" holds the ledger against a checkpoint and a key kept elsewhere");
  facts.items.push_back({.label = "Verify", .value = verify});
  Sentence again;
  again.code("truebound report --run " + std::to_string(from.run) + " --format html");
  facts.items.push_back(
      {.label = "The same report again", .value = again.say(" gives the same bytes")});
  Section section{.place = Place::evidence, .title = "Evidence, and how to check it"};
  Sentence attested;
  attested.say(self_attested).say(" ").say(outside_the_ledger);
  section.blocks.emplace_back(Paragraph{.text = attested});
  section.blocks.emplace_back(std::move(facts));
  return section;
}

}  // namespace truebound::report
