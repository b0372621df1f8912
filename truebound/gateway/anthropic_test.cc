// The provider `anthropic` against the mock: requests, blocks, stop reasons, streams, errors,
// retries. Kinds of fault as users of other tools reported them (retry-o2, body-*, stream-*), with
// inputs of our own.

#include <cstdlib>

#include <gtest/gtest.h>

#include "truebound/gateway/endpoint_cases.h"

namespace truebound::gateway {
namespace {

using model::Failure;
using model::Scope;

Result<std::unique_ptr<model::Model>> claims_to_be(const std::string& url,
                                                   json::Object options = {}) {
  return endpoint(url, std::move(options), "", "anthropic");
}

model::Request limited() {
  model::Request request = question();
  request.max_tokens = 50;
  return request;
}

model::Answer ask_it(const RunningMock& mock, json::Object options = {},
                     model::Request request = limited()) {
  return ask(*claims_to_be(mock.address() + "/v1", std::move(options)).value(), std::move(request));
}

std::string message(const std::string& blocks, const std::string& stop = R"("end_turn")",
                    const std::string& usage = R"({"input_tokens": 9, "output_tokens": 2})") {
  return R"({"id": "m", "type": "message", "role": "assistant", "model": "small-4", "content": )" +
         blocks + R"(, "stop_reason": )" + stop + R"(, "usage": )" + usage + "}";
}
const std::string paris = answer_with(message(R"([{"type": "text", "text": "Paris."}])"));

/// An event as a text of a script.
std::string event(const std::string& type, const std::string& fields) {
  std::string escaped;
  for (const char letter : "{\"type\": \"" + type + "\"" + fields + "}") {
    if (letter == '"' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return "\"event: " + type + "\\ndata: " + escaped + "\\n\\n\"";
}
const std::string begins = event(
    "message_start",
    R"(, "message": {"model": "small-4", "content": [], "stop_reason": null, "usage": {"input_tokens": 25, "cache_read_input_tokens": 5, "output_tokens": 1}})");
const std::string ends = event(
    "message_delta", R"(, "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12})");
const std::string stops = event("message_stop", "");
std::string says_piece(const std::string& text) {
  return event("content_block_delta",
               R"(, "index": 0, "delta": {"type": "text_delta", "text": ")" + text + R"("})");
}

TEST(AnthropicRequest, TheSystemPromptStandsApartAndTheKeyInItsOwnHeader) {
  ::setenv("TRUEBOUND_TEST_KEY", "sk-TEST-anthropic-1", 1);
  RunningMock mock(paris);
  model::Request request = limited();
  request.temperature = 0.5;
  request.messages.insert(request.messages.begin(),
                          {.role = eval::Role::system, .text = "Be brief."});
  ask_it(mock, {{"key_env", "TRUEBOUND_TEST_KEY"}}, request);
  const auto asked = mock.asked();
  EXPECT_EQ(asked.at(0).request.target, "/v1/messages");
  EXPECT_EQ(asked.at(0).request.body,
            R"({"max_tokens":50,"messages":[{"content":"What is the capital of France?",)"
            R"("role":"user"}],"model":"small-4","system":"Be brief.","temperature":0.5})");
  const net::Headers& headers = asked.at(0).request.headers;
  EXPECT_EQ(net::find_header(headers, "x-api-key"), "sk-TEST-anthropic-1");
  EXPECT_EQ(net::find_header(headers, "authorization"), "");
  EXPECT_EQ(net::find_header(headers, "anthropic-version"), "2023-06-01");
  ask_it(mock, {{"headers", json::Object{{"Anthropic-Version", "2027-01-01"}}}});
  EXPECT_EQ(net::find_header(mock.asked().at(1).request.headers, "anthropic-version"),
            "2027-01-01");
  ::unsetenv("TRUEBOUND_TEST_KEY");
}

TEST(AnthropicRequest, WithoutALimitOfTokensItIsRefusedBeforeAnythingIsSent) {
  const auto model = std::move(claims_to_be("http://127.0.0.1:1/v1").value());
  const auto refused = model->accepts(question());
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(holds(refused.error().message, "max_tokens")) << refused.error().message;
  EXPECT_TRUE(model->accepts(limited()).ok());
}

TEST(AnthropicRequest, AnAddressThatNamesThePathIsTakenAsItIs) {
  RunningMock mock(paris);
  for (const char* end : {"/v1", "/v1/", "/v1/messages", "/v1/messages/"}) {
    ask(*claims_to_be(mock.address() + end).value(), limited());
  }
  for (const auto& asked : mock.asked())
    EXPECT_EQ(asked.request.target, "/v1/messages");
}

TEST(AnthropicBody, TextBlocksAreJoinedAndThinkingIsKeptApart) {
  RunningMock mock(answer_with(message(
      R"([{"type": "thinking", "thinking": "Lyon?", "signature": "c2ln"},
          {"type": "redacted_thinking", "data": "aGlkZGVu"},
          {"type": "text", "text": "It is "}, {"type": "text", "text": "Paris."}])",
      R"("end_turn")",
      R"({"input_tokens": 9, "cache_creation_input_tokens": 4, "output_tokens": 2})")));
  const eval::Reply reply = reply_of(ask_it(mock));
  EXPECT_EQ(reply.text, "It is Paris.");
  EXPECT_EQ(reply.thinking, "Lyon?");
  EXPECT_EQ(reply.finish, eval::Finish::stop);
  EXPECT_EQ(reply.tokens_in, 13);
  EXPECT_EQ(reply.tokens_out, 2);
  EXPECT_EQ(reply.served, "small-4");
}

TEST(AnthropicBody, StopReasonsAreReadForWhatTheyMean) {
  const std::vector<std::pair<std::string, eval::Finish>> known = {
      {R"("end_turn")", eval::Finish::stop},
      {R"("stop_sequence")", eval::Finish::stop},
      {R"("tool_use")", eval::Finish::stop},
      {R"("max_tokens")", eval::Finish::length},
      {R"("model_context_window_exceeded")", eval::Finish::length},
      {R"("refusal")", eval::Finish::filter},
      {R"("pause_turn")", eval::Finish::unknown},
      {"null", eval::Finish::unknown}};
  for (const auto& [word, finish] : known) {
    RunningMock mock(answer_with(message(R"([{"type": "text", "text": "Well"}])", word)));
    EXPECT_EQ(reply_of(ask_it(mock)).finish, finish) << word;
    EXPECT_EQ(mock.asked().size(), 1U) << word;
  }
}

TEST(AnthropicBody, ThinkingThatSpentTheLimitIsAnEmptyCutAnswer) {
  RunningMock mock(
      answer_with(message(R"([{"type": "thinking", "thinking": "The user"}])", R"("max_tokens")")));
  const eval::Reply reply = reply_of(ask_it(mock));
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.thinking, "The user");
  EXPECT_EQ(reply.finish, eval::Finish::length);
}

