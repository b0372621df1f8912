#include "truebound/report/figures.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::report {
namespace {

TEST(Figures, BoundsAreRoundedAwayFromTheClaim) {
  EXPECT_EQ(percent(0.22149, Rounding::down), "22.1%");
  EXPECT_EQ(percent(0.22101, Rounding::up), "22.2%");
  EXPECT_EQ(percent(0.2215), "22.2%");
  EXPECT_EQ(percent_range(0.27899, 0.54211), "27.8\u201354.3%");
}

TEST(Figures, ANumberThatOneDecimalHoldsStaysAsItIs) {
  // 0.093 * 1000 is 93.00000000000001 or so in doubles; the bound is 9.3%, not 9.4%.
  EXPECT_EQ(percent(0.093, Rounding::up), "9.3%");
  EXPECT_EQ(percent(0.29, Rounding::down), "29.0%");
  EXPECT_EQ(percent(0, Rounding::down), "0.0%");
  EXPECT_EQ(percent(1, Rounding::up), "100.0%");
}

RC_GTEST_PROP(Figures, ALowerBoundNeverSaysMoreAndAnUpperBoundNeverSaysLess, ()) {
  const double proportion =
      *rc::gen::map(rc::gen::inRange(0, 1000001), [](int millionths) { return millionths / 1e6; });
  const double lower = std::stod(percent(proportion, Rounding::down)) / 100;
  const double upper = std::stod(percent(proportion, Rounding::up)) / 100;
  RC_ASSERT(lower <= proportion + 1e-12);
  RC_ASSERT(upper >= proportion - 1e-12);
  RC_ASSERT(upper - lower < 0.0010001);
}

TEST(Figures, WhatIsAllIsWrittenWithoutDecimals) {
  EXPECT_EQ(percent_range(0, 1), "0\u2013100%");
}

TEST(Figures, AThresholdHasAllItsDigits) {
  EXPECT_EQ(exact_percent(0.05), "5%");
  EXPECT_EQ(exact_percent(0.125), "12.5%");
  EXPECT_EQ(exact_percent(0.9875), "98.75%");
  EXPECT_EQ(exact_percent(1), "100%");
}

TEST(Figures, ADifferenceHasARealMinusAndAPlus) {
  EXPECT_EQ(points(0.357143), "+35.7");
  EXPECT_EQ(points(-0.0957), "\u22129.6");
  EXPECT_EQ(points(-0.0957, Rounding::down), "\u22129.6");
  EXPECT_EQ(points(-0.09571, Rounding::up), "\u22129.5");
  EXPECT_EQ(points(-0.0001), "0.0");
}

TEST(Figures, CountsHaveCommasBetweenThousands) {
  EXPECT_EQ(whole(0), "0");
  EXPECT_EQ(whole(999), "999");
  EXPECT_EQ(whole(98362432), "98,362,432");
  EXPECT_EQ(counted(1, "slot"), "1 slot");
  EXPECT_EQ(counted(3501, "slot"), "3,501 slots");
}

TEST(Figures, ASmallPIsNotZero) {
  EXPECT_EQ(p_value(0), "< 0.0001");
  EXPECT_EQ(p_value(0.00012), "0.0001");
  EXPECT_EQ(p_value(0.73), "0.73");
}

TEST(Figures, DatesHaveTheMonthAsAWordAndTimesAreUtc) {
  EXPECT_EQ(date(1795511520000), "24 November 2026");
  EXPECT_EQ(clock_time(1795511520000), "09:12");
  EXPECT_EQ(date(0), "1 January 1970");
  EXPECT_EQ(date_of_plan("2026-12-31"), "31 December 2026");
  EXPECT_EQ(date_of_plan("2026-13-31"), "2026-13-31");
  EXPECT_EQ(date_of_plan("next spring"), "next spring");
}

TEST(Figures, ClippingCountsCharactersAndCutsNoneInHalf) {
  EXPECT_EQ(clip("abc", 3), "abc");
  EXPECT_EQ(clip("abcd", 3), "abc\u2026");
  EXPECT_EQ(clip("\u00e4\u00f6\u00fc\u00df", 2), "\u00e4\u00f6\u2026");
}

}  // namespace
}  // namespace truebound::report
