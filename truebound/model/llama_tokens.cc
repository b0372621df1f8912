#include "truebound/model/llama_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include <llama.h>

namespace truebound::model {

/// A stretch of the prompt on its way to tokens: a special token of the template's, or text.
struct Tokens::Fragment {
  TokenId id = LLAMA_TOKEN_NULL;
  PromptOrigin origin = PromptOrigin::chat_template;
  std::string text;
};

namespace {

constexpr std::string_view think_open = "<think>";
constexpr std::string_view think_close = "</think>";
constexpr int noncharacters = 32;  // U+FDD0 to U+FDEF: Unicode keeps them free for internal use

std::string noncharacter(int number) {
  return {'\xEF', '\xB7', static_cast<char>(0x90 + number)};
}

void erase_all(std::string& text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
}

std::size_t first_character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    ++size;
  return size;
}

bool has_visible(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) == 0; });
}

bool ends_open(std::string_view template_text) {
  const std::size_t open = template_text.rfind(think_open);
  return open != std::string_view::npos &&
         template_text.find(think_close, open) == std::string_view::npos;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

Tokens::Tokens(const llama_vocab* vocab, std::string_view template_source) : vocab_(vocab) {
  for (TokenId id = 0; id < llama_vocab_n_tokens(vocab); ++id) {
    const auto attributes = static_cast<unsigned>(llama_vocab_get_attr(vocab, id));
    const bool control = is_control(id);
    const bool added = (attributes & LLAMA_TOKEN_ATTR_USER_DEFINED) != 0;
    const bool unknown = (attributes & LLAMA_TOKEN_ATTR_UNKNOWN) != 0;
    if (!control && !added && !unknown) continue;
    std::string text = spelled(id);
    if (text.empty()) continue;
    // Added tokens that the template writes itself structure a chat just as control tokens do;
    // others (runs of spaces, HTML tags) are how the model reads ordinary text.
    const bool structures =
        control || (added && has_visible(text) && template_source.find(text) != std::string::npos);
    if (structures) structural_.push_back({id, text});
    specials_.push_back({id, std::move(text)});
  }
  const auto longer = [](const Special& a, const Special& b) {
    return a.text.size() != b.text.size() ? a.text.size() > b.text.size() : a.id < b.id;
  };
  std::sort(specials_.begin(), specials_.end(), longer);
  std::sort(structural_.begin(), structural_.end(), longer);
}

bool Tokens::is_control(TokenId token) const {
  return llama_vocab_is_control(vocab_, token) || llama_vocab_is_eog(vocab_, token);
}

bool Tokens::is_forbidden(TokenId token) const {
  return is_control(token) || std::any_of(structural_.begin(), structural_.end(),
                                          [&](const Special& s) { return s.id == token; });
}

std::string Tokens::spelled(TokenId token) const {
  return llama_vocab_get_text(vocab_, token);
}

bool Tokens::ends_turn(TokenId token) const {
  return llama_vocab_is_eog(vocab_, token);
}

std::string Tokens::piece(TokenId token) const {
  if (is_control(token)) {
    const std::string word = spelled(token);
    return word == think_open || word == think_close ? word : "";
  }
  std::string bytes(32, '\0');
  for (;;) {
    const int size = llama_token_to_piece(vocab_, token, bytes.data(),
                                          static_cast<std::int32_t>(bytes.size()), 0, false);
    if (size >= 0) {
      bytes.resize(static_cast<std::size_t>(size));
      return bytes;
    }
    bytes.resize(static_cast<std::size_t>(-size));
  }
}

std::string Tokens::first_token() const {
  const TokenId token = llama_vocab_bos(vocab_);
  return token == LLAMA_TOKEN_NULL ? "" : spelled(token);
}

std::string Tokens::last_token() const {
  const TokenId token = llama_vocab_eos(vocab_);
  return token == LLAMA_TOKEN_NULL ? "" : spelled(token);
}

// A noncharacter that occurs nowhere in the messages.
Result<std::string> Tokens::free_breaker(const std::vector<LlamaMessage>& messages) {
  for (int number = 0; number < noncharacters; ++number) {
    std::string breaker = noncharacter(number);
    const bool taken =
        std::any_of(messages.begin(), messages.end(), [&](const LlamaMessage& message) {
          return message.content.find(breaker) != std::string::npos;
        });
    if (!taken) return breaker;
  }
  return invalid_input("message: expected text, got all 32 noncharacters U+FDD0 to U+FDEF");
}

std::string Tokens::broken(std::string text, const std::string& breaker) const {
  for (const Special& special : structural_) {
    const std::size_t cut = first_character_size(special.text);
    for (std::size_t at = text.find(special.text); at != std::string::npos;
         at = text.find(special.text, at + 1)) {
      text.insert(at + cut, breaker);
    }
  }
  return text;
}

// Replaces each occurrence of a special token in the template's own text. White space beside it
// goes where the vocabulary says so, as in llama.cpp's own tokenizer.
void Tokens::split_by(const Special& special, std::vector<Fragment>& fragments) const {
  const auto attributes = static_cast<unsigned>(llama_vocab_get_attr(vocab_, special.id));
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    if (fragments[i].id != LLAMA_TOKEN_NULL || fragments[i].origin != PromptOrigin::chat_template) {
      continue;
    }
    const std::size_t at = fragments[i].text.find(special.text);
    if (at == std::string::npos) continue;
    std::string left = fragments[i].text.substr(0, at);
    std::string right = fragments[i].text.substr(at + special.text.size());
    if ((attributes & LLAMA_TOKEN_ATTR_LSTRIP) != 0) {
      while (!left.empty() && is_space(left.back()))
        left.pop_back();
    }
    if ((attributes & LLAMA_TOKEN_ATTR_RSTRIP) != 0) {
      right.erase(right.begin(), std::find_if_not(right.begin(), right.end(), is_space));
    }
    fragments[i].text = std::move(left);
    const auto after = fragments.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    fragments.insert(after, {{.id = special.id}, {.text = std::move(right)}});
    ++i;
  }
}

