#include "truebound/judge/commitment.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "truebound/core/check.h"
#include "truebound/core/words.h"
#include "truebound/text/patterns.h"

namespace truebound::judge {
namespace {

using text::Patterns;

// The word for "answer"; the accented and the bare form where people drop accents. The second Thai
// word is the first after NFKC.
constexpr std::array answer_words{
    "answers?",  R"(\bans\.?)", "answer choice", "choices?",  "options?",    "result",
    "solution",  "antwort",     "antworten",     "lösung",    "loesung",     "ergebnis",
    "réponses?", "reponses?",   "résultat",      "resultat",  "respuestas?", "resultado",
    "solución",  "solucion",    "risposta",      "risposte",  "risultato",   "respostas?",
    "antwoord",  "resultaat",   "svar",          "vastaus",   "odpowiedź",   "odpowiedz",
    "odpověď",   "odpoved",     "răspuns",       "răspunsul", "raspuns",     "cevap",
    "yanıt",     "yanit",       "jawaban",       "đáp án",    "trả lời",     "ответ",
    "відповідь", "отговор",     "одговор",       "απάντηση",  "תשובה",       "الإجابة",
    "الاجابة",   "الجواب",      "جواب",          "پاسخ",      "उत्तर",        "जवाब",
    "উত্তর",      "பதில்",        "సమాధానం",         "ಉತ್ತರ",      "ഉത്തരം",       "ਜਵਾਬ",
    "ઉત્તર",      "คำตอบ",       "คํ\u0e32ตอบ",    "答え",      "解答",        "回答",
    "答案",      "正解",        "정답",          "답변",      "답"};
constexpr std::array adjectives{"correcte", "correcta", "correct", "final", "finale",
                                "الصحيحة",  "النهائية", "सही",     "正确"};
constexpr std::array is_words{
    "is",   "are", "was",    "would be", "should be", "must be", "will be", "ist", "lautet",
    "wäre", "est", "serait", "es",       "sería",     "è",       "é",       "e",   "seria",
    "zou",  "هو",  "هي",     "luidt",    "är",        "er",      "jest",    "je",  "este"};
// They end right before the answer, with the space.
constexpr std::array hints{
    R"(\b(?:i|we)(?:'d|'ll| would| will| must| have to)? (?:choose|pick|select|go with|opt for|say) )",
    R"(\b(?:choose|pick|select|so|thus|hence|therefore),? )",
    R"(\b(?:je choisis|je prends|ich wähle|ich nehme|elijo|escojo|scelgo|escolho|ik kies) )",
    R"(\b(?:it|this|that|which)(?:'s| must be| has to be| should be| leaves| is) )",
    R"(\bleaves (?:us with |only )?)",
    R"(\bcorrect (?:one|option|answer|choice) (?:is|would be) )"};
constexpr std::string_view adverbs =
    "(?:(?:therefore|thus|clearly|probably|definitely|then|indeed|simply|also|really) )?";
constexpr std::array question_words{"questions?",  "problem",
                                    "exercise",    "q",
                                    "task",        "frage",
                                    "aufgabe",     "pregunta",
                                    "problema",    "domanda",
                                    "pergunta",    "vraag",
                                    "exercice",    "问题",
                                    "問題",        "質問",
                                    "질문",        "вопрос",
                                    "user",        "human",
                                    "instruction", R"(<\|im_start\|>user)"};
constexpr std::array words_of_retraction{"wait",
                                         "sorry",
                                         "correction",
                                         "corrected",
                                         "correcting",
                                         "mistake",
                                         "mistaken",
                                         "error",
                                         "actually",
                                         "scratch that",
                                         "i mean",
                                         R"(let me re\w*)",
                                         R"(re-?check\w*)",
                                         "double-check",
                                         "oops",
                                         "wrong",
                                         "incorrect",
                                         "not right",
                                         "on second thought",
                                         R"(reconsider\w*)",
                                         "that's not",
                                         "instead",
                                         "moment",
                                         "falsch",
                                         "fehler",
                                         "korrektur",
                                         "erreur",
                                         "pardon",
                                         "errore",
                                         "scusa",
                                         "desculpe",
                                         "erro",
                                         "fout"};

constexpr int box_pattern = static_cast<int>(CommitmentKind::box);
constexpr int kinds = 5;
constexpr std::ptrdiff_t words_of_bare_answer = 3;

template <std::size_t n>
std::string one_of(const std::array<const char*, n>& words) {
  return "(?:" + join({words.begin(), words.end()}, "|") + ")";
}

Patterns compiled(std::vector<text::NamedPattern> patterns) {
  auto result = Patterns::compile(std::move(patterns));
  TRUEBOUND_CHECK(result.ok(), "the patterns of commitments compile");
  return std::move(result).value();
}

// In the order of CommitmentKind.
const Patterns& markers() {
  static const Patterns patterns = [] {
    const std::string word = one_of(answer_words);
    const std::string is = one_of(is_words);
    const std::string label = "(?i)" + word + "(?: " + one_of(adjectives) + ")?(?: " + is +
                              R"()?["'*_]{0,3}\s{0,3}[:=：＝>][*_]{0,3})";
    const std::string phrase =
        "(?i)" + word + R"((?: \w+){0,2}? )" + is + " " + std::string(adverbs) +
        "|(?:答案|正解|答え|回答)(?:应该)?(?:是|为|為|は|が)|(?:정답은|답은) ?";
    return compiled({{"label", label},
                     {"phrase", phrase},
                     {"hint", "(?i)" + one_of(hints)},
                     {"box", R"(\\(?:boxed|fbox)\s*\{)"},
                     {"hash", R"((?m)^\s*#{4}\s)"}});
  }();
  return patterns;
}

// "Final answer:" and "The correct answer:" start their line, too.
bool starts_line(std::string_view text, std::size_t at) {
  const std::size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  const std::string_view before = text.substr(line, at - line);
  constexpr std::ptrdiff_t most_spaces = 3;
  return std::count(before.begin(), before.end(), ' ') <= most_spaces &&
         before.find_first_of(".!?:;,") == std::string_view::npos;
}

// The closing brace that fits the one before `at`, or the text's end.
std::size_t closing_brace(std::string_view text, std::size_t at) {
  for (int depth = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == '}' && --depth == 0) {
      return at;
    }
  }
  return text.size();
}

void add_all(std::vector<Commitment>& found, std::string_view text, int pattern) {
  for (auto span = markers().find(pattern, text); span;
       span = markers().find(pattern, text, span->end)) {
    const std::size_t line = std::min(text.find('\n', span->end), text.size());
    const bool is_box = pattern == box_pattern;
    found.push_back({.kind = static_cast<CommitmentKind>(pattern),
                     .begin = span->begin,
                     .content = span->end,
                     .end = is_box ? closing_brace(text, span->end) : line,
                     .starts_line = starts_line(text, span->begin)});
  }
}

}  // namespace

