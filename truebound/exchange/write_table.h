#pragma once

// Outcomes of a run as a table, CSV or JSONL, that read_table takes back: so every number of a
// report can be computed again elsewhere. docs/formats/table.md

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/observation.h"

namespace truebound::exchange {

/// How a table is written.
enum class TableFormat { csv, jsonl };
constexpr std::array<std::string_view, 2> words(TableFormat /*list*/) {
  return {"csv", "jsonl"};
}

/// One row an observation, in their order. Columns that no row fills are left out; where some rows
/// have a cluster or a stratum, those without get one of their own (`own:SAMPLE`) or `none`, as a
/// table must not have gaps there. Texts are defused in CSV, so that no spreadsheet takes one for a
/// formula. `judge` is filled only where a judge that errs decided. Answers are not written.
std::string write_table(const std::vector<eval::Observation>& rows, TableFormat format);

}  // namespace truebound::exchange
