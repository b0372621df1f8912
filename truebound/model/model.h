#pragma once

// Folder: one interface to models, one file a provider (llama in process, openai over
// HTTP, replay from a file).
// A provider offers coroutines; the run engine drives them. Only `run` makes a model speak.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/specification.h"

namespace truebound::model {

/// One request. Parameters that are absent are not sent.
struct Request {
  // Affects the result.
  eval::Conversation messages;
  std::optional<double> temperature;       ///< >= 0
  std::optional<double> top_p;             ///< in (0, 1]
  std::optional<std::int64_t> max_tokens;  ///< >= 1
  RandomStream stream{0};                  ///< what sampling draws from, in process
  std::string slot;                        ///< the slot's key, by which `replay` finds its answer

  // Affects speed or cost only.
  std::chrono::milliseconds timeout{60000};
};

/// What a failure tells of the calls to come: nothing; that nobody usable may be there (no
/// connection, a refused key, no such route, no JSON); that what the plan sends is refused as such.
enum class Scope { call, endpoint, plan };

/// Why no reply came.
struct Failure {
  eval::Status status = eval::Status::lost;
  std::string message;
  Scope scope = Scope::call;
};
using Answer = std::variant<eval::Reply, Failure>;

/// Keeps every call of one attempt, in order, for its transcript. Not thread-safe.
class Tape {
 public:
  explicit Tape(Clock& clock) : clock_(clock) {}
  Clock& clock() { return clock_; }
  void keep(eval::Call call) { calls_.push_back(std::move(call)); }
  const std::vector<eval::Call>& calls() const { return calls_; }

 private:
  Clock& clock_;
  std::vector<eval::Call> calls_;
};

/// Where a model answers. Over a network the first attempt goes alone, so that a server that is
/// down or refuses the plan is found out by few calls.
enum class Reach { in_process, over_network };

/// A model that answers. Many requests may be under way at once, all from one event loop.
class Model {
 public:
  explicit Model(std::string name) : name_(std::move(name)) {}
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model() = default;

  /// Its name in the plan.
  const std::string& name() const { return name_; }

  /// What pins it: provider, served id, digest of the weights. Goes into run.open.
  virtual json::Value identity() const = 0;

  virtual Reach reach() const { return Reach::in_process; }

  /// Asks, and keeps the call on the tape whether or not a reply came.
  Task<Answer> ask(eval::CallRole role, Request request, Tape& tape);

  /// Whether requests with this conversation can be asked at all: a chat template may refuse a
  /// system message. Asked once before the first slot.
  /// @error invalid_input  it cannot, and why
  virtual Result<void> accepts(const eval::Conversation& messages) const;

  /// Ends what is under way; requests that wait get a Failure of status canceled.
  virtual void cancel() {}

 protected:
  virtual Task<Answer> answer(Request request) = 0;

 private:
  std::string name_;
};

/// What a provider gets to make a model.
struct Casting {
  std::string name;  ///< in the plan
  const eval::Specification& specification;
  const FileSource& files;  ///< files frozen with the plan, and those beside it
  Path folder;              ///< the plan's folder
  Path cache;               ///< the user's cache, where weights are kept
};

/// Makes the model that a specification names.
/// @error invalid_input  an unknown provider; a file that is missing, cut or of another digest
Result<std::unique_ptr<Model>> make(const Casting& casting);

/// The providers that exist, with their options.
std::vector<eval::KnownKind> providers();

}  // namespace truebound::model
