#include "truebound/core/clock.h"

#include <chrono>
#include <cstdio>

namespace truebound {
namespace {

template <class Unit, class ClockType>
std::int64_t since_start() {
  return std::chrono::duration_cast<Unit>(ClockType::now().time_since_epoch()).count();
}

}  // namespace

std::int64_t SystemClock::time_ms() {
  return since_start<std::chrono::milliseconds, std::chrono::system_clock>();
}

std::int64_t SystemClock::steady_us() {
  return since_start<std::chrono::microseconds, std::chrono::steady_clock>();
}

std::string date_of(std::int64_t time_ms) {
  return date_and_time_of(time_ms).substr(0, 10);
}

std::string date_and_time_of(std::int64_t time_ms) {
  using std::chrono::days;
  using std::chrono::minutes;
  const std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds{time_ms}};
  const auto day = std::chrono::floor<days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<minutes>(point - day)};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
  return text;
}

}  // namespace truebound
