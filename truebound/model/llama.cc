#include "truebound/model/llama.h"

#include <array>
#include <limits>
#include <utility>

#include "truebound/crypto/sha256.h"
#include "truebound/model/llama_engine.h"
#include "truebound/text/utf8.h"

namespace truebound::model {
namespace {

/// Weights that tools/fetch puts into the user's cache, under a name of ours.
struct BuiltinWeights {
  std::string_view name;
  std::string_view file;
  std::string_view sha256;
};
constexpr std::array builtin_weights = {
    BuiltinWeights{"smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf",
                   "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"}};

/// Where the weights lie and which digest they must have; "" where the plan pins none.
struct Weights {
  Path path;
  std::string sha256;
};

std::vector<LlamaMessage> chat(const eval::Conversation& messages) {
  std::vector<LlamaMessage> lines;
  for (const eval::Message& message : messages) {
    lines.push_back({.role = std::string(to_text(message.role)), .content = message.text});
  }
  return lines;
}

LlamaRequest engine_request(const Request& request) {
  LlamaRequest made{.messages = chat(request.messages), .stream = request.stream};
  made.sampling.temperature = request.temperature.value_or(made.sampling.temperature);
  made.sampling.top_p = request.top_p.value_or(made.sampling.top_p);
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  made.max_tokens = static_cast<int>(std::min(request.max_tokens.value_or(most), most));
  made.timeout = request.timeout;
  return made;
}

Answer answer_of(Result<LlamaReply> result, const Request& request, const std::string& served) {
  if (!result.ok()) {
    const bool canceled = result.error().code == ErrorCode::stopped;
    return Failure{.status = canceled ? eval::Status::canceled : eval::Status::rejected,
                   .message = result.error().message};
  }
  LlamaReply& reply = result.value();
  if (reply.finish == LlamaFinish::timeout) {
    return Failure{
        .status = eval::Status::timeout,
        .message = "no whole answer in " + std::to_string(request.timeout.count()) + " ms"};
  }
  const bool stopped = reply.finish == LlamaFinish::stop;
  return eval::Reply{.text = text::repair_utf8(reply.text).text,
                     .finish = stopped ? eval::Finish::stop : eval::Finish::length,
                     .tokens_in = reply.tokens_in,
                     .tokens_out = reply.tokens_out,
                     .served = served};
}

/// Messages of errors and identity are made once; the engine does the rest.
class Llama final : public Model {
 public:
  Llama(std::string name, std::unique_ptr<LlamaEngine> engine, int top_k, std::string served,
        json::Value identity)
      : Model(std::move(name)),
        engine_(std::move(engine)),
        top_k_(top_k),
        served_(std::move(served)),
        identity_(std::move(identity)) {}

  json::Value identity() const override { return identity_; }

  Result<void> accepts(const Request& request) const override {
    Result<void> taken;
    for (const eval::Message& message : request.messages) {
      if (message.role == eval::Role::system && taken.ok()) taken = engine_->supports_system();
    }
    if (taken.ok()) taken = engine_->fits(chat(request.messages));
    if (taken.ok()) return {};
    return invalid_input("models." + name() + ": " + taken.error().message);
  }

  void cancel() override { engine_->stop(); }

 protected:
  Task<Answer> answer(Request request) override {
    LlamaRequest asked = engine_request(request);
    asked.sampling.top_k = top_k_;
    // A named function: g++ 12 frees a lambda twice that is made within a co_await.
    const std::function<void(LlamaEngine::Callback)> start = [this, &asked](auto done) {
      engine_->submit(std::move(asked), std::move(done));
    };
    auto result = co_await wait_for_callback<Result<LlamaReply>>(start);
    co_return answer_of(std::move(result), request, served_);
  }

