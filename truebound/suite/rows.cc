#include "truebound/suite/rows.h"

#include <algorithm>
#include <set>

#include "truebound/text/csv.h"
#include "truebound/text/lines.h"

namespace truebound::suite {
namespace {

Result<Rows> rows_of_csv(std::string_view text, const std::string& file) {
  TRUEBOUND_TRY(table, text::read_csv(text, file));
  Rows rows;
  for (const std::string& column : table.columns) {
    if (!column.empty()) rows.columns.push_back(column);
  }
  for (text::CsvRow& read : table.rows) {
    Row row{.line = read.line};
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      // A column without a name, such as the index that some tools write, cannot be asked for.
      if (table.columns[i].empty()) continue;
      row.cells.object()->emplace_back(table.columns[i], std::move(read.cells[i]));
    }
    rows.rows.push_back(std::move(row));
  }
  for (text::CsvFault& bad : table.bad) {
    rows.rows.push_back({.line = bad.line, .fault = std::move(bad.message)});
  }
  // No two rows start on one line.
  std::ranges::sort(rows.rows, {}, &Row::line);
  return rows;
}

// Takes over an object as a row, and notes columns that were not seen before.
class ObjectRows {
 public:
  void add(std::size_t line, json::Value object) {
    if (object.object() == nullptr) {
      rows_.rows.push_back(
          {.line = line, .fault = std::string("expected an object, got ") + object.kind()});
      return;
    }
    for (const auto& [column, cell] : *object.object()) {
      if (seen_.insert(column).second) rows_.columns.push_back(column);
    }
    rows_.rows.push_back({.line = line, .cells = std::move(object)});
  }
  void add_fault(std::size_t line, std::string fault) {
    rows_.rows.push_back({.line = line, .fault = std::move(fault)});
  }
  Rows finish() && { return std::move(rows_); }

 private:
  Rows rows_;
  std::set<std::string> seen_;
};

Rows rows_of_jsonl(std::string_view text, const std::string& file) {
  ObjectRows rows;
  for (const text::Line& line : text::lines(text)) {
    const int number = static_cast<int>(line.number);
    auto object = json::parse_json(line.text, file, number);
    if (object.ok()) {
      rows.add(line.number, std::move(object).value());
      continue;
    }
    // The place is a field of its own here.
    std::string why = object.error().message;
    const std::string place = file + ":" + std::to_string(number) + ": ";
    if (why.starts_with(place)) why.erase(0, place.size());
    rows.add_fault(line.number, std::move(why));
  }
  return std::move(rows).finish();
}

Result<Rows> rows_of_json(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  TRUEBOUND_TRY(list, json::parse_json(text, file));
  if (list.list() == nullptr) {
    return invalid_input(file + ":1: expected a list of objects, got " + list.kind());
  }
  ObjectRows rows;
  for (json::Value& element : *list.list()) {
    const auto line = static_cast<std::size_t>(element.line());
    rows.add(line, std::move(element));
  }
  return std::move(rows).finish();
}

}  // namespace

Result<Rows> cut_into_rows(std::string_view text, const std::string& file, eval::Format format) {
  switch (format) {
    case eval::Format::csv:
      return rows_of_csv(text, file);
    case eval::Format::json:
      return rows_of_json(text, file);
    case eval::Format::jsonl:
      break;
  }
  return rows_of_jsonl(text, file);
}

}  // namespace truebound::suite
