#include "truebound/stats/differences.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/repeats.h"

namespace truebound::stats {
namespace {

// --- Sign flips. ---

// golden/statistics.json, `signflip`.
TEST(SignFlip, GivesTheGoldenPValue) {
  const std::vector<double> d = {.2, .1, -.05, .3, .15, 0, .25, -.1};
  const SignFlip test = sign_flip_test(d, {}).value();
  EXPECT_TRUE(test.exact);
  EXPECT_DOUBLE_EQ(test.p_value, 0.109375);
  EXPECT_NEAR(test.sum, .85, 1e-12);
}

// Oracle: with differences of one size, the test is McNemar's exact one.
RC_GTEST_PROP(SignFlip, IsMcNemarsForDifferencesOfOneSize, ()) {
  const auto b = *rc::gen::inRange<std::int64_t>(0, 10);
  const auto c = *rc::gen::inRange<std::int64_t>(0, 10);
  std::vector<double> d(static_cast<std::size_t>(b), 1);
  d.insert(d.end(), static_cast<std::size_t>(c), -1);
  d.push_back(0);
  const double expected = mcnemar({0, b, c, 1}).value().p_exact;
  RC_ASSERT(std::abs(sign_flip_test(d, {}).value().p_value - expected) < 1e-12);
}

TEST(SignFlip, DrawsComeNearTheExactValueAndAreNeverZero) {
  // 24 differences of one size, 17 of them positive: McNemar exact .0639.
  std::vector<double> d(17, 1);
  d.insert(d.end(), 7, -1);
  const SignFlip test = sign_flip_test(d, {.draws = 99'999, .streams = streams_of(2)}).value();
  EXPECT_FALSE(test.exact);
  EXPECT_NEAR(test.p_value, mcnemar({0, 17, 7, 0}).value().p_exact, .004);
  std::reverse(d.begin(), d.end());
  EXPECT_EQ(sign_flip_test(d, {.draws = 99'999, .streams = streams_of(2)}).value().p_value,
            test.p_value);
  const std::vector<double> far(60, 1);
  EXPECT_DOUBLE_EQ(sign_flip_test(far, {.draws = 999}).value().p_value, 1.0 / 1000);
}

TEST(SignFlip, NothingDiffersAndNothingIsThere) {
  const std::vector<double> zeros(5);
  EXPECT_EQ(sign_flip_test(zeros, {}).value().p_value, 1);
  EXPECT_FALSE(sign_flip_test({}, {}).ok());
  const std::vector<double> odd = {1, std::nan("")};
  EXPECT_FALSE(sign_flip_test(odd, {}).ok());
  EXPECT_FALSE(sign_flip_test(zeros, {.draws = 5}).ok());
}

// --- Clustered pairs. ---

TEST(Obuchowski, IsMcNemarsStatisticForClustersOfOnePair) {
  std::vector<DiscordantCluster> clusters(5, {1, 1, 0});
  clusters.insert(clusters.end(), 2, {1, 0, 1});
  clusters.insert(clusters.end(), 13, {1, 0, 0});
  const ClusteredDifference found = obuchowski(clusters, .95).value();
  EXPECT_DOUBLE_EQ(found.statistic, mcnemar({0, 5, 2, 13}).value().statistic);
  // Chi-square 9/7 with 1 degree of freedom.
  EXPECT_NEAR(found.p_value, std::erfc(std::sqrt(9.0 / 14)), 1e-12);
  EXPECT_DOUBLE_EQ(found.value, 3.0 / 20);
}

// By hand: sums 3, -1, 2 of 10, 5, 5 pairs: (4)^2 / (9 + 1 + 4) = 8/7; D = 1, -2, 1.
TEST(Obuchowski, SumsDifferencesByCluster) {
  const std::vector<DiscordantCluster> clusters = {{10, 4, 1}, {5, 1, 2}, {5, 2, 0}, {0, 0, 0}};
  const ClusteredDifference found = obuchowski(clusters, .95).value();
  EXPECT_DOUBLE_EQ(found.statistic, 8.0 / 7);
  EXPECT_DOUBLE_EQ(found.value, .2);
  EXPECT_NEAR(found.standard_error, std::sqrt(1.5 * 6) / 20, 1e-15);
  EXPECT_EQ(found.df, 2);
}

TEST(Obuchowski, WhatCannotBeIsRefused) {
  const std::vector<DiscordantCluster> one = {{10, 4, 1}};
  EXPECT_FALSE(obuchowski(one, .95).ok());
  const std::vector<DiscordantCluster> too_many = {{2, 2, 1}, {2, 0, 0}};
  EXPECT_FALSE(obuchowski(too_many, .95).ok());
  const std::vector<DiscordantCluster> alike = {{2, 0, 0}, {3, 0, 0}};
  EXPECT_EQ(obuchowski(alike, .95).value().p_value, 1);
}

// --- Several conditions and several answers. ---

TEST(CochranQ, IsMcNemarsStatisticForTwoConditions) {
  std::vector<std::vector<int>> hits;
  hits.insert(hits.end(), 8, {1, 0});
  hits.insert(hits.end(), 3, {0, 1});
  hits.insert(hits.end(), 6, {1, 1});
  hits.insert(hits.end(), 9, {0, 0});
  const ChiSquareTest test = cochran_q(hits).value();
  EXPECT_NEAR(test.statistic, mcnemar({6, 8, 3, 9}).value().statistic, 1e-12);
  EXPECT_EQ(test.df, 1);
}

// By hand: columns 5, 2, 1 of 6 units with rows 3, 2, 1, 1, 1, 0: Q = 2 (3 x 30 - 64) / (24 - 16).
TEST(CochranQ, ComesOutByHand) {
  const std::vector<std::vector<int>> hits = {{1, 1, 1}, {1, 1, 0}, {1, 0, 0},
                                              {1, 0, 0}, {1, 0, 0}, {0, 0, 0}};
  const ChiSquareTest test = cochran_q(hits).value();
  EXPECT_DOUBLE_EQ(test.statistic, 6.5);
  EXPECT_EQ(test.df, 2);
  // Chi-square with 2 degrees of freedom is exponential.
  EXPECT_NEAR(test.p_value, std::exp(-3.25), 1e-12);
}

TEST(CochranQ, WithoutDifferenceAndWithoutSense) {
  const std::vector<std::vector<int>> alike = {{1, 1}, {0, 0}};
  EXPECT_EQ(cochran_q(alike).value().p_value, 1);
  EXPECT_FALSE(cochran_q({}).ok());
  const std::vector<std::vector<int>> ragged = {{1, 1}, {0}};
  EXPECT_FALSE(cochran_q(ragged).ok());
  const std::vector<std::vector<int>> two = {{1, 2}};
  EXPECT_FALSE(cochran_q(two).ok());
}

using Answers = std::vector<std::vector<std::int64_t>>;

TEST(StuartMaxwell, IsMcNemarsStatisticForTwoAnswers) {
  const ChiSquareTest test = stuart_maxwell(Answers{{20, 12}, {5, 30}}).value();
  EXPECT_NEAR(test.statistic, mcnemar({20, 12, 5, 30}).value().statistic, 1e-12);
  EXPECT_EQ(test.df, 1);
}

// Stuart's table of unaided vision of 7,477 women, right eye by left: chi-square 11.96 with 3
// degrees of freedom (Stuart 1955, Biometrika 42:412-416).
TEST(StuartMaxwell, GivesStuartsOwnExample) {
  const Answers vision = {
      {1520, 266, 124, 66}, {234, 1512, 432, 78}, {117, 362, 1772, 205}, {36, 82, 179, 492}};
  const ChiSquareTest test = stuart_maxwell(vision).value();
  EXPECT_NEAR(test.statistic, 11.9565, 1e-3);
  EXPECT_EQ(test.df, 3);
  // An answer that nobody gave changes nothing.
  Answers wider = vision;
  for (auto& row : wider)
    row.push_back(0);
  wider.push_back(std::vector<std::int64_t>(5));
  EXPECT_NEAR(stuart_maxwell(wider).value().statistic, test.statistic, 1e-12);
}

TEST(StuartMaxwell, WhatCannotBeIsRefused) {
  EXPECT_FALSE(stuart_maxwell(Answers{}).ok());
  EXPECT_FALSE(stuart_maxwell(Answers{{0, 0}, {0, 0}}).ok());
  EXPECT_FALSE(stuart_maxwell(Answers{{1, 2}}).ok());
  EXPECT_FALSE(stuart_maxwell(Answers{{1, -2}, {0, 1}}).ok());
  // Two pairs of answers, and nobody moved between the pairs.
  EXPECT_FALSE(
      stuart_maxwell(Answers{{5, 3, 0, 0}, {1, 5, 0, 0}, {0, 0, 5, 2}, {0, 0, 4, 5}}).ok());
  EXPECT_EQ(stuart_maxwell(Answers{{5, 0}, {0, 4}}).value().p_value, 1);
}

// --- Margins. ---

// research/statistics.md 1.3: Bonett-Price at 90 % for b = 12, c = 25, n = 500: [-.046270,
// -.005523].
TEST(Margin, AnIntervalAnswersBothQuestions) {
  const PairedDifference limits = bonett_price({0, 12, 25, 463}, .90).value();
  EXPECT_NEAR(limits.lower, -.046270, 5e-7);
  EXPECT_NEAR(limits.upper, -.005523, 5e-7);
  MarginTest test = against_margin(limits, .01).value();
  EXPECT_EQ(test.first, MarginAnswer::no_worse);
  EXPECT_EQ(test.second, MarginAnswer::inconclusive);
  EXPECT_FALSE(test.equivalent);
  test = against_margin(limits, .05).value();
  EXPECT_TRUE(test.equivalent);
  test = against_margin(limits, .005).value();
  EXPECT_EQ(test.second, MarginAnswer::worse);
}

TEST(Margin, AMarginIsDeclaredAndOverZero) {
  EXPECT_FALSE(against_margin({0, -.1, .1}, 0).ok());
  EXPECT_FALSE(against_margin({0, -.1, .1}, std::nan("")).ok());
  EXPECT_FALSE(against_margin({0, .1, -.1}, .1).ok());
}

// --- Repeats. ---

// golden/statistics.json, `variance_components`.
TEST(Repeats, GiveTheGoldenComponents) {
  std::vector<Repeats> units;
  for (const std::int64_t hits : {0, 1, 5, 4, 0, 0, 2, 5})
    units.push_back({5, hits});
  const RepeatVariance found = repeat_variance(units).value();
  EXPECT_NEAR(found.within, 0.0875, 1e-12);
  EXPECT_NEAR(found.of_rates, 0.1992857142857143, 1e-12);
  EXPECT_NEAR(found.between, 0.1817857142857143, 1e-12);
  EXPECT_NEAR(found.correlation, 0.6750663129973475, 1e-12);
  EXPECT_NEAR(found.generalized_error, std::sqrt((0.1817857142857143 + .0875 / 5) / 8), 1e-12);
  EXPECT_NEAR(found.fixed_error, std::sqrt(.0875 / 40), 1e-12);
  // sqrt(20 x .0875 / .18179) = 3.10.
  EXPECT_NEAR(best_repeats(20, 1, found).value(), 3.1027, 1e-3);
  EXPECT_EQ(best_repeats(0, 1, found).value(), 1);
}

TEST(Repeats, WhatCannotBeIsRefused) {
  const std::vector<Repeats> single = {{5, 1}};
  EXPECT_FALSE(repeat_variance(single).ok());
  const std::vector<Repeats> once = {{1, 1}, {1, 0}};
  EXPECT_FALSE(repeat_variance(once).ok());
  const std::vector<Repeats> more = {{2, 3}, {2, 0}};
  EXPECT_FALSE(repeat_variance(more).ok());
  EXPECT_FALSE(best_repeats(1, 0, {.within = 1, .between = 1}).ok());
  EXPECT_FALSE(best_repeats(1, 1, {}).ok());
  EXPECT_TRUE(std::isinf(best_repeats(1, 1, {.within = 1}).value()));
}

// --- Flips. ---

// The slow version of the p-value: every way of dealing the repeats of two units.
TEST(Flips, DrawsComeNearAllWaysOfDealing) {
  // Unit 1: 3 of 3 against 0 of 3; unit 2: 2 of 2 against 1 of 2.
  const std::vector<RepeatedPair> units = {{{3, 3}, {3, 0}}, {{2, 2}, {2, 1}}};
  const FlipRate found = excess_flips(units, {.draws = 99'999, .streams = streams_of(1)}).value();
  // By hand: excess (1 - 0 - 0) and (1/4 - 0 - 1/4) = 0, over 2 units.
  EXPECT_DOUBLE_EQ(found.excess, .5);
  EXPECT_DOUBLE_EQ(found.standard_error, .5);
  // Dealt anew, unit 1 has x = 0..3 hits first with chances 1, 9, 9, 1 of 20 and unit 2 has x = 1
  // or 2 with chances 1/2 each. Only x = 0 or 3 reaches 1, and unit 2 gives 0 either way.
  EXPECT_NEAR(found.p_value, .1, .004);
}

TEST(Flips, NoiseAloneIsNoExcess) {
  // Both conditions at the same rate in every unit, over many units: the excess is near 0 though
  // many repeats differ.
  RandomStream stream(5);
  std::vector<RepeatedPair> units;
  for (int i = 0; i < 3000; ++i) {
    const double rate = i % 3 == 0 ? .5 : .05;
    units.push_back({{4, draw_binomial(stream, 4, rate)}, {4, draw_binomial(stream, 4, rate)}});
  }
  const FlipRate found = excess_flips(units, {.draws = 199}).value();
  EXPECT_GT(found.cross, .2);
  EXPECT_NEAR(found.excess, 0, .01);
  EXPECT_NEAR(found.cross - (found.first_self + found.second_self) / 2, found.excess, 1e-12);
  EXPECT_GT(found.p_value, .01);
}

TEST(Flips, RejectATrueNullAtMostAsOftenAsTheySay) {
  RandomStream stream(8);
  int rejected = 0;
  const int runs = 400;
  for (int i = 0; i < runs; ++i) {
    std::vector<RepeatedPair> units;
    for (int unit = 0; unit < 30; ++unit) {
      const double rate = unit % 3 == 0 ? .5 : .1;
      units.push_back({{3, draw_binomial(stream, 3, rate)}, {3, draw_binomial(stream, 3, rate)}});
    }
    const FlipOptions options{.draws = 199, .streams = streams_of(static_cast<std::uint64_t>(i))};
    if (excess_flips(units, options).value().p_value <= .05) ++rejected;
  }
  // .05 and three standard errors.
  EXPECT_LE(rejected, (.05 + .033) * runs);
  EXPECT_GE(rejected, .01 * runs);
}

TEST(Flips, NewHitsAndNewMissesAreCountedApart) {
  const std::vector<RepeatedPair> units = {
      {{3, 0}, {3, 3}}, {{3, 1}, {3, 2}}, {{3, 3}, {3, 0}}, {{2, 1}, {3, 3}}, {{3, 3}, {3, 3}}};
  const FlipRate found = excess_flips(units, {}).value();
  EXPECT_EQ(found.majority.second_only, 2);
  EXPECT_EQ(found.majority.first_only, 1);
  EXPECT_EQ(found.majority.both, 1);
  EXPECT_EQ(found.ties, 1);
}

TEST(Flips, OneRepeatCannotTellAFlipFromNoise) {
  const std::vector<RepeatedPair> once = {{{1, 0}, {3, 3}}};
  const auto found = excess_flips(once, {});
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("at least 2 a unit, got 1"), std::string::npos);
  EXPECT_FALSE(excess_flips({}, {}).ok());
  const std::vector<RepeatedPair> fine = {{{2, 0}, {2, 1}}};
  EXPECT_FALSE(excess_flips(fine, {.draws = 10}).ok());
}

}  // namespace
}  // namespace truebound::stats
