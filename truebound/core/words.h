#pragma once

// Closed lists of words: an enum whose values are spelled the same in C++, JSON and the report.
// An enum gives its words once: `constexpr std::array<std::string_view, 3> words(Expect)`, in
// order.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace truebound {

/// The word of an enum value. The enum's `words` is found in its own namespace.
template <class Enum>
  requires requires(Enum value) { words(value).size(); }
std::string_view to_text(Enum value) {
  return words(value)[static_cast<std::size_t>(value)];
}

/// The enum value of a word, or nothing when the word is not in the list.
template <class Enum>
std::optional<Enum> from_text(std::string_view word) {
  const auto list = words(Enum{});
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// All words of an enum, in order.
template <class Enum>
std::vector<std::string> all_words() {
  const auto list = words(Enum{});
  return {list.begin(), list.end()};
}

/// The option nearest to a mistyped word by edit distance, if it is near: at most a third of the
/// word's length away, and at least 1. For "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& options);

/// `a, b, c`; for lists in messages.
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

}  // namespace truebound
