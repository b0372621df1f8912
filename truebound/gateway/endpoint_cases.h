#pragma once

// Answers of chat completions, and a model of the provider `openai` at a mock, for tests.

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "truebound/core/task.h"
#include "truebound/gateway/running_mock.h"
#include "truebound/model/model.h"

namespace truebound::gateway {

/// A script's answer with a JSON body.
inline std::string answer_with(const std::string& body, const std::string& more = "") {
  return R"({"body": )" + body + more + "}";
}

/// A completion: `message` and `finish` are JSON.
inline std::string completion(
    const std::string& message, const std::string& finish = R"("stop")",
    const std::string& usage = R"({"prompt_tokens": 7, "completion_tokens": 3})",
    const std::string& served = "small-4") {
  return R"({"id": "c", "object": "chat.completion", "model": ")" + served +
         R"(", "choices": [{"index": 0, "message": )" + message + R"(, "finish_reason": )" +
         finish + R"(}], "usage": )" + usage + "}";
}

inline std::string says(const std::string& text) {
  return answer_with(completion(R"({"role": "assistant", "content": ")" + text + R"("})"));
}

/// Files by name, for `ca_file`.
class OneFile final : public FileSource {
 public:
  explicit OneFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::string> read(const std::string& /*name*/) const override { return bytes_; }

 private:
  std::string bytes_;
};

/// The model `assistant`, made as a plan would.
inline Result<std::unique_ptr<model::Model>> endpoint(const std::string& url,
                                                      json::Object options = {},
                                                      const std::string& file = "",
                                                      const std::string& provider = "openai") {
  eval::Specification specification{.id = provider};
  specification.options = std::move(options);
  specification.options.set("url", url);
  if (specification.options.find("name") == nullptr) specification.options.set("name", "small-4");
  const OneFile files(file);
  return model::make({.name = "assistant", .specification = specification, .files = files});
}

inline model::Request question() {
  model::Request request;
  request.messages = {{.role = eval::Role::user, .text = "What is the capital of France?"}};
  request.timeout = std::chrono::milliseconds(20000);
  request.stream = RandomStream(4);
  return request;
}

/// Asks once, in a loop of its own.
inline model::Answer ask(model::Model& model, model::Request request = question()) {
  SystemClock clock;
  model::Tape tape(clock);
  model::Answer answer;
  run_loop([&]() -> Task<void> {
    answer = co_await model.ask(eval::CallRole::system, std::move(request), tape);
  });
  return answer;
}

inline model::Answer ask(const RunningMock& mock, json::Object options = {},
                         model::Request request = question()) {
  const auto model = endpoint(mock.address() + "/v1", std::move(options));
  return ask(*model.value(), std::move(request));
}

inline std::string text_of(const model::Answer& answer) {
  const auto* reply = std::get_if<eval::Reply>(&answer);
  return reply != nullptr ? reply->text : "failed: " + std::get<model::Failure>(answer).message;
}

inline eval::Reply reply_of(const model::Answer& answer) {
  const auto* reply = std::get_if<eval::Reply>(&answer);
  EXPECT_NE(reply, nullptr) << text_of(answer);
  return reply != nullptr ? *reply : eval::Reply{};
}

inline model::Failure failure_of(const model::Answer& answer) {
  const auto* failure = std::get_if<model::Failure>(&answer);
  EXPECT_NE(failure, nullptr) << text_of(answer);
  return failure != nullptr ? *failure : model::Failure{};
}

inline bool holds(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace truebound::gateway
