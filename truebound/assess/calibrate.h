#pragma once

// A shorter walk: measures a judge against labels, so that what it decides can carry a rate. Labels
// come with the plan, from a table, or from slots of the run itself that are drawn for a reader.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/assess/observe.h"
#include "truebound/assess/start.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/exchange/table.h"
#include "truebound/plan/plan.h"
#include "truebound/record/run_record.h"
#include "truebound/run/cast.h"
#include "truebound/run/measure.h"

namespace truebound::assess {

/// The labeled responses of a table with the columns `response` and `truth`; `sample`, `cluster`,
/// `arm`, `attack`, `expect` are kept. Rows without a truth are left out.
/// @error invalid_input  a column is missing, or a truth decides neither side
Result<std::vector<run::LabeledResponse>> labeled_responses(const exchange::TableRows& table,
                                                            const std::string& name);

/// Labels that came with a plan.
struct PlanLabels {
  std::vector<run::LabeledResponse> responses;
  std::string labeled_by;
};

/// The labels of a file that the plan names, each with the sample of the suites that it is of: a
/// judge that reads the request must be measured with the request before it.
/// @error invalid_input  the table is none, or holds no label; the judge reads the request, and a
///        label's sample is in no suite
Result<PlanLabels> labels_of_plan(const std::string& file, const FileSource& files,
                                  const std::vector<eval::Suite>& suites,
                                  const judge::Judge& judge);

/// Measures each judge whose labels the plan names, and writes what came out into the run. Does
/// nothing for a judge that the run has a calibration of. What it spends counts against the run's
/// budget, and is in the run's history afterwards.
/// @error as labels_of_plan and run::measure
Result<void> measure_judges(const plan::Plan& plan, const run::Cast& cast, const FileSource& files,
                            StartedRun& run, const run::EngineOptions& engine);

/// Which slots to draw for a reader.
struct LabelDraw {
  std::string judge;        ///< name in the plan
  std::int64_t run = 0;     ///< 0: the last
  std::uint64_t count = 0;  ///< responses to draw in all
};

/// Draws slots that the judge decided, the same number from each arm, expectation and side of its
/// verdict as far as there are so many, by the run's `labels` stream; what is labeled already is
/// left out, so that a further draw adds to it. The table (CSV) does not tell the verdict, so that
/// it cannot sway the reader; `truth` is empty, to fill in.
/// @error invalid_input  the plan has no such judge; it decided no slot of the run, or all that it
///        did are labeled
Result<std::string> draw_labels(const ledger::Ledger& ledger, const LabelDraw& draw);

/// How many labels were taken, and how many rows were left empty.
struct LabelsTaken {
  std::uint64_t labeled = 0;
  std::uint64_t left_empty = 0;
  std::uint64_t read_before = 0;   ///< of the labeled, those that an earlier reading labeled too
  std::uint64_t contradicted = 0;  ///< of these, those that say the other; they replace it
};
/// Who labeled, and which judge and run it is for.
struct LabelReading {
  std::string judge;
  std::int64_t run = 0;
  std::string labeled_by;
  eval::Reader reader = eval::Reader::human;
};
/// Takes a drawn table back with its truths, appends them to the ledger, and binds the report that
/// they give to the run. Rows whose truth is empty are left out and counted.
/// @error invalid_input  a slot that the judge did not decide; a response that is not that slot's,
///        by its letters and digits; a truth that decides neither side
Result<LabelsTaken> take_labels(const std::string& table, const std::string& name,
                                const LabelReading& reading, ledger::Ledger& ledger, Clock& clock);

}  // namespace truebound::assess
