#include "truebound/text/markdown.h"

#include <algorithm>

#include "truebound/text/utf8.h"

namespace truebound::text {
namespace {

// Any ASCII punctuation may be escaped; these are the ones that can start or end something, `:` and
// `@` among them, since bare addresses become links.
constexpr std::string_view marks = "\\`*_{}[]()<>#+-.!|&~$@:^=\"'";

std::size_t longest_run(std::string_view text, char letter) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char next : text) {
    run = next == letter ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_inline(std::string_view text) {
  std::string line;
  for (const char letter : visible(text)) {
    if (letter == ' ' || letter == '\n' || letter == '\t') {
      if (!line.empty() && line.back() != ' ') line += ' ';
      continue;
    }
    if (marks.find(letter) != std::string_view::npos) line += '\\';
    line += letter;
  }
  while (line.ends_with(' '))
    line.pop_back();
  return line;
}

std::string markdown_block(std::string_view text) {
  std::string shown = visible(text);
  const std::string fence(std::max<std::size_t>(3, longest_run(shown, '`') + 1), '`');
  if (!shown.ends_with('\n')) shown += '\n';
  return fence + "\n" + shown + fence + "\n";
}

}  // namespace truebound::text
