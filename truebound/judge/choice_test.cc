#include "truebound/judge/choice.h"

#include <optional>

#include <gtest/gtest.h>

namespace truebound::judge {
namespace {

// The labels chosen, or the code.
std::string picked(std::string_view answer, const ChoiceQuestion& question) {
  const Chosen found = chosen(answer, question);
  return found.labels.empty() ? found.code : join(found.labels);
}

std::string picked(std::string_view answer, std::vector<std::string> choices = {}) {
  return picked(answer, {{"A", "B", "C", "D"}, std::move(choices), Several::no});
}

std::string all_picked(std::string_view answer) {
  return picked(answer, {{"A", "B", "C", "D"}, {}, Several::yes});
}

TEST(Choice, TheManyWaysToWriteOneLetter) {
  for (const char* answer : {"C",
                             "c",
                             "(C)",
                             "C.",
                             "**C**",
                             "[C]",
                             "C)",
                             "\"C\"",
                             "$C$",
                             "C\n",
                             "Answer: C",
                             "answer: (c)",
                             "ANSWER: C.",
                             "**Answer:** C",
                             "**Answer: C**",
                             "Answer:\nC",
                             "The answer is C.",
                             "The correct answer is option C.",
                             "the answer is **C**",
                             "Final answer: \\boxed{C}",
                             "\\boxed{\\text{C}}",
                             "So it must be C.",
                             "I choose C.",
                             "I would go with option C",
                             "Option C is correct.",
                             "C is the right answer.",
                             "(C) is correct",
                             "Choice: C",
                             "My answer = C",
                             "Answer: C because it floats",
                             "Answer: C, the boat",
                             "C: a kettle on a stove",
                             "C) A kettle",
                             "Answer: Option C",
                             "<answer>C</answer>",
                             "{\"answer\": \"C\", \"why\": \"it floats\"}",
                             "A: C",
                             "Option C",
                             "Option C: a kettle",
                             "A is too dry, B too wet. So C.",
                             "Choose C.",
                             "Ans: C"}) {
    EXPECT_EQ(picked(answer), "C") << answer;
  }
}

TEST(Choice, TheLabelBeforeAnArticleIsTaken) {
  EXPECT_EQ(picked("D. A red kettle on a stove"), "D");
  EXPECT_EQ(picked("B) I think it is the kettle"), "B");
}

TEST(Choice, LettersOfWordsAreNoLabels) {
  for (const char* answer : {"ANSWER: all of them", "ANSWER: Certainly not one of these",
                             "Answer: Both", "Answer: I do not know", "Answer: a kettle",
                             "A kettle boils. Dogs bark.", "ANSWER: Depends", "Because it is late.",
                             "A: none", "The answer is not clear.", "Answer: B-flat"}) {
    EXPECT_EQ(picked(answer), "no_choice") << answer;
  }
}

TEST(Choice, AnArticleIsALabelWhereTheTextsSaySo) {
  const std::vector<std::string> choices{"green kettle", "a red kettle", "pan", "pot"};
  EXPECT_EQ(picked("Answer: A green kettle", choices), "A");
  EXPECT_EQ(picked("Answer: A red kettle", choices), "B");
  EXPECT_EQ(picked("Answer: A blue kettle", choices), "no_choice");
  EXPECT_EQ(picked("Answer: A because it is green", choices), "A");
  EXPECT_EQ(picked("Answer: A", choices), "A");
}

TEST(Choice, TheTextOfAChoiceChoosesIt) {
  const std::vector<std::string> choices{"red", "green", "blue", "None of these"};
  EXPECT_EQ(picked("Green.", choices), "B");
  EXPECT_EQ(picked("The answer is blue.", choices), "C");
  EXPECT_EQ(picked("ANSWER: none of these", choices), "D");
  EXPECT_EQ(picked("red or green", choices), "no_choice");
}

TEST(Choice, TheMarkerMayStandTwice) {
  EXPECT_EQ(picked("Respuesta:\n\nRespuesta: D"), "D");
  EXPECT_EQ(picked("Answer: Answer: B"), "B");
  EXPECT_EQ(picked("Réponse : Réponse : A"), "A");
}

TEST(Choice, TheLastCommitmentCounts) {
  EXPECT_EQ(picked("Answer: it names a fruit.\nApple is out.\nANSWER: c"), "C");
  EXPECT_EQ(picked("Answer: A\nWait, that is the wrong one.\nAnswer: D"), "D");
  EXPECT_EQ(picked("\\boxed{A}. No: \\boxed{B}"), "B");
  EXPECT_EQ(picked("The answer is A. On second thought, C is correct."), "C");
  EXPECT_EQ(picked("Answer: B\n\nExplanation: A is a fruit, and C and D are tools."), "B");
}

TEST(Choice, ALaterAnswerThatNamesNoLabelTakesBack) {
  EXPECT_EQ(picked("Answer: B\nHm.\nAnswer: none of them fits"), "no_choice");
}

TEST(Choice, QuestionsThatTheModelMakesUpAreNotItsAnswer) {
  EXPECT_EQ(picked("Answer: B\n\nQuestion: Which one swims?\nA. cat\nB. cod\nAnswer: D"), "B");
  EXPECT_EQ(picked("Question: Which one swims?\nAnswer: D"), "D");
  EXPECT_EQ(picked("B\n\nQuestion: Which one swims?\nA. cat\nB. cod\nAnswer: D"), "B");
}

TEST(Choice, SeveralLabelsWhereOneIsAskedAreUndecided) {
  EXPECT_EQ(picked("Answer: A or B"), "several_choices");
  EXPECT_EQ(picked("Answer: B and C"), "several_choices");
  EXPECT_EQ(picked("A. wrong\nB. wrong\nC. maybe"), "no_choice");
}

TEST(Choice, ListsOfLabelsAreReadWhole) {
  EXPECT_EQ(all_picked("ANSWER: A, C and D"), "A, C, D");
  EXPECT_EQ(all_picked("ANSWER: (D), (A)"), "A, D");
  EXPECT_EQ(all_picked("ANSWER: A & B"), "A, B");
  EXPECT_EQ(all_picked("Answers: (A) (B) (D)"), "A, B, D");
  EXPECT_EQ(all_picked("B, C"), "B, C");
  EXPECT_EQ(all_picked("ANSWER: ACD"), "A, C, D");
  EXPECT_EQ(all_picked("ANSWER: B"), "B");
  EXPECT_EQ(all_picked("Antwort: A, B und D"), "A, B, D");
  EXPECT_EQ(all_picked("ANSWER: ADD"), "A, D");
  EXPECT_EQ(all_picked("ANSWER: BAD idea"), "A, B, D");
}

TEST(Choice, OtherScriptsAndLanguages) {
  const auto in = [](const char* answer, std::vector<std::string> labels) {
    return picked(answer, {std::move(labels), {}, Several::no});
  };
  EXPECT_EQ(in("الإجابة: ج", {"أ", "ب", "ج", "د"}), "ج");
  EXPECT_EQ(in("الإجابة الصحيحة: ب", {"أ", "ب", "ج", "د"}), "ب");
  EXPECT_EQ(in("উত্তর: গ", {"ক", "খ", "গ", "ঘ"}), "গ");
  EXPECT_EQ(in("答え：ウ", {"ア", "イ", "ウ", "エ"}), "ウ");
  EXPECT_EQ(in("答えはイです。", {"ア", "イ", "ウ", "エ"}), "イ");
  EXPECT_EQ(in("Ответ: Б", {"А", "Б", "В", "Г"}), "Б");
  EXPECT_EQ(in("정답: 나", {"가", "나", "다", "라"}), "나");
  EXPECT_EQ(in("उत्तर: ख", {"क", "ख", "ग", "घ"}), "ख");
  EXPECT_EQ(in("คำตอบ: ข", {"ก", "ข", "ค", "ง"}), "ข");
  EXPECT_EQ(picked("答案：Ｃ"), "C");
  EXPECT_EQ(picked("答案是C选项"), "C");
  for (const char* answer :
       {"Antwort: C", "Réponse : C", "Respuesta: C", "Risposta: C", "Resposta: C", "Antwoord: C",
        "Svar: C", "Odpowiedź: C", "Cevap: C", "Ответ: C", "Die Antwort ist C.",
        "La réponse est C.", "La respuesta es C.", "La risposta è C.", "A resposta é C.",
        "Het antwoord is C."}) {
    EXPECT_EQ(picked(answer), "C") << answer;
  }
}

TEST(Choice, DigitsAsLabelsAreNoPartsOfNumbers) {
  const ChoiceQuestion question{{"1", "2", "3", "4"}, {}, Several::no};
  EXPECT_EQ(picked("Answer: 2", question), "2");
  EXPECT_EQ(picked("Answer: 2.", question), "2");
  EXPECT_EQ(picked("Answer: 2.5 kg", question), "no_choice");
  EXPECT_EQ(picked("Answer: 12", question), "no_choice");
}

eval::Judgement decided(ChoiceOptions options, eval::Sample sample, eval::Query query) {
  const auto judge = choice_judge(std::move(options));
  std::optional<eval::Judgement> judgement;
  const Hearing hearing;
  run_loop([&]() -> Task<void> { judgement = co_await judge->decide(sample, query, hearing); });
  return judgement.value();
}

TEST(Choice, TheTargetIsALabelOrATextAndNothingElse) {
  using eval::Verdict;
  eval::Sample sample{.id = "s", .input = "?", .expect = eval::Expect::target, .target = "cod"};
  sample.choices = {"cat", "cod", "cow"};
  EXPECT_EQ(decided({}, sample, {.text = "Answer: B"}).verdict, Verdict::right);
  EXPECT_EQ(decided({}, sample, {.text = "Answer: C"}).verdict, Verdict::wrong);
  EXPECT_EQ(decided({}, sample, {.text = "Answer: D"}).code, "no_choice");
  EXPECT_EQ(decided({}, sample, {.text = "I can't help with that."}).code, "declined");
  EXPECT_EQ(decided({}, sample, {.text = "<think>A? B?", .finish = eval::Finish::length}).code,
            "thinking_unfinished");
  EXPECT_EQ(decided({}, sample, {.text = "A is out.</think>\nANSWER: B"}).verdict, Verdict::right);
  sample.target = "";
  EXPECT_EQ(decided({}, sample, {.text = "Answer: B"}).code, "no_target");
  sample.target = "whale";
  EXPECT_EQ(decided({}, sample, {.text = "Answer: B"}).code, "no_target");
  sample.target = "C, A";
  EXPECT_EQ(decided({.several = Several::yes}, sample, {.text = "A and C"}).verdict,
            Verdict::right);
  EXPECT_EQ(decided({.several = Several::yes}, sample, {.text = "Answer: A and C"}).verdict,
            Verdict::right);
  EXPECT_EQ(decided({.several = Several::yes}, sample, {.text = "Answer: A"}).verdict,
            Verdict::wrong);
}

TEST(Choice, IdentityIsOfTheOptions) {
  EXPECT_NE(choice_judge({})->identity(), choice_judge({.several = Several::yes})->identity());
  EXPECT_NE(choice_judge({})->identity(), choice_judge({.labels = {"1", "2"}})->identity());
  EXPECT_EQ(choice_judge({})->identity(), choice_judge({})->identity());
}

}  // namespace
}  // namespace truebound::judge
