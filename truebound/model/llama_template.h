#pragma once

// Chat templates: the Jinja program in a model file that writes messages the way the model was
// trained to read them. The rendering keeps apart what the template wrote and what a message holds,
// so that the letters of a message can be kept from becoming control tokens (llama_tokens.h).

#include <memory>
#include <string>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::model {

/// One message of a chat.
struct LlamaMessage {
  std::string role;     ///< `system`, `user` or `assistant`
  std::string content;  ///< UTF-8
};

/// Who wrote a part of a prompt.
enum class PromptOrigin { chat_template, message };

/// A part of a rendered prompt.
struct PromptPart {
  PromptOrigin origin = PromptOrigin::chat_template;
  std::string text;
};

/// What a template gets beside the messages.
struct TemplateSettings {
  std::string bos;  ///< the text of the model's first token, "" when it has none
  std::string eos;  ///< the text of its last
  /// What a template that prints the date takes for now, in seconds, UTC: a fixed day (1 January
  /// 2025), so that a slot has the same prompt whenever it runs.
  std::int64_t now_s = 1735732800;
};

/// A chat template, parsed. Immutable; may be used from several threads.
class ChatTemplate {
 public:
  /// @error invalid_input  the source is not a Jinja template that we can read
  static Result<ChatTemplate> parse(const std::string& source, const TemplateSettings& settings);

  /// The prompt that asks for the next message of the assistant. Parts of one origin are joined.
  /// @error invalid_input  the template raises, as many do on roles that the model does not know
  Result<std::vector<PromptPart>> render(const std::vector<LlamaMessage>& messages) const;

  /// Whether a system message reaches the model.
  /// @error invalid_input  the template raises on one, or leaves its text out
  Result<void> supports_system() const;

 private:
  struct Program;
  explicit ChatTemplate(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  std::shared_ptr<const Program> program_;
};

}  // namespace truebound::model
