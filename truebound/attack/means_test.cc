// The means of an attempt: numbered queries, budgets, how an attempt ends, and random streams that
// depend on nothing but seed, slot and purpose.

#include "truebound/attack/means.h"

#include <gtest/gtest.h>

#include "truebound/attack/scripted.h"
#include "truebound/crypto/stream.h"

namespace truebound::attack {
namespace {

const std::string seed(64, '7');

/// One attempt with the given number of asks of the same text.
struct Attempt {
  std::vector<eval::Query> queries;
  Ending ending;
  std::int64_t given = 0;  // asks that gave a query
};

struct Wanted {
  std::string arm = "off";
  std::string slot = "s:a|m|plain|bare|off|x|0";
  std::int64_t queries = 10;
  std::vector<std::string> asks = {"one", "two", "three"};
};

Task<void> attempt(const ScriptedSystems& systems, const Wanted& wanted, Attempt& got) {
  StepClock clock(0);
  model::Tape tape(clock);
  const eval::Sample sample;
  Means means({.sample = sample,
               .system = systems.arm(wanted.arm),
               .seed = seed,
               .slot = wanted.slot,
               .queries = wanted.queries,
               .tape = tape});
  for (const std::string& text : wanted.asks) {
    const std::optional<eval::Query> query = co_await means.ask(text);
    if (query) ++got.given;
  }
  got.queries = means.queries();
  got.ending = means.ending();
}

Attempt attempt_at(const ScriptedSystems& systems, const Wanted& wanted) {
  Attempt got;
  run_loop([&]() -> Task<void> { co_await attempt(systems, wanted, got); });
  return got;
}

model::Answer draw(model::Request& request) {
  return reply(std::to_string(request.stream.next_word()));
}

std::vector<std::string> texts(const Attempt& attempt) {
  std::vector<std::string> list;
  for (const eval::Query& query : attempt.queries)
    list.push_back(query.text);
  return list;
}

TEST(Means, QueriesAreNumberedFromOneWithWhatWasAsked) {
  const ScriptedSystems systems([](model::Request&) { return reply("No."); });
  const Attempt got = attempt_at(systems, {});
  ASSERT_EQ(got.queries.size(), 3U);
  EXPECT_EQ(got.queries[0].number, 1);
  EXPECT_EQ(got.queries[2].number, 3);
  EXPECT_EQ(got.queries[2].asked, "three");
  EXPECT_EQ(got.queries[2].text, "No.");
  EXPECT_EQ(got.ending.status, eval::Status::ok);
  EXPECT_EQ(got.ending.layer, "none");
  EXPECT_EQ(got.ending.note, "");
}

TEST(Means, WhenTheBudgetIsSpentNothingMoreIsSent) {
  const ScriptedSystems systems([](model::Request&) { return reply("No."); });
  const Attempt got = attempt_at(systems, {.queries = 2});
  EXPECT_EQ(got.given, 2);
  EXPECT_EQ(systems.model().asked(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(got.ending.status, eval::Status::ok);
}

TEST(Means, WithoutAnyQueryThereIsNoAnswerToJudge) {
  const ScriptedSystems systems([](model::Request&) { return reply("No."); });
  const Attempt none_left = attempt_at(systems, {.queries = 0});
  EXPECT_EQ(none_left.ending.status, eval::Status::budget);
  const Attempt none_asked = attempt_at(systems, {.asks = {}});
  EXPECT_EQ(none_asked.ending.status, eval::Status::ok);
  EXPECT_TRUE(none_asked.queries.empty());
  EXPECT_EQ(none_asked.ending.note, "the attack asked nothing");
}

TEST(Means, AFailedCallEndsTheAttemptAndKeepsWhatCameBefore) {
  const ScriptedSystems systems([](model::Request& request) -> model::Answer {
    if (request.messages.back().text != "two") return reply("No.");
    return model::Failure{.status = eval::Status::timeout, .message = "no reply in 5 ms"};
  });
  const Attempt got = attempt_at(systems, {});
  EXPECT_EQ(got.given, 1);
  EXPECT_EQ(systems.model().asked(), (std::vector<std::string>{"one", "two"}));
  ASSERT_EQ(got.queries.size(), 1U);
  EXPECT_EQ(got.ending.status, eval::Status::timeout);
  EXPECT_EQ(got.ending.note, "query 2: timeout: no reply in 5 ms");
}

TEST(Means, AnAttemptIsStoppedOnlyWhenEveryQueryWas) {
  const ScriptedSystems systems([](model::Request&) { return reply("No."); });
  const Attempt all = attempt_at(systems, {.arm = "on", .asks = {"a knife", "my knife"}});
  EXPECT_TRUE(systems.model().asked().empty());
  ASSERT_EQ(all.queries.size(), 2U);
  EXPECT_EQ(all.queries[1].layer, "harm_words");
  EXPECT_EQ(all.ending.status, eval::Status::stopped);
  EXPECT_EQ(all.ending.layer, "harm_words");
  EXPECT_EQ(all.ending.note, "stopped by harm_words (matched knife): 2 of 2");

  const Attempt some = attempt_at(systems, {.arm = "on", .asks = {"a knife", "a spoon"}});
  EXPECT_EQ(some.ending.status, eval::Status::ok);
  EXPECT_EQ(some.ending.layer, "none");
  EXPECT_EQ(some.ending.note, "stopped by harm_words (matched knife): 1 of 2");
}

TEST(Means, AQueryDrawsFromTheStreamOfItsNumber) {
  const ScriptedSystems systems(draw);
  const Wanted wanted;
  std::vector<std::string> expected;
  for (const char* purpose : {"call:system:1", "call:system:2", "call:system:3"})
    expected.push_back(std::to_string(crypto::open_stream(seed, wanted.slot, purpose).next_word()));
  EXPECT_EQ(texts(attempt_at(systems, wanted)), expected);
}

TEST(Means, AStoppedQueryShiftsNoStream) {
  const ScriptedSystems systems(draw);
  const Attempt free = attempt_at(systems, {.asks = {"a spoon", "a spoon"}});
  const Attempt stopped = attempt_at(systems, {.arm = "on", .asks = {"a knife", "a spoon"}});
  EXPECT_EQ(stopped.queries.at(1).text, free.queries.at(1).text);
}

TEST(Means, StreamsDoNotDependOnOrderNorOnWhatRunsBeside) {
  const ScriptedSystems systems(draw);
  const Wanted a{.slot = "s:a|m|plain|bare|off|x|0"};
  const Wanted b{.slot = "s:b|m|plain|bare|off|x|0"};
  const Attempt a_first = attempt_at(systems, a);
  const Attempt b_second = attempt_at(systems, b);
  EXPECT_NE(texts(a_first), texts(b_second));

  Attempt a_beside;
  Attempt b_beside;
  run_loop([&]() -> Task<void> {
    std::vector<Task<void>> both;
    both.push_back(attempt(systems, b, b_beside));
    both.push_back(attempt(systems, a, a_beside));
    co_await gather(std::move(both));
  });
  EXPECT_EQ(texts(a_beside), texts(a_first));
  EXPECT_EQ(texts(b_beside), texts(b_second));
  EXPECT_EQ(texts(attempt_at(systems, a)), texts(a_first)) << "a second attempt draws the same";
}

TEST(Means, TheAttacksOwnStreamIsNotTheSystems) {
  const ScriptedSystems systems(draw);
  StepClock clock(0);
  model::Tape tape(clock);
  const eval::Sample sample;
  Means means(
      {.sample = sample, .system = systems.arm("off"), .seed = seed, .slot = "s:a", .tape = tape});
  EXPECT_EQ(means.stream().next_word(), crypto::open_stream(seed, "s:a", "attack").next_word());
}

TEST(Means, AConversationGoesToTheModelWhole) {
  std::vector<std::string> sent;
  const ScriptedSystems systems([&](model::Request& request) {
    for (const eval::Message& message : request.messages)
      sent.push_back(message.text);
    return reply("No.");
  });
  StepClock clock(0);
  model::Tape tape(clock);
  const eval::Sample sample;
  Means means(
      {.sample = sample, .system = systems.arm("off"), .seed = seed, .slot = "s:a", .tape = tape});
  run_loop([&]() -> Task<void> {
    eval::Conversation turns = {{.role = eval::Role::user, .text = "Hi"},
                                {.role = eval::Role::assistant, .text = "Hello."},
                                {.role = eval::Role::user, .text = "Go on"}};
    co_await means.ask(std::move(turns));
  });
  EXPECT_EQ(sent, (std::vector<std::string>{"Hi", "Hello.", "Go on"}));
  EXPECT_EQ(means.queries().front().asked, "Go on");
  EXPECT_EQ(tape.calls().size(), 1U);
  EXPECT_EQ(means.queries_left(), 0);
}

}  // namespace
}  // namespace truebound::attack
