#pragma once

// When to ask a server again: as it says, else after a pause that doubles, with jitter, so that
// many clients do not come back at once.

#include <chrono>
#include <cstdint>
#include <optional>

#include "truebound/core/random.h"
#include "truebound/net/http.h"

namespace truebound::model {

/// A request is sent once, and again at most so many times.
constexpr int most_retries = 5;

/// Statuses that may be other at the next try: 408, 429 and all from 500.
bool is_passing(int status);

/// What `retry-after-ms` or `retry-after` asks to wait, in seconds or as a date; nothing where
/// there is none, and where it is no time of any calendar.
/// @param now_ms  milliseconds since 1970, to which a date is compared
std::optional<std::chrono::milliseconds> asked_to_wait(const net::Headers& headers,
                                                       std::int64_t now_ms);

/// Why a request is repeated: the server refuses for now, or the connection broke.
enum class Cause { refused_for_now, broke };

/// The pause before retry number `retry` (from 0): 0.5 s (0.1 s where a connection broke), doubled
/// each time, at most 8 s, and of that between half and all, drawn from `stream`.
std::chrono::milliseconds pause_before(int retry, Cause cause, RandomStream& stream);

}  // namespace truebound::model
