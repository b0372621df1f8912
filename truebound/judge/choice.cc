#include "truebound/judge/choice.h"

// A label counts where it stands alone: the character after it must not go on with its word. What
// is hard is the label that is a word of its own, `A` and `I`: "Answer: A because" chooses,
// "Answer: A small boat" may quote the text of another choice, so it counts only where the texts
// tell.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "truebound/crypto/sha256.h"
#include "truebound/json/value.h"
#include "truebound/judge/commitment.h"
#include "truebound/judge/rules.h"
#include "truebound/judge/thinking.h"
#include "truebound/text/normalize.h"
#include "truebound/text/patterns.h"
#include "truebound/text/utf8.h"

namespace truebound::judge {
namespace {

constexpr std::string_view code_version = "truebound/judge/choice/1";

// A label in brackets is this long at most, in bytes.
constexpr std::size_t longest_bracketed = 6;

// Letters of one kind go on with a word, letters of another end it: in `Bです` the label is B.
enum class Kind { none, latin, hiragana, katakana, han, hangul, other };

Kind kind_of(char32_t point) {
  if (point < 0x80) {
    const bool is_word = (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
                         (point >= 'A' && point <= 'Z') || point == '_';
    return is_word ? Kind::latin : Kind::none;
  }
  if (point >= 0xC0 && point <= 0x24F && point != 0xD7 && point != 0xF7) return Kind::latin;
  if (point < 0x300 || (point >= 0x2000 && point <= 0x2BFF)) return Kind::none;
  if (point >= 0x3000 && point <= 0x303F) return Kind::none;
  if (point >= 0x3040 && point <= 0x309F) return Kind::hiragana;
  if (point >= 0x30A0 && point <= 0x30FF) return Kind::katakana;
  if (point >= 0x4E00 && point <= 0x9FFF) return Kind::han;
  if (point >= 0xAC00 && point <= 0xD7AF) return Kind::hangul;
  // Punctuation of Arabic and Devanagari.
  if (point == 0x060C || point == 0x061B || point == 0x061F || point == 0x06D4 || point == 0x0964)
    return Kind::none;
  return Kind::other;
}

Kind kind_before(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 4 && size <= at; ++size) {
    const auto found = text::code_point_at(text, at - size);
    if (found.well_formed && found.size == size) return kind_of(found.value);
  }
  return Kind::none;
}

Kind kind_at(std::string_view text, std::size_t at) {
  return at < text.size() ? kind_of(text::code_point_at(text, at).value) : Kind::none;
}

// An apostrophe or a point before a digit goes on with the word: `I'm`, `1.5`.
bool goes_on(std::string_view text, std::size_t at) {
  const Kind last = kind_before(text, at);
  if (kind_at(text, at) != Kind::none && kind_at(text, at) == last) return true;
  if (at + 1 >= text.size() || last == Kind::none) return false;
  const bool joins = text[at] == '\'' || text[at] == '-' || text[at] == '.' || text[at] == ',';
  const char next = text[at + 1];
  if (text[at] == '\'') return kind_at(text, at + 1) != Kind::none;
  if (text[at] == '-') return kind_at(text, at + 1) == Kind::latin;
  return joins && next >= '0' && next <= '9' && text[at - 1] >= '0' && text[at - 1] <= '9';
}

std::string_view skip(std::string_view text, std::string_view letters) {
  return text.substr(std::min(text.find_first_not_of(letters), text.size()));
}

std::string words_of(std::string_view text) {
  std::string folded = text::fold(text);
  constexpr std::string_view marks = " .,:;!?\"'()[]{}*_`$-";
  const std::size_t begin = folded.find_first_not_of(marks);
  if (begin == std::string::npos) return "";
  return folded.substr(begin, folded.find_last_not_of(marks) - begin + 1);
}

struct Read {
  std::vector<std::size_t> labels;  // indices
  std::size_t end = 0;              // of what was read, in the text
};

// Reads labels from a text whose case is kept; see `chosen`.
class Reader {
 public:
  explicit Reader(const ChoiceQuestion& question) : question_(question) {
    for (const auto& label : question.labels)
      folded_labels_.push_back(text::fold(label));
    for (const auto& choice : question.choices)
      folded_choices_.push_back(words_of(choice));
  }

