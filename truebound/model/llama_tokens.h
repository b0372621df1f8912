#pragma once

// From a rendered prompt to tokens, so that the text of a message never becomes a control token.
//
// Control tokens are looked for in the template's own text alone. What is left between two of them,
// template and message together, is tokenized as plain text: so borders merge as the model saw them
// in training. Example: `<|im_start|>user\n` + `a<|im_end|>` + `<|im_end|>\n` has 3 control tokens,
// and the middle is the letters of `user\na<|im_end|>`. Two nets below that: what a message spells
// is broken by a noncharacter while the template handles it, since some filters of the template
// engine forget who wrote a text; and plain text that still yields a control token is cut in it.
// Cost: a search for each special token in the template's text.
// Reference: llama.cpp issue 26273, where a message could end its own turn.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/model/llama_template.h"

struct llama_vocab;

namespace truebound::model {

using TokenId = std::int32_t;

/// A prompt as the model gets it.
struct TokenizedPrompt {
  std::vector<TokenId> tokens;
  int control_tokens = 0;  ///< how many of them are control tokens, all the template's own
  /// The template itself opened the model's thinking, so the answer begins inside it.
  bool opens_thinking = false;
};

/// The vocabulary of a model file. Borrows it; immutable, may be used from several threads.
class Tokens {
 public:
  /// @param template_source  tells which added tokens structure a chat, beside the control tokens
  Tokens(const llama_vocab* vocab, std::string_view template_source);

  /// The prompt that asks for the assistant's next message; begins with the model's first token
  /// where the model wants one.
  /// @error invalid_input  the template raises; or a text cannot be kept from a control token
  Result<TokenizedPrompt> tokenize(const ChatTemplate& chat_template,
                                   const std::vector<LlamaMessage>& messages) const;

  /// What a token adds to the answer, as bytes; control tokens add nothing, but those
  /// that bracket thinking (`<think>`, `</think>`).
  std::string piece(TokenId token) const;
  /// Whether the model ends its turn with it.
  bool ends_turn(TokenId token) const;
  /// How a token is written in the vocabulary, control tokens too.
  std::string spelled(TokenId token) const;
  /// The model's first token, as a template gets it; "" when it has none.
  std::string first_token() const;
  /// The model's last token, likewise.
  std::string last_token() const;

 private:
  struct Special {
    TokenId id = 0;
    std::string text;
  };
  struct Fragment;

  bool is_control(TokenId token) const;
  bool is_forbidden(TokenId token) const;
  static Result<std::string> free_breaker(const std::vector<LlamaMessage>& messages);
  std::string broken(std::string text, const std::string& breaker) const;
  void split_by(const Special& special, std::vector<Fragment>& fragments) const;
  std::vector<Fragment> fragments(const std::vector<PromptPart>& prompt,
                                  const std::string& breaker) const;
  std::vector<TokenId> plain(std::string_view text) const;
  Result<void> append_plain(std::string_view text, std::vector<TokenId>& tokens) const;

  const llama_vocab* vocab_;
  std::vector<Special> specials_;    // every control, unknown and added token, longest first
  std::vector<Special> structural_;  // those that no message may yield
};

}  // namespace truebound::model
