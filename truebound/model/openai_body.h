#pragma once

// The bodies of OpenAI's chat completions, in both directions, without a network: what is sent for
// a request, and what an answer says, whole or as a stream of events. Servers of this protocol
// differ; what they send is read as widely as it can be without guessing what the model said.

#include <cstdint>
#include <optional>
#include <string>

#include "truebound/model/model.h"
#include "truebound/net/http.h"

namespace truebound::model {

/// How an endpoint wants to be asked.
struct OpenaiDialect {
  std::string place;  ///< `models.assistant`, for messages
  std::string url;    ///< the whole address without its query, for messages
  std::string name;   ///< of the model
  std::string token_limit_name = "max_tokens";
  json::Value extra_body = json::Object{};
  std::string secret;  ///< what must be in no text of ours; empty: nothing
  enum class OtherModel { refused, allowed } other_model = OtherModel::refused;
  enum class Delivery { whole, streamed } delivery = Delivery::whole;
};

/// The body for a request: parameters that the request does not name are not in it.
std::string openai_request(const OpenaiDialect& dialect, const Request& request);

/// What an answer says, and whether asking again may give another. A failure's message is one line.
struct OpenaiReading {
  Answer answer;
  enum class Next { done, may_ask_again } next = Next::done;
};

/// Reads an answer. A block by the provider's own filter is a reply with Finish::filter.
/// @param max_tokens  the limit that was sent: an answer of that length is taken as cut, whatever
///                    the server says of its end
OpenaiReading read_openai(const OpenaiDialect& dialect, const net::Response& response,
                          std::optional<std::int64_t> max_tokens);

/// A text without the dialect's secret.
std::string without_secret(const OpenaiDialect& dialect, std::string text);

/// A piece of foreign text for a message: at most 200 characters, nothing hidden, in quotes.
std::string quoted_piece(std::string_view text);

}  // namespace truebound::model
