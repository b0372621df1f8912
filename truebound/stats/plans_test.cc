#include "truebound/stats/plans.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/stats/interval.h"
#include "truebound/stats/misclassification.h"

namespace truebound::stats {
namespace {

// golden/statistics.json, `fixed_n`: trials, and the hits from which on the high rate is decided.
TEST(Plans, BetweenTwoRatesGiveTheGoldenTrials) {
  struct Case {
    TwoRates rates;
    std::int64_t trials;
    std::int64_t hits;
  };
  for (const Case& each : {Case{{.01, .03, .05, .2}, 301, 7}, Case{{.01, .05, .05, .1}, 132, 4},
                           Case{{.001, .005, .05, .1}, 1335, 4}}) {
    const DecisionPlan plan = plan_between(each.rates).value();
    EXPECT_EQ(plan.trials, each.trials);
    EXPECT_EQ(plan.hits, each.hits);
  }
}

// golden/statistics.json, `zero_failures_n`: a true rate of 0 needs no failure allowed.
TEST(Plans, WithoutHitsTheyAreTheZeroFailureTable) {
  const DecisionPlan plan = plan_under(.01, .05, 0, .9).value();
  EXPECT_EQ(plan.trials, 299);
  EXPECT_EQ(plan.hits, 0);
}

RC_GTEST_PROP(Plans, APlanUnderABoundHoldsWhatItPromises, ()) {
  const double bound = *rc::gen::inRange(2, 30) / 100.0;
  const double rate = bound * *rc::gen::inRange(0, 60) / 100.0;
  const double power = *rc::gen::element(.5, .8, .9);
  const DecisionPlan plan = plan_under(bound, .05, rate, power).value();
  const auto hits = static_cast<double>(plan.hits);
  const auto trials = static_cast<double>(plan.trials);
  RC_ASSERT(upper_limit(hits, trials, .05).value() <= bound + 1e-12);
  RC_ASSERT(upper_limit(hits, trials - 1, .05).value() > bound);
  RC_ASSERT(chance_of_at_most(plan, rate).value() >= power);
  RC_ASSERT(trials_for_bound(bound, .05, plan.hits).value() == plan.trials);
}

TEST(Plans, ClustersAreWholeAndAtFullCorrelationCountOnce) {
  const ClusteredTrials full = in_clusters(59, 10, 1).value();
  EXPECT_EQ(full.clusters, 59);
  EXPECT_EQ(full.trials, 590);
  const ClusteredTrials some = in_clusters(59, 10, .25).value();
  EXPECT_DOUBLE_EQ(some.design_effect, 3.25);
  EXPECT_EQ(some.clusters, 20);  // 191.75 trials
  EXPECT_EQ(in_clusters(59, 1, 1).value().trials, 59);
}

// research/statistics.md 4.5: near .97, 280 labels for 2 points and 1,118 for 1.
TEST(Plans, LabelsForAWidth) {
  EXPECT_EQ(std::ceil(labels_for_width(.97, .02, .95).value()), 280);
  EXPECT_EQ(std::ceil(labels_for_width(.97, .01, .95).value()), 1118);
}

RC_GTEST_PROP(Plans, LabelsForDetectionUndoTheLimitOfDetection, ()) {
  const double specificity = *rc::gen::inRange(80, 100) / 100.0;
  const double labels = *rc::gen::inRange(20, 5000);
  const Misclassified seen{
      .flagged = {0, 5000}, .sensitivity = {.85, 100}, .specificity = {specificity, labels}};
  const double rate = detection_limits(seen, .05).value().detection;
  RC_PRE(rate < 1);
  const double found = labels_for_detection({.85, specificity, 5000}, rate, .05).value();
  RC_ASSERT(std::abs(found / labels - 1) < 1e-9);
}

TEST(Plans, NoNumberOfLabelsMakesUpForTooFewTrials) {
  EXPECT_TRUE(std::isinf(labels_for_detection({.85, .97, 50}, .01, .05).value()));
  EXPECT_EQ(labels_for_detection({.85, 1, 50}, .01, .05).value(), 0);
}

// A rate of 1 %, Se .85, Sp .97: .01 x .3571 to .99 x .1706.
TEST(Plans, RareRatesNeedNegativeLabels) {
  EXPECT_NEAR(share_of_positive_labels(.85, .97, .01).value(), .00357071 / (.00357071 + .1688811),
              1e-6);
}

TEST(Plans, WhatCannotBeIsRefused) {
  EXPECT_FALSE(plan_between({.03, .01, .05, .2}).ok());
  EXPECT_FALSE(plan_between({.01, .03, 0, .2}).ok());
  EXPECT_FALSE(plan_between({.01, .01 + 1e-9, .05, .2}).ok());
  EXPECT_FALSE(plan_under(.05, .05, .05, .8).ok());
  EXPECT_FALSE(plan_under(.05, .05, .01, 1).ok());
  EXPECT_FALSE(chance_of_at_most({0, 0}, .1).ok());
  EXPECT_FALSE(in_clusters(0, 1, 1).ok());
  EXPECT_FALSE(in_clusters(10, .5, 1).ok());
  EXPECT_FALSE(in_clusters(10, 5, 1.5).ok());
  EXPECT_FALSE(labels_for_width(1, .1, .95).ok());
  EXPECT_FALSE(labels_for_detection({.5, .5, 100}, .01, .05).ok());
  EXPECT_FALSE(share_of_positive_labels(1, 1, .1).ok());
}

}  // namespace
}  // namespace truebound::stats
