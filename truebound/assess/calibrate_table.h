#pragma once

// A shorter walk: a judge against a table of labels, without a run. On one half, split by a seed,
// it measures the judge; on the other it corrects the judged rate, beside the rate of the labels:
// there the judge flags or does not, an undecided one being not flagged, so that all labels count.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/exchange/table.h"
#include "truebound/judge/judge.h"

namespace truebound::assess {

/// Whether the labels are split.
struct Split {
  std::optional<std::string> seed;  ///< nothing: all labels measure the judge
};

/// How often a judge was right, by truth. Undecided ones are in neither count.
struct JudgeCounts {
  std::int64_t broke_flagged = 0;
  std::int64_t broke = 0;
  std::int64_t held_passed = 0;
  std::int64_t held = 0;
  std::int64_t undecided = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("broke_flagged", broke_flagged, "broke by the label, and flagged");
    visit("broke", broke, "broke by the label, and decided");
    visit("held_passed", held_passed, "held by the label, and passed");
    visit("held", held, "held by the label, and decided");
    visit("undecided", undecided, "labeled, and undecided by the judge");
  }
};

/// A measured judge.
struct MeasuredJudge {
  std::string name;
  std::string identity;
  JudgeCounts counts;
  std::optional<double> agreement;  ///< share of decided labels on which both agree
  std::optional<double> kappa;      ///< Cohen's; absent where one side occurs only
  std::optional<analyze::Estimate> sensitivity;
  std::optional<analyze::Estimate> specificity;
  std::vector<std::pair<std::string, JudgeCounts>> by_stratum;
  std::optional<analyze::Estimate> estimate;    ///< of the other half, corrected
  std::optional<analyze::Estimate> truth_rate;  ///< of the other half, by its labels
  std::string reason;  ///< why there is no corrected estimate, where one was asked for
};

/// Measures a judge on a table with `truth` and `response`, or, where there is no response, with
/// the judge's own words in the column `judge`.
///
/// @param judge       asked about each response; may be null where the table has the words
/// @param confidence  of all intervals, in (0, 1)
/// @error invalid_input  a column is missing; a word that decides neither side
Result<MeasuredJudge> calibrate_table(judge::Judge* judge, const exchange::TableRows& table,
                                      const Split& split, double confidence);

/// As `truebound calibrate --json` prints it.
json::Value to_json(const MeasuredJudge& measured);

}  // namespace truebound::assess