 private:
  std::unique_ptr<LlamaEngine> engine_;
  int top_k_;
  std::string served_;
  json::Value identity_;
};

// A file is looked for beside the plan, then in the user's cache.
Result<Weights> find_weights(const Casting& casting) {
  const std::string place = "models." + casting.name;
  const std::string file = casting.specification.text("file");
  const std::string builtin = casting.specification.text("builtin");
  if (file.empty() == builtin.empty()) {
    return invalid_input(place + ": expected either file or builtin, got " +
                         (file.empty() ? "neither" : "both"));
  }
  const Path kept = casting.cache / "models";
  if (!file.empty()) {
    Weights found{.path = casting.folder / file, .sha256 = casting.specification.text("sha256")};
    if (!std::filesystem::exists(found.path)) {
      const Path other = kept / file;
      if (!std::filesystem::exists(other)) {
        return invalid_input(place + ": expected the model file " + file +
                             " beside the plan or in " + kept.string() + ", found none");
      }
      found.path = other;
    }
    return found;
  }
  std::vector<std::string> known;
  for (const BuiltinWeights& weights : builtin_weights) {
    known.emplace_back(weights.name);
    if (weights.name != builtin) continue;
    Weights found{.path = kept / weights.file, .sha256 = std::string(weights.sha256)};
    if (!std::filesystem::exists(found.path)) {
      return invalid_input(place + ": expected " + found.path.string() +
                           ", found none; tools/fetch model fetches it");
    }
    return found;
  }
  return invalid_input(place + ": builtin must be one of " + join(known) + ", got \"" + builtin +
                       "\"");
}

Result<int> whole_option(const Casting& casting, std::string_view name, int least) {
  const std::int64_t value = casting.specification.whole(name).value_or(least);
  if (value < least || value > std::numeric_limits<int>::max()) {
    return invalid_input("models." + casting.name + ": " + std::string(name) +
                         " must be >= " + std::to_string(least) + ", got " + std::to_string(value));
  }
  return static_cast<int>(value);
}

Result<LlamaOptions> engine_options(const Casting& casting) {
  LlamaOptions options;
  const std::string file = casting.specification.text("chat_template");
  if (!file.empty()) {
    TRUEBOUND_TRY(source, casting.files.read(file));
    options.chat_template = std::move(source);
  }
  TRUEBOUND_TRY(window, whole_option(casting, "window", 0));
  TRUEBOUND_TRY(sequences, whole_option(casting, "sequences", 1));
  TRUEBOUND_TRY(threads, whole_option(casting, "threads", 0));
  options.window = window;
  options.sequences = sequences;
  options.threads = threads;
  return options;
}

Result<std::unique_ptr<Model>> make_llama(const Casting& casting) {
  const std::string place = "models." + casting.name + ": ";
  TRUEBOUND_TRY(weights, find_weights(casting));
  TRUEBOUND_TRY(options, engine_options(casting));
  TRUEBOUND_TRY(top_k, whole_option(casting, "top_k", 0));
  TRUEBOUND_TRY(digest, crypto::sha256_file(weights.path));
  const std::string hex = digest.hex();
  if (!weights.sha256.empty() && weights.sha256 != hex) {
    return invalid_input(place + weights.path.string() + ": expected SHA-256 " + weights.sha256 +
                         ", got " + hex);
  }
  auto engine = LlamaEngine::load(weights.path, options);
  if (!engine.ok()) return invalid_input(place + engine.error().message);
  const std::string served = "sha256:" + hex.substr(0, 12);
  json::Object identity{{"provider", "llama"},
                        {"served", served},
                        {"weights", hex},
                        {"engine", LlamaEngine::version()},
                        {"window", engine.value()->window()}};
  if (!options.chat_template.empty()) {
    identity.emplace_back("chat_template", crypto::sha256(options.chat_template).hex());
  }
  return std::unique_ptr<Model>(std::make_unique<Llama>(casting.name, std::move(engine).value(),
                                                        top_k, served, std::move(identity)));
}

eval::Option option(std::string name, eval::OptionKind kind, eval::Affects affects,
                    std::string about) {
  return {.name = std::move(name), .kind = kind, .affects = affects, .about = std::move(about)};
}

}  // namespace

Provider llama_provider() {
  using enum eval::OptionKind;
  constexpr auto result = eval::Affects::result;
  constexpr auto speed = eval::Affects::speed;
  eval::KnownKind kind{.id = "llama", .about = "a chat model in this process, from a GGUF file"};
  const LlamaOptions standard;
  kind.options = {
      option("file", text, result, "the GGUF file, beside the plan or in the user's cache"),
      option("builtin", text, result, "instead of file: smollm2-135m, which tools/fetch fetches"),
      option("sha256", text, result, "the digest that the file must have"),
      option("chat_template", eval::OptionKind::file, result,
             "a Jinja chat template instead of the file's own"),
      option("window", whole, result,
             "tokens that prompt and answer may have together; 0: as in training"),
      option("top_k", whole, result, "only the k likeliest tokens are drawn; 0: all"),
      option("sequences", whole, speed, "answers under way at once; memory grows with it"),
      option("threads", whole, speed, "threads; 0: one a core")};
  kind.options[4].fallback = standard.window;
  kind.options[5].fallback = 0;
  kind.options[6].fallback = standard.sequences;
  kind.options[7].fallback = standard.threads;
  return {.kind = std::move(kind), .make = make_llama};
}

}  // namespace truebound::model
