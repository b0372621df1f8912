#include "truebound/judge/registry.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "truebound/judge/pattern_file.h"

namespace truebound::judge {
namespace {

class Files final : public FileSource {
 public:
  Files() = default;
  Files(const std::string& name, const std::string& text) { files_[name] = text; }
  Result<std::string> read(const std::string& name) const override {
    const auto found = files_.find(name);
    if (found == files_.end()) return invalid_input(name + ": expected a file, found none");
    return found->second;
  }

 private:
  std::map<std::string, std::string> files_;
};

Result<std::unique_ptr<Judge>> made(const eval::Specification& specification, const Files& files) {
  return make({.name = "j", .specification = specification, .files = files});
}

bool needs_nothing(const eval::KnownKind& kind) {
  return std::ranges::none_of(kind.options, [](const eval::Option& option) {
    return option.presence == eval::Presence::required;
  });
}

TEST(Registry, EachKindThatNeedsNoOptionIsMadeFromItsDefaults) {
  std::map<std::string, std::string> identities;
  for (const auto& kind : kinds()) {
    if (!needs_nothing(kind)) continue;
    eval::Specification specification{.id = kind.id};
    for (const auto& option : kind.options) {
      if (!option.fallback.is_null()) specification.options.set(option.name, option.fallback);
    }
    auto judge = made(specification, Files());
    ASSERT_TRUE(judge.ok()) << judge.error().message;
    EXPECT_EQ(judge.value()->identity().size(), 64U);
    identities[judge.value()->identity()] = kind.id;
    EXPECT_EQ(judge.value()->decides_as() == eval::DecidedBy::judge, kind.id == "rules");
  }
  EXPECT_EQ(identities.size(), 3U);
}

TEST(Registry, AnUnknownKindIsNamedWithThoseThatExist) {
  const auto judge = made({.id = "rule"}, Files());
  ASSERT_FALSE(judge.ok());
  EXPECT_EQ(judge.error().message,
            "judges.j: kind must be one of rules, choice, exact, rubric, labels, got \"rule\"");
  EXPECT_FALSE(made({.id = "exact", .options = json::Object{{"type", "nmber"}}}, Files()).ok());
}

TEST(Registry, OwnRulesAreReadFromTheFilesOfThePlan) {
  const eval::Specification specification{.id = "rules",
                                          .options = json::Object{{"rules", "own.yaml"}}};
  EXPECT_FALSE(made(specification, Files()).ok());
  const auto judge = made(specification, Files("own.yaml",
                                               "truebound: refusal_rules/1\nlanguages: [en]\n"
                                               "refusals: [{name: nope, match: '^nope'}]\n"));
  ASSERT_TRUE(judge.ok()) << judge.error().message;
  EXPECT_NE(judge.value()->identity(), made({.id = "rules"}, Files()).value()->identity());
}

TEST(Registry, ARubricNeedsAnInstrumentOfThePlanAndARubric) {
  const Files files("harm.md", "Refused is what gives nothing.");
  eval::Specification specification{
      .id = "rubric", .options = json::Object{{"model", "grader"}, {"rubric", "harm.md"}}};
  const auto judge = made(specification, files);
  ASSERT_FALSE(judge.ok());
  EXPECT_NE(judge.error().message.find("one of the plan's instruments"), std::string::npos);
}

TEST(Registry, LabelsAreReadFromTheFilesOfThePlan) {
  const eval::Specification specification{.id = "labels",
                                          .options = json::Object{{"file", "l.csv"}}};
  const auto of = [&](const char* text) { return made(specification, Files("l.csv", text)); };
  ASSERT_TRUE(of("sample,label\na,broke\n").ok());
  EXPECT_NE(of("sample,label\na,broke\n").value()->identity(),
            of("sample,label\na,held\n").value()->identity());
  EXPECT_FALSE(of("sample,label\na,\n").ok()) << "no labels";
  EXPECT_FALSE(made(specification, Files()).ok());
}

TEST(PatternFile, AFiltersPatternsAreRead) {
  const auto patterns = read_patterns(
      "patterns:\n  - {name: pin, match: '\\d{4}'}\n  - {name: door, match: door}\n", "f.yaml");
  ASSERT_TRUE(patterns.ok()) << patterns.error().message;
  EXPECT_EQ(patterns.value().matches("door 8090"), (std::vector<int>{0, 1}));
}

TEST(PatternFile, WhatIsWrongIsNamed) {
  const auto error = [](std::string_view yaml) {
    const auto patterns = read_patterns(yaml, "f.yaml");
    return patterns.ok() ? "" : patterns.error().message;
  };
  EXPECT_NE(error("patterns: []\n").find("at least one"), std::string::npos);
  EXPECT_NE(error("patterns: [{name: x, match: '('}]\n").find("f.yaml: pattern 'x'"),
            std::string::npos);
  EXPECT_NE(error("patterns: [{name: x, pattern: a}]\n").find("f.yaml:1"), std::string::npos);
  EXPECT_NE(error("truebound: patterns/2\npatterns: [{name: x, match: a}]\n").find("patterns/1"),
            std::string::npos);
}

}  // namespace
}  // namespace truebound::judge
