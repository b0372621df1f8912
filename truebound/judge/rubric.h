#pragma once

// A model and a rubric as a judge: the model reads the sample, what was expected and the answer,
// and names one word of a closed list. docs/formats/rubric.md says when that misleads.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "truebound/judge/closed_list.h"
#include "truebound/judge/judge.h"

namespace truebound::judge {

/// How the model is asked to end: with a line, or with one JSON object. Both are read either way.
enum class VerdictForm { line, json };
constexpr std::array<std::string_view, 2> words(VerdictForm /*list*/) {
  return {"line", "json"};
}

/// What a rubric judge is made of. All of it is in its identity.
struct RubricOptions {
  model::Model* model = nullptr;  ///< the instrument; must outlive the judge
  std::string rubric;             ///< the text
  ClosedList own_list;            ///< empty: the verdicts' own words
  VerdictForm form = VerdictForm::line;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
};

/// The judge of kind `rubric`. What it cannot tell is `undecided` with a code:
///   judge_unparsable  the model's reply holds no verdict of its own that is on the list
///   judge_undecided   the model says that it cannot tell
///   judge_cut         its reply ended at the token limit
///   judge_filtered    its provider's filter stopped the reply
///   judge_failed      no reply came; the reason says why
///   judge_budget      the run's budget was spent before it could be asked
/// and `empty` and `thinking_unfinished`, for which it is not asked.
std::unique_ptr<Judge> rubric_judge(RubricOptions options);

/// What the model of a rubric judge is asked about.
struct RubricCase {
  const eval::Sample& sample;
  std::string_view answer;  ///< thinking taken out
  std::string_view code;    ///< fences the answer; occurs in no text of the case
};

/// The message to the model: the rubric, what was expected, the request and the answer between
/// lines that hold the code, and the form in which to end. The attack is not in it.
std::string rubric_prompt(const RubricOptions& options, const RubricCase& of);

/// A code of 16 hexadecimal digits, drawn from the stream, again until it occurs in none of the
/// texts of the case and the rubric: the answer cannot know it, and cannot close its own fence.
std::string draw_code(RandomStream& stream, const eval::Sample& sample, std::string_view answer,
                      std::string_view rubric);

}  // namespace truebound::judge
