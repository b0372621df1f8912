// The safeguard `system_prompt`: words to the model that ask it to refuse. The weakest layer and
// the most common one, so whether it helps at all is worth an arm of its own.

#include "truebound/context/safeguard_kind.h"

namespace truebound::context {
namespace {

class SystemPrompt final : public Safeguard {
 public:
  SystemPrompt(std::string name, std::string text)
      : Safeguard(std::move(name)), text_(std::move(text)) {}

  json::Value identity() const override {
    return json::Object{{"kind", "system_prompt"}, {"text", text_}};
  }
  std::string system_text() const override { return text_; }

 private:
  std::string text_;
};

Result<std::unique_ptr<Safeguard>> make_system_prompt(const SafeguardWanted& wanted) {
  const std::string place = "safeguards." + wanted.name + ": ";
  std::string text = wanted.specification.text("text");
  const std::string file = wanted.specification.text("file");
  if (text.empty() == file.empty()) {
    return invalid_input(place + "expected either text or file, got " +
                         (text.empty() ? "neither" : "both"));
  }
  if (text.empty()) {
    TRUEBOUND_TRY(bytes, wanted.files.read(file));
    if (bytes.empty()) return invalid_input(file + ": expected a system prompt, got an empty file");
    text = std::move(bytes);
  }
  return std::unique_ptr<Safeguard>(std::make_unique<SystemPrompt>(wanted.name, std::move(text)));
}

}  // namespace

SafeguardKind system_prompt_kind() {
  return {.kind = {.id = "system_prompt",
                   .about = "words in the system message, after the deployment's",
                   .options = {{.name = "text", .about = "the words"},
                               {.name = "file",
                                .kind = eval::OptionKind::file,
                                .about = "a file with the words, instead of text"}}},
          .make = make_system_prompt};
}

}  // namespace truebound::context
