#pragma once

// Numbers as people and models write them: 1,234.50 and 1.234,50, 1 234, 12{,}400, 12k, 3/4, 1½, 45
// %, 1.2 × 10^5.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace truebound::judge {

/// Which sign stands before the decimals where a number could be read both ways: `1,234` is 1234
/// with Mark::point and 1.234 with Mark::comma.
enum class Mark { point, comma };

/// Mark::comma for languages that write it so (de fr es it pt nl and others), else Mark::point.
Mark mark_of(std::string_view language);

/// A number and where it stands.
struct Number {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string digits;  ///< decimal digits without separators, such as `-1234.5`; of a fraction
                       ///< those of its value
  long double value = 0;
  bool is_percent = false;
  std::optional<long double> other;  ///< its other reading, where the separator could be either
};

/// LaTeX, vulgar fractions, emphasis and digits of other scripts in plain letters: `\frac{1}{2}` is
/// `1/2`, `12{,}400` is `12,400`, `½` is ` 1/2`.
std::string plain_math(std::string_view text);

/// The numbers of a plain text, in order. No numbers: parts of words (`H2O`), ordinals (`3rd`),
/// dates, times and versions (`3:45`, `1.2.3`).
std::vector<Number> numbers_in(std::string_view plain, Mark mark);

/// A number word, zero to twelve, of the seven languages that the refusal rules cover; not the
/// words for one that are articles, too.
std::optional<Number> number_word_in(std::string_view plain);

/// Equal as numbers: same digits, or values that differ by no more than rounding of a fraction.
bool is_same(const Number& a, const Number& b);

}  // namespace truebound::judge
