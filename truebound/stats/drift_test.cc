// Golden values: golden/statistics.json, keys cusum, mmd_hamming, variance_components.

#include "truebound/stats/drift.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/stats/disparity.h"
#include "truebound/stats/text_distance.h"
#include "truebound/stats/variance_table.h"

namespace truebound::stats {
namespace {

// --- Changes in a stream. ---

TEST(Drift, StepsAgreeWithGoldenValues) {
  const ChangeSteps steps = change_steps({.02, .05}).value();
  EXPECT_NEAR(steps.hit, 0.9162907318741551, 1e-12);
  EXPECT_NEAR(steps.miss, -0.03109058707003112, 1e-12);
}

TEST(Drift, CusumNeverFallsBelowZeroAndSaysWhereTheChangeBegan) {
  Cusum cusum = Cusum::watch({.02, .05}, 2.5).value();
  for (int i = 0; i < 50; ++i)
    cusum.add(Trial::miss);
  EXPECT_EQ(cusum.sum(), 0);
  EXPECT_FALSE(cusum.alarm().has_value());
  for (int i = 0; i < 3; ++i)
    cusum.add(Trial::hit);
  ASSERT_TRUE(cusum.alarm().has_value());
  EXPECT_EQ(cusum.alarm()->at, 53);
  EXPECT_EQ(cusum.alarm()->changed_from, 51);
}

// Mean number of trials to an alarm, at most `most`.
template <class Detector>
double run_length(const Detector& fresh, double rate, int runs, int most) {
  double sum = 0;
  for (int run = 0; run < runs; ++run) {
    RandomStream stream(static_cast<std::uint64_t>(run) + 100);
    Detector detector = fresh;
    int t = 0;
    while (t < most && !detector.alarm()) {
      ++t;
      detector.add(stream.uniform() < rate ? Trial::hit : Trial::miss);
    }
    sum += t;
  }
  return sum / runs;
}

// research/statistics.md 5.3: CUSUM with h = 5 from .02 to .05: delay 274; at .10: 78.
TEST(Drift, CusumIsAsFastAsSimulated) {
  const Cusum cusum = Cusum::watch({.02, .05}, 5).value();
  EXPECT_NEAR(run_length(cusum, .05, 800, 100'000), 274, 20);
  EXPECT_NEAR(run_length(cusum, .10, 800, 100'000), 78, 5);
}

// The same section: A = 5,000: delay 246; at .10: 88.
TEST(Drift, TheEDetectorKeepsItsPromiseAndIsAsFastAsSimulated) {
  const std::vector<double> to = {.05};
  const ChangeMixture detector = ChangeMixture::watch(.02, to, 5000).value();
  EXPECT_NEAR(run_length(detector, .05, 800, 100'000), 246, 20);
  EXPECT_NEAR(run_length(detector, .10, 800, 100'000), 88, 5);
  const ChangeMixture soon = ChangeMixture::watch(.02, to, 200).value();
  EXPECT_GE(run_length(soon, .02, 300, 20'000), 200);
  EXPECT_GE(run_length(soon, .01, 100, 20'000), 200);
}

TEST(Drift, AMixtureFindsChangesOfUnknownSize) {
  const std::vector<double> to = {.03, .05, .1, .2};
  const ChangeMixture detector = ChangeMixture::watch(.02, to, 1000).value();
  EXPECT_LT(run_length(detector, .2, 300, 100'000), 40);
  EXPECT_LT(run_length(detector, .05, 300, 100'000), 400);
}

TEST(Drift, TheFirstFactorOfAnEDetectorIsItsFirstEvidence) {
  ShiryaevRoberts detector = ShiryaevRoberts::watch(10).value();
  detector.add(std::log(2));
  EXPECT_NEAR(std::exp(detector.log_evidence()), 2, 1e-12);
  detector.add(std::log(3));
  EXPECT_NEAR(std::exp(detector.log_evidence()), 9, 1e-12);
  detector.add(std::log(.1));
  EXPECT_NEAR(std::exp(detector.log_evidence()), 1, 1e-12);
  EXPECT_FALSE(detector.alarm().has_value());
  detector.add(std::log(9));
  EXPECT_EQ(detector.alarm()->at, 4);
  EXPECT_EQ(detector.alarm()->changed_from, 4);
}

TEST(Drift, ChangesThatAreNoneAreRefused) {
  const std::vector<double> both = {.01, .05};
  EXPECT_FALSE(change_steps({.02, .02}).ok());
  EXPECT_FALSE(change_steps({0, .02}).ok());
  EXPECT_FALSE(Cusum::watch({.02, .05}, 0).ok());
  EXPECT_FALSE(ShiryaevRoberts::watch(1).ok());
  EXPECT_FALSE(ChangeMixture::watch(.02, both, 100).ok());
  EXPECT_FALSE(ChangeMixture::watch(.02, {}, 100).ok());
}

// --- Texts. ---

const PromptTexts golden_texts = {{"abcd", "abce", "abcd", "abff"},
                                  {"abcd", "xbcd", "xyce", "xycd"}};

TEST(TextDistanceTest, AgreesWithGoldenValues) {
  const TextDistance found = text_distance({golden_texts}, {}).value();
  EXPECT_NEAR(found.statistic, 0.28125, 1e-12);
  EXPECT_NEAR(found.p_value, 0.14285714285714285, 1e-12);
  EXPECT_EQ(found.dealt, 70);
  EXPECT_TRUE(found.is_exact);
  EXPECT_EQ(found.length_p_value, 1);
}

TEST(TextDistanceTest, DrawsComeNearToAllWaysToDeal) {
  const TextDistance drawn =
      text_distance({golden_texts}, {.exact_up_to = 10, .draws = 4999}).value();
  EXPECT_FALSE(drawn.is_exact);
  EXPECT_NEAR(drawn.p_value, 1.0 / 7, .02);
  // A p-value of 0 cannot be, however large the distance.
  const PromptTexts apart = {std::vector<std::string>(12, "aaaa"),
                             std::vector<std::string>(12, "bbbb")};
  EXPECT_NEAR(text_distance({apart}, {.draws = 99}).value().p_value, .01, 1e-12);
}

TEST(TextDistanceTest, TextsOfDifferentPromptsAreNeverCompared) {
  // Two prompts whose answers differ from each other, and not by source.
  const PromptTexts one = {{"aaaa", "aaaa"}, {"aaaa", "aaaa"}};
  const PromptTexts two = {{"zzzz", "zzzz"}, {"zzzz", "zzzz"}};
  const TextDistance found = text_distance({one, two}, {}).value();
  EXPECT_NEAR(found.statistic, 0, 1e-12);
  EXPECT_EQ(found.p_value, 1);
}

TEST(TextDistanceTest, LengthIsTestedApart) {
  const PromptTexts texts = {{"aaaaaaaa", "aaaaaaaa", "aaaaaaaa"}, {"aa", "aa", "aa"}};
  const TextDistance found = text_distance({texts}, {}).value();
  EXPECT_NEAR(found.length_statistic, 6, 1e-12);
  EXPECT_NEAR(found.length_p_value, 2.0 / 20, 1e-12);
}

TEST(TextDistanceTest, FewTextsAreRefused) {
  EXPECT_FALSE(text_distance({}, {}).ok());
  EXPECT_FALSE(text_distance({{{"a"}, {"b", "c"}}}, {}).ok());
  EXPECT_FALSE(text_distance({golden_texts}, {.draws = 1}).ok());
}

// --- Groups. ---

TEST(DisparityTest, EqualGroupsHaveAGapThatChanceExplains) {
  // 8 groups at 5 %, 100 units: a gap of about 6 points without any difference.
  RandomStream stream(61);
  std::vector<Counterfactual> units;
  for (int i = 0; i < 100; ++i) {
    Counterfactual unit;
    for (int g = 0; g < 8; ++g)
      unit.push_back(stream.uniform() < .05 ? 1 : 0);
    units.push_back(unit);
  }
  const Disparity found = disparity(units, {.draws = 499}).value();
  EXPECT_NEAR(found.gap_by_chance, .06, .02);
  EXPECT_GT(found.p_value, .05);
  for (const GroupMean& group : found.groups) {
    EXPECT_LT(group.lower, 0);
    EXPECT_GT(group.upper, 0);
  }
}

TEST(DisparityTest, AGroupThatFaresWorseIsFound) {
  RandomStream stream(62);
  std::vector<Counterfactual> units;
  for (int i = 0; i < 200; ++i) {
    Counterfactual unit;
    for (int g = 0; g < 4; ++g)
      unit.push_back(stream.uniform() < (g == 2 ? .3 : .05) ? 1 : 0);
    units.push_back(unit);
  }
  const Disparity found = disparity(units, {.draws = 499}).value();
  EXPECT_LE(found.p_value, .01);
  EXPECT_GT(found.groups[2].lower, 0);
  EXPECT_GT(found.between, .05);
  EXPECT_GT(found.gap, 3 * found.gap_by_chance);
}

TEST(DisparityTest, UnitsThatAreAlikeInAllGroupsHaveNoLimits) {
  const Disparity found = disparity({{0, 0}, {1, 1}, {0, 0}}, {.draws = 99}).value();
  EXPECT_EQ(found.gap, 0);
  EXPECT_EQ(found.p_value, 1);
  EXPECT_FALSE(found.has_limits);
  EXPECT_EQ(found.groups[0].lower, -1);
  EXPECT_FALSE(disparity({{0, 0}}, {}).ok());
  EXPECT_FALSE(disparity({{0}, {1}}, {}).ok());
  EXPECT_FALSE(disparity({{0, 1}, {1}}, {}).ok());
}

// --- Parts of the variance. ---

TEST(VarianceTableTest, OneFactorAgreesWithGoldenValues) {
  std::vector<LeveledValue> values;
  const int hits[] = {0, 1, 5, 4, 0, 0, 2, 5};
  for (std::int64_t sample = 0; sample < 8; ++sample) {
    for (int epoch = 0; epoch < 5; ++epoch)
      values.push_back({{sample}, epoch < hits[sample] ? 1.0 : 0.0});
  }
  const VarianceTable table = variance_table(values, {"sample"}).value();
  EXPECT_NEAR(table.rest.variance, 0.0875, 1e-12);
  EXPECT_NEAR(table.factors[0].variance, 0.1817857142857143, 1e-12);
  EXPECT_NEAR(table.factors[0].share, 0.6750663129973475, 1e-12);
  EXPECT_NEAR(table.generalized_error, std::sqrt(0.1992857142857143 / 8), 1e-12);
  EXPECT_EQ(table.fewest, "sample");
}

// Two crossed factors in a table without repeats: the textbook's mean squares.
TEST(VarianceTableTest, CrossedFactorsAreTheAnalysisOfVariance) {
  const double cells[3][4] = {{1, 2, 3, 5}, {2, 4, 4, 7}, {0, 3, 1, 4}};
  std::vector<LeveledValue> values;
  double rows[3] = {};
  double columns[4] = {};
  double sum = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < 4; ++j) {
      values.push_back({{i, j, 0}, cells[i][j]});
      rows[i] += cells[i][j];
      columns[j] += cells[i][j];
      sum += cells[i][j];
      squares += cells[i][j] * cells[i][j];
    }
  }
  double of_rows = -sum * sum / 12;
  for (const double each : rows)
    of_rows += each * each / 4;
  double of_columns = -sum * sum / 12;
  for (const double each : columns)
    of_columns += each * each / 3;
  const double rest = (squares - sum * sum / 12 - of_rows - of_columns) / 6;
  const VarianceTable table = variance_table(values, {"sample", "template", "judge"}).value();
  EXPECT_NEAR(table.rest.raw, rest, 1e-12);
  EXPECT_NEAR(table.factors[0].raw, (of_rows / 2 - rest) / 4, 1e-12);
  EXPECT_NEAR(table.factors[1].raw, (of_columns / 3 - rest) / 3, 1e-12);
  EXPECT_FALSE(table.factors[2].is_seen);
  EXPECT_EQ(table.fewest, "sample");
}

TEST(VarianceTableTest, FactorsThatChangeTogetherAreRefusedByName) {
  std::vector<LeveledValue> values;
  for (std::int64_t i = 0; i < 12; ++i)
    values.push_back({{i % 3, i % 3, i % 2}, static_cast<double>(i % 5)});
  const auto refused = variance_table(values, {"persona", "judge", "seed"});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("persona and judge change only together"),
            std::string::npos);
  EXPECT_FALSE(variance_table(values, {"persona"}).ok());
  EXPECT_FALSE(variance_table({{{0}, 1}, {{0}, 2}, {{0}, 1}}, {"sample"}).ok());
  EXPECT_FALSE(variance_table({{{0}, 1}}, {"sample"}).ok());
}

TEST(VarianceTableTest, UnequalNumbersFindTheTruePartsOnAverage) {
  double of_sample = 0;
  double of_template = 0;
  constexpr int runs = 300;
  for (int run = 0; run < runs; ++run) {
    RandomStream stream(static_cast<std::uint64_t>(run) + 900);
    // Uniform parts with variances 1/12 and 4/12.
    std::vector<double> samples;
    std::vector<double> templates;
    for (int i = 0; i < 12; ++i)
      samples.push_back(stream.uniform());
    for (int i = 0; i < 8; ++i)
      templates.push_back(2 * stream.uniform());
    std::vector<LeveledValue> values;
    for (std::int64_t i = 0; i < 12; ++i) {
      for (std::int64_t j = 0; j < 8; ++j) {
        if (stream.uniform() < .4) continue;
        values.push_back({{i, j},
                          samples[static_cast<std::size_t>(i)] +
                              templates[static_cast<std::size_t>(j)] + stream.uniform()});
      }
    }
    const VarianceTable table = variance_table(values, {"sample", "template"}).value();
    of_sample += table.factors[0].raw / runs;
    of_template += table.factors[1].raw / runs;
  }
  EXPECT_NEAR(of_sample, 1.0 / 12, .01);
  EXPECT_NEAR(of_template, 4.0 / 12, .03);
}

}  // namespace
}  // namespace truebound::stats
