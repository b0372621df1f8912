// How many requests an endpoint gets at once, under a clock that the test moves.

#include "truebound/model/pace.h"

#include <algorithm>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

namespace truebound::model {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t second = 1000 * ms;

/// Sends as many requests as the pace lets, and ends all of them together.
class Rounds {
 public:
  explicit Rounds(PaceLimits limits) : pace(limits) {}

  /// @return how many were sent
  int round(Sign sign, std::int64_t lasts_us = 100 * ms) {
    const std::int64_t started_us = now_us;
    int sent = 0;
    while (pace.admit(now_us, 10))
      ++sent;
    now_us += lasts_us;
    for (int i = 0; i < sent; ++i)
      pace.end({.started_us = started_us, .now_us = now_us, .sign = sign, .tokens_out = 30});
    ++now_us;
    return sent;
  }

  Pace pace;
  std::int64_t now_us = 1;
};

TEST(Pace, BeginsWithEightAndGrowsToTheMostWhileAllIsWell) {
  Rounds rounds({.most = 64});
  std::vector<int> sent;
  for (int i = 0; i < 12; ++i)
    sent.push_back(rounds.round(Sign::good));
  EXPECT_EQ(sent.front(), 8);
  EXPECT_TRUE(std::ranges::is_sorted(sent));
  EXPECT_EQ(sent.back(), 64);
  Rounds few({.most = 3});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(few.round(Sign::good), 3);
}

TEST(Pace, IsHalvedOnceARoundWhenTheEndpointRefusesForNow) {
  Rounds rounds({.most = 64});
  for (int i = 0; i < 12; ++i)
    rounds.round(Sign::good);
  std::vector<int> sent;
  for (int i = 0; i < 9; ++i)
    sent.push_back(rounds.round(Sign::busy));
  EXPECT_EQ(sent, (std::vector<int>{64, 32, 16, 8, 4, 2, 1, 1, 1}));
}

TEST(Pace, GrowsByOneARoundAfterTheFirstTrouble) {
  Rounds rounds({.most = 64});
  for (int i = 0; i < 12; ++i)
    rounds.round(Sign::good);
  rounds.round(Sign::busy);
  EXPECT_EQ(rounds.pace.window(), 32);
  for (int i = 0; i < 4; ++i) {
    const int before = rounds.pace.window();
    rounds.round(Sign::good);
    EXPECT_GE(rounds.pace.window(), before);
    EXPECT_LE(rounds.pace.window(), before + 1);
  }
  EXPECT_GE(rounds.pace.window(), 33);
}

TEST(Pace, AServerThatBearsTenSettlesAroundTen) {
  // Of what is sent at once, it refuses what is over ten.
  Pace pace({.most = 64});
  std::int64_t now_us = 1;
  int most_late = 0;
  int least_late = 64;
  for (int round = 0; round < 200; ++round) {
    const std::int64_t started_us = now_us;
    int sent = 0;
    while (pace.admit(now_us, 1))
      ++sent;
    now_us += 100 * ms;
    for (int i = 0; i < sent; ++i) {
      const Sign sign = i < 10 ? Sign::good : Sign::busy;
      pace.end({.started_us = started_us, .now_us = now_us, .sign = sign, .tokens_out = 5});
    }
    ++now_us;
    if (round < 50) continue;
    most_late = std::max(most_late, sent);
    least_late = std::min(least_late, sent);
  }
  EXPECT_LE(most_late, 12);
  EXPECT_GE(least_late, 5);
}

TEST(Pace, ShrinksWhenTokensTakeThreeTimesAsLongButNotBelowFour) {
  Rounds rounds({.most = 64});
  for (int i = 0; i < 8; ++i)
    rounds.round(Sign::good, 100 * ms);
  const int wide = rounds.pace.window();
  EXPECT_EQ(wide, 64);
  for (int i = 0; i < 3; ++i)
    rounds.round(Sign::good, 900 * ms);
  EXPECT_LT(rounds.pace.window(), wide);
  for (int i = 0; i < 60; ++i)
    rounds.round(Sign::good, 900 * ms);
  EXPECT_GE(rounds.pace.window(), 4);
}

TEST(Pace, ALongAnswerIsNotASlowOne) {
  Pace pace({.most = 16});
  std::int64_t now_us = 1;
  for (int i = 0; i < 200; ++i) {
    const std::int64_t tokens = i % 2 == 0 ? 0 : 180;
    ASSERT_TRUE(pace.admit(now_us, 1));
    const std::int64_t started_us = now_us;
    now_us += (tokens + 20) * 5 * ms;
    pace.end(
        {.started_us = started_us, .now_us = now_us, .sign = Sign::good, .tokens_out = tokens});
  }
  EXPECT_GE(pace.window(), 8);
}

TEST(Pace, ACallThatCameToNoAnswerInTimeHalvesIt) {
  Rounds rounds({.most = 8});
  rounds.round(Sign::slow);
  EXPECT_EQ(rounds.pace.window(), 4);
  rounds.round(Sign::none);
  EXPECT_EQ(rounds.pace.window(), 4);
}

TEST(Pace, AWindowThatIsNotFilledDoesNotGrow) {
  Pace pace({.most = 64});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pace.admit(i, 1));
    pace.end({.started_us = i, .now_us = i, .sign = Sign::good});
  }
  EXPECT_EQ(pace.window(), 8);
}

TEST(Pace, WhoAsksToBeLeftAloneIsLeftAloneByAll) {
  Pace pace({});
  ASSERT_TRUE(pace.admit(1, 1));
  pace.end({.started_us = 1,
            .now_us = second,
            .sign = Sign::busy,
            .asked_to_wait = std::chrono::milliseconds(3000)});
  EXPECT_EQ(pace.closed_until_us(), 4 * second);
  EXPECT_FALSE(pace.admit(4 * second - 1, 1));
  EXPECT_TRUE(pace.admit(4 * second, 1));
}

TEST(Pace, NoMinuteHasMoreRequestsThanThePlanSays) {
  Pace pace({.most = 64, .requests_a_minute = 30});
  std::vector<std::int64_t> sent;
  for (std::int64_t now_us = 0; now_us < 300 * second; now_us += 100 * ms) {
    if (!pace.admit(now_us, 1)) continue;
    sent.push_back(now_us);
    pace.end({.started_us = now_us, .now_us = now_us, .sign = Sign::good});
  }
  EXPECT_GE(sent.size(), 30U * 5);
  for (std::size_t i = 30; i < sent.size(); ++i)
    EXPECT_GE(sent[i] - sent[i - 30], 60 * second);
}

TEST(Pace, NoMinuteHasMoreTokensThanThePlanSaysAndRealCountsTakeThePlaceOfGuesses) {
  Pace pace({.most = 64, .tokens_a_minute = 1000});
  ASSERT_TRUE(pace.admit(1, 600));
  EXPECT_FALSE(pace.admit(2, 600));
  pace.end({.started_us = 1, .now_us = 3, .sign = Sign::good, .tokens = 300});
  EXPECT_TRUE(pace.admit(4, 600));
  EXPECT_FALSE(pace.admit(5, 600));
  EXPECT_TRUE(pace.admit(61 * second, 600));
  Pace small({.tokens_a_minute = 100});
  EXPECT_TRUE(small.admit(1, 5000)) << "larger than the limit by itself: it goes alone";
  EXPECT_FALSE(small.admit(2, 1));
}

}  // namespace
}  // namespace truebound::model
