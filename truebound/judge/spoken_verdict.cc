#include "truebound/judge/spoken_verdict.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "truebound/judge/commitment.h"
#include "truebound/text/normalize.h"

namespace truebound::judge {
namespace {

// A word that says "here comes the verdict". The first that occurs is the one that counts: a score
// that a judge adds to its verdict is not a second verdict.
constexpr std::array<std::string_view, 5> markers = {"verdict", "grade", "score", "label",
                                                     "rating"};
constexpr char masked = '\x01';
// A verdict of the answer's own stands at most so far behind its marker.
constexpr std::size_t statement_reach = 48;

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back({begin, end});
    begin = end + 1;
  }
  return lines;
}

// Blots out what is not the judge's own: the same length, so that places stay places.
class Mask {
 public:
  Mask(std::string_view text, std::string_view code) : text_(text), own_(text) {
    mask_fenced(code);
    mask_lines();
    for (const char quote : {'`', '"', '\''})
      mask_quotes(quote);
  }
  std::string own() && { return std::move(own_); }

 private:
  void blot(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (own_[i] != '\n') own_[i] = masked;
    }
  }

  // A judge that repeats its prompt repeats the lines around what it was shown.
  void mask_fenced(std::string_view code) {
    if (code.empty()) return;
    const std::string lower = lower_case(text_);
    for (const std::string what : {"request ", "target ", "answer "}) {
      const std::string begin = "begin " + what + lower_case(code);
      const std::string end = "end " + what + lower_case(code);
      std::size_t at = lower.find(begin);
      while (at != std::string::npos) {
        const std::size_t close = std::min(lower.find(end, at), lower.size());
        blot(at, close);
        at = lower.find(begin, close);
      }
    }
  }

  void mask_lines() {
    bool in_fence = false;
    for (const Line& line : lines_of(text_)) {
      const std::string_view start = trimmed(text_.substr(line.begin, line.end - line.begin));
      const bool is_fence = start.starts_with("```") || start.starts_with("~~~");
      if (in_fence || is_fence || start.starts_with(">")) blot(line.begin, line.end);
      if (is_fence) in_fence = !in_fence;
    }
  }

  bool opens(std::size_t at) const {
    const bool after_word = at > 0 && (is_letter(text_[at - 1]) || text_[at - 1] == '.');
    const bool before_space =
        at + 1 >= text_.size() || std::isspace(static_cast<unsigned char>(text_[at + 1])) != 0;
    return !after_word && !before_space;
  }
  bool closes(std::size_t at) const {
    const bool before_word = at + 1 < text_.size() && is_letter(text_[at + 1]);
    return !before_word && text_[at - 1] != ' ';
  }

  // Double quotes may run over lines; the others do not, since apostrophes look like them. An
  // opening one that nothing closes quotes the rest of its line.
  void mask_quotes(char quote) {
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (own_[at] != quote || !opens(at)) continue;
      const std::size_t line_end = std::min(text_.find('\n', at), text_.size());
      const std::size_t limit = quote == '"' ? text_.size() : line_end;
      std::size_t close = at + 1;
      while (close < limit && (own_[close] != quote || !closes(close)))
        ++close;
      const bool is_closed = close < limit;
      if (!is_closed && quote == '\'') continue;
      blot(at, is_closed ? close + 1 : line_end);
      at = is_closed ? close : line_end;
    }
  }

  std::string_view text_;
  std::string own_;
};

// One place where the judge says its verdict.
struct Spoken {
  std::size_t line_end = 0;
  std::string_view written;
  const ListedWord* word = nullptr;
  bool has_code = false;
};

// Looks for one marker in a reply.
class Listener {
 public:
  Listener(std::string_view reply, std::string_view own, const SpokenContext& context)
      : reply_(reply), own_(own), lower_(lower_case(own)), context_(context) {}

