// Writers of JSON. The canonical one follows RFC 8785: what two independent writers hash is equal.
// Keys are ordered by UTF-16 code units, which differs from the order of UTF-8 bytes only where a
// character outside the basic plane meets one of U+E000 to U+FFFF.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "truebound/core/check.h"
#include "truebound/json/value.h"

namespace truebound::json {
namespace {

// One code point of valid UTF-8; `at` moves on. Bytes that are no UTF-8 count as themselves.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const std::uint32_t lead = byte(at);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i)
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  at += length;
  return code;
}

std::u16string utf16_of(std::string_view text) {
  std::u16string units;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t code = next_code_point(text, at);
    if (code >= 0x10000) {
      units += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10U));
      units += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FFU));
    } else {
      units += static_cast<char16_t>(code);
    }
  }
  return units;
}

constexpr std::string_view hex = "0123456789abcdef";

void write_escape(std::string& out, std::uint32_t code) {
  out += "\\u";
  for (const std::uint32_t shift : {12U, 8U, 4U, 0U})
    out += hex[(code >> shift) & 15U];
}

void write_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<std::uint8_t>(c) < 0x20) {
          write_escape(out, static_cast<std::uint8_t>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_scalar(std::string& out, const Value& value) {
  if (value.is_null()) {
    out += "null";
  } else if (value.boolean() != nullptr) {
    out += *value.boolean() ? "true" : "false";
  } else if (value.integer() != nullptr) {
    out += std::to_string(*value.integer());
  } else if (value.decimal() != nullptr) {
    out += number_text(*value.decimal());
  } else {
    write_text(out, *value.text());
  }
}

void write_canonical(std::string& out, const Value& value) {
  if (const List* list = value.list()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      write_canonical(out, (*list)[i]);
    }
    out += ']';
  } else if (const Object* object = value.object()) {
    std::vector<std::pair<std::u16string, const Member*>> sorted;
    for (const Member& member : *object)
      sorted.emplace_back(utf16_of(member.first), &member);
    std::ranges::sort(sorted, {}, &std::pair<std::u16string, const Member*>::first);
    out += '{';
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0) out += ',';
      write_text(out, sorted[i].second->first);
      out += ':';
      write_canonical(out, sorted[i].second->second);
    }
    out += '}';
  } else {
    write_scalar(out, value);
  }
}

// What a terminal would obey or a reader could not see, of what JSON lets stand as it is: DEL, C1,
// invisible characters, separators of lines, controls of direction. All lie below U+10000.
bool is_hidden(std::uint32_t code) {
  return (code >= 0x7F && code <= 0x9F) || code == 0xAD || code == 0x61C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

// Outside texts JSON is ASCII, so every such character lies in one, where an escape may stand.
std::string with_hidden_escaped(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t begin = at;
    const std::uint32_t code = next_code_point(json, at);
    if (is_hidden(code)) {
      write_escape(out, code);
    } else {
      out += json.substr(begin, at - begin);
    }
  }
  return out;
}

void write_pretty(std::string& out, const Value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  if (const List* list = value.list(); list != nullptr && !list->empty()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      out += (i == 0 ? "[\n" : ",\n") + deeper;
      write_pretty(out, (*list)[i], deeper);
    }
    out += "\n" + indent + "]";
  } else if (const Object* object = value.object(); object != nullptr && !object->empty()) {
    for (std::size_t i = 0; i < object->size(); ++i) {
      out += (i == 0 ? "{\n" : ",\n") + deeper;
      write_text(out, (*object)[i].first);
      out += ": ";
      write_pretty(out, (*object)[i].second, deeper);
    }
    out += "\n" + indent + "}";
  } else {
    write_canonical(out, value);
  }
}

}  // namespace

std::string number_text(double value) {
  TRUEBOUND_CHECK(std::isfinite(value), "a finite number: a missing one is null with its reason");
  if (value == 0) return "0";
  // Shortest digits that read back as the same double, then laid out by ECMA-262, Number::toString.
  char buffer[40];
  const auto written =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific);
  const std::string_view scientific(buffer, static_cast<std::size_t>(written.ptr - buffer));
  const std::size_t mark = scientific.find('e');
  std::string digits(scientific.substr(0, mark));
  std::erase(digits, '.');
  int exponent = 0;
  const char* exponent_at = scientific.data() + mark + (scientific[mark + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_at, written.ptr, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the decimal point stands after so many digits
  std::string text = value < 0 ? "-" : "";
  if (count <= point && point <= 21) {
    text += digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    text += digits.substr(0, static_cast<std::size_t>(point)) + "." +
            digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    text += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    text += digits.substr(0, 1);
    if (count > 1) text += "." + digits.substr(1);
    text += (point - 1 < 0 ? "e-" : "e+") + std::to_string(std::abs(point - 1));
  }
  return text;
}

std::string canonical(const Value& value) {
  std::string out;
  write_canonical(out, value);
  return out;
}

std::string pretty(const Value& value) {
  std::string out;
  write_pretty(out, value, "");
  return with_hidden_escaped(out);
}

}  // namespace truebound::json
