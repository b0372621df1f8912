#include "truebound/model/anthropic_body.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/foreign.h"
#include "truebound/model/model.h"
#include "truebound/model/protocol.h"
#include "truebound/net/http.h"

namespace truebound::model {
namespace {

/// What the pieces of a message add up to, whole or in events.
struct Parts {
  std::string text;
  std::string thinking;
  std::string tools;
  std::string stop_reason;  ///< the server's word; empty: none
  std::string served;
  std::optional<std::int64_t> tokens_in;
  std::optional<std::int64_t> tokens_out;
  bool has_message = false;
  bool has_ended = false;  ///< message_stop of a stream
  std::optional<ForeignError> error;

  /// A whole message, or the one that begins a stream.
  void add_message(const json::Value& message) {
    has_message = true;
    served = text_of(message.find("model"));
    take_end(message);
    const json::Value* content = message.find("content");
    if (content == nullptr) return;
    if (content->text() != nullptr) text += *content->text();
    if (content->list() == nullptr) return;
    for (const json::Value& block : *content->list()) {
      add_block(block);
    }
  }

  void add_event(const json::Value& event) {
    const std::string type = text_of(event.find("type"));
    if (auto found = foreign_error(event)) error = std::move(found);
    if (const json::Value* message = event.find("message");
        type == "message_start" && message != nullptr) {
      add_message(*message);
    } else if (const json::Value* block = event.find("content_block");
               type == "content_block_start" && block != nullptr) {
      add_block(*block);
    } else if (const json::Value* delta = event.find("delta"); delta != nullptr) {
      take_end(*delta);
      if (type == "content_block_delta") add_delta(*delta);
    }
    if (type == "message_delta") take_usage(event);
    has_ended = has_ended || type == "message_stop";
  }

 private:
  void take_end(const json::Value& value) {
    if (const std::string word = text_of(value.find("stop_reason")); !word.empty()) {
      stop_reason = word;
    }
    take_usage(value);
  }

  void take_usage(const json::Value& value) {
    const json::Value* usage = value.find("usage");
    if (usage == nullptr || usage->object() == nullptr) return;
    if (auto in = count_of(usage->find("input_tokens"))) {
      for (const char* key : {"cache_creation_input_tokens", "cache_read_input_tokens"}) {
        *in += count_of(usage->find(key)).value_or(0);
      }
      tokens_in = in;
    }
    if (const auto out = count_of(usage->find("output_tokens"))) tokens_out = out;
  }

  void add_block(const json::Value& block) {
    if (block.text() != nullptr) text += *block.text();
    const std::string type = text_of(block.find("type"));
    if (type == "text") text += text_of(block.find("text"));
    if (type == "thinking") thinking += text_of(block.find("thinking"));
    if (type.ends_with("tool_use")) {
      tools += text_of(block.find("name"));
      // A stream begins with an input that is empty and gives it in pieces.
      const json::Value* input = block.find("input");
      if (input != nullptr && input->object() != nullptr && !input->object()->empty()) {
        tools += json::canonical(*input);
      }
    }
  }

  void add_delta(const json::Value& delta) {
    const std::string type = text_of(delta.find("type"));
    if (type == "text_delta") text += text_of(delta.find("text"));
    if (type == "thinking_delta") thinking += text_of(delta.find("thinking"));
    if (type == "input_json_delta") tools += text_of(delta.find("partial_json"));
  }
};

/// Reads one answer.
class AnthropicReader : AnswerReader {
 public:
  AnthropicReader(const Dialect& dialect, const net::Response& response,
                  std::optional<std::int64_t> max_tokens)
      : AnswerReader(dialect, response), max_tokens_(max_tokens) {}

  Reading read() const {
    if (is_answer() && has_events()) return read_stream();
    const auto body = parse_foreign_json(response().body);
    if (!body.ok() || body.value().object() == nullptr) return no_json();
    std::optional<ForeignError> error = foreign_error(body.value());
    if (!is_answer() && !error) error = ForeignError{.message = "no reason given"};
    if (error) return refused(*error);
    if (body.value().find("content") == nullptr) {
      return failed(eval::Status::malformed, "expected a message with content, got none");
    }
    Parts parts;
    parts.add_message(body.value());
    return answered(parts);
  }

 private:
  Reading read_stream() const {
    Parts parts;
    const auto take = [&](const std::string& data) -> Result<void> {
      TRUEBOUND_TRY(event, parse_foreign_json(data));
      parts.add_event(event);
      return {};
    };
    const Result<void> taken = read_events(response().body, take);
    if (!taken.ok()) return cut("an event of the stream is no JSON", parts.text);
    if (parts.error) return refused(*parts.error);
    if (!parts.has_ended && parts.stop_reason.empty()) {
      return cut("the stream ended without its end", parts.text);
    }
    if (!parts.has_message) {
      return failed(eval::Status::malformed, "expected a message, got none");
    }
    return answered(parts);
  }

  Reading answered(const Parts& parts) const {
    if (is_other_model(parts.served)) return other_model(parts.served);
    eval::Reply reply{.text = parts.text,
                      .thinking = parts.thinking,
                      .finish = finish_of(parts),
                      .tokens_in = parts.tokens_in,
                      .tokens_out = parts.tokens_out,
                      .served = parts.served};
    if (reply.text.empty()) reply.text = parts.tools;
    return {.answer = cleaned(std::move(reply))};
  }

  // `refusal` is the provider's classifier that broke off, no word of the model.
  eval::Finish finish_of(const Parts& parts) const {
    if (parts.stop_reason == "refusal") return eval::Finish::filter;
    if (is_one_of(parts.stop_reason, {"max_tokens", "model_context_window_exceeded"})) {
      return eval::Finish::length;
    }
    if (max_tokens_ && parts.tokens_out && *parts.tokens_out >= *max_tokens_) {
      return eval::Finish::length;
    }
    const bool is_end = is_one_of(parts.stop_reason, {"end_turn", "stop_sequence", "tool_use"});
    return is_end ? eval::Finish::stop : eval::Finish::unknown;
  }

  std::optional<std::int64_t> max_tokens_;
};

}  // namespace

std::string anthropic_request(const Dialect& dialect, const Request& request) {
  json::List messages;
  std::string system;
  for (const eval::Message& message : request.messages) {
    if (message.role == eval::Role::system) {
      system += (system.empty() ? "" : "\n\n") + message.text;
    } else {
      messages.push_back(json::Object{{"role", to_text(message.role)}, {"content", message.text}});
    }
  }
  json::Value body = json::Object{{"model", dialect.name}, {"messages", std::move(messages)}};
  if (!system.empty()) body.set("system", system);
  return finished_body(std::move(body), dialect, request);
}

Reading read_anthropic(const Dialect& dialect, const net::Response& response,
                       std::optional<std::int64_t> max_tokens) {
  return AnthropicReader(dialect, response, max_tokens).read();
}

}  // namespace truebound::model
