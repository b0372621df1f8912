#pragma once

// Weights and the caches of several sequences: prompts and tokens in, logits out, so that the
// logits of a sequence depend on its own tokens alone, to the last bit.
//
// Kernels round differently with the number of tokens that they take at once. So a prompt is
// computed without company and cut at fixed places, every `prompt_cut` tokens, while generation
// takes one token a sequence. A cut is the same whatever follows it, so a prompt that begins like
// the last one of its sequence reuses whole cuts and still gets the same bits. Two paths of
// llama.cpp's attention are kept out: the tiled one, which wants 64 tokens of one sequence, and the
// one that splits a long cache among threads, which wants a single token of a single sequence: such
// a token gets company.
// Holds on a CPU; measured with 1, 9 and 32 sequences and 1 and 2 threads. Cost of the cuts: none
// that was measured; of the company: a second token, for a sequence that runs alone.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/model/llama_tokens.h"

namespace truebound::model {

/// What a decoder holds.
struct DecoderOptions {
  int window = 2048;  ///< tokens a sequence; 0 takes what the model was trained with
  int sequences = 8;  ///< 1 to 255
  int threads = 1;    ///< >= 1
};

/// A sequence's next token.
struct NextToken {
  int sequence = 0;
  TokenId token = 0;
};

/// A loaded model. Not thread-safe, but for stop().
class Decoder {
 public:
  /// @error invalid_input  the file is missing, no GGUF, cut, or for a model that does not write
  ///        token by token; this machine lacks instructions or memory
  static Result<std::unique_ptr<Decoder>> load(const Path& file, const DecoderOptions& options);

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder();

  const llama_vocab* vocab() const;
  /// The file's chat template, or "".
  std::string chat_template() const;
  /// Tokens that one sequence holds.
  int window() const { return options_.window; }

  /// How many tokens of this prompt a free sequence already holds.
  int shared(int sequence, const std::vector<TokenId>& prompt) const;

  /// Computes a prompt of 1 to window - 1 tokens in a free sequence. The logits after its last
  /// token hold until the next call.
  /// @error stopped        stop() was called
  /// @error invalid_input  the library failed; all sequences are then free and empty
  Result<std::span<const float>> start(int sequence, const std::vector<TokenId>& prompt);

  /// Computes one more token of each of these sequences, given in ascending order.
  /// @error as start()
  Result<void> extend(const std::vector<NextToken>& tokens);

  /// After extend(): the logits after the token at this place of its list, until the next call.
  std::span<const float> logits(std::size_t place) const;

  /// Frees a sequence. What its prompt may share with the next stays in the cache.
  void release(int sequence);

  /// Breaks off the call that is under way, and every later one. From any thread.
  void stop() { stopping_ = true; }

 private:
  struct Handles;
  struct Held {
    std::vector<TokenId> prompt;  // what the cache holds of the last prompt, whole cuts
    int used = 0;                 // tokens in the cache; more than the prompt's while it generates
    bool free = true;
  };

  Decoder(std::unique_ptr<Handles> handles, const DecoderOptions& options);
  Result<void> decode();
  void add_company(const std::vector<NextToken>& tokens);
  void drop_company();
  void cut_back(int sequence, int size);
  std::span<const float> logits_at(int place) const;

  std::unique_ptr<Handles> handles_;
  DecoderOptions options_;
  std::vector<Held> held_;
  std::vector<int> company_;  // sequences that got a token only to keep another company
  std::vector<int> places_;   // of extend()'s tokens in the batch
  std::atomic<bool> stopping_ = false;
};

}  // namespace truebound::model
