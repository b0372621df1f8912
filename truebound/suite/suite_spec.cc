#include "truebound/suite/suite_spec.h"

#include <algorithm>

#include "truebound/suite/builtin.h"

namespace truebound::suite {
namespace {

// `expected x, got y` with the nearest of what is known.
Error unknown(const std::string& place, const std::string& what, const std::string& got,
              const std::vector<std::string>& known) {
  std::string message = place + ": " + what + " must be one of " + join(known) + ", got " + got;
  if (const auto near = nearest(got, known)) message += "; did you mean " + *near + "?";
  return invalid_input(message);
}

std::vector<std::string> sample_fields() {
  eval::Sample sample;
  json::FieldLister lister;
  sample.fields(lister);
  std::vector<std::string> names;
  for (const json::FieldPage& page : lister.pages)
    names.push_back(page.name);
  return names;
}

bool is_choice_letter(std::string_view name) {
  return name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z';
}

Result<void> check_mappings(const SuiteSpec& spec, const std::string& place) {
  const std::vector<std::string> fields = sample_fields();
  for (const auto& [field, column] : spec.columns) {
    const bool is_known = std::ranges::find(fields, field) != fields.end();
    if (!is_known && !is_choice_letter(field)) return unknown(place, "columns", field, fields);
    if (column.empty()) {
      return invalid_input(place + ": columns." + field + " must name a column, got nothing");
    }
  }
  for (const auto& [word, meaning] : spec.values) {
    if (from_text<eval::Expect>(meaning)) continue;
    return unknown(place, "values." + word, meaning, all_words<eval::Expect>());
  }
  return {};
}

Result<void> complete_builtin(SuiteSpec& spec, const std::string& place) {
  const std::vector<std::string> known = builtin_names();
  if (std::ranges::find(known, spec.builtin) == known.end()) {
    return unknown(place, "builtin", spec.builtin, known);
  }
  const std::string folder = std::string(builtin_mark) + spec.builtin + "/";
  spec.file = folder + spec.builtin + ".jsonl";
  spec.card = folder + "card.json";
  spec.format = Format::jsonl;
  return {};
}

}  // namespace

Result<void> read_into(Names& field, const json::Value& value, const std::string& file,
                       const std::string& what) {
  if (value.text() != nullptr) {
    field.list = {*value.text()};
    return {};
  }
  return json::read_into(field.list, value, file, what);
}

json::Value write(const Names& field) {
  return json::write(field.list);
}

Result<void> complete(SuiteSpec& spec, const std::string& place) {
  if (spec.builtin.empty() == spec.file.empty()) {
    return invalid_input(place + ": a suite must have either builtin or file, got " +
                         (spec.file.empty() ? "neither" : "both"));
  }
  TRUEBOUND_TRY_VOID(check_mappings(spec, place));
  if (!spec.builtin.empty()) return complete_builtin(spec, place);
  for (const std::string& name : {spec.file, spec.card}) {
    if (name.starts_with(builtin_mark)) {
      return invalid_input(place + ": a built-in suite must be named by the key builtin, got " +
                           name);
    }
  }
  if (spec.format) return {};
  const std::size_t dot = spec.file.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : spec.file.substr(dot + 1);
  spec.format = from_text<Format>(ending);
  if (!spec.format) {
    return invalid_input(place +
                         ": expected a file that ends in .csv, .jsonl or .json, or the key " +
                         "format, got " + spec.file);
  }
  return {};
}

}  // namespace truebound::suite
