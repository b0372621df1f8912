#pragma once

// The run before, which `no_worse_than` compares with: taken from its own ledger when the plan is
// registered, and from then on a file of the plan like any other, so that a later stage needs that
// ledger no more.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/plan.h"

namespace truebound::assess {

/// A run as a plan keeps it.
struct BaselineRun {
  std::string title;        ///< of its plan
  std::string plan_digest;  ///< of its plan
  std::string systems;      ///< what was assessed: the blob of its run.open, by name
  std::string key;          ///< of its ledger
  std::string root;         ///< of its ledger, over the entries that it was read from
  std::uint64_t size = 0;   ///< entries
  std::int64_t run = 0;
  std::vector<eval::Observation> rows;
  std::vector<eval::Calibration> calibrations;
};

/// A run by its name.
struct RunName {
  Path ledger;
  std::int64_t run = 0;  ///< its number there; 0: the last
};
/// `LEDGER#run=3`, or `LEDGER` alone for its last run; nothing where N is no number >= 1.
std::optional<RunName> parse_run_name(const std::string& name);

/// A run of a ledger, which is verified first; `number` 0 takes the last.
/// @error invalid_input  no such run, or one that is no complete assessment
/// @error as ledger::verify
Result<BaselineRun> run_of_ledger(const Path& folder, std::int64_t number);

/// The baseline of a plan that has one, from its frozen file or, before, from its ledger.
/// @error invalid_input  no such ledger or run, or one that is no complete assessment
Result<BaselineRun> read_baseline(const plan::Plan& plan, const FileSource& files);

/// The suites of a plan. Where it draws samples and has a baseline, only those that the baseline
/// drew: its draw is used again.
/// @error invalid_input  as suite::read_all and read_baseline
Result<std::vector<eval::Suite>> suites_of(const plan::Plan& plan, const FileSource& files);

/// Runs of ledgers as files named `FOLDER#run=3`, and all others wherever `others` looks.
class BaselineFiles final : public FileSource {
 public:
  /// @param others  must outlive this
  /// @param folder  from which relative names of ledgers are looked up
  BaselineFiles(const FileSource& others, Path folder)
      : others_(others), folder_(std::move(folder)) {}
  Result<std::string> read(const std::string& name) const override;

 private:
  const FileSource& others_;
  Path folder_;
};

}  // namespace truebound::assess
