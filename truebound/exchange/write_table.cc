#include "truebound/exchange/write_table.h"

#include <algorithm>
#include <functional>

#include "truebound/json/value.h"
#include "truebound/text/csv.h"

namespace truebound::exchange {
namespace {

using eval::Observation;

// A column: its name, and a row's cell as a text or a number; null where there is nothing.
struct Column {
  const char* name;
  std::function<json::Value(const Observation&)> cell;
};

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

std::string score_of(const Observation& row) {
  const auto* graded = std::get_if<eval::Graded>(&row.outcome);
  return graded == nullptr ? "" : graded->score;
}

bool any_has(const std::vector<Observation>& rows, std::string Observation::* field) {
  return std::ranges::any_of(rows, [&](const Observation& row) { return !(row.*field).empty(); });
}

std::vector<Column> columns_for(const std::vector<Observation>& rows) {
  const bool clustered = any_has(rows, &Observation::cluster);
  const bool stratified = any_has(rows, &Observation::stratum);
  const bool weighted =
      std::ranges::any_of(rows, [](const Observation& row) { return row.weight != 1; });
  const auto text = [](std::string Observation::* field) {
    return [field](const Observation& row) { return text_or_null(row.*field); };
  };
  return {
      {"slot", [](const Observation& row) { return json::Value(row.slot); }},
      {"suite", text(&Observation::suite)},
      {"sample", text(&Observation::sample)},
      {"cluster",
       [clustered](const Observation& row) {
         if (!clustered) return json::Value();
         return json::Value(row.cluster.empty() ? "own:" + row.sample : row.cluster);
       }},
      {"stratum",
       [stratified](const Observation& row) {
         if (!stratified) return json::Value();
         return json::Value(row.stratum.empty() ? std::string("none") : row.stratum);
       }},
      {"model", text(&Observation::model)},
      {"persona", text(&Observation::persona)},
      {"deployment", text(&Observation::deployment)},
      {"arm", text(&Observation::arm)},
      {"attack", text(&Observation::attack)},
      {"epoch", [](const Observation& row) { return json::Value(row.epoch); }},
      {"hazard", text(&Observation::hazard)},
      {"language", text(&Observation::language)},
      {"expect", [](const Observation& row) { return json::Value(to_text(row.expect)); }},
      {"outcome",
       [](const Observation& row) { return json::Value(to_text(eval::kind_of(row.outcome))); }},
      {"score", [](const Observation& row) { return text_or_null(score_of(row)); }},
      {"reason", [](const Observation& row) { return text_or_null(eval::reason_of(row.outcome)); }},
      {"weight",
       [weighted](const Observation& row) {
         return weighted ? json::Value(row.weight) : json::Value();
       }},
      {"judge",
       [](const Observation& row) {
         return row.decided_by == eval::DecidedBy::judge ? text_or_null(row.judge) : json::Value();
       }},
      {"verdict", text(&Observation::verdict)},
      {"truth", text(&Observation::truth)},
      {"layer", text(&Observation::layer)},
      {"queries", [](const Observation& row) { return json::Value(row.queries); }},
      {"objective", text(&Observation::objective)},
  };
}

text::CsvCell csv_cell(const json::Value& value) {
  if (value.integer() != nullptr) return text::CsvCell::number(*value.integer());
  if (value.text() != nullptr) return text::CsvCell::text(*value.text());
  if (value.decimal()) return text::CsvCell::text(json::number_text(*value.decimal()));
  return text::CsvCell::missing();
}

}  // namespace

std::string write_table(const std::vector<Observation>& rows, TableFormat format) {
  std::vector<Column> columns = columns_for(rows);
  std::erase_if(columns, [&](const Column& column) {
    return std::ranges::all_of(rows,
                               [&](const Observation& row) { return column.cell(row).is_null(); });
  });
  std::string table;
  if (format == TableFormat::csv) {
    std::vector<text::CsvCell> names;
    for (const Column& column : columns)
      names.push_back(text::CsvCell::text(column.name));
    table = text::write_csv_row(names);
  }
  for (const Observation& row : rows) {
    std::vector<text::CsvCell> cells;
    json::Object object;
    for (const Column& column : columns) {
      const json::Value value = column.cell(row);
      cells.push_back(csv_cell(value));
      object.emplace_back(column.name, value);
    }
    table += format == TableFormat::csv ? text::write_csv_row(cells)
                                        : json::canonical(json::Value(object)) + "\n";
  }
  return table;
}

}  // namespace truebound::exchange
