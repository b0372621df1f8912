#include "truebound/model/llama_decoder.h"

#include <algorithm>
#include <cstring>
#include <fstream>

#include <ggml-cpu.h>
#include <llama.h>

#include "truebound/model/llama_log.h"

namespace truebound::model {
namespace {

constexpr int prompt_cut = 32;
// llama.cpp splits a cache among threads from 512 cells, and counts cells in steps of 256.
constexpr int long_cache = 255;

struct FreeModel {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct FreeContext {
  void operator()(llama_context* context) const { llama_free(context); }
};
struct FreePool {
  void operator()(ggml_threadpool* pool) const { ggml_threadpool_free(pool); }
};
using ModelHandle = std::unique_ptr<llama_model, FreeModel>;
using ContextHandle = std::unique_ptr<llama_context, FreeContext>;
using PoolHandle = std::unique_ptr<ggml_threadpool, FreePool>;

enum class Logits { skip, want };

/// A batch for llama_decode, sized once.
class Batch {
 public:
  explicit Batch(int capacity) : batch_(llama_batch_init(capacity, 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void clear() { batch_.n_tokens = 0; }
  const llama_batch& raw() const { return batch_; }

  /// Returns the place of the token in the batch.
  int add(NextToken next, int position, Logits logits) {
    const int at = batch_.n_tokens++;
    batch_.token[at] = next.token;
    batch_.pos[at] = position;
    batch_.n_seq_id[at] = 1;
    batch_.seq_id[at][0] = next.sequence;
    batch_.logits[at] = logits == Logits::want ? 1 : 0;
    return at;
  }

 private:
  llama_batch batch_;
};

bool has_magic(const Path& file) {
  std::ifstream in(file, std::ios::binary);
  char magic[4] = {};
  in.read(magic, sizeof magic);
  return in.gcount() == sizeof magic && std::memcmp(magic, "GGUF", sizeof magic) == 0;
}

Result<void> check_machine() {
#if defined(__x86_64__)
  if (ggml_cpu_has_avx2() != 0 && __builtin_cpu_supports("avx2") == 0) {
    return invalid_input(
        "this machine: expected a CPU with AVX2, got none; build llama.cpp with "
        "LLAMA_OPTIONS=\"-DGGML_AVX2=OFF -DGGML_FMA=OFF -DGGML_F16C=OFF -DGGML_BMI2=OFF\"");
  }
#endif
  return {};
}

Result<ModelHandle> load_weights(const Path& file) {
  const std::string name = file.string();
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    return invalid_input(name + ": expected a model file, found none");
  }
  if (!has_magic(file)) return invalid_input(name + ": expected a GGUF file, got another format");
  const LlamaLog log;
  ModelHandle model(llama_model_load_from_file(name.c_str(), llama_model_default_params()));
  if (!model) {
    return invalid_input(name + ": expected a whole GGUF model, got a broken one: " + log.reason());
  }
  if (llama_model_has_encoder(model.get()) || llama_model_is_diffusion(model.get())) {
    return invalid_input(name + ": expected a model that writes token by token, got another kind");
  }
  return model;
}

Result<ContextHandle> make_context(llama_model* model, const DecoderOptions& options) {
  llama_context_params params = llama_context_default_params();
  // One sequence alone could not get company.
  const auto sequences = static_cast<std::uint32_t>(std::max(2, options.sequences));
  params.n_ctx = static_cast<std::uint32_t>(options.window) * sequences;
  params.n_seq_max = sequences;
  params.n_batch = std::max(sequences, static_cast<std::uint32_t>(prompt_cut + 1));
  params.n_ubatch = params.n_batch;
  params.n_outputs_max = sequences;
  params.n_threads = options.threads;
  params.n_threads_batch = options.threads;
  // With one cache for all, a text depends on what else is in it.
  params.kv_unified = false;
  const LlamaLog log;
  ContextHandle context(llama_init_from_model(model, params));
  if (!context) {
    return invalid_input("model: expected memory for " + std::to_string(options.sequences) +
                         " sequences of " + std::to_string(options.window) +
                         " tokens: " + log.reason());
  }
  return context;
}

}  // namespace

struct Decoder::Handles {
  ModelHandle model;
  PoolHandle pool;
  ContextHandle context;
  std::unique_ptr<Batch> batch;

