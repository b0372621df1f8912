#include "truebound/stats/power.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace truebound::stats {
namespace {

// golden/statistics.json, `miller`: the paper's own numbers, computed with mpmath at 40 digits.
TEST(Power, MillersExamplesComeOut) {
  const Sureness usual;
  const PairedVariance plain{.between = 1.0 / 9};
  EXPECT_NEAR(units_for_mean_difference(.03, plain, usual).value(), 968.9974980677886, 1e-9);
  const PairedVariance once{.between = 1.0 / 9, .first_within = 1.0 / 6, .second_within = 1.0 / 6};
  EXPECT_NEAR(units_for_mean_difference(.03, once, usual).value(), 3875.9899922711543, 1e-9);
  EXPECT_NEAR(smallest_mean_difference(198, once, usual).value(), 0.1327333278739942, 1e-12);
  PairedVariance ten = once;
  ten.first_repeats = ten.second_repeats = 10;
  EXPECT_NEAR(smallest_mean_difference(198, ten, usual).value(), 0.0756696392667773, 1e-12);
}

TEST(Power, TooFewPairsSeeNoDifferenceAtAll) {
  EXPECT_FALSE(smallest_paired_difference(10, .1, {}).value().has_value());
  EXPECT_TRUE(smallest_paired_difference(1000, .1, {}).value().has_value());
}

// (1.644854 + .841621)^2 x .1 / .03^2 = 686.95.
TEST(Power, PairsForAMarginComeOutByHand) {
  EXPECT_NEAR(pairs_for_margin(.03, .1, {}).value(), 686.95, .01);
  EXPECT_FALSE(pairs_for_margin(0, .1, {}).ok());
  EXPECT_FALSE(pairs_for_margin(.1, 0, {}).ok());
  EXPECT_FALSE(pairs_for_margin(.1, .1, {.power = 1}).ok());
}

TEST(Power, WhatCannotBeIsRefused) {
  EXPECT_FALSE(smallest_paired_difference(0, .1, {}).ok());
  EXPECT_FALSE(smallest_paired_difference(10, 0, {}).ok());
  EXPECT_FALSE(smallest_paired_difference(10, std::nan(""), {}).ok());
  EXPECT_FALSE(smallest_paired_difference(10, .1, {.confidence = 1}).ok());
  EXPECT_FALSE(smallest_paired_difference(10, .1, {.power = .4}).ok());
  EXPECT_FALSE(pairs_for_difference(.2, .1, {}).ok());
  EXPECT_FALSE(units_for_mean_difference(.1, {}, {}).ok());
  EXPECT_FALSE(smallest_mean_difference(9, {.between = .1, .first_repeats = 0}, {}).ok());
}

RC_GTEST_PROP(Power, PairsAndSmallestDifferenceUndoEachOther, ()) {
  const double discordant = *rc::gen::inRange(2, 100) / 100.0;
  const double difference = discordant * *rc::gen::inRange(1, 100) / 100.0;
  const Sureness sureness{.confidence = *rc::gen::element(.9, .95, .99),
                          .power = *rc::gen::element(.5, .8, .9)};
  const double pairs = pairs_for_difference(difference, discordant, sureness).value();
  const auto found = smallest_paired_difference(pairs, discordant, sureness).value();
  RC_ASSERT(found.has_value());
  RC_ASSERT(std::abs(*found - difference) < 1e-9);
}

}  // namespace
}  // namespace truebound::stats
