#include "truebound/judge/number.h"

// A number is read from the left: sign, currency, digits with separators, exponent or fraction,
// then what multiplies it. What separators mean is told by all of them together:
//
//   1,234.50  1.234,50   both occur: the last one stands before the decimals
//   1,234,567            one, several times, three digits each: thousands
//   1,2,3                one, several times, other digits: a list; the number is 1
//   12,5  0,125          one, once, not three digits or after 0: decimals
//   1,234                one, once, three digits: either; the mark tells, the other reading is kept

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "truebound/core/check.h"
#include "truebound/text/normalize.h"
#include "truebound/text/patterns.h"

namespace truebound::judge {
namespace {

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

bool is_letter(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const char letter = text[at];
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (is_digit(text, at))
    ++at;
  return at;
}

// Digits with what stands between them, before anything is decided.
struct Run {
  std::vector<std::string> groups;
  std::string separators;  // one between two groups: , . ' or space
  std::size_t end = 0;
};

Run read_run(std::string_view text, std::size_t at) {
  Run run;
  if (text[at] == '.') {
    run.groups.emplace_back("0");
    run.separators = ".";
    ++at;
  }
  std::size_t end = digits_end(text, at);
  run.groups.emplace_back(text.substr(at, end - at));
  for (;;) {
    if (end >= text.size() || std::string_view(",.' ").find(text[end]) == std::string_view::npos)
      break;
    const std::size_t next = digits_end(text, end + 1);
    const std::size_t size = next - end - 1;
    if (size == 0) break;
    // A space or an apostrophe groups thousands or ends the number.
    const bool is_soft = text[end] == ' ' || text[end] == '\'';
    if (is_soft && (size != 3 || run.groups.front().size() > 3 || is_letter(text, next))) break;
    run.separators += text[end];
    run.groups.emplace_back(text.substr(end + 1, size));
    end = next;
  }
  run.end = end;
  return run;
}

bool groups_thousands(const Run& run, std::size_t first, std::size_t last) {
  if (run.groups[first].size() > 3 || run.groups[first] == "0") return false;
  for (std::size_t i = first + 1; i <= last; ++i) {
    if (run.groups[i].size() != 3) return false;
  }
  return true;
}

std::string joined(const Run& run, std::size_t count) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i)
    digits += run.groups[i];
  return digits;
}

// Keeps the first group only: the rest is a list that goes on.
void cut_to_first(Run& run) {
  std::size_t rest = 0;
  for (std::size_t i = 1; i < run.groups.size(); ++i)
    rest += run.groups[i].size() + 1;
  run.end -= rest;
  run.groups.resize(1);
  run.separators.clear();
}

std::string without_zeros(std::string digits) {
  const std::size_t point = digits.find('.');
  if (point != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
  }
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  digits.erase(0, digits[first] == '.' ? first - 1 : first);
  return digits.starts_with('.') ? "0" + digits : digits;
}

struct Decided {
  std::string digits;
  std::optional<std::string> other;
};

// Nothing where it is no number: a date or a version.
std::optional<Decided> decide(Run& run, Mark mark) {
  const std::size_t last = run.groups.size() - 1;
  if (last == 0) return Decided{run.groups[0], std::nullopt};
  const char final = run.separators.back();
  const bool is_one_kind = run.separators.find_first_not_of(final) == std::string::npos;
  const std::string all = joined(run, last + 1);
  const std::string with_decimals = joined(run, last) + "." + run.groups[last];
  if (!is_one_kind) {
    const bool ends_in_decimals = (final == '.' || final == ',') &&
                                  run.separators.find(final) == last - 1 &&
                                  run.separators.find_first_not_of(run.separators[0]) == last - 1;
    if (ends_in_decimals && groups_thousands(run, 0, last - 1))
      return Decided{with_decimals, std::nullopt};
    cut_to_first(run);
    return Decided{run.groups[0], std::nullopt};
  }
  const bool thousands = groups_thousands(run, 0, last);
  if (final == ' ' || final == '\'') return Decided{all, std::nullopt};
  if (last > 1) {
    if (thousands) return Decided{all, std::nullopt};
    if (final == '.') return std::nullopt;
    cut_to_first(run);
    return Decided{run.groups[0], std::nullopt};
  }
  if (!thousands) return Decided{with_decimals, std::nullopt};
  const bool is_decimal = (final == '.') == (mark == Mark::point);
  return is_decimal ? Decided{with_decimals, all} : Decided{all, with_decimals};
}

