#pragma once

// What providers over HTTP have in common: how an endpoint wants to be asked, what an answer is
// read as, and the reading of all that is no answer. A protocol is two functions, without a
// network.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "truebound/model/foreign.h"
#include "truebound/model/model.h"
#include "truebound/net/http.h"

namespace truebound::model {

/// How an endpoint wants to be asked.
struct Dialect {
  std::string place;  ///< `models.assistant`, for messages
  std::string url;    ///< the whole address without its query, for messages
  std::string name;   ///< of the model
  std::string token_limit_name = "max_tokens";
  json::Value extra_body = json::Object{};
  std::string secret;  ///< what must be in no text of ours; empty: nothing
  enum class OtherModel { refused, allowed } other_model = OtherModel::refused;
  enum class Delivery { whole, streamed } delivery = Delivery::whole;
};

/// What an answer says, and whether asking again may give another. A failure's message is one line.
struct Reading {
  Answer answer;
  enum class Next { done, may_ask_again } next = Next::done;
};

/// Both directions of a protocol.
struct Protocol {
  /// The body for a request: parameters that the request does not name are not in it.
  std::string (*request)(const Dialect& dialect, const Request& request) = nullptr;
  /// Reads an answer. A block by the provider's own filter is a reply with Finish::filter.
  /// @param max_tokens  the limit that was sent: an answer of that length is taken as cut, whatever
  ///                    the server says of its end
  Reading (*read)(const Dialect& dialect, const net::Response& response,
                  std::optional<std::int64_t> max_tokens) = nullptr;
};

/// A protocol's own body with what all share: sampling, the token limit under the dialect's name
/// for it, streaming, and the plan's extra fields last. What a request does not name is not in it.
std::string finished_body(json::Value body, const Dialect& dialect, const Request& request);

/// A text without the dialect's secret.
std::string without_secret(const Dialect& dialect, std::string text);

/// A piece of foreign text for a message: at most 200 characters, nothing hidden, in quotes.
std::string quoted_piece(std::string_view text);

/// Reads what is no answer: errors, pages, breaks. Each protocol's reader stands on it.
class AnswerReader {
 public:
  AnswerReader(const Dialect& dialect, const net::Response& response)
      : dialect_(dialect), response_(response) {}

 protected:
  bool is_answer() const { return response_.status >= 200 && response_.status < 300; }
  bool has_events() const;

  /// An error in the body, with any status: some gateways answer 200.
  Reading refused(const ForeignError& error) const;
  /// Nothing that can be read.
  Reading no_json() const;
  /// What came before a break is told, and never judged.
  Reading cut(const std::string& how, const std::string& text) const;
  Reading failed(eval::Status status, const std::string& words, Scope scope = Scope::call) const;

  /// Another model answered than was asked, and the plan does not take it.
  bool is_other_model(const std::string& served) const;
  Reading other_model(const std::string& served) const;

  /// A reply with the secret in none of its texts.
  eval::Reply cleaned(eval::Reply reply) const;
  /// A piece of a foreign text for a message, without the secret.
  std::string piece(std::string_view text) const;

  const Dialect& dialect() const { return dialect_; }
  const net::Response& response() const { return response_; }

 private:
  Scope scope_of(int status, const ForeignError& error) const;
  bool blames_the_plan(const ForeignError& error) const;

  const Dialect& dialect_;
  const net::Response& response_;
};

}  // namespace truebound::model
