#include "truebound/judge/sentences.h"

#include <algorithm>
#include <utility>

#include "truebound/core/check.h"
#include "truebound/text/normalize.h"
#include "truebound/text/patterns.h"
#include "truebound/text/utf8.h"

namespace truebound::judge {
namespace {

using text::Patterns;

Patterns compiled(std::vector<text::NamedPattern> patterns) {
  auto result = Patterns::compile(std::move(patterns));
  TRUEBOUND_CHECK(result.ok(), "the patterns of sentences compile");
  return std::move(result).value();
}

// Text with every occurrence of pattern 0 replaced.
std::string replaced(std::string_view text, const Patterns& pattern, std::string_view by) {
  std::string out;
  std::size_t at = 0;
  while (const auto found = pattern.find(0, text, at)) {
    if (found->end == found->begin) break;
    out.append(text.substr(at, found->begin - at)).append(by);
    at = found->end;
  }
  return out.append(text.substr(at));
}

std::size_t count(std::string_view text, const Patterns& pattern) {
  std::size_t found = 0;
  for (auto span = pattern.find(0, text); span; span = pattern.find(0, text, span->end))
    ++found;
  return found;
}

bool has_letter(std::string_view folded) {
  return std::any_of(folded.begin(), folded.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || static_cast<unsigned char>(letter) >= 0x80;
  });
}

// Near enough without a table: blocks of scripts from Greek on, without punctuation, symbols, emoji
// and private use.
bool is_of_other_script(char32_t point) {
  return (point >= 0x0370 && point <= 0x1DFF) || (point >= 0x2C00 && point <= 0x2DFF) ||
         (point >= 0x3040 && point <= 0xD7FF) || (point >= 0xF900 && point <= 0xFDFF) ||
         (point >= 0x10000 && point <= 0x1CFFF) || (point >= 0x20000 && point <= 0x3FFFF);
}

std::size_t count_other_script(std::string_view text) {
  std::size_t found = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = text::code_point_at(text, at);
    if (is_of_other_script(point.value)) ++found;
    at += point.size;
  }
  return found;
}

// Leaves `text` as it is where nothing but it would be left.
void leave_out(std::string& text, const Patterns& pattern, std::string_view by) {
  std::string rest = replaced(text, pattern, by);
  if (has_letter(rest)) text = std::move(rest);
}

std::vector<std::string> split(std::string_view text) {
  static const Patterns ends = compiled({{"end", R"([.!?;…。！？]+["')\]]*(?:\s|$)|\n)"}});
  std::vector<std::string> sentences;
  const auto add = [&sentences](std::string_view piece) {
    std::string sentence = text::fold(piece);
    if (has_letter(sentence) || std::any_of(sentence.begin(), sentence.end(), [](char letter) {
          return letter >= '0' && letter <= '9';
        })) {
      sentences.push_back(std::move(sentence));
    }
  };
  std::size_t at = 0;
  while (const auto end = ends.find(0, text, at)) {
    add(text.substr(at, end->end - at));
    at = end->end;
  }
  add(text.substr(at));
  return sentences;
}

}  // namespace

Sentences sentences_of(std::string_view answer) {
  static const Patterns fence = compiled({{"fence", "(?s)```.*?(?:```|$)"}});
  static const Patterns item = compiled({{"item", R"((?m)^(?:\d{1,2}[.)]|step \d+|[-*•+])\s)"}});
  static const Patterns block_quote = compiled({{"block_quote", "(?m)^>.*$"}});
  static const Patterns emphasis = compiled({{"emphasis", R"([*_`~]+|(?m)^#+\s)"}});
  static const Patterns double_quoted = compiled({{"quoted", R"("[^"\n]{1,1000}")"}});
  // An apostrophe inside a word closes nothing.
  static const Patterns single_quoted =
      compiled({{"quoted", R"((?:^|[\s(])'(?:[^'\n]|\w'\w){1,1000}'(?:[\s).,;:!?]|$))"}});

  std::string folded = text::fold(answer, text::Breaks::keep, text::Accents::drop);
  Sentences sentences;
  sentences.other_script = count_other_script(folded);
  sentences.code_blocks = count(folded, fence);
  leave_out(folded, fence, "\n");
  sentences.list_items = count(folded, item);
  leave_out(folded, block_quote, "");
  folded = replaced(folded, emphasis, "");
  leave_out(folded, double_quoted, " \"\" ");
  leave_out(folded, single_quoted, " '' ");
  sentences.spoken = split(folded);
  return sentences;
}

std::size_t count_words(std::string_view sentence) {
  if (sentence.empty()) return 0;
  return 1 + static_cast<std::size_t>(std::count(sentence.begin(), sentence.end(), ' '));
}

}  // namespace truebound::judge
