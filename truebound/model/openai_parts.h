#pragma once

// What the pieces of a chat completion add up to, before it is judged complete. Internal to the
// provider `openai`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/value.h"

namespace truebound::model {

/// An error that a server reports in a body, whatever the status.
struct OpenaiError {
  std::string message;
  std::string code;  ///< as text, also where it is a number
  std::string type;
  std::string param;          ///< the key of the request that it does not like
  std::optional<int> status;  ///< where the code is one of HTTP
};

/// The error in a body, or nothing.
std::optional<OpenaiError> openai_error(const json::Value& body);

/// The pieces so far.
struct OpenaiParts {
  std::string text;
  std::string thinking;
  std::string refusal;
  std::string tool_calls;
  std::string finish;  ///< the server's word; empty: none
  std::string served;
  std::optional<std::int64_t> tokens_in;
  std::optional<std::int64_t> tokens_out;
  bool has_choice = false;
  bool has_end_marker = false;  ///< `[DONE]` of a stream
  std::optional<OpenaiError> error;

  /// Adds a whole completion, or a chunk of one.
  void add(const json::Value& body);

 private:
  void add_message(const json::Value& message);
  void add_content(const json::Value& content);
};

/// The parts of a stream of server-sent events; comments and unknown fields are passed over.
/// @error invalid_input  an event that is no JSON
Result<OpenaiParts> read_events(std::string_view stream);

/// JSON as servers send it: broken UTF-8 and lone surrogates become U+FFFD.
Result<json::Value> parse_foreign_json(std::string_view body);

}  // namespace truebound::model