std::vector<Commitment> commitments_in(std::string_view text) {
  std::vector<Commitment> found;
  for (int pattern = 0; pattern < kinds; ++pattern)
    add_all(found, text, pattern);
  std::stable_sort(found.begin(), found.end(),
                   [](const Commitment& a, const Commitment& b) { return a.content < b.content; });
  return found;
}

std::string_view before_run_on(std::string_view text) {
  static const Patterns starts =
      compiled({{"question", R"((?im)^[ \t]*(?:[#*]{1,4}[ \t]*)?(?:next |new |another )?)" +
                                 one_of(question_words) + R"((?: ?\d+)?[*]{0,2}[ \t]*[:：.)])"}});
  for (auto start = starts.find(0, text); start; start = starts.find(0, text, start->end)) {
    const std::string_view before = text.substr(0, start->begin);
    const bool is_bare = before.find_first_not_of(" \t\n") != std::string_view::npos &&
                         std::count_if(before.begin(), before.end(), [](char letter) {
                           return letter == ' ' || letter == '\n';
                         }) < words_of_bare_answer + 1;
    if (is_bare || !commitments_in(before).empty()) return before;
  }
  return text;
}

bool takes_back(std::string_view text) {
  static const Patterns words =
      compiled({{"taken_back", R"((?i)\b)" + one_of(words_of_retraction) + R"(\b)"}});
  return words.find(0, text).has_value();
}

}  // namespace truebound::judge
