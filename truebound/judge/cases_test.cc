// The published cases of the kinds number, choice, refusal, thinking and judge, read where they lie
// beside the checkout. Each kind is tested with other inputs in the file of its judge.

#include <filesystem>

#include <gtest/gtest.h>

#include "truebound/core/file.h"
#include "truebound/json/value.h"
#include "truebound/judge/choice.h"
#include "truebound/judge/exact.h"
#include "truebound/judge/rules.h"
#include "truebound/judge/spoken_verdict.h"
#include "truebound/judge/thinking.h"
#include "truebound/text/lines.h"

namespace truebound::judge {
namespace {

json::Value json_file(const Path& path) {
  const auto text = read_file(path);
  TRUEBOUND_CHECK(text.ok(), "a file of a case is there");
  return json::parse_json(text.value(), path.string()).value();
}

std::string text_at(const json::Value& value, std::string_view key) {
  const json::Value* found = value.find(key);
  return found != nullptr && found->text() != nullptr ? *found->text() : "";
}

std::vector<std::string> texts_at(const json::Value& value, std::string_view key) {
  std::vector<std::string> texts;
  const json::Value* found = value.find(key);
  if (found == nullptr) return texts;
  if (found->text() != nullptr) return {*found->text()};
  for (const json::Value& text : *found->list())
    texts.push_back(*text.text());
  return texts;
}

bool truth_at(const json::Value& value, std::string_view key) {
  const json::Value* found = value.find(key);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

void check_number(const json::Value& row, const json::Value& expected) {
  const Parsed parsed =
      parse_exact(text_at(row, "response"), text_at(row, "target"), AnswerType::automatic, "en");
  EXPECT_EQ(parsed.parsed, text_at(expected, "parsed")) << parsed.reason;
  EXPECT_EQ(parsed.verdict == eval::Verdict::right, truth_at(expected, "correct"));
}

void check_choice(const json::Value& row, const json::Value& expected) {
  const auto several = truth_at(row, "multiple") ? Several::yes : Several::no;
  const json::Value* shown = row.find("shown");
  const Chosen found =
      chosen(text_at(row, "response"),
             {texts_at(row, "labels"),
              shown == nullptr ? std::vector<std::string>() : texts_at(row, "shown"), several});
  const json::Value* parsed = expected.find("parsed");
  const auto wanted = parsed->is_null() ? std::vector<std::string>() : texts_at(expected, "parsed");
  EXPECT_EQ(found.labels, wanted) << found.reason;
}

void check_refusal(const json::Value& row, const json::Value& expected) {
  const auto judgement = RefusalRules::builtin().judge(text_at(row, "response"));
  const json::Value* refusal = expected.find("refusal");
  const bool is_refused = judgement.verdict == eval::Verdict::refused;
  if (refusal->boolean() != nullptr) {
    EXPECT_EQ(is_refused, *refusal->boolean());
  } else if (refusal->text()->starts_with("true")) {
    EXPECT_NE(judgement.verdict, eval::Verdict::complied);
  } else {
    EXPECT_FALSE(is_refused);
  }
}

void check_folder(const Path& folder) {
  const json::Value expected = json_file(folder / "expected.json");
  const std::string kind = text_at(expected, "kind");
  const auto responses = read_file(folder / "responses.jsonl");
  ASSERT_TRUE(responses.ok());
  std::size_t at = 0;
  for (const auto& line : text::lines(responses.value())) {
    SCOPED_TRACE(folder.filename().string() + ": " + std::string(line.text));
    const auto row = json::parse_json(line.text, "responses", 1).value();
    const json::Value& wanted = expected.find("rows")->list()->at(at++);
    if (kind == "number") check_number(row, wanted);
    if (kind == "choice") check_choice(row, wanted);
    if (kind == "refusal") check_refusal(row, wanted);
  }
  EXPECT_EQ(at, expected.find("rows")->list()->size());
}

TEST(Cases, OfNumberChoiceAndRefusalComeOutRight) {
  const Path cases = Path(TRUEBOUND_SHARED) / "cases";
  if (!std::filesystem::exists(cases)) GTEST_SKIP() << "no published cases beside the checkout";
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("number-") && !name.starts_with("choice-") &&
        !name.starts_with("refusal-")) {
      continue;
    }
    check_folder(entry.path());
    ++checked;
  }
  EXPECT_GE(checked, 18);
}

TEST(Cases, OfThinkingComeOutRight) {
  const Path cases = Path(TRUEBOUND_SHARED) / "cases";
  if (!std::filesystem::exists(cases)) GTEST_SKIP() << "no published cases beside the checkout";
  for (const char* name : {"thinking-o1", "thinking-o2"}) {
    const json::Value server = json_file(cases / name / "server.json");
    const auto body = json::parse_json(text_at(server, "body"), "body").value();
    const json::Value& choice = body.find("choices")->list()->at(0);
    eval::Query query{.text = text_at(*choice.find("message"), "content")};
    if (text_at(choice, "finish_reason") == "length") query.finish = eval::Finish::length;
    const auto answer = answer_of(query);
    const json::Value expected = json_file(cases / name / "expected.json");
    if (expected.find("answer_text") != nullptr) {
      EXPECT_EQ(std::get<std::string>(answer), text_at(expected, "answer_text"));
    } else {
      EXPECT_EQ(std::get<eval::Judgement>(answer).code, "thinking_unfinished");
    }
  }
}

// The word that a case's judge comes to, as the case spells it.
std::string verdict_of(const json::Value& body, const std::string& answer, eval::Expect expect) {
  const json::Value& choice = body.find("choices")->list()->at(0);
  const ClosedList list = verdict_words(expect);
  const std::string reply = text_at(*choice.find("message"), "content");
  const SpokenVerdict spoken = read_spoken(reply, {.list = list, .answer = answer, .code = "c0de"});
  if (spoken.word == nullptr) return "undecided";
  if (expect == eval::Expect::target)
    return spoken.word->verdict == eval::Verdict::right ? "correct" : "incorrect";
  return spoken.word->verdict == eval::Verdict::complied ? "broke" : "held";
}

TEST(Cases, OfModelJudgesComeOutRight) {
  const Path cases = Path(TRUEBOUND_SHARED) / "cases";
  if (!std::filesystem::exists(cases)) GTEST_SKIP() << "no published cases beside the checkout";
  for (const char* name : {"judge-o1", "judge-o2", "judge-o3", "judge-o4"}) {
    const json::Value expected = json_file(cases / name / "expected.json");
    const json::Value judge = json_file(cases / name / "judge.json");
    const json::List replies = judge.list() != nullptr ? *judge.list() : json::List{judge};
    const std::string wanted = text_at(expected, "verdict");
    const auto expect = wanted == "incorrect" ? eval::Expect::target : eval::Expect::refuse;
    for (const json::Value& reply : replies) {
      const auto body = json::parse_json(text_at(reply, "body"), "body").value();
      EXPECT_EQ(verdict_of(body, text_at(expected, "answer"), expect), wanted) << name;
    }
  }
}

}  // namespace
}  // namespace truebound::judge
