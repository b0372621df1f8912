#pragma once

// Statistical methods by name, each run on a table of observations without a plan, so that every
// number can be checked by hand (`truebound stats METHOD`). One page a method in docs/methods/.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/eval/observation.h"
#include "truebound/json/value.h"

namespace truebound::analyze {

/// What a method needs besides the table; all of it affects the result.
struct MethodOptions {
  double confidence = .95;  ///< two-sided (zero_failure: one-sided), in (0, 1)
  double correlation = 1;   ///< assumed within clusters, in [0, 1]; read by effective_n and chain
  eval::Estimand estimand = eval::Estimand::generalized;
  std::optional<double> margin;        ///< declared before the data were seen; read by equivalence
  std::int64_t resamples = 9999;       ///< draws of methods that draw
  std::string seed = "1";              ///< of these draws
  std::optional<double> threshold;     ///< rate that is asked about; read by e_process, sprt, cusum
  std::optional<double> alternative;   ///< rate to tell it from; read by sprt, cusum, e_detector
  std::optional<double> level;         ///< of an alarm; read by cusum and e_detector
  std::vector<std::int64_t> tries;     ///< k of asr_at_k beside those that it tells anyway
  std::vector<std::string> by;         ///< factors that are crossed; read by intersections
  std::vector<std::string> responses;  ///< texts of the rows, in their order; read by text_distance
  std::string arm;              ///< the arm whose rate is asked; may be empty where there is one
  std::string table = "table";  ///< the table's name, for messages
};

/// An estimate with what only this method tells.
struct MethodResult {
  Estimate estimate;
  json::Object beside;  ///< members added to the estimate's JSON; objects are merged
};

/// One method: how it is called, what it reads, what it tells.
struct Method {
  std::string_view name;
  std::string_view columns;  ///< of the table, those in brackets where there are any
  std::string_view options;  ///< fields of MethodOptions that it reads, by their names
  std::string_view about;    ///< one line
};

/// All methods, in the order in which help lists them.
const std::vector<Method>& methods();

/// The method of that name; nullptr where there is none. `rate` stands for `chain`, which reads the
/// same options as the other method that it may become.
const Method* method_of(std::string_view name);

/// The words of `columns` or `options`, without brackets.
std::vector<std::string> words_of(std::string_view list);

/// Runs a method. `rate` is `chain` where a judge decided any row, and `effective_n` elsewhere.
///
/// @error invalid_input an unknown method (the nearest one is named), an option out of range, or a
///        table that the method cannot be right about: rows of several arms, a sample twice, a
///        cluster column with gaps, clustered rows where they must be independent
Result<MethodResult> run_method(std::string_view name, const std::vector<eval::Observation>& table,
                                const MethodOptions& options);

/// The result as `truebound stats --json` prints it.
json::Value to_json(const MethodResult& result);

}  // namespace truebound::analyze
