#pragma once

// CSV as RFC 4180 has it, read with the file line of each row, and written so that a spreadsheet
// takes no text of a model for a formula.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::text {

/// A row and the line of the file, from 1, on which it starts. Its cells are texts as they stand in
/// the file: `NA`, `null` and empty cells too.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> cells;
  std::optional<std::string> fault;  ///< why the row cannot be trusted, as expectation and finding
};

/// Reads one row after another. Rows end at LF or CRLF and nowhere else: U+0085, U+2028, vertical
/// tab and form feed are text. A quoted cell may hold line ends; `""` in it is a quotation mark.
/// Empty lines are skipped, a byte-order mark at the start too.
///
/// A row has a fault where it holds NUL, bytes that are no UTF-8, a quotation mark inside an
/// unquoted cell, text after a closing quotation mark, a carriage return alone, or a quotation mark
/// that nothing closes (then the rest of the file is in it).
class CsvReader {
 public:
  /// The text must outlive the reader.
  explicit CsvReader(std::string_view text);

  /// The next row, or nothing at the end.
  std::optional<CsvRow> next();

 private:
  void read_cell(CsvRow& row);
  void read_quoted(CsvRow& row, std::string& cell);
  bool at_line_end() const;
  void skip_line_end();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

/// A row that is no sample: its line and why.
struct CsvFault {
  std::size_t line = 0;
  std::string message;  ///< expectation and finding, without the place
};

/// A table whose first row names the columns. Each row has one cell a column; the others are in
/// `bad`, so that nothing is dropped in silence.
struct CsvTable {
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;
  std::vector<CsvFault> bad;

  /// The index of a column, or nothing.
  std::optional<std::size_t> column(std::string_view name) const;
};

/// Reads a whole table. `name` is the file's, for messages.
/// @error invalid_input  no row of columns, a fault in it, a column named twice, or UTF-16
Result<CsvTable> read_csv(std::string_view text, const std::string& name);

/// What to put into a cell: a text, which is defused, or a number of ours, which stays a number.
class CsvCell {
 public:
  static CsvCell text(std::string_view value);
  static CsvCell number(std::int64_t value);
  /// The shortest digits that read back as the same value. Must be finite: a missing number is
  /// `missing()`.
  static CsvCell number(double value);
  /// A number that we hold as digits (`-0.75`, `1e-3`); anything else is taken for a text.
  static CsvCell number(std::string_view digits);
  static CsvCell missing();

  /// The cell as it stands in the file.
  const std::string& written() const { return written_; }

 private:
  explicit CsvCell(std::string written) : written_(std::move(written)) {}
  std::string written_;
};

/// A row with its CRLF.
std::string write_csv_row(const std::vector<CsvCell>& cells);

/// A text that no spreadsheet takes for a formula: one that starts with `= + - @`, also full-width
/// or after spaces, tabs or line ends, or with a tab or line end itself, gets a `'` in front.
std::string defuse(std::string_view text);

/// Takes back what `defuse` did: `undo_defuse(defuse(x)) == x` for every x.
std::string undo_defuse(std::string_view text);

}  // namespace truebound::text
