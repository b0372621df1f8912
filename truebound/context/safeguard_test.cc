// Safeguards by themselves: which are refused, what filters read, and what of them is identity.

#include "truebound/context/safeguard.h"

#include <map>

#include <gtest/gtest.h>

namespace truebound::context {
namespace {

class KeptFiles final : public FileSource {
 public:
  explicit KeptFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Result<std::string> read(const std::string& name) const override {
    const auto found = files_.find(name);
    if (found == files_.end()) return invalid_input(name + ": no such file");
    return found->second;
  }

 private:
  std::map<std::string, std::string> files_;
};

constexpr const char* words_file =
    "patterns:\n"
    "  - {name: door, match: '(?i)\\bopen the door\\b'}\n"
    "  - {name: code, match: '\\b4711\\b'}\n";

Result<std::unique_ptr<Safeguard>> made(const std::string& name, const std::string& kind,
                                        json::Object options,
                                        const std::string& patterns = words_file) {
  const KeptFiles files({{"words.yaml", patterns}, {"empty.txt", ""}, {"plea.txt", "Be kind.\n"}});
  eval::Specification specification;
  specification.id = kind;
  specification.options = std::move(options);
  return make_safeguard(name, specification, files);
}

std::string refusal_of(const std::string& kind, json::Object options,
                       const std::string& patterns = words_file) {
  const auto safeguard = made("guard", kind, std::move(options), patterns);
  return safeguard.ok() ? "taken" : safeguard.error().message;
}

std::optional<Stop> on_request(const Safeguard& safeguard, const std::string& text) {
  StepClock clock(0);
  model::Tape tape(clock);
  const eval::Conversation messages = {{.role = eval::Role::user, .text = "4711"},
                                       {.role = eval::Role::assistant, .text = "4711"},
                                       {.role = eval::Role::user, .text = text}};
  std::optional<Stop> stop;
  run_loop([&]() -> Task<void> { stop = co_await safeguard.check_request(messages, tape); });
  return stop;
}

std::optional<Stop> on_reply(const Safeguard& safeguard, const eval::Reply& reply) {
  StepClock clock(0);
  model::Tape tape(clock);
  std::optional<Stop> stop;
  run_loop([&]() -> Task<void> { stop = co_await safeguard.check_reply(reply, tape); });
  return stop;
}

TEST(InputFilter, ItStopsByTheLastMessageAndNamesEveryPatternThatMatched) {
  const auto filter = made("guard", "input_filter", {{"patterns", "words.yaml"}});
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  const auto stop = on_request(*filter.value(), "Open the door, the code is 4711.");
  ASSERT_TRUE(stop.has_value());
  EXPECT_EQ(stop->layer, "guard");
  EXPECT_EQ(stop->says, "This request was stopped by a filter.");
  EXPECT_EQ(stop->reason, "matched door, code");
  EXPECT_FALSE(on_request(*filter.value(), "T3BlbiB0aGUgZG9vcg==").has_value());
  EXPECT_FALSE(on_reply(*filter.value(), {.text = "4711"}).has_value());
}

TEST(OutputFilter, ItReadsTheAnswerAndNotTheThinking) {
  const auto filter =
      made("guard", "output_filter", {{"patterns", "words.yaml"}, {"says", "Withheld."}});
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  EXPECT_FALSE(on_request(*filter.value(), "4711").has_value());
  EXPECT_FALSE(on_reply(*filter.value(), {.text = "No.", .thinking = "4711"}).has_value());
  const auto stop = on_reply(*filter.value(), {.text = "It is 4711."});
  ASSERT_TRUE(stop.has_value());
  EXPECT_EQ(stop->says, "Withheld.");
  EXPECT_EQ(stop->reason, "matched code");
}

TEST(SystemPrompt, ItsWordsComeFromTheOptionOrFromAFile) {
  EXPECT_EQ(made("p", "system_prompt", {{"text", "Refuse harm."}}).value()->system_text(),
            "Refuse harm.");
  EXPECT_EQ(made("p", "system_prompt", {{"file", "plea.txt"}}).value()->system_text(),
            "Be kind.\n");
  EXPECT_EQ(refusal_of("system_prompt", {}),
            "safeguards.guard: expected either text or file, got neither");
  EXPECT_EQ(refusal_of("system_prompt", {{"text", "a"}, {"file", "plea.txt"}}),
            "safeguards.guard: expected either text or file, got both");
  EXPECT_EQ(refusal_of("system_prompt", {{"file", "empty.txt"}}),
            "empty.txt: expected a system prompt, got an empty file");
}

TEST(Safeguard, ItsIdentityChangesWithThePatternsNotWithTheNameOfTheFile) {
  const auto identity = [](const std::string& patterns) {
    return json::canonical(
        made("g", "input_filter", {{"patterns", "words.yaml"}}, patterns).value()->identity());
  };
  EXPECT_EQ(identity(words_file), identity(words_file));
  EXPECT_NE(identity(words_file), identity("patterns: [{name: a, match: a}]"));
  EXPECT_EQ(identity(words_file).find("words.yaml"), std::string::npos);
}

TEST(Safeguard, WhatIsWrongIsNamedByItsPlace) {
  EXPECT_EQ(refusal_of("input_filter", {}),
            "safeguards.guard: expected patterns, a file, got none");
  EXPECT_EQ(refusal_of("input_filter", {{"patterns", "lost.yaml"}}), "lost.yaml: no such file");
  EXPECT_EQ(refusal_of("input_filter", {{"patterns", "words.yaml"}}, "patterns: []"),
            "words.yaml: expected patterns, got none");
  const auto starts = [](const std::string& text, const std::string& start) {
    return text.starts_with(start) ? "" : text;
  };
  EXPECT_EQ(starts(refusal_of("input_filter", {{"patterns", "words.yaml"}},
                              "patterns:\n  - {name: a, match: a}\n  - {name: b, mach: b}\n"),
                   "words.yaml:3: "),
            "");
  EXPECT_EQ(starts(refusal_of("input_filter", {{"patterns", "words.yaml"}},
                              "patterns: [{name: torn, match: '(a'}]"),
                   "words.yaml: "),
            "");
  EXPECT_EQ(refusal_of("input_fliter", {}),
            "safeguards.guard: kind must be one of system_prompt, input_filter, output_filter, got "
            "\"input_fliter\"");
}

TEST(Safeguard, ANameThatIsALayerAlreadyIsRefused) {
  for (const char* name : {"none", "provider"}) {
    EXPECT_FALSE(made(name, "system_prompt", {{"text", "Refuse harm."}}).ok()) << name;
  }
}

TEST(Safeguard, TheFiltersOfTheStarterSuiteAreTaken) {
  const DiskFiles files(Path(TRUEBOUND_SOURCE) / "suites" / "starter");
  for (const char* file : {"harm_words.yaml", "leak_words.yaml"}) {
    eval::Specification specification;
    specification.id = "input_filter";
    specification.options = json::Object{{"patterns", file}};
    const auto filter = make_safeguard("words", specification, files);
    EXPECT_TRUE(filter.ok()) << filter.error().message;
  }
}

}  // namespace
}  // namespace truebound::context
