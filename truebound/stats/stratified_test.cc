#include "truebound/stats/stratified.h"

#include <vector>

#include <gtest/gtest.h>

namespace truebound::stats {
namespace {

using Strata = std::vector<Stratum>;

// Four strata of 25 with 5, 10, 15 and 20 hits: sqrt of the sum of p (1 - p) / 24 / 16.
TEST(Stratified, TheSpreadBetweenStrataIsNoError) {
  const Strata strata = {{25, 5}, {25, 10}, {25, 15}, {25, 20}};
  const StratifiedMean mean = stratified_mean(strata, .95).value();
  EXPECT_NEAR(mean.value, .5, 1e-15);
  EXPECT_NEAR(mean.standard_error, 0.0456435465, 1e-10);
  EXPECT_NEAR(mean.interval.upper - mean.value, 1.959963984540054 * mean.standard_error, 1e-12);
}

TEST(Stratified, WeightsCountByTheirShares) {
  const Strata strata = {{10, 0, 3}, {10, 5, 1}};
  const StratifiedMean mean = stratified_mean(strata, .95).value();
  EXPECT_DOUBLE_EQ(mean.value, .125);
  EXPECT_DOUBLE_EQ(mean.standard_error * mean.standard_error, .25 * .25 * .25 / 9);
}

TEST(Stratified, WhatCannotBeIsRefused) {
  EXPECT_FALSE(stratified_mean(Strata{}, .95).ok());
  EXPECT_FALSE(stratified_mean(Strata{{1, 0}}, .95).ok());
  EXPECT_FALSE(stratified_mean(Strata{{5, 6}}, .95).ok());
  EXPECT_FALSE(stratified_mean(Strata{{5, 1, 0}}, .95).ok());
  EXPECT_FALSE(stratified_mean(Strata{{5, 1}}, 0).ok());
}

}  // namespace
}  // namespace truebound::stats
