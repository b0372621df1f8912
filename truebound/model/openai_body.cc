#include "truebound/model/openai_body.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/foreign.h"
#include "truebound/model/model.h"
#include "truebound/model/openai_parts.h"
#include "truebound/model/protocol.h"
#include "truebound/net/http.h"

namespace truebound::model {
namespace {

/// Reads one answer.
class OpenaiReader : AnswerReader {
 public:
  OpenaiReader(const Dialect& dialect, const net::Response& response,
               std::optional<std::int64_t> max_tokens)
      : AnswerReader(dialect, response), max_tokens_(max_tokens) {}

  Reading read() const {
    if (is_answer() && has_events()) return read_stream();
    const auto body = parse_foreign_json(response().body);
    if (!body.ok() || body.value().object() == nullptr) return no_json();
    OpenaiParts parts;
    parts.add(body.value());
    if (!is_answer() && !parts.error) parts.error = ForeignError{.message = "no reason given"};
    if (parts.error) return refused(*parts.error);
    if (!parts.has_choice) return failed(eval::Status::malformed, "expected one choice, got none");
    return answered(parts);
  }

 private:
  Reading read_stream() const {
    const auto parts = read_openai_stream(response().body);
    if (!parts.ok()) return cut("an event of the stream is no JSON", "");
    if (parts.value().error) return refused(*parts.value().error);
    if (parts.value().finish.empty() && !parts.value().has_end_marker) {
      return cut("the stream ended without its end", parts.value().text);
    }
    return answered(parts.value());
  }

  Reading answered(const OpenaiParts& parts) const {
    if (is_other_model(parts.served)) return other_model(parts.served);
    if (is_one_of(parts.finish, {"insufficient_system_resource", "error", "abort"})) {
      return cut("the server broke off (" + parts.finish + ")", parts.text);
    }
    eval::Reply reply{.text = parts.text,
                      .thinking = parts.thinking,
                      .finish = finish_of(parts),
                      .tokens_in = parts.tokens_in,
                      .tokens_out = parts.tokens_out,
                      .served = parts.served};
    // What stands in their own fields is the answer where there is no other.
    if (reply.text.empty()) reply.text = parts.refusal;
    if (reply.text.empty()) reply.text = parts.tool_calls;
    return {.answer = cleaned(std::move(reply))};
  }

  eval::Finish finish_of(const OpenaiParts& parts) const {
    if (is_one_of(parts.finish, {"content_filter", "safety", "SAFETY"})) {
      return eval::Finish::filter;
    }
    if (is_one_of(parts.finish, {"length", "max_tokens", "model_length"})) {
      return eval::Finish::length;
    }
    // Some servers say "stop" of every answer.
    if (max_tokens_ && parts.tokens_out && *parts.tokens_out >= *max_tokens_) {
      return eval::Finish::length;
    }
    const bool is_end =
        is_one_of(parts.finish, {"stop", "eos", "end_turn", "tool_calls", "function_call"});
    return is_end ? eval::Finish::stop : eval::Finish::unknown;
  }

  std::optional<std::int64_t> max_tokens_;
};

}  // namespace

std::string openai_request(const Dialect& dialect, const Request& request) {
  json::List messages;
  for (const eval::Message& message : request.messages) {
    messages.push_back(json::Object{{"role", to_text(message.role)}, {"content", message.text}});
  }
  json::Value body = json::Object{{"model", dialect.name}, {"messages", std::move(messages)}};
  return finished_body(std::move(body), dialect, request);
}

Reading read_openai(const Dialect& dialect, const net::Response& response,
                    std::optional<std::int64_t> max_tokens) {
  return OpenaiReader(dialect, response, max_tokens).read();
}

}  // namespace truebound::model
