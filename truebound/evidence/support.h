#pragma once

// From an estimate to the claim that it supports. What it does not support is inconclusive, and
// says how much more evidence would settle it.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/record/run_record.h"

namespace truebound::evidence {

/// What a family decided of a claim; `by_its_bounds` where each bound decides alone.
enum class Decided { by_its_bounds, as_asked, as_asked_at_threshold, not_as_asked };

/// The family of a claim, and what it decided.
struct Membership {
  std::string family = std::string(eval::default_family);
  eval::Correction correction = eval::Correction::bonferroni;
  Decided decided = Decided::by_its_bounds;
};

/// What holds for every claim of a run, and for this one beside its estimate.
struct Circumstances {
  record::RunKind kind = record::RunKind::assessment;
  std::vector<Limit> limits;
  std::string until;
  Entries entries;
  Population population;
  std::vector<AttackBudget> budget;
  Membership member;
};

/// The claim that an estimate supports for a question. A rehearsal supports none.
///
/// No bound of a rate lies below the judge's limit of detection: it is raised to it, so that a
/// threshold below that is `inconclusive`, with the limit `judge_detection_limit`. A claim that its
/// family decided at its threshold has that as its bound.
Claim support(const eval::Question& question, analyze::Estimate estimate, Scope scope,
              const Circumstances& circumstances);

/// Raises the upper bound of a rate to the judge's limit of detection, with a step that says so.
/// Nothing where it lies there already, or where no judge errs.
void raise_to_detection(analyze::Estimate& estimate);

/// Whether labels of this very run would give a number where there is none: they need no error
/// rates of the judge.
bool labels_would_help(const analyze::Estimate& estimate);

/// What more evidence would settle a claim, at the rate seen and with nothing missing. Searched by
/// Clopper-Pearson at the effective n, up to ten million.
More what_would_settle(const analyze::Estimate& estimate, double threshold);

/// What more evidence would show a difference to stay under a margin, at the difference seen. The
/// width of its limits is taken to go with the root of the effective n.
More what_would_show_no_worse(const analyze::Estimate& difference, double margin);

/// Binds a report to its run: the HTML and the JSON become blobs, `report.publish` names them.
Result<void> publish(const std::string& html, const std::string& json, std::uint64_t size,
                     record::RunRecord& run);

}  // namespace truebound::evidence
