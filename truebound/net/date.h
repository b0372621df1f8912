#pragma once

// Dates as HTTP writes them: `Wed, 25 Nov 2026 13:37:00 GMT`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace truebound::net {

/// Milliseconds since 1970 in UTC as a date of HTTP, to the second.
std::string http_date(std::int64_t time_ms);

/// A date of HTTP in its one current form, or nothing: also for a day that no calendar has, and
/// for a year that has not four digits.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace truebound::net
