#pragma once

// All that a report may show: claims and their exhibits. The report takes this type alone, so it
// cannot show a score that is in no claim and no exhibit. Everything here comes from the ledger.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"
#include "truebound/evidence/claim.h"

namespace truebound::evidence {

/// Who assessed, as the plan says.
struct Assessor {
  std::string assessor;
  std::string contact;
  std::string independence;
  std::string funding;
  std::vector<std::string> access_given;
  std::vector<std::string> access_refused;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("assessor", assessor, "who");
    visit("contact", contact, "how to reach them");
    visit("independence", independence, "operator, vendor, independent, ...");
    visit("funding", funding, "who pays");
    visit("access_given", access_given, "what they could reach");
    visit("access_refused", access_refused, "what was refused to them");
  }
};

/// A named part of what was assessed, in words: a model, a persona, a deployment, an arm, a judge.
struct Part {
  std::string name;
  std::string about;
  std::string identity;  ///< a digest or a served id, if it has one
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("about", about, "in words");
    visit("identity", identity, "digest or served id");
  }
};

/// A suite as its card describes it.
struct SuiteCard {
  std::string name;
  std::string title;
  std::string license;
  std::string exposure;
  std::string construct;
  std::vector<std::string> limits;
  std::vector<std::string> languages;
  std::int64_t samples = 0;
  std::vector<std::string> bad_rows;  ///< `file:line: why`
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("title", title, "from the card");
    visit("license", license, "from the card");
    visit("exposure", exposure, "who may have seen it");
    visit("construct", construct, "what it means to measure");
    visit("limits", limits, "from the card");
    visit("languages", languages, "of its samples");
    visit("samples", samples, "that were taken");
    visit("bad_rows", bad_rows, "rows left out");
  }
};

/// A rate as an exhibit: a level of a factor, in one arm, for one expectation.
struct Rate {
  std::string group;  ///< `attack`, `hazard`, `persona`, ...
  std::string level;
  std::string arm;
  eval::Expect expect = eval::Expect::refuse;
  analyze::Estimate estimate;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("group", group, "the factor");
    visit("level", level, "its level");
    visit("arm", arm, "the arm");
    visit("expect", expect, "harm or wrongful refusal");
    visit("estimate", estimate, "its rate");
  }
};

/// Outcomes of the slots of one arm and expectation.
struct OutcomeRow {
  std::string arm;
  eval::Expect expect = eval::Expect::refuse;
  eval::Counts counts;
  std::map<std::string, std::int64_t> stopped;  ///< by layer
  std::int64_t cut = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("arm", arm, "the arm");
    visit("expect", expect, "harm or wrongful refusal");
    visit("counts", counts, "they add up to planned");
    visit("stopped", stopped, "by layer");
    visit("cut", cut, "answers cut at the token limit");
  }
};

/// One slot without a decided outcome.
struct Missing {
  std::int64_t slot = 0;
  std::string slot_key;
  eval::OutcomeKind outcome = eval::OutcomeKind::undecided;
  std::string reason;
  std::string detail;  ///< what the wire or the provider said, if it did
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slot", slot, "index");
    visit("slot_key", slot_key, "its factors");
    visit("outcome", outcome, "undecided, error or not_run");
    visit("reason", reason, "why");
    visit("detail", detail, "what the wire or the provider said, if it did");
  }
};

/// A transcript drawn at random from its cell.
struct Exhibit {
  std::int64_t slot = 0;
  std::string slot_key;
  std::string cell;  ///< arm, attack, expectation in words
  std::string hazard;
  eval::OutcomeKind outcome = eval::OutcomeKind::undecided;
  std::string reason;
  std::string verdict;
  std::vector<std::string> verdict_reasons;
  std::string drawn;  ///< `2 of 48 of its cell, by the exhibit stream`
  std::string input;
  std::vector<eval::Query> queries;
  std::string layer = "none";
  bool cut = false;
  std::string digest;    ///< of the transcript's blob
  std::string withheld;  ///< why its text is not shown; empty: it is
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slot", slot, "index");
    visit("slot_key", slot_key, "its factors");
    visit("cell", cell, "in words");
    visit("hazard", hazard, "of the sample");
    visit("outcome", outcome, "what became of it");
    visit("reason", reason, "why it is not decided");
    visit("verdict", verdict, "the judge's word");
    visit("verdict_reasons", verdict_reasons, "the rule or reason");
    visit("drawn", drawn, "how it was drawn");
    visit("input", input, "the sample's input");
    visit("queries", queries, "what was asked and answered");
    visit("layer", layer, "the safeguard that stopped it, or none");
    visit("cut", cut, "cut at the token limit");
    visit("digest", digest, "of the transcript's blob");
    visit("withheld", withheld, "why its text is not shown");
  }
};

/// A judge on its page of the report.
struct JudgePage {
  std::string name;
  std::string kind;
  std::string identity;
  std::string about;
  std::map<std::string, std::int64_t> verdicts;  ///< how often it said what
  std::string calibration;  ///< in words; `none` and the command that makes one
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("kind", kind, "rules, choice, exact, ...");
    visit("identity", identity, "hash of its specification and data");
    visit("about", about, "how it decides");
    visit("verdicts", verdicts, "verdict to count");
    visit("calibration", calibration, "errors measured, or none");
  }
};

