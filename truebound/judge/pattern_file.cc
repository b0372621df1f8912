#include "truebound/judge/pattern_file.h"

namespace truebound::judge {
namespace {

struct PatternFile {
  std::string truebound = "patterns/1";
  std::vector<PatternEntry> patterns;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("truebound", truebound, "format and version: patterns/1");
    visit(json::required("patterns"), patterns, "the patterns, tried in any order");
  }
};

}  // namespace

Result<text::Patterns> compile(const std::vector<PatternEntry>& entries, const std::string& place) {
  std::vector<text::NamedPattern> patterns;
  for (const PatternEntry& entry : entries)
    patterns.push_back({entry.name, entry.match});
  auto compiled = text::Patterns::compile(std::move(patterns));
  if (!compiled.ok()) return invalid_input(place + ": " + compiled.error().message);
  return compiled;
}

Result<text::Patterns> read_patterns(std::string_view yaml, const std::string& name) {
  TRUEBOUND_TRY(value, json::parse_yaml(yaml, name));
  TRUEBOUND_TRY(file, json::read<PatternFile>(value, name, "pattern file"));
  if (file.truebound != "patterns/1") {
    return invalid_input(name + ": truebound must be patterns/1, got " + file.truebound);
  }
  if (file.patterns.empty()) {
    return invalid_input(name + ": patterns must hold at least one, got none");
  }
  return compile(file.patterns, name);
}

}  // namespace truebound::judge