TEST(AnthropicBody, ACallOfAToolStandsInForTextWhereThereIsNone) {
  RunningMock mock(answer_with(
      message(R"([{"type": "tool_use", "id": "t", "name": "send_file", "input": {"to": "x"}}])",
              R"("tool_use")")));
  EXPECT_EQ(reply_of(ask_it(mock)).text, R"(send_file{"to":"x"})");
  RunningMock empty(answer_with(message("[]")));
  EXPECT_EQ(reply_of(ask_it(empty)).text, "");
}

TEST(AnthropicBody, AnAnswerAsLongAsTheLimitIsCutAndUnknownCountsStayUnknown) {
  RunningMock mock(answer_with(
      message(R"([{"type": "text", "text": "a"}])", R"("end_turn")", R"({"output_tokens": 50})")));
  const eval::Reply reply = reply_of(ask_it(mock));
  EXPECT_EQ(reply.finish, eval::Finish::length);
  EXPECT_EQ(reply.tokens_in, std::nullopt);
}

TEST(AnthropicBody, ABlockByTheProvidersFilterIsNoError) {
  RunningMock mock(answer_with(
      R"({"type": "error", "error": {"type": "invalid_request_error", "message": "Output blocked by content filtering policy"}})",
      R"(, "status": 400)"));
  EXPECT_EQ(reply_of(ask_it(mock)).finish, eval::Finish::filter);
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(AnthropicStream, EventsAddUpToTheMessage) {
  RunningMock mock(R"({"sse": [)" + begins + "," +
                   event("content_block_start",
                         R"(, "index": 0, "content_block": {"type": "text", "text": ""})") +
                   "," + event("ping", "") + "," + says_piece("Par") + ", \": idle\\n\\n\"," +
                   says_piece("is.") + "," + event("content_block_stop", R"(, "index": 0)") + "," +
                   ends + "," + stops + "]}");
  const eval::Reply reply = reply_of(ask_it(mock, {{"stream", true}}));
  EXPECT_EQ(reply.text, "Paris.");
  EXPECT_EQ(reply.finish, eval::Finish::stop);
  EXPECT_EQ(reply.tokens_in, 30);
  EXPECT_EQ(reply.tokens_out, 12);
  EXPECT_TRUE(holds(mock.asked().at(0).request.body, R"("stream":true)"));
}

TEST(AnthropicStream, ThinkingAndToolsComeInPiecesToo) {
  RunningMock mock(
      R"({"sse": [)" + begins + "," +
      event("content_block_delta", R"(, "delta": {"type": "thinking_delta", "thinking": "Hm"})") +
      "," +
      event("content_block_delta", R"(, "delta": {"type": "signature_delta", "signature": "x"})") +
      "," +
      event("content_block_start",
            R"(, "content_block": {"type": "tool_use", "name": "look", "input": {}})") +
      "," +
      event("content_block_delta",
            R"(, "delta": {"type": "input_json_delta", "partial_json": "{}"})") +
      "," + ends + "," + stops + "]}");
  const eval::Reply reply = reply_of(ask_it(mock));
  EXPECT_EQ(reply.thinking, "Hm");
  EXPECT_EQ(reply.text, "look{}");
}

TEST(AnthropicStream, AnEndWithoutAStopReasonIsACutAnswerAskedAgain) {
  for (const std::string close : {R"(], "close": "clean"})", R"(], "close": "reset"})"}) {
    RunningMock mock(R"([{"sse": [)" + begins + "," + says_piece("The word") + close + "," + paris +
                     "]");
    EXPECT_EQ(text_of(ask_it(mock)), "Paris.") << close;
    EXPECT_EQ(mock.asked().size(), 2U) << close;
  }
}

TEST(AnthropicRetry, AnOverloadIsAskedAgainWhateverItsStatusAndType) {
  const std::string error = R"({"type": "error", "error": {"type": ")";
  const std::vector<std::string> overloads = {
      R"({"sse": [)" +
          event("error", R"(, "error": {"type": "api_error", "message": "Overloaded"})") + "]}",
      R"({"sse": [)" + begins + "," + says_piece("Par") + "," +
          event("error", R"(, "error": {"type": "overloaded_error", "message": "Overloaded"})") +
          "]}",
      answer_with(error + R"(overloaded_error", "message": "busy"}})", R"(, "status": 529)"),
      answer_with(error + R"(api_error", "message": "Overloaded"}})"),
      answer_with(error + R"(rate_limit_error", "message": "slow down"}})"),
      answer_with(error + R"(invalid_request_error", "message": "Overloaded"}})",
                  R"(, "status": 400)")};
  for (const std::string& overload : overloads) {
    RunningMock mock("[" + overload + "," + paris + "]");
    EXPECT_EQ(text_of(ask_it(mock)), "Paris.") << overload;
    EXPECT_EQ(mock.asked().size(), 2U) << overload;
  }
}

