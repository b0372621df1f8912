#pragma once

// A JSONL text cut into its lines, each with its number in the file.

#include <cstddef>
#include <string_view>
#include <vector>

namespace truebound::text {

/// A line without its line end, and its number in the file, from 1. It lives as long as the text.
struct Line {
  std::size_t number = 0;
  std::string_view text;
};

/// The lines of a text that hold more than spaces and tabs. Lines end at LF or CRLF and nowhere
/// else, so that U+0085 or U+2028 inside a JSON string cut nothing. Skipped lines are counted in
/// the numbers; a byte-order mark at the start is left out.
std::vector<Line> lines(std::string_view text);

}  // namespace truebound::text
