// Methods for clustered rates by resampling, and for many cells at once.

#include <algorithm>
#include <cmath>

#include "truebound/analyze/method_cases.h"
#include "truebound/stats/cluster.h"
#include "truebound/stats/paired.h"

namespace truebound::analyze::cases {
namespace {

// golden/statistics.json, `variance_components`: successes of 5.
Table eight_by_five() {
  Table table;
  int i = 0;
  for (const int broke : {0, 1, 5, 4, 0, 0, 2, 5})
    add(table, Epochs{"q" + std::to_string(i++), 5, broke});
  return table;
}

const char* const clustered[] = {"cluster_bootstrap", "jackknife", "wild_bootstrap"};

TEST(ClusterMethods, ShareTheValueAndDifferInTheirLimits) {
  for (const char* method : clustered) {
    const MethodResult found = run(method, eight_by_five());
    EXPECT_DOUBLE_EQ(*found.estimate.value, 17.0 / 40) << method;
    EXPECT_EQ(found.estimate.clusters, 8) << method;
    EXPECT_LT(found.estimate.lower, .3) << method;
    EXPECT_GT(found.estimate.upper, .6) << method;
  }
}

TEST(ClusterMethods, TheJackknifeOfEqualClustersIsCr1) {
  const std::vector<stats::Cluster> trials = {
      {5, 0, 3}, {5, 1, 1}, {5, 5, 2}, {5, 4, 1}, {5, 2, 1}};
  EXPECT_NEAR(number(run("jackknife", eight_by_five()), {"standard_error"}),
              stats::cluster_rate(trials, .95).value().standard_error, 1e-12);
}

TEST(ClusterMethods, AnyOrderOfRowsGivesTheSameBytes) {
  Table table = eight_by_five();
  std::vector<std::string> before;
  for (const char* method : clustered)
    before.push_back(json::canonical(to_json(run(method, table, {.resamples = 999}))));
  std::reverse(table.begin(), table.end());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(json::canonical(to_json(run(clustered[i], table, {.resamples = 999}))), before[i]);
  }
}

TEST(ClusterMethods, OneClusterAndEqualClustersGiveNoNumber) {
  Table one;
  add(one, Epochs{"q", 5, 2});
  Table same;
  for (const char* sample : {"a", "b", "c"})
    add(same, Epochs{sample, 5, 0});
  for (const char* method : clustered) {
    EXPECT_EQ(run(method, one).estimate.reason_detail, "1 cluster, 2 needed") << method;
    const MethodResult found = run(method, same);
    EXPECT_FALSE(found.estimate.value.has_value()) << method;
    EXPECT_EQ(found.estimate.upper, 1) << method;
  }
}

TEST(ClusterMethods, MissingRowsWidenBothWays) {
  Table table = eight_by_five();
  add(table, Row{.sample = "late", .outcome = "error"});
  const MethodResult found = run("cluster_bootstrap", table);
  EXPECT_LT(found.estimate.missing.lower, found.estimate.lower);
  EXPECT_GT(found.estimate.missing.upper, found.estimate.upper);
  EXPECT_NE(refusal("cluster_bootstrap", table, {.resamples = 10}).find("resamples"),
            std::string::npos);
}

TEST(TwoWayMethod, TakesAttacksAsTheOtherGrouping) {
  Table table;
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) {
      eval::Observation& row = add(
          table, Row{.sample = "q" + std::to_string(i), .outcome = i + j > 6 ? "broke" : "held"});
      row.attack = "t" + std::to_string(j);
    }
  }
  const MethodResult found = run("two_way", table);
  EXPECT_EQ(number(found, {"attacks"}), 6);
  EXPECT_EQ(number(found, {"df"}), 5);
  EXPECT_GE(number(found, {"standard_error"}), number(found, {"by_cluster"}));
  for (eval::Observation& row : table)
    row.attack = "t" + std::to_string(row.line);
  for (eval::Observation& row : table)
    row.sample = "q" + std::to_string(row.line);
  EXPECT_NEAR(number(run("two_way", table), {"standard_error"}),
              number(run("jackknife", table), {"standard_error"}), 1e-12);
  for (eval::Observation& row : table)
    row.attack = "same";
  EXPECT_EQ(run("two_way", table).estimate.reason_detail, "1 attack, 2 needed");
}

