#pragma once

// Text as data in Markdown (CommonMark and GitHub's extensions): no heading, link, image or HTML
// comes out of it.

#include <string>
#include <string_view>

namespace truebound::text {

/// A text inside a line: every mark that Markdown may obey escaped by a backslash, line ends and
/// runs of spaces as one space, hidden characters shown as in `visible`.
std::string markdown_inline(std::string_view text);

/// A text as a fenced block of its own lines, ending in a line feed. The fence is longer than any
/// run of backticks inside, so the text cannot close it. Hidden characters shown as in `visible`.
std::string markdown_block(std::string_view text);

}  // namespace truebound::text
