// Bodies of chat completions without a network: bytes that are broken in every way, and the pauses
// between retries. What a whole exchange does is tested in gateway/, against the mock.

#include "truebound/model/openai_body.h"

#include <gtest/gtest.h>

#include "truebound/model/retry.h"

namespace truebound::model {
namespace {

using std::chrono::milliseconds;

Dialect dialect() {
  return {.place = "models.m",
          .url = "http://h/v1/chat/completions",
          .name = "m",
          .secret = "sk-SECRET-1"};
}

TEST(OpenaiBytes, BrokenInAnyWayGiveAReplyOrOneLineThatHidesNothing) {
  const std::vector<std::string> whole = {
      R"({"model": "m", "choices": [{"index": 0, "message": {"content": [{"type": "text", "text": "\ud83d\ude00 sk-SECRET-1"}], "reasoning": "r", "tool_calls": [{"a": 1}]}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}})",
      R"({"error": {"message": "sk-SECRET-1", "code": 429, "param": "model", "innererror": {"code": "x"}}})",
      "data: {\"choices\": [{\"delta\": {\"content\": \"a\\ud83d\"}}]}\r\n\r\n: c\n\ndata: "
      "[DONE]\n\n",
      "<html>\x1b[2J sk-SECRET-1 \xff</html>", R"({"detail": [{"msg": "no"}]})"};
  RandomStream random(11);
  int replies = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string body = whole[random.below(whole.size())];
    const std::uint64_t changes = random.below(4);
    for (std::uint64_t i = 0; i < changes && !body.empty(); ++i) {
      const std::size_t at = random.below(body.size());
      const std::uint64_t kind = random.below(3);
      if (kind == 0) body.erase(at, 1 + random.below(20));
      if (kind == 1) body[at] = static_cast<char>(random.below(256));
      if (kind == 2) body.insert(at, body.substr(random.below(body.size()), 15));
    }
    const int status = random.below(2) == 0 ? 200 : 400;
    const Reading reading = read_openai(dialect(), {.status = status, .body = body}, 5);
    if (const auto* reply = std::get_if<eval::Reply>(&reading.answer)) {
      ++replies;
      EXPECT_EQ(reply->text.find("sk-SECRET-1"), std::string::npos);
      continue;
    }
    const std::string& message = std::get<Failure>(reading.answer).message;
    EXPECT_EQ(message.find_first_of("\n\r\x1b"), std::string::npos) << message;
    EXPECT_EQ(message.find("sk-SECRET-1"), std::string::npos) << message;
    EXPECT_LT(message.size(), 1600U);
  }
  EXPECT_GT(replies, 1000);
}

TEST(Pause, DoublesToItsCapAndIsDrawnFromTheStream) {
  RandomStream stream(3);
  RandomStream same(3);
  for (int retry = 0; retry < most_retries; ++retry) {
    const double most_ms = 500.0 * (1 << retry);
    const milliseconds pause = pause_before(retry, Cause::refused_for_now, stream);
    EXPECT_GE(pause.count(), static_cast<std::int64_t>(most_ms / 2));
    EXPECT_LE(pause.count(), static_cast<std::int64_t>(most_ms));
    EXPECT_EQ(pause, pause_before(retry, Cause::refused_for_now, same));
  }
  EXPECT_LE(pause_before(40, Cause::refused_for_now, stream), milliseconds(8000));
  EXPECT_LE(pause_before(0, Cause::broke, stream), milliseconds(100));
}

TEST(Pause, IsTheServersOwnWhereItNamesATime) {
  constexpr std::int64_t now_ms = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT
  const auto asked = [&](const std::string& name, const std::string& value) {
    return asked_to_wait({{name, value}}, now_ms);
  };
  EXPECT_EQ(asked("Retry-After", "3"), milliseconds(3000));
  EXPECT_EQ(asked("retry-after", "0.25"), milliseconds(250));
  EXPECT_EQ(asked("retry-after-ms", "40"), milliseconds(40));
  EXPECT_EQ(asked("retry-after", "Sun, 06 Nov 1994 08:49:39 GMT"), milliseconds(2000));
  EXPECT_EQ(asked("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), milliseconds(0));
  EXPECT_EQ(asked("retry-after", "99999999999999999999"), milliseconds(86'400'000));
  for (const char* none : {"", "-1", "soon", "1e3", ".", "Sun, 36 Nov 1994 08:49:39 GMT"})
    EXPECT_EQ(asked("retry-after", none), std::nullopt) << none;
}

}  // namespace
}  // namespace truebound::model
