#pragma once

// Folder: tables and other tools' formats in and out, one file a format. This file: a table of
// outcomes in CSV or JSONL, so that every number can be checked by hand, without running a model.

#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/observation.h"

namespace truebound::exchange {

/// How a table's own words are taken.
struct TableOptions {
  // Affects the result.
  std::map<std::string, std::string> columns;  ///< our column to theirs: `outcome` to `is_correct`
  std::map<std::string, std::string> values;   ///< their value to ours: `full` to `broke`
};

/// The columns that a table may have, all but `sample` optional. `response` is a text to judge.
const std::vector<std::string>& table_columns();

/// One row: the observation, and the response where the table has that column.
struct TableRow {
  eval::Observation observation;
  std::string response;
  std::string labeled_by;
};

/// A table, read whole, and which of our columns it has.
struct TableRows {
  std::vector<TableRow> rows;
  std::vector<std::string> present;  ///< columns of ours that the table has
  std::vector<std::string> unread;   ///< columns of its own that nothing is read from

  bool has(const std::string& column) const;
  /// Who labeled, by the column `labeled_by`: the names, each once; `unknown` where none is given.
  std::string labeled_by() const;
  std::vector<eval::Observation> observations() const;
};

/// Reads a table; the format is told by the name's ending, `.jsonl` or else CSV.
///
/// Outcomes are `broke held undecided error not_run`, or `1 0 true false`, in capitals too, for
/// broke and held; or scores in [0, 1]: `score` with the number in a column `score`, that column
/// alone, or numbers as outcomes of which one at least is a fraction. Truths are `broke`, `held`, a
/// verdict's word, or a score where outcomes are. Without a column `sample`, each row is a sample
/// of its own.
///
/// @error invalid_input  no table; a bad cell, by line; a column cluster, stratum or arm with
///        gaps (the lines); the
///        same sample, arm and epoch twice (both lines); a column or value map that fits nothing
Result<TableRows> read_table(const std::string& text, const std::string& name,
                             const TableOptions& options);

}  // namespace truebound::exchange
