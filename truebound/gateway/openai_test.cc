// The provider `openai` against the mock: bodies, streams, retries, requests, keys. The kinds of
// fault are those that users of other tools reported (cases body-*, stream-*, retry-*, request-*,
// secret-*), with inputs of our own.

#include <cstdlib>

#include <gtest/gtest.h>

#include "truebound/gateway/endpoint_cases.h"

namespace truebound::gateway {
namespace {

using model::Failure;
using model::Scope;

std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return R"("data: {\"model\": \"small-4\", \"choices\": [{\"index\": 0, \"delta\": )" + delta +
         R"(, \"finish_reason\": )" + finish + R"(}]}\n\n")";
}
const std::string done = R"("data: [DONE]\n\n")";

TEST(OpenaiBody, ThinkingThatSpentTheLimitIsAnEmptyCutAnswerAndAskedOnce) {
  RunningMock mock(answer_with(
      completion(R"({"content": null, "reasoning_content": "The user wants"})", R"("length")")));
  const eval::Reply reply = reply_of(ask(mock));
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.thinking, "The user wants");
  EXPECT_EQ(reply.finish, eval::Finish::length);
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(OpenaiBody, AnEmptyAnswerIsAReplyAndIsNotAskedAgain) {
  RunningMock mock(answer_with(completion(R"({"content": ""})")));
  EXPECT_EQ(reply_of(ask(mock)).text, "");
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(OpenaiBody, BlocksAreJoinedAndThinkingIsKeptApart) {
  RunningMock mock(answer_with(completion(
      R"({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Lyon?"}]},
                      {"type": "text", "text": "It is "}, {"type": "text", "text": "Paris."}]})")));
  const eval::Reply reply = reply_of(ask(mock));
  EXPECT_EQ(reply.text, "It is Paris.");
  EXPECT_EQ(reply.thinking, "Lyon?");
}

TEST(OpenaiBody, AnErrorUnderStatus200IsRetriedAndToldInItsOwnWords) {
  RunningMock mock("[" + answer_with(R"({"error": {"message": "backend gone", "code": 502}})") +
                   "," + says("Paris.") + "]");
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
  EXPECT_EQ(mock.asked().size(), 2U);
  RunningMock always(answer_with(R"({"error": {"message": "backend gone", "code": 502}})"));
  model::Request request = question();
  request.timeout = std::chrono::milliseconds(700);
  const Failure failure = failure_of(ask(always, {}, request));
  EXPECT_EQ(failure.status, eval::Status::rejected);
  EXPECT_TRUE(holds(failure.message, "backend gone")) << failure.message;
  EXPECT_LE(always.asked().size(), 6U);
}

TEST(OpenaiBody, OneAnswerIsOneReplyAndSeveralAreNotAskedFor) {
  RunningMock mock(says("One."));
  EXPECT_FALSE(endpoint(mock.address(), {{"extra_body", json::Object{{"n", 3}}}}).ok());
  RunningMock none(answer_with(R"({"model": "small-4", "choices": []})"));
  EXPECT_EQ(failure_of(ask(none)).status, eval::Status::malformed);
}

TEST(OpenaiBody, AnotherModelThanAskedIsNoAnswerUnlessThePlanTakesIt) {
  RunningMock mock(answer_with(completion(R"({"content": "Hi."})", R"("stop")", "null", "tiny-1")));
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(failure.status, eval::Status::malformed);
  EXPECT_TRUE(holds(failure.message, "small-4") && holds(failure.message, "tiny-1"))
      << failure.message;
  EXPECT_EQ(reply_of(ask(mock, {{"allow_other_model", true}})).served, "tiny-1");
  RunningMock dated(
      answer_with(completion(R"({"content": "Hi."})", R"("stop")", "null", "small-4-2026-08-06")));
  EXPECT_EQ(reply_of(ask(dated)).served, "small-4-2026-08-06");
  RunningMock larger(
      answer_with(completion(R"({"content": "Hi."})", R"("stop")", "null", "small-4-mini")));
  EXPECT_EQ(failure_of(ask(larger)).status, eval::Status::malformed);
}

