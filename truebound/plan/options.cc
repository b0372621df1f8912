#include "truebound/plan/options.h"

#include <algorithm>

#include "truebound/core/words.h"

namespace truebound::plan {
namespace {

// A judge's labels come from a file, or are made after the run: the one option whose value says
// whether it names a file.
bool is_calibration_file(const Section& section, const std::string& option,
                         const json::Value& value) {
  return section.name == "judges" && option == "calibration" && value.text() != nullptr &&
         *value.text() != "after" && *value.text() != "none";
}

std::string wanted(eval::OptionKind kind) {
  switch (kind) {
    case eval::OptionKind::text:
      return "a text";
    case eval::OptionKind::whole:
      return "a whole number";
    case eval::OptionKind::decimal:
      return "a number";
    case eval::OptionKind::truth:
      return "true or false";
    case eval::OptionKind::texts:
      return "a list of texts";
    case eval::OptionKind::mapping:
      return "a mapping";
    case eval::OptionKind::file:
      break;
  }
  return "the name of a file";
}

bool is_number(const json::Value& value) {
  return value.integer() != nullptr || value.decimal() != nullptr;
}

// Whole numbers are taken for texts where a text is wanted: a model may be called 4. Decimals are
// not: 3.10 would become 3.1.
bool to_text(json::Value& value) {
  if (value.integer() != nullptr) value = json::Value(json::canonical(value));
  return value.text() != nullptr;
}

// Brings a value to the form of its kind; false where it has another.
bool fit(json::Value& value, eval::OptionKind kind) {
  switch (kind) {
    case eval::OptionKind::text:
      return to_text(value);
    case eval::OptionKind::whole:
      return value.integer() != nullptr;
    case eval::OptionKind::decimal:
      return is_number(value);
    case eval::OptionKind::truth:
      return value.boolean() != nullptr;
    case eval::OptionKind::mapping:
      return value.object() != nullptr;
    case eval::OptionKind::texts:
      if (value.list() == nullptr) value = json::Value(json::List{value});
      return std::ranges::all_of(*value.list(),
                                 [](json::Value& element) { return to_text(element); });
    case eval::OptionKind::file:
      break;
  }
  return value.text() != nullptr && !value.text()->empty();
}

std::vector<std::string> ids_of(const std::vector<eval::KnownKind>& known) {
  std::vector<std::string> ids;
  for (const eval::KnownKind& kind : known)
    ids.push_back(kind.id);
  return ids;
}

// The options of one entry, held against those of its kind.
class OptionReader {
 public:
  OptionReader(const Section& section, const std::string& file, std::vector<OptionPlace>& apart)
      : section_(section), file_(file), apart_(apart) {}

  Result<void> complete(json::Named<eval::Specification>& entry) {
    const auto kind =
        std::ranges::find(section_.known, entry.specification.id, &eval::KnownKind::id);
    if (kind == section_.known.end()) return unknown_id(entry);
    TRUEBOUND_TRY_VOID(refuse_unknown(entry, *kind));
    for (const eval::Option& option : kind->options) {
      TRUEBOUND_TRY_VOID(take(entry, option));
    }
    return {};
  }

 private:
  std::string place_of(const json::Named<eval::Specification>& entry) const {
    return section_.name + "." + entry.name;
  }

  Error unknown_id(const json::Named<eval::Specification>& entry) const {
    const std::vector<std::string> ids = ids_of(section_.known);
    const std::string& got = entry.specification.id;
    std::string message = section_.kind_key + " in " + place_of(entry) + " must be one of " +
                          join(ids) + ", got " + got;
    if (const auto near = nearest(got, ids)) message += "; did you mean " + *near + "?";
    return json::wrong(file_, entry.line, message);
  }

  Result<void> refuse_unknown(const json::Named<eval::Specification>& entry,
                              const eval::KnownKind& kind) const {
    std::vector<std::string> names{section_.kind_key};
    for (const eval::Option& option : kind.options)
      names.push_back(option.name);
    for (const auto& [key, value] : *entry.specification.options.object()) {
      if (std::ranges::find(names, key) != names.end()) continue;
      std::string message = "unknown key " + key + " in " + place_of(entry);
      if (const auto near = nearest(key, names)) {
        message += "; did you mean " + *near + "?";
      } else {
        message += "; known for " + kind.id + " are " + join(names);
      }
      return json::wrong(file_, value.line(), message);
    }
    return {};
  }

  Result<void> take(json::Named<eval::Specification>& entry, const eval::Option& option) {
    json::Value& options = entry.specification.options;
    const json::Value* given = options.find(option.name);
    if (given == nullptr) {
      if (option.presence == eval::Presence::required) {
        return json::wrong(file_, entry.line,
                           option.name + " is required in " + place_of(entry) + " (" +
                               entry.specification.id + ")");
      }
      if (option.fallback.is_null()) return {};
      options.set(option.name, option.fallback);
    } else {
      json::Value value = *given;
      if (!fit(value, option.kind)) {
        return json::wrong(file_, given->line(),
                           option.name + " in " + place_of(entry) + " must be " +
                               wanted(option.kind) + ", got " + given->kind());
      }
      value.stand_at(given->line());
      options.set(option.name, std::move(value));
    }
    note(entry, option, *options.find(option.name));
    return {};
  }

  void note(const json::Named<eval::Specification>& entry, const eval::Option& option,
            const json::Value& value) {
    const bool is_file =
        option.kind == eval::OptionKind::file || is_calibration_file(section_, option.name, value);
    const bool is_speed = option.affects == eval::Affects::speed;
    if (!is_file && !is_speed) return;
    apart_.push_back({.section = section_.name,
                      .name = entry.name,
                      .option = option.name,
                      .apart = is_speed ? Apart::speed : Apart::file});
  }

  const Section& section_;
  const std::string& file_;
  std::vector<OptionPlace>& apart_;
};

}  // namespace

Result<void> complete_options(json::NamedList<eval::Specification>& entries, const Section& section,
                              const std::string& file, std::vector<OptionPlace>& apart) {
  OptionReader reader(section, file, apart);
  for (auto& entry : entries) {
    TRUEBOUND_TRY_VOID(reader.complete(entry));
  }
  return {};
}

}  // namespace truebound::plan
