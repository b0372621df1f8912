#include "truebound/stats/interval.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/golden_values.h"

namespace truebound::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

// Relative, so that a limit of 1e-5 is held to its twelfth digit too.
void expect_equal(double found, double golden) {
  EXPECT_NEAR(found, golden, 1e-12 * std::abs(golden));
}

void expect_equal(const Interval& found, const std::array<double, 2>& golden) {
  expect_equal(found.lower, golden[0]);
  expect_equal(found.upper, golden[1]);
}

TEST(Interval, AgreesWithGoldenValuesToTwelveDigits) {
  for (const auto& row : golden::binomial) {
    SCOPED_TRACE(testing::Message() << row.x << " of " << row.n);
    expect_equal(clopper_pearson(row.x, row.n, .95).value(), row.clopper_pearson);
    expect_equal(wilson(row.x, row.n, .95).value(), row.wilson);
    expect_equal(jeffreys(row.x, row.n, .95).value(), row.jeffreys);
    expect_equal(upper_limit(row.x, row.n, .05).value(), row.one_sided_upper);
  }
}

TEST(Interval, TrialsForABoundAgreeWithGoldenValues) {
  for (const auto& row : golden::trials) {
    SCOPED_TRACE(testing::Message() << row.bound << " at " << row.tail << ", " << row.hits);
    EXPECT_EQ(trials_for_bound(row.bound, row.tail, row.hits).value(), row.trials);
  }
}

TEST(Interval, WilsonAgreesWithAnExampleOfStatsmodels) {
  const Interval found = wilson(19, 38, .95).value();
  EXPECT_NEAR(found.lower, 0.348499283643951, 1e-14);
  EXPECT_NEAR(found.upper, 0.651500716356049, 1e-14);
}

TEST(Interval, AnEffectiveSizeNeedNotBeWhole) {
  // x = 1.4 of 30, case few-broke-epochs of golden/chain.json.
  const Interval found = clopper_pearson(14.0 / 300 * 30, 30, .95).value();
  EXPECT_NEAR(found.lower, 0.00290897514168, 1e-12);
  EXPECT_NEAR(found.upper, 0.192224886105, 1e-12);
}

TEST(Interval, NoTrialsIsAnErrorNotZero) {
  for (const auto method : {clopper_pearson, wilson, jeffreys}) {
    EXPECT_FALSE(method(0, 0, .95).ok());
  }
  EXPECT_EQ(clopper_pearson(0, 0, .95).error().message,
            "interval: trials must be > 0 and finite, got 0");
}

TEST(Interval, ArgumentsOutOfRangeAreRefused) {
  for (const auto method : {clopper_pearson, wilson, jeffreys}) {
    EXPECT_FALSE(method(11, 10, .95).ok());
    EXPECT_FALSE(method(-1, 10, .95).ok());
    EXPECT_FALSE(method(nan, 10, .95).ok());
    EXPECT_FALSE(method(1, nan, .95).ok());
    EXPECT_FALSE(method(1, infinite, .95).ok());
    EXPECT_FALSE(method(1, 10, 0).ok());
    EXPECT_FALSE(method(1, 10, 1).ok());
    EXPECT_FALSE(method(1, 10, nan).ok());
  }
  EXPECT_FALSE(lower_limit(1, 10, 0).ok());
  EXPECT_FALSE(upper_limit(1, 10, 1).ok());
  EXPECT_FALSE(zero_failure_bound(0, .05).ok());
  EXPECT_FALSE(trials_for_bound(0, .05).ok());
  EXPECT_FALSE(trials_for_bound(.01, .05, -1).ok());
  EXPECT_FALSE(trials_for_bound(1e-14, .05).ok());
}

TEST(Interval, NothingAndEverythingMirrorEachOther) {
  EXPECT_EQ(clopper_pearson(0, 20, .95).value().lower, 0);
  EXPECT_EQ(clopper_pearson(20, 20, .95).value().upper, 1);
  EXPECT_NEAR(lower_limit(20, 20, .05).value(), 1 - zero_failure_bound(20, .05).value(), 1e-15);
}

