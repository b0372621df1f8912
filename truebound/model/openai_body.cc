#include "truebound/model/openai_body.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/words.h"
#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/model.h"
#include "truebound/model/openai_parts.h"
#include "truebound/model/retry.h"
#include "truebound/net/http.h"
#include "truebound/text/utf8.h"

namespace truebound::model {
namespace {

using Next = OpenaiReading::Next;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

// Some servers give the code a name of their own around the common words.
bool is_filter(const OpenaiError& error) {
  return is_one_of(error.code, {"content_filter", "content_policy_violation",
                                "ResponsibleAIPolicyViolation", "data_inspection_failed"}) ||
         is_one_of(error.type, {"content_filter", "content_policy_violation"});
}

// `gpt-4o` may be served as `gpt-4o-2024-08-06`: the name of a family, and its dated member.
bool is_dated_member(std::string_view served, std::string_view asked) {
  if (!served.starts_with(asked) || served.size() < asked.size() + 5) return false;
  const std::string_view rest = served.substr(asked.size());
  return rest.front() == '-' && rest.find_first_not_of("-0123456789") == std::string_view::npos;
}

bool looks_like_html(const net::Response& response) {
  if (net::find_header(response.headers, "content-type").starts_with("text/html")) return true;
  const std::size_t start = response.body.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return false;
  std::string head = response.body.substr(start, 9);
  for (char& letter : head) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return head.starts_with("<!doctype") || head.starts_with("<html");
}

bool looks_like_events(const net::Response& response) {
  if (net::find_header(response.headers, "content-type").starts_with("text/event-stream")) {
    return true;
  }
  return response.body.starts_with("data:") || response.body.starts_with(":") ||
         response.body.starts_with("event:");
}

/// Reads one answer.
class Reader {
 public:
  Reader(const OpenaiDialect& dialect, const net::Response& response,
         std::optional<std::int64_t> max_tokens)
      : dialect_(dialect), response_(response), max_tokens_(max_tokens) {}

  OpenaiReading read() const {
    const bool is_answer = response_.status >= 200 && response_.status < 300;
    if (is_answer && looks_like_events(response_)) return read_stream();
    const auto body = parse_foreign_json(response_.body);
    if (!body.ok() || body.value().object() == nullptr) return no_json();
    OpenaiParts parts;
    parts.add(body.value());
    if (!is_answer && !parts.error) parts.error = OpenaiError{.message = "no reason given"};
    if (parts.error) return refused(*parts.error);
    if (!parts.has_choice) return failed(eval::Status::malformed, "expected one choice, got none");
    return answered(parts);
  }

 private:
  OpenaiReading read_stream() const {
    const auto parts = read_events(response_.body);
    if (!parts.ok()) return cut("an event of the stream is no JSON", "");
    if (parts.value().error) return refused(*parts.value().error);
    if (parts.value().finish.empty() && !parts.value().has_end_marker) {
      return cut("the stream ended without its end", parts.value().text);
    }
    return answered(parts.value());
  }

  OpenaiReading answered(const OpenaiParts& parts) const {
    if (!is_right_model(parts.served)) {
      return failed(eval::Status::malformed,
                    "asked for the model \"" + dialect_.name + "\", and " + piece(parts.served) +
                        " answered; allow_other_model: true takes it",
                    Scope::endpoint);
    }
    if (is_one_of(parts.finish, {"insufficient_system_resource", "error", "abort"})) {
      return cut("the server broke off (" + parts.finish + ")", parts.text);
    }
    eval::Reply reply{.text = without_secret(dialect_, parts.text),
                      .thinking = without_secret(dialect_, parts.thinking),
                      .finish = finish_of(parts),
                      .tokens_in = parts.tokens_in,
                      .tokens_out = parts.tokens_out,
                      .served = without_secret(dialect_, parts.served)};
    // What stands in their own fields is the answer where there is no other.
    if (reply.text.empty()) reply.text = without_secret(dialect_, parts.refusal);
    if (reply.text.empty()) reply.text = without_secret(dialect_, parts.tool_calls);
    return {.answer = std::move(reply)};
  }

