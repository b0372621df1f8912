#include "truebound/judge/exact.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "truebound/core/check.h"
#include "truebound/core/words.h"
#include "truebound/crypto/sha256.h"
#include "truebound/json/value.h"
#include "truebound/judge/commitment.h"
#include "truebound/judge/number.h"
#include "truebound/judge/rules.h"
#include "truebound/judge/thinking.h"
#include "truebound/text/normalize.h"
#include "truebound/text/patterns.h"

namespace truebound::judge {
namespace {

constexpr std::string_view code_version = "truebound/judge/exact/1";

// A text longer than this many words without a marker is a discussion, not an answer.
constexpr std::size_t short_answer_words = 6;

// Part of an answer, and what made it the answer.
struct Part {
  std::string_view text;
  std::string reason;
  bool is_marked = true;
};

text::Patterns compiled(std::vector<text::NamedPattern> patterns) {
  auto result = text::Patterns::compile(std::move(patterns));
  TRUEBOUND_CHECK(result.ok(), "the patterns of exact answers compile");
  return std::move(result).value();
}

bool has_content(std::string_view text) {
  return !text::fold(text).empty();
}

std::string_view content_of(std::string_view text, const Commitment& commitment) {
  std::string_view content = text.substr(commitment.content, commitment.end - commitment.content);
  if (has_content(content) || commitment.end >= text.size()) return content;
  const std::size_t next = text.find_first_not_of(" \n\t", commitment.end);
  if (next == std::string_view::npos) return content;
  return text.substr(next, std::min(text.find('\n', next), text.size()) - next);
}

// The commitment that counts: the first `####` unless it is taken back, else the last of the others
// that says something.
std::optional<Part> committed(std::string_view text) {
  std::optional<Part> last;
  std::size_t hash_end = 0;
  bool has_hash = false;
  for (const Commitment& commitment : commitments_in(text)) {
    const std::string_view content = content_of(text, commitment);
    if (commitment.kind == CommitmentKind::hint || !has_content(content)) continue;
    const bool is_hash = commitment.kind == CommitmentKind::hash;
    if (has_hash && !(is_hash && takes_back(text.substr(hash_end, commitment.begin - hash_end))))
      continue;
    const auto marker = text.substr(commitment.begin, commitment.content - commitment.begin);
    last = Part{content, "after \"" + text::fold(marker) + "\"", true};
    has_hash = has_hash || is_hash;
    hash_end = commitment.end;
  }
  return last;
}

// What follows a part and takes it back.
std::optional<std::string_view> retraction(std::string_view text, std::string_view part) {
  const auto end = static_cast<std::size_t>(part.data() + part.size() - text.data());
  const std::string_view rest = text.substr(end);
  return takes_back(rest) ? std::optional(rest) : std::nullopt;
}

// The number that a stretch of text states: after its last equals sign, else the first or last.
enum class Prefer { first, last };
const Number& stated(std::string_view text, const std::vector<Number>& numbers, Prefer prefer) {
  const std::size_t equals = text.rfind('=');
  if (equals != std::string_view::npos) {
    for (const Number& number : numbers) {
      if (number.begin > equals) return number;
    }
  }
  return prefer == Prefer::first ? numbers.front() : numbers.back();
}

// In a text without a marker: the number that its last sentence with numbers states, told by the
// verb before it ("makes 18"), else its last one.
std::optional<Number> last_stated(std::string_view text, Mark mark) {
  static const text::Patterns verbs = compiled(
      {{"verb",
        R"((?i)(?:\b(?:is|are|was|were|be|makes?|made|equals?|gives?|gets?|costs?|totals?|)"
        R"(total of|pays?|paid|leaves?|left with|has|have|had|needs?|earns?|spends?|spent|)"
        R"(becomes?|ist|sind|est|sont|es|son|è|sono|é|são|zijn)|=)\s*)"
        R"((?:(?:about|exactly|only|just|now|therefore|thus|approximately)\s+)?[$€£¥-]*$)"}});
  static const text::Patterns ends = compiled({{"end", R"([.!?;]+(?:\s|$)|\n)"}});
  std::optional<Number> found;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = ends.find(0, text, at);
    const std::size_t stop = end ? end->begin : text.size();
    const std::string_view sentence = text.substr(at, stop - at);
    const auto numbers = numbers_in(sentence, mark);
    if (!numbers.empty()) {
      found = stated(sentence, numbers, Prefer::last);
      if (sentence.find('=') == std::string_view::npos) {
        for (const Number& number : numbers) {
          if (verbs.find(0, sentence.substr(0, number.begin))) found = number;
        }
      }
    }
    at = end ? end->end : text.size();
  }
  return found;
}

struct FoundNumber {
  Number number;
  std::string reason;
};

std::optional<FoundNumber> number_in_part(const Part& part, Mark mark) {
  const auto numbers = numbers_in(part.text, mark);
  if (!numbers.empty()) {
    return FoundNumber{stated(part.text, numbers, Prefer::first), part.reason};
  }
  if (const auto word = number_word_in(part.text)) return FoundNumber{*word, part.reason};
  return std::nullopt;
}

std::optional<FoundNumber> number_of(std::string_view text, Mark mark) {
  if (const auto part = committed(text)) {
    const bool is_hash = part->reason.find("####") != std::string::npos;
    const auto rest = is_hash ? std::nullopt : retraction(text, part->text);
    if (rest) {
      if (const auto number = last_stated(*rest, mark))
        return FoundNumber{*number, "after taking back an earlier answer"};
    }
    if (auto found = number_in_part(*part, mark)) return found;
  }
  if (const auto number = last_stated(text, mark)) {
    const bool is_only = numbers_in(text, mark).size() == 1;
    return FoundNumber{*number, is_only ? "the only number" : "the last number stated"};
  }
  if (const auto word = number_word_in(text)) return FoundNumber{*word, "the last number word"};
  return std::nullopt;
}

// The number that a target is: one, with a currency sign before it or one word for a unit after it.
std::optional<Number> number_target(std::string_view target, Mark mark, AnswerType type) {
  if (type == AnswerType::text) return std::nullopt;
  const auto numbers = numbers_in(target, mark);
  if (numbers.size() != 1) {
    const auto word = numbers.empty() ? number_word_in(target) : std::nullopt;
    return word && (type == AnswerType::number ||
                    word->end - word->begin == text::fold(target).size())
               ? word
               : std::nullopt;
  }
  if (type == AnswerType::number) return numbers.front();
  static const text::Patterns around =
      compiled({{"before", R"(^[\s$€£¥₹~≈+]*$)"},
                {"after", R"(^\s*(?:[^\s\d()\[\],;:^=+*/<>]+\.?)?[\s$]*$)"}});
  const bool is_plain = around.find(0, target.substr(0, numbers[0].begin)) &&
                        around.find(1, target.substr(numbers[0].end));
  return is_plain ? std::optional(numbers.front()) : std::nullopt;
}

// A percent sign may be left out on either side, and 45 % is 0.45.
bool is_equal(const Number& found, const Number& target) {
  if (is_same(found, target)) return true;
  if (found.is_percent == target.is_percent) return false;
  Number share = found.is_percent ? found : target;
  share.digits.clear();
  share.value /= 100;
  Number plain = found.is_percent ? target : found;
  plain.digits = "plain";
  return is_same(share, plain);
}

Parsed compare_numbers(std::string_view text, const Number& target, Mark mark) {
  const auto found = number_of(text, mark);
  if (!found) return {"", eval::Verdict::undecided, "no_answer", "the answer holds no number"};
  const std::string reason = found->number.digits + ", " + found->reason;
  if (is_equal(found->number, target)) {
    return {found->number.digits, eval::Verdict::right, "", reason};
  }
  Number other = found->number;
  if (other.other) {
    other.value = *other.other;
    other.digits.clear();
    if (is_equal(other, target)) {
      return {"", eval::Verdict::undecided, "ambiguous_number",
              reason + "; its separator can be read in another way, which would be right"};
    }
  }
  return {found->number.digits, eval::Verdict::wrong, "", reason};
}

bool is_mathematics(std::string_view text) {
  return text.find_first_of("()[]{}^=+*/\\<>|") != std::string_view::npos;
}

// One spelling of a text answer.
std::string spelled(std::string_view text) {
  static const text::Patterns articles = compiled(
      {{"article",
        R"(^(?:the|an?|le|la|les|l'|der|die|das|el|los|las|il|lo|gli|os?|as?|de|het|een) ?)"}});
  std::string folded = text::fold(text);
  constexpr std::string_view ends = " .,;:!?\"'`*_$";
  const std::size_t begin = folded.find_first_not_of(ends);
  if (begin == std::string::npos) return "";
  folded = folded.substr(begin, folded.find_last_not_of(ends) - begin + 1);
  if (is_mathematics(folded)) {
    std::erase(folded, ' ');
    std::erase(folded, '$');
    return folded;
  }
  const auto article = articles.find(0, folded);
  const bool is_all = article && article->end == folded.size();
  return article && !is_all && folded[article->end - 1] == ' ' ? folded.substr(article->end)
                                                               : folded;
}

bool holds_words(const std::string& text, const std::string& words) {
  return (" " + text + " ").find(" " + words + " ") != std::string::npos;
}

// "Paris, the capital of France" and "Paris because": the answer and what is said about it.
std::string head_of(std::string_view text) {
  static const text::Patterns breaks = compiled(
      {{"break",
        R"((?i)[.,;:!?](?:\s|$)|\s[(–—-]|\s(?:because|since|as|which|and|weil|parce|porque|perché|omdat)\s)"}});
  const auto end = breaks.find(0, text);
  return spelled(end ? text.substr(0, end->begin) : text);
}

std::size_t words_in(const std::string& text) {
  return text.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
}

Parsed compare_texts(std::string_view text, const std::string& target) {
  const auto marked = committed(text);
  const Part part = marked.value_or(Part{text, "the whole answer", false});
  const std::string whole = spelled(part.text);
  const std::string head = is_mathematics(target) ? whole : head_of(part.text);
  for (const std::string& form : {whole, head}) {
    if (form == target) return {form, eval::Verdict::right, "", form + ", " + part.reason};
  }
  std::string loose = text::fold(part.text);
  for (char& letter : loose) {
    if (std::string_view(".,;:!?\"()*").find(letter) != std::string_view::npos) letter = ' ';
  }
  const bool is_held = is_mathematics(target) ? whole.find(target) != std::string::npos
                                              : holds_words(text::fold(loose), target);
  if (is_held) {
    return {"", eval::Verdict::undecided, "not_exact",
            "the target's words stand among others, " + part.reason};
  }
  if (part.is_marked || words_in(whole) <= short_answer_words) {
    return {whole, eval::Verdict::wrong, "", whole + ", " + part.reason};
  }
  return {"", eval::Verdict::undecided, "no_answer", "the answer commits itself to nothing"};
}

// The target itself: what stands after its `####` or in its box, where it has one.
std::string target_of(const std::string& target) {
  const std::string plain = plain_math(target);
  std::optional<Part> last;
  for (const Commitment& commitment : commitments_in(plain)) {
    if (commitment.kind != CommitmentKind::hash && commitment.kind != CommitmentKind::box) continue;
    last = Part{content_of(plain, commitment), "", true};
  }
  return last ? std::string(last->text) : plain;
}

}  // namespace