  std::vector<Spoken> hear(std::string_view marker) const {
    std::vector<Spoken> all;
    const std::vector<Line> lines = lines_of(own_);
    std::size_t last = lines.size() - 1;
    while (last > 0 && is_blank(lines[last]))
      --last;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto spoken = at_start(lines[i], marker);
      if (!spoken && i == last) spoken = at_end(lines[i], marker);
      if (spoken) all.push_back(*spoken);
    }
    return all;
  }

 private:
  bool is_blank(const Line& line) const {
    for (std::size_t i = line.begin; i < line.end; ++i) {
      if (own_[i] != masked && std::isspace(static_cast<unsigned char>(own_[i])) == 0) return false;
    }
    return true;
  }

  // `**Final verdict:** ...`: decoration and words that may stand before the marker.
  std::optional<Spoken> at_start(const Line& line, std::string_view marker) const {
    std::size_t at = line.begin;
    const auto skip_decoration = [&] {
      while (at < line.end && std::string_view(" \t*_#-+").find(own_[at]) != std::string_view::npos)
        ++at;
    };
    skip_decoration();
    for (bool again = true; again;) {
      again = false;
      for (const std::string_view word : {"my ", "the ", "final ", "overall "}) {
        if (!std::string_view(lower_).substr(at, line.end - at).starts_with(word)) continue;
        at += word.size();
        again = true;
      }
    }
    skip_decoration();
    return spoken_at(at, line, marker);
  }

  // The last marker of the line that begins a sentence.
  std::optional<Spoken> at_end(const Line& line, std::string_view marker) const {
    const std::string_view text = std::string_view(lower_).substr(0, line.end);
    for (std::size_t at = text.rfind(marker); at != std::string_view::npos && at > line.begin;
         at = text.rfind(marker, at - 1)) {
      std::size_t before = at;
      while (before > line.begin &&
             std::string_view(" *_").find(own_[before - 1]) != std::string_view::npos)
        --before;
      const bool after_space = before < at;
      const char mark = before > line.begin ? own_[before - 1] : '.';
      const bool ends_sentence =
          std::string_view(".!?:;)]").find(mark) != std::string_view::npos || mark == masked;
      if (after_space && ends_sentence) return spoken_at(at, line, marker);
    }
    return std::nullopt;
  }

  // Marker, code or none, colon, word.
  std::optional<Spoken> spoken_at(std::size_t at, const Line& line, std::string_view marker) const {
    if (!std::string_view(lower_).substr(at, line.end - at).starts_with(marker))
      return std::nullopt;
    at += marker.size();
    Spoken spoken{.line_end = line.end};
    const auto skip = [&](std::string_view what) {
      while (at < line.end && what.find(own_[at]) != std::string_view::npos)
        ++at;
    };
    skip(" \t*_([");
    if (!context_.code.empty() && own_.substr(at, line.end - at).starts_with(context_.code)) {
      spoken.has_code = true;
      at += context_.code.size();
      skip(" \t*_)]");
    }
    if (at >= line.end || (own_[at] != ':' && own_[at] != '=')) return std::nullopt;
    spoken.written = trimmed(reply_.substr(at + 1, line.end - at - 1));
    spoken.word = find_word(context_.list, spoken.written);
    return spoken;
  }

  std::string_view reply_;
  std::string_view own_;
  std::string lower_;
  const SpokenContext& context_;
};

std::string shown(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string line = text::fold(text.substr(0, most));
  return line.empty() ? "nothing" : "\"" + line + "\"";
}

class Reader {
 public:
  Reader(std::string_view reply, const SpokenContext& context)
      : reply_(text::flatten(reply, text::Breaks::keep)), context_(context) {
    stated_ = words_stated(context.answer, context.list);
  }

  SpokenVerdict read() const {
    if (trimmed(reply_).empty()) return {nullptr, "the judge said nothing"};
    if (const auto object = object_of(reply_)) return read_object(*object);
    const std::string own = Mask(reply_, context_.code).own();
    const Listener listener(reply_, own, context_);
    for (const std::string_view marker : markers) {
      const std::vector<Spoken> spoken = listener.hear(marker);
      if (!spoken.empty()) return settle(spoken);
    }
    const Line last = lines_of(trimmed(reply_)).back();
    if (const auto object = object_of(trimmed(reply_).substr(last.begin))) {
      return read_object(*object);
    }
    return {nullptr, "no verdict of the judge's own in " + shown(trimmed(reply_))};
  }