TEST(RepeatsMethod, GivesTheGoldenComponents) {
  const MethodResult found = run("repeats", eight_by_five());
  EXPECT_NEAR(number(found, {"within"}), 0.0875, 1e-12);
  EXPECT_NEAR(number(found, {"between"}), 0.1817857142857143, 1e-12);
  EXPECT_NEAR(number(found, {"correlation_found"}), 0.6750663129973475, 1e-12);
  const MethodResult fixed =
      run("repeats", eight_by_five(), {.estimand = eval::Estimand::fixed_set});
  EXPECT_LT(number(fixed, {"standard_error"}), number(found, {"standard_error"}));
}

TEST(RepeatsMethod, ASampleWithoutRepeatsIsRefused) {
  Table table = eight_by_five();
  add(table, Epochs{"single", 1, 0});
  EXPECT_EQ(run("repeats", table).estimate.reason_detail,
            "1 with 1 decided repeat, 2 needed in each");
}

// --- Cells. ---

Table strata() {
  Table table;
  const auto cell = [&](const char* stratum, int broke, int held, int error) {
    for (int i = 0; i < broke + held + error; ++i) {
      add(table, Row{.sample = "q" + std::to_string(table.size()),
                     .outcome = i < broke ? "broke" : (i < broke + held ? "held" : "error"),
                     .stratum = stratum});
    }
  };
  cell("fraud", 4, 36, 0);
  cell("self_harm", 0, 40, 0);
  cell("weapons", 1, 39, 0);
  cell("other", 0, 0, 3);
  return table;
}

TEST(WorstCell, PaysForBeingPicked) {
  const MethodResult found = run("worst_cell", strata());
  EXPECT_EQ(found.estimate.name, "rate/stratum=fraud");
  EXPECT_DOUBLE_EQ(*found.estimate.value, .1);
  EXPECT_EQ(found.estimate.n, 40);
  EXPECT_EQ(number(found, {"cells_asked"}), 4);
  EXPECT_NEAR(number(found, {"confidence_each"}), 1 - .05 / 4, 1e-12);
  Table alone;
  for (const eval::Observation& row : strata()) {
    if (row.stratum == "fraud") alone.push_back(row);
  }
  EXPECT_GT(found.estimate.upper, run("clopper_pearson", alone).estimate.upper);
  EXPECT_EQ(word(found, {"untested"}), "[\"other\"]");
  // The untested cell could be the worst.
  EXPECT_EQ(found.estimate.missing.upper, 1);
}

TEST(WorstCell, EpochsOfOneSampleCountOnce) {
  Table table;
  for (int i = 0; i < 10; ++i)
    add(table, Epochs{"q" + std::to_string(i), 10, i == 0 ? 5 : 0, "", i < 5 ? "x" : "y"});
  EXPECT_LE(run("worst_cell", table).estimate.effective_n, 5);
  EXPECT_DOUBLE_EQ(
      run("worst_cell", table, {.estimand = eval::Estimand::fixed_set}).estimate.effective_n, 50);
}

TEST(Hierarchical, PullsStrataTowardEachOtherAndListsTheUntested) {
  const MethodResult found = run("hierarchical", strata());
  EXPECT_EQ(found.estimate.unit, "stratum");
  EXPECT_EQ(found.estimate.clusters, 3);
  EXPECT_EQ(word(found, {"untested"}), "[\"other\"]");
  const json::Value cells = member(found, {"cells"});
  ASSERT_EQ(cells.list()->size(), 4U);
  EXPECT_NEAR(*(*cells.list())[1].find("value")->decimal(), *found.estimate.value, 1e-9);
  EXPECT_GT(*(*cells.list())[2].find("value")->decimal(), 0);
  EXPECT_EQ(word(found, {"bayesian"}), "true");
  Table one = strata();
  std::erase_if(one, [](const eval::Observation& row) { return row.stratum != "fraud"; });
  EXPECT_EQ(run("hierarchical", one).estimate.reason_detail, "1 stratum with outcomes, 2 needed");
}

