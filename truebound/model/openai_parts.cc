#include "truebound/model/openai_parts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/model/foreign.h"

namespace truebound::model {
namespace {

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

void OpenaiParts::add(const json::Value& body) {
  if (auto found = foreign_error(body)) error = std::move(found);
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
    if (auto found = foreign_error(choice)) error = std::move(found);
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
  // The older form of a single call.
  if (const json::Value* call = message.find("function_call");
      call != nullptr && call->object() != nullptr) {
    tool_calls += json::canonical(*call);
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

Result<OpenaiParts> read_openai_stream(std::string_view stream) {
  OpenaiParts parts;
  const auto take = [&](const std::string& data) -> Result<void> {
    if (data == "[DONE]") {
      parts.has_end_marker = true;
      return {};
    }
    TRUEBOUND_TRY(event, parse_foreign_json(data));
    parts.add(event);
    return {};
  };
  TRUEBOUND_TRY_VOID(read_events(stream, take));
  return parts;
}

}  // namespace truebound::model
