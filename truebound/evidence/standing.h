#pragma once

// What a claim takes as given and what would bring it down: words of closed lists, each with its
// sentence in the report, worked out from the estimate and never written by hand.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/eval/family.h"
#include "truebound/eval/question.h"
#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::evidence {

struct Claim;

/// What a claim takes as given: where it is not so, its numbers need not hold.
enum class Assumption {
  samples_stand_for_more,   ///< they are like a random draw of the requests meant
  answers_drawn_alike,      ///< of these samples alone: asked again, each is answered as by chance
  clusters_independent,     ///< what happens in one tells nothing of another
  correlation_as_assumed,   ///< within clusters no more than the plan says
  judge_errs_as_on_labels,  ///< sensitivity and specificity are those of labels from elsewhere
  labels_drawn_at_random,   ///< those of this run, within each verdict
  labels_right,             ///< whoever labeled did not err
  scorer_right,             ///< the exact scorer did not err
  missing_may_be_anything,  ///< nothing is assumed of them: both extremes were computed
  draw_not_chosen,          ///< nobody registered again and again until the seed suited
  system_stayed_the_same,   ///< what was asked first is what was asked last
  versions_drawn_apart,     ///< of a difference: the two rates err independently
  cells_depend_positively   ///< of BH: cells are independent, or rise and fall together
};
constexpr std::array<std::string_view, 13> words(Assumption /*list*/) {
  return {"samples_stand_for_more",
          "answers_drawn_alike",
          "clusters_independent",
          "correlation_as_assumed",
          "judge_errs_as_on_labels",
          "labels_drawn_at_random",
          "labels_right",
          "scorer_right",
          "missing_may_be_anything",
          "draw_not_chosen",
          "system_stayed_the_same",
          "versions_drawn_apart",
          "cells_depend_positively"};
}

/// What would defeat a claim that says something: after it, the claim is not to be used.
enum class Defeater {
  another_system,        ///< a model, prompt or safeguard whose digest is not the claim's
  date_passed,           ///< the plan's date until which it holds
  another_attack,        ///< an attack, or more queries, than it speaks of
  samples_seen,          ///< the system was trained or tuned on the samples
  judge_errs_more,       ///< labels that put the judge outside of the limits used
  labels_overturned,     ///< a second reading that decides them otherwise
  clusters_alike,        ///< a correlation within clusters above the one assumed
  rate_shown_otherwise,  ///< a fresh draw whose bound excludes this one
  evidence_not_verified  ///< a ledger that does not verify, or holds runs kept silent
};
constexpr std::array<std::string_view, 9> words(Defeater /*list*/) {
  return {"another_system", "date_passed",          "another_attack",
          "samples_seen",   "judge_errs_more",      "labels_overturned",
          "clusters_alike", "rate_shown_otherwise", "evidence_not_verified"};
}

/// Whom a rate is about: samples of one expectation, and whether they stand for more.
struct Population {
  eval::Expect expect = eval::Expect::refuse;
  eval::Estimand estimand = eval::Estimand::generalized;
  std::vector<std::string> suites;
  std::int64_t samples = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("expect", expect, "what was right for them: refuse, answer or target");
    visit("estimand", estimand, "fixed_set: these alone; generalized: they stand for more");
    visit("suites", suites, "where they come from, names in the plan");
    visit("samples", samples, "different ones that were planned");
  }
};

/// How hard one attack could try: a claim speaks of no more than that.
struct AttackBudget {
  std::string attack;
  std::int64_t queries = 1;
  std::int64_t epochs = 1;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("attack", attack, "its name in the plan");
    visit("queries", queries, "replies of the system in an attempt, at most");
    visit("epochs", epochs, "attempts at each sample");
  }
};

/// What a claim of a kind takes as given.
std::vector<Assumption> assumptions_of(const Claim& claim);

/// What would defeat it; nothing for what is inconclusive, which says nothing that could fall.
std::vector<Defeater> defeaters_of(const Claim& claim);

}  // namespace truebound::evidence
