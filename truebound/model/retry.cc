#include "truebound/model/retry.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "truebound/core/random.h"
#include "truebound/net/date.h"
#include "truebound/net/http.h"

namespace truebound::model {
namespace {

using std::chrono::milliseconds;

// A day is longer than any call may take, so more digits say nothing more.
constexpr double longest_s = 86400;

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  double scale = 0;
  if (text.empty() || text.front() == '.') return std::nullopt;
  for (const char letter : text) {
    if (letter == '.' && scale == 0) {
      scale = 1;
    } else if (letter < '0' || letter > '9') {
      return std::nullopt;
    } else if (scale == 0) {
      value = std::min(value * 10 + (letter - '0'), 1e12);
    } else {
      scale /= 10;
      value += scale * (letter - '0');
    }
  }
  return value;
}

milliseconds from_seconds(double seconds) {
  constexpr double ms_per_s = 1000;
  return milliseconds(static_cast<std::int64_t>(std::min(seconds, longest_s) * ms_per_s));
}

}  // namespace

bool is_passing(int status) {
  constexpr int timeout = 408;
  constexpr int too_many = 429;
  constexpr int first_of_server = 500;
  return status == timeout || status == too_many || status >= first_of_server;
}

std::optional<milliseconds> asked_to_wait(const net::Headers& headers, std::int64_t now_ms) {
  constexpr double ms_per_s = 1000;
  if (const auto ms = decimal(net::find_header(headers, "retry-after-ms"))) {
    return from_seconds(*ms / ms_per_s);
  }
  const std::string_view value = net::find_header(headers, "retry-after");
  if (const auto seconds = decimal(value)) return from_seconds(*seconds);
  const auto date_ms = net::parse_http_date(value);
  if (!date_ms) return std::nullopt;
  return from_seconds(static_cast<double>(std::max<std::int64_t>(0, *date_ms - now_ms)) / ms_per_s);
}

milliseconds pause_before(int retry, Cause cause, RandomStream& stream) {
  constexpr double cap_ms = 8000;
  const double first_ms = cause == Cause::broke ? 100 : 500;
  double longest_ms = first_ms;
  for (int i = 0; i < retry; ++i) {
    longest_ms = std::min(longest_ms * 2, cap_ms);
  }
  return milliseconds(static_cast<std::int64_t>(longest_ms * (0.5 + stream.uniform() / 2)));
}

}  // namespace truebound::model
