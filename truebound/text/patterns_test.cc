#include "truebound/text/patterns.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::text {
namespace {

Patterns compiled(std::vector<NamedPattern> patterns, PatternOptions options = {}) {
  auto result = Patterns::compile(std::move(patterns), options);
  TRUEBOUND_CHECK(result.ok(), "the patterns of this test compile");
  return std::move(result).value();
}

TEST(Patterns, AllThatOccurAreToldInOrder) {
  const auto patterns = compiled({{"pin", R"(\b\d{4}\b)"}, {"door", "(?i)door"}, {"key", "key"}});
  EXPECT_EQ(patterns.matches("The Door opens with 4711"), (std::vector<int>{0, 1}));
  EXPECT_TRUE(patterns.matches("nothing here").empty());
  EXPECT_EQ(patterns.name(2), "key");
}

TEST(Patterns, ABadPatternIsNamed) {
  const auto result = Patterns::compile({{"good", "a"}, {"open_group", "(a"}});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("'open_group'"), std::string::npos);
  EXPECT_NE(result.error().message.find("(a"), std::string::npos);
}

TEST(Patterns, AnEmptyPatternIsRefusedSinceItMatchesEveryText) {
  const auto result = Patterns::compile({{"nothing", ""}});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("'nothing'"), std::string::npos);
}

TEST(Patterns, ANameGivenTwiceIsRefused) {
  EXPECT_FALSE(Patterns::compile({{"x", "a"}, {"x", "b"}}).ok());
}

TEST(Patterns, NoPatternsMatchNothing) {
  EXPECT_TRUE(compiled({}).matches("text").empty());
}

TEST(Patterns, AnAutomatonWithoutMemoryGivesTheSameAnswer) {
  // Each of these needs states that grow with 2 to the number of its letters.
  std::vector<NamedPattern> hungry;
  for (int i = 0; i < 12; ++i) {
    const auto n = std::to_string(i);
    hungry.push_back({"p" + n, "[ab]*a[ab]{" + std::to_string(10 + i) + "}c" + n});
  }
  const auto scarce = compiled(hungry, {.set_bytes = 60000});
  const auto plenty = compiled(hungry);
  std::string text;
  for (unsigned i = 0; i < 20000; ++i)
    text += (i * i / 7 + i / 3) % 2 == 0 ? 'a' : 'b';
  text += "c7";
  ASSERT_FALSE(plenty.matches(text).empty());
  EXPECT_EQ(scarce.matches(text), plenty.matches(text));
}

TEST(Patterns, APlaceIsFoundAndLookedForFurtherOn) {
  const auto patterns = compiled({{"word", R"(\bcat\b)"}});
  const std::string text = "concat cat, cat";
  EXPECT_EQ(patterns.find(0, text), (Span{7, 10}));
  EXPECT_EQ(patterns.find(0, text, 8), (Span{12, 15}));
  // The boundary in front is judged by the whole text: "cat" of "concat" is no word.
  EXPECT_EQ(patterns.find(0, text, 3), (Span{7, 10}));
  EXPECT_EQ(patterns.find(0, text, 13), std::nullopt);
  EXPECT_EQ(patterns.find(0, text, 99), std::nullopt);
}

RC_GTEST_PROP(Patterns, MatchesAgreesWithFind, (const std::string& text)) {
  static const auto patterns =
      compiled({{"a", "a"}, {"digit", R"(\d)"}, {"start", "^[A-Z]"}, {"pair", "(?i)[a-f]{2}"}});
  const auto found = patterns.matches(text);
  for (int i = 0; i < 4; ++i) {
    const bool listed = std::find(found.begin(), found.end(), i) != found.end();
    RC_ASSERT(listed == patterns.find(i, text).has_value());
  }
}

}  // namespace
}  // namespace truebound::text
