// Slots: their order, their keys, what the seed draws, and their root.

#include "truebound/plan/slots.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/ledger/merkle.h"

namespace truebound::plan {
namespace {

const std::string seed(64, '0');

eval::Suite suite_of(const std::string& name, int count) {
  eval::Suite suite{.name = name};
  for (int i = 0; i < count; ++i) {
    suite.samples.push_back({.id = name + std::to_string(i), .input = "x"});
  }
  return suite;
}

Plan plan_of(const std::vector<eval::Suite>& suites) {
  Plan plan;
  plan.file = "plan.yaml";
  for (const eval::Suite& suite : suites)
    plan.suites.push_back({.name = suite.name});
  plan.models = {{.name = "m"}, {.name = "n"}};
  plan.personas = {{.name = "plain"}};
  plan.deployments = {{.name = "default"}};
  plan.arms = {{.name = "off"}, {.name = "on"}};
  plan.attacks = {{.name = "direct"}, {.name = "b64"}};
  plan.epochs = 2;
  return plan;
}

TEST(Slots, AreInPlanOrderTheLastFactorFastest) {
  const std::vector<eval::Suite> suites{suite_of("s", 2), suite_of("t", 1)};
  const Slots slots = Slots::lay_out(plan_of(suites), suites, seed).value();
  ASSERT_EQ(slots.count(), 3U * 2 * 2 * 2 * 2);
  EXPECT_EQ(slots.at(0).key, "s:s0|m|plain|default|off|direct|0");
  EXPECT_EQ(slots.at(1).key, "s:s0|m|plain|default|off|direct|1");
  EXPECT_EQ(slots.at(2).key, "s:s0|m|plain|default|off|b64|0");
  EXPECT_EQ(slots.at(4).key, "s:s0|m|plain|default|on|direct|0");
  EXPECT_EQ(slots.at(8).key, "s:s0|n|plain|default|off|direct|0");
  EXPECT_EQ(slots.at(16).key, "s:s1|m|plain|default|off|direct|0");
  EXPECT_EQ(slots.at(32).key, "t:t0|m|plain|default|off|direct|0");
  EXPECT_EQ(slots.at(47).key, "t:t0|n|plain|default|on|b64|1");
  EXPECT_EQ(slots.at(47).suite_index, 1U);
  EXPECT_EQ(slots.at(16).sample_index, 1U);
  EXPECT_EQ(slots.at(47).index, 47U);
}

TEST(Slots, AreTheSameAsNestedLoops) {
  const std::vector<eval::Suite> suites{suite_of("s", 3), suite_of("t", 2)};
  const Plan plan = plan_of(suites);
  const Slots slots = Slots::lay_out(plan, suites, seed).value();
  std::uint64_t i = 0;
  for (const eval::Suite& suite : suites) {
    for (const eval::Sample& sample : suite.samples) {
      for (const auto& model : plan.models) {
        for (const auto& arm : plan.arms) {
          for (const auto& attack : plan.attacks) {
            for (std::uint64_t epoch = 0; epoch < plan.epochs; ++epoch) {
              const Slot slot = slots.at(i++);
              ASSERT_EQ(slot.suite, suite.name);
              ASSERT_EQ(slot.sample, sample.id);
              ASSERT_EQ(slot.model, model.name);
              ASSERT_EQ(slot.arm, arm.name);
              ASSERT_EQ(slot.attack, attack.name);
              ASSERT_EQ(slot.epoch, epoch);
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(i, slots.count());
}

TEST(Slots, AKeyEncodesWhatCouldBeTakenForASeparator) {
  const Slot slot{.suite = "a:b",
                  .sample = "1|2",
                  .model = "m%",
                  .persona = "é",
                  .deployment = "d d",
                  .arm = "~._-",
                  .attack = "x",
                  .epoch = 3};
  EXPECT_EQ(slot_key(slot), "a%3Ab:1%7C2|m%25|%C3%A9|d%20d|~._-|x|3");
}

RC_GTEST_PROP(Slots, TwoSlotsHaveTwoKeys, (std::set<std::string> ids, std::set<std::string> arms)) {
  RC_PRE(!ids.empty() && !arms.empty());
  eval::Suite suite{.name = "s"};
  for (const std::string& id : ids)
    suite.samples.push_back({.id = id, .input = "x"});
  Plan plan = plan_of({suite});
  plan.arms.clear();
  for (const std::string& arm : arms)
    plan.arms.push_back({.name = arm});
  const Slots slots = Slots::lay_out(plan, {suite}, seed).value();
  std::set<std::string> keys;
  for (std::uint64_t i = 0; i < slots.count(); ++i)
    keys.insert(slots.at(i).key);
  RC_ASSERT(keys.size() == slots.count());
}

TEST(Take, TheSeedDrawsSamplesThatKeepTheirOrder) {
  const std::vector<eval::Suite> suites{suite_of("s", 100), suite_of("t", 50)};
  Plan plan = plan_of(suites);
  plan.sampling.take.count = 10;
  const auto samples_of = [&](const std::string& from) {
    const Slots slots = Slots::lay_out(plan, suites, from).value();
    EXPECT_EQ(slots.count(), 2U * 10 * 16);
    std::vector<std::size_t> drawn;
    for (std::uint64_t i = 0; i < 160; i += 16) {
      const Slot slot = slots.at(i);
      EXPECT_EQ(slot.sample, suites[0].samples[slot.sample_index].id);
      drawn.push_back(slot.sample_index);
    }
    return drawn;
  };
  const std::vector<std::size_t> drawn = samples_of(seed);
  EXPECT_TRUE(std::ranges::is_sorted(drawn));
  EXPECT_EQ(std::set<std::size_t>(drawn.begin(), drawn.end()).size(), 10U);
  EXPECT_EQ(samples_of(seed), drawn);
  EXPECT_NE(samples_of(std::string(64, '1')), drawn);
  EXPECT_EQ(count(plan, suites).value(), 320U);
}

TEST(Sequential, TheSeedOrdersClustersOfAllSuitesAndKeepsEachTogether) {
  std::vector<eval::Suite> suites{suite_of("s", 60), suite_of("t", 40)};
  for (std::size_t i = 0; i < 60; ++i)
    suites[0].samples[i].cluster = "c" + std::to_string(i % 20);
  Plan plan = plan_of(suites);
  plan.sampling.kind = SamplingKind::sequential;
  const auto order_of = [&](const std::string& from) {
    return Slots::lay_out(plan, suites, from).value().samples();
  };
  const auto order = order_of(seed);
  EXPECT_EQ(order, order_of(seed));
  EXPECT_NE(order, order_of(std::string(64, '1')));
  ASSERT_EQ(order.size(), 100U);
  std::set<std::string> ended;
  std::string last;
  std::size_t of_second_suite_early = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& [suite, sample] = order[i];
    const eval::Sample& taken = suites[suite].samples[sample];
    const std::string cluster = suites[suite].name + eval::cluster_name(taken.cluster, taken.id);
    if (cluster != last) {
      EXPECT_TRUE(ended.insert(cluster).second) << cluster << " is torn apart";
    }
    last = cluster;
    of_second_suite_early += i < 50 && suite == 1 ? 1 : 0;
  }
  EXPECT_EQ(ended.size(), 60U);
  EXPECT_GT(of_second_suite_early, 5U);
  const Slots slots = Slots::lay_out(plan, suites, seed).value();
  EXPECT_EQ(slots.count(), 100U * slots.slots_per_sample());
  EXPECT_EQ(slots.at(slots.slots_per_sample() * 7).sample,
            suites[order[7].first].samples[order[7].second].id);
}

TEST(Take, MoreThanThereAreIsRefused) {
  const std::vector<eval::Suite> suites{suite_of("s", 3)};
  Plan plan = plan_of(suites);
  plan.sampling.take.count = 4;
  EXPECT_EQ(Slots::lay_out(plan, suites, seed).error().message,
            "plan.yaml: take must be at most the samples of each suite, got 4, and s has 3");
}

TEST(Limit, KeepsTheFirstSlots) {
  const std::vector<eval::Suite> suites{suite_of("s", 3)};
  const Slots slots = Slots::lay_out(plan_of(suites), suites, seed, {.count = 5}).value();
  EXPECT_EQ(slots.count(), 5U);
  EXPECT_EQ(Slots::lay_out(plan_of(suites), suites, seed, {.count = 5000}).value().count(), 48U);
}

TEST(Root, IsTheMerkleRootOverTheKeysInOrder) {
  const std::vector<eval::Suite> suites{suite_of("s", 1)};
  const Slots slots = Slots::lay_out(plan_of(suites), suites, seed, {.count = 3}).value();
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < 3; ++i)
    leaves.push_back(ledger::leaf_hash(slots.at(i).key));
  EXPECT_EQ(slots.root(), ledger::root_of(leaves));
}

TEST(Slots, MoreThanNumbersHoldAreRefused) {
  const std::vector<eval::Suite> suites{suite_of("s", 3)};
  Plan plan = plan_of(suites);
  plan.epochs = std::uint64_t{1} << 53U;
  EXPECT_FALSE(Slots::lay_out(plan, suites, seed).ok());
}

}  // namespace
}  // namespace truebound::plan
