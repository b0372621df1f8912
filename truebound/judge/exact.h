#pragma once

// Exact answers: a number or a text that is the target or is not.

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "truebound/judge/judge.h"

namespace truebound::judge {

/// What the target is. `automatic`: a number where the target is one, with at most a currency sign
/// or one word for its unit, else a text.
enum class AnswerType { automatic, number, text };
constexpr std::array<std::string_view, 3> words(AnswerType /*list*/) {
  return {"automatic", "number", "text"};
}

/// What an answer commits itself to. Empty `parsed`: `code` says why not: `no_answer`,
/// `not_exact`, `ambiguous_number`.
struct Parsed {
  std::string parsed;
  eval::Verdict verdict = eval::Verdict::undecided;
  std::string code;
  std::string reason;
};

/// Reads the answer and compares it with the target. What counts, first to last: the first `####`
/// (what a model runs on with after it is no answer), else the last box or marker ("Answer:", "the
/// answer is"), else the only number of the answer or the last one that it states. An answer that
/// is taken back ("wait", "the sign was wrong") gives way to what follows. The target is read
/// likewise, so that `#### 18` after a worked solution is 18.
///
/// Numbers are equal by value, whatever their separators; the language tells which of two readings
/// of `1,234` holds, and where only the other one fits, it is `ambiguous_number`. A percent sign
/// may be left out. Texts are equal when folded, without articles, quotes and the final point;
/// mathematics without spaces.
Parsed parse_exact(std::string_view answer, const std::string& target, AnswerType type,
                   const std::string& language);

/// The judge of kind `exact`: `right` or `wrong`, else `undecided` with the codes above,
/// `declined` for a refusal, or `no_target`.
std::unique_ptr<Judge> exact_judge(AnswerType type);

}  // namespace truebound::judge
