#include <cmath>

#include <gtest/gtest.h>

#include "truebound/analyze/sequential.h"
#include "truebound/core/random.h"

namespace truebound::analyze {
namespace {

using Rows = std::vector<eval::Observation>;

Rows judged(int flagged, int passed) {
  Rows rows;
  for (int i = 0; i < flagged + passed; ++i) {
    eval::Observation seen{.slot = i, .suite = "s", .sample = "q" + std::to_string(i)};
    seen.outcome = i < flagged ? eval::Outcome(eval::Broke{}) : eval::Held{};
    seen.decided_by = eval::DecidedBy::judge;
    rows.push_back(seen);
  }
  return rows;
}

std::vector<const eval::Observation*> all_of(const Rows& rows) {
  std::vector<const eval::Observation*> cell;
  for (const eval::Observation& row : rows)
    cell.push_back(&row);
  return cell;
}

std::vector<stats::Cluster> labels(std::int64_t right, std::int64_t all) {
  return {{.size = 1, .hits = 1, .times = right}, {.size = 1, .hits = 0, .times = all - right}};
}

SequentialDesign design_of(const Labels& known, double threshold) {
  return {.threshold = threshold, .tail = .05, .labels = known, .is_judged = true};
}

TEST(SequentialEstimate, TheJudgesErrorIsInTheLimits) {
  const Rows rows = judged(10, 390);
  const Labels known = LabelsElsewhere{labels(180, 200), labels(196, 200)};
  const Estimate estimate =
      sequential_estimate("harm", all_of(rows), design_of(known, .1), {}).value();
  const Estimate right =
      sequential_estimate("harm", all_of(rows),
                          design_of(LabelsElsewhere{labels(1000, 1000), labels(1000, 1000)}, .1),
                          {})
          .value();
  ASSERT_TRUE(estimate.value);
  EXPECT_EQ(estimate.method, "sequential_rate");
  EXPECT_GT(estimate.upper, right.upper);
  EXPECT_LT(estimate.bound_below, .1);
  ASSERT_TRUE(estimate.sequential);
  EXPECT_GE(estimate.sequential->log_e_below, estimate.sequential->bar);
  EXPECT_NEAR(estimate.sequential->bar, -std::log(.025), 1e-12);
}

TEST(SequentialEstimate, IsWiderThanThatOfAFixedSample) {
  const Rows rows = judged(30, 370);
  const Labels known = LabelsElsewhere{labels(180, 200), labels(196, 200)};
  const Estimate anytime =
      sequential_estimate("harm", all_of(rows), design_of(known, .2), {}).value();
  const Chain fixed =
      correct({{.flagged = 1, .times = 30}, {.passed = 1, .times = 370}}, known, {}).value();
  EXPECT_LT(anytime.lower, fixed.limits.lower);
  EXPECT_GT(anytime.upper, fixed.limits.upper);
  EXPECT_EQ(*anytime.value, *fixed.value);
}

TEST(SequentialEstimate, WithoutLabelsThereIsNoNumber) {
  const Rows rows = judged(0, 300);
  const Estimate estimate =
      sequential_estimate("harm", all_of(rows), design_of(Labels{}, .1), {}).value();
  EXPECT_FALSE(estimate.value);
  EXPECT_EQ(estimate.reason, Reason::judge_not_calibrated);
  EXPECT_EQ(estimate.bound_below, 1);
  EXPECT_EQ(estimate.sampling, "sequential");
}

TEST(SequentialEstimate, LabelsTakenAfterTheSampleAreNotUsed) {
  const Rows rows = judged(20, 280);
  const SequentialDesign design =
      design_of(LabelsThisRun{.flagged = {10, 20}, .passed = {0, 100}}, .1);
  EXPECT_FALSE(reader_limits(design, .05).value());
}

// 9 false alarms of 88: by these labels alone the judge cannot tell some 14 % from none.
TEST(SequentialEstimate, NothingIsSettledBelowWhatTheJudgeDetects) {
  const Labels known = LabelsElsewhere{labels(101, 112), labels(79, 88)};
  const double detected = *detected_at_best(design_of(known, .05)).value();
  EXPECT_GT(detected, .1);
  EXPECT_LT(detected, .2);
  for (const double threshold : {detected - .01, detected + .01}) {
    RunningEvidence evidence = RunningEvidence::of(design_of(known, threshold)).value();
    for (int i = 0; i < 400; ++i)
      ASSERT_TRUE(evidence.add({.passed = 1}).ok());
    EXPECT_EQ(evidence.is_settled(), threshold > detected);
  }
}

TEST(SequentialEstimate, AThresholdThatIsExcludedBoundsTheClaim) {
  Rows rows = judged(0, 200);
  for (eval::Observation& row : rows)
    row.decided_by = eval::DecidedBy::exact;
  SequentialDesign design{.threshold = .05, .tail = .0125};
  const Estimate estimate = sequential_estimate("wrong", all_of(rows), design, {}).value();
  ASSERT_TRUE(estimate.sequential);
  EXPECT_GE(estimate.sequential->log_e_below, estimate.sequential->bar);
  EXPECT_LT(estimate.bound_below, .05);
  EXPECT_GT(estimate.bound_below, .02);
  EXPECT_EQ(estimate.bound_confidence, 1 - .0125);
}

// A judge that errs, labels of it, clusters that stand or fall together, and a look after every
// cluster: how often a claim is made that is not true.
TEST(SequentialEstimate, ALookAfterEveryClusterMakesFewFalseClaims) {
  constexpr double rate = .1;
  constexpr int runs = 300;
  int false_claims = 0;
  RandomStream stream(21);
  for (int run = 0; run < runs; ++run) {
    const auto draw = [&](double chance, int n) {
      std::int64_t hits = 0;
      for (int i = 0; i < n; ++i)
        hits += stream.uniform() < chance ? 1 : 0;
      return hits;
    };
    const Labels known = LabelsElsewhere{labels(draw(.85, 100), 100), labels(draw(.97, 100), 100)};
    const SequentialDesign design = design_of(known, rate);
    const auto reader = reader_limits(design, split_tail(design, .05).labels).value();
    if (!reader) continue;
    const double bar = -std::log(split_tail(design, .05).outcomes);
    auto below =
        stats::ClusterEvidence::against(stats::Null::rate_at_least, rate, *reader, 4).value();
    bool claimed = false;
    for (int i = 0; i < 250 && !claimed; ++i) {
      const bool broke = stream.uniform() < rate;
      const ClusterCounts counts{.flagged = draw(broke ? .85 : .03, 4)};
      ASSERT_TRUE(below.add({.size = 4, .read = 4, .flagged = counts.flagged}).ok());
      claimed = below.log_e() >= bar;
    }
    false_claims += claimed ? 1 : 0;
  }
  EXPECT_LE(false_claims, runs / 20);
}

}  // namespace
}  // namespace truebound::analyze
