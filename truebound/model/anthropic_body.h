#pragma once

// The bodies of Anthropic's messages, in both directions, without a network: what is sent for a
// request, and what an answer says, whole or as a stream of events.

#include <cstdint>
#include <optional>
#include <string>

#include "truebound/model/protocol.h"

namespace truebound::model {

/// As Protocol::request. Messages of the role system, wherever they stand, are joined in the field
/// `system`, with an empty line between.
std::string anthropic_request(const Dialect& dialect, const Request& request);

/// As Protocol::read. Text blocks are the answer, thinking is kept apart, and where there is no
/// text, the calls of tools stand in for it. Tokens in count what was read from a cache too.
Reading read_anthropic(const Dialect& dialect, const net::Response& response,
                       std::optional<std::int64_t> max_tokens);

}  // namespace truebound::model
