#include "truebound/assess/compare.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/difference.h"

namespace truebound::assess {
namespace {

using Rows = std::vector<eval::Observation>;

// Levels of a factor in order of first appearance.
std::vector<std::string> levels_of(const Rows& rows, std::string_view factor) {
  std::vector<std::string> levels;
  for (const eval::Observation& row : rows) {
    const std::string level = eval::level_of(row, factor);
    if (std::ranges::find(levels, level) == levels.end()) levels.push_back(level);
  }
  return levels;
}

// Rows of one cell of a run under the name of the run: a version is what differs, so names of
// models, personas and deployments do not tell pairs apart unless there are several.
Rows renamed(const Rows& rows, const ComparedCell& cell, const std::string& run) {
  Rows kept;
  const bool one_model = levels_of(rows, "model").size() == 1;
  for (const eval::Observation& row : rows) {
    if (row.arm != cell.arm || row.expect != cell.expect) continue;
    kept.push_back(row);
    kept.back().arm = run;
    if (one_model) kept.back().model.clear();
  }
  return kept;
}

analyze::Version version_of(const BaselineRun& run, const ComparedCell& cell) {
  return {.cell = analyze::select(
              run.rows, {{"arm", cell.arm}, {"expect", std::string(to_text(cell.expect))}}),
          .calibrations = run.calibrations};
}

std::set<std::string> judges_of(const BaselineRun& run) {
  std::set<std::string> judges;
  for (const eval::Observation& row : run.rows) {
    if (!row.judge.empty()) judges.insert(row.judge);
  }
  return judges;
}

std::vector<std::string> remarks_on(const RunComparison& comparison) {
  std::vector<std::string> remarks;
  if (comparison.first.systems == comparison.second.systems) {
    remarks.emplace_back("Both runs assessed the same systems: what differs is chance.");
  }
  if (judges_of(comparison.first) != judges_of(comparison.second)) {
    remarks.emplace_back(
        "The runs were judged by different judges: as judged, a change may be theirs.");
  }
  const std::vector<std::string> before = levels_of(comparison.first.rows, "arm");
  for (const std::string& arm : levels_of(comparison.second.rows, "arm")) {
    if (std::ranges::find(before, arm) == before.end()) {
      remarks.push_back("Arm " + arm + " is in the second run only, and is not compared.");
    }
  }
  return remarks;
}

Result<BaselineRun> run_named(const std::string& name) {
  const std::optional<RunName> named = parse_run_name(name);
  if (!named) return invalid_input(name + ": expected LEDGER#run=N with N >= 1");
  return run_of_ledger(named->ledger, named->run);
}

json::Value about(const BaselineRun& run) {
  return json::Object{{"title", run.title}, {"run", run.run},   {"plan_digest", run.plan_digest},
                      {"key", run.key},     {"root", run.root}, {"size", run.size}};
}

}  // namespace

Result<RunComparison> compare(const std::string& first, const std::string& second,
                              double confidence) {
  RunComparison comparison;
  TRUEBOUND_TRY(before, run_named(first));
  TRUEBOUND_TRY(now, run_named(second));
  comparison.first = std::move(before);
  comparison.second = std::move(now);
  comparison.remarks = remarks_on(comparison);
  const std::vector<std::string> arms = levels_of(comparison.second.rows, "arm");
  for (const std::string& arm : levels_of(comparison.first.rows, "arm")) {
    if (std::ranges::find(arms, arm) == arms.end()) {
      comparison.remarks.push_back("Arm " + arm +
                                   " is in the first run only, and is not compared.");
      continue;
    }
    for (const std::string& expect : levels_of(comparison.first.rows, "expect")) {
      ComparedCell cell{.arm = arm, .expect = *from_text<eval::Expect>(expect)};
      Rows rows = renamed(comparison.first.rows, cell, "first");
      const Rows later = renamed(comparison.second.rows, cell, "second");
      if (rows.empty() || later.empty()) continue;
      rows.insert(rows.end(), later.begin(), later.end());
      TRUEBOUND_TRY(as_judged, analyze::compare_arms(analyze::select(rows, {}), "first", "second",
                                                     confidence));
      cell.as_judged = std::move(as_judged);
      cell.as_judged.name = expect + "/arm=" + arm;
      TRUEBOUND_TRY(difference, analyze::difference_from_before(cell.as_judged.name,
                                                                version_of(comparison.second, cell),
                                                                version_of(comparison.first, cell),
                                                                {.confidence = confidence}));
      cell.difference = std::move(difference);
      comparison.cells.push_back(std::move(cell));
    }
  }
  return comparison;
}

json::Value to_json(const RunComparison& comparison) {
  json::List cells;
  for (const ComparedCell& cell : comparison.cells) {
    cells.push_back(json::Object{{"arm", cell.arm},
                                 {"expect", to_text(cell.expect)},
                                 {"as_judged", json::write(cell.as_judged)},
                                 {"newly_broke", cell.as_judged.only_second},
                                 {"newly_held", cell.as_judged.only_first},
                                 {"difference", analyze::to_json(cell.difference)}});
  }
  return json::Object{{"first", about(comparison.first)},
                      {"second", about(comparison.second)},
                      {"cells", cells},
                      {"remarks", json::write(comparison.remarks)}};
}

}  // namespace truebound::assess
