#include "truebound/model/llama_engine.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include <ggml-cpu.h>
#include <llama.h>

#include "truebound/model/llama_log.h"

namespace truebound::model {
namespace {

constexpr int batch_tokens = 512;  // prompt tokens a step: more brings no speed on a CPU

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

/// A batch for llama_decode, sized once.
class Batch {
 public:
  explicit Batch(int capacity) : batch_(llama_batch_init(capacity, 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  enum class Logits { skip, want };

  int size() const { return batch_.n_tokens; }
  void clear() { batch_.n_tokens = 0; }
  const llama_batch& raw() const { return batch_; }

  /// Returns the place of the token in the batch.
  int add(TokenId token, int position, int sequence, Logits logits) {
    const int at = batch_.n_tokens++;
    batch_.token[at] = token;
    batch_.pos[at] = position;
    batch_.n_seq_id[at] = 1;
    batch_.seq_id[at][0] = sequence;
    batch_.logits[at] = logits == Logits::want ? 1 : 0;
    return at;
  }

 private:
  llama_batch batch_;
};

/// A request whose prompt is in tokens.
struct Job {
  TokenizedPrompt prompt;
  LlamaSampling sampling;
  int max_tokens = 0;
  RandomStream stream{0};
  std::chrono::milliseconds timeout{0};
  LlamaEngine::Callback done;
};

/// A sequence that is being decoded.
struct Sequence {
  Job job;
  int fed = 0;         // tokens of the prompt that are in the cache or in this step's batch
  int position = 0;    // where the next token goes
  TokenId next = 0;    // drawn, not fed yet
  int logits_at = -1;  // place in this step's batch whose logits are wanted, or none
  std::chrono::steady_clock::time_point deadline;
  LlamaReply reply;
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
  LlamaLog log;
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = -1;
  ModelHandle model(llama_model_load_from_file(name.c_str(), params));
  if (!model) {
    return invalid_input(name + ": expected a whole GGUF model, got a broken one: " + log.reason());
  }
  if (llama_model_has_encoder(model.get()) || llama_model_is_diffusion(model.get())) {
    return invalid_input(name + ": expected a model that writes token by token, got another kind");
  }
  return model;
}

Result<ContextHandle> make_context(llama_model* model, const LlamaOptions& options, int window) {
  llama_context_params params = llama_context_default_params();
  const auto sequences = static_cast<std::uint32_t>(options.sequences);
  params.n_ctx = static_cast<std::uint32_t>(window) * sequences;
  params.n_seq_max = sequences;
  params.n_batch = batch_tokens;
  params.n_ubatch = batch_tokens;
  params.n_outputs_max = sequences;
  params.n_threads = options.threads;
  params.n_threads_batch = options.threads;
  // Each sequence has its own cache, and attention is summed in one order whatever the number of
  // threads: without both, a text depends on what else is in the batch.
  params.kv_unified = false;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  LlamaLog log;
  ContextHandle context(llama_init_from_model(model, params));
  if (!context) {
    return invalid_input("model: expected memory for " + std::to_string(options.sequences) +
                         " sequences of " + std::to_string(window) + " tokens: " + log.reason());
  }
  return context;
}

Error stopped_request() {
  return stopped("model: stopped before the answer was complete");
}

}  // namespace

struct LlamaEngine::Parts {
  ModelHandle model;
  ContextHandle context;
  PoolHandle pool;
  std::optional<ChatTemplate> chat_template;
  std::optional<Tokens> tokens;
  std::unique_ptr<Batch> batch;
  int window = 0;

  std::vector<std::optional<Sequence>> sequences;  // the engine's thread alone

  std::mutex mutex;
  std::condition_variable waiting;
  std::deque<Job> queue;  // guarded by mutex
  std::atomic<bool> stopping = false;
  std::thread thread;

  ~Parts() {
    if (context && pool) llama_detach_threadpool(context.get());
  }

