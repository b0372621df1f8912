// What may be spent: reserved before it is sent, so that no limit is passed, whatever is under way.

#include "truebound/model/purse.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "truebound/model/model.h"

namespace truebound::model {
namespace {

using eval::Spent;
using Reserved = Purse::Reserved;

TEST(Purse, WhatIsReservedCountsUntilItIsSettled) {
  Purse purse({.tokens = 100});
  EXPECT_EQ(purse.reserve({.calls = 1, .tokens = 60}), Reserved::yes);
  EXPECT_EQ(purse.reserve({.calls = 1, .tokens = 60}), Reserved::not_now);
  purse.dispatch({.calls = 1, .tokens = 60});
  EXPECT_TRUE(purse.is_anything_under_way());
  purse.settle({.calls = 1, .tokens = 60}, {.calls = 1, .tokens = 30});
  EXPECT_FALSE(purse.is_anything_under_way());
  EXPECT_EQ(purse.reserve({.calls = 1, .tokens = 60}), Reserved::yes);
  purse.release({.calls = 1, .tokens = 60});
  EXPECT_EQ(purse.reserve({.calls = 1, .tokens = 71}), Reserved::never);
  EXPECT_EQ(purse.spent(), (Spent{.calls = 1, .tokens = 30}));
}

TEST(Purse, EachLimitHoldsByItself) {
  EXPECT_EQ(Purse({.calls = 1}).reserve({.calls = 2}), Reserved::never);
  EXPECT_EQ(Purse({.money = 5}).reserve({.calls = 2, .money = 6}), Reserved::never);
  EXPECT_EQ(Purse({}).reserve({.calls = 1000, .tokens = 1000, .money = 1000}), Reserved::yes);
}

TEST(Purse, WhatAnEarlierPartSpentStaysSpent) {
  Purse purse({.calls = 4}, {.calls = 3});
  EXPECT_EQ(purse.reserve({.calls = 1}), Reserved::yes);
  EXPECT_EQ(purse.reserve({.calls = 1}), Reserved::not_now);
  EXPECT_EQ(purse.reserve({.calls = 2}), Reserved::never);
}

TEST(Purse, WhatIsLaidAsideIsNobodysToWaitFor) {
  Purse purse({.calls = 4});
  ASSERT_EQ(purse.reserve({.calls = 3}), Reserved::yes);
  {
    Allowance waits(purse, {.calls = 3});
    EXPECT_EQ(purse.reserve({.calls = 2}), Reserved::not_now);
    waits.lay_aside();
    EXPECT_EQ(purse.reserve({.calls = 2}), Reserved::never);
    EXPECT_EQ(purse.reserve({.calls = 1}), Reserved::yes);
    waits.take_up();
    EXPECT_EQ(purse.reserve({.calls = 1}), Reserved::not_now);
    waits.lay_aside();
  }
  EXPECT_EQ(purse.reserve({.calls = 3}), Reserved::yes) << "given back from where it lay";
}

RC_GTEST_PROP(Purse, NoOrderOfReservingAndSettlingGoesBeyondALimit, ()) {
  constexpr std::int64_t limit = 50;
  Purse purse({.tokens = limit});
  std::vector<std::int64_t> under_way;
  std::int64_t worst = 0;
  std::int64_t spent = 0;
  for (int step = 0; step < 60; ++step) {
    const std::int64_t tokens = *rc::gen::inRange(1, 20);
    if (*rc::gen::inRange(0, 2) == 0 || under_way.empty()) {
      if (purse.reserve({.tokens = tokens}) != Reserved::yes) continue;
      purse.dispatch({.tokens = tokens});
      under_way.push_back(tokens);
      worst += tokens;
    } else {
      const std::int64_t most = under_way.back();
      under_way.pop_back();
      const std::int64_t real = std::min(most, tokens);
      purse.settle({.tokens = most}, {.tokens = real});
      worst -= most;
      spent += real;
    }
    RC_ASSERT(spent + worst <= limit);
  }
  RC_ASSERT(purse.spent().tokens == spent);
}

/// Answers at once with a reply or a failure.
class Fixed final : public Model {
 public:
  explicit Fixed(Answer says) : Model("m"), says_(std::move(says)) {}
  json::Value identity() const override { return json::Object{}; }
  int asked = 0;

