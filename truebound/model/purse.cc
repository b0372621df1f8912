#include "truebound/model/purse.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "truebound/core/task.h"
#include "truebound/eval/spent.h"

namespace truebound::model {
namespace {

bool is_within(const SpendingLimits& limits, const eval::Spent& sum) {
  const auto fits = [](std::int64_t part, const std::optional<std::int64_t>& limit) {
    return !limit || part <= *limit;
  };
  return fits(sum.calls, limits.calls) && fits(sum.tokens, limits.tokens) &&
         fits(sum.money, limits.money);
}

eval::Spent lacking(const eval::Spent& wanted, const eval::Spent& there) {
  const auto part = [](std::int64_t more, std::int64_t less) {
    return std::max<std::int64_t>(0, more - less);
  };
  return {.calls = part(wanted.calls, there.calls),
          .tokens = part(wanted.tokens, there.tokens),
          .money = part(wanted.money, there.money)};
}

}  // namespace

Purse::Reserved Purse::reserve(const eval::Spent& most) {
  const eval::Spent gone = spent_ + aside_;
  if (!is_within(limits_, gone + most)) return Reserved::never;
  if (!is_within(limits_, gone + held_ + under_way_ + most)) return Reserved::not_now;
  held_ += most;
  return Reserved::yes;
}

void Purse::release(const eval::Spent& reserved) {
  held_ -= reserved;
}

void Purse::dispatch(const eval::Spent& most) {
  held_ -= most;
  under_way_ += most;
  ++requests_;
}

void Purse::settle(const eval::Spent& most, const eval::Spent& real) {
  under_way_ -= most;
  spent_ += real;
  --requests_;
}

void Purse::lay_aside(const eval::Spent& reserved) {
  held_ -= reserved;
  aside_ += reserved;
}

void Purse::take_up(const eval::Spent& reserved) {
  aside_ -= reserved;
  held_ += reserved;
}

Task<bool> Allowance::take(eval::Spent most) {
  constexpr std::chrono::milliseconds look_every{5};
  const eval::Spent more = lacking(most, left_);
  // Set apart before anything is waited for: an attempt may ask several at once.
  const eval::Spent covered = most - more;
  left_ -= covered;
  if (more != eval::Spent{}) {
    Purse::Reserved reserved = purse_.reserve(more);
    while (reserved == Purse::Reserved::not_now && purse_.is_anything_under_way()) {
      co_await sleep_for(look_every);
      reserved = purse_.reserve(more);
    }
    if (reserved != Purse::Reserved::yes) {
      left_ += covered;
      co_return false;
    }
  }
  purse_.dispatch(most);
  co_return true;
}

void Allowance::lay_aside() {
  if (!is_aside_) purse_.lay_aside(left_);
  is_aside_ = true;
}

void Allowance::take_up() {
  if (is_aside_) purse_.take_up(left_);
  is_aside_ = false;
}

void Allowance::settle(const eval::Spent& most, const eval::Spent& real) {
  purse_.settle(most, real);
  spent_ += real;
}

}  // namespace truebound::model
