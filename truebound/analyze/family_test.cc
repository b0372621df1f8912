// Families of claims: p-values by hand, decisions by hand, and what each correction promises, by
// exact enumeration over every outcome.

#include "truebound/analyze/family.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/analyze/design.h"
#include "truebound/stats/interval.h"

namespace truebound::analyze {
namespace {

using eval::Correction;

std::vector<eval::Observation> exact_rows(int samples, int broke, int missing = 0) {
  std::vector<eval::Observation> list;
  for (int i = 0; i < samples; ++i) {
    eval::Observation seen{.suite = "s", .sample = std::to_string(i)};
    seen.decided_by = eval::DecidedBy::exact;
    seen.outcome = i < broke ? eval::Outcome(eval::Broke{}) : eval::Outcome(eval::Held{});
    if (i >= samples - missing) seen.outcome = eval::Failed{"timeout"};
    list.push_back(seen);
  }
  return list;
}

double p_of(int samples, int broke, eval::Ask ask, double threshold) {
  const auto rows = exact_rows(samples, broke);
  return p_value(limits_of_rate(select(rows, {}), {}, {}).value(), ask, threshold).value();
}

TEST(PValue, IsTheChanceOfSoFewOrSoManyAtTheThreshold) {
  // No failure in 59 at 5 %: .95^59. 3 or more of 20 at 5 %: 1 - (.358486 + .377354 + .188677).
  EXPECT_NEAR(p_of(59, 0, eval::Ask::rate_below, .05), std::pow(.95, 59), 1e-9);
  EXPECT_NEAR(p_of(20, 3, eval::Ask::rate_above, .05), .075484, 1e-6);
  EXPECT_EQ(p_of(20, 3, eval::Ask::rate_below, .05), 1);
}

TEST(PValue, WithoutANumberItIsOne) {
  auto rows = exact_rows(20, 0);
  for (eval::Observation& row : rows)
    row.decided_by = eval::DecidedBy::judge;
  const LimitsAt limits = limits_of_rate(select(rows, {}), {}, {}).value();
  EXPECT_EQ(p_value(limits, eval::Ask::rate_below, .5).value(), 1);
}

RC_GTEST_PROP(PValue, FromItOnTheLimitOfTheWholeChainCrossesAndBelowItNever, ()) {
  const int samples = *rc::gen::inRange(40, 200);
  const int flagged = *rc::gen::inRange(0, 15);
  const int missing = *rc::gen::inRange(0, 5);
  auto rows = exact_rows(samples, flagged, missing);
  for (eval::Observation& row : rows)
    row.decided_by = eval::DecidedBy::judge;
  const Labels labels = LabelsElsewhere{
      .broke = {{.size = 1, .hits = 1, .times = 180}, {.size = 1, .hits = 0, .times = 20}},
      .held = {{.size = 1, .hits = 1, .times = 390}, {.size = 1, .hits = 0, .times = 10}}};
  const double threshold = *rc::gen::element(.05, .1, .2);
  ChainOptions options;
  const auto cell = select(rows, {});
  const double p =
      p_value(limits_of_rate(cell, labels, options).value(), eval::Ask::rate_below, threshold)
          .value();
  const auto bound_at = [&](double tail) {
    options.tails = ClaimTails{.below = tail, .above = tail};
    return estimate("rate", cell, labels, options).value().bound_below;
  };
  if (p < 1) RC_ASSERT(bound_at(p) < threshold);
  if (p > 1e-11) RC_ASSERT(bound_at(std::min(.499, p * .999999)) >= threshold);
}

TEST(PValue, LimitsOfADifferenceAreThoseOfTheDifference) {
  const auto now = exact_rows(300, 6, 3);
  const auto before = exact_rows(300, 9, 2);
  const Version after{.cell = select(now, {}), .calibrations = {}};
  const Version earlier{.cell = select(before, {}), .calibrations = {}};
  const LimitsAt limits = limits_of_difference(after, earlier, {}).value();
  for (const double tail : {.1, .025, .0001}) {
    const ClaimTails tails{.below = tail, .above = tail};
    const auto whole = difference_from_before("d", after, earlier, {.tails = tails}).value();
    EXPECT_NEAR(*limits(tails).value().rate_below, whole.bound_below, 1e-15);
  }
  const double p = p_value(limits, eval::Ask::no_worse_than, .05).value();
  EXPECT_LT(*limits({.below = p, .above = p}).value().rate_below, .05);
}

TEST(Decide, HolmLoosensTheErrorAfterEachAndPrintsNoMoreThanTheThreshold) {
  // .01 <= .05/4, .015 <= .05/3, .03 > .05/2: two come out.
  const std::array p = {.03, .01, .4, .015};
  const std::vector<Decision> found = decide(Correction::holm, p, .05).value();
  EXPECT_FALSE(found[0].as_asked);
  EXPECT_TRUE(found[1].as_asked);
  EXPECT_FALSE(found[2].as_asked);
  EXPECT_TRUE(found[3].as_asked);
  EXPECT_DOUBLE_EQ(found[1].tail, .05 / 4);
  EXPECT_DOUBLE_EQ(found[3].tail, .05 / 3);
  EXPECT_EQ(found[1].reach, Reach::to_the_threshold);
  EXPECT_EQ(found[3].reach, Reach::to_the_threshold);
  EXPECT_DOUBLE_EQ(found[0].tail, .05 / 2);
  EXPECT_DOUBLE_EQ(found[0].other_tail, .05 / 4);
}

TEST(Decide, WhereAllComeOutByHolmThoseThatBonferroniWouldGiveSayMore) {
  const std::array p = {.001, .02, .04};
  const std::vector<Decision> found = decide(Correction::holm, p, .05).value();
  EXPECT_EQ(found[0].reach, Reach::to_its_limit);
  EXPECT_DOUBLE_EQ(found[0].tail, .05 / 3);
  EXPECT_EQ(found[1].reach, Reach::to_the_threshold);
  EXPECT_EQ(found[2].reach, Reach::to_the_threshold);
  EXPECT_TRUE(found[2].as_asked);
}

TEST(Decide, DiscoveriesShareTheErrorOfThoseThatCameOut) {
  const std::array p = {.001, .008, .039, .041, .042, .06, .074, .205, .212, .216};
  const std::vector<Decision> bh = decide(Correction::bh, p, .05).value();
  EXPECT_TRUE(bh[0].as_asked && bh[1].as_asked);
  EXPECT_FALSE(bh[2].as_asked);
  EXPECT_DOUBLE_EQ(bh[1].tail, 2 * .05 / 10);
  EXPECT_DOUBLE_EQ(bh[2].tail, .05 / 10);
  // 1 + 1/2 + ... + 1/10 = 2.928968.
  const std::vector<Decision> by = decide(Correction::by, p, .05).value();
  EXPECT_TRUE(by[0].as_asked);
  EXPECT_FALSE(by[1].as_asked);
  EXPECT_NEAR(by[0].tail, .05 / 10 / 2.928968, 1e-8);
}

TEST(Decide, WhatIsOutOfRangeIsRefused) {
  const std::array p = {.5};
  EXPECT_FALSE(decide(Correction::holm, p, 0).ok());
  EXPECT_FALSE(decide(Correction::holm, {}, .05).ok());
  EXPECT_FALSE(decide(Correction::worst_cell, p, .05).ok());
}

constexpr int trials = 120;

double chance_of(int hits, double rate) {
  return std::exp(std::lgamma(trials + 1.0) - std::lgamma(hits + 1.0) -
                  std::lgamma(trials - hits + 1.0) + hits * std::log(rate) +
                  (trials - hits) * std::log1p(-rate));
}

// Sums over all outcomes of two cells of `trials` each what `loss` says of decisions and outcome.
template <class Loss>
double expected(Correction correction, eval::Ask ask, std::array<double, 2> rates, Loss loss) {
  constexpr double threshold = .1;
  std::array<double, trials + 1> p{};
  for (int x = 0; x <= trials; ++x)
    p[static_cast<std::size_t>(x)] = p_of(trials, x, ask, threshold);
  double sum = 0;
  for (int a = 0; a <= trials; ++a) {
    for (int b = 0; b <= trials; ++b) {
      const double chance = chance_of(a, rates[0]) * chance_of(b, rates[1]);
      if (chance < 1e-14) continue;
      const std::array both = {p[static_cast<std::size_t>(a)], p[static_cast<std::size_t>(b)]};
      sum += chance * loss(decide(correction, both, .05).value(), std::array{a, b});
    }
  }
  return sum;
}

TEST(Holm, BoundsAsTheyArePrintedHoldTogetherOverEveryOutcome) {
  for (const std::array<double, 2> rates :
       {std::array{.1, .1}, std::array{.1, .02}, std::array{.099, .05}, std::array{.06, .06},
        std::array{.3, .01}, std::array{.0999, .0999}}) {
    const auto wrong = [&](const std::vector<Decision>& found, std::array<int, 2> hits) {
      for (std::size_t i = 0; i < 2; ++i) {
        const bool at_threshold = found[i].as_asked && found[i].reach == Reach::to_the_threshold;
        const double bound =
            at_threshold ? .1 : stats::upper_limit(hits[i], trials, found[i].tail).value();
        // The claim says: less than the bound, where it was decided by its threshold.
        if (at_threshold ? rates[i] >= bound : rates[i] > bound) return 1.0;
      }
      return 0.0;
    };
    EXPECT_LE(expected(Correction::holm, eval::Ask::rate_below, rates, wrong), .05)
        << rates[0] << " " << rates[1];
  }
}

TEST(Holm, TheLimitsOfItsStepsPrintedAsBoundsWouldNotHoldTogether) {
  // True rates right beyond the limits of 1 and of 9 hits: there Clopper-Pearson errs as allowed.
  const std::array<double, 2> rates = {stats::upper_limit(1, trials, .05 / 2).value() + 1e-9,
                                       stats::upper_limit(9, trials, .05).value() + 1e-9};
  const auto wrong = [&](const std::vector<Decision>& found, std::array<int, 2> hits) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (rates[i] > stats::upper_limit(hits[i], trials, found[i].tail).value()) return 1.0;
    }
    return 0.0;
  };
  EXPECT_GT(expected(Correction::holm, eval::Ask::rate_below, rates, wrong), .055);
}