 protected:
  Task<Answer> answer(Request /*request*/) override {
    ++asked;
    co_return says_;
  }

 private:
  Answer says_;
};

Request asks(std::optional<std::int64_t> max_tokens) {
  Request request;
  request.messages = {{.role = eval::Role::user, .text = "0123456789"}};
  request.max_tokens = max_tokens;
  return request;
}

/// Asks until nothing may be asked any more.
Spent spend_all(Fixed& model, const SpendingLimits& limits,
                std::optional<std::int64_t> max_tokens) {
  Purse purse(limits);
  SystemClock clock;
  run_loop([&]() -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      Allowance allowance(purse, {});
      Tape tape(clock, &allowance);
      const Answer got = co_await model.ask(eval::CallRole::system, asks(max_tokens), tape);
      const auto* failure = std::get_if<Failure>(&got);
      if (failure != nullptr && failure->status == eval::Status::budget) co_return;
    }
  });
  return purse.spent();
}

TEST(Allowance, ARequestReservesItsBytesAndItsLimitAndPaysWhatItUsed) {
  Fixed model(eval::Reply{.tokens_in = 20, .tokens_out = 5});
  // 10 bytes, 16 for the message, 64 for the template, and 40 at most: 130 are reserved each time.
  EXPECT_EQ(model.most(asks(40)).tokens, 130);
  EXPECT_EQ(spend_all(model, {.tokens = 250}, 40), (Spent{.calls = 5, .tokens = 125}));
  EXPECT_EQ(model.asked, 5) << "a sixth would have had 125 left, and may need 130";
}

TEST(Allowance, WhatNobodyToldIsPaidAsItWasReserved) {
  Fixed silent(eval::Reply{.tokens_in = 20});
  EXPECT_EQ(spend_all(silent, {.tokens = 300}, 40), (Spent{.calls = 3, .tokens = 180}));
  Fixed lost(Failure{.status = eval::Status::lost});
  EXPECT_EQ(spend_all(lost, {.tokens = 300}, 40), (Spent{.calls = 2, .tokens = 260}));
}

TEST(Allowance, WithoutALimitTheReplyReserves4096OrTheLongestSoFar) {
  Fixed model(eval::Reply{.tokens_in = 20, .tokens_out = 9000});
  EXPECT_EQ(model.most(asks(std::nullopt)).tokens, 90 + 4096);
  EXPECT_EQ(spend_all(model, {.tokens = 10000}, std::nullopt).calls, 1);
  EXPECT_EQ(model.most(asks(std::nullopt)).tokens, 90 + 9000);
}

TEST(Allowance, MoneyIsTokensByTheirPrices) {
  Fixed model(eval::Reply{.tokens_in = 100, .tokens_out = 10});
  const eval::Specification plan{
      .options = json::Object{{"price", json::Object{{"in", 2}, {"out", 0.5}}}}};
  model.set_price(Price::read(plan).value());
  // A million tokens in cost 2, so one costs 2000 billionths.
  EXPECT_EQ(spend_all(model, {.calls = 1}, 40).money, 100 * 2000 + 10 * 500);
  EXPECT_EQ(model.most(asks(40)).money, 90 * 2000 + 40 * 500);
}

TEST(Price, IsTwoNumbersOrNone) {
  const auto read = [](json::Object price) {
    return Price::read({.options = json::Object{{"price", std::move(price)}}}).ok();
  };
  EXPECT_TRUE(Price::read({}).ok());
  EXPECT_TRUE(read({{"in", 0}, {"out", 1}}));
  EXPECT_FALSE(read({{"in", 1}}));
  EXPECT_FALSE(read({{"in", -1}, {"out", 1}}));
  EXPECT_FALSE(read({{"in", "1"}, {"out", 1}}));
}

}  // namespace
}  // namespace truebound::model
