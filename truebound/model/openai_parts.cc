#include "truebound/model/openai_parts.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/text/utf8.h"

namespace truebound::model {
namespace {

std::string text_of(const json::Value* value) {
  if (value == nullptr || value->is_null()) return "";
  if (value->text() != nullptr) return *value->text();
  return json::canonical(*value);
}

std::optional<std::int64_t> count_of(const json::Value* value) {
  if (value == nullptr || value->integer() == nullptr || *value->integer() < 0) return std::nullopt;
  return *value->integer();
}

std::optional<int> http_status(std::string_view code) {
  if (code.size() != 3 || code.front() < '4' || code.front() > '5') return std::nullopt;
  int status = 0;
  for (const char digit : code) {
    if (digit < '0' || digit > '9') return std::nullopt;
    status = status * 10 + (digit - '0');
  }
  return status;
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

std::string joined_blocks(const json::Value& value) {
  if (value.text() != nullptr) return *value.text();
  std::string joined;
  if (value.list() == nullptr) return joined;
  for (const json::Value& block : *value.list()) {
    joined += text_of(block.object() != nullptr ? block.find("text") : &block);
  }
  return joined;
}

}  // namespace

Result<json::Value> parse_foreign_json(std::string_view body) {
  return json::parse_json(mend_surrogates(text::repair_utf8(body).text), "the answer");
}

std::optional<OpenaiError> openai_error(const json::Value& body) {
  const json::Value* error = body.find("error");
  if (error == nullptr || error->is_null()) {
    const bool is_error = text_of(body.find("object")) == "error" || body.find("detail") != nullptr;
    if (!is_error || body.find("choices") != nullptr) return std::nullopt;
    error = &body;
  }
  OpenaiError found;
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
  if (const json::Value* inner = error->find("innererror");
      inner != nullptr && found.code.empty()) {
    found.code = text_of(inner->find("code"));
  }
  return found;
}

void OpenaiParts::add(const json::Value& body) {
  if (auto found = openai_error(body)) error = std::move(found);
  if (const std::string id = text_of(body.find("model")); !id.empty()) served = id;
  if (const json::Value* usage = body.find("usage"); usage != nullptr && !usage->is_null()) {
    tokens_in = count_of(usage->find("prompt_tokens"));
    tokens_out = count_of(usage->find("completion_tokens"));
  }
  const json::Value* choices = body.find("choices");
  if (choices == nullptr || choices->list() == nullptr) return;
  for (const json::Value& choice : *choices->list()) {
    // One answer is asked for; of more, the first is the answer.
    const auto index = count_of(choice.find("index"));
    if (choice.object() == nullptr || index.value_or(0) != 0) continue;
    has_choice = true;
    if (const std::string word = text_of(choice.find("finish_reason")); !word.empty()) {
      finish = word;
    }
    for (const char* key : {"message", "delta"}) {
      if (const json::Value* message = choice.find(key)) add_message(*message);
    }
    if (!index) break;
  }
}

void OpenaiParts::add_message(const json::Value& message) {
  if (const json::Value* content = message.find("content")) add_content(*content);
  for (const char* key : {"reasoning_content", "reasoning", "thinking"}) {
    const json::Value* part = message.find(key);
    if (part == nullptr || part->is_null()) continue;
    thinking += joined_blocks(*part);
    break;
  }
  refusal += text_of(message.find("refusal"));
  const json::Value* calls = message.find("tool_calls");
  if (calls != nullptr && calls->list() != nullptr && !calls->list()->empty()) {
    tool_calls += json::canonical(*calls);
  }
}

void OpenaiParts::add_content(const json::Value& content) {
  if (content.text() != nullptr) text += *content.text();
  if (content.list() == nullptr) return;
  for (const json::Value& block : *content.list()) {
    if (block.text() != nullptr) text += *block.text();
    const std::string type = text_of(block.find("type"));
    const json::Value* spoken = block.find("text");
    const json::Value* thought = block.find("thinking");
    if (thought == nullptr) thought = block.find("reasoning");
    if (type == "refusal") {
      refusal += text_of(block.find("refusal"));
    } else if (thought != nullptr) {
      thinking += joined_blocks(*thought);
    } else if (type == "thinking" || type == "reasoning") {
      thinking += text_of(spoken);
    } else if (spoken != nullptr) {
      text += text_of(spoken);
    }
  }
}

namespace {

/// Puts the lines of a stream together to events.
class Events {
 public:
  explicit Events(OpenaiParts& parts) : parts_(parts) {}

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
    const std::string data = std::exchange(data_, "");
    has_data_ = false;
    if (data == "[DONE]") {
      parts_.has_end_marker = true;
      return {};
    }
    TRUEBOUND_TRY(event, parse_foreign_json(data));
    parts_.add(event);
    return {};
  }

 private:
  OpenaiParts& parts_;
  std::string data_;
  bool has_data_ = false;
};

}  // namespace

Result<OpenaiParts> read_events(std::string_view stream) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (stream.starts_with(mark)) stream.remove_prefix(mark.size());
  OpenaiParts parts;
  Events events(parts);
  while (!stream.empty()) {
    const std::size_t end = stream.find_first_of("\r\n");
    TRUEBOUND_TRY_VOID(events.line(stream.substr(0, end)));
    if (end == std::string_view::npos) break;
    const bool is_pair = stream.substr(end).starts_with("\r\n");
    stream.remove_prefix(end + (is_pair ? 2 : 1));
  }
  // An event that is not ended by an empty line was cut, unless it is whole by itself.
  const Result<void> last = events.dispatch();
  static_cast<void>(last.ok());
  return parts;
}

}  // namespace truebound::model
