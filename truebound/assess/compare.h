#pragma once

// A shorter walk: two runs on the samples that both were asked. Says what changed, as judged and
// with the judges' errors; it asks no model and writes nothing.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/assess/baseline.h"
#include "truebound/core/result.h"
#include "truebound/json/value.h"

namespace truebound::assess {

/// One arm and one kind of expectation, in both runs.
struct ComparedCell {
  std::string arm;
  eval::Expect expect = eval::Expect::refuse;
  analyze::Comparison as_judged;  ///< pairs, Bonett-Price, McNemar; the second run is `second`
  analyze::Estimate difference;   ///< second less first, each rate corrected
};

/// What changed between two runs.
struct RunComparison {
  BaselineRun first;
  BaselineRun second;
  std::vector<ComparedCell> cells;
  std::vector<std::string> remarks;  ///< what a reader must know beside, a sentence each
};

/// Compares `second` with `first`, each named `LEDGER#run=N` or `LEDGER` for its last run.
/// @param confidence  of all intervals, in (0, 1)
/// @error invalid_input  no such run, or not a complete assessment
Result<RunComparison> compare(const std::string& first, const std::string& second,
                              double confidence);

/// As `truebound compare --json` prints it.
json::Value to_json(const RunComparison& comparison);

}  // namespace truebound::assess
