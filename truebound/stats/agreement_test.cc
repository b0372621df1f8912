// Golden values: golden/statistics.json, keys krippendorff, kappa2x2, variance_components.

#include "truebound/stats/agreement.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/core/words.h"
#include "truebound/stats/latent_class.h"
#include "truebound/stats/rater_bias.h"

namespace truebound::stats {
namespace {

using std::nullopt;

// Krippendorff's textbook example: three coders, 15 units, gaps.
std::vector<Rated> textbook() {
  constexpr double gap = 0;
  constexpr double a[] = {gap, gap, gap, gap, gap, 3, 4, 1, 2, 1, 1, 3, 3, gap, 3};
  constexpr double b[] = {1, gap, 2, 1, 3, 3, 4, 3, gap, gap, gap, gap, gap, gap, gap};
  constexpr double c[] = {gap, gap, 2, 1, 3, 4, 4, gap, 2, 1, 1, 3, 3, gap, 4};
  std::vector<Rated> units;
  for (std::size_t i = 0; i < std::size(a); ++i) {
    Rated unit;
    for (const double each : {a[i], b[i], c[i]})
      unit.push_back(each == gap ? std::optional<double>() : std::optional(each));
    units.push_back(unit);
  }
  return units;
}

// Two raters of hit (1) and miss (0): both, first only, second only, neither.
std::vector<Rated> table(int both, int first, int second, int neither) {
  std::vector<Rated> units;
  const auto add = [&](int times, double one, double two) {
    for (int i = 0; i < times; ++i)
      units.push_back({one, two});
  };
  add(both, 1, 1);
  add(first, 1, 0);
  add(second, 0, 1);
  add(neither, 0, 0);
  return units;
}

double value(const std::vector<Rated>& units, Coefficient coefficient) {
  return agreement(units, coefficient).value().value.value();
}

TEST(Agreement, KrippendorffAgreesWithThePublishedExample) {
  EXPECT_NEAR(value(textbook(), Coefficient::krippendorff), 0.691358024691358, 1e-12);
  EXPECT_NEAR(value(textbook(), Coefficient::krippendorff_interval), 0.8108448928121059, 1e-12);
}

struct TwoByTwo {
  std::array<int, 4> cells;
  double plain;
  double cohen;
  double scott;
  double gwet;
};

TEST(Agreement, TwoRatersAgreeWithGoldenValues) {
  constexpr TwoByTwo rows[] = {
      {{2, 8, 6, 984}, 0.986, 0.21524663677130318, 0.21515865007287832, 0.985745732374089},
      {{40, 9, 6, 45}, 0.85, 0.6995192307692307, 0.6992481203007519, 0.7007481296758106},
      {{0, 5, 5, 990}, 0.99, -0.0050251256281513565, -0.0050251256281513565, 0.9898995000252513},
  };
  for (const TwoByTwo& row : rows) {
    const auto units = table(row.cells[0], row.cells[1], row.cells[2], row.cells[3]);
    EXPECT_NEAR(value(units, Coefficient::plain), row.plain, 1e-12);
    EXPECT_NEAR(value(units, Coefficient::cohen), row.cohen, 1e-12);
    EXPECT_NEAR(value(units, Coefficient::fleiss), row.scott, 1e-12);
    EXPECT_NEAR(value(units, Coefficient::gwet), row.gwet, 1e-12);
    // PABAK of two categories: 2 x the observed less 1.
    EXPECT_NEAR(2 * value(units, Coefficient::plain) - 1, 2 * row.plain - 1, 1e-12);
  }
}

// Where one category is rare, near perfect agreement is little above chance: both are told.
TEST(Agreement, RareHitsPartTheCoefficients) {
  const auto units = table(2, 8, 6, 984);
  const SpecificAgreement found = specific_agreement(units).value();
  EXPECT_NEAR(*found.hit, 4.0 / 18, 1e-12);
  EXPECT_NEAR(*found.miss, 1968.0 / 1982, 1e-12);
  EXPECT_FALSE(specific_agreement(table(0, 0, 0, 5)).value().hit.has_value());
}

TEST(Agreement, OneCategoryIsUndefinedNotPerfect) {
  const auto units = table(0, 0, 0, 50);
  for (const auto coefficient : {Coefficient::cohen, Coefficient::fleiss, Coefficient::gwet,
                                 Coefficient::krippendorff, Coefficient::krippendorff_interval}) {
    const Agreement found = agreement(units, coefficient).value();
    EXPECT_FALSE(found.value.has_value()) << to_text(coefficient);
    EXPECT_NE(found.undefined.find("only one category occurs"), std::string::npos);
    const AgreementInterval limits = agreement_interval(units, coefficient, {}).value();
    EXPECT_EQ(limits.lower, -1);
    EXPECT_EQ(limits.upper, 1);
  }
  EXPECT_EQ(value(units, Coefficient::plain), 1);
}

TEST(Agreement, PerfectAgreementIsNotCertain) {
  AgreementDraws draws;
  const auto units = table(20, 0, 0, 30);
  for (const auto coefficient : {Coefficient::cohen, Coefficient::gwet, Coefficient::plain}) {
    const AgreementInterval found = agreement_interval(units, coefficient, draws).value();
    EXPECT_EQ(*found.agreement.value, 1);
    EXPECT_EQ(found.upper, 1);
    EXPECT_LT(found.lower, .95);
    EXPECT_GT(found.lower, .8);
  }
  // Clusters count once: five of them say less than fifty units.
  for (std::size_t i = 0; i < units.size(); ++i)
    draws.cluster.push_back(static_cast<std::int64_t>(i % 5));
  const AgreementInterval clustered = agreement_interval(units, Coefficient::plain, draws).value();
  EXPECT_NEAR(clustered.lower, std::pow(.025, .2), 1e-12);
}

TEST(Agreement, IntervalsCoverTheAgreementOfThePopulation) {
  // Agreement .9 by construction; the percentile interval of 100 units covers it about as it says.
  int covered = 0;
  constexpr int runs = 200;
  for (int run = 0; run < runs; ++run) {
    RandomStream stream(static_cast<std::uint64_t>(run) + 5);
    std::vector<Rated> units;
    for (int i = 0; i < 100; ++i) {
      const double truth = stream.uniform() < .4 ? 1 : 0;
      units.push_back({truth, stream.uniform() < .9 ? truth : 1 - truth});
    }
    const AgreementInterval found =
        agreement_interval(units, Coefficient::plain,
                           {.resamples = 200, .key = static_cast<std::uint64_t>(run) * 1000})
            .value();
    covered += found.lower <= .9 && .9 <= found.upper ? 1 : 0;
  }
  EXPECT_GE(covered, .89 * runs);
}

RC_GTEST_PROP(Agreement, TheNamesOfCategoriesAndTheOrderOfRatersDoNotMatter, ()) {
  std::vector<Rated> units = {{0.0, 1.0}, {1.0, 1.0}};
  std::vector<Rated> turned = {{8.0, 7.0}, {8.0, 8.0}};
  const int more = *rc::gen::inRange(0, 40);
  for (int i = 0; i < more; ++i) {
    const double a = *rc::gen::inRange(0, 3);
    const double b = *rc::gen::inRange(0, 3);
    const auto named = [](double code) { return code == 0 ? 7.0 : code == 1 ? 8.0 : -3.0; };
    units.push_back({a, b});
    turned.push_back({named(b), named(a)});
  }
  for (const auto each :
       {Coefficient::cohen, Coefficient::fleiss, Coefficient::gwet, Coefficient::krippendorff}) {
    RC_ASSERT(std::abs(value(units, each) - value(turned, each)) < 1e-12);
  }
}

TEST(Agreement, TablesThatMakeNoSenseAreRefused) {
  EXPECT_FALSE(agreement({}, Coefficient::plain).ok());
  EXPECT_FALSE(agreement({{1.0}}, Coefficient::plain).ok());
  EXPECT_FALSE(agreement({{1.0, nullopt}}, Coefficient::plain).ok());
  EXPECT_FALSE(agreement({{1.0, 0.0}, {1.0, 0.0, 1.0}}, Coefficient::plain).ok());
  EXPECT_FALSE(agreement({{1.0, 0.0, 1.0}}, Coefficient::cohen).ok());
  EXPECT_FALSE(agreement({{1.0, std::nan("")}}, Coefficient::plain).ok());
  EXPECT_FALSE(agreement_interval(table(1, 1, 1, 1), Coefficient::plain, {.resamples = 3}).ok());
  EXPECT_FALSE(agreement_interval(table(1, 1, 1, 1), Coefficient::plain, {.cluster = {1}}).ok());
}

// --- Raters without a known truth. ---

TEST(LatentClass, FindsWhoErrsWithoutBeingTold) {
  RandomStream stream(11);
  constexpr double right[] = {.95, .9, .7, .6};
  std::vector<Answers> units;
  std::vector<std::size_t> truth;
  for (int i = 0; i < 3000; ++i) {
    const std::size_t hidden = stream.uniform() < .3 ? 1 : 0;
    Answers unit;
    for (const double each : right)
      unit.emplace_back(stream.uniform() < each ? hidden : 1 - hidden);
    units.push_back(unit);
    truth.push_back(hidden);
  }
  const LatentClasses found = dawid_skene(units, 2).value();
  EXPECT_NEAR(found.prevalence[1], .3, .03);
  for (std::size_t rater = 0; rater < std::size(right); ++rater) {
    EXPECT_NEAR(found.confusion[rater][1][1], right[rater], .05);
    EXPECT_NEAR(found.confusion[rater][0][0], right[rater], .05);
  }
  int wrong_by_votes = 0;
  int wrong_by_classes = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    double votes = 0;
    for (const auto& answer : units[i])
      votes += static_cast<double>(*answer);
    wrong_by_votes += (votes >= 2 ? 1U : 0U) == truth[i] ? 0 : 1;
    wrong_by_classes += (found.posterior[i][1] > .5 ? 1U : 0U) == truth[i] ? 0 : 1;
  }
  EXPECT_LT(wrong_by_classes, wrong_by_votes);
}

TEST(LatentClass, TwoRatersAndOneClassAreRefused) {
  EXPECT_FALSE(dawid_skene({{0, 1}, {1, 1}}, 2).ok());
  EXPECT_FALSE(dawid_skene({{0, 0, 0}, {0, 0, 0}}, 2).ok());
  EXPECT_FALSE(dawid_skene({{0, 1, 2}}, 2).ok());
  EXPECT_FALSE(dawid_skene({}, 2).ok());
  EXPECT_TRUE(dawid_skene({{0, 1, nullopt}, {1, 1, 1}}, 2).ok());
}

// --- What a rater should not answer to. ---

TEST(RaterBias, PositionIsACoinAmongInconsistentPairs) {
  const PositionBias found =
      position_bias({.consistent = 80, .first_always = 16, .second_always = 4}, .95).value();
  EXPECT_NEAR(found.consistency, .8, 1e-12);
  EXPECT_NEAR(found.first_share, .8, 1e-12);
  EXPECT_NEAR(found.p_value, 2 * 6196.0 / (1 << 20), 1e-12);  // 1 + 20 + 190 + 1140 + 4845
  EXPECT_EQ(position_bias({.consistent = 3}, .95).value().p_value, 1);
  EXPECT_FALSE(position_bias({}, .95).ok());
}

TEST(RaterBias, WhatIsAddedTurnsVerdictsBothWays) {
  const FlipBias found =
      flip_bias({.both = 40, .first_only = 10, .second_only = 1, .neither = 49}, .95).value();
  EXPECT_NEAR(found.lost, .2, 1e-12);
  EXPECT_NEAR(found.gained, .02, 1e-12);
  EXPECT_NEAR(found.test.p_exact, 2 * 12.0 / 2048, 1e-12);
  EXPECT_LT(found.lost_bound, found.lost_limits.upper);
  const FlipBias none = flip_bias({.both = 59, .neither = 10}, .95).value();
  EXPECT_NEAR(none.lost_bound, 0.049507609888226944, 1e-12);  // golden: 0 of 59
  EXPECT_EQ(flip_bias({.neither = 10}, .95).value().lost_bound, 1);
}

TEST(RaterBias, ADifferenceOfTwoKindsHasExactTest) {
  const RateDifference tea = rate_difference({3, 4}, {1, 4}, .95).value();
  EXPECT_NEAR(tea.p_value, 34.0 / 70, 1e-12);
  EXPECT_NEAR(tea.value, .5, 1e-12);
  const RateDifference apart = rate_difference({30, 40}, {10, 40}, .95).value();
  EXPECT_GT(apart.lower, 0);
  EXPECT_LT(apart.p_value, .001);
  const RateDifference turned = rate_difference({10, 40}, {30, 40}, .95).value();
  EXPECT_NEAR(turned.upper, -apart.lower, 1e-12);
  EXPECT_FALSE(rate_difference({1, 0}, {1, 2}, .95).ok());
}

TEST(RaterBias, TestRetestAgreesWithTheGoldenCorrelation) {
  std::vector<RetestCount> units;
  for (const int hits : {0, 1, 5, 4, 0, 0, 2, 5})
    units.push_back({hits, 5});
  const TestRetest found = test_retest(units, .95).value();
  EXPECT_NEAR(found.correlation, 0.6750663129973475, 1e-12);
  EXPECT_NEAR(found.same, 1 - 2 * .0875, 1e-12);
  EXPECT_NEAR(found.steady, 5.0 / 8, 1e-12);
  EXPECT_FALSE(test_retest(std::vector<RetestCount>{{1, 1}, {1, 2}}, .95).ok());
}

}  // namespace
}  // namespace truebound::stats
