// What a family gives each of its claims, with rates made up in place of a run.

#include "truebound/assess/families.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "truebound/analyze/design.h"

namespace truebound::assess {
namespace {

// Cells of `arm`, each with so many of 60 that broke.
class Cells {
 public:
  explicit Cells(std::map<std::string, int> broke) {
    for (const auto& [arm, hits] : broke) {
      levels_["arm"].push_back(arm);
      for (int i = 0; i < 60; ++i) {
        eval::Observation seen{.suite = "s", .sample = std::to_string(i), .arm = arm};
        seen.decided_by = eval::DecidedBy::exact;
        seen.outcome = i < hits ? eval::Outcome(eval::Broke{}) : eval::Outcome(eval::Held{});
        rows_.push_back(seen);
      }
    }
  }

  std::vector<Answer> answered(const plan::FamilyShare& family, eval::Ask ask,
                               double threshold) const {
    plan::Plan plan;
    plan.claims = {{.name = "harm", .ask = ask, .threshold = threshold, .by = {"arm"}}};
    const Answering answering{
        .estimate =
            [this](const eval::Question&, const eval::Cell& cell,
                   const analyze::ClaimTails& tails) {
              return analyze::estimate(cell.name, analyze::select(rows_, cell.where), {},
                                       {.tails = tails});
            },
        .limits =
            [this](const eval::Question&, const eval::Cell& cell) {
              return analyze::limits_of_rate(analyze::select(rows_, cell.where), {}, {});
            }};
    return answer_family(family, plan, levels_, answering).value();
  }

 private:
  std::vector<eval::Observation> rows_;
  eval::Levels levels_;
};

plan::FamilyShare family(eval::Correction correction, std::int64_t cells, double error) {
  return {.name = "f", .correction = correction, .questions = {0}, .cells = cells, .error = error};
}

TEST(AnswerFamily, HolmDecidesByThePOfEachAndLeavesTheOthersTheirLimits) {
  // Against 10 %: .9^60 = .0018; 1 of 60, .0138; 15 of 60, .9998. At .05: .0167, .025, .05.
  const Cells cells({{"a", 0}, {"b", 1}, {"c", 15}});
  const auto found =
      cells.answered(family(eval::Correction::holm, 3, .05), eval::Ask::rate_below, .1);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NEAR(*found[0].estimate.p_value, .001797, 1e-6);
  EXPECT_NEAR(*found[1].estimate.p_value, .013777, 1e-6);
  EXPECT_EQ(found[0].member.decided, evidence::Decided::as_asked_at_threshold);
  EXPECT_EQ(found[1].member.decided, evidence::Decided::as_asked_at_threshold);
  EXPECT_EQ(found[2].member.decided, evidence::Decided::not_as_asked);
  EXPECT_NEAR(found[2].estimate.bound_confidence, .95, 1e-12);
  EXPECT_NEAR(*found[2].estimate.bound_above_confidence, 1 - .05 / 3, 1e-12);
}

TEST(AnswerFamily, OfTheWorstCellTheUpperLimitIsTheHighestAloneAndTheLowerOneCountsAllCells) {
  const Cells cells({{"a", 0}, {"b", 1}, {"c", 15}});
  const auto found =
      cells.answered(family(eval::Correction::worst_cell, 3, .01), eval::Ask::rate_below, .5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "harm");
  EXPECT_TRUE(found[0].where.empty());
  EXPECT_EQ(found[0].worst->cells, 3);
  EXPECT_EQ(found[0].worst->cell.at("arm"), "c");
  // Clopper-Pearson of 15 of 60, one-sided, at .99.
  EXPECT_NEAR(found[0].estimate.bound_below, .402216, 1e-6);
  EXPECT_NEAR(found[0].estimate.bound_confidence, .99, 1e-12);
  EXPECT_NEAR(*found[0].estimate.bound_above_confidence, 1 - .01 / 3, 1e-12);
}

TEST(AnswerFamily, ACellOfWhichNothingIsKnownMayBeTheWorst) {
  const auto share = family(eval::Correction::worst_cell, 2, .05);
  plan::Plan plan;
  plan.claims = {{.name = "harm", .threshold = .9, .by = {"arm"}}};
  const Answering answering{
      .estimate = [](const eval::Question&, const eval::Cell& cell,
                     const analyze::ClaimTails&) -> Result<analyze::Estimate> {
        analyze::Estimate estimate{.name = cell.name};
        if (cell.where.at("arm") == "b") {
          estimate.reason = analyze::Reason::no_outcome;
          return estimate;
        }
        estimate.value = .1;
        estimate.bound_below = .2;
        return estimate;
      },
      .limits = nullptr};
  const auto found = answer_family(share, plan, {{"arm", {"a", "b"}}}, answering).value();
  EXPECT_FALSE(found[0].estimate.value.has_value());
  EXPECT_EQ(found[0].worst->cell.at("arm"), "b");
  EXPECT_EQ(found[0].estimate.bound_below, 1);
}

TEST(AnswerFamily, DiscoveriesHaveTheLimitOfTheirShareOfTheError) {
  const Cells cells({{"a", 0}, {"b", 14}, {"c", 15}});
  const auto found = cells.answered(family(eval::Correction::bh, 3, .1), eval::Ask::rate_above, .1);
  EXPECT_EQ(std::ranges::count(found, evidence::Decided::as_asked,
                               [](const Answer& each) { return each.member.decided; }),
            2);
  // Two of three came out: each at 1 - 2 x .1 / 3.
  EXPECT_NEAR(*found[2].estimate.bound_above_confidence, 1 - .2 / 3, 1e-12);
  EXPECT_GT(found[2].estimate.bound_above, .1);
}

}  // namespace
}  // namespace truebound::assess