TEST(AnthropicRetry, WhatIsWrongWithTheRequestIsNotAskedAgain) {
  const auto refusing = [](const std::string& type, const std::string& status) {
    return answer_with(R"({"type": "error", "error": {"type": ")" + type +
                           R"(", "message": "no: sk-TEST-anthropic-1"}})",
                       R"(, "status": )" + status);
  };
  ::setenv("TRUEBOUND_TEST_KEY", "sk-TEST-anthropic-1", 1);
  for (const auto& [type, status, scope] :
       {std::tuple("invalid_request_error", "400", Scope::call),
        std::tuple("authentication_error", "401", Scope::endpoint),
        std::tuple("permission_error", "403", Scope::endpoint),
        std::tuple("not_found_error", "404", Scope::endpoint),
        std::tuple("authentication_error", "200", Scope::endpoint)}) {
    RunningMock mock(refusing(type, status));
    const Failure failure = failure_of(ask_it(mock, {{"key_env", "TRUEBOUND_TEST_KEY"}}));
    EXPECT_EQ(mock.asked().size(), 1U) << type;
    EXPECT_EQ(failure.scope, scope) << type << status;
    EXPECT_TRUE(holds(failure.message, type)) << failure.message;
    EXPECT_FALSE(holds(failure.message, "sk-TEST")) << failure.message;
  }
  ::unsetenv("TRUEBOUND_TEST_KEY");
}

}  // namespace
}  // namespace truebound::gateway
