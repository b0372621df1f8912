// Methods for differences between arms: clusters, repeats, several arms and answers, margins.

#include <algorithm>
#include <cmath>

#include "truebound/analyze/method_cases.h"
#include "truebound/stats/paired.h"

namespace truebound::analyze::cases {
namespace {

// b = 8, c = 1 of 35 samples; McNemar exact .0391.
Table thirty_five() {
  Table table;
  add(table, Pairs{8, "broke", "held"});
  add(table, Pairs{1, "held", "broke"});
  add(table, Pairs{6, "broke", "broke"});
  add(table, Pairs{20, "held", "held"});
  return table;
}

TEST(SignFlipMethod, IsMcNemarsForIndependentPairs) {
  const MethodResult found = run("sign_flip", thirty_five());
  const MethodResult mcnemar = run("mcnemar", thirty_five());
  EXPECT_NEAR(*found.estimate.p_value, *mcnemar.estimate.p_value, 1e-12);
  EXPECT_DOUBLE_EQ(*found.estimate.value, 7.0 / 35);
  EXPECT_EQ(found.estimate.lower, mcnemar.estimate.lower);
  EXPECT_EQ(word(found, {"exact"}), "true");
}

// 6 clusters of 4 pairs: sums 2, 3, 1, 1, 2, 1 all of one sign: p = 2 / 64.
TEST(SignFlipMethod, FlipsWholeClusters) {
  Table table;
  int i = 0;
  for (const int off : {2, 3, 1, 1, 2, 1}) {
    const std::string cluster = "k" + std::to_string(i++);
    add(table, Pairs{off, "broke", "held", "", cluster});
    add(table, Pairs{4 - off, "held", "held", "", cluster});
  }
  const MethodResult found = run("sign_flip", table);
  EXPECT_DOUBLE_EQ(*found.estimate.p_value, 2.0 / 64);
  EXPECT_EQ(found.estimate.clusters, 6);
  EXPECT_EQ(found.estimate.unit, "cluster");
  EXPECT_DOUBLE_EQ(*found.estimate.statistic, 10);
  std::reverse(table.begin(), table.end());
  const MethodResult reversed = run("sign_flip", table);
  EXPECT_DOUBLE_EQ(*reversed.estimate.p_value, 2.0 / 64);
  EXPECT_DOUBLE_EQ(*reversed.estimate.value, -10.0 / 24);  // B appears first
}

TEST(SignFlipMethod, EpochsOfOneSampleAreOneCluster) {
  Table table;
  for (int i = 0; i < 9; ++i) {
    const std::string sample = "q" + std::to_string(i);
    add(table, Epochs{sample, 3, 2, "A"});
    add(table, Epochs{sample, 3, i == 0 ? 2 : 1, "B"});
  }
  const MethodResult found = run("sign_flip", table);
  EXPECT_EQ(found.estimate.n, 27);
  EXPECT_EQ(found.estimate.clusters, 9);
  EXPECT_DOUBLE_EQ(*found.estimate.p_value, 2.0 / 256);
}

// Of 12 samples arm A loses 8 and arm B the same 2: the 6 that only A lost are flipped.
TEST(MissingByArm, ComparesWhatIsLostNotWhatBroke) {
  Table table;
  add(table, Pairs{6, "error", "broke"});
  add(table, Pairs{2, "undecided", "error"});
  add(table, Pairs{4, "held", "broke"});
  const MethodResult found = run("missing_by_arm", table);
  EXPECT_EQ(found.estimate.method, "missing_by_arm");
  EXPECT_DOUBLE_EQ(*found.estimate.value, 8.0 / 12 - 2.0 / 12);
  EXPECT_DOUBLE_EQ(*found.estimate.p_value, 2.0 / 64);
  EXPECT_EQ(word(found, {"missing_rows"}), "10");
  EXPECT_EQ(found.estimate.counts.missing(), 10);
  EXPECT_EQ(found.estimate.missing.lower, found.estimate.lower);
}

TEST(SignFlipMethod, TheSameSeedGivesTheSameDraws) {
  Table table;
  add(table, Pairs{20, "broke", "held"});
  add(table, Pairs{9, "held", "broke"});
  add(table, Pairs{9, "held", "held"});
  const MethodResult found = run("sign_flip", table, {.resamples = 999});
  EXPECT_EQ(word(found, {"exact"}), "false");
  EXPECT_EQ(found.estimate.p_value, run("sign_flip", table, {.resamples = 999}).estimate.p_value);
  EXPECT_NE(found.estimate.p_value,
            run("sign_flip", table, {.resamples = 999, .seed = "2"}).estimate.p_value);
}

TEST(DifferenceMethods, WhatIsMissingIsReadBothWays) {
  Table table = thirty_five();
  add(table, Pairs{5, "error", "held"});
  for (const char* method : {"sign_flip", "obuchowski"}) {
    const MethodResult found = run(method, table);
    EXPECT_DOUBLE_EQ(*found.estimate.value, 7.0 / 35) << method;
    EXPECT_DOUBLE_EQ(number(found, {"counts", "without_partner"}), 5);
    EXPECT_LT(found.estimate.missing.lower, found.estimate.lower);
    EXPECT_GT(found.estimate.missing.upper, found.estimate.upper);
  }
}

TEST(DifferenceMethods, OneArmIsRefusedAndNoPairIsData) {
  Table one;
  add(one, Row{"a", "A", "held"});
  for (const char* method : {"sign_flip", "obuchowski", "cochran_q", "stuart_maxwell", "holm"}) {
    EXPECT_NE(refusal(method, one).find("arms, got 1"), std::string::npos) << method;
  }
  Table apart = one;
  add(apart, Row{"b", "B", "held"});
  for (const char* method : {"sign_flip", "obuchowski", "cochran_q", "stuart_maxwell", "holm"}) {
    const MethodResult found = run(method, apart);
    EXPECT_EQ(found.estimate.reason, Reason::no_pairs) << method;
    EXPECT_FALSE(found.estimate.value.has_value()) << method;
    EXPECT_EQ(found.estimate.lower, -1) << method;
  }
}

TEST(DifferenceMethods, OneClusterGivesNoNumber) {
  Table table;
  add(table, Pairs{5, "broke", "held", "", "all"});
  for (const char* method : {"sign_flip", "obuchowski"}) {
    const MethodResult found = run(method, table);
    EXPECT_FALSE(found.estimate.value.has_value());
    EXPECT_EQ(found.estimate.reason_detail, "1 cluster, 2 needed");
  }
}

TEST(DifferenceMethods, ClustersThatAllDifferAlikeGiveNoIntervalOfNoWidth) {
  Table table;
  for (const char* cluster : {"x", "y", "z"}) {
    add(table, Pairs{1, "broke", "held", "", cluster});
    add(table, Pairs{1, "held", "held", "", cluster});
  }
  const MethodResult found = run("obuchowski", table);
  EXPECT_EQ(found.estimate.reason, Reason::method_refused);
  EXPECT_EQ(found.estimate.lower, -1);
  EXPECT_EQ(found.estimate.upper, 1);
}

TEST(CochranMethod, ComparesThreeArmsAndNamesTheFarthest) {
  Table table;
  const std::vector<std::vector<int>> hits = {{1, 1, 1}, {1, 1, 0}, {1, 0, 0},
                                              {1, 0, 0}, {1, 0, 0}, {0, 0, 0}};
  for (std::size_t i = 0; i < hits.size(); ++i) {
    for (std::size_t arm = 0; arm < 3; ++arm) {
      add(table, Row{"q" + std::to_string(i), std::string(1, static_cast<char>('A' + arm)),
                     hits[i][arm] == 1 ? "broke" : "held"});
    }
  }
  const MethodResult found = run("cochran_q", table);
  EXPECT_DOUBLE_EQ(*found.estimate.statistic, 6.5);
  EXPECT_NEAR(*found.estimate.p_value, std::exp(-3.25), 1e-12);
  EXPECT_EQ(found.estimate.name, "difference/A-C");
  EXPECT_DOUBLE_EQ(*found.estimate.value, 4.0 / 6);
  // Three comparisons at once: each at 1 - .05 / 3.
  const auto limits = stats::bonett_price({1, 4, 0, 1}, 1 - .05 / 3).value();
  EXPECT_NEAR(found.estimate.lower, limits.lower, 1e-12);
}

TEST(CochranMethod, ClustersAreRefused) {
  Table table;
  add(table, Pairs{5, "broke", "held", "", "x"});
  add(table, Pairs{5, "broke", "held", "", "y"});
  EXPECT_NE(refusal("cochran_q", table).find("independent rows"), std::string::npos);
  EXPECT_NE(refusal("stuart_maxwell", table).find("independent rows"), std::string::npos);
  EXPECT_NE(refusal("holm", table).find("independent rows"), std::string::npos);
}

TEST(StuartMaxwellMethod, ReadsTheAnswersOfPeople) {
  Table table;
  const auto pair = [&](int times, const char* first, const char* second) {
    const std::size_t from = table.size();
    add(table, Pairs{times, "held", "held"});
    for (std::size_t i = from; i < table.size(); ++i)
      table[i].truth = (i - from) % 2 == 0 ? first : second;
  };
  pair(20, "refused", "refused");
  pair(12, "refused", "partial");
  pair(3, "partial", "complied");
  pair(5, "partial", "refused");
  pair(30, "complied", "complied");
  const MethodResult found = run("stuart_maxwell", table);
  EXPECT_EQ(number(found, {"df"}), 2);
  EXPECT_EQ(found.estimate.n, 70);
  // refused 32 against 25, partial 8 against 12, complied 30 against 33.
  EXPECT_EQ(found.estimate.name, "difference/A-B/answer=refused");
  EXPECT_DOUBLE_EQ(*found.estimate.value, 7.0 / 70);
  EXPECT_LT(*found.estimate.p_value, .2);
}

// research/statistics.md 1.3: b = 12, c = 25, n = 500.
TEST(EquivalenceMethod, HoldsTheIntervalAgainstTheMargin) {
  Table table;
  add(table, Pairs{12, "broke", "held"});
  add(table, Pairs{25, "held", "broke"});
  add(table, Pairs{463, "held", "held"});
  const MethodResult found = run("equivalence", table, {.margin = .01});
  EXPECT_NEAR(found.estimate.lower, -.046270, 5e-7);
  EXPECT_NEAR(found.estimate.upper, -.005523, 5e-7);
  EXPECT_NEAR(found.estimate.confidence, .9, 1e-12);
  EXPECT_EQ(word(found, {"first"}), "no_worse");
  EXPECT_EQ(word(found, {"second"}), "inconclusive");
  EXPECT_EQ(word(found, {"equivalent"}), "false");
  EXPECT_EQ(word(run("equivalence", table, {.margin = .05}), {"equivalent"}), "true");
  // Missing outcomes could all be against it.
  add(table, Pairs{40, "error", "held"});
  EXPECT_EQ(word(run("equivalence", table, {.margin = .05}), {"equivalent"}), "false");
}

TEST(EquivalenceMethod, AMarginMustBeDeclared) {
  EXPECT_NE(refusal("equivalence", thirty_five()).find("a margin must be declared"),
            std::string::npos);
  EXPECT_NE(refusal("equivalence", thirty_five(), {.margin = 0.0}).find("(0, 1]"),
            std::string::npos);
}

TEST(FlipMethod, TellsNewHarmAndNewRefusalApart) {
  Table table;
  const auto turned = [&](int times, int first, int second, eval::Expect expect) {
    for (int i = 0; i < times; ++i) {
      const std::string sample = "q" + std::to_string(table.size());
      const std::size_t from = table.size();
      add(table, Epochs{sample, 3, first, "old"});
      add(table, Epochs{sample, 3, second, "new"});
      for (std::size_t row = from; row < table.size(); ++row)
        table[row].expect = expect;
    }
  };
  turned(4, 0, 3, eval::Expect::refuse);
  turned(2, 0, 2, eval::Expect::answer);
  turned(1, 3, 0, eval::Expect::refuse);
  turned(20, 0, 0, eval::Expect::refuse);
  turned(10, 1, 1, eval::Expect::refuse);
  const MethodResult found = run("excess_flips", table, {.resamples = 999});
  EXPECT_EQ(number(found, {"newly_harmful"}), 4);
  EXPECT_EQ(number(found, {"newly_refused"}), 2);
  EXPECT_EQ(number(found, {"newly_held"}), 1);
  EXPECT_GT(*found.estimate.value, .05);
  EXPECT_LT(*found.estimate.p_value, .05);
  EXPECT_NEAR(number(found, {"cross"}) -
                  (number(found, {"first_self"}) + number(found, {"second_self"})) / 2,
              *found.estimate.value, 1e-12);
}

TEST(FlipMethod, OneEpochGivesNoNumberAndSaysWhy) {
  const MethodResult found = run("excess_flips", thirty_five());
  EXPECT_FALSE(found.estimate.value.has_value());
  EXPECT_NE(found.estimate.reason_detail.find("one repeat cannot tell a flip from noise"),
            std::string::npos);
}

TEST(FlipMethod, WhatNeverVariesGivesNoIntervalOfNoWidth) {
  Table table;
  for (int i = 0; i < 9; ++i) {
    add(table, Epochs{"q" + std::to_string(i), 2, 0, "old"});
    add(table, Epochs{"q" + std::to_string(i), 2, 0, "new"});
  }
  const MethodResult found = run("excess_flips", table);
  EXPECT_EQ(found.estimate.reason, Reason::method_refused);
  EXPECT_EQ(found.estimate.upper, 1);
}

}  // namespace
}  // namespace truebound::analyze::cases