// The chance of x of n, by plain multiplication: an oracle apart from the library.
double chance(int x, int n, double rate) {
  double result = 1;
  for (int i = 1; i <= x; ++i)
    result *= rate * (n - x + i) / i;
  return result * std::pow(1 - rate, n - x);
}

TEST(Interval, ClopperPearsonCoversEveryRateByExactEnumeration) {
  for (int n = 1; n <= 60; ++n) {
    std::vector<Interval> intervals;
    for (int x = 0; x <= n; ++x)
      intervals.push_back(clopper_pearson(x, n, .95).value());
    for (int step = 1; step < 200; ++step) {
      const double rate = step / 200.0;
      double covered = 0;
      for (int x = 0; x <= n; ++x) {
        const Interval& at = intervals[static_cast<std::size_t>(x)];
        if (at.lower <= rate && rate <= at.upper) covered += chance(x, n, rate);
      }
      ASSERT_GE(covered, .95 - 1e-12) << n << " trials at rate " << rate;
    }
  }
}

TEST(Interval, TheLimitIsTheRateAtWhichTheTailIsReached) {
  const double upper = upper_limit(3, 40, .05).value();
  double at_most = 0;
  for (int x = 0; x <= 3; ++x)
    at_most += chance(x, 40, upper);
  EXPECT_NEAR(at_most, .05, 1e-13);
}

struct Draw {
  double x, n, confidence;
};

Draw any_draw() {
  const int n = *rc::gen::inRange(1, 5000);
  const int x = *rc::gen::inRange(0, n + 1);
  return {static_cast<double>(x), static_cast<double>(n), *rc::gen::element(.5, .8, .95, .999)};
}

RC_GTEST_PROP(Interval, LimitsEncloseTheEstimateWithinZeroAndOne, ()) {
  const Draw d = any_draw();
  for (const auto method : {clopper_pearson, wilson, jeffreys}) {
    const Interval found = method(d.x, d.n, d.confidence).value();
    RC_ASSERT(0 <= found.lower && found.lower <= d.x / d.n);
    RC_ASSERT(d.x / d.n <= found.upper && found.upper <= 1);
  }
}

RC_GTEST_PROP(Interval, LimitsRiseWithHits, ()) {
  const Draw d = any_draw();
  RC_PRE(d.x + 1 <= d.n);
  for (const auto method : {clopper_pearson, wilson, jeffreys}) {
    const Interval few = method(d.x, d.n, d.confidence).value();
    const Interval more = method(d.x + 1, d.n, d.confidence).value();
    RC_ASSERT(few.lower < more.lower && few.upper < more.upper);
  }
}

RC_GTEST_PROP(Interval, HitsAndMissesAreMirrorImages, ()) {
  const Draw d = any_draw();
  for (const auto method : {clopper_pearson, wilson, jeffreys}) {
    const Interval hits = method(d.x, d.n, d.confidence).value();
    const Interval misses = method(d.n - d.x, d.n, d.confidence).value();
    RC_ASSERT(std::abs(hits.lower - (1 - misses.upper)) < 1e-12);
    RC_ASSERT(std::abs(hits.upper - (1 - misses.lower)) < 1e-12);
  }
}

RC_GTEST_PROP(Interval, ExactLimitsNarrowWithConfidence, ()) {
  const Draw d = any_draw();
  const Interval wide = clopper_pearson(d.x, d.n, .99).value();
  const Interval narrow = clopper_pearson(d.x, d.n, .9).value();
  RC_ASSERT(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
}

RC_GTEST_PROP(Interval, TrialsForABoundAreTheFewest, ()) {
  const auto hits = *rc::gen::inRange<std::int64_t>(0, 8);
  const double bound = *rc::gen::inRange(1, 400) / 1000.0;
  const auto n = static_cast<double>(trials_for_bound(bound, .05, hits).value());
  const auto x = static_cast<double>(hits);
  RC_ASSERT(upper_limit(x, n, .05).value() <= bound * (1 + 1e-12));
  RC_ASSERT(n == x + 1 || upper_limit(x, n - 1, .05).value() > bound * (1 - 1e-12));
}

}  // namespace
}  // namespace truebound::stats
