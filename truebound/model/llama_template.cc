#include "truebound/model/llama_template.h"

#include <exception>

#include <jinja/lexer.h>
#include <jinja/parser.h>
#include <jinja/runtime.h>
#include <jinja/value.h>

namespace truebound::model {

struct ChatTemplate::Program {
  jinja::program body;
  std::string source;
  TemplateSettings settings;
};

namespace {

// llama.cpp's Jinja describes an error over several lines, the cause in the last but its position.
std::string first_cause(const std::exception& error) {
  const std::string all = error.what();
  const auto found = all.rfind("Error: ");
  std::string cause = found == std::string::npos ? all : all.substr(found + 7);
  cause = cause.substr(0, cause.find('\n'));
  return cause.empty() ? "no reason given" : cause;
}

jinja::value text_value(const std::string& text, PromptOrigin origin) {
  auto value = jinja::mk_val<jinja::value_string>(text);
  if (origin == PromptOrigin::message) value->mark_input();
  return value;
}

// Roles are left unmarked: templates such as Phi-3's write control tokens around them
// (`'<|' + role + '|>'`), and they are ours, never a sample's.
jinja::value messages_value(const std::vector<LlamaMessage>& messages) {
  auto list = jinja::mk_val<jinja::value_array>();
  for (const LlamaMessage& message : messages) {
    auto entry = jinja::mk_val<jinja::value_object>();
    entry->insert("role", text_value(message.role, PromptOrigin::chat_template));
    entry->insert("content", text_value(message.content, PromptOrigin::message));
    list->push_back(std::move(entry));
  }
  return list;
}

std::string joined(const std::vector<PromptPart>& parts) {
  std::string all;
  for (const PromptPart& part : parts)
    all += part.text;
  return all;
}

}  // namespace

Result<ChatTemplate> ChatTemplate::parse(const std::string& source,
                                         const TemplateSettings& settings) {
  auto program = std::make_shared<Program>();
  program->settings = settings;
  try {
    jinja::lexer lexer;
    const auto lexed = lexer.tokenize(source);
    program->body = jinja::parse_from_tokens(lexed);
    program->source = lexed.source;
  } catch (const std::exception& error) {
    return invalid_input("chat template: expected Jinja, got " + first_cause(error));
  }
  return ChatTemplate(std::move(program));
}

Result<std::vector<PromptPart>> ChatTemplate::render(
    const std::vector<LlamaMessage>& messages) const {
  try {
    jinja::context context(program_->source);
    context.current_time = static_cast<std::time_t>(program_->settings.now_s);
    context.set_val("messages", messages_value(messages));
    context.set_val("bos_token", text_value(program_->settings.bos, PromptOrigin::chat_template));
    context.set_val("eos_token", text_value(program_->settings.eos, PromptOrigin::chat_template));
    context.set_val("add_generation_prompt", jinja::mk_val<jinja::value_bool>(true));
    jinja::runtime runtime(context);
    const jinja::value written = runtime.execute(program_->body);
    const auto parts = jinja::runtime::gather_string_parts(written);
    std::vector<PromptPart> prompt;
    for (const auto& part : parts->val_str.parts) {
      if (part.val.empty()) continue;
      prompt.push_back(
          {.origin = part.is_input ? PromptOrigin::message : PromptOrigin::chat_template,
           .text = part.val});
    }
    return prompt;
  } catch (const std::exception& error) {
    return invalid_input("chat template: expected to write the messages, raised: " +
                         first_cause(error));
  }
}

Result<void> ChatTemplate::supports_system() const {
  const std::string mark = "b7d1c4e0";
  const auto prompt =
      render({{.role = "system", .content = mark}, {.role = "user", .content = "x"}});
  if (!prompt.ok()) {
    return invalid_input("a system message is refused by the " + prompt.error().message);
  }
  if (joined(prompt.value()).find(mark) == std::string::npos) {
    return invalid_input("chat template: expected to write a system message, left it out");
  }
  return {};
}

}  // namespace truebound::model