TEST(Intersections, CrossGroupsPoolThemAndListWhatNobodyTested) {
  Table table;
  for (int i = 0; i < 60; ++i) {
    for (const char* persona : {"young", "old"}) {
      const char* stratum = i < 30 ? "fraud" : "weapons";
      if (i >= 30 && *persona == 'o') continue;
      eval::Observation& row = add(table, Row{.sample = "s" + std::to_string(i),
                                              .outcome = i % 10 == 0 ? "broke" : "held",
                                              .stratum = stratum});
      row.persona = persona;
    }
  }
  const MethodResult found = run("intersections", table, {.by = {"persona", "stratum"}});
  EXPECT_EQ(found.estimate.clusters, 3);
  EXPECT_EQ(word(found, {"untested"}), "[\"persona=old, stratum=weapons\"]");
  const json::Value cells = member(found, {"cells"});
  ASSERT_EQ(cells.list()->size(), 4U);
  EXPECT_EQ((*cells.list())[1].find("alone"), nullptr);
  // What nobody tested is known least.
  const auto width = [&](std::size_t i) {
    const json::Value& cell = (*cells.list())[i];
    return *cell.find("upper")->decimal() - *cell.find("lower")->decimal();
  };
  EXPECT_GT(width(1), width(0));
  EXPECT_NE(refusal("intersections", table, {.by = {"persona"}}).find("two factors"),
            std::string::npos);
  EXPECT_NE(refusal("intersections", table, {.by = {"persona", "age"}}).find("got 'age'"),
            std::string::npos);
}

Table paired_strata() {
  Table table;
  add(table, Pairs{10, "broke", "held", "fraud"});
  add(table, Pairs{1, "held", "broke", "fraud"});
  add(table, Pairs{20, "held", "held", "fraud"});
  add(table, Pairs{4, "broke", "held", "weapons"});
  add(table, Pairs{3, "held", "broke", "weapons"});
  add(table, Pairs{20, "held", "held", "weapons"});
  add(table, Pairs{5, "held", "held", "other"});
  return table;
}

// McNemar exact: fraud .01171875 (10 and 1), weapons 1, other 1.
TEST(Families, EachMethodCorrectsForAllStrata) {
  const double p = 0.01171875;
  EXPECT_NEAR(*run("holm", paired_strata()).estimate.p_value, 3 * p, 1e-12);
  EXPECT_NEAR(*run("benjamini_hochberg", paired_strata()).estimate.p_value, 3 * p, 1e-12);
  EXPECT_NEAR(*run("benjamini_yekutieli", paired_strata()).estimate.p_value, 3 * p * (11.0 / 6),
              1e-12);
  const MethodResult found = run("holm", paired_strata());
  EXPECT_EQ(word(found, {"rejected"}), "[\"fraud\"]");
  EXPECT_EQ(found.estimate.name, "difference/A-B/stratum=fraud");
  EXPECT_DOUBLE_EQ(*found.estimate.value, 9.0 / 31);
  EXPECT_EQ(found.estimate.n, 31);
  EXPECT_EQ(found.estimate.missing.lower, found.estimate.lower);
  EXPECT_EQ(word(run("benjamini_yekutieli", paired_strata()), {"rejected"}), "[]");
}

// Four of the missing pairs could make fraud 10 and 5, which is no finding any more.
TEST(Families, WhatIsMissingIsTakenBothWaysInTheCellThatIsTold) {
  Table gap = paired_strata();
  add(gap, Pairs{1, "error", "held", "weapons"});
  const MethodResult elsewhere = run("holm", gap);
  EXPECT_EQ(elsewhere.estimate.missing.lower, elsewhere.estimate.lower);
  EXPECT_EQ(word(elsewhere, {"missing", "rejected"}), "[\"fraud\"]");
  add(gap, Pairs{4, "held", "error", "fraud"});
  const MethodResult here = run("holm", gap);
  EXPECT_EQ(word(here, {"rejected"}), "[\"fraud\"]");
  EXPECT_EQ(word(here, {"missing", "rejected"}), "[]");
  const double each = 1 - .05 / 3;
  const stats::PairCounts least{.first_only = 10, .second_only = 5, .neither = 20};
  const stats::PairCounts most{.first_only = 10, .second_only = 1, .neither = 24};
  EXPECT_EQ(here.estimate.missing.lower, stats::bonett_price(least, each).value().lower);
  EXPECT_EQ(here.estimate.missing.upper, stats::bonett_price(most, each).value().upper);
}

// e of 10 and 1: B(10.5, 1.5) / B(.5, .5) x 2^11 = 16.4: not 3 / .05.
TEST(Families, EValuesAskForMore) {
  const MethodResult found = run("e_benjamini_hochberg", paired_strata());
  EXPECT_EQ(word(found, {"rejected"}), "[]");
  EXPECT_NEAR(
      std::exp(*found.estimate.statistic),
      std::exp(std::lgamma(10.5) + std::lgamma(1.5) - std::lgamma(12.0)) / std::acos(-1.0) * 2048,
      1e-9);
  EXPECT_EQ(word(run("e_benjamini_hochberg", paired_strata(), {.confidence = .8}), {"rejected"}),
            "[\"fraud\"]");
}

}  // namespace
}  // namespace truebound::analyze::cases
