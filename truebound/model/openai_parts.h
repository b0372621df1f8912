#pragma once

// What the pieces of a chat completion add up to, before it is judged complete. Internal to the
// provider `openai`.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/model/foreign.h"

namespace truebound::model {

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
  std::optional<ForeignError> error;

  /// Adds a whole completion, or a chunk of one.
  void add(const json::Value& body);

 private:
  void add_message(const json::Value& message);
  void add_content(const json::Value& content);
};

/// The parts of a stream of server-sent events.
/// @error invalid_input  an event that is no JSON
Result<OpenaiParts> read_openai_stream(std::string_view stream);

}  // namespace truebound::model