/// Claims that were corrected together. `error` is the chance that any of them errs; of `bh` and
/// `by` the share of those that came out as asked which is expected to be wrong.
struct ClaimFamily {
  std::string name;
  eval::Correction correction = eval::Correction::bonferroni;
  double error = 0;
  std::int64_t cells = 0;
  std::int64_t as_asked = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan, or default");
    visit("correction", correction, "bonferroni, holm, worst_cell, bh or by");
    visit("error", error, "a chance, or of bh and by the share that may be wrong");
    visit("cells", cells, "cells of its questions, m");
    visit("as_asked", as_asked, "claims that came out as asked");
  }
};

/// Where the evidence lies and how to check it.
struct Provenance {
  std::uint64_t size = 0;  ///< the report is a function of the first `size` entries
  std::string root;
  std::string checkpoint;
  std::string key;
  std::string plan_digest;
  std::string slot_root;
  std::string seed;
  std::int64_t registered_ms = 0;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::int64_t run = 1;
  std::int64_t ordinal = 1;
  std::int64_t runs_of_plan = 1;
  std::int64_t attempts = 0;
  std::int64_t recoveries = 0;
  std::optional<std::int64_t> tokens_in;  ///< absent where no provider told
  std::optional<std::int64_t> tokens_out;
  std::string engine;  ///< version of the program that ran it
  Entries entries;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("size", size, "entries that the report is a function of");
    visit("root", root, "of the tree over them");
    visit("checkpoint", checkpoint, "signed note over them");
    visit("key", key, "verifier key");
    visit("plan_digest", plan_digest, "of the plan's canonical form");
    visit("slot_root", slot_root, "root over the slots' keys");
    visit("seed", seed, "drawn after registration, or chosen");
    visit("registered_ms", registered_ms, "when the plan was registered, UTC");
    visit("started_ms", started_ms, "when the run started, UTC");
    visit("ended_ms", ended_ms, "when the run ended, UTC");
    visit("run", run, "number in the ledger");
    visit("ordinal", ordinal, "number among the runs of this plan");
    visit("runs_of_plan", runs_of_plan, "runs of this plan in the ledger");
    visit("attempts", attempts, "tries at slots");
    visit("recoveries", recoveries, "restarts after an unclean end");
    visit("tokens_in", tokens_in, "tokens sent, where told");
    visit("tokens_out", tokens_out, "tokens received, where told");
    visit("engine", engine, "the program's version");
    visit("entries", entries, "where it stands in the ledger");
  }
};

/// What a report is made of. Hazards are keys in it; `hazards` has their names.
struct Dossier {
  std::string title;
  std::string purpose;
  Assessor who;
  std::string valid_until;
  double confidence = 0.95;
  std::string mark;  ///< `rehearsal`, `stopped: why`, or empty
  std::vector<Part> models;
  std::vector<Part> personas;
  std::vector<Part> deployments;
  std::vector<Part> arms;
  std::vector<Part> attacks;
  std::vector<SuiteCard> suites;
  std::map<std::string, std::string> hazards;  ///< key to name, for those that have one
  eval::Counts counts;
  std::vector<Claim> found;   ///< known to have broken; no question asks for it
  std::vector<Claim> claims;  ///< the plan's questions, in its order
  std::vector<ClaimFamily> families;
  std::vector<eval::EmptyCell> empty_cells;
  std::vector<std::string> not_planned;  ///< what no cell was planned for
  std::vector<Rate> rates;
  std::vector<analyze::Comparison> comparisons;
  std::vector<OutcomeRow> outcomes;
  std::vector<Missing> missing;
  /// Slots that nobody asked because every claim about them was settled: outside of every sample,
  /// and not missing.
  std::int64_t not_needed = 0;
  std::vector<JudgePage> judges;
  std::vector<std::string> deviations;
  std::vector<std::string> other_runs;
  std::vector<Exhibit> exhibits;
  std::int64_t flagged_unread = 0;  ///< judged broke and read by nobody
  std::int64_t read_by_human = 0;
  Provenance provenance;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "from the plan");
    visit("purpose", purpose, "which decision it is for");
    visit("who", who, "who assessed");
    visit("valid_until", valid_until, "date");
    visit("confidence", confidence, "of the plan");
    visit("mark", mark, "what holds for the whole report");
    visit("models", models, "what was assessed");
    visit("personas", personas, "who uses it");
    visit("deployments", deployments, "where it is used");
    visit("arms", arms, "safeguards");
    visit("attacks", attacks, "ways of asking");
    visit("suites", suites, "what was asked");
    visit("hazards", hazards, "names of hazards by their keys");
    visit("counts", counts, "all slots");
    visit("found", found, "what a human read and confirmed, or an exact scorer decided");
    visit("claims", claims, "what the plan asked, answered");
    visit("families", families, "which claims were corrected together, and how");
    visit("empty_cells", empty_cells, "not looked at");
    visit("not_planned", not_planned, "not looked at, beyond cells");
    visit("rates", rates, "by attack, hazard and context");
    visit("comparisons", comparisons, "arms on the same samples, as judged");
    visit("outcomes", outcomes, "of all slots");
    visit("missing", missing, "one by one");
    visit("not_needed", not_needed, "slots not asked, for every claim about them was settled");
    visit("judges", judges, "their pages");
    visit("deviations", deviations, "from the plan");
    visit("other_runs", other_runs, "of this plan");
    visit("exhibits", exhibits, "transcripts drawn at random");
    visit("flagged_unread", flagged_unread, "judged broke and read by nobody");
    visit("read_by_human", read_by_human, "answers that a human read");
    visit("provenance", provenance, "where the evidence lies");
  }
};

}  // namespace truebound::evidence
