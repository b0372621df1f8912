#include "truebound/crypto/utf8.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace truebound::crypto {
namespace {

// How many bytes follow a first byte, the bits that it carries, and the least point that may be
// written at this length.
struct Lead {
  std::size_t following;
  char32_t bits;
  char32_t least;
};

std::optional<Lead> read_lead(unsigned char byte) {
  if (byte < 0x80) return Lead{.following = 0, .bits = byte, .least = 0};
  if (byte >> 5U == 0x6) return Lead{.following = 1, .bits = byte & 0x1FU, .least = 0x80};
  if (byte >> 4U == 0xE) return Lead{.following = 2, .bits = byte & 0x0FU, .least = 0x800};
  if (byte >> 3U == 0x1E) return Lead{.following = 3, .bits = byte & 0x07U, .least = 0x10000};
  return std::nullopt;
}

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  std::u32string points;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::optional<Lead> lead = read_lead(static_cast<unsigned char>(bytes[at]));
    if (!lead || bytes.size() - at - 1 < lead->following) return std::nullopt;
    char32_t point = lead->bits;
    for (std::size_t i = 1; i <= lead->following; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[at + i]);
      if (byte >> 6U != 0x2) return std::nullopt;
      point = point << 6U | (byte & 0x3FU);
    }
    if (point < lead->least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return std::nullopt;
    }
    points += point;
    at += lead->following + 1;
  }
  return points;
}

bool is_unicode_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

}  // namespace truebound::crypto
