#pragma once

// What calls to models cost: in all rooms the same three counts, whole numbers, so that sums are
// exact in whatever order they are made.

#include <cstdint>

#include "truebound/json/fields.h"

namespace truebound::eval {

/// Requests, tokens in and out, and money in billionths of the currency of the prices. All >= 0.
struct Spent {
  std::int64_t calls = 0;
  std::int64_t tokens = 0;
  std::int64_t money = 0;

  Spent& operator+=(const Spent& other) {
    calls += other.calls;
    tokens += other.tokens;
    money += other.money;
    return *this;
  }
  Spent& operator-=(const Spent& other) {
    calls -= other.calls;
    tokens -= other.tokens;
    money -= other.money;
    return *this;
  }
  friend Spent operator+(Spent a, const Spent& b) { return a += b; }
  friend Spent operator-(Spent a, const Spent& b) { return a -= b; }
  friend Spent operator*(Spent a, std::int64_t times) {
    return {.calls = a.calls * times, .tokens = a.tokens * times, .money = a.money * times};
  }
  friend bool operator==(const Spent&, const Spent&) = default;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("calls", calls, "requests to models, repeated ones too");
    visit("tokens", tokens, "tokens in and out; what nobody told counts as was reserved");
    visit("money", money, "in billionths of the currency of the prices");
  }
};

}  // namespace truebound::eval
