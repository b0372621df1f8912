#pragma once

// Multiple choice: which of the labels an answer chooses, in the many ways people write it.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/judge/judge.h"

namespace truebound::judge {

/// Whether a sample may have more than one right label.
enum class Several { no, yes };

/// Affects the result.
struct ChoiceOptions {
  std::vector<std::string> labels;  ///< as shown to the system; empty: A, B, C, ...
  Several several = Several::no;
};

/// What is asked of one answer.
struct ChoiceQuestion {
  std::vector<std::string> labels;   ///< in order
  std::vector<std::string> choices;  ///< their texts, in the same order; may be empty
  Several several = Several::no;
};

/// What an answer chooses. Without a label, `code` says why: `no_choice`, `several_choices`.
struct Chosen {
  std::vector<std::string> labels;  ///< as in the question, in its order
  std::string code;
  std::string reason;
};

/// The choice that an answer commits itself to. The last commitment counts: a box, "Answer: B",
/// "the answer is B", "B is correct"; without one, a label at its start ("C. A boat"), or an answer
/// that is a label or the text of one choice. Letters of ordinary words are never labels: `Answer:
/// Doubtful` chooses nothing, and a line "Answer:" that names no label takes back an earlier one.
/// Case, full width and marks of emphasis do not matter.
Chosen chosen(std::string_view answer, const ChoiceQuestion& question);

/// The judge of kind `choice`: `right` where the labels chosen are the target's, `wrong` where they
/// are others, else `undecided` with the codes above, `declined` for a refusal, or `no_target`
/// where the sample's target is no label and no text of a choice.
std::unique_ptr<Judge> choice_judge(ChoiceOptions options);

}  // namespace truebound::judge
