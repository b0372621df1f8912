#pragma once

// Numbers and dates as the report prints them. Proportions become percent here and nowhere else.
// Bounds are rounded away from what they claim, estimates to the nearest; the dash in intervals
// and the minus are real ones. The text never has more digits than the JSON.

#include <cstdint>
#include <string>
#include <string_view>

namespace truebound::report {

/// Where a number goes that one decimal cannot hold.
enum class Rounding { nearest, down, up };

/// A proportion as percent with one decimal: `22.1%`.
std::string percent(double proportion, Rounding rounding = Rounding::nearest);

/// An interval of proportions, lower down and upper up: `27.8–54.3%`; `0–100%` when it is all.
std::string percent_range(double lower, double upper);

/// A proportion that a plan asked for, with all its digits: `5%`, `12.5%`, `98.75%`.
std::string exact_percent(double proportion);

/// A difference of two proportions in percentage points: `+35.7`, `−9.6`, `0.0`.
std::string points(double difference, Rounding rounding = Rounding::nearest);

/// A count with commas between the thousands: `98,362,432`.
std::string whole(std::int64_t count);

/// An effective size, one decimal: `99.3`.
std::string one_decimal(double number);

/// Right of all as a proportion: `0.965`. Without a denominator: `none labeled`.
std::string three_decimals(std::int64_t right, std::int64_t all);

/// `0.73`, or `< 0.0001`.
std::string p_value(double p);

/// `1 sample`, `12 samples`; `many` only where the plural is not the singular and an s.
std::string counted(std::int64_t count, std::string_view one, std::string_view many = "");

/// `24 November 2026`, UTC.
std::string date(std::int64_t time_ms);

/// `09:12`, UTC.
std::string clock_time(std::int64_t time_ms);

/// `2026-12-31` as `31 December 2026`; another text as it stands.
std::string date_of_plan(const std::string& iso_date);

/// The first `length` characters of a text, with `…` where it was longer.
std::string clip(const std::string& text, std::size_t length = 80);

}  // namespace truebound::report