Parsed parse_exact(std::string_view answer, const std::string& target, AnswerType type,
                   const std::string& language) {
  const std::string wanted = target_of(target);
  if (!has_content(wanted)) {
    return {"", eval::Verdict::undecided, "no_target", "the sample has no target"};
  }
  const Mark mark = mark_of(language);
  const std::string whole = plain_math(answer);
  const std::string_view text = before_run_on(whole);
  // A target is data, not prose: a point stands before its decimals unless it can only be
  // otherwise.
  const auto number = number_target(wanted, Mark::point, type);
  if (number) return compare_numbers(text, *number, mark);
  if (type == AnswerType::number) {
    return {"", eval::Verdict::undecided, "no_target",
            "the target must be one number, got \"" + target + "\""};
  }
  return compare_texts(text, spelled(wanted));
}

namespace {

class ExactJudge final : public Judge {
 public:
  explicit ExactJudge(AnswerType type) : type_(type) {}

  std::string identity() const override {
    const json::Value specification =
        json::Object{{"code", code_version},
                     {"type", to_text(type_)},
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
    const Parsed found = parse_exact(answer, sample.target, type_, sample.language);
    if (found.verdict != eval::Verdict::undecided) return {found.verdict, "", {found.reason}};
    const bool may_decline = found.code == "no_answer";
    const auto refusal = may_decline ? RefusalRules::builtin().judge(answer) : eval::Judgement{};
    if (refusal.verdict == eval::Verdict::refused) {
      return undecided("declined", refusal.reasons.front());
    }
    return undecided(found.code, found.reason);
  }

  AnswerType type_;
};

}  // namespace

std::unique_ptr<Judge> exact_judge(AnswerType type) {
  return std::make_unique<ExactJudge>(type);
}

}  // namespace truebound::judge