  Result<void> load_template(const Path& file, const std::string& given);
  Result<void> check_size(const TokenizedPrompt& prompt) const;
  void attach_threads(int threads);
  void run();
  bool wait_for_work();
  bool admit(std::size_t number);
  bool decode();
  bool feed_prompt(int number);
  void generate();
  void step();
  void take_logits(int number);
  void finish(int number, Result<LlamaReply> reply);
  void fail_all(const Error& error);
};

Result<void> LlamaEngine::Parts::load_template(const Path& file, const std::string& given) {
  const char* own = llama_model_chat_template(model.get(), nullptr);
  if (given.empty() && own == nullptr) {
    return invalid_input(file.string() +
                         ": expected a chat template, found none in the file; the option "
                         "`chat_template:` gives one");
  }
  const std::string source = given.empty() ? own : given;
  const llama_vocab* vocab = llama_model_get_vocab(model.get());
  tokens.emplace(vocab, source);
  const auto parsed =
      ChatTemplate::parse(source, {.bos = tokens->first_token(), .eos = tokens->last_token()});
  if (!parsed.ok()) return invalid_input(file.string() + ": " + parsed.error().message);
  chat_template = parsed.value();
  const auto tried = chat_template->render({{.role = "user", .content = "x"}});
  if (!tried.ok()) return invalid_input(file.string() + ": " + tried.error().message);
  return {};
}

Result<void> LlamaEngine::Parts::check_size(const TokenizedPrompt& prompt) const {
  const auto size = static_cast<int>(prompt.tokens.size());
  if (size >= 1 && size < window) return {};
  return invalid_input("prompt: expected 1 to " + std::to_string(window - 1) +
                       " tokens to fit the window, got " + std::to_string(size));
}

// One pool for the model's life: without it ggml starts its threads anew for each step.
void LlamaEngine::Parts::attach_threads(int threads) {
  ggml_threadpool_params params = ggml_threadpool_params_default(threads);
  pool.reset(ggml_threadpool_new(&params));
  if (pool) llama_attach_threadpool(context.get(), pool.get(), pool.get());
}

bool LlamaEngine::Parts::wait_for_work() {
  const bool idle = std::none_of(sequences.begin(), sequences.end(),
                                 [](const auto& sequence) { return sequence.has_value(); });
  std::unique_lock lock(mutex);
  if (idle) waiting.wait(lock, [&] { return stopping || !queue.empty(); });
  return !stopping;
}

bool LlamaEngine::Parts::admit(std::size_t number) {
  if (sequences[number]) return false;
  const std::lock_guard lock(mutex);
  if (queue.empty()) return false;
  Sequence& sequence = sequences[number].emplace();
  sequence.job = std::move(queue.front());
  sequence.reply.tokens_in = static_cast<int>(sequence.job.prompt.tokens.size());
  queue.pop_front();
  if (sequence.job.prompt.opens_thinking) sequence.reply.text = "<think>\n";
  sequence.deadline = std::chrono::steady_clock::now() + sequence.job.timeout;
  return true;
}

bool LlamaEngine::Parts::decode() {
  const LlamaLog log;
  const int status = llama_decode(context.get(), batch->raw());
  if (stopping) return false;
  if (status == 0) return true;
  fail_all(invalid_input("model: expected to compute a step, failed with " +
                         std::to_string(status) + ": " + log.reason()));
  return false;
}

// A prompt is computed alone and cut at fixed places: kernels differ in rounding with the number of
// tokens that they take at once, so company in the batch would change the text.
bool LlamaEngine::Parts::feed_prompt(int number) {
  Sequence& sequence = *sequences[static_cast<std::size_t>(number)];
  const auto& prompt = sequence.job.prompt.tokens;
  while (sequence.position < sequence.reply.tokens_in) {
    batch->clear();
    while (sequence.position < sequence.reply.tokens_in && batch->size() < batch_tokens) {
      const bool last = sequence.position == sequence.reply.tokens_in - 1;
      sequence.logits_at =
          batch->add(prompt[static_cast<std::size_t>(sequence.position)], sequence.position, number,
                     last ? Batch::Logits::want : Batch::Logits::skip);
      ++sequence.position;
    }
    if (!decode()) return false;
  }
  take_logits(number);
  return true;
}

void LlamaEngine::Parts::generate() {
  batch->clear();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (!sequences[i]) continue;
    sequences[i]->logits_at = batch->add(sequences[i]->next, sequences[i]->position++,
                                         static_cast<int>(i), Batch::Logits::want);
  }
  if (batch->size() == 0 || !decode()) return;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i]) take_logits(static_cast<int>(i));
  }
}

void LlamaEngine::Parts::finish(int number, Result<LlamaReply> reply) {
  auto& sequence = sequences[static_cast<std::size_t>(number)];
  llama_memory_seq_rm(llama_get_memory(context.get()), number, -1, -1);
  const Callback done = std::move(sequence->job.done);
  sequence.reset();
  done(std::move(reply));
}

void LlamaEngine::Parts::take_logits(int number) {
  Sequence& sequence = *sequences[static_cast<std::size_t>(number)];
  const float* logits = llama_get_logits_ith(context.get(), sequence.logits_at);
  const auto size =
      static_cast<std::size_t>(llama_vocab_n_tokens(llama_model_get_vocab(model.get())));
  TRUEBOUND_CHECK(logits != nullptr, "llama.cpp gives the logits that were asked for");
  auto drawn = sample_token({logits, size}, sequence.job.sampling, sequence.job.stream);
  if (!drawn.ok()) return finish(number, drawn.error());
  sequence.next = drawn.value();
  LlamaReply& reply = sequence.reply;
  ++reply.tokens_out;
  if (tokens->ends_turn(sequence.next)) {
    reply.finish = LlamaFinish::stop;
    return finish(number, std::move(reply));
  }
  reply.text += tokens->piece(sequence.next);
  if (reply.tokens_out >= sequence.job.max_tokens || sequence.position >= window) {
    reply.finish = LlamaFinish::length;
    return finish(number, std::move(reply));
  }
  if (std::chrono::steady_clock::now() >= sequence.deadline) {
    reply.finish = LlamaFinish::timeout;
    finish(number, std::move(reply));
  }
}

