#include "truebound/text/patterns.h"

#include <algorithm>
#include <set>
#include <utility>

#include <re2/re2.h>
#include <re2/set.h>

namespace truebound::text {
namespace {

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options options_with(std::int64_t bytes) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(bytes);
  return options;
}

}  // namespace

std::string quoted(std::string_view literal) {
  return RE2::QuoteMeta(piece(literal));
}

struct Patterns::Compiled {
  std::vector<std::string> names;
  std::vector<std::unique_ptr<RE2>> single;
  std::unique_ptr<RE2::Set> set;  // null where the memory did not do
};

Patterns::Patterns(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Patterns::Patterns(Patterns&&) noexcept = default;
Patterns& Patterns::operator=(Patterns&&) noexcept = default;
Patterns::~Patterns() = default;

Result<Patterns> Patterns::compile(std::vector<NamedPattern> patterns, PatternOptions options) {
  auto compiled = std::make_unique<Compiled>();
  auto set = std::make_unique<RE2::Set>(options_with(options.set_bytes), RE2::Anchor::UNANCHORED);
  const RE2::Options single_options = options_with(std::int64_t{8} << 20);
  std::set<std::string> seen;
  bool fits = true;
  for (auto& [name, pattern] : patterns) {
    const std::string place = "pattern '" + name + "': ";
    if (!seen.insert(name).second) {
      return invalid_input(place + "each name must stand once, found twice");
    }
    if (pattern.empty()) {
      return invalid_input(place +
                           "expected a regular expression, found none (it would match all)");
    }
    auto single = std::make_unique<RE2>(piece(pattern), single_options);
    if (!single->ok()) {
      return invalid_input(place + "expected a regular expression of RE2, got '" + pattern +
                           "': " + single->error());
    }
    fits = fits && set->Add(piece(pattern), nullptr) >= 0;
    compiled->single.push_back(std::move(single));
    compiled->names.push_back(std::move(name));
  }
  if (fits && set->Compile()) compiled->set = std::move(set);
  return Patterns(std::move(compiled));
}

std::vector<int> Patterns::matches(std::string_view text) const {
  std::vector<int> found;
  if (compiled_->set) {
    RE2::Set::ErrorInfo error{RE2::Set::kNoError};
    compiled_->set->Match(piece(text), &found, &error);
    if (error.kind == RE2::Set::kNoError) {
      std::sort(found.begin(), found.end());
      return found;
    }
    found.clear();
  }
  // A single RE2 that runs out of memory for its automaton goes on without one, the set does not.
  for (int i = 0; i < static_cast<int>(compiled_->single.size()); ++i) {
    if (find(i, text)) found.push_back(i);
  }
  return found;
}

std::optional<Span> Patterns::find(int pattern, std::string_view text, std::size_t from) const {
  const RE2& re = *compiled_->single.at(static_cast<std::size_t>(pattern));
  if (from > text.size()) return std::nullopt;
  re2::StringPiece whole;
  if (!re.Match(piece(text), from, text.size(), RE2::UNANCHORED, &whole, 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(whole.data() - text.data());
  return Span{begin, begin + whole.size()};
}

std::size_t Patterns::size() const {
  return compiled_->names.size();
}

const std::string& Patterns::name(int pattern) const {
  return compiled_->names.at(static_cast<std::size_t>(pattern));
}

}  // namespace truebound::text
