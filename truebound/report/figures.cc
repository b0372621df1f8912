#include "truebound/report/figures.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/text/utf8.h"

namespace truebound::report {
namespace {

constexpr const char* minus = "\u2212";
constexpr const char* dash = "\u2013";

// Tenths of a percent. A product such as 0.093 * 1000 may miss its whole number by a last bit,
// which is no reason to go to the next one.
std::int64_t per_mille(double proportion, Rounding rounding) {
  TRUEBOUND_CHECK(std::isfinite(proportion), "a number in a report is finite");
  const double exact = proportion * 1000;
  const double nearest = std::round(exact);
  if (rounding == Rounding::nearest || std::abs(exact - nearest) < 1e-9) {
    return static_cast<std::int64_t>(nearest);
  }
  return static_cast<std::int64_t>(rounding == Rounding::down ? std::floor(exact)
                                                              : std::ceil(exact));
}

std::string tenths(std::int64_t value) {
  const std::int64_t size = std::abs(value);
  const std::string digits = std::to_string(size / 10) + "." + std::to_string(size % 10);
  return value < 0 ? minus + digits : digits;
}

std::chrono::sys_time<std::chrono::milliseconds> moment(std::int64_t time_ms) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time_ms));
}

constexpr std::array<const char*, 12> months = {"January",   "February", "March",    "April",
                                                "May",       "June",     "July",     "August",
                                                "September", "October",  "November", "December"};

std::string date_text(int year, unsigned month, unsigned day) {
  return std::to_string(day) + " " + months.at(month - 1) + " " + std::to_string(year);
}

// The number that a part of `2026-12-31` is, or 0.
unsigned number_at(const std::string& text, std::size_t at, std::size_t size) {
  unsigned number = 0;
  const char* end = text.data() + at + size;
  const auto read = std::from_chars(text.data() + at, end, number);
  return read.ptr == end ? number : 0;
}

}  // namespace

std::string percent(double proportion, Rounding rounding) {
  return tenths(per_mille(proportion, rounding)) + "%";
}

std::string percent_range(double lower, double upper) {
  if (lower <= 0 && upper >= 1) return std::string("0") + dash + "100%";
  return tenths(per_mille(lower, Rounding::down)) + dash + percent(upper, Rounding::up);
}

std::string exact_percent(double proportion) {
  TRUEBOUND_CHECK(std::isfinite(proportion), "a number in a report is finite");
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.6f", proportion * 100);
  std::string text = digits;
  while (text.ends_with('0')) {
    text.pop_back();
  }
  if (text.ends_with('.')) text.pop_back();
  return (text.starts_with('-') ? minus + text.substr(1) : text) + "%";
}

std::string points(double difference, Rounding rounding) {
  const std::int64_t value = per_mille(difference, rounding);
  return value > 0 ? "+" + tenths(value) : tenths(value);
}

std::string whole(std::int64_t count) {
  std::string digits = std::to_string(count < 0 ? -count : count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return count < 0 ? minus + digits : digits;
}

std::string one_decimal(double number) {
  TRUEBOUND_CHECK(std::isfinite(number), "a number in a report is finite");
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.1f", number);
  return digits;
}

std::string three_decimals(std::int64_t right, std::int64_t all) {
  if (all <= 0) return "none labeled";
  char digits[16];
  std::snprintf(digits, sizeof digits, "%.3f",
                static_cast<double>(right) / static_cast<double>(all));
  return digits;
}

std::string p_value(double p) {
  if (p < 0.0001) return "< 0.0001";
  char digits[16];
  std::snprintf(digits, sizeof digits, p < 0.01 ? "%.4f" : "%.2f", p);
  return digits;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  const std::string plural = many.empty() ? std::string(one) + "s" : std::string(many);
  return whole(count) + " " + (count == 1 ? std::string(one) : plural);
}

std::string date(std::int64_t time_ms) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(moment(time_ms)));
  return date_text(static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                   static_cast<unsigned>(day.day()));
}

std::string clock_time(std::int64_t time_ms) {
  const auto since_midnight =
      moment(time_ms) - std::chrono::floor<std::chrono::days>(moment(time_ms));
  const std::int64_t minutes =
      std::chrono::duration_cast<std::chrono::minutes>(since_midnight).count();
  char digits[16];
  std::snprintf(digits, sizeof digits, "%02d:%02d", static_cast<int>(minutes / 60),
                static_cast<int>(minutes % 60));
  return digits;
}

std::string date_of_plan(const std::string& iso_date) {
  if (iso_date.size() != 10 || iso_date[4] != '-' || iso_date[7] != '-') return iso_date;
  const unsigned year = number_at(iso_date, 0, 4);
  const unsigned month = number_at(iso_date, 5, 2);
  const unsigned day = number_at(iso_date, 8, 2);
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > 31) return iso_date;
  return date_text(static_cast<int>(year), month, day);
}

std::string clip(const std::string& text, std::size_t length) {
  std::size_t at = 0;
  for (std::size_t seen = 0; seen < length && at < text.size(); ++seen) {
    at += text::code_point_at(text, at).size;
  }
  return at < text.size() ? text.substr(0, at) + "\u2026" : text;
}

}  // namespace truebound::report