// Between two steps of generation all free sequences are filled: a step costs almost the same
// whether it decodes one token or eight.
void LlamaEngine::Parts::step() {
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    while (admit(i)) {
      if (!feed_prompt(static_cast<int>(i))) return;
    }
  }
  generate();
}

void LlamaEngine::Parts::fail_all(const Error& error) {
  for (int number = 0; number < static_cast<int>(sequences.size()); ++number) {
    if (sequences[static_cast<std::size_t>(number)]) finish(number, error);
  }
}

void LlamaEngine::Parts::run() {
  while (wait_for_work()) {
    step();
  }
  fail_all(stopped_request());
  std::deque<Job> unserved;
  {
    const std::lock_guard lock(mutex);
    unserved.swap(queue);
  }
  for (Job& job : unserved)
    job.done(stopped_request());
}

LlamaEngine::LlamaEngine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

LlamaEngine::~LlamaEngine() {
  stop();
}

Result<std::unique_ptr<LlamaEngine>> LlamaEngine::load(const Path& file,
                                                       const LlamaOptions& wanted) {
  TRUEBOUND_TRY_VOID(check_machine());
  LlamaOptions options = wanted;
  if (options.sequences < 1 || options.sequences > 256) {
    return invalid_input("model: sequences must be 1 to 256, got " +
                         std::to_string(options.sequences));
  }
  if (options.threads < 1) {
    options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  auto parts = std::make_unique<Parts>();
  TRUEBOUND_TRY(model, load_weights(file));
  parts->model = std::move(model);
  TRUEBOUND_TRY_VOID(parts->load_template(file, options.chat_template));
  const int trained = llama_model_n_ctx_train(parts->model.get());
  const int window = options.window < 1 ? trained : options.window;
  TRUEBOUND_TRY(context, make_context(parts->model.get(), options, window));
  parts->context = std::move(context);
  parts->window = window;
  parts->batch = std::make_unique<Batch>(batch_tokens + options.sequences);
  parts->sequences.resize(static_cast<std::size_t>(options.sequences));
  parts->attach_threads(options.threads);
  llama_set_abort_callback(
      parts->context.get(),
      [](void* flag) { return static_cast<std::atomic<bool>*>(flag)->load(); }, &parts->stopping);
  Parts* driven = parts.get();
  parts->thread = std::thread([driven] { driven->run(); });
  return std::unique_ptr<LlamaEngine>(new LlamaEngine(std::move(parts)));
}

Result<TokenizedPrompt> LlamaEngine::tokenize(const std::vector<LlamaMessage>& messages) const {
  return parts_->tokens->tokenize(*parts_->chat_template, messages);
}

Result<void> LlamaEngine::supports_system() const {
  return parts_->chat_template->supports_system();
}

Result<void> LlamaEngine::fits(const std::vector<LlamaMessage>& messages) const {
  TRUEBOUND_TRY(prompt, tokenize(messages));
  return parts_->check_size(prompt);
}

int LlamaEngine::window() const {
  return parts_->window;
}

std::string LlamaEngine::version() {
  return "llama.cpp of llama-cpp-python " TRUEBOUND_LLAMA_BUILD;
}

void LlamaEngine::submit(LlamaRequest request, Callback done) {
  auto prompt = tokenize(request.messages);
  if (!prompt.ok()) return done(prompt.error());
  if (const auto fit = parts_->check_size(prompt.value()); !fit.ok()) return done(fit.error());
  if (request.max_tokens < 1) {
    return done(
        invalid_input("max_tokens must be >= 1, got " + std::to_string(request.max_tokens)));
  }
  {
    const std::lock_guard lock(parts_->mutex);
    if (!parts_->stopping) {
      parts_->queue.push_back({.prompt = std::move(prompt).value(),
                               .sampling = request.sampling,
                               .max_tokens = request.max_tokens,
                               .stream = request.stream,
                               .timeout = request.timeout,
                               .done = std::move(done)});
      parts_->waiting.notify_one();
      return;
    }
  }
  done(stopped_request());
}

void LlamaEngine::stop() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->waiting.notify_one();
  if (parts_->thread.joinable()) parts_->thread.join();
}

}  // namespace truebound::model
