#include "truebound/core/bytes.h"

#include <algorithm>

namespace truebound {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string digits;
  digits.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    digits += hex_digits[byte >> 4U];
    digits += hex_digits[byte & 15U];
  }
  return digits;
}

Result<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) {
    return Error{ErrorCode::malformed, "hexadecimal digits come in pairs, got an odd count"};
  }
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_digits.find(digits[i]);
    const auto low = hex_digits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return Error{ErrorCode::malformed, "expected lowercase hexadecimal digits"};
    }
    bytes += static_cast<char>((high << 4U) | low);
  }
  return bytes;
}

Result<Digest> parse_digest(std::string_view digits) {
  if (digits.size() != 64) {
    return Error{ErrorCode::malformed,
                 "a digest has 64 hexadecimal digits, got " + std::to_string(digits.size())};
  }
  TRUEBOUND_TRY(bytes, from_hex(digits));
  Digest digest;
  std::ranges::transform(bytes, digest.bytes.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

std::string Digest::hex() const {
  return to_hex(raw());
}

}  // namespace truebound
