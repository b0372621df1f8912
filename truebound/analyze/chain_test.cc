#include "truebound/analyze/chain.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/core/random.h"
#include "truebound/json/value.h"

namespace truebound::analyze {
namespace {

using Clusters = std::vector<ClusterCounts>;

// --- Golden cases: chain_cases.json beside this file, which names its source. ---

const json::Value& golden() {
  static const json::Value cases = [] {
    std::ifstream file(TRUEBOUND_SOURCE "/truebound/analyze/chain_cases.json");
    std::stringstream text;
    text << file.rdbuf();
    return json::parse_json(text.str(), "chain_cases.json").value();
  }();
  return cases;
}

std::int64_t whole(const json::Value& object, std::string_view key, std::int64_t absent = 0) {
  const json::Value* found = object.find(key);
  return found == nullptr ? absent : *found->integer();
}

double number(const json::Value& value) {
  return value.integer() != nullptr ? static_cast<double>(*value.integer()) : *value.decimal();
}

std::string_view word(const json::Value& object, std::string_view key) {
  const json::Value* found = object.find(key);
  return found == nullptr || found->text() == nullptr ? std::string_view() : *found->text();
}

Clusters clusters_of(const json::Value& input) {
  Clusters clusters;
  for (const json::Value& each : *input.find("clusters")->list()) {
    ClusterCounts counts;
    counts.flagged = whole(each, "flagged");
    counts.passed = whole(each, "passed");
    counts.stopped = whole(each, "stopped");
    counts.stopped_broke = whole(each, "stopped_broke");
    counts.exact_broke = whole(each, "exact_broke");
    counts.exact_held = whole(each, "exact_held");
    counts.missing = whole(each, "missing");
    counts.times = whole(each, "times", 1);
    clusters.push_back(counts);
  }
  return clusters;
}

std::vector<stats::Cluster> label_clusters(const json::Value& list, std::string_view right) {
  std::vector<stats::Cluster> clusters;
  for (const json::Value& each : *list.list()) {
    clusters.push_back({whole(each, "size"), whole(each, right), whole(each, "times", 1)});
  }
  return clusters;
}

VerdictLabels verdict_labels(const json::Value& object) {
  return {.broke = whole(object, "broke"), .labeled = whole(object, "labeled")};
}

Labels labels_of(const json::Value& input) {
  const json::Value* labels = input.find("labels");
  if (labels == nullptr) return {};
  if (word(*labels, "from") == "elsewhere") {
    return LabelsElsewhere{label_clusters(*labels->find("broke"), "flagged"),
                           label_clusters(*labels->find("held"), "passed")};
  }
  return LabelsThisRun{verdict_labels(*labels->find("flagged")),
                       verdict_labels(*labels->find("passed"))};
}

ChainOptions options_of(const json::Value& input) {
  ChainOptions options;
  options.confidence = number(*input.find("confidence"));
  options.correlation = number(*input.find("correlation"));
  options.claims = whole(input, "claims");
  if (word(input, "estimand") == "fixed_set") options.estimand = eval::Estimand::fixed_set;
  if (word(input, "unit") == "conversation") options.unit = Unit::conversation;
  if (input.find("filter_on_answers") != nullptr) options.answer_filter = AnswerFilter::on;
  return options;
}

void expect_near(double found, const json::Value& golden_value, const char* what) {
  EXPECT_NEAR(found, number(golden_value), 1e-9) << what;
}

void expect_optional(const std::optional<double>& found, const json::Value& golden_value,
                     const char* what) {
  ASSERT_EQ(found.has_value(), !golden_value.is_null()) << what;
  if (found) expect_near(*found, golden_value, what);
}

void expect_counts(const ClusterCounts& found, const json::Value& counts) {
  EXPECT_EQ(found.flagged, whole(counts, "flagged"));
  EXPECT_EQ(found.passed, whole(counts, "passed"));
  EXPECT_EQ(found.stopped, whole(counts, "stopped"));
  EXPECT_EQ(found.stopped_broke, whole(counts, "stopped_broke"));
  EXPECT_EQ(found.exact_broke, whole(counts, "exact_broke"));
  EXPECT_EQ(found.exact_held, whole(counts, "exact_held"));
  EXPECT_EQ(found.missing, whole(counts, "missing"));
  EXPECT_EQ(found.decided() + found.missing, whole(counts, "planned"));
}

void expect_judge(const std::optional<JudgeRate>& found, const json::Value* rate) {
  ASSERT_EQ(found.has_value(), rate != nullptr);
  if (rate == nullptr) return;
  EXPECT_EQ(found->hits, whole(*rate, "hits"));
  EXPECT_EQ(found->n, whole(*rate, "n"));
  expect_near(found->effective_n, *rate->find("effective_n"), "labels' effective n");
  expect_near(found->value, *rate->find("value"), "judge's rate");
}

void expect_shares(const std::optional<Shares>& found, const json::Value* shares) {
  ASSERT_EQ(found.has_value(), shares != nullptr);
  if (shares == nullptr) return;
  EXPECT_EQ(found->size.n, whole(*shares, "n"));
  EXPECT_EQ(found->size.clusters, whole(*shares, "clusters"));
  expect_near(found->size.mean_size, *shares->find("K"), "K");
  expect_optional(found->size.korn_graubard, *shares->find("n_star"), "n*");
  expect_near(found->size.effective_n, *shares->find("effective_n"), "effective n");
  expect_near(found->judged, *shares->find("judged"), "judged");
  expect_near(found->flagged, *shares->find("flagged"), "flagged");
  expect_near(found->passed, *shares->find("passed"), "passed");
  expect_near(found->known_broke, *shares->find("known_broke"), "known broke");
  EXPECT_EQ(found->known_counts, *shares->find("known_counts")->boolean());
}

const Move* move_named(const Correction& correction, std::string_view name) {
  for (const Move& each : correction.moves) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

void expect_moves(const Correction& found, const json::Value& detail, const std::size_t others) {
  const json::Value* up = detail.find("moves_up");
  if (up == nullptr) {
    EXPECT_TRUE(found.moves.empty());
    return;
  }
  EXPECT_EQ(found.moves.size(), up->object()->size() + others);
  for (const auto& [name, value] : *up->object()) {
    const Move* move = move_named(found, name);
    ASSERT_NE(move, nullptr) << name;
    expect_near(move->up, value, name.c_str());
    expect_near(move->down, *detail.find("moves_down")->find(name), name.c_str());
  }
}

void expect_verdicts(const Chain& found, const json::Value& verdicts) {
  ASSERT_EQ(found.verdicts.size(), verdicts.object()->size());
  for (const VerdictShare& each : found.verdicts) {
    const json::Value* verdict = verdicts.find(each.verdict);
    ASSERT_NE(verdict, nullptr) << each.verdict;
    expect_near(each.share, *verdict->find("share"), "verdict's share");
    EXPECT_EQ(each.slots, whole(*verdict, "slots"));
    expect_near(each.value, *verdict->find("value"), "verdict's value");
    expect_near(each.limits.lower, *verdict->find("lower"), "verdict's lower");
    expect_near(each.limits.upper, *verdict->find("upper"), "verdict's upper");
    const Move* move = move_named(found.correction, std::string(each.verdict) + "_labels");
    ASSERT_NE(move, nullptr);
    expect_near(move->up, *verdict->find("move_up"), "verdict's move up");
    expect_near(move->down, *verdict->find("move_down"), "verdict's move down");
  }
}

void expect_detail(const Chain& found, const json::Value& detail) {
  const json::Value* verdicts = detail.find("verdicts");
  expect_moves(found.correction, detail, verdicts == nullptr ? 0 : verdicts->object()->size());
  if (verdicts != nullptr) expect_verdicts(found, *verdicts);
  EXPECT_EQ(found.correction.floor.has_value(), detail.find("floor") != nullptr);
  if (detail.find("floor") == nullptr) return;
  expect_near(found.correction.center, *detail.find("raw"), "uncut value");
  expect_near(*found.correction.floor, *detail.find("floor"), "floor");
  expect_near(*found.correction.ceiling, *detail.find("ceiling"), "ceiling");
  EXPECT_EQ(found.correction.calibration_fits, *detail.find("calibration_fits")->boolean());
}

// The golden file spells two reasons in other words.
void expect_reason(const Chain& found, std::string_view golden_reason) {
  std::string words(golden_reason == "" ? "none" : golden_reason);
  if (!found.reason_detail.empty()) {
    EXPECT_EQ(reason_in_words(found.reason, found.reason_detail), words);
    words = words.substr(0, words.find(':'));
  }
  EXPECT_EQ(to_text(found.reason), words);
}

void expect_chain(const Chain& found, const json::Value& result) {
  expect_counts(found.counts, *result.find("counts"));
  expect_judge(found.sensitivity, result.find("sensitivity"));
  expect_judge(found.specificity, result.find("specificity"));
  expect_shares(found.shares, result.find("shares"));
  expect_optional(found.value, *result.find("value"), "value");
  expect_near(found.limits.lower, *result.find("lower"), "lower");
  expect_near(found.limits.upper, *result.find("upper"), "upper");
  expect_reason(found, word(result, "reason"));
  if (result.find("detail") != nullptr) expect_detail(found, *result.find("detail"));
  const json::Value& missing = *result.find("missing");
  expect_near(found.missing.limits.lower, *missing.find("lower"), "missing.lower");
  expect_near(found.missing.limits.upper, *missing.find("upper"), "missing.upper");
  if (const json::Value* n = missing.find("effective_n")) {
    expect_near(found.missing.effective_n_held, *n->find("held"), "effective n, held");
    expect_near(found.missing.effective_n_broke, *n->find("broke"), "effective n, broke");
  }
  const json::Value& claim = *result.find("claim");
  expect_near(found.claim.tails.below, *claim.find("tail"), "tail");
  EXPECT_EQ(found.claim.tails.above, found.claim.tails.below);
  expect_optional(found.claim.rate_above, *claim.find("rate_above"), "rate above");
  expect_optional(found.claim.rate_below, *claim.find("rate_below"), "rate below");
}

TEST(Chain, AgreesWithEveryGoldenCaseInEveryStep) {
  const json::List& cases = *golden().find("cases")->list();
  ASSERT_EQ(cases.size(), 30);
  for (const json::Value& each : cases) {
    SCOPED_TRACE(*each.find("id")->text());
    const json::Value& input = *each.find("input");
    const auto found = correct(clusters_of(input), labels_of(input), options_of(input));
    ASSERT_TRUE(found.ok()) << found.error().message;
    expect_chain(found.value(), *each.find("result"));
  }
}

// --- What the golden cases do not reach. ---

LabelsElsewhere good_judge() {
  return {{{1, 1, 90}, {1, 0, 10}}, {{1, 1, 95}, {1, 0, 5}}};
}

TEST(Chain, LabelsOfOneTruthAloneAreShownAndDoNotCalibrate) {
  const Clusters clusters = {{.flagged = 1, .times = 5}, {.passed = 1, .times = 45}};
  const Chain found =
      correct(clusters, LabelsElsewhere{{}, {{.size = 1, .hits = 1, .times = 10}}}, {}).value();
  EXPECT_FALSE(found.sensitivity.has_value());
  EXPECT_EQ(found.specificity->n, 10);
  EXPECT_EQ(found.reason, Reason::cannot_be_calibrated);
  EXPECT_EQ(found.reason_detail, "0 broke, 10 needed");
}

TEST(Chain, AVerdictWithSlotsAndNoLabelCannotBeCalibrated) {
  const Clusters clusters = {{.flagged = 1, .times = 5}, {.passed = 1, .times = 45}};
  const Chain found = correct(clusters, LabelsThisRun{{2, 5}, {0, 0}}, {}).value();
  EXPECT_FALSE(found.value.has_value());
  EXPECT_EQ(found.reason, Reason::verdict_without_labels);
  EXPECT_EQ(found.reason_detail, "0 of the passed labeled, 1 needed");
  EXPECT_EQ(correct(clusters, LabelsThisRun{}, {}).value().reason, Reason::judge_not_calibrated);
}

TEST(Chain, OneClusterIsEnoughForAFixedList) {
  const Clusters one = {{.exact_broke = 3, .exact_held = 47}};
  EXPECT_EQ(correct(one, {}, {}).value().reason, Reason::one_cluster);
  const Chain found = correct(one, {}, {.estimand = eval::Estimand::fixed_set}).value();
  EXPECT_DOUBLE_EQ(*found.value, .06);
  EXPECT_EQ(found.shares->size.effective_n, 50);
}

TEST(Chain, AClusterWithoutAnyOutcomeIsNoneInTheCompleteCases) {
  const Clusters clusters = {{.exact_broke = 3, .exact_held = 47}, {.missing = 50}};
  EXPECT_EQ(correct(clusters, {}, {}).value().reason, Reason::one_cluster);
}

TEST(Chain, LabelsDoNotMatterWhereNoJudgeDecided) {
  const Clusters exact = {{.exact_broke = 1, .times = 4}, {.exact_held = 1, .times = 36}};
  const Chain found = correct(exact, LabelsElsewhere{{{1, 1, 2}}, {}}, {}).value();
  EXPECT_DOUBLE_EQ(*found.value, .1);
  EXPECT_EQ(found.method, ChainMethod::clopper_pearson);
}

TEST(Chain, ManyClaimsCanLeaveAJudgeWithoutALimit) {
  // L(Se) + L(Sp) is over 1 at .025 and under it at .05 / 1e9.
  const LabelsElsewhere weak{{{1, 1, 30}, {1, 0, 10}}, {{1, 1, 30}, {1, 0, 10}}};
  const Clusters clusters = {{.flagged = 1, .times = 30}, {.passed = 1, .times = 70}};
  const Chain found = correct(clusters, weak, {.claims = 1'000'000'000}).value();
  EXPECT_TRUE(found.value.has_value());
  EXPECT_LT(found.limits.upper, 1);
  EXPECT_EQ(*found.claim.rate_below, 1);
  EXPECT_EQ(*found.claim.rate_above, 0);
}

TEST(Chain, WhatCannotBeIsRefused) {
  const Clusters some = {{.exact_held = 1, .times = 3}};
  EXPECT_FALSE(correct({{.flagged = -1}}, {}, {}).ok());
  EXPECT_FALSE(correct({{.flagged = 1, .times = -1}}, {}, {}).ok());
  EXPECT_FALSE(correct(some, {}, {.confidence = 1}).ok());
  EXPECT_FALSE(correct(some, {}, {.correlation = std::nan("")}).ok());
  EXPECT_FALSE(correct(some, {}, {.claims = 0}).ok());
  const Clusters judged = {{.flagged = 1, .times = 3}, {.passed = 1, .times = 9}};
  EXPECT_FALSE(correct(judged, LabelsThisRun{{2, 4}, {0, 9}}, {}).ok());
  EXPECT_FALSE(correct(judged, LabelsThisRun{{3, 2}, {0, 9}}, {}).ok());
  EXPECT_FALSE(correct(judged, LabelsElsewhere{{{1, 2, 20}}, {{1, 1, 20}}}, {}).ok());
}

// --- Coverage: simulated truths, fixed seed. ---

struct World {
  const char* name;
  int clusters;
  int epochs;
  double rate;         // of breaking, where no filter stops
  double correlation;  // chance that a cluster is one and the same event
  double stopped;      // share that a filter stops
  double missing;      // share without outcome, at random
  double sensitivity;
  double specificity;
  int labels;  // of each truth; 0: an exact scorer
};

bool happens(RandomStream& random, double chance) {
  return random.uniform() < chance;
}

ClusterCounts draw_cluster(const World& world, RandomStream& random) {
  ClusterCounts counts;
  const bool is_one_event = happens(random, world.correlation);
  const bool event = happens(random, world.rate);
  for (int epoch = 0; epoch < world.epochs; ++epoch) {
    const bool broke = is_one_event ? event : happens(random, world.rate);
    if (happens(random, world.missing)) {
      ++counts.missing;
    } else if (happens(random, world.stopped)) {
      ++counts.stopped;
    } else if (world.labels == 0) {
      ++(broke ? counts.exact_broke : counts.exact_held);
    } else {
      const double flagged = broke ? world.sensitivity : 1 - world.specificity;
      ++(happens(random, flagged) ? counts.flagged : counts.passed);
    }
  }
  return counts;
}

std::vector<stats::Cluster> draw_labels(int labels, double right, RandomStream& random) {
  stats::Cluster hit{.size = 1, .hits = 1, .times = 0};
  stats::Cluster miss{.size = 1, .hits = 0, .times = 0};
  for (int i = 0; i < labels; ++i)
    ++(happens(random, right) ? hit : miss).times;
  return {hit, miss};
}

Chain draw_chain(const World& world, RandomStream& random) {
  Clusters clusters;
  for (int i = 0; i < world.clusters; ++i)
    clusters.push_back(draw_cluster(world, random));
  Labels labels;
  if (world.labels > 0) {
    LabelsElsewhere drawn;
    drawn.broke = draw_labels(world.labels, world.sensitivity, random);
    drawn.held = draw_labels(world.labels, world.specificity, random);
    labels = drawn;
  }
  return correct(clusters, labels, {}).value();
}

TEST(Chain, LimitsCoverSimulatedTruths) {
  const World worlds[] = {
      {"independent", 100, 1, .05, 0, 0, 0, 1, 1, 0},
      {"clusters that are one event", 40, 5, .1, 1, 0, 0, 1, 1, 0},
      {"clusters that half are, some missing", 40, 5, .1, .5, 0, .05, 1, 1, 0},
      {"a judge", 200, 1, .1, 0, 0, 0, .85, .95, 100},
      {"a judge, rare harm", 300, 1, .01, 0, 0, 0, .85, .97, 100},
      {"a judge, clusters, a filter, some missing", 60, 4, .2, .5, .3, .05, .9, .95, 80},
  };
  constexpr int runs = 600;
  // Three standard errors of the simulation itself under .95.
  const double least = .95 - 3 * std::sqrt(.95 * .05 / runs);
  for (const World& world : worlds) {
    const double truth = world.rate * (1 - world.stopped);
    RandomStream random(20250131);
    int two_sided = 0;
    int below = 0;
    int above = 0;
    for (int run = 0; run < runs; ++run) {
      const Chain found = draw_chain(world, random);
      two_sided += found.limits.lower <= truth && truth <= found.limits.upper ? 1 : 0;
      below += truth <= found.claim.rate_below.value_or(1) ? 1 : 0;
      above += truth >= found.claim.rate_above.value_or(0) ? 1 : 0;
    }
    EXPECT_GE(two_sided, least * runs) << world.name;
    EXPECT_GE(below, least * runs) << world.name;
    EXPECT_GE(above, least * runs) << world.name;
  }
}

// --- Properties. ---

Clusters any_clusters() {
  Clusters clusters = {{.exact_held = 1, .times = 2}};
  const int kinds = *rc::gen::inRange(1, 6);
  const auto few = rc::gen::inRange<std::int64_t>(0, 4);
  for (int i = 0; i < kinds; ++i) {
    clusters.push_back({.flagged = *few,
                        .passed = *few,
                        .stopped = *few,
                        .exact_broke = *few,
                        .exact_held = *few,
                        .missing = *few,
                        .times = *few + 1});
  }
  return clusters;
}

RC_GTEST_PROP(Chain, BoundsNestAsTheyMust, ()) {
  const auto claims = *rc::gen::inRange<std::int64_t>(2, 9);
  const Chain found = correct(any_clusters(), good_judge(), {.claims = claims}).value();
  RC_ASSERT(found.value.has_value());
  RC_ASSERT(0 <= found.limits.lower && found.limits.upper <= 1);
  RC_ASSERT(found.limits.lower <= *found.value + 1e-12);
  RC_ASSERT(*found.value <= found.limits.upper + 1e-12);
  // Half of alpha is the tail of the estimates, so with 2 claims or more the bounds are no nearer.
  RC_ASSERT(*found.claim.rate_above <= found.missing.limits.lower + 1e-12);
  RC_ASSERT(*found.claim.rate_below >= found.missing.limits.upper - 1e-12);
}

RC_GTEST_PROP(Chain, GroupingEqualClustersChangesNothing, ()) {
  const Clusters grouped = any_clusters();
  Clusters listed;
  for (ClusterCounts each : grouped) {
    const std::int64_t times = each.times;
    each.times = 1;
    listed.insert(listed.end(), static_cast<std::size_t>(times), each);
  }
  const Chain a = correct(grouped, good_judge(), {}).value();
  const Chain b = correct(listed, good_judge(), {}).value();
  RC_ASSERT(a.reason == b.reason);
  RC_ASSERT(std::abs(a.limits.lower - b.limits.lower) < 1e-9);
  RC_ASSERT(std::abs(a.missing.limits.upper - b.missing.limits.upper) < 1e-9);
}

RC_GTEST_PROP(Chain, ABrokenSlotMoreNeverLowersTheUpperBoundOfExactScorers, ()) {
  const auto n = *rc::gen::inRange<std::int64_t>(3, 200);
  const auto broke = *rc::gen::inRange<std::int64_t>(0, n - 1);
  const auto upper = [n](std::int64_t x) {
    const Clusters clusters = {{.exact_broke = 1, .times = x}, {.exact_held = 1, .times = n - x}};
    return *correct(clusters, {}, {}).value().claim.rate_below;
  };
  RC_ASSERT(upper(broke) < upper(broke + 1));
}

TEST(Detection, AJudgesFalseAlarmsHideSmallRates) {
  // docs/methods/lang_reiczigel.md: 98 judged slots, Se 101/112, Sp 79/88.
  const LabelsElsewhere labels{
      .broke = {{.size = 1, .hits = 1, .times = 101}, {.size = 1, .times = 11}},
      .held = {{.size = 1, .hits = 1, .times = 79}, {.size = 1, .times = 9}}};
  const Chain chain =
      correct({{.flagged = 1, .times = 41}, {.passed = 1, .times = 57}}, labels, {}).value();
  const double f = 9.0 / 88;
  const double by_hand = 2 * 1.6448536269514722 * std::sqrt(f * (1 - f) * (1.0 / 98 + 1.0 / 88)) /
                         (101.0 / 112 + 79.0 / 88 - 1);
  EXPECT_NEAR(*limit_of_detection(chain, .95), by_hand, 1e-12);
  // Where a filter stopped half of the slots, only the other half can give false alarms.
  const Chain half =
      correct(
          {{.flagged = 1, .times = 41}, {.passed = 1, .times = 57}, {.stopped = 1, .times = 98}},
          labels, {})
          .value();
  EXPECT_NEAR(*limit_of_detection(half, .95), by_hand / 2, 1e-12);
}

TEST(Detection, WithoutLabelsFromElsewhereOrFalseAlarmsThereIsNoLimit) {
  const std::vector<ClusterCounts> slots = {{.flagged = 1, .times = 20},
                                            {.passed = 1, .times = 80}};
  EXPECT_FALSE(limit_of_detection(correct(slots, {}, {}).value(), .95));
  const LabelsThisRun this_run{.flagged = {9, 10}, .passed = {1, 20}};
  EXPECT_FALSE(limit_of_detection(correct(slots, this_run, {}).value(), .95));
  const LabelsElsewhere faultless{.broke = {{.size = 1, .hits = 1, .times = 50}},
                                  .held = {{.size = 1, .hits = 1, .times = 50}}};
  EXPECT_FALSE(limit_of_detection(correct(slots, faultless, {}).value(), .95));
}

}  // namespace
}  // namespace truebound::analyze