  // Without a word for a label before it, such as "option".
  static std::string_view without_word(std::string_view text) {
    for (const std::string_view word :
         {"option ", "choice ",    "letter ", "answer ",  "number ",  "the ",    "option: ",
          "is ",     "buchstabe ", "lettre ", "letra ",   "lettera ", "opción ", "opcion ",
          "opção ",  "opzione ",   "optie ",  "réponse ", "antwort ", "选项",    "選択肢"}) {
      if (text.size() > word.size() &&
          text::fold(text.substr(0, word.size())) == text::fold(word)) {
        return without_word(text.substr(word.size()));
      }
    }
    return text;
  }

  // The label that stands at `at`, alone.
  std::optional<std::size_t> label_at(std::string_view text, std::size_t at,
                                      std::size_t& end) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < question_.labels.size(); ++i) {
      // Flattened labels have one length in either case, for the scripts that have cases.
      const std::size_t size = flat(i).size();
      if (at + size > text.size() || text::fold(text.substr(at, size)) != folded_labels_[i])
        continue;
      if (goes_on(text, at + size)) continue;
      if (best && flat(*best).size() >= size) continue;
      best = i;
      end = at + size;
    }
    return best;
  }

  // The labels at the start of `content`, with marks and words such as "option" before them.
  std::optional<Read> labels_in(std::string_view content) const {
    static constexpr std::string_view marks = " \t([{\"'<*_`$#:=~-";
    std::string_view rest = skip(content, marks);
    rest = skip(without_word(rest), marks);
    std::size_t at = content.size() - rest.size();
    std::size_t end = at;
    const auto first = label_at(content, at, end);
    if (!first) return joined_labels(content, at);
    Read read{{*first}, end};
    while (const auto next = next_label(content, read.end, end)) {
      read.labels.push_back(*next);
      read.end = end;
    }
    if (read.labels.size() == 1 && is_word_of(content, at, read.end)) return by_text(content, at);
    return read;
  }

