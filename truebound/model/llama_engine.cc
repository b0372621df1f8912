#include "truebound/model/llama_engine.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "truebound/model/llama_decoder.h"

namespace truebound::model {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// A request whose prompt is in tokens.
struct Job {
  TokenizedPrompt prompt;
  LlamaSampling sampling;
  int max_tokens = 0;
  RandomStream stream{0};
  std::chrono::milliseconds timeout{0};
  LlamaEngine::Callback done;
};

/// A job in a sequence.
struct Writing {
  Job job;
  TokenId next = 0;  // drawn, not computed yet
  SteadyClock::time_point deadline;
  LlamaReply reply;
};

Error stopped_request() {
  return stopped("model: stopped before the answer was complete");
}

}  // namespace

struct LlamaEngine::Parts {
  std::unique_ptr<Decoder> decoder;
  std::optional<Tokens> tokens;
  std::optional<ChatTemplate> chat_template;
  std::vector<std::optional<Writing>> sequences;  // the engine's thread alone

  std::mutex mutex;
  std::condition_variable waiting;
  std::deque<Job> queue;  // guarded by mutex, as is the next
  bool stopping = false;
  std::thread thread;

  Result<void> load_template(const Path& file, const std::string& given);
  Result<void> check_size(const TokenizedPrompt& prompt) const;
  void run();
  bool wait_for_work();
  std::optional<Job> next_job();
  std::optional<std::size_t> free_sequence(const TokenizedPrompt& prompt) const;
  void begin(std::size_t number, Job job);
  void generate();
  void take(std::size_t number, std::span<const float> logits);
  void finish(std::size_t number, Result<LlamaReply> reply);
  void fail_all(const Error& error);
};

Result<void> LlamaEngine::Parts::load_template(const Path& file, const std::string& given) {
  const std::string source = given.empty() ? decoder->chat_template() : given;
  if (source.empty()) {
    return invalid_input(file.string() +
                         ": expected a chat template, found none in the file; the option "
                         "`chat_template:` gives one");
  }
  tokens.emplace(decoder->vocab(), source);
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
  if (size >= 1 && size < decoder->window()) return {};
  return invalid_input("prompt: expected 1 to " + std::to_string(decoder->window() - 1) +
                       " tokens to fit the window, got " + std::to_string(size));
}

bool LlamaEngine::Parts::wait_for_work() {
  const bool idle = std::none_of(sequences.begin(), sequences.end(),
                                 [](const auto& sequence) { return sequence.has_value(); });
  std::unique_lock lock(mutex);
  if (idle) waiting.wait(lock, [&] { return stopping || !queue.empty(); });
  return !stopping;
}

std::optional<Job> LlamaEngine::Parts::next_job() {
  const std::lock_guard lock(mutex);
  if (queue.empty() || stopping) return std::nullopt;
  Job job = std::move(queue.front());
  queue.pop_front();
  return job;
}

// The one that already holds most of the prompt, the first where several do: sequences whose
// numbers follow each other are decoded together.
std::optional<std::size_t> LlamaEngine::Parts::free_sequence(const TokenizedPrompt& prompt) const {
  std::optional<std::size_t> best;
  int most = -1;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i]) continue;
    const int shared = decoder->shared(static_cast<int>(i), prompt.tokens);
    if (shared > most) {
      most = shared;
      best = i;
    }
  }
  return best;
}

void LlamaEngine::Parts::begin(std::size_t number, Job job) {
  Writing& writing = sequences[number].emplace();
  writing.job = std::move(job);
  writing.deadline = SteadyClock::now() + writing.job.timeout;
  writing.reply.tokens_in = static_cast<int>(writing.job.prompt.tokens.size());
  if (writing.job.prompt.opens_thinking) writing.reply.text = "<think>\n";
  const auto logits = decoder->start(static_cast<int>(number), writing.job.prompt.tokens);
  if (!logits.ok()) return fail_all(logits.error());
  take(number, logits.value());
}

void LlamaEngine::Parts::generate() {
  std::vector<NextToken> next;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i]) next.push_back({static_cast<int>(i), sequences[i]->next});
  }
  if (next.empty()) return;
  if (const auto done = decoder->extend(next); !done.ok()) return fail_all(done.error());
  for (std::size_t place = 0; place < next.size(); ++place) {
    take(static_cast<std::size_t>(next[place].sequence), decoder->logits(place));
  }
}

void LlamaEngine::Parts::take(std::size_t number, std::span<const float> logits) {
  Writing& writing = *sequences[number];
  LlamaReply& reply = writing.reply;
  const auto drawn = sample_token(logits, writing.job.sampling, writing.job.stream);
  if (!drawn.ok()) return finish(number, drawn.error());
  writing.next = drawn.value();
  ++reply.tokens_out;
  if (tokens->ends_turn(writing.next)) {
    reply.finish = LlamaFinish::stop;
    return finish(number, std::move(reply));
  }
  reply.text += tokens->piece(writing.next);
  if (reply.tokens_out >= writing.job.max_tokens ||
      reply.tokens_in + reply.tokens_out > decoder->window()) {
    reply.finish = LlamaFinish::length;
    return finish(number, std::move(reply));
  }
  if (SteadyClock::now() >= writing.deadline) {
    reply.finish = LlamaFinish::timeout;
    finish(number, std::move(reply));
  }
}

void LlamaEngine::Parts::finish(std::size_t number, Result<LlamaReply> reply) {
  const Callback done = std::move(sequences[number]->job.done);
  sequences[number].reset();
  decoder->release(static_cast<int>(number));
  done(std::move(reply));
}

void LlamaEngine::Parts::fail_all(const Error& error) {
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i]) finish(i, error);
  }
}

// Between two steps of generation all free sequences are filled: a step costs little more with
// eight sequences than with one.
void LlamaEngine::Parts::run() {
  while (wait_for_work()) {
    const auto has_free = [&] {
      return std::any_of(sequences.begin(), sequences.end(),
                         [](const auto& sequence) { return !sequence.has_value(); });
    };
    while (has_free()) {
      auto job = next_job();
      if (!job) break;
      const auto number = free_sequence(job->prompt);
      TRUEBOUND_CHECK(number.has_value(), "a sequence is free");
      begin(*number, std::move(*job));
    }
    generate();
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
                                                       const LlamaOptions& options) {
  if (options.sequences < 1 || options.sequences > 255) {
    return invalid_input("model: sequences must be 1 to 255, got " +
                         std::to_string(options.sequences));
  }
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  auto parts = std::make_unique<Parts>();
  TRUEBOUND_TRY(decoder,
                Decoder::load(file, {.window = options.window,
                                     .sequences = options.sequences,
                                     .threads = options.threads < 1 ? cores : options.threads}));
  parts->decoder = std::move(decoder);
  TRUEBOUND_TRY_VOID(parts->load_template(file, options.chat_template));
  parts->sequences.resize(static_cast<std::size_t>(options.sequences));
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
  return parts_->decoder->window();
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
  parts_->decoder->stop();
  parts_->waiting.notify_one();
  if (parts_->thread.joinable()) parts_->thread.join();
}

}  // namespace truebound::model
