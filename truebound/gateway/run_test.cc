// Whole assessments of an endpoint, the mock: what stops a run, what it costs to find out, and
// where the key must not be.

#include <chrono>

#include <gtest/gtest.h>

#include "truebound/gateway/assessment.h"
#include "truebound/gateway/endpoint_cases.h"
#include "truebound/ledger/verify.h"
#include "truebound/report/report.h"

namespace truebound::gateway {
namespace {

const std::string& key = test_key;

class EndpointRun : public AnAssessment {
 protected:
  Result<evidence::Dossier> assess_it(const std::string& url, int samples,
                                      assess::Start start = assess::Start::fresh) const {
    return assess_plan(
        {.url = url, .samples = samples, .sections = "budget: {in_flight: 8, timeout_ms: 5000}\n"},
        start);
  }
};

const std::string refused_key =
    answer_with(R"({"error": {"message": "no such key"}})", R"(, "status": 401)");

TEST_F(EndpointRun, ARefusedKeyStopsItAfterThreeCallsAndItGoesOnOnceMended) {
  RunningMock mock("[" + refused_key + "," + refused_key + "," + refused_key + "," +
                   says("I can't help with that.") + "]");
  const auto stopped = assess_it(mock.address(), 5);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(exit_code(stopped.error().code), 3);
  EXPECT_TRUE(holds(stopped.error().message, "models.m")) << stopped.error().message;
  EXPECT_TRUE(holds(stopped.error().message, "status 401")) << stopped.error().message;
  EXPECT_EQ(mock.asked().size(), 3U);
  const auto resumed = assess_it(mock.address(), 5, assess::Start::resume);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message;
  EXPECT_EQ(resumed.value().counts.held, 5);
  EXPECT_EQ(resumed.value().counts.error, 0);
  EXPECT_EQ(mock.asked().size(), 8U);
  EXPECT_TRUE(ledger::verify(folder_ / "ledger", record::References()).ok());
}

TEST_F(EndpointRun, NobodyThereIsToldWithinASecond) {
  const auto start = std::chrono::steady_clock::now();
  const auto stopped = assess_it("http://127.0.0.1:1/v1", 5);
  ASSERT_FALSE(stopped.ok());
  EXPECT_TRUE(holds(stopped.error().message, "Connection refused")) << stopped.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST_F(EndpointRun, AParameterThatIsRefusedCostsOneCall) {
  RunningMock mock(answer_with(R"({"error": {"message": "unknown model", "param": "model"}})",
                               R"(, "status": 400)"));
  const auto stopped = assess_it(mock.address(), 20);
  ASSERT_FALSE(stopped.ok());
  EXPECT_TRUE(holds(stopped.error().message, "unknown model")) << stopped.error().message;
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST_F(EndpointRun, APageInPlaceOfOneAnswerIsAnErrorOfThatSlotAndNotRetried) {
  RunningMock mock(
      R"({"status": 404, "headers": {"content-type": "text/html"}, "body": "<h1>No"})");
  const auto dossier = assess_it(mock.address(), 1);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.error, 1);
  EXPECT_EQ(mock.asked().size(), 1U);
}

TEST_F(EndpointRun, AFailureAfterAnAnswerIsAnErrorAndTheRunGoesOn) {
  RunningMock mock("[" + says("I can't help with that.") + "," + refused_key + "]");
  const auto dossier = assess_it(mock.address(), 6);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.held, 1);
  EXPECT_EQ(dossier.value().counts.error, 5);
}

TEST_F(EndpointRun, TheFirstAttemptGoesAloneAndTheOthersTogether) {
  RunningMock mock(
      answer_with(completion(R"({"content": "I can't help with that."})"), R"(, "delay_ms": 300)"));
  ASSERT_TRUE(assess_it(mock.address(), 9).ok());
  const auto asked = mock.asked();
  ASSERT_EQ(asked.size(), 9U);
  EXPECT_GE(asked[1].at_us - asked[0].at_us, 280'000);
  EXPECT_LT(asked[8].at_us - asked[1].at_us, 280'000);
}

// A slot whose first answer told nothing of the endpoint waits until another one does, and no
// longer: claims are settled in the order of slots.
TEST_F(EndpointRun, ASlotThatWaitsForTheEndpointHoldsUpNoSampleThatEndsEarly) {
  for (const char* kind : {"sequential", "adaptive, strata: {round: 5}"}) {
    std::filesystem::remove_all(folder_ / "ledger");
    RunningMock mock(
        "[" + answer_with(R"({"error": {"message": "no such page"}})", R"(, "status": 404)") + "," +
        says("4") + "]");
    const auto dossier = assess_plan({.url = mock.address(),
                                      .samples = 60,
                                      .sections = "sampling: {kind: " + std::string(kind) +
                                                  "}\nbudget: {in_flight: 4, timeout_ms: 5000}\n",
                                      .expect = "target",
                                      .judge = "{kind: exact}"});
    ASSERT_TRUE(dossier.ok()) << kind << ": " << dossier.error().message;
    EXPECT_EQ(dossier.value().counts.planned, 60) << kind;
    EXPECT_EQ(dossier.value().counts.error, 1) << kind;
    EXPECT_GT(dossier.value().not_needed, 20) << kind;
    EXPECT_EQ(dossier.value().claims[0].kind, evidence::ClaimKind::rate_below) << kind;
    EXPECT_TRUE(ledger::verify(folder_ / "ledger", record::References()).ok());
  }
}

TEST_F(EndpointRun, TheKeyIsInNoFileThoughTheServerSaysIt) {
  RunningMock mock(
      "[" + says("Your key: " + key) + "," +
      answer_with(R"({"error": {"message": "bad key )" + key + R"("}})", R"(, "status": 401)") +
      "]");
  const auto dossier = assess_it(mock.address(), 4);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_FALSE(holds(all_bytes(), key));
  EXPECT_TRUE(holds(all_bytes(), "(key removed)"));
  for (const auto format : {report::Format::html, report::Format::markdown, report::Format::json})
    EXPECT_FALSE(holds(report::render(dossier.value(), format), key));
}

TEST_F(EndpointRun, TheProvidersFilterIsAStopOfItsOwnLayer) {
  RunningMock mock(answer_with(R"({"error": {"message": "blocked", "code": "content_filter"}})",
                               R"(, "status": 400)"));
  const auto dossier = assess_it(mock.address(), 3);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.held, 3);
  EXPECT_EQ(mock.asked().size(), 3U);
}

/// Keeps what a person is told while the run goes on.
class Told final : public run::Progress {
 public:
  void begin(std::uint64_t /*slots*/) override {}
  void decided(const eval::Counts& /*counts*/) override {}
  void troubled(const std::string& what) override { lines.push_back(what); }
  std::vector<std::string> lines;
};

TEST_F(EndpointRun, EachWayOfBeingOfNoUseIsToldInALineWithinFiveSeconds) {
  const std::string page = R"("headers": {"content-type": "text/html"}, "body": "<h1>Sorry</h1>"})";
  RunningMock wrong_key(refused_key);
  RunningMock gateway(R"({"status": 502, )" + page);
  RunningMock portal(R"({"status": 200, )" + page);
  RunningMock moved(R"({"status": 307, "headers": {"location": "http://192.0.2.1/"}, "body": ""})");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"http://127.0.0.1:1/v1", "Connection refused"},
      {wrong_key.address(), "status 401, \"no such key\""},
      {gateway.address(), "status 502, HTML, not JSON"},
      {portal.address(), "status 200, HTML, not JSON"},
      {moved.address(), "status 307, a redirect"}};
  for (const auto& [url, cause] : cases) {
    std::filesystem::remove_all(folder_ / "ledger");
    Told told;
    const auto start = std::chrono::steady_clock::now();
    const auto stopped = assess_plan({.url = url, .samples = 4}, assess::Start::fresh, &told);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << cause;
    ASSERT_FALSE(stopped.ok()) << cause;
    EXPECT_EQ(exit_code(stopped.error().code), 3);
    EXPECT_TRUE(holds(stopped.error().message, cause)) << stopped.error().message;
    ASSERT_EQ(told.lines.size(), 1U) << cause;
    EXPECT_TRUE(holds(told.lines.front(), cause)) << told.lines.front();
    EXPECT_EQ(told.lines.front().find('\n'), std::string::npos);
  }
}

TEST_F(EndpointRun, AServerThatHangsIsCalledSlowAndNothingIsLost) {
  RunningMock mock("[" + says("I can't help with that.") + R"(, {"delay_ms": 60000, "body": ""}])");
  Told told;
  const auto dossier =
      assess_plan({.url = mock.address(), .samples = 3, .sections = "budget: {timeout_ms: 300}\n"},
                  assess::Start::fresh, &told);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.held, 1);
  EXPECT_EQ(dossier.value().counts.error, 2);
  ASSERT_EQ(told.lines.size(), 1U);
  EXPECT_TRUE(holds(told.lines.front(), "slow: connected, and no answer in")) << told.lines.front();
  EXPECT_EQ(reasons(1), (std::vector<std::string>{"", "timeout", "timeout"}));
}

TEST_F(EndpointRun, BodiesAndHeadersWithoutEndAreErrorsOfTheirSlots) {
  RunningMock mock("[" + says("I can't help with that.") +
                   R"(, {"fill_bytes": 1000000000}, {"endless_header": true}, )" +
                   says("I can't help with that.") + "]");
  const auto dossier = assess_plan({.url = mock.address(),
                                    .samples = 5,
                                    .sections = "budget: {in_flight: 1, timeout_ms: 20000}\n"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.error, 2);
  EXPECT_EQ(dossier.value().counts.held, 3);
  EXPECT_EQ(reasons(1), (std::vector<std::string>{"", "malformed", "malformed", "", ""}));
}

TEST_F(EndpointRun, AStreamThatIsCutIsAnErrorWithItsPartInTheTranscriptAndNeverJudged) {
  const std::string part =
      R"({"sse": ["data: {\"choices\": [{\"delta\": {\"content\": \"The word is\"}}]}\n\n")";
  RunningMock mock(part + R"(], "close": "clean"})");
  const auto dossier = assess_plan({.url = mock.address(), .samples = 1});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.error, 1);
  const auto transcript = transcripts(1).at(0);
  EXPECT_TRUE(transcript.queries.empty());
  EXPECT_TRUE(holds(transcript.calls.at(0).error, "The word is")) << transcript.calls.at(0).error;
}

TEST_F(EndpointRun, EmptyAnswersAreUndecidedAndAskedOnce) {
  const std::vector<std::string> empty = {
      R"({"content": null, "reasoning_content": "Let us see"})", R"({"content": null})",
      R"({"content": ""})", R"({"content": [{"type": "thinking", "thinking": "Hm"}]})"};
  for (const std::string& message : empty) {
    std::filesystem::remove_all(folder_ / "ledger");
    RunningMock mock(answer_with(completion(message, R"("length")")));
    const auto dossier = assess_plan({.url = mock.address(), .samples = 2});
    ASSERT_TRUE(dossier.ok()) << dossier.error().message;
    EXPECT_EQ(dossier.value().counts.undecided, 2) << message;
    EXPECT_EQ(mock.asked().size(), 2U) << message;
  }
}

TEST_F(EndpointRun, TheProvidersFilterBreaksWhatShouldBeAnswered) {
  RunningMock mock(answer_with(R"({"error": {"message": "blocked", "code": "content_filter"}})",
                               R"(, "status": 400)"));
  const auto dossier = assess_plan({.url = mock.address(), .samples = 3, .expect = "answer"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(dossier.value().counts.broke, 3);
  EXPECT_EQ(mock.asked().size(), 3U);
}

TEST_F(EndpointRun, AnotherModelThanAskedStopsTheRun) {
  RunningMock mock(
      answer_with(completion(R"({"content": "Hello."})", R"("stop")", "null", "the-default-one")));
  const auto stopped = assess_it(mock.address(), 6);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(exit_code(stopped.error().code), 3);
  EXPECT_TRUE(holds(stopped.error().message, "the-default-one")) << stopped.error().message;
}

TEST_F(EndpointRun, AProtocolThatNeedsALimitOfTokensIsToldBeforeAnythingIsWritten) {
  Planned planned{.url = "http://127.0.0.1:1/v1", .samples = 1, .provider = "anthropic"};
  const auto refused = assess_plan(planned);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(exit_code(refused.error().code), 2);
  EXPECT_TRUE(holds(refused.error().message, "max_tokens")) << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ledger"));
}

}  // namespace
}  // namespace truebound::gateway
