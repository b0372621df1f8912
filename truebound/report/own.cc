#include "truebound/report/own.h"

#include <cstdint>
#include <cstdio>
#include <string>

#include "truebound/core/check.h"

namespace truebound::report {

Own Own::whole(std::int64_t number) {
  Own own;
  own.text_ = std::to_string(number);
  return own;
}

Own Own::decimal(double number) {
  TRUEBOUND_CHECK(number > -1e9 && number < 1e9, "a place on the page is a finite number");
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f", number);
  Own own;
  own.text_ = digits;
  while (own.text_.ends_with('0')) {
    own.text_.pop_back();
  }
  if (own.text_.ends_with('.')) own.text_.pop_back();
  if (own.text_ == "-0") own.text_ = "0";
  return own;
}

Own Own::hexadecimal(const std::string& digest, std::size_t length) {
  Own own;
  for (const char letter : digest) {
    const bool digit = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
    if (digit && own.text_.size() < length) own.text_ += letter;
  }
  return own;
}

}  // namespace truebound::report