struct Factor {
  std::string_view word;
  int zeros;
};
// A word after the number, after a space; singular stands for plural.
constexpr std::array<Factor, 22> factors{
    {{"thousand", 3},  {"tausend", 3},    {"duizend", 3},   {"million", 6},   {"millions", 6},
     {"millionen", 6}, {"millones", 6},   {"millón", 6},    {"milione", 6},   {"milioni", 6},
     {"milhão", 6},    {"milhões", 6},    {"miljoen", 6},   {"mio", 6},       {"billion", 9},
     {"billions", 9},  {"milliarden", 9}, {"milliarde", 9}, {"milliards", 9}, {"miliardi", 9},
     {"miljard", 9},   {"trillion", 12}}};

void shift(std::string& digits, int zeros) {
  std::size_t point = digits.find('.');
  if (point == std::string::npos) {
    point = digits.size();
  } else {
    digits.erase(point, 1);
  }
  if (zeros < 0) {
    const auto missing = static_cast<std::size_t>(-zeros);
    if (missing >= point) digits.insert(0, missing - point + 1, '0');
    point = std::max(point, missing + 1) - missing;
    digits.insert(point, ".");
    return;
  }
  point += static_cast<std::size_t>(zeros);
  if (digits.size() < point) digits.append(point - digits.size(), '0');
  if (digits.size() > point) digits.insert(point, ".");
}

// Reads one number at a time; see the head of this file.
class Scanner {
 public:
  Scanner(std::string_view text, Mark mark) : text_(text), mark_(mark) {}

  std::vector<Number> scan() {
    std::vector<Number> found;
    while (at_ < text_.size()) {
      if (auto number = read()) found.push_back(std::move(*number));
    }
    return found;
  }

 private:
  // Reads at `at_` and moves on, whether or not there is a number.
  std::optional<Number> read() {
    const std::size_t start = at_;
    const bool is_start = is_digit(text_, at_) || (text_[at_] == '.' && is_digit(text_, at_ + 1));
    if (!is_start) {
      ++at_;
      return std::nullopt;
    }
    if (start > 0 && is_letter(text_, start - 1) && !is_currency_code(start)) {
      at_ = digits_end(text_, start + 1);
      return std::nullopt;
    }
    Run run = read_run(text_, start);
    // The second number of a list such as `1,2,3` has no decimals behind the next comma.
    const bool is_listed = start >= 2 && text_[start - 1] == ',' && is_digit(text_, start - 2);
    if (is_listed && run.separators.find(',') != std::string::npos) cut_to_first(run);
    const auto decided = decide(run, mark_);
    at_ = std::max(run.end, start + 1);
    if (!decided || is_date_or_time(start)) return std::nullopt;
    return finish(start, *decided);
  }

  std::optional<Number> finish(std::size_t start, const Decided& decided) {
    std::string digits = decided.digits;
    std::optional<std::string> other = decided.other;
    int zeros = 0;
    std::optional<long double> ratio;
    if (!read_exponent(zeros)) ratio = read_fraction(digits);
    if (!ratio && zeros == 0) zeros = read_factor();
    if (is_ordinal()) return std::nullopt;
    shift(digits, zeros);
    Number number;
    number.begin = start;
    const bool is_negative = has_minus(start, number.begin);
    number.digits = (is_negative ? "-" : "") + without_zeros(digits);
    number.value = std::strtold(number.digits.c_str(), nullptr);
    if (ratio) {
      number.value = is_negative ? -*ratio : *ratio;
      number.digits = std::to_string(number.value);
    }
    if (other && !ratio) {
      shift(*other, zeros);
      const long double value = std::strtold(other->c_str(), nullptr);
      number.other = is_negative ? -value : value;
    }
    number.is_percent = read_percent();
    number.end = at_;
    return number;
  }

  // `USD48`, but not `H2`.
  bool is_currency_code(std::size_t at) const {
    return at >= 3 && !is_letter(text_, at - 4) &&
           text_.substr(at - 3, 3).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
               std::string_view::npos;
  }

  // Skips all of `3:45`, `2024-05-01`, `1/2/2024`.
  bool is_date_or_time(std::size_t start) {
    static const text::Patterns dates = [] {
      auto compiled = text::Patterns::compile(
          {{"date", R"(\d{1,2}(?::\d{2})+|\d{4}-\d{1,2}-\d{1,2}|\d{1,4}/\d{1,2}/\d{1,4})"}});
      TRUEBOUND_CHECK(compiled.ok(), "the pattern of dates compiles");
      return std::move(compiled).value();
    }();
    const auto date = dates.find(0, text_, start);
    if (!date || date->begin != start || is_digit(text_, date->end)) return false;
    at_ = date->end;
    return true;
  }

