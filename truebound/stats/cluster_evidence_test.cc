#include "truebound/stats/cluster_evidence.h"

#include <cmath>

#include <gtest/gtest.h>

#include "truebound/core/random.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {
namespace {

constexpr ReaderLimits imperfect{{.80, .95}, {.90, .99}};

ClusterEvidence against(Null null, double rate, const ReaderLimits& reader, double largest) {
  return ClusterEvidence::against(null, rate, reader, largest).value();
}

double log_e(const std::vector<ReadCluster>& seen, Null null, double rate,
             const ReaderLimits& reader) {
  ClusterEvidence evidence = against(null, rate, reader, 1);
  for (const ReadCluster& each : seen)
    EXPECT_TRUE(evidence.add(each).ok());
  return evidence.log_e();
}

// The mean of the e-value over all that n trials can show, each flagged with this chance.
double mean_e(std::int64_t n, double flagged, Null null, double rate, const ReaderLimits& reader) {
  double mean = 0;
  for (std::int64_t k = 0; k <= n; ++k) {
    const auto hits = static_cast<double>(k);
    const auto misses = static_cast<double>(n - k);
    const double chance = std::exp(std::lgamma(static_cast<double>(n) + 1) - std::lgamma(hits + 1) -
                                   std::lgamma(misses + 1) + hits * std::log(flagged) +
                                   misses * std::log1p(-flagged));
    const std::vector<ReadCluster> seen = {
        {.size = 1, .read = 1, .flagged = 1, .times = k},
        {.size = 1, .read = 1, .flagged = 0, .times = n - k},
    };
    mean += chance * std::exp(log_e(seen, null, rate, reader));
  }
  return mean;
}

double flagged_share(double rate, double sensitivity, double specificity) {
  return rate * sensitivity + (1 - rate) * (1 - specificity);
}

TEST(ClusterEvidence, WithoutErrorTheMeanEvidenceUnderTheNullIsOne) {
  for (const double rate : {.02, .3}) {
    for (const Null null : {Null::rate_at_most, Null::rate_at_least}) {
      EXPECT_NEAR(mean_e(25, rate, null, rate, {}), 1, 1e-9) << rate;
    }
  }
}

TEST(ClusterEvidence, WhereverTheReadersErrorsLieItsMeanUnderTheNullIsAtMostOne) {
  for (const double rate : {.01, .1, .4}) {
    for (const double se : {.80, .86, .95}) {
      for (const double sp : {.90, .94, .99}) {
        const double flagged = flagged_share(rate, se, sp);
        for (const Null null : {Null::rate_at_most, Null::rate_at_least}) {
          EXPECT_LE(mean_e(30, flagged, null, rate, imperfect), 1 + 1e-9)
              << rate << " " << se << " " << sp;
        }
      }
    }
  }
}

TEST(ClusterEvidence, AClusterCountsOnceHoweverManyTrialsItHas) {
  ClusterEvidence single = against(Null::rate_at_least, .05, {}, 1);
  ClusterEvidence fives = against(Null::rate_at_least, .05, {}, 5);
  for (int i = 0; i < 59; ++i) {
    ASSERT_TRUE(single.add({.size = 1}).ok());
    ASSERT_TRUE(fives.add({.size = 5}).ok());
  }
  EXPECT_NEAR(single.log_e(), fives.log_e(), 1e-12);
  EXPECT_GT(single.log_e(), 2);
}

TEST(ClusterEvidence, LookedAtAfterEveryClusterItErrsAsSeldomAsPromised) {
  // Clusters of 1 to 10 that stand or fall together, at a rate of 10 %; a reader whose errors lie
  // at the worst corner. 400 runs of 300 clusters, at level .05: 20 false alarms on average at
  // most.
  int alarms = 0;
  RandomStream stream(7);
  for (int run = 0; run < 400; ++run) {
    ClusterEvidence at_most = against(Null::rate_at_most, .1, imperfect, 10);
    bool alarmed = false;
    for (int i = 0; i < 300 && !alarmed; ++i) {
      const auto size = static_cast<std::int64_t>(1 + stream.below(10));
      const bool broke = stream.uniform() < .1;
      const double chance = broke ? .95 : .10;
      ReadCluster seen{.size = size, .read = size};
      for (std::int64_t j = 0; j < size; ++j)
        seen.flagged += stream.uniform() < chance ? 1 : 0;
      ASSERT_TRUE(at_most.add(seen).ok());
      alarmed = at_most.log_e() >= std::log(20);
    }
    alarms += alarmed ? 1 : 0;
  }
  EXPECT_LE(alarms, 20);
}

TEST(ClusterEvidence, ManyHitsSpeakAgainstALowRateAndNoneAgainstAHighOne) {
  const std::vector<ReadCluster> all_hit = {{.size = 1, .hits = 1, .times = 8}};
  const std::vector<ReadCluster> none_hit = {{.size = 1, .times = 110}};
  EXPECT_GT(log_e(all_hit, Null::rate_at_most, .05, {}), std::log(20));
  EXPECT_LT(log_e(all_hit, Null::rate_at_least, .05, {}), 0);
  EXPECT_GT(log_e(none_hit, Null::rate_at_least, .05, {}), std::log(80));
  EXPECT_LT(log_e(none_hit, Null::rate_at_most, .05, {}), 0);
}

TEST(ClusterEvidence, TheLimitsAreWiderThanThoseOfAFixedNumberOfTrials) {
  const std::vector<ReadCluster> seen = {{.size = 1, .hits = 1, .times = 3},
                                         {.size = 1, .times = 97}};
  const auto anytime = limits_at_any_time(seen, {});
  const auto fixed = clopper_pearson(3, 100, .95);
  ASSERT_TRUE(anytime.ok() && fixed.ok());
  EXPECT_LT(anytime.value().lower, fixed.value().lower);
  EXPECT_GT(anytime.value().upper, fixed.value().upper);
  EXPECT_LT(anytime.value().upper, .15);
  EXPECT_GT(anytime.value().lower, 0);
}

TEST(ClusterEvidence, AReaderThatErrsWidensTheLimits) {
  const std::vector<ReadCluster> seen = {{.size = 1, .read = 1, .flagged = 1, .times = 20},
                                         {.size = 1, .read = 1, .times = 180}};
  const Interval known = limits_at_any_time(seen, {.reader = {{.9, .9}, {.95, .95}}}).value();
  const Interval vague = limits_at_any_time(seen, {.reader = imperfect}).value();
  EXPECT_LE(vague.lower, known.lower);
  EXPECT_GT(vague.upper, known.upper);
}

TEST(ClusterEvidence, WhatDoesNotAddUpIsRefused) {
  EXPECT_FALSE(ClusterEvidence::against(Null::rate_at_most, 0, {}, 1).ok());
  EXPECT_FALSE(ClusterEvidence::against(Null::rate_at_most, .1, {}, 0).ok());
  EXPECT_FALSE(ClusterEvidence::against(Null::rate_at_most, .1, {{.4, .9}, {.6, .9}}, 1).ok());
  ClusterEvidence evidence = against(Null::rate_at_most, .1, {}, 3);
  EXPECT_FALSE(evidence.add({.size = 4}).ok());
  EXPECT_FALSE(evidence.add({.size = 2, .hits = 1, .read = 2}).ok());
  EXPECT_FALSE(evidence.add({.size = 2, .read = 1, .flagged = 2}).ok());
  EXPECT_EQ(evidence.log_e(), 0);
  EXPECT_FALSE(limits_at_any_time({}, {.tail = 0}).ok());
  EXPECT_FALSE(limits_at_any_time({}, {.within = {0, 2}}).ok());
}

TEST(ClusterEvidence, BeforeTheFirstClusterNothingIsExcluded) {
  const auto limits = limits_at_any_time({}, {});
  ASSERT_TRUE(limits.ok());
  EXPECT_EQ(limits.value().lower, 0);
  EXPECT_EQ(limits.value().upper, 1);
}

}  // namespace
}  // namespace truebound::stats