TEST(OpenaiBody, AnAnswerAsLongAsTheLimitIsCutWhateverTheServerSays) {
  RunningMock mock(answer_with(completion(R"({"content": "First, and then"})", R"("stop")",
                                          R"({"prompt_tokens": 5, "completion_tokens": 12})")));
  model::Request request = question();
  request.max_tokens = 12;
  EXPECT_EQ(reply_of(ask(mock, {}, request)).finish, eval::Finish::length);
  request.max_tokens = 13;
  EXPECT_EQ(reply_of(ask(mock, {}, request)).finish, eval::Finish::stop);
}

TEST(OpenaiBody, NoFinishReasonIsUnknownAndNoFault) {
  RunningMock mock(answer_with(completion(R"({"content": "Rome."})", "null")));
  const eval::Reply reply = reply_of(ask(mock));
  EXPECT_EQ(reply.text, "Rome.");
  EXPECT_EQ(reply.finish, eval::Finish::unknown);
}

TEST(OpenaiBody, ACountThatIsNotToldIsUnknownAndTheOtherIsKept) {
  RunningMock mock(
      answer_with(completion(R"({"content": "Rome."})", R"("stop")", R"({"prompt_tokens": 31})")));
  const eval::Reply reply = reply_of(ask(mock));
  EXPECT_EQ(reply.tokens_in, 31);
  EXPECT_EQ(reply.tokens_out, std::nullopt);
}

TEST(OpenaiBody, TheProvidersFilterIsAReplyOfItsOwnAndNeverRetried) {
  RunningMock refused(answer_with(
      R"({"error": {"message": "blocked", "code": "content_filter", "param": "prompt"}})",
      R"(, "status": 400)"));
  EXPECT_EQ(reply_of(ask(refused)).finish, eval::Finish::filter);
  EXPECT_EQ(refused.asked().size(), 1U);
  RunningMock cut(answer_with(completion(R"({"content": "Well"})", R"("content_filter")")));
  EXPECT_EQ(reply_of(ask(cut)).finish, eval::Finish::filter);
}

TEST(OpenaiBody, AToolCallInTheTextStaysText) {
  RunningMock mock(
      answer_with(completion(R"({"content": "{\"tool\": \"delete\"}", "tool_calls": []})")));
  EXPECT_EQ(reply_of(ask(mock)).text, R"({"tool": "delete"})");
}

TEST(OpenaiBody, CallsOfToolsInFieldsOfTheirOwnAreNoEmptyAnswer) {
  for (const std::string message :
       {R"({"content": null, "tool_calls": [{"function": {"name": "send"}}]})",
        R"({"content": null, "function_call": {"name": "send"}})"}) {
    RunningMock mock(answer_with(completion(message, R"("tool_calls")")));
    EXPECT_TRUE(holds(reply_of(ask(mock)).text, "send")) << message;
  }
}

TEST(OpenaiBody, AnErrorIsOneWhereverAGatewayPutsIt) {
  const std::string choice = R"({"index": 0, "message": {"content": ""}, "finish_reason": "stop")";
  for (const std::string& body :
       {std::string(R"({"error": "backend gone"})"),
        R"({"choices": [)" + choice + R"(}], "error": {"message": "backend gone", "status": 503}})",
        R"({"choices": [)" + choice + R"(, "error": {"message": "backend gone", "code": 502}}]})",
        std::string(R"({"object": "error", "message": "backend gone", "code": "504"})")}) {
    RunningMock mock("[" + answer_with(body) + "," + says("Paris.") + "]");
    EXPECT_EQ(text_of(ask(mock)), "Paris.") << body;
    EXPECT_EQ(mock.asked().size(), 2U) << body;
  }
  RunningMock ours(answer_with(R"({"error": {"message": "bad field", "code": 400}})"));
  EXPECT_TRUE(holds(failure_of(ask(ours)).message, "bad field"));
  EXPECT_EQ(ours.asked().size(), 1U);
  for (const std::string nothing : {"null", "{}", R"("")", "false"}) {
    RunningMock mock(answer_with(R"({"choices": [)" + choice + R"(}], "error": )" + nothing + "}"));
    EXPECT_EQ(reply_of(ask(mock)).text, "") << nothing;
  }
}

TEST(OpenaiBody, HalfOfACharacterAtTheCutIsNoReasonToLoseTheAnswer) {
  RunningMock mock(
      R"({"headers": {"content-type": "application/json"}, "body": "{\"choices\": [{\"message\": {\"content\": \"Yes \\ud83d\"}, \"finish_reason\": \"length\"}]}"})");
  EXPECT_EQ(reply_of(ask(mock)).text, "Yes \xEF\xBF\xBD");
}

TEST(OpenaiStream, EventsAreReadWhereverTheirWritesEnd) {
  // The bytes of `data: {"choices": [{"delta": {"content": "a “b”"}}]}`, cut inside a character
  // and between the two line ends.
  RunningMock mock(
      R"({"sse_base64": ["ZGF0YTogeyJjaG9pY2VzIjogW3siZGVsdGEiOiB7ImNvbnRlbnQiOiAiYSDi", "gJxi4oCdIn19XX0K", "Cg==",
          "ZGF0YTogW0RPTkVdCgo="]})");
  EXPECT_EQ(reply_of(ask(mock)).text,
            "a \xE2\x80\x9C"
            "b\xE2\x80\x9D");
}

