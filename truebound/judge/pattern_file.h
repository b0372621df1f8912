#pragma once

// Files of named patterns, as filters and rules read them. The format: docs/formats/patterns.md.

#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/fields.h"
#include "truebound/text/patterns.h"

namespace truebound::judge {

/// One entry of a pattern file.
struct PatternEntry {
  std::string name;
  std::string match;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("name"), name, "names the pattern in errors, reasons and reports");
    visit(json::required("match"), match, "regular expression in RE2's syntax");
  }
};

/// Compiles entries; `place` (file and list) stands before messages.
/// @error invalid_input  as Patterns::compile
Result<text::Patterns> compile(const std::vector<PatternEntry>& entries, const std::string& place);

/// Reads a pattern file of a filter from YAML; `name` is the file's, for messages.
/// @error invalid_input  a field that is unknown or missing, no pattern, or one that RE2 does not
/// take
Result<text::Patterns> read_patterns(std::string_view yaml, const std::string& name);

}  // namespace truebound::judge