  // `e5`, `×10^5`, `* 10^{5}`.
  bool read_exponent(int& zeros) {
    static const text::Patterns exponents = [] {
      auto compiled = text::Patterns::compile(
          {{"exponent", R"(^(?:[eE]|\s?(?:×|x|\*|\\times|\\cdot|·)\s?10\^\{?)([+-]?\d{1,2})\}?)"}});
      TRUEBOUND_CHECK(compiled.ok(), "the pattern of exponents compiles");
      return std::move(compiled).value();
    }();
    const std::string_view rest = text_.substr(at_);
    const auto found = exponents.find(0, rest);
    if (!found || is_letter(rest, found->end)) return false;
    std::string digits(rest.substr(0, found->end));
    if (digits.ends_with('}')) digits.pop_back();
    const std::size_t sign = digits.find_last_not_of("0123456789");
    const bool has_sign = digits[sign] == '-' || digits[sign] == '+';
    zeros = std::atoi(digits.c_str() + (has_sign ? sign : sign + 1));
    at_ += found->end;
    return true;
  }

  // `/4` after whole digits, or ` 3/4` after a whole number.
  std::optional<long double> read_fraction(const std::string& digits) {
    if (digits.find('.') != std::string::npos) return std::nullopt;
    const long double whole = std::strtold(digits.c_str(), nullptr);
    long double above = whole;
    std::size_t at = at_;
    bool is_mixed = false;
    if (at < text_.size() && text_[at] == ' ' && is_digit(text_, at + 1)) {
      const std::size_t end = digits_end(text_, at + 1);
      above = std::strtold(std::string(text_.substr(at + 1, end - at - 1)).c_str(), nullptr);
      is_mixed = true;
      at = end;
    }
    while (!is_mixed && at < text_.size() && text_[at] == ' ')
      ++at;
    if (at >= text_.size() || text_[at] != '/') return std::nullopt;
    ++at;
    while (!is_mixed && at < text_.size() && text_[at] == ' ')
      ++at;
    const std::size_t end = digits_end(text_, at);
    if (end == at || is_letter(text_, end)) return std::nullopt;
    const long double below =
        std::strtold(std::string(text_.substr(at, end - at)).c_str(), nullptr);
    if (below == 0) return std::nullopt;
    at_ = end;
    return is_mixed ? whole + above / below : above / below;
  }

  int read_factor() {
    if (at_ < text_.size() && (text_[at_] == 'k' || text_[at_] == 'K') &&
        !is_letter(text_, at_ + 1) && !is_digit(text_, at_ + 1)) {
      ++at_;
      return 3;
    }
    if (at_ >= text_.size() || text_[at_] != ' ') return 0;
    const std::size_t end = std::min(text_.find_first_of(" .,;:!?)\n}$*", at_ + 1), text_.size());
    const std::string word = text::fold(text_.substr(at_ + 1, end - at_ - 1));
    for (const Factor& factor : factors) {
      if (word != factor.word) continue;
      at_ = end;
      return factor.zeros;
    }
    return 0;
  }

  bool is_ordinal() const {
    const std::string_view rest = text_.substr(at_, 2);
    return (rest == "st" || rest == "nd" || rest == "rd" || rest == "th") &&
           !is_letter(text_, at_ + 2);
  }

  bool read_percent() {
    std::string_view rest = text_.substr(at_);
    const std::size_t space = rest.starts_with(' ') ? 1 : 0;
    rest.remove_prefix(space);
    for (const std::string_view word : {"%", "\\%", "percent", "per cent", "prozent", "pour cent",
                                        "por ciento", "per cento", "por cento", "procent"}) {
      if (text::fold(rest.substr(0, word.size())) != word) continue;
      at_ += space + word.size();
      return true;
    }
    return false;
  }

  // A minus belongs to the number where no other number or word stands right before it.
  bool has_minus(std::size_t start, std::size_t& begin) const {
    std::string_view before = text_.substr(0, start);
    for (bool more = true; more;) {
      more = false;
      for (const std::string_view sign : {"$", "€", "£", "¥", "₹", "\\"}) {
        if (!before.ends_with(sign)) continue;
        before.remove_suffix(sign.size());
        more = true;
      }
    }
    if (!before.ends_with('-')) return false;
    before.remove_suffix(1);
    const bool is_between = !before.empty() && (is_digit(before, before.size() - 1) ||
                                                is_letter(before, before.size() - 1) ||
                                                before.ends_with(')') || before.ends_with('-'));
    if (!is_between) begin = before.size();
    return !is_between;
  }

  std::string_view text_;
  Mark mark_;
  std::size_t at_ = 0;
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// `{...}` at `at`, its inside; nothing where there is none.
std::optional<std::string> braced(std::string_view text, std::size_t at, std::size_t& end) {
  if (at >= text.size() || text[at] != '{') return std::nullopt;
  int depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    if (depth > 0) continue;
    end = i + 1;
    return std::string(text.substr(at + 1, i - at - 1));
  }
  return std::nullopt;
}

