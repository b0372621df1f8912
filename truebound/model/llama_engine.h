#pragma once

// A chat model in this process, by llama.cpp. Several requests are decoded in one batch, each with
// a cache of its own, and the next token is drawn here (llama_sampling.h): so a request gets the
// same text alone, in a batch of any size and with any number of threads (llama_decoder.h).

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/model/llama_sampling.h"
#include "truebound/model/llama_template.h"
#include "truebound/model/llama_tokens.h"

namespace truebound::model {

/// How a model file is loaded.
struct LlamaOptions {
  // Affects the result
  /// A Jinja chat template in place of the file's own; "" takes the file's.
  std::string chat_template;
  /// Tokens of prompt and answer together that one sequence holds; 0 takes what the model was
  /// trained with.
  int window = 2048;

  // Affects speed or cost only
  /// Sequences decoded at once, 1 to 255. Memory grows with sequences x window.
  int sequences = 8;
  /// Threads; 0 takes one a core.
  int threads = 0;
};

/// One answer to draw.
struct LlamaRequest {
  std::vector<LlamaMessage> messages;
  LlamaSampling sampling;
  int max_tokens = 256;    ///< >= 1; the answer's tokens
  RandomStream stream{0};  ///< what the draws come from
  /// From when the prompt is begun: time spent waiting for others is not the model's.
  std::chrono::milliseconds timeout{60000};
};

/// Why an answer ended.
enum class LlamaFinish {
  stop,     ///< the model ended its turn
  length,   ///< max_tokens were drawn, or the window was full
  timeout,  ///< the time was over; the text is what there was
};

/// An answer.
struct LlamaReply {
  std::string text;  ///< bytes as the model wrote them, UTF-8 unless a character was cut
  LlamaFinish finish = LlamaFinish::stop;
  int tokens_in = 0;
  int tokens_out = 0;  ///< the token that ended the turn included
};

/// A loaded model and the thread that drives it. Thread-safe.
class LlamaEngine {
 public:
  using Callback = std::function<void(Result<LlamaReply>)>;

  /// @error invalid_input  the file is missing, no GGUF, cut, for a kind of model that does not
  ///        chat, or without a chat template; this machine lacks instructions or memory
  static Result<std::unique_ptr<LlamaEngine>> load(const Path& file, const LlamaOptions& options);

  LlamaEngine(const LlamaEngine&) = delete;
  LlamaEngine& operator=(const LlamaEngine&) = delete;
  /// Stops, as stop() does.
  ~LlamaEngine();

  /// The prompt of these messages, as submit() would feed it.
  /// @error invalid_input  the template raises on them
  Result<TokenizedPrompt> tokenize(const std::vector<LlamaMessage>& messages) const;

  /// Whether the template takes these messages and they leave room in the window.
  /// @error invalid_input  they do not
  Result<void> fits(const std::vector<LlamaMessage>& messages) const;

  /// Whether a system message reaches the model.
  /// @error invalid_input  the template raises on one, or leaves its text out
  Result<void> supports_system() const;

  /// Tokens that one sequence holds.
  int window() const;
  /// What computes: the library's version and the digest of its build options.
  static std::string version();

  /// Asks for an answer. `done` is called once, from the engine's thread, or from this one where
  /// the request fails at once; it must not block. Requests are taken in order; as many wait as the
  /// caller has submitted, so the caller bounds the memory.
  /// @error invalid_input  (to `done`) template raises, or the prompt leaves no room in the window
  /// @error stopped        (to `done`) the engine was stopped
  void submit(LlamaRequest request, Callback done);

  /// Breaks off the current step, fails every pending request as stopped, and waits for the thread.
  void stop();

 private:
  struct Parts;
  explicit LlamaEngine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace truebound::model
