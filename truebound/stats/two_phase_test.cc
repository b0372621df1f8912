#include "truebound/stats/two_phase.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"

namespace truebound::stats {
namespace {

std::int64_t binomial(RandomStream& stream, std::int64_t n, double rate) {
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < n; ++i)
    hits += stream.uniform() < rate ? 1 : 0;
  return hits;
}

TEST(TwoPhaseRate, FollowsItsFormula) {
  const TwoPhase seen{.flagged = 200,
                      .units = 5000,
                      .of_flagged = {.hits = 90, .read = 150},
                      .of_unflagged = {.hits = 0, .read = 350}};
  const TwoPhaseRate found = two_phase(seen, .95).value();
  EXPECT_NEAR(found.value, .04 * .6, 1e-15);
  // The upper move: that of the unflagged, none of 350, dominates.
  const double w = .04;
  const double u1 = clopper_pearson(90, 150, .95).value().upper;
  const double u0 = clopper_pearson(0, 350, .95).value().upper;
  const double z = 1.959963984540054;
  const double up = std::sqrt(w * w * (u1 - .6) * (u1 - .6) + (1 - w) * (1 - w) * u0 * u0 +
                              z * z * w * (1 - w) * .36 / 5000);
  EXPECT_NEAR(found.interval.upper, found.value + up, 1e-12);
  EXPECT_GT(found.interval.lower, 0);
}

RC_GTEST_PROP(TwoPhaseRate, AllReadIsNearlyTheExactIntervalAndHoldsTheValue, ()) {
  const auto flagged = *rc::gen::inRange<std::int64_t>(1, 50);
  const auto others = *rc::gen::inRange<std::int64_t>(1, 200);
  const auto hits = *rc::gen::inRange<std::int64_t>(0, flagged + 1);
  const auto missed = *rc::gen::inRange<std::int64_t>(0, others + 1);
  const TwoPhase seen{flagged, flagged + others, {hits, flagged}, {missed, others}};
  const TwoPhaseRate found = two_phase(seen, .95).value();
  const double share = static_cast<double>(hits + missed) / static_cast<double>(flagged + others);
  RC_ASSERT(std::abs(found.value - share) < 1e-12);
  RC_ASSERT(found.interval.lower <= share && share <= found.interval.upper);
}

// The issue: at least .94 of a nominal .95 at a harm of .5 to 10 %. 500 labels of 5,000, Se .85 and
// Sp .97 as in research/statistics.md 4.2; 150 of the labels go to the flagged.
TEST(TwoPhaseRate, CoversRareRates) {
  constexpr int runs = 400;
  for (const double rate : {.005, .02, .1}) {
    RandomStream stream(static_cast<std::uint64_t>(rate * 10000));
    int covered = 0;
    for (int run = 0; run < runs; ++run) {
      const std::int64_t hits = binomial(stream, 5000, rate);
      const std::int64_t true_flags = binomial(stream, hits, .85);
      const std::int64_t flagged = true_flags + binomial(stream, 5000 - hits, .03);
      TwoPhase seen{.flagged = flagged, .units = 5000};
      seen.of_flagged.read = std::min<std::int64_t>(150, flagged);
      for (const auto i : stream.choose(static_cast<std::uint64_t>(flagged),
                                        static_cast<std::uint64_t>(seen.of_flagged.read)))
        seen.of_flagged.hits += static_cast<std::int64_t>(i) < true_flags ? 1 : 0;
      seen.of_unflagged.read = 500 - seen.of_flagged.read;
      for (const auto i : stream.choose(static_cast<std::uint64_t>(5000 - flagged),
                                        static_cast<std::uint64_t>(seen.of_unflagged.read)))
        seen.of_unflagged.hits += static_cast<std::int64_t>(i) < hits - true_flags ? 1 : 0;
      const Interval found = two_phase(seen, .95).value().interval;
      covered += found.lower <= rate && rate <= found.upper ? 1 : 0;
    }
    EXPECT_GE(covered, .94 * runs) << rate;
  }
}

TEST(TwoPhaseRate, LabelsThatDoNotFitAreRefused) {
  EXPECT_FALSE(two_phase({}, .95).ok());
  EXPECT_FALSE(two_phase({.flagged = 5, .units = 4}, .95).ok());
  const TwoPhase unread{.flagged = 5, .units = 10, .of_flagged = {1, 5}};
  const auto refused = two_phase(unread, .95);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("unflagged, got none of 5"), std::string::npos);
  EXPECT_TRUE(two_phase({.flagged = 0, .units = 10, .of_unflagged = {0, 5}}, .95).ok());
  EXPECT_FALSE(two_phase({.flagged = 5, .units = 10, .of_flagged = {6, 5}}, .95).ok());
}

// --- The melded interval. ---

TEST(Melded, IsTheExactIntervalWhereTheInstrumentIsFaultless) {
  const Misclassified seen{{.03, 100}, {1, 1e7}, {1, 1e7}};
  const CorrectedRate found = melded(seen, .95).value();
  const Interval exact = clopper_pearson(3, 100, .95).value();
  EXPECT_NEAR(found.interval.lower, exact.lower, 1e-5);
  EXPECT_NEAR(found.interval.upper, exact.upper, 1e-5);
}

