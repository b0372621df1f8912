// Means of graded scores, by hand.

#include <algorithm>
#include <cmath>

#include "truebound/analyze/method_cases.h"
#include "truebound/stats/distribution.h"

namespace truebound::analyze::cases {
namespace {

eval::Observation& add_score(Table& table, const std::string& sample, const std::string& score,
                             const Row& row = {}) {
  Row named = row;
  named.sample = sample;
  eval::Observation& seen = add(table, named);
  seen.outcome = eval::Graded{score};
  return seen;
}

// 0, .25, .5, .75 and 1 in turn.
Table in_turn(int samples) {
  Table table;
  for (int i = 0; i < samples; ++i) {
    const char* const scores[] = {"0", "0.25", "0.5", "0.75", "1"};
    add_score(table, "s" + std::to_string(1000 + i), scores[i % 5]);
  }
  return table;
}

TEST(MeanScore, HasLimitsAroundTheMeanWhateverTheOrderOfRows) {
  Table table = in_turn(100);
  const MethodResult found = run("mean_score", table);
  EXPECT_EQ(found.estimate.name, "mean_score");
  EXPECT_DOUBLE_EQ(*found.estimate.value, .5);
  EXPECT_NEAR(found.estimate.lower, .409, 1e-9);
  EXPECT_NEAR(found.estimate.upper, .595, 1e-9);
  EXPECT_EQ(found.estimate.n, 100);
  EXPECT_EQ(found.estimate.counts.broke + found.estimate.counts.held, 0);
  EXPECT_EQ(number(found, {"counts", "scored"}), 100);
  std::ranges::reverse(table);
  EXPECT_EQ(run("mean_score", table).estimate.lower, found.estimate.lower);
  // What holds after every cluster is wider than what holds after a planned number.
  EXPECT_LT(run("betting", in_turn(100)).estimate.lower, found.estimate.lower);
}

TEST(MeanScore, EpochsOfOneSampleCountOnce) {
  Table table;
  for (int i = 0; i < 10; ++i) {
    for (int epoch = 0; epoch < 30; ++epoch) {
      add_score(table, "s" + std::to_string(i), i % 2 == 0 ? "1" : "0.5", Row{.epoch = epoch});
    }
  }
  const MethodResult found = run("mean_score", table);
  EXPECT_EQ(found.estimate.n, 300);
  EXPECT_EQ(found.estimate.effective_n, 10);
  EXPECT_GT(found.estimate.upper - found.estimate.lower, .3);
  for (eval::Observation& row : table)
    row.cluster = "all";
  EXPECT_EQ(run("mean_score", table).estimate.reason, Reason::one_cluster);
  EXPECT_EQ(run("betting", table).estimate.reason, Reason::one_cluster);
}

TEST(MeanScore, AMissingScoreIsNeitherNothingNorDropped) {
  Table table = in_turn(95);
  for (int i = 0; i < 5; ++i)
    add(table, Row{.sample = "m" + std::to_string(i), .outcome = i == 0 ? "error" : "undecided"});
  const MethodResult found = run("mean_score", table);
  EXPECT_DOUBLE_EQ(*found.estimate.value, .5);
  EXPECT_DOUBLE_EQ(number(found, {"missing", "least"}), .475);
  EXPECT_DOUBLE_EQ(number(found, {"missing", "most"}), .525);
  EXPECT_LT(found.estimate.missing.lower, found.estimate.lower);
  EXPECT_GT(found.estimate.missing.upper, found.estimate.upper);
}

TEST(MeanScore, ScoresAndSidesAreNotOneMean) {
  Table table = in_turn(10);
  add(table, Row{.sample = "x", .outcome = "broke"});
  EXPECT_NE(refusal("mean_score", table, {.table = "t.csv"}).find("t.csv:12: outcomes must all be"),
            std::string::npos);
  EXPECT_NE(refusal("rate", in_turn(10)).find("mean_score takes scores"), std::string::npos);
  Table sides;
  for (int i = 0; i < 20; ++i)
    add(sides, Row{.sample = std::to_string(i), .outcome = i < 5 ? "broke" : "held"});
  EXPECT_DOUBLE_EQ(*run("mean_score", sides).estimate.value, .25);
}

TEST(ScoreDifference, PairsBySampleAndReadsWhatIsMissingBothWays) {
  Table table;
  for (int i = 0; i < 40; ++i) {
    add_score(table, std::to_string(i), "0.75", Row{.arm = "A"});
    add_score(table, std::to_string(39 - i), i == 0 ? "0.25" : "0.5", Row{.arm = "B"});
  }
  const MethodResult found = run("score_difference", table);
  EXPECT_DOUBLE_EQ(*found.estimate.value, .25 + .25 / 40);
  EXPECT_GT(found.estimate.lower, 0);
  EXPECT_EQ(found.estimate.missing.lower, found.estimate.lower);
  table[0].outcome = eval::Failed{"timeout"};
  const MethodResult gap = run("score_difference", table);
  EXPECT_EQ(gap.estimate.n, 39);
  EXPECT_EQ(word(gap, {"without_partner"}), "[\"0\"]");
  EXPECT_LT(number(gap, {"missing", "least"}), *gap.estimate.value);
  EXPECT_GT(number(gap, {"missing", "most"}), *gap.estimate.value);
}

// Cluster means .25 and .75 twice each: standard error by hand sqrt(3 / 4 x 4 x (1 / 12)^2) for
// clusters of one size.
TEST(Scores, OtherMethodsOfMeansTakeThem) {
  Table table;
  for (int i = 0; i < 4; ++i) {
    add_score(table, std::to_string(i), i < 2 ? "0" : "1", Row{.epoch = 0});
    add_score(table, std::to_string(i), "0.5", Row{.epoch = 1});
  }
  const MethodResult left_out = run("jackknife", table);
  EXPECT_DOUBLE_EQ(*left_out.estimate.value, .5);
  EXPECT_NEAR(number(left_out, {"standard_error"}), std::sqrt(3.0 / 4 * 4 / 144), 1e-12);
  EXPECT_DOUBLE_EQ(*run("cluster_bootstrap", table).estimate.value, .5);
  // Within: (0, .5) and (1, .5) have variance .125 each; means .25, .25, .75, .75 have 1/12.
  const MethodResult repeats = run("repeats", table);
  EXPECT_NEAR(number(repeats, {"within"}), .125, 1e-12);
  EXPECT_NEAR(number(repeats, {"between"}), 1.0 / 12 - .125 / 2, 1e-12);
  EXPECT_DOUBLE_EQ(*run("variance_table", table).estimate.value, .5);
}

// Half of the judge's scores are .1 too high; people read 40 of 140.
TEST(Scores, PeopleCorrectAJudgesScores) {
  Table table;
  for (int i = 0; i < 140; ++i) {
    const char* const judged[] = {"0.3", "0.6", "0.5", "0.8"};
    const char* const read[] = {"0.2", "0.6", "0.4", "0.8"};
    eval::Observation& row = add_score(table, std::to_string(i), judged[i % 4]);
    row.decided_by = eval::DecidedBy::judge;
    if (i < 40) row.truth = read[i % 4];
  }
  const MethodResult found = run("prediction_powered", table);
  EXPECT_NEAR(*found.estimate.value, .5, 1e-9);
  EXPECT_EQ(number(found, {"labels"}), 40);
  table[3].truth = "broke";
  EXPECT_NE(refusal("prediction_powered", table).find("truth must be a score"), std::string::npos);
}

}  // namespace
}  // namespace truebound::analyze::cases