TEST(Discoveries, TheShareOfWrongOnesIsAsPromisedOverEveryOutcome) {
  for (const Correction correction : {Correction::bh, Correction::by}) {
    for (const std::array<double, 2> rates :
         {std::array{.1, .1}, std::array{.1, .2}, std::array{.1, .4}, std::array{.02, .3}}) {
      const auto share_wrong = [&](const std::vector<Decision>& found, std::array<int, 2> hits) {
        double out = 0;
        double false_claims = 0;
        double false_limits = 0;
        for (std::size_t i = 0; i < 2; ++i) {
          if (!found[i].as_asked) continue;
          out += 1;
          false_claims += rates[i] <= .1 ? 1 : 0;
          const double lower = stats::lower_limit(hits[i], trials, found[i].tail).value();
          EXPECT_GT(lower, .1 - 1e-9);
          false_limits += rates[i] < lower ? 1 : 0;
        }
        return out == 0 ? 0.0 : std::max(false_claims, false_limits) / out;
      };
      EXPECT_LE(expected(correction, eval::Ask::rate_above, rates, share_wrong), .05)
          << rates[0] << " " << rates[1];
    }
  }
}

// Of four claims, the first decides itself; with it, the next two need a half and a third of that.
TEST(Evidence, ClaimsThatComeOutTogetherNeedLessEach) {
  const std::vector<double> over_bar = {.1, -std::log(2) + .01, -std::log(3) + .01,
                                        -std::log(4) - .01};
  const auto decisions = decide_by_evidence(over_bar, .1).value();
  ASSERT_EQ(decisions.size(), 4U);
  EXPECT_TRUE(decisions[0].as_asked && decisions[1].as_asked && decisions[2].as_asked);
  EXPECT_FALSE(decisions[3].as_asked);
  EXPECT_EQ(decisions[0].reach, Reach::to_the_threshold);
  EXPECT_FALSE(decide_by_evidence(std::vector<double>{-.01}, .1).value()[0].as_asked);
  EXPECT_TRUE(decide_by_evidence(std::vector<double>{1e9}, .1).value()[0].as_asked);
  EXPECT_FALSE(decide_by_evidence({}, .1).ok());
}

}  // namespace
}  // namespace truebound::analyze
