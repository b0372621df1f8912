#pragma once

// Time as a parameter: nothing asks the machine for the time on its own, so a test can.

#include <cstdint>
#include <string>

namespace truebound {

/// Tells the time. Thread safety: of both methods, any thread may call them.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Milliseconds since 1970-01-01 UTC.
  virtual std::int64_t time_ms() = 0;
  /// Microseconds since some fixed start; never goes back. For durations.
  virtual std::int64_t steady_us() = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  std::int64_t time_ms() override;
  std::int64_t steady_us() override;
};

/// A clock that a test sets: each look at it moves it on by one millisecond.
class StepClock final : public Clock {
 public:
  explicit StepClock(std::int64_t start_ms) : now_ms_(start_ms) {}
  std::int64_t time_ms() override { return now_ms_++; }
  std::int64_t steady_us() override { return now_ms_++ * 1000; }

 private:
  std::int64_t now_ms_;
};

/// `2026-11-25` in UTC.
std::string date_of(std::int64_t time_ms);
/// `2026-11-25 13:37` in UTC.
std::string date_and_time_of(std::int64_t time_ms);

}  // namespace truebound
