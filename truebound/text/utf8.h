#pragma once

// UTF-8 as it comes: checking, repairing with a count, and showing characters that a terminal would
// obey or a reader could not see by their code point.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace truebound::text {

/// One step of reading: a code point, or one broken sequence.
struct CodePoint {
  char32_t value = 0;    ///< U+FFFD where the bytes are no UTF-8
  std::size_t size = 0;  ///< bytes taken: 1 to 4; 0 only at the end of the text
  bool well_formed = true;
};

/// The code point at byte `at`. A broken sequence is the longest start of a character (Unicode's
/// "maximal subpart"), at least one byte; surrogates, overlong forms and values over U+10FFFF are
/// broken.
CodePoint code_point_at(std::string_view text, std::size_t at);

/// Appends a code point in UTF-8. Surrogates and values over U+10FFFF become U+FFFD.
void append_utf8(std::string& text, char32_t value);

/// Where the first broken sequence begins, or nothing when the text is UTF-8.
std::optional<std::size_t> first_bad_byte(std::string_view text);

/// A text made UTF-8, with what it cost, so that the cost can be recorded.
struct Repaired {
  std::string text;
  std::size_t replaced = 0;  ///< broken sequences that became U+FFFD, one each
};
Repaired repair_utf8(std::string_view bytes);

/// True for what must not be shown as itself: control characters (C0, DEL, C1), line and paragraph
/// separators, bidirectional controls, zero-width and other invisible characters, tags. Line feed
/// and tab are control characters too; the functions that show texts keep them.
bool is_hidden(char32_t value);

/// How a hidden code point is written: `U+001B`, at least four digits.
std::string code_point_name(char32_t value);

/// Whether a line feed stays one.
enum class Breaks { keep, show };

/// A text for a terminal: nothing in it moves the cursor, changes colors, reorders or hides text.
/// Hidden characters are shown as `<U+001B>`, broken bytes as `<0x9B>`. Tabs stay, so do line feeds
/// with Breaks::keep; a carriage return before a line feed is left out. A variation selector after
/// a visible character stays (emoji use it), further ones are shown.
std::string visible(std::string_view text, Breaks breaks = Breaks::keep);

/// The walk behind `visible`, for other outputs: text that may stand as it is goes to
/// `plain`, and what must be shown by name to `shown` (`U+001B`, `0x9B`), in the order of the text.
template <class Plain, class Shown>
void walk_visible(std::string_view text, Breaks breaks, Plain plain, Shown shown);

/// One step of the walk: bytes [begin, begin + size) of the text, and the name to show instead of
/// them; an empty name: they stand as they are; `skip`: they are left out.
struct VisibleStep {
  std::size_t size = 0;
  std::string name;
  bool skip = false;
};
VisibleStep visible_step(std::string_view text, std::size_t at, Breaks breaks);

template <class Plain, class Shown>
void walk_visible(std::string_view text, Breaks breaks, Plain plain, Shown shown) {
  for (std::size_t at = 0; at < text.size();) {
    const VisibleStep step = visible_step(text, at, breaks);
    if (!step.name.empty()) {
      shown(step.name);
    } else if (!step.skip) {
      plain(text.substr(at, step.size));
    }
    at += step.size;
  }
}

}  // namespace truebound::text
