#include <algorithm>

#include "truebound/core/words.h"
#include "truebound/plan/rules.h"

namespace truebound::plan {
namespace {

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

// The entry of one suite; says what is wrong with it by its line.
class SuiteEntry {
 public:
  SuiteEntry(json::Named<eval::SuiteSpec>& suite, const std::string& file)
      : spec_(suite.specification), line_(suite.line), name_(suite.name), file_(file) {}

  Result<void> check_mappings() const {
    const std::vector<std::string> fields = sample_fields();
    for (const auto& [field, column] : spec_.columns) {
      const bool is_known = std::ranges::find(fields, field) != fields.end();
      if (!is_known && !is_choice_letter(field)) return unknown("columns", field, fields);
      if (column.empty()) return fault("columns." + field + " must name a column, got nothing");
    }
    for (const auto& [word, meaning] : spec_.values) {
      if (from_text<eval::Expect>(meaning)) continue;
      return unknown("values." + word, meaning, all_words<eval::Expect>());
    }
    return {};
  }

  Result<void> complete_builtin(const std::vector<std::string>& known) {
    if (std::ranges::find(known, spec_.builtin) == known.end()) {
      return unknown("builtin", spec_.builtin, known);
    }
    if (!spec_.card.empty() || spec_.format || spec_.reader || !spec_.columns.empty()) {
      return fault("a built-in suite has its own card, format and columns, got others");
    }
    const std::string folder = std::string(eval::builtin_mark) + spec_.builtin + "/";
    spec_.file = folder + spec_.builtin + ".jsonl";
    spec_.card = folder + "card.json";
    spec_.format = eval::Format::jsonl;
    return {};
  }

  Result<void> complete_file() {
    for (const std::string& path : {spec_.file, spec_.card}) {
      if (!path.starts_with(eval::builtin_mark)) continue;
      return fault("what is built in must be named by the key builtin, got " + path);
    }
    if (spec_.reader) return complete_reader();
    if (spec_.format) return {};
    const std::size_t dot = spec_.file.rfind('.');
    const std::string ending = dot == std::string::npos ? "" : spec_.file.substr(dot + 1);
    spec_.format = from_text<eval::Format>(ending);
    if (spec_.format) return {};
    return fault("file must end in .csv, .jsonl or .json, or format must be given, got " +
                 spec_.file);
  }

  // A public prompt set's reader knows its columns and what its samples expect.
  Result<void> complete_reader() {
    if (spec_.format || !spec_.columns.empty() || !spec_.values.empty() || spec_.expect ||
        !spec_.hazard.empty() || !spec_.language.empty()) {
      return fault(
          "a reader has its own format, columns, values, expect, hazard and language, got others");
    }
    spec_.format = eval::Format::csv;
    if (spec_.card.empty()) {
      spec_.card = std::string(eval::builtin_mark) + "readers/" +
                   std::string(to_text(*spec_.reader)) + ".json";
    }
    return {};
  }

  Error fault(const std::string& message) const {
    return json::wrong(file_, line_, "suites." + name_ + ": " + message);
  }

 private:
  Error unknown(const std::string& what, const std::string& got,
                const std::vector<std::string>& known) const {
    std::string message = what + " must be one of " + join(known) + ", got " + got;
    if (const auto near = nearest(got, known)) message += "; did you mean " + *near + "?";
    return fault(message);
  }

  eval::SuiteSpec& spec_;
  int line_;
  const std::string& name_;
  const std::string& file_;
};

}  // namespace

Result<void> complete_suite(json::Named<eval::SuiteSpec>& suite, const Plan& plan,
                            const std::vector<std::string>& builtin) {
  eval::SuiteSpec& spec = suite.specification;
  SuiteEntry entry(suite, plan.file);
  if (spec.builtin.empty() == spec.file.empty()) {
    return entry.fault(std::string("there must be either builtin or file, got ") +
                       (spec.file.empty() ? "neither" : "both"));
  }
  TRUEBOUND_TRY_VOID(entry.check_mappings());
  if (spec.judge.list.empty()) {
    for (const auto& judge : plan.judges)
      spec.judge.list.push_back(judge.name);
  }
  return spec.builtin.empty() ? entry.complete_file() : entry.complete_builtin(builtin);
}

}  // namespace truebound::plan
