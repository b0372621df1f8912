#pragma once

// Folder: an estimate, the ledger entries that it stands on and the limits that bound it make a
// claim. There is no claim that a system is harmless, and no constructor for one.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/eval/family.h"
#include "truebound/eval/question.h"
#include "truebound/evidence/standing.h"
#include "truebound/json/fields.h"

namespace truebound::evidence {

/// What an estimate supports. `inconclusive` is the default.
enum class ClaimKind { inconclusive, found, rate_above, rate_below, no_worse_than };
constexpr std::array<std::string_view, 5> words(ClaimKind /*list*/) {
  return {"inconclusive", "found", "rate_above", "rate_below", "no_worse_than"};
}

/// What a claim does not cover; each has its sentence in the report.
enum class Limit {
  judge_detection_limit,
  judge_not_calibrated,
  self_attested,
  public_suite,
  assumed_correlation,
  one_turn,
  answers_cut,
  missing_outcomes,
  lab_setting,
  judged_by_itself,
  labeled_by_program
};
constexpr std::array<std::string_view, 11> words(Limit /*list*/) {
  return {"judge_detection_limit", "judge_not_calibrated", "self_attested",
          "public_suite",          "assumed_correlation",  "one_turn",
          "answers_cut",           "missing_outcomes",     "lab_setting",
          "judged_by_itself",      "labeled_by_program"};
}

/// How much more of what would settle an inconclusive claim at the rates seen.
struct More {
  std::string what;  ///< `samples broke_labels held_labels labels`, `outcomes` (those missing),
                     ///< `nothing`, or `not_sought` (at these rates, what its family does not seek)
  std::optional<std::int64_t> n;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("what", what, "what there should be more of");
    visit("n", n, "how many more");
  }
};

/// What a claim is about.
struct Scope {
  std::map<std::string, std::string> where;
  std::string model;
  std::string system;
  std::string persona;
  std::string deployment;
  std::string arm;
  std::vector<std::string> attacks;
  std::vector<std::string> languages;
  std::string from;
  std::string until;
  std::vector<std::string> empty_cells;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("where", where, "factor to level");
    visit("model", model, "names in the plan, joined where there are several");
    visit("system", system, "digest of what was assessed");
    visit("persona", persona, "who uses it");
    visit("deployment", deployment, "where it is used");
    visit("arm", arm, "safeguards that are on");
    visit("attacks", attacks, "ways of asking");
    visit("languages", languages, "of the samples");
    visit("from", from, "date of the run");
    visit("until", until, "date until which the plan lets it hold");
    visit("empty_cells", empty_cells, "cells that nobody looked at");
  }
};

/// Where in the ledger a claim stands: indices of entries; `outcomes` is first and last.
struct Entries {
  std::uint64_t plan = 0;
  std::uint64_t run = 0;
  std::optional<std::uint64_t> calibration;
  std::vector<std::uint64_t> outcomes;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("plan", plan, "plan.register");
    visit("run", run, "run.open");
    visit("calibration", calibration, "calibration");
    visit("outcomes", outcomes, "first and last outcome");
  }
};

/// The cells that a claim about the worst of them was picked from.
struct WorstOf {
  std::vector<std::string> factors;
  std::int64_t cells = 0;
  std::map<std::string, std::string> cell;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("factors", factors, "whose levels the cells are");
    visit("cells", cells, "how many there are");
    visit("cell", cell, "the one that decides, factor to level; its estimate is the claim's");
  }
};

struct Claim {
  std::string name;
  eval::Ask asked = eval::Ask::rate_below;
  ClaimKind kind = ClaimKind::inconclusive;
  std::string family = std::string(eval::default_family);
  eval::Correction correction = eval::Correction::bonferroni;
  double threshold = 0;
  bool gate = false;
  bool met = false;
  std::optional<double> bound;
  double confidence = 0.95;
  std::vector<std::int64_t> reproduced;  ///< of a found claim: r of k looked at; else empty
  std::optional<WorstOf> worst;
  std::optional<More> more;
  analyze::Estimate estimate;
  Population population;
  std::vector<AttackBudget> budget;
  Scope scope;
  std::optional<std::string> expires;  ///< YYYY-MM-DD, the last day on which it holds
  std::vector<Assumption> assumptions;
  std::vector<Defeater> defeaters;
  std::vector<Limit> limits;
  Entries entries;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "question and level");
    visit("asked", asked, "what the plan asked");
    visit("kind", kind, "what the evidence supports");
    visit("family", family, "what it was corrected together with");
    visit("correction", correction, "how, and so what holds of the family");
    visit("threshold", threshold, "proportion");
    visit("gate", gate, "must it come out as asked?");
    visit("met", met, "did it come out as asked?");
    visit("bound", bound, "the one-sided limit that it rests on");
    visit("confidence", confidence, "of the bound alone: 1 - alpha/m, or as its family has it");
    visit("reproduced", reproduced,
          "of what was found: [r, k], broke r of k times that it was looked at");
    visit("worst", worst, "of a claim about the worst cell: which it is, and of how many");
    visit("more", more, "what would settle it");
    visit("estimate", estimate, "the estimate");
    visit("population", population, "whom it is about");
    visit("budget", budget, "how hard each attack could try");
    visit("scope", scope, "what it is about");
    visit("expires", expires, "the last day on which it holds; absent: the plan sets none");
    visit("assumptions", assumptions, "what it takes as given");
    visit("defeaters", defeaters, "what would defeat it");
    visit("limits", limits, "what it does not cover");
    visit("entries", entries, "where in the ledger it stands");
  }
};

}  // namespace truebound::evidence
