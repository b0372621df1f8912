#include "truebound/judge/thinking.h"

#include <algorithm>
#include <utility>

#include "truebound/core/check.h"
#include "truebound/text/normalize.h"
#include "truebound/text/patterns.h"

namespace truebound::judge {
namespace {

using text::Span;

constexpr int opening = 0;
constexpr int closing = 1;

const text::Patterns& tags() {
  static const text::Patterns patterns = [] {
    auto compiled = text::Patterns::compile(
        {{"opening",
          R"((?i)<(?:seed:)?(?:think|thinking|thoughts?|reasoning)(?:\s[^<>]*)?>|\[THINK\]|◁think▷|)"
          R"(<\|begin_of_thought\|>|(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary))"
          R"([^<]*<\|message\|>)"},
         {"closing",
          R"((?i)</(?:seed:)?(?:think|thinking|thoughts?|reasoning)\s*>|\[/THINK\]|◁/think▷|)"
          R"(<\|end_of_thought\|>|(?:<\|end\|>)?(?:<\|start\|>assistant)?)"
          R"(<\|channel\|>final[^<]*<\|message\|>)"}});
    TRUEBOUND_CHECK(compiled.ok(), "the patterns of thinking tags compile");
    return std::move(compiled).value();
  }();
  return patterns;
}

// True between two backticks of one line: then a tag is spoken of, not used.
bool is_quoted(std::string_view text, Span tag) {
  const std::size_t start = text.rfind('\n', tag.begin) + 1;  // npos + 1 is 0
  const std::size_t end = std::min(text.find('\n', tag.end), text.size());
  const auto line_before = text.substr(start, tag.begin - start);
  const auto line_after = text.substr(tag.end, end - tag.end);
  return std::count(line_before.begin(), line_before.end(), '`') % 2 == 1 &&
         line_after.find('`') != std::string_view::npos;
}

std::optional<Span> next_tag(std::string_view text, int kind, std::size_t from) {
  for (auto tag = tags().find(kind, text, from); tag; tag = tags().find(kind, text, tag->end)) {
    if (!is_quoted(text, *tag)) return tag;
  }
  return std::nullopt;
}

bool starts_line(std::string_view text, std::size_t at) {
  const std::size_t before =
      at == 0 ? std::string_view::npos : text.find_last_not_of(" \t", at - 1);
  return before == std::string_view::npos || text[before] == '\n';
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(spaces) - begin + 1));
}

void add_thinking(Parts& parts, std::string_view text) {
  const std::string part = trimmed(text);
  if (part.empty()) return;
  if (!parts.thinking.empty()) parts.thinking += '\n';
  parts.thinking += part;
}

std::size_t count_openings(std::string_view text, std::size_t from) {
  std::size_t count = 0;
  for (auto tag = next_tag(text, opening, from); tag; tag = next_tag(text, opening, tag->end)) {
    ++count;
  }
  return count;
}

// Walks over the tags in order. `owed`: closing tags that opening ones inside a block still call
// for; a closing tag that nothing calls for ends a thinking that began without a tag, once.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Parts split() {
    for (;;) {
      const auto open = next_tag(text_, opening, look_);
      const auto close = next_tag(text_, closing, look_);
      if (close && (!open || close->begin < open->begin)) {
        take_orphan(*close);
      } else if (!open || !take_block(*open)) {
        break;
      }
    }
    if (parts_.state != Thinking::unfinished) answer_ += text_.substr(at_);
    parts_.answer = trimmed(answer_);
    return std::move(parts_);
  }

 private:
  void take_orphan(Span close) {
    look_ = close.end;
    if (owed_ == 0 && parts_.state != Thinking::none) return;
    owed_ -= owed_ > 0 ? 1U : 0U;
    add_thinking(parts_, answer_ + std::string(text_.substr(at_, close.begin - at_)));
    answer_.clear();
    parts_.state = Thinking::finished;
    at_ = close.end;
  }

  // False at the end of the walk.
  bool take_block(Span open) {
    const auto close = next_tag(text_, closing, open.end);
    if (!close && !starts_line(text_, open.begin)) {
      look_ = open.end;
      return true;
    }
    answer_ += text_.substr(at_, open.begin - at_);
    const std::size_t end = close ? close->begin : text_.size();
    const std::string_view inside = text_.substr(open.end, end - open.end);
    add_thinking(parts_, inside);
    if (!close) {
      parts_.state = Thinking::unfinished;
      return false;
    }
    owed_ = count_openings(inside, 0);
    parts_.state = Thinking::finished;
    at_ = look_ = close->end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;    // what lies before is in the answer or in the thinking
  std::size_t look_ = 0;  // where the next tag is looked for
  std::size_t owed_ = 0;
  std::string answer_;
  Parts parts_;
};

}  // namespace

Parts split_thinking(std::string_view text) {
  return Splitter(text).split();
}

std::variant<std::string, eval::Judgement> answer_of(const eval::Query& query) {
  Parts parts = split_thinking(query.text);
  const bool is_cut = query.finish == eval::Finish::length;
  if (parts.state == Thinking::unfinished) {
    return undecided("thinking_unfinished", "the reply ends inside its thinking");
  }
  if (!text::fold(parts.answer).empty()) return std::move(parts.answer);
  const bool has_thought = parts.state == Thinking::finished || !query.thinking.empty();
  if (is_cut && has_thought) {
    return undecided("thinking_unfinished", "the token limit was reached before an answer began");
  }
  return undecided("empty", "the reply holds no answer");
}

eval::Judgement undecided(std::string code, std::string reason) {
  return {eval::Verdict::undecided, std::move(code), {std::move(reason)}};
}

}  // namespace truebound::judge
