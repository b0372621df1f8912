#pragma once

// A taxonomy names hazards, so that suites, plans and reports call the same harm by the same key.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/fields.h"

namespace truebound::suite {

/// A key with its name: a group of hazards, or an entry of another framework.
struct KeyedName {
  std::string key;
  std::string name;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("key"), key, "the key");
    visit(json::required("name"), name, "its name for readers");
  }
};

/// Another list of hazards that the crosswalk points into.
struct Framework {
  std::string key;
  std::string name;
  std::vector<KeyedName> entries;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("key"), key, "the key");
    visit(json::required("name"), name, "its name for readers");
    visit("entries", entries, "the entries that are pointed to");
  }
};

/// A category of harm.
struct Hazard {
  std::string key;
  std::string name;
  std::string group;
  std::string description;
  std::vector<std::string> subkeys;
  std::map<std::string, std::vector<std::string>> crosswalk;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("key"), key, "what a sample's hazard says");
    visit(json::required("name"), name, "its name for readers");
    visit("group", group, "key of its group");
    visit("description", description, "one sentence");
    visit("subkeys", subkeys, "finer keys in the taxonomy's own files");
    visit("crosswalk", crosswalk, "framework to the keys of entries that overlap");
  }
};

/// A taxonomy of hazards.
struct Taxonomy {
  std::string name;
  std::string title;
  std::string version;
  std::string source;
  std::string license;
  std::vector<KeyedName> groups;
  std::vector<Framework> frameworks;
  std::vector<Hazard> hazards;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("name"), name, "a short name");
    visit("title", title, "one line for the report");
    visit("version", version, "its version");
    visit("source", source, "where it comes from");
    visit("license", license, "SPDX identifier");
    visit("groups", groups, "groups of hazards");
    visit("frameworks", frameworks, "other lists that the crosswalk points into");
    visit(json::required("hazards"), hazards, "the categories, in the order shown");
  }

  /// The hazard of a key or of one of its subkeys, or nullptr.
  const Hazard* find(std::string_view key) const;
};

/// A taxonomy from its JSON.
/// @error invalid_input  `file:line: ...`
Result<Taxonomy> read_taxonomy(std::string_view text, const std::string& file);

/// The 12 hazards of MLCommons AILuminate 1.0, built in.
const Taxonomy& ailuminate();

}  // namespace truebound::suite
