#include "truebound/stats/misclassification.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/stats/golden_values.h"

namespace truebound::stats {
namespace {

Misclassified counts(double flagged, double n, const Share& sensitivity, const Share& specificity) {
  return {{flagged / n, n}, sensitivity, specificity};
}

TEST(Misclassification, LangReiczigelAgreesWithGoldenValues) {
  for (const auto& row : golden::misclassification) {
    SCOPED_TRACE(testing::Message() << row.share << " of " << row.n);
    const Misclassified seen{{row.share, row.n},
                             {row.sensitivity, row.sensitivity_n},
                             {row.specificity, row.specificity_n}};
    const CorrectedRate found = lang_reiczigel(seen, .95).value();
    EXPECT_NEAR(found.value, row.value, 1e-12);
    EXPECT_NEAR(found.interval.lower, row.lower, 1e-12);
    EXPECT_NEAR(found.interval.upper, row.upper, 1e-12);
  }
}

// 41 of 98 flagged, 101 of 112 and 79 of 88 labels right: docs/methods/lang_reiczigel.md.
TEST(Misclassification, TheWorkedExampleComesOut) {
  const Misclassified seen = counts(41, 98, {101.0 / 112, 112}, {79.0 / 88, 88});
  const CorrectedRate found = lang_reiczigel(seen, .95).value();
  EXPECT_NEAR(found.value, 0.395359, 5e-7);
  EXPECT_NEAR(found.interval.lower, 0.258197, 5e-7);
  EXPECT_NEAR(found.interval.upper, 0.528696, 5e-7);
}

TEST(Misclassification, FewerFlagsThanFalseAlarmsGiveANegativeRateThatIsCut) {
  EXPECT_LT(rogan_gladen(.03, .9, .88).value(), 0);
  const CorrectedRate found = lang_reiczigel(counts(6, 200, {.9, 50}, {.88, 100}), .95).value();
  EXPECT_EQ(found.value, 0);
  EXPECT_EQ(found.interval.lower, 0);
}

TEST(Misclassification, AnInstrumentAtChanceTellsNothing) {
  EXPECT_FALSE(rogan_gladen(.3, .5, .5).ok());
  EXPECT_FALSE(lang_reiczigel(counts(30, 100, {.5, 20}, {.5, 20}), .95).ok());
  EXPECT_FALSE(detection_limits(counts(30, 100, {.5, 20}, {.5, 20}), .05).ok());
}

TEST(Misclassification, WhatCannotBeIsRefused) {
  EXPECT_FALSE(lang_reiczigel({{1.1, 10}, {.9, 10}, {.9, 10}}, .95).ok());
  EXPECT_FALSE(lang_reiczigel({{.1, 0}, {.9, 10}, {.9, 10}}, .95).ok());
  EXPECT_FALSE(lang_reiczigel({{.1, 10}, {.9, 10}, {std::nan(""), 10}}, .95).ok());
  EXPECT_FALSE(lang_reiczigel({{.1, 10}, {.9, 10}, {.9, 10}}, 1).ok());
  EXPECT_FALSE(detection_limits({{.1, 10}, {.9, 10}, {.9, 10}}, .5).ok());
}

// research/statistics.md 4.1: false alarms .03, sensitivity .85, 5000 trials; as printed there.
TEST(Misclassification, DetectionLimitsFallWithLabelsOfNegatives) {
  struct Row {
    double labels, decision, detection;
  };
  for (const Row& row : {Row{100, .035, .069}, {300, .020, .041}, {1000, .012, .024}}) {
    const Misclassified seen{{0, 5000}, {.85, 100}, {.97, row.labels}};
    const DetectionLimits found = detection_limits(seen, .05).value();
    EXPECT_NEAR(found.decision, row.decision, 5.5e-4);
    EXPECT_NEAR(found.detection, row.detection, 5.5e-4);
  }
}

double draw_share(double rate, int n, RandomStream& random) {
  int hits = 0;
  for (int i = 0; i < n; ++i)
    hits += random.uniform() < rate ? 1 : 0;
  return static_cast<double>(hits) / n;
}

TEST(Misclassification, LangReiczigelCoversSimulatedRates) {
  constexpr int runs = 2000;
  // Three standard errors of the simulation itself under .95.
  const double least = .95 - 3 * std::sqrt(.95 * .05 / runs);
  for (const double rate : {.01, .05, .2, .6}) {
    RandomStream random(20250131);
    const double flagged = rate * .85 + (1 - rate) * .03;
    int covered = 0;
    for (int run = 0; run < runs; ++run) {
      const Misclassified seen{{draw_share(flagged, 500, random), 500},
                               {draw_share(.85, 100, random), 100},
                               {draw_share(.97, 100, random), 100}};
      const CorrectedRate found = lang_reiczigel(seen, .95).value();
      covered += found.interval.lower <= rate && rate <= found.interval.upper ? 1 : 0;
    }
    EXPECT_GE(covered, least * runs) << rate;
  }
}

RC_GTEST_PROP(Misclassification, APerfectInstrumentKnownForSureChangesNothing, ()) {
  const double n = *rc::gen::inRange(20, 2000);
  const double x = *rc::gen::inRange(0, static_cast<int>(n) + 1);
  const CorrectedRate found = lang_reiczigel({{x / n, n}, {1, 1e12}, {1, 1e12}}, .95).value();
  RC_ASSERT(std::abs(found.value - x / n) < 1e-9);
  // What is left is Agresti and Coull's interval.
  const double z = 1.959963984540054;
  const double p = (x + z * z / 2) / (n + z * z);
  const double half = z * std::sqrt(p * (1 - p) / (n + z * z));
  RC_ASSERT(std::abs(found.interval.upper - std::min(1.0, p + half)) < 1e-8);
  RC_ASSERT(std::abs(found.interval.lower - std::max(0.0, p - half)) < 1e-8);
}

RC_GTEST_PROP(Misclassification, CallingTheFlaggedPassedMirrorsTheRate, ()) {
  const double n = 200;
  const double share = *rc::gen::inRange(0, 201) / n;
  const Share sensitivity{*rc::gen::inRange(60, 100) / 100.0, 100};
  const Share specificity{*rc::gen::inRange(60, 100) / 100.0, 80};
  const CorrectedRate a = lang_reiczigel({{share, n}, sensitivity, specificity}, .95).value();
  const CorrectedRate b = lang_reiczigel({{1 - share, n}, specificity, sensitivity}, .95).value();
  RC_ASSERT(std::abs(a.value - (1 - b.value)) < 1e-12);
  RC_ASSERT(std::abs(a.interval.lower - (1 - b.interval.upper)) < 1e-12);
}

}  // namespace
}  // namespace truebound::stats
