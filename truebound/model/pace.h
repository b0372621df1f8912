#pragma once

// How fast an endpoint is asked: as many requests at once as it bears, found out by additive
// increase and multiplicative decrease, as TCP does it. The window grows by one a round of good
// answers (by one an answer until the first trouble), and is halved when the endpoint refuses for
// now (429, 5xx) or does not answer in time, once a round. When the time a token takes, smoothed,
// rises to three times its lowest, the window shrinks by a third, but not below 4: a false alarm
// costs no more. `Retry-After` closes the endpoint for all. Time is a parameter: no clock here.
// @source Chiu and Jain (1989), "Analysis of the increase and decrease algorithms"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace truebound::model {

/// What the plan says of it.
struct PaceLimits {
  int most = 64;                                  ///< requests at once, >= 1
  std::optional<std::int64_t> requests_a_minute;  ///< in any 60 s
  std::optional<std::int64_t> tokens_a_minute;    ///< in any 60 s, in and out
};

/// What the end of a request tells of the endpoint: it answered; it refuses for now; it did not
/// answer in time; nothing (the connection broke, we gave up).
enum class Sign { good, busy, slow, none };

/// A request that has ended. Times in microseconds of a steady clock.
struct Ended {
  std::int64_t started_us = 0;
  std::int64_t now_us = 0;
  Sign sign = Sign::none;
  std::optional<std::int64_t> tokens_out;  ///< of a good answer, if told
  std::optional<std::int64_t> tokens;      ///< in and out, if told: takes the place of the guess
  std::optional<std::chrono::milliseconds> asked_to_wait;
};

/// The pace of one endpoint. One thread.
class Pace {
 public:
  explicit Pace(PaceLimits limits);

  /// Whether one more request may leave now; if so, it is counted as under way.
  /// @param tokens  a guess of what it will use, in and out
  bool admit(std::int64_t now_us, std::int64_t tokens);
  /// A request that was admitted has ended.
  void end(const Ended& ended);

  /// Until when the endpoint has asked to be left alone.
  std::int64_t closed_until_us() const { return closed_until_us_; }
  /// Requests that may be under way at once, >= 1.
  int window() const { return static_cast<int>(window_); }
  int under_way() const { return under_way_; }

 private:
  struct Sent {
    std::int64_t at_us = 0;
    std::int64_t tokens = 0;
  };

  bool is_within_minute(std::int64_t now_us, std::int64_t tokens);
  void correct(const Ended& ended);
  void grow(const Ended& ended);
  void shrink(const Ended& ended, double factor, double least);
  void look_at_latency(const Ended& ended);

  PaceLimits limits_;
  double window_;
  int under_way_ = 0;
  bool has_had_trouble_ = false;
  std::int64_t shrunk_at_us_ = -1;
  std::int64_t filled_at_us_ = -1;  // when as many as the window were last under way
  std::int64_t closed_until_us_ = 0;
  std::deque<Sent> minute_;
  std::int64_t minute_tokens_ = 0;
  double token_us_ = 0;         // microseconds a token, smoothed; 0: none yet
  double lowest_token_us_ = 0;  // the lowest of it
  int answers_since_ = 0;       // good answers since the window shrank
};

}  // namespace truebound::model