  // The one choice whose text this is.
  std::optional<Read> by_choice(std::string_view content) const {
    const std::string words = words_of(content);
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < folded_choices_.size(); ++i) {
      if (folded_choices_[i].empty() || folded_choices_[i] != words) continue;
      if (found) return std::nullopt;
      found = i;
    }
    if (!found) return std::nullopt;
    return Read{{*found}, content.size()};
  }

 private:
  std::string flat(std::size_t label) const { return text::flatten(question_.labels[label]); }

  // `ABD` where several may be right.
  std::optional<Read> joined_labels(std::string_view content, std::size_t at) const {
    if (question_.several == Several::no) return std::nullopt;
    Read read{{}, at};
    while (read.end < content.size() && content[read.end] >= 'A' && content[read.end] <= 'Z') {
      const std::string letter = text::fold(content.substr(read.end, 1));
      const auto found = std::find(folded_labels_.begin(), folded_labels_.end(), letter);
      if (found == folded_labels_.end()) return std::nullopt;
      read.labels.push_back(static_cast<std::size_t>(found - folded_labels_.begin()));
      ++read.end;
    }
    if (read.labels.size() < 2 || goes_on(content, read.end)) return std::nullopt;
    return read;
  }

  // The next label of a list: `, B`, `and B`, `/B`.
  std::optional<std::size_t> next_label(std::string_view content, std::size_t at,
                                        std::size_t& end) const {
    constexpr std::string_view closing = " \t)]}\"'*_`$.";
    std::string_view rest = skip(content.substr(at), closing);
    bool separated = false;
    for (bool more = true; more;) {
      more = false;
      for (const std::string_view word :
           {",",   ";",  "/",  "&",  "+",   "、",  "،",  "and ", "or ", "und ", "oder ", "et ",
            "ou ", "y ", "e ", "o ", "en ", "of ", "と", "和",   "或",  "و",    "এবং "}) {
        if (!rest.starts_with(word)) continue;
        rest = skip(rest.substr(word.size()), " \t([{\"'*_`$");
        separated = more = true;
      }
    }
    // `(A) (B)`
    const bool is_bracketed = rest.starts_with('(') && rest.find(')') <= longest_bracketed;
    if (!separated && !is_bracketed) return std::nullopt;
    const std::size_t from = content.size() - skip(without_word(rest), "([{*").size();
    const auto label = label_at(content, from, end);
    if (label && is_word_of(content, from, end)) return std::nullopt;
    return label;
  }

  // True where a label of one letter may be a word of its sentence: "A small boat", "I think".
  static bool is_word_of(std::string_view content, std::size_t at, std::size_t end) {
    const std::string_view label = content.substr(at, end - at);
    const bool is_article = label == "A" || label == "I" || label == "a" || label == "i" ||
                            label == "e" || label == "o" || label == "y" || label == "u";
    if (!is_article || end >= content.size() || content[end] != ' ') return false;
    const std::string_view rest = skip(content.substr(end), " ");
    if (kind_at(rest, 0) == Kind::none) return false;
    // "A The boat": a label and the text of its choice.
    if (label == "A" && rest[0] >= 'A' && rest[0] <= 'Z') return false;
    for (const std::string_view word :
         {"because", "since", "as ", "is ", "due ", "for ", "and ", "or ", "with ", "seems ",
          "would ", "makes ", "fits ", "weil ", "parce ", "porque ", "perché ", "omdat "}) {
      if (rest.starts_with(word)) return label == "I" || label == "i";
    }
    return true;
  }

  // "A small boat": the label A if its choice reads "small boat", else the choice that reads so.
  std::optional<Read> by_text(std::string_view content, std::size_t at) const {
    std::size_t end = at;
    const auto label = label_at(content, at, end);
    if (label && *label < folded_choices_.size() && !folded_choices_[*label].empty() &&
        words_of(content.substr(end)).starts_with(folded_choices_[*label])) {
      return Read{{*label}, end};
    }
    return by_choice(content.substr(at));
  }

  const ChoiceQuestion& question_;
  std::vector<std::string> folded_labels_;
  std::vector<std::string> folded_choices_;
};

struct Candidate {
  Read read;
  std::string reason;
};

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

// What a commitment says; nothing where it says nothing; no labels where it takes back.
std::optional<Candidate> candidate_of(std::string_view text, const Commitment& commitment,
                                      const Reader& reader) {
  const std::string_view content =
      text.substr(commitment.content, commitment.end - commitment.content);
  const bool is_strong =
      commitment.kind != CommitmentKind::phrase && commitment.kind != CommitmentKind::hint;
  const std::string reason =
      "by \"" + text::fold(text.substr(commitment.begin, commitment.content - commitment.begin)) +
      "\"";
  if (words_of(content).empty()) {
    // The label may stand on the next line, alone.
    if (!is_strong || commitment.end >= text.size()) return std::nullopt;
    const std::string_view next = line_at(text, commitment.end + 1);
    const auto read = reader.labels_in(next);
    if (!read || !words_of(next.substr(read->end)).empty()) return std::nullopt;
    return Candidate{*read, reason};
  }
  if (const auto read = reader.labels_in(content)) return Candidate{*read, reason};
  if (const auto read = reader.by_choice(content)) return Candidate{*read, reason};
  if (!is_strong || !commitment.starts_line) return std::nullopt;
  return Candidate{{}, reason + ", which names no label"};
}

