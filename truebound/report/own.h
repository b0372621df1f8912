#pragma once

// Words that are ours: literals of this program, and what is made of them and of numbers. A text
// from a plan, a suite or a model cannot become one, so it cannot reach an attribute, an id, an
// address or a style.

#include <cstddef>
#include <cstdint>
#include <string>

namespace truebound::report {

class Own {
 public:
  template <std::size_t Size>
  Own(const char (&literal)[Size]) : text_(literal) {}  // NOLINT(google-explicit-constructor)

  static Own whole(std::int64_t number);
  /// Two decimals at most, no exponent: `27.89`, `5`, `0`.
  static Own decimal(double number);
  /// The hexadecimal digits of a digest and nothing else, at most `length` of them.
  static Own hexadecimal(const std::string& digest, std::size_t length);

  Own& operator+=(const Own& more) {
    text_ += more.text_;
    return *this;
  }
  friend Own operator+(Own left, const Own& right) { return left += right; }

  const std::string& text() const { return text_; }

 private:
  Own() = default;
  std::string text_;
};

}  // namespace truebound::report