  llama_memory_t memory() const { return llama_get_memory(context.get()); }
};

Decoder::Decoder(std::unique_ptr<Handles> handles, const DecoderOptions& options)
    : handles_(std::move(handles)), options_(options) {
  held_.resize(static_cast<std::size_t>(std::max(2, options.sequences)));
  llama_set_abort_callback(
      handles_->context.get(),
      [](void* flag) { return static_cast<std::atomic<bool>*>(flag)->load(); }, &stopping_);
}

Decoder::~Decoder() = default;

Result<std::unique_ptr<Decoder>> Decoder::load(const Path& file, const DecoderOptions& wanted) {
  TRUEBOUND_TRY_VOID(check_machine());
  auto handles = std::make_unique<Handles>();
  TRUEBOUND_TRY(model, load_weights(file));
  handles->model = std::move(model);
  DecoderOptions options = wanted;
  if (options.window < 1) options.window = llama_model_n_ctx_train(handles->model.get());
  TRUEBOUND_TRY(context, make_context(handles->model.get(), options));
  handles->context = std::move(context);
  handles->batch = std::make_unique<Batch>(std::max(prompt_cut + 1, options.sequences * 2));
  // One pool for the model's life: without it ggml starts its threads anew for each step.
  ggml_threadpool_params threads = ggml_threadpool_params_default(options.threads);
  handles->pool.reset(ggml_threadpool_new(&threads));
  if (handles->pool) {
    llama_attach_threadpool(handles->context.get(), handles->pool.get(), handles->pool.get());
  }
  return std::unique_ptr<Decoder>(new Decoder(std::move(handles), options));
}

const llama_vocab* Decoder::vocab() const {
  return llama_model_get_vocab(handles_->model.get());
}

std::string Decoder::chat_template() const {
  const char* source = llama_model_chat_template(handles_->model.get(), nullptr);
  return source == nullptr ? "" : source;
}

namespace {

// Whole cuts before the last: the rest, which is computed anew, has 2 to prompt_cut + 1 tokens (or
// is the whole of a prompt of one), so that it is never a single token on a long cache.
int whole_cuts(std::size_t prompt_size) {
  return prompt_size < 2 ? 0 : static_cast<int>(prompt_size - 2) / prompt_cut * prompt_cut;
}

}  // namespace

int Decoder::shared(int sequence, const std::vector<TokenId>& prompt) const {
  const std::vector<TokenId>& kept = held_[static_cast<std::size_t>(sequence)].prompt;
  const auto ends = std::mismatch(kept.begin(), kept.end(), prompt.begin(), prompt.end());
  const auto same = static_cast<int>(ends.first - kept.begin());
  return std::min(same / prompt_cut * prompt_cut, whole_cuts(prompt.size()));
}

// Drops what a sequence's cache holds beyond `size` tokens, or all of it where the model cannot go
// back (recurrent ones).
void Decoder::cut_back(int sequence, int size) {
  Held& held = held_[static_cast<std::size_t>(sequence)];
  if (!llama_memory_seq_rm(handles_->memory(), sequence, size, -1)) {
    llama_memory_seq_rm(handles_->memory(), sequence, -1, -1);
    size = 0;
  }
  held.used = size;
  held.prompt.resize(std::min(held.prompt.size(), static_cast<std::size_t>(size)));
}

Result<void> Decoder::decode() {
  const LlamaLog log;
  const int status = llama_decode(handles_->context.get(), handles_->batch->raw());
  if (stopping_) return stopped("model: stopped before the answer was complete");
  if (status == 0) return {};
  llama_memory_clear(handles_->memory(), true);
  for (Held& held : held_)
    held = {};
  return invalid_input("model: expected to compute a step, failed with " + std::to_string(status) +
                       ": " + log.reason());
}

Result<std::span<const float>> Decoder::start(int sequence, const std::vector<TokenId>& prompt) {
  const auto total = static_cast<int>(prompt.size());
  TRUEBOUND_CHECK(total >= 1 && total < options_.window, "a prompt fits the window");
  cut_back(sequence, shared(sequence, prompt));
  Held& held = held_[static_cast<std::size_t>(sequence)];
  TRUEBOUND_CHECK(held.free, "a prompt starts in a free sequence");
  held.free = false;
  const int cuts_end = whole_cuts(prompt.size());
  int last = 0;
  while (held.used < total) {
    const int end = held.used < cuts_end ? held.used + prompt_cut : total;
    handles_->batch->clear();
    for (; held.used < end; ++held.used) {
      last = handles_->batch->add({sequence, prompt[static_cast<std::size_t>(held.used)]},
                                  held.used, held.used == total - 1 ? Logits::want : Logits::skip);
    }
    TRUEBOUND_TRY_VOID(decode());
  }
  held.prompt.assign(prompt.begin(), prompt.begin() + cuts_end);
  return logits_at(last);
}

// Sequences are decoded together where their numbers follow each other. One that stands alone, on a
// long cache, gets the free neighbor as company: with any token, dropped again.
void Decoder::add_company(const std::vector<NextToken>& tokens) {
  std::vector<bool> taken(held_.size() + 2, false);  // one place further, for the outer neighbors
  for (const NextToken& next : tokens)
    taken[static_cast<std::size_t>(next.sequence) + 1] = true;
  for (const NextToken& next : tokens) {
    const auto own = static_cast<std::size_t>(next.sequence) + 1;
    if (taken[own - 1] || taken[own + 1]) continue;
    if (held_[own - 1].used < long_cache) continue;
    const std::size_t neighbor = own < held_.size() ? own + 1 : own - 1;
    taken[neighbor] = true;
    company_.push_back(static_cast<int>(neighbor) - 1);
  }
}

void Decoder::drop_company() {
  for (const int sequence : company_) {
    cut_back(sequence, held_[static_cast<std::size_t>(sequence)].used);
  }
  company_.clear();
}

Result<void> Decoder::extend(const std::vector<NextToken>& tokens) {
  company_.clear();
  add_company(tokens);
  std::vector<NextToken> all = tokens;
  for (const int sequence : company_) {
    all.push_back({.sequence = sequence, .token = tokens.front().token});
  }
  std::sort(all.begin(), all.end(),
            [](const NextToken& a, const NextToken& b) { return a.sequence < b.sequence; });
  handles_->batch->clear();
  places_.clear();
  for (const NextToken& next : all) {
    Held& held = held_[static_cast<std::size_t>(next.sequence)];
    const int at = handles_->batch->add(next, held.used, Logits::want);
    if (held.free) continue;
    ++held.used;
    places_.push_back(at);
  }
  TRUEBOUND_TRY_VOID(decode());
  drop_company();
  return {};
}

std::span<const float> Decoder::logits_at(int place) const {
  const float* found = llama_get_logits_ith(handles_->context.get(), place);
  TRUEBOUND_CHECK(found != nullptr, "llama.cpp gives the logits that were asked for");
  return {found, static_cast<std::size_t>(llama_vocab_n_tokens(vocab()))};
}

std::span<const float> Decoder::logits(std::size_t place) const {
  return logits_at(places_.at(place));
}

void Decoder::release(int sequence) {
  Held& held = held_[static_cast<std::size_t>(sequence)];
  held.free = true;
  cut_back(sequence, static_cast<int>(held.prompt.size()));
}

}  // namespace truebound::model
