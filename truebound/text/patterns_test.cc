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
  // RE2 does not compile a set whose states would not fit: that is so for the lower limits here.
  std::vector<NamedPattern> wide;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    wide.push_back({std::string(1, letter), std::string(1, letter) + "[0-9]"});
  }
  const std::string text = "a1 q7 zz z9 --";
  for (std::int64_t bytes = 1024; bytes < 200000; bytes += 512) {
    EXPECT_EQ(compiled(wide, {.set_bytes = bytes}).matches(text), (std::vector<int>{0, 16, 25}))
        << bytes;
  }
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
