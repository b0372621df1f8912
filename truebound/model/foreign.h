#pragma once

// What servers send, before any protocol: JSON with broken characters, errors in the shapes that
// are in use, streams of server-sent events. Internal to the providers over HTTP.

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/json/value.h"

namespace truebound::model {

/// An error that a server reports in a body, whatever the status.
struct ForeignError {
  std::string message;
  std::string code;  ///< as text, also where it is a number
  std::string type;
  std::string param;          ///< the key of the request that it does not like
  std::optional<int> status;  ///< where a code or a type says one of HTTP
};

/// The error in a body, or nothing.
std::optional<ForeignError> foreign_error(const json::Value& body);

/// Whether an error is a block by the provider's own filter.
bool is_filter(const ForeignError& error);

/// Whether an error says that the server is overloaded, whatever its status and type.
bool is_overload(const ForeignError& error);

/// JSON as servers send it: broken UTF-8 and lone surrogates become U+FFFD.
Result<json::Value> parse_foreign_json(std::string_view body);

/// The data of each event of a stream of server-sent events, in order; comments and unknown fields
/// are passed over. A last event that no empty line ends was cut: it is given too, and an error of
/// its reader is no error.
/// @error what `take` gives
Result<void> read_events(std::string_view stream,
                         const std::function<Result<void>(const std::string& data)>& take);

/// A text as it is; other JSON in its canonical form; nothing as an empty text.
std::string text_of(const json::Value* value);
/// A whole number >= 0, or nothing.
std::optional<std::int64_t> count_of(const json::Value* value);
/// Whether a word is one of a list.
bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list);

}  // namespace truebound::model
