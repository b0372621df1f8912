// Golden values: golden/statistics.json, keys betabinom_cs, confseq_check,
// two_sided_beta_binomial_log_mixture_check, truncated_mixture_e, hedged_cs, hedged_cs_zero, sprt,
// fixed_n.

#include "truebound/stats/sequential.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/stats/betting.h"
#include "truebound/stats/sprt.h"

namespace truebound::stats {
namespace {

struct SequenceRow {
  Tally seen;
  BetaMixture mixture;
  Interval limits;
};

constexpr SequenceRow sequences[] = {
    {{0, 100}, {.5, .5}, {0.0, 0.05702859763877186}},
    {{0, 100}, {1, 1}, {0.0, 0.0732843734028999}},
    {{0, 100}, {.5, 50}, {0.0, 0.03484546488086115}},
    {{0, 300}, {.5, .5}, {0.0, 0.021173966497778505}},
    {{0, 300}, {1, 1}, {0.0, 0.028592739784816985}},
    {{0, 300}, {.5, 50}, {0.0, 0.013148888572976787}},
    {{0, 1000}, {.5, .5}, {0.0, 0.006997502521426412}},
    {{0, 1000}, {1, 1}, {0.0, 0.009855599157285205}},
    {{0, 1000}, {.5, 50}, {0.0, 0.004510172888111695}},
    {{0, 10000}, {.5, .5}, {0.0, 0.0008169940687055274}},
    {{0, 10000}, {1, 1}, {0.0, 0.0012198726138088621}},
    {{0, 10000}, {.5, 50}, {0.0, 0.0005648276495830622}},
    {{1, 50}, {.5, .5}, {4.027599338123525e-05, 0.1550947665436651}},
    {{1, 50}, {1, 1}, {1.96267094274292e-05, 0.16882231077675608}},
    {{1, 50}, {.5, 50}, {0.00017991859602145194, 0.1251945969858101}},
    {{5, 100}, {.5, .5}, {0.007149478932596926, 0.1557944435406063}},
    {{5, 100}, {1, 1}, {0.006577126166638993, 0.16025887376719963}},
    {{5, 100}, {.5, 50}, {0.007617108526782865, 0.15238790695037036}},
    {{13, 200}, {.5, .5}, {0.021510000888116373, 0.14169911224735038}},
    {{13, 200}, {1, 1}, {0.02091668817815442, 0.1436695269739488}},
    {{13, 200}, {.5, 50}, {0.020244293959672536, 0.14596890923443953}},
    {{700, 1000}, {.5, .5}, {0.6454376526177069, 0.7510166114505507}},
    {{700, 1000}, {1, 1}, {0.646984800818153, 0.7496620474372734}},
    {{700, 1000}, {.5, 50}, {0.5284786604459272, 0.8401366495770487}},
};

TEST(Sequential, ConfidenceSequencesAgreeWithGoldenValues) {
  for (const SequenceRow& row : sequences) {
    SCOPED_TRACE(testing::Message() << row.seen.hits << " of " << row.seen.trials);
    const Interval found = confidence_sequence(row.seen, .95, row.mixture).value();
    EXPECT_NEAR(found.lower, row.limits.lower, 1e-9);
    EXPECT_NEAR(found.upper, row.limits.upper, 1e-9);
  }
}

struct TunedRow {
  Tally seen;
  double tuned_for;
  Interval limits;
};

TEST(Sequential, TunedSequencesAgreeWithThePublishedTestsOfConfseq) {
  constexpr TunedRow rows[] = {
      {{700, 1000}, 100, {0.6516298138699304, 0.7459495007849871}},
      {{15, 50}, 50, {0.1295569949750543, 0.5118964025364732}},
      {{5, 50}, 50, {0.013021760005847396, 0.26926466715105785}},
      {{1, 50}, 50, {0.0, 0.13489158668179316}},
  };
  for (const TunedRow& row : rows) {
    SCOPED_TRACE(testing::Message() << row.seen.hits << " of " << row.seen.trials);
    const Interval found = tuned_sequence(row.seen, .95, row.tuned_for).value();
    EXPECT_NEAR(found.lower, row.limits.lower, 1e-9);
    EXPECT_NEAR(found.upper, row.limits.upper, 1e-9);
  }
  // beta_binomial_log_mixture(s = 10, v = 100, v_opt = 100, g = .2, h = .8): 135 of 625 at .2.
  const double rho = 100 / (2 * std::log(20) + std::log1p(2 * std::log(20)));
  const double r = rho - .16;
  EXPECT_NEAR(log_e_value({135, 625}, .2, {r / .8, r / .2}).value(), -0.6941011739473836, 1e-9);
}

struct TruncatedRow {
  Tally seen;
  double log_e;
};

TEST(Sequential, OneSidedEValuesAgreeWithGoldenValues) {
  constexpr TruncatedRow rows[] = {{{0, 100}, -1.466337068793427},
                                   {{5, 100}, 3.3805931046294706},
                                   {{7, 100}, 6.678060505055938},
                                   {{20, 1000}, 2.5105888681761535}};
  for (const TruncatedRow& row : rows) {
    EXPECT_NEAR(log_e_value_above(row.seen, .01, {1, 30}).value(), row.log_e, 1e-9);
    const Tally turned{row.seen.trials - row.seen.hits, row.seen.trials};
    EXPECT_NEAR(log_e_value_below(turned, .99, {30, 1}).value(), row.log_e, 1e-9);
  }
}

TEST(Sequential, EvidenceIsFiniteWhereItsShareOfTheMixtureUnderflows) {
  // The mixture above .01 has a share of about (1 - .01)^1000000 left: far below any double.
  const double log_e = log_e_value_above({0, 1'000'000}, .01, {1, 30}).value();
  EXPECT_TRUE(std::isfinite(log_e));
  EXPECT_LT(log_e, -5);
  EXPECT_NEAR(log_e_value_above({0, 1000}, .01, {1, 30}).value(),
              log_e_value_above({0, 1000}, std::nextafter(.01, 1), {1, 30}).value(), 1e-9);
}

// Before the next trial, the mean of the e-value over what it may show is the e-value now.
RC_GTEST_PROP(Sequential, TheEValueIsAFairGameUnderItsNull, ()) {
  const auto trials = *rc::gen::inRange<std::int64_t>(0, 200);
  const auto hits = *rc::gen::inRange<std::int64_t>(0, trials + 1);
  const double rate = *rc::gen::inRange(1, 100) / 100.0;
  const BetaMixture mixture{.7, 3};
  const double now = log_e_value({hits, trials}, rate, mixture).value();
  const double hit = log_e_value({hits + 1, trials + 1}, rate, mixture).value();
  const double miss = log_e_value({hits, trials + 1}, rate, mixture).value();
  RC_ASSERT(std::abs(rate * std::exp(hit - now) + (1 - rate) * std::exp(miss - now) - 1) < 1e-10);
}

// Under a rate below the null's bound, the one-sided game is unfair to the gambler.
RC_GTEST_PROP(Sequential, TheOneSidedEValueShrinksUnderEveryRateOfItsNull, ()) {
  const auto trials = *rc::gen::inRange<std::int64_t>(0, 200);
  const auto hits = *rc::gen::inRange<std::int64_t>(0, trials + 1);
  const double bound = *rc::gen::inRange(2, 100) / 100.0;
  const double rate = bound * *rc::gen::inRange(1, 100) / 100.0;
  const BetaMixture mixture{.5, 5};
  const double now = log_e_value_above({hits, trials}, bound, mixture).value();
  const double hit = log_e_value_above({hits + 1, trials + 1}, bound, mixture).value();
  const double miss = log_e_value_above({hits, trials + 1}, bound, mixture).value();
  RC_ASSERT(rate * std::exp(hit - now) + (1 - rate) * std::exp(miss - now) < 1 + 1e-10);
}

TEST(Sequential, ATrueNullIsRejectedAtMostAsOftenAsAlphaThoughLookedAtAfterEveryTrial) {
  int rejected = 0;
  constexpr int runs = 1000;
  for (int run = 0; run < runs; ++run) {
    RandomStream draws(static_cast<std::uint64_t>(run) + 1);
    EProcess process = EProcess::against(Null::rate_at_most, .05, {1, 10}).value();
    for (int t = 0; t < 300 && !process.rejects(.05); ++t) {
      process.add(draws.uniform() < .05 ? Trial::hit : Trial::miss);
    }
    rejected += process.rejects(.05) ? 1 : 0;
  }
  EXPECT_LE(rejected, .05 * runs);
  EXPECT_GT(rejected, 0);
}

TEST(Sequential, TheProcessKeepsItsLargestEvidence) {
  EProcess process = EProcess::against(Null::rate_at_least, .2, {.5, .5}).value();
  EXPECT_EQ(process.p_value(), 1);
  for (int i = 0; i < 40; ++i)
    process.add(Trial::miss);
  const double p = process.p_value();
  EXPECT_LT(p, .01);
  for (int i = 0; i < 40; ++i)
    process.add(Trial::hit);
  EXPECT_EQ(process.p_value(), p);
  EXPECT_LT(process.log_e(), process.most_log_e());
  EXPECT_TRUE(process.rejects(.05));
}

TEST(Sequential, OneSidedLimitsLieInsideTwoSidedOnesAndHoldTheShare) {
  const Interval two = confidence_sequence({3, 200}, .95, {.5, 50}).value();
  const Interval one = one_sided_sequences({3, 200}, .95, {.5, 50}).value();
  EXPECT_GT(one.lower, two.lower);
  EXPECT_LT(one.upper, .015 + 2 * (two.upper - .015));
  EXPECT_LT(one.lower, .015);
  EXPECT_GT(one.upper, .015);
  EXPECT_NEAR(log_e_value_below({3, 200}, one.upper, {.5, 50}).value(), std::log(20), 1e-9);
}

TEST(Sequential, BadCountsAreRefusedAndNoTrialSaysNothing) {
  EXPECT_FALSE(log_e_value({3, 2}, .1, {}).ok());
  EXPECT_FALSE(log_e_value({-1, 2}, .1, {}).ok());
  EXPECT_FALSE(log_e_value({1, 2}, 0, {}).ok());
  EXPECT_FALSE(log_e_value({1, 2}, .5, {0, 1}).ok());
  EXPECT_FALSE(confidence_sequence({1, 2}, 1, {}).ok());
  EXPECT_FALSE(tuned_sequence({1, 2}, .95, 0).ok());
  EXPECT_FALSE(EProcess::against(Null::rate_at_most, 1, {}).ok());
  EXPECT_EQ(confidence_sequence({0, 0}, .95, {}).value().upper, 1);
}

// --- Betting. ---

BettingSequence fed(int scores, int every) {
  BettingSequence sequence = BettingSequence::open({}).value();
  for (int i = 1; i <= scores; ++i) {
    EXPECT_TRUE(sequence.add(every > 0 && i % every == 0 ? 1 : 0).ok());
  }
  return sequence;
}

struct HedgedRow {
  int scores;
  int every;
  Interval limits;
};

TEST(Betting, AgreesWithGoldenValues) {
  constexpr HedgedRow rows[] = {
      {50, 20, {0, .183}}, {100, 20, {0, .124}}, {200, 20, {.01, .1}}, {400, 20, {.019, .086}},
      {50, 0, {0, .133}},  {100, 0, {0, .07}},   {200, 0, {0, .036}},  {400, 0, {0, .019}},
  };
  for (const HedgedRow& row : rows) {
    const Interval found = fed(row.scores, row.every).limits().value();
    EXPECT_NEAR(found.lower, row.limits.lower, 1e-9) << row.scores << " every " << row.every;
    EXPECT_NEAR(found.upper, row.limits.upper, 1e-9) << row.scores << " every " << row.every;
  }
}

TEST(Betting, AWholePopulationLeavesNothingOpen) {
  for (const int population : {7, 60, 200}) {
    BettingSequence sequence = BettingSequence::open({.population = population}).value();
    double hits = 0;
    for (int i = 0; i < population; ++i) {
      ASSERT_TRUE(sequence.add(i % 4 == 0 ? 1 : 0).ok());
      hits += i % 4 == 0 ? 1 : 0;
    }
    const Interval found = sequence.limits().value();
    EXPECT_NEAR(found.lower, hits / population, .0021);
    EXPECT_NEAR(found.upper, hits / population, .0021);
    EXPECT_LE(found.lower, hits / population);
    EXPECT_GE(found.upper, hits / population);
    EXPECT_FALSE(sequence.add(0).ok());
  }
}

TEST(Betting, CoversTheMeanOfGradedScoresAtAllTimes) {
  int missed = 0;
  constexpr int runs = 400;
  for (int run = 0; run < runs; ++run) {
    RandomStream draws(static_cast<std::uint64_t>(run) + 77);
    BettingSequence sequence = BettingSequence::open({.steps = 200}).value();
    for (int i = 0; i < 200; ++i) {
      const double u = draws.uniform();
      ASSERT_TRUE(sequence.add(u * u).ok());  // mean 1/3
    }
    // Limits only narrow, so the last ones hold at all times or at none.
    const auto limits = sequence.limits();
    missed +=
        limits.ok() && limits.value().lower <= 1.0 / 3 && limits.value().upper >= 1.0 / 3 ? 0 : 1;
  }
  EXPECT_LE(missed, .05 * runs);
}

TEST(Betting, AMeanThatChangesIsAContradictionNotIgnorance) {
  BettingSequence sequence = BettingSequence::open({.steps = 100}).value();
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(sequence.add(i < 1000 ? 0 : 1).ok());
  EXPECT_FALSE(sequence.limits().ok());
}

TEST(Betting, ScoresOutOfRangeAreRefused) {
  BettingSequence sequence = BettingSequence::open({}).value();
  EXPECT_FALSE(sequence.add(1.1).ok());
  EXPECT_FALSE(sequence.add(std::nan("")).ok());
  EXPECT_FALSE(BettingSequence::open({.confidence = 1}).ok());
  EXPECT_FALSE(BettingSequence::open({.steps = 1}).ok());
  EXPECT_FALSE(BettingSequence::open({.population = -1}).ok());
}

// --- SPRT. ---

struct SprtRow {
  SprtAim aim;
  Sprt plan;
  FixedTest fixed;
};

constexpr SprtRow plans[] = {
    {{.01, .03, .05, .2},
     {2.772588722239781, -1.5581446180465497, 1.0986122886681098, -0.020408871631207106,
      0.01823814629720507, 2.4776910576902464, -1.392417474598761, 145.531774349657,
      144.84701087785234},
     {301, 7}},
    {{.01, .05, .05, .1},
     {2.8903717578961645, -2.2512917986064953, 1.6094379124341005, -0.04124295853404909,
      0.02498542223358987, 1.751017903418798, -1.3638564777733677, 80.6192004390621,
      57.5476619570449},
     {132, 4}},
    {{.001, .005, .05, .1},
     {2.8903717578961645, -2.2512917986064953, 1.6094379124341005, -0.004012041489960748,
      0.002486622829671964, 1.7914232485900852, -1.395327938825213, 831.4081788500316,
      585.9638367194757},
     {1335, 4}},
};

TEST(Sprt, PlansAgreeWithGoldenValues) {
  for (const SprtRow& row : plans) {
    const Sprt found = sprt(row.aim).value();
    EXPECT_NEAR(found.reject_at, row.plan.reject_at, 1e-12);
    EXPECT_NEAR(found.accept_at, row.plan.accept_at, 1e-12);
    EXPECT_NEAR(found.step_hit, row.plan.step_hit, 1e-12);
    EXPECT_NEAR(found.step_miss, row.plan.step_miss, 1e-12);
    EXPECT_NEAR(found.slope, row.plan.slope, 1e-12);
    EXPECT_NEAR(found.reject_line, row.plan.reject_line, 1e-12);
    EXPECT_NEAR(found.accept_line, row.plan.accept_line, 1e-12);
    EXPECT_NEAR(found.trials_at_p0, row.plan.trials_at_p0, 1e-11 * row.plan.trials_at_p0);
    EXPECT_NEAR(found.trials_at_p1, row.plan.trials_at_p1, 1e-11 * row.plan.trials_at_p1);
    const FixedTest fixed = fixed_test(row.aim).value();
    EXPECT_EQ(fixed.trials, row.fixed.trials);
    EXPECT_EQ(fixed.reject_hits, row.fixed.reject_hits);
  }
}

// research/statistics.md 2.4, simulated there with 20,000 runs: 151, 169, 86 and 218 trials.
TEST(Sprt, RunsAsLongAsSimulated) {
  const Sprt test = sprt(plans[0].aim).value();
  const SprtRun clean = sprt_run(test, .002, 5000).value();
  const SprtRun acceptable = sprt_run(test, .01, 5000).value();
  const SprtRun unacceptable = sprt_run(test, .03, 5000).value();
  EXPECT_NEAR(clean.mean_trials, 86, 2);
  EXPECT_NEAR(acceptable.mean_trials, 151, 3);
  EXPECT_NEAR(unacceptable.mean_trials, 169, 3);
  EXPECT_LE(acceptable.rejects, .05);
  // Wald's own bound: beta / (1 - alpha).
  EXPECT_LE(unacceptable.accepts, .2 / .95);
  EXPECT_NEAR(unacceptable.rejects + unacceptable.accepts + unacceptable.undecided, 1, 1e-12);
}

// The issue asks for 35 %: against the shortest test of fixed length with the same errors.
TEST(Sprt, SavesAThirdOfTheTrialsWhenCleanAndWhenBad) {
  const Sprt test = sprt(plans[0].aim).value();
  const auto fixed = static_cast<double>(fixed_test(plans[0].aim).value().trials);
  for (const double rate : {0.0, .002, .005, .03, .05, .1}) {
    EXPECT_LE(sprt_run(test, rate, 5000).value().mean_trials, .65 * fixed) << rate;
  }
}

TEST(Sprt, AnswersByItsLines) {
  const Sprt test = sprt(plans[1].aim).value();
  EXPECT_EQ(answer_of(test, {0, 0}).answer, SprtAnswer::go_on);
  EXPECT_EQ(answer_of(test, {2, 2}).answer, SprtAnswer::reject);
  EXPECT_EQ(answer_of(test, {0, 54}).answer, SprtAnswer::go_on);
  EXPECT_EQ(answer_of(test, {0, 55}).answer, SprtAnswer::accept);
}

TEST(Sprt, AimsThatMakeNoSenseAreRefused) {
  EXPECT_FALSE(sprt({.03, .01}).ok());
  EXPECT_FALSE(sprt({0, .01}).ok());
  EXPECT_FALSE(sprt({.01, .03, .6, .5}).ok());
  EXPECT_FALSE(fixed_test({.01, .01}).ok());
  EXPECT_FALSE(fixed_test({.1, .1000001}).ok());
  EXPECT_FALSE(sprt_run(sprt({.01, .03}).value(), 2, 10).ok());
  EXPECT_FALSE(sprt_run(sprt({.01, .03}).value(), .1, 0).ok());
}

}  // namespace
}  // namespace truebound::stats
