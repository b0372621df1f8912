// A recorded model: whose answer a slot gets, what a failure becomes, and which files are refused;
// and what every model does: it keeps its calls on the tape.

#include "truebound/model/replay.h"

#include <map>

#include <gtest/gtest.h>

#include "truebound/crypto/sha256.h"

namespace truebound::model {
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

Result<std::unique_ptr<Model>> replay_of(const std::string& recording, std::int64_t delay_ms = 0) {
  const KeptFiles files({{"answers.jsonl", recording}});
  eval::Specification specification;
  specification.id = "replay";
  specification.options = json::Object{{"file", "answers.jsonl"}, {"delay_ms", delay_ms}};
  return make({.name = "tiny", .specification = specification, .files = files});
}

Request request_of(const std::string& slot) {
  Request request;
  request.messages = {{.role = eval::Role::user, .text = "What is the code?"}};
  request.slot = slot;
  return request;
}

/// Asks one slot after the other; a failure reads `status: message`.
std::vector<std::string> texts(Model& model, const std::vector<std::string>& slots) {
  StepClock clock(1000);
  Tape tape(clock);
  std::vector<std::string> got;
  run_loop([&]() -> Task<void> {
    for (const std::string& slot : slots) {
      Request request = request_of(slot);
      const Answer answer = co_await model.ask(eval::CallRole::system, std::move(request), tape);
      got.push_back(tape.calls().back().error);
      if (const auto* reply = std::get_if<eval::Reply>(&answer)) got.back() = reply->text;
    }
  });
  return got;
}

std::string refusal_of(const std::string& recording) {
  const auto model = replay_of(recording);
  return model.ok() ? "taken" : model.error().message;
}

TEST(Replay, TheMostParticularLineAnswers) {
  const auto model = replay_of(R"({"slot": "*", "text": "any"})"
                               "\n"
                               R"({"slot": "a", "text": "sample"})"
                               "\n"
                               R"({"slot": "s:a", "text": "suite and sample"})"
                               "\n"
                               R"({"slot": "s:a|m|plain|shop|on|direct|0", "text": "slot"})"
                               "\n");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(texts(*model.value(), {"s:a|m|plain|shop|on|direct|0", "s:a|m|plain|shop|off|direct|0",
                                   "t:a|m|plain|shop|on|direct|0", "s:b|m|plain|shop|on|direct|0"}),
            (std::vector<std::string>{"slot", "suite and sample", "sample", "any"}));
}

TEST(Replay, ASampleIsFoundByItsIdAsTheSuiteSpellsIt) {
  const auto model = replay_of(R"({"slot": "ü|1: a%41", "text": "found"})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(texts(*model.value(), {"s:%C3%BC%7C1%3A%20a%2541|m|p|d|on|direct|0"}),
            std::vector<std::string>{"found"});
}

TEST(Replay, CallsAreCountedWithinTheirSlotWhateverRunsBeside) {
  const auto model = replay_of(
      "{\"slot\": \"a\", \"query\": 1, \"text\": \"first\"}\n"
      "{\"slot\": \"a\", \"query\": 3, \"text\": \"third\"}\n"
      "{\"slot\": \"a\", \"text\": \"other\"}\n");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(texts(*model.value(), {"s:a|on", "s:a|off", "s:a|on", "s:a|on", "s:a|on"}),
            (std::vector<std::string>{"first", "first", "other", "third", "other"}));
}

TEST(Replay, ASlotThatTheFileLacksIsRejectedNotAnswered) {
  const auto model = replay_of("{\"slot\": \"a\", \"query\": 2, \"text\": \"second\"}\n");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(texts(*model.value(), {"s:a|on", "s:b|on"}),
            (std::vector<std::string>{
                "rejected: the recording has no answer for slot \"s:a|on\", query 1",
                "rejected: the recording has no answer for slot \"s:b|on\", query 1"}));
}

TEST(Replay, ARecordedFailureComesBackAsOne) {
  const auto model = replay_of(
      R"({"slot": "a", "query": 1, "fail": {"status": "timeout", "message": "no answer"}})"
      "\n"
      R"({"slot": "a", "query": 2, "text": "late"})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(texts(*model.value(), {"s:a|on", "s:a|on"}),
            (std::vector<std::string>{"timeout: no answer", "late"}));
}

TEST(Replay, AReplyHasAllThatItsLineTells) {
  const auto model = replay_of(
      R"({"slot": "*", "text": "No", "thinking": "hm", "finish": "length", "tokens_in": 3,)"
      R"( "tokens_out": 2, "served": "m-1"})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  StepClock clock(1000);
  Tape tape(clock);
  run_loop([&]() -> Task<void> {
    Request request = request_of("s:a");
    co_await model.value()->ask(eval::CallRole::verdict, std::move(request), tape);
  });
  ASSERT_EQ(tape.calls().size(), 1U);
  EXPECT_EQ(
      json::canonical(json::write(tape.calls().front())),
      R"({"error":"","latency_us":1000,"messages":[{"role":"user","text":"What is the code?"}],)"
      R"("model":"tiny","reply":{"finish":"length","served":"m-1","text":"No",)"
      R"("thinking":"hm","tokens_in":3,"tokens_out":2},"role":"verdict"})");
}

TEST(Replay, WhatTheFileDoesNotTellIsUnknownNotZero) {
  const auto model = replay_of(R"({"slot": "*", "text": ""})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  StepClock clock(1000);
  Tape tape(clock);
  run_loop([&]() -> Task<void> {
    Request request = request_of("s:a");
    co_await model.value()->ask(eval::CallRole::system, std::move(request), tape);
  });
  const eval::Reply& reply = tape.calls().front().reply.value();
  EXPECT_EQ(reply.finish, eval::Finish::unknown);
  EXPECT_FALSE(reply.tokens_in.has_value());
  EXPECT_FALSE(reply.tokens_out.has_value());
}

TEST(Replay, ALateReplyIsATimeout) {
  const auto model = replay_of(R"({"slot": "*", "text": "late", "delay_ms": 60000})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  StepClock clock(1000);
  Tape tape(clock);
  run_loop([&]() -> Task<void> {
    Request request = request_of("s:a");
    request.timeout = std::chrono::milliseconds(5);
    co_await model.value()->ask(eval::CallRole::system, std::move(request), tape);
  });
  EXPECT_EQ(tape.calls().front().error, "timeout: no reply in 5 ms");
}

TEST(Replay, CancelEndsWhatWaits) {
  const auto model = replay_of(R"({"slot": "*", "text": "late"})", 50000);
  ASSERT_TRUE(model.ok()) << model.error().message;
  std::vector<std::string> got;
  const auto wait_for_reply = [&]() -> Task<void> {
    StepClock clock(1000);
    Tape tape(clock);
    Request request = request_of("s:a");
    co_await model.value()->ask(eval::CallRole::system, std::move(request), tape);
    got.push_back(tape.calls().front().error);
  };
  const auto cancel_soon = [&]() -> Task<void> {
    co_await sleep_for(std::chrono::milliseconds(5));
    model.value()->cancel();
  };
  run_loop([&]() -> Task<void> {
    std::vector<Task<void>> tasks;
    tasks.push_back(wait_for_reply());
    tasks.push_back(cancel_soon());
    co_await gather(std::move(tasks));
  });
  EXPECT_EQ(got, std::vector<std::string>{"canceled: canceled"});
}

TEST(Replay, ItsIdentityIsTheDigestOfTheFile) {
  const std::string recording = R"({"slot": "*", "text": "No."})";
  const auto model = replay_of(recording);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(json::canonical(model.value()->identity()),
            R"({"file":")" + crypto::sha256(recording).hex() + R"(","provider":"replay"})");
}

TEST(Replay, ABadLineIsNamedByFileAndLine) {
  const std::string good = "{\"slot\": \"*\", \"text\": \"No.\"}\n\n";
  const auto refusal = [&](const std::string& line) { return refusal_of(good + line); };
  EXPECT_EQ(refusal(R"({"slot": "a"})"),
            "answers.jsonl:3: expected either text or fail, got neither");
  EXPECT_EQ(refusal(R"({"slot": "a", "text": "", "fail": {"status": "lost"}})"),
            "answers.jsonl:3: expected either text or fail, got both");
  EXPECT_EQ(refusal(R"({"slot": "a", "text": "", "query": 0})"),
            "answers.jsonl:3: query must be >= 1, got 0");
  EXPECT_EQ(refusal(R"({"slot": "a", "text": "", "delay_ms": -1})"),
            "answers.jsonl:3: delay_ms must be >= 0, got -1");
  EXPECT_EQ(refusal(R"({"slot": "a", "fail": {"status": "ok"}})"),
            "answers.jsonl:3: status must be timeout, lost, rejected or malformed, got ok");
  EXPECT_EQ(refusal(R"({"slot": "*", "text": "Yes."})"),
            "answers.jsonl:3: expected one answer for each slot and query, got a second to that of "
            "line 1");
  EXPECT_EQ(refusal(R"({"slot": "a", "txt": "No."})").substr(0, 16), "answers.jsonl:3:");
  EXPECT_EQ(refusal(R"({"slot": "a", "text": "No.")").substr(0, 16), "answers.jsonl:3:");
  EXPECT_EQ(refusal_of("\n"), "answers.jsonl: expected recorded answers, got none");
}

TEST(Model, AnUnknownProviderIsRefusedWithThoseThatExist) {
  const KeptFiles files({});
  eval::Specification specification;
  specification.id = "replya";
  const auto model = make({.name = "tiny", .specification = specification, .files = files});
  ASSERT_FALSE(model.ok());
  EXPECT_NE(model.error().message.find("models.tiny: provider must be one of "), std::string::npos);
  EXPECT_NE(model.error().message.find("replay"), std::string::npos);
}

}  // namespace
}  // namespace truebound::model
