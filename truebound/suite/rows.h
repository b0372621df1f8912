#pragma once

// A suite's file cut into rows, whatever its format: each row its columns and the line where it
// starts. What the samples mean is read.cc's part.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/json/value.h"

namespace truebound::suite {

/// A row as it stands in the file. Cells of CSV are texts, whatever they spell.
struct Row {
  std::size_t line = 0;
  json::Value cells = json::Object{};
  std::string fault;  ///< why it is no row, as expectation and finding; empty: it is one
};

/// The rows of a file in its order, bad ones at their places.
struct Rows {
  std::vector<std::string> columns;  ///< in order of first appearance
  std::vector<Row> rows;
};

/// Cuts a file into rows.
/// @error invalid_input  the file as a whole is no table: no header, no JSON, no list
Result<Rows> cut_into_rows(std::string_view text, const std::string& file, eval::Format format);

}  // namespace truebound::suite
