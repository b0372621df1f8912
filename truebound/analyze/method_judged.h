#pragma once

// What a judge said of a row of a table.

#include <optional>
#include <string>

#include "truebound/analyze/method_rows.h"

namespace truebound::analyze {

/// The judge's own word, where the row has one; else empty. A table's column `judge` names the
/// judge, or else holds its word in place of an outcome.
std::string judged_word(const eval::Observation& row);

/// What the judge said of a row: its word, or else the outcome.
///
/// @error invalid_input when the word is none of a verdict's
Result<std::optional<Side>> judged_side(const eval::Observation& row, const std::string& table);

/// The rate behind a judge's flags with the melded interval; input as lang_reiczigel takes it.
///
/// @error invalid_input as run_method
Result<MethodResult> run_melded(const std::vector<eval::Observation>& table,
                                const MethodOptions& options);

}  // namespace truebound::analyze
