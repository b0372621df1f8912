#include "truebound/model/pace.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace truebound::model {
namespace {

constexpr double first_window = 8;
constexpr std::int64_t minute_us = 60'000'000;

}  // namespace

Pace::Pace(PaceLimits limits)
    : limits_(limits), window_(std::min<double>(first_window, limits.most)) {}

bool Pace::admit(std::int64_t now_us, std::int64_t tokens) {
  if (now_us < closed_until_us_ || under_way_ >= window()) return false;
  if (!is_within_minute(now_us, tokens)) return false;
  if (++under_way_ >= window()) filled_at_us_ = now_us;
  if (limits_.requests_a_minute || limits_.tokens_a_minute) {
    minute_.push_back({.at_us = now_us, .tokens = tokens});
    minute_tokens_ += tokens;
  }
  return true;
}

bool Pace::is_within_minute(std::int64_t now_us, std::int64_t tokens) {
  while (!minute_.empty() && minute_.front().at_us + minute_us <= now_us) {
    minute_tokens_ -= minute_.front().tokens;
    minute_.pop_front();
  }
  // A request larger than the limit by itself goes when it is alone.
  if (minute_.empty()) return true;
  const auto requests = static_cast<std::int64_t>(minute_.size());
  if (limits_.requests_a_minute && requests >= *limits_.requests_a_minute) return false;
  return !limits_.tokens_a_minute || minute_tokens_ + tokens <= *limits_.tokens_a_minute;
}

void Pace::end(const Ended& ended) {
  --under_way_;
  correct(ended);
  if (ended.asked_to_wait) {
    const std::int64_t wait_us = std::chrono::microseconds(*ended.asked_to_wait).count();
    closed_until_us_ = std::max(closed_until_us_, ended.now_us + wait_us);
  }
  constexpr double half = 0.5;
  switch (ended.sign) {
    case Sign::good:
      grow(ended);
      look_at_latency(ended);
      break;
    case Sign::busy:
    case Sign::slow:
      shrink(ended, half, 1);
      break;
    case Sign::none:
      break;
  }
}

void Pace::correct(const Ended& ended) {
  if (!ended.tokens) return;
  const auto sent = std::ranges::find(minute_, ended.started_us, &Sent::at_us);
  if (sent == minute_.end()) return;
  minute_tokens_ += *ended.tokens - sent->tokens;
  sent->tokens = *ended.tokens;
}

void Pace::grow(const Ended& ended) {
  // A window that was not filled says nothing of what the endpoint bears.
  if (filled_at_us_ < ended.started_us) return;
  window_ = std::min<double>(limits_.most, window_ + (has_had_trouble_ ? 1 / window_ : 1));
}

void Pace::shrink(const Ended& ended, double factor, double least) {
  // What left before the window shrank tells of the window before.
  if (ended.started_us <= shrunk_at_us_) return;
  has_had_trouble_ = true;
  shrunk_at_us_ = ended.now_us;
  answers_since_ = 0;
  window_ = std::max(std::min(window_, least), window_ * factor);
}

void Pace::look_at_latency(const Ended& ended) {
  // So that an answer of one word is not taken for a slow one.
  constexpr double tokens_of_overhead = 20;
  constexpr double weight = 0.2;
  constexpr double too_slow = 3;
  constexpr double two_thirds = 2.0 / 3;
  constexpr double least = 4;
  const double tokens = static_cast<double>(ended.tokens_out.value_or(0)) + tokens_of_overhead;
  const double now = static_cast<double>(ended.now_us - ended.started_us) / tokens;
  token_us_ = token_us_ == 0 ? now : token_us_ + weight * (now - token_us_);
  lowest_token_us_ = lowest_token_us_ == 0 ? token_us_ : std::min(lowest_token_us_, token_us_);
  if (++answers_since_ < window() || token_us_ <= too_slow * lowest_token_us_) return;
  shrink(ended, two_thirds, least);
}

}  // namespace truebound::model
