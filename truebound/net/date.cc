#include "truebound/net/date.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <initializer_list>

namespace truebound::net {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char letter : text) {
    if (letter < '0' || letter > '9') return std::nullopt;
    value = value * 10 + (letter - '0');
  }
  return value;
}

std::optional<unsigned> month_number(std::string_view name) {
  for (unsigned i = 0; i < month_names.size(); ++i) {
    if (month_names[i] == name) return i + 1;
  }
  return std::nullopt;
}

}  // namespace

std::string http_date(std::int64_t time_ms) {
  const sys_time<milliseconds> time{milliseconds(time_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                day_names[weekday(day).c_encoding()].data(), static_cast<unsigned>(date.day()),
                month_names[static_cast<unsigned>(date.month()) - 1].data(),
                static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != form.size() || text.substr(25) != " GMT") return std::nullopt;
  for (const std::size_t at : std::initializer_list<std::size_t>{3, 4, 7, 11, 16, 19, 22}) {
    if (text[at] != form[at]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    return digits(text.substr(at, size));
  };
  const auto month = month_number(text.substr(8, 3));
  const auto dom = number(5, 2);
  const auto year_number = number(12, 4);
  const auto hour = number(17, 2);
  const auto minute = number(20, 2);
  const auto second = number(23, 2);
  if (!month || !dom || !year_number || !hour || !minute || !second) return std::nullopt;
  const year_month_day date(year(*year_number), std::chrono::month(*month),
                            day(static_cast<unsigned>(*dom)));
  constexpr int leap_second = 60;
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > leap_second) return std::nullopt;
  const auto time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

}  // namespace truebound::net