 private:
  // The whole of a text as an object, within a code fence or not.
  static std::optional<json::Value> object_of(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with("```") && text.ends_with("```") && text.size() > 6) {
      const std::size_t first_line = text.find('\n');
      if (first_line == std::string_view::npos) return std::nullopt;
      text = trimmed(text.substr(first_line, text.size() - 3 - first_line));
    }
    if (!text.starts_with("{") || !text.ends_with("}")) return std::nullopt;
    auto value = json::parse_json(std::string(text), "the judge's reply");
    if (!value.ok() || value.value().object() == nullptr) return std::nullopt;
    return std::move(value).value();
  }

  SpokenVerdict read_object(const json::Value& object) const {
    const json::Value* verdict = object.find("verdict");
    if (verdict == nullptr) return {nullptr, "the judge's JSON has no field verdict"};
    if (verdict->text() == nullptr && verdict->integer() == nullptr)
      return {nullptr, std::string("the judge's verdict is ") + verdict->kind()};
    const std::string written =
        verdict->text() != nullptr ? *verdict->text() : json::canonical(*verdict);
    const json::Value* code = object.find("code");
    const bool has_code = code != nullptr && code->text() != nullptr && !context_.code.empty() &&
                          *code->text() == context_.code;
    return accept(
        {.written = written, .word = find_word(context_.list, written), .has_code = has_code});
  }

  bool is_stated(const ListedWord* word) const {
    return std::ranges::find(stated_, word) != stated_.end();
  }

  SpokenVerdict accept(const Spoken& spoken) const {
    if (spoken.word == nullptr) {
      return {nullptr, shown(spoken.written) + " is no word of the list"};
    }
    if (is_stated(spoken.word) && !spoken.has_code) {
      return {nullptr, "the answer itself states " + spoken.word->word +
                           " as a verdict, and the judge's comes without its code"};
    }
    return {spoken.word, "VERDICT: " + spoken.word->word};
  }

  // The last one counts, unless the judge contradicts or retracts it.
  SpokenVerdict settle(const std::vector<Spoken>& all) const {
    const Spoken& last = all.back();
    if (takes_back(std::string_view(reply_).substr(last.line_end))) {
      return {nullptr, "the judge takes its verdict back"};
    }
    SpokenVerdict verdict = accept(last);
    if (verdict.word == nullptr) return verdict;
    for (const Spoken& earlier : all) {
      if (earlier.word == nullptr || earlier.word == last.word) continue;
      const bool is_echo = !earlier.has_code && (last.has_code || is_stated(earlier.word));
      if (is_echo) continue;
      return {nullptr, "two different verdicts, " + earlier.word->word + " and " + last.word->word};
    }
    return verdict;
  }

  std::string reply_;
  const SpokenContext& context_;
  std::vector<const ListedWord*> stated_;
};

// JSON's escapes of ASCII characters, \\u0076 for v, as the characters that a reader gets.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const bool escape = text.substr(i).starts_with("\\u") && i + 6 <= text.size();
    const char* digits = text.data() + i + 2;
    if (escape && std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 && code < 0x80) {
      plain += static_cast<char>(code);
      i += 5;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// Letters, digits and single spaces alone: whatever decorates a word, a verdict is read through it.
std::string bare(std::string_view text) {
  std::string plain;
  for (const char c : text::fold(unescaped(text))) {
    if (is_letter(c)) {
      plain += c;
    } else if (!plain.empty() && plain.back() != ' ') {
      plain += ' ';
    }
  }
  while (plain.ends_with(' '))
    plain.pop_back();
  return plain;
}

bool is_whole_word(std::string_view text, std::size_t at, std::size_t size) {
  const bool starts = at == 0 || !is_letter(text[at - 1]);
  const bool ends = at + size >= text.size() || !is_letter(text[at + size]);
  return starts && ends;
}

bool holds_word(std::string_view text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    if (is_whole_word(text, at, word.size())) return true;
  return false;
}

}  // namespace

std::vector<const ListedWord*> words_stated(std::string_view answer, const ClosedList& list) {
  const std::string text = bare(answer);
  std::vector<const ListedWord*> stated;
  for (const std::string_view marker : markers) {
    for (std::size_t at = text.find(marker); at != std::string::npos;
         at = text.find(marker, at + 1)) {
      const std::string_view reach =
          std::string_view(text).substr(at + marker.size(), statement_reach);
      for (const ListedWord& listed : list) {
        std::vector<std::string> words = listed.also;
        words.push_back(listed.word);
        const bool is_there = std::ranges::any_of(
            words, [&](const std::string& word) { return holds_word(reach, bare(word)); });
        if (is_there && std::ranges::find(stated, &listed) == stated.end())
          stated.push_back(&listed);
      }
    }
  }
  return stated;
}

SpokenVerdict read_spoken(std::string_view reply, const SpokenContext& context) {
  return Reader(reply, context).read();
}

}  // namespace truebound::judge