TEST(OpenaiStream, CommentsArePassedOverAndTheLastChunkCarriesTheUsage) {
  RunningMock mock(
      R"({"sse": [": ping\n\n", )" + chunk(R"({\"content\": \"Par\"})") + R"(, ":\n\n", )" +
      chunk(R"({\"content\": \"is\"})") + ", " + chunk("{}", R"(\"stop\")") +
      R"(, "data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 61, \"completion_tokens\": 2}}\n\n", )" +
      done + "]}");
  const eval::Reply reply = reply_of(ask(mock, {{"stream", true}}));
  EXPECT_EQ(reply.text, "Paris");
  EXPECT_EQ(reply.finish, eval::Finish::stop);
  EXPECT_EQ(reply.tokens_in, 61);
  EXPECT_EQ(reply.tokens_out, 2);
  EXPECT_TRUE(holds(mock.asked().at(0).request.body, R"("stream":true)"));
}

TEST(OpenaiStream, AnEndWithoutAnyMarkIsACutAnswerAskedAgain) {
  const std::string part = R"({"sse": [)" + chunk(R"({\"content\": \"The word\"})");
  for (const std::string close : {R"(], "close": "clean"})", R"(], "close": "reset"})"}) {
    RunningMock mock("[" + part + close + "," + says("Paris.") + "]");
    EXPECT_EQ(text_of(ask(mock)), "Paris.") << close;
    EXPECT_EQ(mock.asked().size(), 2U) << close;
  }
  RunningMock always(part + R"(], "close": "clean"})");
  model::Request request = question();
  request.timeout = std::chrono::milliseconds(300);
  const Failure failure = failure_of(ask(always, {}, request));
  EXPECT_EQ(failure.status, eval::Status::lost);
  EXPECT_TRUE(holds(failure.message, "The word")) << failure.message;
}

TEST(OpenaiStream, AServerThatRanOutOfResourcesIsAskedAgain) {
  RunningMock mock(R"([{"sse": [)" + chunk("{}", R"(\"insufficient_system_resource\")") + ", " +
                   done + "]}, " + says("Paris.") + "]");
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
}

TEST(OpenaiStream, TheEndMarkWithoutAReasonIsComplete) {
  RunningMock mock(R"({"sse": [)" + chunk(R"({\"content\": \"Hello.\"})") + ", " + done + "]}");
  const eval::Reply reply = reply_of(ask(mock));
  EXPECT_EQ(reply.text, "Hello.");
  EXPECT_EQ(reply.finish, eval::Finish::unknown);
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(OpenaiStream, AnErrorEventIsRetried) {
  RunningMock mock(
      R"([{"sse": ["event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"api_error\", \"message\": \"Busy\"}}\n\n"]}, )" +
      says("Paris.") + "]");
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
}