// `\frac{1}{2}` as ` 1/2`, so that a whole number before it makes a mixed one.
void write_fractions_plain(std::string& text) {
  for (const std::string_view command : {"\\dfrac", "\\tfrac", "\\cfrac", "\\frac"}) {
    for (std::size_t at = 0; (at = text.find(command, at)) != std::string::npos;) {
      std::size_t middle = 0;
      std::size_t end = 0;
      const auto above = braced(text, at + command.size(), middle);
      const auto below = above ? braced(text, middle, end) : std::nullopt;
      if (!below) {
        at += command.size();
        continue;
      }
      const bool after_digit = at > 0 && is_digit(text, at - 1);
      text.replace(at, end - at, (after_digit ? " " : "") + *above + "/" + *below);
    }
  }
}

}  // namespace

Mark mark_of(std::string_view language) {
  for (const std::string_view tag :
       {"de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "no", "fi",
        "pl", "cs", "ru", "uk", "tr", "id", "vi", "ro", "ca", "el", "hu"}) {
    if (language == tag || language.starts_with(std::string(tag) + "-")) return Mark::comma;
  }
  return Mark::point;
}

std::string plain_math(std::string_view text) {
  std::string plain = text::plain_digits(text);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 34> spellings{
      {{"{,}", ","},       {"\\,", ""},        {"\\!", ""},        {"\\;", " "},
       {"\\ ", " "},       {"\\%", "%"},       {"\\$", "$"},       {"\\left", ""},
       {"\\right", ""},    {"\\(", ""},        {"\\)", ""},        {"\\[", ""},
       {"\\]", ""},        {"**", ""},         {"__", ""},         {"`", ""},
       {"\u00BD", " 1/2"}, {"\u2153", " 1/3"}, {"\u2154", " 2/3"}, {"\u00BC", " 1/4"},
       {"\u00BE", " 3/4"}, {"\u2155", " 1/5"}, {"\u2156", " 2/5"}, {"\u2157", " 3/5"},
       {"\u2158", " 4/5"}, {"\u215B", " 1/8"}, {"\u215C", " 3/8"}, {"\u215D", " 5/8"},
       {"\u215E", " 7/8"}, {"\u2044", "/"},    {"\u2019", "'"},    {"\u00A0", " "},
       {"\u202F", " "},    {"\u2009", " "}}};
  for (const auto& [from, to] : spellings)
    replace_all(plain, from, to);
  write_fractions_plain(plain);
  for (const std::string_view command : {"\\text", "\\textbf", "\\mathrm", "\\mathbf", "\\mbox"}) {
    for (std::size_t at = 0;
         (at = plain.find(std::string(command) + "{", at)) != std::string::npos;) {
      std::size_t end = 0;
      const auto inside = braced(plain, at + command.size(), end);
      if (!inside) break;
      plain.replace(at, end - at, *inside);
    }
  }
  return plain;
}

std::vector<Number> numbers_in(std::string_view plain, Mark mark) {
  return Scanner(plain, mark).scan();
}

std::optional<Number> number_word_in(std::string_view plain) {
  // Of each language, zero to twelve; `-` where the word is an article or another word, too.
  static constexpr std::array<std::string_view, 7> lists{
      "zero one two three four five six seven eight nine ten eleven twelve",
      "zéro - deux trois quatre cinq - sept huit neuf dix onze douze",
      "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
      "cero - dos tres cuatro cinco seis siete ocho nueve diez once doce",
      "- - due tre quattro cinque sei sette otto nove dieci undici dodici",
      "- - dois três quatro cinco seis sete oito nove dez onze doze",
      "nul - twee drie vier vijf zes zeven acht negen tien elf twaalf"};
  const std::string folded = text::fold(plain);
  std::optional<Number> last;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t end = std::min(folded.find_first_of(" .,;:!?()'\"*-", at), folded.size());
    const std::string word = folded.substr(at, end - at);
    for (const std::string_view list : lists) {
      long double value = 0;
      for (std::size_t i = 0; i < list.size() && !word.empty(); ++value) {
        const std::size_t stop = std::min(list.find(' ', i), list.size());
        if (list.substr(i, stop - i) == word) {
          last =
              Number{at, end, std::to_string(static_cast<int>(value)), value, false, std::nullopt};
        }
        i = stop + 1;
      }
    }
    at = end + 1;
  }
  return last;
}

bool is_same(const Number& a, const Number& b) {
  if (a.digits == b.digits) return true;
  const long double scale = std::max(std::fabs(a.value), std::fabs(b.value));
  // Digits tell larger whole numbers apart than a long double does.
  constexpr long double exact_up_to = 1e15L;
  constexpr long double rounding = 1e-12L;
  return scale <= exact_up_to && std::fabs(a.value - b.value) <= rounding * scale;
}

}  // namespace truebound::judge
