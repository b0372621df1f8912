#include "truebound/model/protocol.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/words.h"
#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/foreign.h"
#include "truebound/model/model.h"
#include "truebound/model/retry.h"
#include "truebound/net/http.h"
#include "truebound/text/utf8.h"

namespace truebound::model {
namespace {

using Next = Reading::Next;

// `small` or `small-latest` may be served as `small-2026-08-06`: the name of a family, and its
// dated member.
bool is_dated_member(std::string_view served, std::string_view asked) {
  constexpr std::string_view latest = "-latest";
  if (asked.ends_with(latest)) asked.remove_suffix(latest.size());
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

// As a word of its own: `temperature`, and not `temperatures`.
bool names(std::string_view text, std::string_view word) {
  const auto is_part = [&](std::size_t at) {
    if (at >= text.size()) return false;
    const char letter = text[at];
    return letter == '_' || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_part(at - 1);
    if (begins && !is_part(at + word.size())) return true;
  }
  return false;
}

}  // namespace

bool AnswerReader::has_events() const {
  return looks_like_events(response_);
}

bool AnswerReader::is_other_model(const std::string& served) const {
  return dialect_.other_model == Dialect::OtherModel::refused && !served.empty() &&
         served != dialect_.name && !is_dated_member(served, dialect_.name);
}

Reading AnswerReader::other_model(const std::string& served) const {
  return failed(eval::Status::malformed,
                "asked for the model \"" + dialect_.name + "\", and " + piece(served) +
                    " answered; allow_other_model: true takes it",
                Scope::endpoint);
}

eval::Reply AnswerReader::cleaned(eval::Reply reply) const {
  for (std::string* text : {&reply.text, &reply.thinking, &reply.served}) {
    *text = without_secret(dialect_, std::move(*text));
  }
  return reply;
}

Reading AnswerReader::refused(const ForeignError& error) const {
  if (is_filter(error)) {
    return {.answer = cleaned(eval::Reply{.text = error.message, .finish = eval::Finish::filter})};
  }
  const bool is_ok = response_.status < 300;
  // An error under status 200 without a status of its own is a gateway's that failed.
  const int status = is_ok ? error.status.value_or(500) : response_.status;
  std::string words = piece(error.message);
  const std::string& code = error.code.empty() ? error.type : error.code;
  if (!code.empty()) {
    words += " (" +
             without_secret(dialect_, text::visible(code.substr(0, 60), text::Breaks::show)) + ")";
  }
  Reading reading = failed(eval::Status::rejected, words, scope_of(status, error));
  if (is_passing(status) || is_overload(error)) reading.next = Next::may_ask_again;
  return reading;
}

// A parameter that this model does not take: every request of the plan will be refused for it. A
// prompt that is too long for the window concerns its slot alone.
bool AnswerReader::blames_the_plan(const ForeignError& error) const {
  const auto is_ours = [&](auto matches) {
    for (const char* key : {"model", "temperature", "top_p", "system"}) {
      if (matches(key)) return true;
    }
    if (matches(dialect_.token_limit_name)) return true;
    const json::Object* extra = dialect_.extra_body.object();
    return extra != nullptr && std::ranges::any_of(*extra, [&](const json::Member& member) {
             return matches(member.first);
           });
  };
  if (error.code == "model_not_found") return true;
  if (!error.param.empty())
    return is_ours([&](std::string_view key) { return error.param == key; });
  if (names(error.message, "context") || names(error.message, "prompt")) return false;
  return is_ours([&](std::string_view key) {
    // These are words of any sentence.
    return key != "model" && key != "system" && names(error.message, key);
  });
}

Scope AnswerReader::scope_of(int status, const ForeignError& error) const {
  if (is_one_of(std::to_string(status), {"401", "403", "404"})) return Scope::endpoint;
  if ((status == 400 || status == 422) && blames_the_plan(error)) return Scope::plan;
  return status >= 300 && status < 400 ? Scope::endpoint : Scope::call;
}

// The secret goes first: half of one, at the end of a piece, would not be found.
std::string AnswerReader::piece(std::string_view text) const {
  return quoted_piece(without_secret(dialect_, std::string(text)));
}

Reading AnswerReader::no_json() const {
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
  Reading reading =
      failed(is_answer ? eval::Status::malformed : eval::Status::rejected, words, Scope::endpoint);
  if (is_passing(response_.status)) reading.next = Next::may_ask_again;
  return reading;
}

Reading AnswerReader::cut(const std::string& how, const std::string& text) const {
  Reading reading =
      failed(eval::Status::lost, text.empty() ? how : how + "; it had said " + piece(text));
  reading.next = Next::may_ask_again;
  return reading;
}

Reading AnswerReader::failed(eval::Status status, const std::string& words, Scope scope) const {
  const std::string message =
      dialect_.url + ": status " + std::to_string(response_.status) + ", " + words;
  return {.answer = Failure{
              .status = status, .message = without_secret(dialect_, message), .scope = scope}};
}

std::string finished_body(json::Value body, const Dialect& dialect, const Request& request) {
  if (request.temperature) body.set("temperature", *request.temperature);
  if (request.top_p) body.set("top_p", *request.top_p);
  if (request.max_tokens) body.set(dialect.token_limit_name, *request.max_tokens);
  if (dialect.delivery == Dialect::Delivery::streamed) body.set("stream", true);
  if (const json::Object* extra = dialect.extra_body.object()) {
    for (const auto& [key, value] : *extra) {
      body.set(key, value);
    }
  }
  return json::canonical(body);
}

std::string without_secret(const Dialect& dialect, std::string text) {
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