// "B is correct": a label before the words.
std::optional<Candidate> last_called_right(std::string_view text, const Reader& reader,
                                           std::size_t& begin) {
  static const text::Patterns right = [] {
    auto compiled = text::Patterns::compile(
        {{"right",
          "(?i)[)\\]\"'*]* (?:is|ist|est|es|è|é) (?:the |die |der |la |le |il |a |o )?(?:only "
          "|most )?"
          "(?:correct|right|best|true|richtig|richtige|korrekt|correcta|correcto|correcte|juste|"
          "corretta|corretto|correta|correto|juist|answer|goed)\\b"}});
    TRUEBOUND_CHECK(compiled.ok(), "the pattern of right labels compiles");
    return std::move(compiled).value();
  }();
  std::optional<Candidate> last;
  for (auto span = right.find(0, text); span; span = right.find(0, text, span->end)) {
    const std::size_t line = span->begin == 0 ? 0 : text.rfind('\n', span->begin - 1) + 1;
    const std::size_t word = text.find_last_of(" (\n\"'*[", span->begin == 0 ? 0 : span->begin - 1);
    const std::size_t at = word == std::string_view::npos || word < line ? line : word + 1;
    std::size_t end = at;
    const auto label = reader.label_at(text, at, end);
    // An article in lower case is no label here: "such a is" is no sentence, "a is right" hardly.
    if (!label || end != span->begin) continue;
    last = Candidate{{{*label}, end}, "called right"};
    begin = at;
  }
  return last;
}

// "A: B" and "A: none": here A stands for "answer". "A: a small boat" is a label and its text.
std::optional<Read> after_colon(std::string_view rest, const Read& before, const Reader& reader) {
  const auto second = reader.labels_in(rest);
  if (second && words_of(rest.substr(second->end)).empty()) return second;
  const std::string words = words_of(rest);
  for (const std::string_view word : {"none", "neither", "unknown", "not ", "no ", "nothing",
                                      "both ", "all of", "cannot", "can't", "i don't", "i can't"}) {
    if (words.starts_with(word)) return std::nullopt;
  }
  return before;
}

// A label with a mark after it at the start of a line, in one line only: else the options are
// listed.
std::optional<Candidate> leading(std::string_view text, const Reader& reader) {
  std::optional<Candidate> found;
  for (std::size_t at = 0; at <= text.size(); at = std::min(text.find('\n', at), text.size()) + 1) {
    const std::string_view line = line_at(text, at);
    constexpr std::string_view marks = " \t([{\"'<*_`$";
    const std::string_view rest = skip(Reader::without_word(skip(line, marks)), marks);
    const std::size_t from = line.size() - rest.size();
    std::size_t end = 0;
    const auto label = reader.label_at(line, from, end);
    if (!label) continue;
    const std::string_view after = skip(line.substr(end), "\"'*_`$ ");
    const bool is_alone = after.empty();
    const bool is_marked =
        !after.empty() && std::string_view(".):,]}>-").find(after[0]) != std::string_view::npos;
    if (!is_alone && !is_marked) continue;
    if (found && found->read.labels[0] != *label) return std::nullopt;
    if (!found && at > 0 && !is_alone) return std::nullopt;
    auto read = reader.labels_in(line);
    if (read && is_marked && after[0] == ':') read = after_colon(after.substr(1), *read, reader);
    if (!read) continue;
    found = Candidate{*read, is_alone ? "alone in its line" : "at the start"};
  }
  return found;
}

Chosen chosen_of(const Candidate& candidate, const ChoiceQuestion& question) {
  std::vector<std::size_t> labels = candidate.read.labels;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  if (labels.empty()) return {{}, "no_choice", candidate.reason};
  Chosen result{{}, "", candidate.reason};
  for (const std::size_t label : labels)
    result.labels.push_back(question.labels[label]);
  if (labels.size() > 1 && question.several == Several::no) {
    return {{}, "several_choices", join(result.labels) + ", " + candidate.reason};
  }
  return result;
}

// Emphasis, code marks and LaTeX's text commands stand in the way of labels.
std::string plain(std::string_view answer) {
  static const text::Patterns marks = [] {
    auto compiled = text::Patterns::compile(
        {{"marks", R"(\*\*|__|`|\\(?:text|textbf|mathrm|mathbf|textit|mbox)\s*\{|\\[()\[\]])"}});
    TRUEBOUND_CHECK(compiled.ok(), "the pattern of marks compiles");
    return std::move(compiled).value();
  }();
  const std::string flat = text::flatten(answer, text::Breaks::keep);
  std::string out;
  std::size_t at = 0;
  while (const auto span = marks.find(0, flat, at)) {
    out += flat.substr(at, span->begin - at);
    at = span->end;
  }
  return out + flat.substr(at);
}

}  // namespace