std::vector<Tokens::Fragment> Tokens::fragments(const std::vector<PromptPart>& prompt,
                                                const std::string& breaker) const {
  std::vector<Fragment> split;
  for (const PromptPart& part : prompt) {
    split.push_back({.origin = part.origin, .text = part.text});
  }
  for (const Special& special : specials_)
    split_by(special, split);
  std::vector<Fragment> merged;
  for (Fragment& fragment : split) {
    erase_all(fragment.text, breaker);
    const bool is_text = fragment.id == LLAMA_TOKEN_NULL;
    if (is_text && !merged.empty() && merged.back().id == LLAMA_TOKEN_NULL) {
      merged.back().text += fragment.text;
    } else {
      merged.push_back(std::move(fragment));
    }
  }
  return merged;
}

std::vector<TokenId> Tokens::plain(std::string_view text) const {
  std::vector<TokenId> tokens(text.size() + 2);
  const auto size = static_cast<std::int32_t>(text.size());
  int count = llama_tokenize(vocab_, text.data(), size, tokens.data(),
                             static_cast<std::int32_t>(tokens.size()), false, false);
  if (count < 0) {
    tokens.resize(static_cast<std::size_t>(-count));
    count = llama_tokenize(vocab_, text.data(), size, tokens.data(), -count, false, false);
  }
  TRUEBOUND_CHECK(count >= 0, "llama_tokenize takes the size that it asked for");
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}

Result<void> Tokens::append_plain(std::string_view text, std::vector<TokenId>& tokens) const {
  if (text.empty()) return {};
  const std::vector<TokenId> found = plain(text);
  const auto forbidden =
      std::find_if(found.begin(), found.end(), [&](TokenId t) { return is_forbidden(t); });
  if (forbidden == found.end()) {
    tokens.insert(tokens.end(), found.begin(), found.end());
    return {};
  }
  const std::string word = spelled(*forbidden);
  std::size_t cut = text.find(word);
  cut = first_character_size(text.substr(cut == std::string_view::npos ? 0 : cut)) +
        (cut == std::string_view::npos ? 0 : cut);
  if (cut >= text.size()) {
    return invalid_input("prompt: expected plain text, its \"" + std::string(text) +
                         "\" is a control token in every spelling");
  }
  TRUEBOUND_TRY_VOID(append_plain(text.substr(0, cut), tokens));
  return append_plain(text.substr(cut), tokens);
}

Result<TokenizedPrompt> Tokens::tokenize(const ChatTemplate& chat_template,
                                         const std::vector<LlamaMessage>& messages) const {
  TRUEBOUND_TRY(breaker, free_breaker(messages));
  std::vector<LlamaMessage> protected_messages = messages;
  for (LlamaMessage& message : protected_messages) {
    message.content = broken(std::move(message.content), breaker);
  }
  TRUEBOUND_TRY(parts, chat_template.render(protected_messages));

  TokenizedPrompt prompt;
  for (const Fragment& fragment : fragments(parts, breaker)) {
    if (fragment.id == LLAMA_TOKEN_NULL) {
      TRUEBOUND_TRY_VOID(append_plain(fragment.text, prompt.tokens));
    } else {
      prompt.tokens.push_back(fragment.id);
    }
  }
  prompt.opens_thinking = !parts.empty() && parts.back().origin == PromptOrigin::chat_template &&
                          ends_open(parts.back().text);
  const TokenId first = llama_vocab_bos(vocab_);
  if (llama_vocab_get_add_bos(vocab_) && first != LLAMA_TOKEN_NULL &&
      (prompt.tokens.empty() || prompt.tokens.front() != first)) {
    prompt.tokens.insert(prompt.tokens.begin(), first);
  }
  prompt.control_tokens = static_cast<int>(std::count_if(prompt.tokens.begin(), prompt.tokens.end(),
                                                         [&](TokenId t) { return is_control(t); }));
  return prompt;
}

}  // namespace truebound::model
