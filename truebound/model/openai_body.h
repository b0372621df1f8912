#pragma once

// The bodies of OpenAI's chat completions, in both directions, without a network: what is sent for
// a request, and what an answer says, whole or as a stream of events. Servers of this protocol
// differ; what they send is read as widely as it can be without guessing what the model said.

#include <cstdint>
#include <optional>
#include <string>

#include "truebound/model/protocol.h"

namespace truebound::model {

/// As Protocol::request.
std::string openai_request(const Dialect& dialect, const Request& request);

/// As Protocol::read.
Reading read_openai(const Dialect& dialect, const net::Response& response,
                    std::optional<std::int64_t> max_tokens);

}  // namespace truebound::model