Chosen chosen(std::string_view answer, const ChoiceQuestion& question) {
  const std::string whole = plain(answer);
  const std::string_view text = before_run_on(whole);
  const Reader reader(question);
  std::optional<Candidate> last;
  std::size_t last_at = 0;
  for (const Commitment& commitment : commitments_in(text)) {
    if (auto candidate = candidate_of(text, commitment, reader)) {
      last = std::move(candidate);
      last_at = commitment.begin;
    }
  }
  std::size_t called_at = 0;
  auto called = last_called_right(text, reader, called_at);
  if (called && (!last || called_at > last_at)) last = std::move(called);
  if (!last) {
    const auto read = reader.labels_in(text);
    if (read && words_of(text.substr(read->end)).empty()) last = Candidate{*read, "nothing else"};
  }
  if (!last) last = leading(text, reader);
  if (!last) {
    if (const auto read = reader.by_choice(text)) last = Candidate{*read, "the text of a choice"};
  }
  if (!last) return {{}, "no_choice", "the answer commits itself to no label"};
  return chosen_of(*last, question);
}

namespace {

std::vector<std::string> letters(std::size_t count) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 26); ++i) {
    labels.emplace_back(1, static_cast<char>('A' + i));
  }
  return labels;
}

// The labels that a target names: a list of labels, or the text of one choice.
std::vector<std::string> target_labels(const std::string& target, const ChoiceQuestion& question) {
  const Reader reader(question);
  const std::string flat = plain(target);
  std::optional<Read> read = reader.by_choice(flat);
  if (!read) {
    read = reader.labels_in(flat);
    if (read && !words_of(flat.substr(read->end)).empty()) read = std::nullopt;
  }
  if (!read) return {};
  return chosen_of({*read, ""}, question).labels;
}

class ChoiceJudge final : public Judge {
 public:
  explicit ChoiceJudge(ChoiceOptions options) : options_(std::move(options)) {}

  std::string identity() const override {
    json::List labels(options_.labels.begin(), options_.labels.end());
    const json::Value specification =
        json::Object{{"code", code_version},
                     {"labels", labels},
                     {"several", options_.several == Several::yes},
                     {"refusal_rules", RefusalRules::builtin().identity()}};
    return crypto::sha256(json::canonical(specification)).hex();
  }
  eval::DecidedBy decides_as() const override { return eval::DecidedBy::exact; }

  Task<eval::Judgement> decide(const eval::Sample& sample, const eval::Query& query,
                               const Hearing& /*hearing*/) override {
    const auto answer = answer_of(query);
    if (const auto* nothing = std::get_if<eval::Judgement>(&answer)) co_return *nothing;
    co_return judge(sample, std::get<std::string>(answer));
  }

 private:
  eval::Judgement judge(const eval::Sample& sample, const std::string& answer) const {
    ChoiceQuestion question{options_.labels, sample.choices, options_.several};
    if (question.labels.empty()) {
      // Without the choices nobody knows where the labels end; most tests have at most five.
      question.labels = letters(sample.choices.empty() ? 5 : sample.choices.size());
    }
    const auto target = target_labels(sample.target, question);
    if (target.empty()) {
      return undecided("no_target", "the target must be a label or the text of a choice, got \"" +
                                        sample.target + "\"");
    }
    const Chosen found = chosen(answer, question);
    if (found.labels.empty()) {
      const auto refusal = RefusalRules::builtin().judge(answer);
      if (refusal.verdict == eval::Verdict::refused)
        return undecided("declined", refusal.reasons.front());
      return undecided(found.code, found.reason);
    }
    const bool is_right = found.labels == target;
    return {is_right ? eval::Verdict::right : eval::Verdict::wrong,
            "",
            {"chose " + join(found.labels) + ", " + found.reason}};
  }

  ChoiceOptions options_;
};

}  // namespace

std::unique_ptr<Judge> choice_judge(ChoiceOptions options) {
  return std::make_unique<ChoiceJudge>(std::move(options));
}

}  // namespace truebound::judge