// bench/melded/melded.py: Gauss-Legendre quadrature over both error rates with NumPy and SciPy, and
// 4,000,000 draws beside it; written without this file's code.
TEST(Melded, AgreesWithAnIndependentQuadrature) {
  struct Case {
    Misclassified seen;
    double lower;
    double upper;
  };
  const auto share = [](double hits, double n) { return Share{hits / n, n}; };
  const std::vector<Case> cases = {
      {{share(41, 98), share(101, 112), share(79, 88)}, 0.2438445481, 0.5421289077},
      {{share(3, 300), share(34, 40), share(97, 100)}, 0, 0.0150340883},
      {{share(0, 300), share(85, 100), share(100, 100)}, 0, 0.0145722931},
      {{share(60, 500), share(45, 50), share(194, 200)}, 0.0537285605, 0.1517920906},
      {{share(12, 1000), share(18, 20), share(500, 505)}, 0, 0.0164101530}};
  for (const Case& each : cases) {
    const Interval found = melded(each.seen, .95).value().interval;
    EXPECT_NEAR(found.lower, each.lower, 1e-7);
    EXPECT_NEAR(found.upper, each.upper, 1e-7);
  }
}

TEST(Melded, CoversRareRatesWithFewLabels) {
  constexpr int runs = 80;
  for (const double rate : {.002, .01, .05}) {
    RandomStream stream(static_cast<std::uint64_t>(rate * 10000) + 3);
    int covered = 0;
    for (int run = 0; run < runs; ++run) {
      const double flags = .85 * rate + .03 * (1 - rate);
      const auto share = [&](std::int64_t n, double p) {
        return Share{static_cast<double>(binomial(stream, n, p)) / static_cast<double>(n),
                     static_cast<double>(n)};
      };
      const Misclassified seen{share(300, flags), share(60, .85), share(60, .97)};
      const Interval found = melded(seen, .95).value().interval;
      covered += found.lower <= rate && rate <= found.upper ? 1 : 0;
    }
    EXPECT_GE(covered, .92 * runs) << rate;
  }
}

// research/statistics.md 4.1: none of 300 flagged, Se 85/100: about 1.22 % / .765 = 1.6 %.
TEST(Melded, NothingFlaggedIsNotNothingThere) {
  const CorrectedRate found = melded({{0, 300}, {.85, 100}, {1, 100}}, .95).value();
  EXPECT_EQ(found.value, 0);
  EXPECT_EQ(found.interval.lower, 0);
  EXPECT_NEAR(found.interval.upper, .0146, .0006);
}

TEST(Melded, AnInstrumentNoBetterThanChanceIsRefused) {
  EXPECT_FALSE(melded({{.1, 100}, {.5, 100}, {.5, 100}}, .95).ok());
  EXPECT_FALSE(melded({{.1, 0}, {.9, 100}, {.9, 100}}, .95).ok());
}

// --- Predictions. ---

TEST(PredictionPowered, IsTheWeightedMeanOfItsDefinition) {
  std::vector<ScoredPair> labeled;
  for (int i = 0; i < 40; ++i) {
    const double truth = i % 5 / 4.0;
    labeled.push_back({truth, i % 7 == 0 ? 1 - truth : truth});
  }
  std::vector<double> unlabeled;
  for (int i = 0; i < 160; ++i)
    unlabeled.push_back(i % 4 / 3.0);
  const PoweredMean found = prediction_powered_mean(labeled, unlabeled, .95).value();
  double rest = 0;
  for (const ScoredPair& each : labeled)
    rest += (each.truth - found.weight * each.predicted) / 40;
  EXPECT_NEAR(found.value, found.weight * .5 + rest, 1e-12);
  EXPECT_GT(found.weight, 0);
  EXPECT_LT(found.weight, 1);
  EXPECT_GT(found.labels, 40);
  // With predictions that say nothing, it is the plain mean of the labels.
  for (ScoredPair& each : labeled)
    each.predicted = .5;
  EXPECT_NEAR(prediction_powered_mean(labeled, unlabeled, .95).value().value, .5, 1e-12);
}

TEST(PredictionPowered, CoversACommonRate) {
  constexpr int runs = 500;
  RandomStream stream(9);
  int covered = 0;
  for (int run = 0; run < runs; ++run) {
    const auto draw = [&] {
      const bool hit = stream.uniform() < .3;
      return ScoredPair{hit ? 1.0 : 0.0, stream.uniform() < (hit ? .85 : .03) ? 1.0 : 0.0};
    };
    std::vector<ScoredPair> labeled;
    for (int i = 0; i < 200; ++i)
      labeled.push_back(draw());
    std::vector<double> unlabeled;
    for (int i = 0; i < 1000; ++i)
      unlabeled.push_back(draw().predicted);
    const PoweredMean found = prediction_powered_mean(labeled, unlabeled, .95).value();
    covered += found.lower <= .3 && .3 <= found.upper ? 1 : 0;
  }
  EXPECT_GE(covered, .92 * runs);
}

TEST(PredictionPowered, FewOrEqualScoresAreRefused) {
  const std::vector<double> unlabeled(10, .5);
  EXPECT_FALSE(prediction_powered_mean(std::vector<ScoredPair>(29), unlabeled, .95).ok());
  EXPECT_FALSE(prediction_powered_mean(std::vector<ScoredPair>(30), unlabeled, .95).ok());
  EXPECT_FALSE(prediction_powered_mean(std::vector<ScoredPair>(30), {}, .95).ok());
}

// research/statistics.md 4.1: f = .03, Se = .85, n = 5000, 100 labels: 6.9 %.
TEST(Detection, ABoundBelowTheLimitIsRefusedWithBothNumbers) {
  const Misclassified seen{{0, 5000}, {.85, 100}, {.97, 100}};
  EXPECT_TRUE(check_detectable(.07, seen, .05).ok());
  const auto refused = check_detectable(.03, seen, .05);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("limit of detection 0.069"), std::string::npos);
  EXPECT_NE(refused.error().message.find("got 0.03"), std::string::npos);
  EXPECT_FALSE(check_detectable(0, seen, .05).ok());
}

}  // namespace
}  // namespace truebound::stats