double waited_s(RunningMock& mock) {
  const auto asked = mock.asked();
  if (asked.size() != 2) return -1;
  return static_cast<double>(asked[1].at_us - asked[0].at_us) / 1e6;
}

std::string refusing_once(const std::string& retry_after) {
  return R"([{"status": 429, "headers": {"retry-after": ")" + retry_after +
         R"("}, "body": {"error": {"message": "slow down"}}}, )" + says("Paris.") + "]";
}

TEST(OpenaiRetry, ADateIsWaitedFor) {
  RunningMock mock(refusing_once("{http_date:+2}"));
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
  EXPECT_GE(waited_s(mock), 0.9);
  EXPECT_LE(waited_s(mock), 4);
}

TEST(OpenaiRetry, SecondsAreWaitedFor) {
  RunningMock mock(refusing_once("1"));
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
  EXPECT_GE(waited_s(mock), 1);
  EXPECT_LE(waited_s(mock), 3);
}

TEST(OpenaiRetry, ADateOfNoCalendarIsAsIfAbsent) {
  RunningMock mock(refusing_once("Fri, 31 Dec 99999 23:59:59 GMT"));
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
  EXPECT_GE(waited_s(mock), 0.05);
  EXPECT_LE(waited_s(mock), 8);
}

TEST(OpenaiRetry, FiveRetriesAndNoMore) {
  RunningMock mock(
      R"({"status": 503, "headers": {"retry-after": "0"}, "body": {"error": "down"}})");
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(mock.asked().size(), 6U);
  EXPECT_EQ(failure.status, eval::Status::rejected);
  EXPECT_TRUE(holds(failure.message, "503")) << failure.message;
}

TEST(OpenaiRetry, AConnectionThatBreaksIsTriedAgain) {
  RunningMock mock(R"([{"body": "{\"choices\": [", "cut": 4}, )" + says("Paris.") + "]");
  EXPECT_EQ(text_of(ask(mock)), "Paris.");
}

