#include "truebound/model/foreign.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/text/utf8.h"

namespace truebound::model {
namespace {

std::optional<int> http_status(std::string_view code) {
  if (code.size() != 3 || code.front() < '4' || code.front() > '5') return std::nullopt;
  int status = 0;
  for (const char digit : code) {
    if (digit < '0' || digit > '9') return std::nullopt;
    status = status * 10 + (digit - '0');
  }
  return status;
}

// What the messages API means by its types, where the status of HTTP says 200.
std::optional<int> status_of_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, int>, 9> known = {
      {{"invalid_request_error", 400},
       {"authentication_error", 401},
       {"billing_error", 402},
       {"permission_error", 403},
       {"not_found_error", 404},
       {"request_too_large", 413},
       {"rate_limit_error", 429},
       {"timeout_error", 504},
       {"overloaded_error", 529}}};
  const auto* const found =
      std::ranges::find(known, type, &std::pair<std::string_view, int>::first);
  return found == known.end() ? std::nullopt : std::optional<int>(found->second);
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

// `"error": null`, `""`, `{}` and `false` beside an answer say that there is none.
bool says_nothing(const json::Value& error) {
  if (error.is_null()) return true;
  if (error.boolean() != nullptr) return !*error.boolean();
  if (error.text() != nullptr) return error.text()->empty();
  return error.object() != nullptr && error.object()->empty();
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Of the escape that begins here: D8 to DB is the first half of a pair, DC to DF the second.
enum class Half { none, first, second };
Half half_at(std::string_view text, std::size_t at) {
  const std::string_view escape = text.substr(at, 6);
  if (escape.size() < 6 || !escape.starts_with("\\u") || !is_hex(escape.substr(2))) {
    return Half::none;
  }
  if (escape[2] != 'd' && escape[2] != 'D') return Half::none;
  if (std::string_view("89abAB").find(escape[3]) != std::string_view::npos) return Half::first;
  return std::string_view("cdefCDEF").find(escape[3]) != std::string_view::npos ? Half::second
                                                                                : Half::none;
}

// An answer that was cut inside a character may hold half of it.
std::string mend_surrogates(std::string text) {
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const Half half = half_at(text, at);
    if (half == Half::none) {
      at += 2;
    } else if (half == Half::first && half_at(text, at + 6) == Half::second) {
      at += 12;
    } else {
      text.replace(at, 6, "\\uFFFD");
      at += 6;
    }
  }
  return text;
}

/// Puts the lines of a stream together to events.
class Events {
 public:
  explicit Events(const std::function<Result<void>(const std::string&)>& take) : take_(take) {}

  Result<void> line(std::string_view line) {
    if (line.empty()) return dispatch();
    if (!line.starts_with("data:")) return {};
    line.remove_prefix(5);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (has_data_) data_ += '\n';
    data_ += line;
    has_data_ = true;
    return {};
  }

  Result<void> dispatch() {
    if (!has_data_) return {};
    has_data_ = false;
    return take_(std::exchange(data_, ""));
  }

 private:
  const std::function<Result<void>(const std::string&)>& take_;
  std::string data_;
  bool has_data_ = false;
};

}  // namespace

std::string text_of(const json::Value* value) {
  if (value == nullptr || value->is_null()) return "";
  if (value->text() != nullptr) return *value->text();
  return json::canonical(*value);
}

std::optional<std::int64_t> count_of(const json::Value* value) {
  if (value == nullptr || value->integer() == nullptr || *value->integer() < 0) return std::nullopt;
  return *value->integer();
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

Result<json::Value> parse_foreign_json(std::string_view body) {
  return json::parse_json(mend_surrogates(text::repair_utf8(body).text), "the answer");
}

std::optional<ForeignError> foreign_error(const json::Value& body) {
  const json::Value* error = body.find("error");
  const bool has_answer = body.find("choices") != nullptr || body.find("content") != nullptr;
  if (error != nullptr && has_answer && says_nothing(*error)) return std::nullopt;
  if (error == nullptr || error->is_null()) {
    const bool is_error = is_one_of(text_of(body.find("object")), {"error"}) ||
                          is_one_of(text_of(body.find("type")), {"error"}) ||
                          body.find("detail") != nullptr;
    if (!is_error || has_answer) return std::nullopt;
    error = &body;
  }
  ForeignError found;
  if (error->object() == nullptr) {
    found.message = text_of(error);
    return found;
  }
  found.message = text_of(error->find("message"));
  if (found.message.empty()) found.message = text_of(error->find("detail"));
  if (found.message.empty()) found.message = json::canonical(*error);
  found.code = text_of(error->find("code"));
  found.type = text_of(error->find("type"));
  found.param = text_of(error->find("param"));
  found.status = http_status(found.code);
  for (const char* key : {"status", "status_code"}) {
    if (!found.status) found.status = http_status(text_of(error->find(key)));
  }
  if (!found.status) found.status = status_of_type(found.type);
  if (const json::Value* inner = error->find("innererror");
      inner != nullptr && found.code.empty()) {
    found.code = text_of(inner->find("code"));
  }
  return found;
}

bool is_filter(const ForeignError& error) {
  // Some servers give the code a name of their own around the common words, or say it in the
  // message alone.
  for (const std::string& word : {error.code, error.type}) {
    if (is_one_of(word, {"content_filter", "content_policy_violation",
                         "ResponsibleAIPolicyViolation", "data_inspection_failed"})) {
      return true;
    }
  }
  const std::string words = lower(error.message);
  return words.find("content management policy") != std::string::npos ||
         words.find("content filtering policy") != std::string::npos;
}

bool is_overload(const ForeignError& error) {
  return error.type == "overloaded_error" || lower(error.message).starts_with("overloaded");
}

Result<void> read_events(std::string_view stream,
                         const std::function<Result<void>(const std::string& data)>& take) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (stream.starts_with(mark)) stream.remove_prefix(mark.size());
  Events events(take);
  while (!stream.empty()) {
    const std::size_t end = stream.find_first_of("\r\n");
    TRUEBOUND_TRY_VOID(events.line(stream.substr(0, end)));
    if (end == std::string_view::npos) break;
    const bool is_pair = stream.substr(end).starts_with("\r\n");
    stream.remove_prefix(end + (is_pair ? 2 : 1));
  }
  const Result<void> last = events.dispatch();
  static_cast<void>(last.ok());
  return {};
}

}  // namespace truebound::model
