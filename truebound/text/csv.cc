#include "truebound/text/csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "truebound/text/utf8.h"

namespace truebound::text {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The first fault of a row is the one that explains the others.
void set_fault(CsvRow& row, std::string message) {
  if (!row.fault) row.fault = std::move(message);
}

void check_bytes(CsvRow& row) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::string& cell = row.cells[i];
    const std::string place = " in cell " + std::to_string(i + 1);
    if (cell.find('\0') != std::string::npos) {
      set_fault(row, "expected text, found a NUL byte" + place);
    } else if (const auto bad = first_bad_byte(cell)) {
      set_fault(row, "expected UTF-8, found other bytes" + place + " at byte " +
                         std::to_string(*bad + 1) + " of it");
    }
  }
}

bool is_number(std::string_view digits) {
  if (digits.empty() || digits.front() == '+') return false;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() && std::isfinite(value);
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' ||
         text.starts_with(byte_order_mark) ||
         text.find_first_of(",\"\r\n;\t") != std::string_view::npos;
}

std::string quoted(std::string_view text) {
  std::string cell = "\"";
  for (const char letter : text) {
    if (letter == '"') cell += '"';
    cell += letter;
  }
  return cell + '"';
}

// True where a spreadsheet may take the text for a formula, with `marks` of our own in front.
bool is_active(std::string_view text, std::string_view marks) {
  const std::size_t start = text.find_first_not_of(marks);
  if (start == std::string_view::npos) return false;
  const std::string_view rest = text.substr(start);
  if (rest.front() == '\t' || rest.front() == '\r' || rest.front() == '\n') return true;
  std::size_t at = 0;
  while (at < rest.size()) {
    const CodePoint found = code_point_at(rest, at);
    const bool is_space = found.value == ' ' || found.value == '\t' || found.value == '\r' ||
                          found.value == '\n' || found.value == 0xA0 || found.value == 0x3000;
    if (!is_space) break;
    at += found.size;
  }
  static constexpr std::array<std::string_view, 8> starts{"=",      "+",      "-",      "@",
                                                          "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  for (const std::string_view start_of_formula : starts) {
    if (rest.substr(at).starts_with(start_of_formula)) return true;
  }
  return false;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
}

bool CsvReader::at_line_end() const {
  return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
}

void CsvReader::skip_line_end() {
  if (at_ >= text_.size()) return;
  at_ += text_[at_] == '\r' ? 2 : 1;
  ++line_;
}

void CsvReader::read_quoted(CsvRow& row, std::string& cell) {
  const std::size_t opened = line_;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (!text_.substr(at_ + 1).starts_with('"')) {
        ++at_;
        return;
      }
      ++at_;
    }
    if (text_[at_] == '\n') ++line_;
    cell += text_[at_];
  }
  set_fault(row, "expected a closing quotation mark for the one in line " + std::to_string(opened) +
                     ", found the end of the file");
}

void CsvReader::read_cell(CsvRow& row) {
  std::string cell;
  if (at_ < text_.size() && text_[at_] == '"') {
    read_quoted(row, cell);
    if (!at_line_end() && text_[at_] != ',') {
      set_fault(row, "expected a comma or a line end after a closing quotation mark, found text");
    }
  }
  while (!at_line_end() && text_[at_] != ',') {
    if (text_[at_] == '"') {
      set_fault(row,
                "expected quotation marks around a whole cell and doubled inside, found one "
                "in the middle");
    }
    if (text_[at_] == '\r') {
      set_fault(row, "expected lines to end in LF or CRLF, found a carriage return alone");
    }
    cell += text_[at_++];
  }
  row.cells.push_back(std::move(cell));
}

std::optional<CsvRow> CsvReader::next() {
  while (at_ < text_.size() && at_line_end())
    skip_line_end();
  if (at_ >= text_.size()) return std::nullopt;
  CsvRow row;
  row.line = line_;
  read_cell(row);
  while (at_ < text_.size() && text_[at_] == ',') {
    ++at_;
    read_cell(row);
  }
  skip_line_end();
  check_bytes(row);
  return row;
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == name) return i;
  }
  return std::nullopt;
}

Result<CsvTable> read_csv(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return invalid_input(name + ":1: expected UTF-8, found UTF-16");
  }
  CsvReader reader(text);
  auto first = reader.next();
  if (!first)
    return invalid_input(name + ":1: expected a row with the names of columns, found none");
  const std::string place = name + ":" + std::to_string(first->line) + ": ";
  if (first->fault) return invalid_input(place + *first->fault);
  // As a spreadsheet saves where the comma is the decimal sign.
  const std::string& only = first->cells.front();
  if (first->cells.size() == 1 && only.find_first_of(";\t") != std::string::npos) {
    return invalid_input(place + "expected columns separated by commas, found " +
                         (only.find(';') != std::string::npos ? "semicolons" : "tabs") +
                         "; save the table as CSV with commas");
  }
  std::set<std::string> seen;
  for (const std::string& column : first->cells) {
    if (!column.empty() && !seen.insert(column).second) {
      return invalid_input(place + "each column must have its own name, found '" +
                           visible(column, Breaks::show) + "' twice");
    }
  }
  CsvTable table;
  table.columns = std::move(first->cells);
  while (auto row = reader.next()) {
    if (!row->fault && row->cells.size() != table.columns.size()) {
      row->fault = "expected " + std::to_string(table.columns.size()) + " cells, found " +
                   std::to_string(row->cells.size());
    }
    if (row->fault) {
      table.bad.push_back({row->line, *row->fault});
    } else {
      table.rows.push_back(std::move(*row));
    }
  }
  return table;
}

CsvCell CsvCell::text(std::string_view value) {
  std::string clean = repair_utf8(value).text;
  // The reader refuses NUL, and no spreadsheet shows one.
  for (std::size_t at = 0; (at = clean.find('\0', at)) != std::string::npos;) {
    clean.replace(at, 1, "\uFFFD");
  }
  const std::string defused = defuse(clean);
  return CsvCell(needs_quotes(defused) || defused != clean ? quoted(defused) : defused);
}

CsvCell CsvCell::number(std::int64_t value) {
  return CsvCell(std::to_string(value));
}

CsvCell CsvCell::number(double value) {
  TRUEBOUND_CHECK(std::isfinite(value),
                  "a number in a table is finite, a missing one is missing()");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return CsvCell(std::string(digits.data(), end));
}

CsvCell CsvCell::number(std::string_view digits) {
  return is_number(digits) ? CsvCell(std::string(digits)) : text(digits);
}

CsvCell CsvCell::missing() {
  return CsvCell("");
}

std::string write_csv_row(const std::vector<CsvCell>& cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    row += cells[i].written();
  }
  // A line without a letter is no row for a reader.
  if (row.empty()) row = "\"\"";
  return row + "\r\n";
}

std::string defuse(std::string_view text) {
  return is_active(text, "'") ? "'" + std::string(text) : std::string(text);
}

std::string undo_defuse(std::string_view text) {
  return std::string(text.starts_with('\'') && is_active(text, "'") ? text.substr(1) : text);
}

}  // namespace truebound::text
