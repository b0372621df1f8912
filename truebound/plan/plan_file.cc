#include "truebound/plan/plan_file.h"

#include <utility>

namespace truebound::plan {
namespace {

// Names and levels are texts, whatever they look like: 8 and "8" are one. A decimal is left to be
// refused: 3.10 would become 3.1.
void as_text(json::Value& value) {
  if (value.integer() == nullptr) return;
  json::Value text(json::canonical(value));
  text.stand_at(value.line());
  value = std::move(text);
}
void members_as_text(json::Value* value) {
  if (value == nullptr) return;
  if (value->object() != nullptr) {
    for (auto& [key, member] : *value->object())
      as_text(member);
  } else if (value->list() != nullptr) {
    for (json::Value& element : *value->list())
      as_text(element);
  } else {
    as_text(*value);
  }
}
json::Value* member(json::Value* value, std::string_view key) {
  if (value == nullptr || value->object() == nullptr) return nullptr;
  for (auto& [name, found] : *value->object()) {
    if (name == key) return &found;
  }
  return nullptr;
}
// Visits each entry of a mapping, or of a list.
template <class Visit>
void each(json::Value* value, Visit visit) {
  if (value == nullptr) return;
  if (value->object() != nullptr) {
    for (auto& [key, entry] : *value->object())
      visit(&entry);
  } else if (value->list() != nullptr) {
    for (json::Value& entry : *value->list())
      visit(&entry);
  }
}

void names_as_text(json::Value& plan) {
  each(member(&plan, "arms"), [](json::Value* arm) { members_as_text(arm); });
  each(member(&plan, "suites"),
       [](json::Value* suite) { members_as_text(member(suite, "judge")); });
  each(member(&plan, "attacks"), [](json::Value* attack) {
    for (const char* key : {"name", "id"})
      members_as_text(member(attack, key));
  });
  each(member(&plan, "claims"), [](json::Value* claim) {
    for (const char* key : {"name", "gate", "where", "by"})
      members_as_text(member(claim, key));
  });
  each(member(&plan, "families"),
       [](json::Value* family) { members_as_text(member(family, "claims")); });
  for (const char* key : {"title", "purpose"})
    members_as_text(member(&plan, key));
}

// The members of an entry apart from those that name it and its kind.
Result<eval::Specification> split(const json::Value& entry, const std::string& kind_key,
                                  const std::string& file, const std::string& what) {
  if (entry.object() == nullptr) {
    return json::wrong(file, entry.line(), what + " must be a mapping, got " + entry.kind());
  }
  eval::Specification specification;
  specification.options.stand_at(entry.line());
  for (const auto& [key, value] : *entry.object()) {
    if (key != kind_key) {
      specification.options.set(key, value);
    } else if (value.text() == nullptr) {
      return json::wrong(file, value.line(), key + " must be a text, got " + value.kind());
    } else {
      specification.id = *value.text();
    }
  }
  if (specification.id.empty()) {
    return json::wrong(file, entry.line(), kind_key + " is required in " + what);
  }
  return specification;
}

Result<json::NamedList<eval::Specification>> split_all(const json::NamedList<json::Value>& entries,
                                                       const std::string& section,
                                                       const std::string& kind_key,
                                                       const std::string& file) {
  json::NamedList<eval::Specification> list;
  for (const auto& [name, entry, line] : entries) {
    TRUEBOUND_TRY(specification, split(entry, kind_key, file, section + "." + name));
    list.push_back({.name = name, .specification = std::move(specification), .line = line});
  }
  return list;
}

Result<json::NamedList<eval::Specification>> split_attacks(const std::vector<json::Value>& entries,
                                                           const std::string& file) {
  json::NamedList<eval::Specification> list;
  for (const json::Value& entry : entries) {
    TRUEBOUND_TRY(specification, split(entry, "id", file, "attacks"));
    const json::Value* given = specification.options.find("name");
    if (given != nullptr && given->text() == nullptr) {
      return json::wrong(file, given->line(),
                         std::string("name must be a text, got ") + given->kind());
    }
    std::string name = given != nullptr ? *given->text() : specification.id;
    std::erase_if(*specification.options.object(),
                  [](const json::Member& option) { return option.first == "name"; });
    list.push_back(
        {.name = std::move(name), .specification = std::move(specification), .line = entry.line()});
  }
  return list;
}

json::Value joined(const eval::Specification& specification, const std::string& kind_key) {
  json::Value entry = json::Object{{kind_key, specification.id}};
  for (const auto& [key, value] : *specification.options.object())
    entry.set(key, value);
  return entry;
}

json::NamedList<json::Value> joined_all(const json::NamedList<eval::Specification>& list,
                                        const std::string& kind_key) {
  json::NamedList<json::Value> entries;
  for (const auto& [name, specification, line] : list)
    entries.push_back({.name = name, .specification = joined(specification, kind_key)});
  return entries;
}

}  // namespace

Result<void> read_into(Take& field, const json::Value& value, const std::string& file,
                       const std::string& what) {
  if (value.text() != nullptr && *value.text() == "all") {
    field.count.reset();
    return {};
  }
  if (value.integer() != nullptr && *value.integer() >= 1) {
    field.count = static_cast<std::uint64_t>(*value.integer());
    return {};
  }
  const bool is_number = value.integer() != nullptr || value.decimal() != nullptr;
  return json::wrong(file, value.line(),
                     what + " must be all or a whole number >= 1, got " +
                         (is_number                 ? json::canonical(value)
                          : value.text() != nullptr ? *value.text()
                                                    : std::string(value.kind())));
}

json::Value write(const Take& field) {
  if (field.count) return *field.count;
  return "all";
}

Result<Plan> parse_plan(json::Value value, const std::string& file) {
  const json::Value* version = value.find("truebound");
  if (version != nullptr && version->text() != nullptr && *version->text() != "plan/1") {
    return json::wrong(file, version->line(), "truebound must be plan/1, got " + *version->text());
  }
  names_as_text(value);
  TRUEBOUND_TRY(read, json::read<PlanFile>(value, file, "the plan"));
  Plan plan = std::move(read.plan);
  plan.file = file;
  TRUEBOUND_TRY(models, split_all(read.models, "models", "provider", file));
  TRUEBOUND_TRY(instruments, split_all(read.instruments, "instruments", "provider", file));
  TRUEBOUND_TRY(safeguards, split_all(read.safeguards, "safeguards", "kind", file));
  TRUEBOUND_TRY(judges, split_all(read.judges, "judges", "kind", file));
  TRUEBOUND_TRY(attacks, split_attacks(read.attacks, file));
  plan.models = std::move(models);
  plan.instruments = std::move(instruments);
  plan.safeguards = std::move(safeguards);
  plan.judges = std::move(judges);
  plan.attacks = std::move(attacks);
  return plan;
}

json::Value value_of(const Plan& plan) {
  PlanFile file{.truebound = "plan/1",
                .plan = plan,
                .models = joined_all(plan.models, "provider"),
                .instruments = joined_all(plan.instruments, "provider"),
                .safeguards = joined_all(plan.safeguards, "kind"),
                .judges = joined_all(plan.judges, "kind")};
  for (const auto& [name, specification, line] : plan.attacks) {
    json::Value entry = joined(specification, "id");
    entry.set("name", name);
    file.attacks.push_back(std::move(entry));
  }
  json::Value value = json::write(file);
  // A plan that declares none has the digest that it had before there were families.
  if (plan.families.empty()) {
    std::erase_if(*value.object(),
                  [](const json::Member& member) { return member.first == "families"; });
  }
  return value;
}

}  // namespace truebound::plan