  bool is_right_model(const std::string& served) const {
    return dialect_.other_model == OpenaiDialect::OtherModel::allowed || served.empty() ||
           served == dialect_.name || is_dated_member(served, dialect_.name);
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

  // An error in the body, with any status: some gateways answer 200.
  OpenaiReading refused(const OpenaiError& error) const {
    if (is_filter(error)) {
      return {.answer = eval::Reply{.text = without_secret(dialect_, error.message),
                                    .finish = eval::Finish::filter}};
    }
    const bool is_ok = response_.status < 300;
    // An error under status 200 without a status of its own is a gateway's that failed.
    const int status = is_ok ? error.status.value_or(500) : response_.status;
    const bool blames_us = is_ok && !error.status && error.type == "invalid_request_error";
    std::string words = piece(error.message);
    if (!error.code.empty()) {
      words += " (" + text::visible(error.code.substr(0, 60), text::Breaks::show) + ")";
    }
    OpenaiReading reading = failed(eval::Status::rejected, words, scope_of(status, error));
    if (is_passing(status) && !blames_us) reading.next = Next::may_ask_again;
    return reading;
  }

  Scope scope_of(int status, const OpenaiError& error) const {
    if (is_one_of(std::to_string(status), {"401", "403", "404"})) return Scope::endpoint;
    if (status == 400 || status == 422) {
      const bool ours = is_one_of(error.param, {"model", "temperature", "top_p"}) ||
                        error.param == dialect_.token_limit_name ||
                        dialect_.extra_body.find(error.param) != nullptr;
      if (ours) return Scope::plan;
    }
    return status >= 300 && status < 400 ? Scope::endpoint : Scope::call;
  }

  // The secret goes first: half of one, at the end of a piece, would not be found.
  std::string piece(std::string_view text) const {
    return quoted_piece(without_secret(dialect_, std::string(text)));
  }

  OpenaiReading no_json() const {
    std::string words;
    if (response_.status >= 300 && response_.status < 400) {
      words = "a redirect to " + piece(net::find_header(response_.headers, "location")) +
              ", which is not followed";
    } else if (response_.body.empty()) {
      words = "empty, no JSON";
    } else {
      words = looks_like_html(response_) ? "HTML, not JSON: " : "not JSON: ";
      words += piece(response_.body);
    }
    const bool is_answer = response_.status >= 200 && response_.status < 300;
    OpenaiReading reading = failed(is_answer ? eval::Status::malformed : eval::Status::rejected,
                                   words, Scope::endpoint);
    if (is_passing(response_.status)) reading.next = Next::may_ask_again;
    return reading;
  }

  // What came before a break is told, and never judged.
  OpenaiReading cut(const std::string& how, const std::string& text) const {
    OpenaiReading reading =
        failed(eval::Status::lost, text.empty() ? how : how + "; it had said " + piece(text));
    reading.next = Next::may_ask_again;
    return reading;
  }

  OpenaiReading failed(eval::Status status, const std::string& words,
                       Scope scope = Scope::call) const {
    const std::string message =
        dialect_.url + ": status " + std::to_string(response_.status) + ", " + words;
    return {.answer = Failure{
                .status = status, .message = without_secret(dialect_, message), .scope = scope}};
  }

  const OpenaiDialect& dialect_;
  const net::Response& response_;
  std::optional<std::int64_t> max_tokens_;
};

}  // namespace

std::string openai_request(const OpenaiDialect& dialect, const Request& request) {
  json::List messages;
  for (const eval::Message& message : request.messages) {
    messages.push_back(json::Object{{"role", to_text(message.role)}, {"content", message.text}});
  }
  json::Value body = json::Object{{"model", dialect.name}, {"messages", std::move(messages)}};
  if (request.temperature) body.set("temperature", *request.temperature);
  if (request.top_p) body.set("top_p", *request.top_p);
  if (request.max_tokens) body.set(dialect.token_limit_name, *request.max_tokens);
  if (dialect.delivery == OpenaiDialect::Delivery::streamed) body.set("stream", true);
  if (const json::Object* extra = dialect.extra_body.object()) {
    for (const auto& [key, value] : *extra) {
      body.set(key, value);
    }
  }
  return json::canonical(body);
}

OpenaiReading read_openai(const OpenaiDialect& dialect, const net::Response& response,
                          std::optional<std::int64_t> max_tokens) {
  return Reader(dialect, response, max_tokens).read();
}

std::string without_secret(const OpenaiDialect& dialect, std::string text) {
  // A word such as EMPTY, which servers without keys are given, is no secret and may be said.
  constexpr std::size_t shortest = 8;
  if (dialect.secret.size() < shortest) return text;
  constexpr std::string_view shown = "(key removed)";
  for (std::size_t at = text.find(dialect.secret); at != std::string::npos;
       at = text.find(dialect.secret, at + shown.size())) {
    text.replace(at, dialect.secret.size(), shown);
  }
  return text;
}

std::string quoted_piece(std::string_view text) {
  constexpr std::size_t most = 200;
  std::size_t end = 0;
  for (std::size_t count = 0; count < most && end < text.size(); ++count) {
    end += std::max<std::size_t>(text::code_point_at(text, end).size, 1);
  }
  const std::string piece = text::visible(text.substr(0, end), text::Breaks::show);
  return "\"" + piece + (end < text.size() ? "...\"" : "\"");
}

}  // namespace truebound::model
