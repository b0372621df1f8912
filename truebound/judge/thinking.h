#pragma once

// Thinking is kept apart from the answer and never judged as it, also where a model writes it into
// its text between tags.

#include <string>
#include <string_view>
#include <variant>

#include "truebound/eval/conversation.h"
#include "truebound/eval/outcome.h"

namespace truebound::judge {

/// Whether thinking that began has ended.
enum class Thinking { none, finished, unfinished };

/// A text taken apart. The answer has no space at its ends.
struct Parts {
  std::string answer;
  std::string thinking;
  Thinking state = Thinking::none;
};

/// Takes thinking out of a text. Known are `<think>`, `<thinking>`, `<thought>`, `<reasoning>`,
/// `[THINK]`, `<|begin_of_thought|>` and the channels of harmony (`<|channel|>analysis`), whatever
/// their case and attributes, in any mixture of opening and closing.
///
///   <think>a</think>B      thinking a, answer B
///   a</think>B             thinking a, answer B: some endpoints leave the opening tag out
///   <think>a               thinking a, unfinished; no answer
///   Use `<think>` tags.    no thinking: a tag in backticks, and an opening tag that stands inside
///   a
///                          line and never closes, are words of the answer
Parts split_thinking(std::string_view text);

/// What a judge is to look at: the answer, or why there is nothing to judge. A query cut by the
/// token limit with nothing but thinking in it is `thinking_unfinished`; nothing else than white
/// space and invisible characters is `empty`.
std::variant<std::string, eval::Judgement> answer_of(const eval::Query& query);

/// An undecided judgement with its code and one reason.
eval::Judgement undecided(std::string code, std::string reason);

}  // namespace truebound::judge
