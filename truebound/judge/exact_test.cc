#include "truebound/judge/exact.h"

#include <optional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/judge/number.h"

namespace truebound::judge {
namespace {

// `right`, `wrong`, or the code.
std::string decided(std::string_view answer, const std::string& target,
                    const std::string& language = "en") {
  const Parsed found = parse_exact(answer, target, AnswerType::automatic, language);
  if (found.verdict == eval::Verdict::undecided) return found.code;
  return std::string(to_text(found.verdict));
}

std::string read_number(std::string_view text, Mark mark = Mark::point) {
  const auto numbers = numbers_in(plain_math(text), mark);
  if (numbers.empty()) return "none";
  std::string all;
  for (const Number& number : numbers) {
    if (!all.empty()) all += ' ';
    all += number.digits + (number.is_percent ? "%" : "");
  }
  return all;
}

TEST(Number, AsPeopleWriteThem) {
  const std::vector<std::pair<std::string, std::string>> cases{{"1,234.50", "1234.5"},
                                                               {"1.234,50", "1234.5"},
                                                               {"1,234,567", "1234567"},
                                                               {"1.234.567", "1234567"},
                                                               {"1 234 567", "1234567"},
                                                               {"1\u202F234,5", "1234.5"},
                                                               {"1'234.5", "1234.5"},
                                                               {"1\u2019234", "1234"},
                                                               {"12{,}400", "12400"},
                                                               {"12\\,400", "12400"},
                                                               {"12\\!400", "12400"},
                                                               {"8,000", "8000"},
                                                               {"0,125", "0.125"},
                                                               {"12,5", "12.5"},
                                                               {".5", "0.5"},
                                                               {"007", "7"},
                                                               {"3.10", "3.1"},
                                                               {"3.0", "3"},
                                                               {"-4", "-4"},
                                                               {"\u22124", "-4"},
                                                               {"$-4$", "-4"},
                                                               {"-$4", "-4"},
                                                               {"+4", "4"},
                                                               {"$1,200", "1200"},
                                                               {"12k", "12000"},
                                                               {"12 million", "12000000"},
                                                               {"1.5 billion", "1500000000"},
                                                               {"1.2e3", "1200"},
                                                               {"1.2 × 10^5", "120000"},
                                                               {"3 \\times 10^{-2}", "0.03"},
                                                               {"45%", "45%"},
                                                               {"45 percent", "45%"},
                                                               {"45\\%", "45%"},
                                                               {"48km", "48"},
                                                               {"48.", "48"},
                                                               {"48,", "48"},
                                                               {"48, all", "48"},
                                                               {"3-4", "3 4"},
                                                               {"1,2,3", "1 2 3"},
                                                               {"\u0664\u0662", "42"},
                                                               {"H2O and B12", "none"},
                                                               {"the 3rd", "none"},
                                                               {"at 3:45 on 2024-05-01", "none"},
                                                               {"v1.2.3", "none"},
                                                               {"100,000,000 people", "100000000"},
                                                               {"2,5 und 3", "2.5 3"},
                                                               {"x=-4", "-4"},
                                                               {"12 345", "12345"}};
  for (const auto& [text, digits] : cases)
    EXPECT_EQ(read_number(text), digits) << text;
}

TEST(Number, FractionsHaveTheirValue) {
  for (const char* text : {"3/4", "\\frac{3}{4}", "\\dfrac{3}{4}", "\u00BE", "3 / 4", "0.75"}) {
    const auto numbers = numbers_in(plain_math(text), Mark::point);
    ASSERT_EQ(numbers.size(), 1U) << text;
    EXPECT_DOUBLE_EQ(static_cast<double>(numbers[0].value), 0.75) << text;
  }
  for (const char* text : {"1 1/2", "1\u00BD", "1\\frac{1}{2}", "1.5"}) {
    const auto numbers = numbers_in(plain_math(text), Mark::point);
    ASSERT_EQ(numbers.size(), 1U) << text;
    EXPECT_DOUBLE_EQ(static_cast<double>(numbers[0].value), 1.5) << text;
  }
}

TEST(Number, TheLanguageTellsWhichReadingHolds) {
  EXPECT_EQ(read_number("1,234", Mark::point), "1234");
  EXPECT_EQ(read_number("1,234", Mark::comma), "1.234");
  EXPECT_EQ(read_number("1.234", Mark::point), "1.234");
  EXPECT_EQ(read_number("1.234", Mark::comma), "1234");
  EXPECT_EQ(mark_of("de"), Mark::comma);
  EXPECT_EQ(mark_of("pt-BR"), Mark::comma);
  EXPECT_EQ(mark_of("en"), Mark::point);
}

RC_GTEST_PROP(Number, GroupedWholeNumbersAreRead, ()) {
  const auto value = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const std::string digits = std::to_string(value);
  for (const std::string separator : {",", " ", "'", "{,}", "\\,", "\u202F"}) {
    std::string grouped = digits;
    for (std::size_t at = digits.size(); at > 3; at -= 3)
      grouped.insert(at - 3, separator);
    RC_ASSERT(read_number("It is " + grouped + ".") == digits);
    RC_ASSERT(read_number("It is -" + grouped + ", yes.") == (value == 0 ? "-0" : "-" + digits));
  }
}

RC_GTEST_PROP(Number, AnyBytesAreReadToTheirEnd, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123.,'/ -ek%{}\\^:x$")));
  for (const Number& number : numbers_in(plain_math(text), Mark::point)) {
    RC_ASSERT(number.begin < number.end);
  }
}

TEST(Exact, ANumberBesidePunctuationIsRead) {
  EXPECT_EQ(decided("So 72, tip and all, is what he paid.", "72"), "right");
  EXPECT_EQ(decided("It came to 72.", "72"), "right");
  EXPECT_EQ(decided("So 73, tip and all.", "72"), "wrong");
}

TEST(Exact, SeparatorsAreNotCutAt) {
  EXPECT_EQ(decided("\\boxed{21{,}300}", "21300"), "right");
  EXPECT_EQ(decided("\\boxed{9,000}", "9000"), "right");
  EXPECT_EQ(decided("It is $7{,}250$.", "7250"), "right");
  EXPECT_EQ(decided("\\boxed{9000}", "9,000"), "right");
  EXPECT_EQ(decided("Answer: 1.250,00 Euro", "1250", "de"), "right");
}

TEST(Exact, TheFirstHashMarkerCountsUnlessItIsTakenBack) {
  EXPECT_EQ(
      decided("4 bags of 5 make 20.\n#### 20\n\nQuestion: A shop has 9 tins ...\n#### 63", "20"),
      "right");
  EXPECT_EQ(decided("#### 20\n\nA shop has 9 tins of 7.\n#### 63", "20"), "right");
  EXPECT_EQ(decided("#### 20\nWait, that is wrong.\n#### 25", "25"), "right");
}

TEST(Exact, TheLastBoxCounts) {
  EXPECT_EQ(decided("So x is \\boxed{6}. I lost a sign: \\boxed{-6}", "-6"), "right");
  EXPECT_EQ(decided("\\boxed{\\frac{1}{2}}", "0.5"), "right");
  EXPECT_EQ(decided("\\boxed{6} and then {7}", "6"), "right");
}

TEST(Exact, TheTargetIsReadLikeTheAnswer) {
  EXPECT_EQ(decided("The answer is 2400.", "24*100=<<24*100=2400>>2,400 nails.\n#### 2,400"),
            "right");
  EXPECT_EQ(decided("The set is \\boxed{[2, 7)}", "[2,7)"), "right");
  EXPECT_EQ(decided("The set is [2,7)", "\\boxed{[2,7)}"), "not_exact");
  EXPECT_EQ(decided("\\boxed{(2,7)}", "[2,7)"), "wrong");
}

TEST(Exact, MarkersAndRetractions) {
  EXPECT_EQ(decided("The answer is 5 because 2 and 3 are 5.", "5"), "right");
  EXPECT_EQ(decided("Answer: 6 * 7 = 42", "42"), "right");
  EXPECT_EQ(decided("The answer is 12. Wait, 7 * 2 = 14.", "14"), "right");
  EXPECT_EQ(decided("Answer:\n\n42", "42"), "right");
  EXPECT_EQ(decided("**Answer:** 42 eggs, from 6 hens", "42"), "right");
  EXPECT_EQ(decided("Die Antwort lautet 42.", "42", "de"), "right");
}

TEST(Exact, WithoutAMarkerTheLastStatedNumberCounts) {
  EXPECT_EQ(decided("3 boxes of 6 make 18.", "18"), "right");
  EXPECT_EQ(decided("She pays 3*16=48.", "48"), "right");
  EXPECT_EQ(decided("In total that is 48 tiles for the 3 rooms.", "48"), "right");
  EXPECT_EQ(decided("This is because 3 boxes hold 6 each, so the total is 18.", "18"), "right");
  EXPECT_EQ(decided("There are seven of them.", "7"), "right");
  EXPECT_EQ(decided("I do not know.", "7"), "no_answer");
}

TEST(Exact, UnitsAndPercentSignsMayDiffer) {
  EXPECT_EQ(decided("$48", "48"), "right");
  EXPECT_EQ(decided("48 dollars", "$48"), "right");
  EXPECT_EQ(decided("The answer is 45%.", "45"), "right");
  EXPECT_EQ(decided("The answer is 45%.", "0.45"), "right");
  EXPECT_EQ(decided("The answer is 0.45.", "45%"), "right");
  EXPECT_EQ(decided("The answer is 0.45.", "45"), "wrong");
  EXPECT_EQ(decided("48 km", "48 km"), "right");
}

TEST(Exact, AnAmbiguousSeparatorIsNeverWrong) {
  EXPECT_EQ(decided("The answer is 1.234.", "1234", "en"), "ambiguous_number");
  EXPECT_EQ(decided("Die Antwort ist 1,234.", "1234", "de"), "ambiguous_number");
  EXPECT_EQ(decided("Die Antwort ist 1.234.", "1234", "de"), "right");
}

TEST(Exact, LargeWholeNumbersAreComparedByTheirDigits) {
  EXPECT_EQ(decided("12345678901234567890123", "12345678901234567890123"), "right");
  EXPECT_EQ(decided("12345678901234567890124", "12345678901234567890123"), "wrong");
}

TEST(Exact, TextsAreFolded) {
  EXPECT_EQ(decided("Paris.", "paris"), "right");
  EXPECT_EQ(decided("The answer is **the Nile**.", "Nile"), "right");
  EXPECT_EQ(decided("Answer: Paris, the capital of France", "Paris"), "right");
  EXPECT_EQ(decided("\"Zürich\"", "zürich"), "right");
  EXPECT_EQ(decided("Answer: Lyon", "Paris"), "wrong");
  EXPECT_EQ(decided("Lyon", "Paris"), "wrong");
  EXPECT_EQ(decided("It may be Paris or Lyon, nobody can tell.", "Paris"), "not_exact");
  EXPECT_EQ(decided("There is much to say about the towns of France and their history.", "Paris"),
            "no_answer");
  EXPECT_EQ(decided("Apollo 11", "Apollo 11"), "right");
  EXPECT_EQ(decided("Apollo 12", "Apollo 11"), "wrong");
  EXPECT_EQ(decided("x^2 + 1", "x^2+1"), "right");
}

eval::Judgement judged(AnswerType type, const eval::Sample& sample, const eval::Query& query) {
  const auto judge = exact_judge(type);
  std::optional<eval::Judgement> judgement;
  const Hearing hearing;
  run_loop([&]() -> Task<void> { judgement = co_await judge->decide(sample, query, hearing); });
  return judgement.value();
}

TEST(Exact, WhatCannotBeToldIsUndecided) {
  eval::Sample sample{.id = "s", .input = "?", .expect = eval::Expect::target, .target = "7"};
  const auto judge = [&sample](const eval::Query& query) {
    return judged(AnswerType::automatic, sample, query);
  };
  EXPECT_EQ(judge({.text = "<think>6</think>7"}).verdict, eval::Verdict::right);
  EXPECT_EQ(judge({.text = "<think>7"}).code, "thinking_unfinished");
  EXPECT_EQ(judge({.text = ""}).code, "empty");
  EXPECT_EQ(judge({.text = "I'm sorry, I can't help with that."}).code, "declined");
  sample.target = " ";
  EXPECT_EQ(judge({.text = "7"}).code, "no_target");
  sample.target = "seven of them";
  EXPECT_EQ(judged(AnswerType::number, sample, {.text = "7"}).verdict, eval::Verdict::right);
  sample.target = "many";
  EXPECT_EQ(judged(AnswerType::number, sample, {.text = "7"}).code, "no_target");
  EXPECT_NE(exact_judge(AnswerType::text)->identity(), exact_judge(AnswerType::number)->identity());
}

}  // namespace
}  // namespace truebound::judge
