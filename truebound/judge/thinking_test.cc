#include "truebound/judge/thinking.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::judge {
namespace {

struct Case {
  std::string text;
  std::string answer;
  std::string thinking;
  Thinking state = Thinking::finished;
};

void check(const Case& expected) {
  const Parts parts = split_thinking(expected.text);
  EXPECT_EQ(parts.answer, expected.answer) << expected.text;
  EXPECT_EQ(parts.thinking, expected.thinking) << expected.text;
  EXPECT_EQ(parts.state, expected.state) << expected.text;
}

TEST(Thinking, ItIsTakenOutWhateverItsTags) {
  check({"<think>\nC or D?\n</think>\n\nD", "D", "C or D?"});
  check({"<THINKING type=\"x\">C?</Thinking>D", "D", "C?"});
  check({"[THINK]C?[/THINK]D", "D", "C?"});
  check({"<|begin_of_thought|>C?<|end_of_thought|>D", "D", "C?"});
  check({"<|channel|>analysis<|message|>C?<|end|><|start|>assistant<|channel|>final<|message|>D",
         "D", "C?"});
  check({"<think>C?</think>So <think>D?</think>D", "So D", "C?\nD?"});
  check({"Let us see. <think>C?</think> D", "Let us see.  D", "C?"});
}

TEST(Thinking, AClosingTagAloneEndsWhatStandsBeforeIt) {
  check({"C is out, so D.</think>\nANSWER: D", "ANSWER: D", "C is out, so D."});
  check({"a</think>b</think>c", "b</think>c", "a"});
}

TEST(Thinking, TagsInsideThinkingDoNotLeak) {
  check({"<think>I may write <think> here.</think>D", "D", "I may write <think> here."});
  check({"<think>a<think>b</think>c</think>D", "D", "a<think>b\nc"});
}

TEST(Thinking, WhatNeverClosesIsUnfinishedAndNoAnswer) {
  check({"<think>Perhaps C. Or D? Let", "", "Perhaps C. Or D? Let", Thinking::unfinished});
  check({"D\n<think>Or C", "D", "Or C", Thinking::unfinished});
}

TEST(Thinking, TagsThatAreSpokenOfAreWords) {
  check({"Models write `<think>` and `</think>` around it.",
         "Models write `<think>` and `</think>` around it.", "", Thinking::none});
  check({"Some use the <think> tag.", "Some use the <think> tag.", "", Thinking::none});
  check({"1 < think and think > 2", "1 < think and think > 2", "", Thinking::none});
}

RC_GTEST_PROP(Thinking, ATextWithoutTagsIsItsOwnAnswer, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab <>/\n`[]")));
  const Parts parts = split_thinking(text);
  RC_ASSERT(parts.state == Thinking::none);
  RC_ASSERT(text.find(parts.answer) != std::string::npos);
}

std::string code_of(const eval::Query& query) {
  const auto answer = answer_of(query);
  const auto* judgement = std::get_if<eval::Judgement>(&answer);
  return judgement == nullptr ? "answer:" + std::get<std::string>(answer) : judgement->code;
}

TEST(Thinking, NoAnswerIsToldByWhatIsMissing) {
  using eval::Finish;
  EXPECT_EQ(code_of({.text = "<think>Perhaps C", .finish = Finish::length}), "thinking_unfinished");
  EXPECT_EQ(code_of({.text = "", .thinking = "Let me see", .finish = Finish::length}),
            "thinking_unfinished");
  EXPECT_EQ(code_of({.text = "", .finish = Finish::stop}), "empty");
  EXPECT_EQ(code_of({.text = " \n\u200B\u00A0", .finish = Finish::stop}), "empty");
  EXPECT_EQ(code_of({.text = "<think>C?</think>\n", .finish = Finish::stop}), "empty");
  EXPECT_EQ(code_of({.text = "a</think> D", .finish = Finish::length}), "answer:D");
}

}  // namespace
}  // namespace truebound::judge