TEST(OpenaiRetry, WhileOneWaitsTheOthersDoNotCall) {
  RunningMock mock(
      R"([{"status": 429, "headers": {"retry-after": "1"}, "body": {"error": {"message": "slow"}}}, )" +
      says("Paris.") + "]");
  const auto model = std::move(endpoint(mock.address()).value());
  SystemClock clock;
  model::Tape tape(clock);
  int good = 0;
  run_loop([&]() -> Task<void> {
    const auto asking = [&](int after_ms) -> Task<void> {
      co_await sleep_for(std::chrono::milliseconds(after_ms));
      const model::Answer answer = co_await model->ask(eval::CallRole::system, question(), tape);
      good += text_of(answer) == "Paris." ? 1 : 0;
    };
    std::vector<Task<void>> all;
    for (int i = 0; i < 6; ++i)
      all.push_back(asking(i == 0 ? 0 : 200));
    co_await gather(std::move(all));
  });
  EXPECT_EQ(good, 6);
  const auto asked = mock.asked();
  ASSERT_EQ(asked.size(), 7U);
  EXPECT_GE(asked[1].at_us - asked[0].at_us, 990'000);
}

TEST(OpenaiRetry, WhoIsToldToStayAwayLongerThanACallMayTakeIsNotAskedAtAll) {
  RunningMock mock(refusing_once("3600"));
  const auto model = std::move(endpoint(mock.address()).value());
  failure_of(ask(*model));
  const Failure failure = failure_of(ask(*model));
  EXPECT_EQ(mock.asked().size(), 1U);
  EXPECT_TRUE(holds(failure.message, "asked not to be called")) << failure.message;
}

TEST(OpenaiRetry, AsManyAMinuteAsThePlanSays) {
  RunningMock mock(says("Paris."));
  const auto model = std::move(endpoint(mock.address(), {{"requests_a_minute", 3}}).value());
  SystemClock clock;
  model::Tape tape(clock);
  run_loop([&]() -> Task<void> {
    const auto asking = [&]() -> Task<void> {
      co_await model->ask(eval::CallRole::system, question(), tape);
    };
    const auto ending = [&]() -> Task<void> {
      co_await sleep_for(std::chrono::milliseconds(300));
      model->cancel();
    };
    std::vector<Task<void>> all;
    for (int i = 0; i < 6; ++i)
      all.push_back(asking());
    all.push_back(ending());
    co_await gather(std::move(all));
  });
  EXPECT_EQ(mock.asked().size(), 3U);
}

TEST(OpenaiRetry, AWaitLongerThanTheCallMayTakeIsNotBegun) {
  RunningMock mock(refusing_once("3600"));
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(mock.asked().size(), 1U);
  EXPECT_TRUE(holds(failure.message, "3600000 ms")) << failure.message;
}

TEST(OpenaiRequest, NothingIsSentThatThePlanDoesNotName) {
  RunningMock mock(says("Paris."));
  ask(mock);
  model::Request request = question();
  request.temperature = 0.5;
  request.max_tokens = 9;
  ask(mock,
      {{"token_limit_name", "max_completion_tokens"},
       {"extra_body", json::Object{{"seed", 1}}},
       {"query", json::Object{{"api-version", "2026 05"}}},
       {"headers", json::Object{{"x-team", "blue"}}}},
      request);
  const auto asked = mock.asked();
  EXPECT_EQ(asked.at(0).request.body,
            R"({"messages":[{"content":"What is the capital of France?","role":"user"}],)"
            R"("model":"small-4"})");
  EXPECT_EQ(asked.at(1).request.body,
            R"({"max_completion_tokens":9,"messages":[{"content":"What is the capital of France?",)"
            R"("role":"user"}],"model":"small-4","seed":1,"temperature":0.5})");
  EXPECT_EQ(asked.at(1).request.target, "/v1/chat/completions?api-version=2026%2005");
  EXPECT_EQ(net::find_header(asked.at(1).request.headers, "x-team"), "blue");
  EXPECT_EQ(net::find_header(asked.at(0).request.headers, "authorization"), "");
}

TEST(OpenaiRequest, SlashesAtTheEndOfTheAddressDoNotDouble) {
  RunningMock mock(says("Paris."));
  for (const char* end : {"/v1", "/v1/", "/v1//", "", "/", "/v1/chat/completions"}) {
    ask(*endpoint(mock.address() + end).value());
  }
  const auto asked = mock.asked();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(asked.at(i).request.target, "/v1/chat/completions");
  EXPECT_EQ(asked.at(3).request.target, "/chat/completions");
  EXPECT_EQ(asked.at(4).request.target, "/chat/completions");
  EXPECT_EQ(asked.at(5).request.target, "/v1/chat/completions");
}

TEST(OpenaiRequest, AParameterThatIsRefusedConcernsTheWholePlan) {
  RunningMock mock(answer_with(
      R"({"error": {"message": "use max_completion_tokens", "param": "max_tokens", "code": "unsupported_parameter"}})",
      R"(, "status": 400)"));
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(failure.scope, Scope::plan);
  EXPECT_TRUE(holds(failure.message, "max_completion_tokens"));
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(OpenaiRequest, AParameterThatOnlyTheMessageNamesConcernsThePlanTooAndALongPromptDoesNot) {
  const auto scope_of = [](const std::string& message, const std::string& more = "") {
    RunningMock mock(
        answer_with(R"({"error": {"message": ")" + message + R"(", "param": null)" + more + "}}",
                    R"(, "status": 400)"));
    const Failure failure = failure_of(ask(mock, {{"extra_body", json::Object{{"seed", 1}}}}));
    EXPECT_EQ(mock.asked().size(), 1U);
    return failure.scope;
  };
  EXPECT_EQ(scope_of("Unsupported parameter: 'max_tokens'"), Scope::plan);
  EXPECT_EQ(scope_of("'temperature' does not support 0 with this model"), Scope::plan);
  EXPECT_EQ(scope_of("seed is unknown"), Scope::plan);
  EXPECT_EQ(scope_of("no such thing", R"(, "code": "model_not_found")"), Scope::plan);
  EXPECT_EQ(scope_of("the context holds 4096 tokens, max_tokens included"), Scope::call);
  EXPECT_EQ(scope_of("seeds are bad"), Scope::call);
  EXPECT_EQ(scope_of("your input is no good"), Scope::call);
}

TEST(OpenaiRequest, APageIsToldInALineAndNeverRead) {
  const std::string page =
      R"("<!doctype html><title>Gone</title>\u001b[31m)" + std::string(500, 'y') + R"(")";
  for (const std::string status : {"404", "200"}) {
    RunningMock mock(R"({"headers": {"content-type": "text/html"}, "status": )" + status +
                     R"(, "body": )" + page + "}");
    const Failure failure = failure_of(ask(mock));
    EXPECT_EQ(mock.asked().size(), 1U) << status;
    EXPECT_EQ(failure.scope, Scope::endpoint);
    EXPECT_TRUE(holds(failure.message, mock.address() + "/v1/chat/completions")) << failure.message;
    EXPECT_TRUE(holds(failure.message, "status " + status + ", HTML, not JSON")) << failure.message;
    EXPECT_FALSE(holds(failure.message, "\x1b"));
    EXPECT_LT(failure.message.size(), 330U);
  }
}

TEST(OpenaiRequest, ARedirectIsNotFollowed) {
  RunningMock mock(R"({"status": 302, "headers": {"location": "http://192.0.2.1/"}, "body": ""})");
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(failure.scope, Scope::endpoint);
  EXPECT_TRUE(holds(failure.message, "302")) << failure.message;
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST(OpenaiFault, NobodyThereIsToldAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  const Failure failure = failure_of(ask(*endpoint("http://127.0.0.1:1/v1").value()));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  EXPECT_EQ(failure.status, eval::Status::lost);
  EXPECT_EQ(failure.scope, Scope::endpoint);
  EXPECT_TRUE(holds(failure.message, "127.0.0.1:1: Connection refused")) << failure.message;
}

TEST(OpenaiFault, ASlowServerIsCalledSlow) {
  RunningMock mock(R"({"delay_ms": 5000, "body": ""})");
  model::Request request = question();
  request.timeout = std::chrono::milliseconds(200);
  const Failure failure = failure_of(ask(mock, {}, request));
  EXPECT_EQ(failure.status, eval::Status::timeout);
  EXPECT_TRUE(holds(failure.message, "slow")) << failure.message;
}

TEST(OpenaiFault, ABodyWithoutEndIsGivenUpEarly) {
  RunningMock mock(R"({"fill_bytes": 1000000000})");
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(failure.status, eval::Status::malformed);
  EXPECT_TRUE(holds(failure.message, "over 16777216 bytes")) << failure.message;
}

TEST(OpenaiFault, AHeaderWithoutEndIsGivenUpEarly) {
  RunningMock mock(R"({"endless_header": true})");
  const Failure failure = failure_of(ask(mock));
  EXPECT_EQ(failure.status, eval::Status::malformed);
  EXPECT_TRUE(holds(failure.message, "header is over 65536 bytes")) << failure.message;
}

TEST(OpenaiFault, CancelEndsWhatIsUnderWay) {
  RunningMock mock(R"({"delay_ms": 20000, "body": ""})");
  const auto model = std::move(endpoint(mock.address()).value());
  SystemClock clock;
  model::Tape tape(clock);
  model::Answer answer;
  std::vector<Task<void>> both;
  run_loop([&]() -> Task<void> {
    const auto asking = [&]() -> Task<void> {
      answer = co_await model->ask(eval::CallRole::system, question(), tape);
    };
    const auto canceling = [&]() -> Task<void> {
      co_await sleep_for(std::chrono::milliseconds(100));
      model->cancel();
    };
    both.push_back(asking());
    both.push_back(canceling());
    co_await gather(std::move(both));
  });
  EXPECT_EQ(failure_of(answer).status, eval::Status::canceled);
}

TEST(OpenaiSecret, TheKeyIsSentAndIsInNoTextOfOurs) {
  const std::string key = "sk-TEST-8c21-key";
  ::setenv("TRUEBOUND_TEST_KEY", key.c_str(), 1);
  const json::Object options{{"key_env", "TRUEBOUND_TEST_KEY"}};
  RunningMock echo(
      "[" + says("Your key is " + key) + "," +
      answer_with(R"({"error": {"message": "wrong key )" + key + R"("}})", R"(, "status": 401)") +
      "," + R"({"status": 404, "body": "no page for )" + key + R"("}])");
  const auto model = std::move(endpoint(echo.address(), options).value());
  EXPECT_EQ(text_of(ask(*model)), "Your key is (key removed)");
  for (int i = 0; i < 2; ++i) {
    const Failure failure = failure_of(ask(*model));
    EXPECT_FALSE(holds(failure.message, key)) << failure.message;
    EXPECT_EQ(failure.scope, Scope::endpoint);
  }
  EXPECT_FALSE(holds(json::canonical(model->identity()), key));
  EXPECT_EQ(net::find_header(echo.asked().at(0).request.headers, "authorization"), "Bearer " + key);
  RunningMock other(says("Paris."));
  ask(other, {{"key_env", "TRUEBOUND_TEST_KEY"}, {"key_header", "api-key"}});
  EXPECT_EQ(net::find_header(other.asked().at(0).request.headers, "api-key"), key);
  ::unsetenv("TRUEBOUND_TEST_KEY");
  EXPECT_FALSE(endpoint(echo.address(), options).ok());
}

TEST(OpenaiSecret, NoHalfOfTheKeyIsLeftAtTheEndOfAPiece) {
  const std::string key = "sk-TEST-8c21-key";
  ::setenv("TRUEBOUND_TEST_KEY", key.c_str(), 1);
  const std::string filling(190, 'y');
  RunningMock page(R"({"status": 404, "body": ")" + filling + key + R"("})");
  RunningMock error(
      answer_with(R"({"error": {"message": ")" + filling + key + R"("}})", R"(, "status": 401)"));
  RunningMock cut(R"({"fill_bytes": 0, "body": ")" + filling + key + R"( and more", "cut": 207})");
  for (const RunningMock* mock : {&page, &error, &cut}) {
    model::Request request = question();
    request.timeout = std::chrono::milliseconds(200);
    const Failure failure =
        failure_of(ask(*mock, {{"key_env", "TRUEBOUND_TEST_KEY"}}, std::move(request)));
    EXPECT_FALSE(holds(failure.message, "sk-TE")) << failure.message;
    EXPECT_TRUE(holds(failure.message, "yyyy")) << failure.message;
  }
  ::unsetenv("TRUEBOUND_TEST_KEY");
}

TEST(OpenaiSecret, APlanThatHoldsASecretIsRefused) {
  EXPECT_FALSE(endpoint("http://user:word@127.0.0.1/v1").ok());
  EXPECT_FALSE(
      endpoint("http://127.0.0.1/v1", {{"headers", json::Object{{"Authorization", "x"}}}}).ok());
  const auto refused = endpoint("http://user:hunter2@127.0.0.1/v1");
  EXPECT_FALSE(holds(refused.error().message, "hunter2")) << refused.error().message;
}

TEST(OpenaiConnection, IsUsedAgainByTheNextRequest) {
  RunningMock mock(says("Paris."));
  const auto model = std::move(endpoint(mock.address()).value());
  SystemClock clock;
  model::Tape tape(clock);
  int good = 0;
  run_loop([&]() -> Task<void> {
    for (int i = 0; i < 50; ++i) {
      const model::Answer answer = co_await model->ask(eval::CallRole::system, question(), tape);
      good += text_of(answer) == "Paris." ? 1 : 0;
    }
  });
  EXPECT_EQ(good, 50);
  // And in the next loop, after those connections have gone with theirs.
  EXPECT_EQ(text_of(ask(*model)), "Paris.");
}

}  // namespace
}  // namespace truebound::gateway
