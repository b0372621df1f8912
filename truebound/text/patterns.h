#pragma once

// Texts: what they match, how they are cut into rows and lines, how they are folded before they are
// compared, and how they are shown without becoming markup. This folder alone knows RE2 and ICU.
// Here: a list of named regular expressions that is matched in one pass over a text.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::text {

/// A regular expression in RE2's syntax with the name that errors, reasons and reports give it.
struct NamedPattern {
  std::string name;
  std::string pattern;
};

/// Where a pattern matched: bytes [begin, end) of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

/// A literal as a pattern that matches just it.
std::string quoted(std::string_view literal);

/// Affects speed or cost only.
struct PatternOptions {
  /// Memory for the automaton of all patterns together. Where it does not do, each pattern is tried
  /// by itself: slower, the same answer.
  std::int64_t set_bytes = std::int64_t{64} << 20;
};

/// Named patterns, compiled. Matching takes time linear in the text, whatever the pattern. Patterns
/// are case-sensitive unless they say `(?i)`; `^` and `$` are the ends of the text unless they say
/// `(?m)`. Bytes that are no UTF-8 match nothing but `\C`. May be used by many threads at once.
class Patterns {
 public:
  /// @error invalid_input  a pattern that RE2 does not take, an empty one (it matches every text),
  ///        or a name given twice; the message names the pattern
  static Result<Patterns> compile(std::vector<NamedPattern> patterns, PatternOptions options = {});

  Patterns(Patterns&&) noexcept;
  Patterns& operator=(Patterns&&) noexcept;
  ~Patterns();

  /// The indices of all patterns that occur in the text, ascending. Never "none" for want of
  /// memory: then each pattern is tried by itself.
  std::vector<int> matches(std::string_view text) const;

  /// The first place at or after byte `from` where a pattern occurs. Assertions such as `^` and
  /// `\b` see the whole text.
  std::optional<Span> find(int pattern, std::string_view text, std::size_t from = 0) const;

  std::size_t size() const;
  const std::string& name(int pattern) const;

 private:
  struct Compiled;
  explicit Patterns(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace truebound::text
