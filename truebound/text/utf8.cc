#include "truebound/text/utf8.h"

#include <array>
#include <cstdint>

#include <unicode/uchar.h>

namespace truebound::text {
namespace {

constexpr char32_t replacement = 0xFFFD;

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// What a lead byte asks for: how many bytes, and the range of the second one, which rules out
// overlong forms, surrogates and values over U+10FFFF (Unicode 15, table 3-7).
struct Lead {
  std::size_t size = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xC2 && byte <= 0xDF) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

std::string hex_name(std::string_view prefix, std::uint32_t value, int digits) {
  std::string hex;
  for (; value > 0 || static_cast<int>(hex.size()) < digits; value >>= 4) {
    hex.insert(hex.begin(), "0123456789ABCDEF"[value & 15]);
  }
  return std::string(prefix) + hex;
}

bool is_variation_selector(char32_t value) {
  return value >= 0xFE00 && value <= 0xFE0F;
}

// The code point that ends right before byte `at`, if it is well-formed.
std::optional<char32_t> code_point_before(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 4 && size <= at; ++size) {
    const CodePoint found = code_point_at(text, at - size);
    if (found.size == size && found.well_formed) return found.value;
  }
  return std::nullopt;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {0, 0, true};
  const std::uint8_t first = byte_at(text, at);
  const Lead lead = lead_of(first);
  if (lead.size == 0) return {replacement, 1, false};
  if (lead.size == 1) return {first, 1, true};
  constexpr std::array<std::uint8_t, 5> masks{0, 0, 0x1F, 0x0F, 0x07};
  char32_t value = first & masks[lead.size];
  for (std::size_t i = 1; i < lead.size; ++i) {
    const std::uint8_t low = i == 1 ? lead.low : 0x80;
    const std::uint8_t high = i == 1 ? lead.high : 0xBF;
    if (at + i >= text.size()) return {replacement, i, false};
    const std::uint8_t next = byte_at(text, at + i);
    if (next < low || next > high) return {replacement, i, false};
    value = (value << 6) | (next & 0x3FU);
  }
  return {value, lead.size, true};
}

void append_utf8(std::string& text, char32_t value) {
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) value = replacement;
  const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | (value >> 6));
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | (value >> 12));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | (value >> 18));
    put(0x80 | ((value >> 12) & 0x3F));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

std::optional<std::size_t> first_bad_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint found = code_point_at(text, at);
    if (!found.well_formed) return at;
    at += found.size;
  }
  return std::nullopt;
}

Repaired repair_utf8(std::string_view bytes) {
  Repaired repaired;
  repaired.text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint found = code_point_at(bytes, at);
    if (found.well_formed) {
      repaired.text.append(bytes.substr(at, found.size));
    } else {
      append_utf8(repaired.text, replacement);
      ++repaired.replaced;
    }
    at += found.size;
  }
  return repaired;
}

bool is_hidden(char32_t value) {
  const auto point = static_cast<UChar32>(value);
  switch (u_charType(point)) {
    case U_CONTROL_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SURROGATE:
      return true;
    case U_FORMAT_CHAR:
      // Signs that stand around digits (Arabic number sign) are of this category and have a shape.
      return u_hasBinaryProperty(point, UCHAR_PREPENDED_CONCATENATION_MARK) == 0;
    default:
      return u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
  }
}

std::string code_point_name(char32_t value) {
  return hex_name("U+", value, 4);
}

VisibleStep visible_step(std::string_view text, std::size_t at, Breaks breaks) {
  const CodePoint found = code_point_at(text, at);
  // One byte of a broken sequence a step: every byte has its own name.
  if (!found.well_formed) return {1, hex_name("0x", byte_at(text, at), 2), false};
  if (!is_hidden(found.value) || found.value == '\t') return {found.size, "", false};
  if (found.value == '\n' && breaks == Breaks::keep) return {found.size, "", false};
  if (found.value == '\r' && breaks == Breaks::keep && at + 1 < text.size() &&
      text[at + 1] == '\n') {
    return {found.size, "", true};
  }
  if (is_variation_selector(found.value)) {
    const auto before = code_point_before(text, at);
    if (before && !is_hidden(*before)) return {found.size, "", false};
  }
  return {found.size, code_point_name(found.value), false};
}

std::string visible(std::string_view text, Breaks breaks) {
  std::string shown;
  shown.reserve(text.size());
  walk_visible(
      text, breaks, [&shown](std::string_view plain) { shown += plain; },
      [&shown](const std::string& name) { shown += "<" + name + ">"; });
  return shown;
}

}  // namespace truebound::text
