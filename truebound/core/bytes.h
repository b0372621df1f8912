#pragma once

// Bytes, 32-byte digests and their hexadecimal form. A std::string holds bytes everywhere here:
// texts from models are bytes until `text` has looked at them.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "truebound/core/result.h"

namespace truebound {

/// 32 bytes of a SHA-256. Written as 64 lowercase hexadecimal digits.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;

  /// 64 lowercase hexadecimal digits.
  std::string hex() const;
  /// The 32 bytes as a string.
  std::string raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

/// Lowercase hexadecimal digits, two a byte.
std::string to_hex(std::string_view bytes);

/// The bytes behind hexadecimal digits.
/// @error malformed  an odd count, an uppercase or other letter: one spelling a value
Result<std::string> from_hex(std::string_view digits);

/// A digest from exactly 64 lowercase hexadecimal digits.
/// @error malformed  anything else
Result<Digest> parse_digest(std::string_view digits);

}  // namespace truebound
