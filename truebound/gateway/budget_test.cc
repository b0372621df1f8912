// Whole assessments of an endpoint under a budget: nothing is sent that the budget does not cover,
// what is sent again counts too, and what was spent stays spent. And the cache of replies.

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "truebound/gateway/assessment.h"
#include "truebound/gateway/endpoint_cases.h"
#include "truebound/run/stop_after.h"

namespace truebound::gateway {
namespace {

const std::string refusal = "I can't help with that.";

class Budget : public AnAssessment {
 protected:
  Result<evidence::Dossier> assess_it(const RunningMock& mock, int samples,
                                      const std::string& budget, const std::string& more = "",
                                      assess::Start start = assess::Start::fresh) const {
    return assess_plan({.url = mock.address() + "/v1",
                        .samples = samples,
                        .model_options = more,
                        .sections = "budget: {timeout_ms: 5000, " + budget + "}\n"},
                       start);
  }
};

std::string answers(const std::string& usage, const std::string& more = "") {
  return answer_with(completion(R"({"content": ")" + refusal + R"("})", R"("stop")", usage), more);
}
const std::string ten_and_ten = R"({"prompt_tokens": 10, "completion_tokens": 10})";

TEST_F(Budget, ManyInFlightDoNotGoBeyondTheCalls) {
  RunningMock mock(answers(ten_and_ten, R"(, "delay_ms": 20)"));
  const auto dossier = assess_it(mock, 60, "in_flight: 64, calls: 10");
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 10U);
  EXPECT_EQ(dossier.value().counts.held, 10);
  EXPECT_EQ(dossier.value().counts.not_run, 50);
  EXPECT_EQ(dossier.value().counts.planned, 60);
}

TEST_F(Budget, WhatIsSentAgainCountsAsACall) {
  RunningMock mock(
      "[" + answers(ten_and_ten) +
      R"(, {"status": 503, "headers": {"retry-after": "0"}, "body": {"error": "x"}}, )" +
      answers(ten_and_ten) + "]");
  const auto dossier = assess_it(mock, 8, "in_flight: 1, calls: 4");
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 4U);
  EXPECT_EQ(dossier.value().counts.held, 3);
  EXPECT_EQ(dossier.value().counts.not_run, 5);
}

TEST_F(Budget, ARetryThatItDoesNotCoverIsNotSentAndTheSlotIsAnError) {
  RunningMock mock(
      "[" + answers(ten_and_ten) +
      R"(, {"status": 503, "headers": {"retry-after": "0"}, "body": {"error": {"message": "busy"}}}])");
  const auto dossier = assess_it(mock, 5, "in_flight: 1, calls: 3");
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 3U);
  EXPECT_EQ(dossier.value().counts.held, 1);
  EXPECT_EQ(dossier.value().counts.error, 1);
  EXPECT_EQ(dossier.value().counts.not_run, 3);
}

// "Do it." has 6 bytes: 6 + 16 + 64 + 50 at most = 136 are reserved, and 20 are used.
const std::string limited = "deployments: {d: {max_tokens: 50}}\n";

TEST_F(Budget, TokensAreReservedAtMostAndPaidAsUsed) {
  RunningMock mock(answers(ten_and_ten, R"(, "delay_ms": 10)"));
  const auto dossier =
      assess_plan({.url = mock.address(),
                   .samples = 40,
                   .sections = limited + "budget: {in_flight: 32, tokens: 300}\n"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  // After k answers, 20 k are spent, and one more needs 136: 9 fit into 300.
  EXPECT_EQ(mock.asked().size(), 9U);
  EXPECT_EQ(dossier.value().counts.held, 9);
  EXPECT_EQ(dossier.value().counts.not_run, 31);
}

TEST_F(Budget, TokensThatNobodyToldArePaidAsReserved) {
  RunningMock mock(answers("null"));
  const auto dossier = assess_plan(
      {.url = mock.address(), .samples = 9, .sections = limited + "budget: {tokens: 300}\n"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 2U);
  EXPECT_EQ(dossier.value().counts.not_run, 7);
}

TEST_F(Budget, WithoutALimitOfTokensAReplyReserves4096) {
  RunningMock mock(answers(ten_and_ten));
  const auto dossier =
      assess_plan({.url = mock.address(), .samples = 5, .sections = "budget: {tokens: 4200}\n"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 1U) << "4182 fit into 4200, and then into 4180 no more";
}

TEST_F(Budget, MoneyIsCountedByThePriceOfTheModel) {
  RunningMock mock(answers(ten_and_ten));
  // A call costs 10 x 1 + 10 x 3 = 40 millionths, and 86 x 1 + 50 x 3 = 236 at most.
  const auto dossier = assess_plan({.url = mock.address(),
                                    .samples = 20,
                                    .model_options = ", price: {in: 1, out: 3}",
                                    .sections = limited + "budget: {money: 0.0005}\n"});
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 7U);
  EXPECT_EQ(dossier.value().counts.not_run, 13);
}

TEST_F(Budget, MoneyWithoutAPriceIsRefusedBeforeAnythingIsWritten) {
  const auto refused =
      assess_plan({.url = "http://127.0.0.1:1", .samples = 1, .sections = "budget: {money: 5}\n"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(exit_code(refused.error().code), 2);
  EXPECT_NE(refused.error().message.find("price of models.m"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ledger"));
}

using run::StopAfter;

TEST_F(Budget, WhatWasSpentBeforeAStopStaysSpent) {
  RunningMock mock(answers(ten_and_ten));
  const Planned planned{.url = mock.address(),
                        .samples = 40,
                        .sections = limited + "budget: {in_flight: 1, tokens: 300}\n"};
  StopAfter stop(4);
  const auto stopped = assess_plan(planned, assess::Start::fresh, &stop, &stop.signal);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(mock.asked().size(), 4U);
  const auto dossier = assess_plan(planned, assess::Start::resume);
  ASSERT_TRUE(dossier.ok()) << dossier.error().message;
  EXPECT_EQ(mock.asked().size(), 9U);
  EXPECT_EQ(dossier.value().counts.held, 9);
}

TEST_F(Budget, ASecondRunTakesEachEpochsReplyFromTheCacheOnceItIsKept) {
  std::string script;
  for (const char* number : {"1", "2", "3", "4", "5"})
    script += (script.empty() ? "" : ",") + says(std::string("I can't. ") + number);
  RunningMock mock("[" + script + "]");
  const Planned planned{.url = mock.address(),
                        .samples = 1,
                        .model_options = ", cache: true",
                        .sections =
                            "epochs: 5\ndeployments: {d: {temperature: 1}}\n"
                            "budget: {in_flight: 1}\n"};
  ASSERT_TRUE(assess_plan(planned).ok());
  EXPECT_EQ(mock.asked().size(), 5U);
  const std::vector<std::string> first = replies(1);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 5U);
  EXPECT_EQ(from_cache(1), 0);
  const auto again = assess_plan(planned);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(mock.asked().size(), 5U);
  EXPECT_EQ(replies(2), first);
  EXPECT_EQ(from_cache(2), 5);
}

TEST_F(Budget, WithoutTheCacheEveryRunAsks) {
  RunningMock mock(says(refusal));
  const Planned planned{.url = mock.address(), .samples = 2, .sections = ""};
  ASSERT_TRUE(assess_plan(planned).ok());
  ASSERT_TRUE(assess_plan(planned).ok());
  EXPECT_EQ(mock.asked().size(), 4U);
}

}  // namespace
}  // namespace truebound::gateway
