#pragma once

// Folder: one interface to models, one file a provider (llama in process, openai and anthropic over
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
#include "truebound/eval/spent.h"
#include "truebound/model/purse.h"

namespace truebound::model {

class KeptAnswers;

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
  Allowance* allowance = nullptr;  ///< of the attempt that asks; ask() sets it from the tape
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
  /// @param allowance  what the attempt may spend, borrowed; null: whatever it needs
  explicit Tape(Clock& clock, Allowance* allowance = nullptr)
      : clock_(clock), allowance_(allowance) {}
  Clock& clock() { return clock_; }
  Allowance* allowance() const { return allowance_; }
  void keep(eval::Call call) { calls_.push_back(std::move(call)); }
  const std::vector<eval::Call>& calls() const { return calls_; }

 private:
  Clock& clock_;
  Allowance* allowance_;
  std::vector<eval::Call> calls_;
};

/// What tokens cost, a million of them; as whole billionths a token, rounded up.
struct Price {
  std::int64_t in = 0;   ///< billionths a token of the request
  std::int64_t out = 0;  ///< billionths a token of the reply

  /// From the option `price`: {in, out}.
  /// @error invalid_input  a part that is missing, or not in [0, 1e9]
  static Result<Price> read(const eval::Specification& specification);
};

/// What a request may cost at most.
struct Most {
  std::int64_t tokens_in = 0;
  std::int64_t tokens_out = 0;
};

/// Where a model answers. Over a network the first attempt goes alone, so that a server that is
/// down or refuses the plan is found out by few calls.
enum class Reach { in_process, over_network };

/// A model that answers. Many requests may be under way at once, all from one event loop.
class Model {
 public:
  explicit Model(std::string name);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model();

  /// Its name in the plan.
  const std::string& name() const { return name_; }

  /// What pins it: provider, served id, digest of the weights. Goes into run.open.
  virtual json::Value identity() const = 0;

  virtual Reach reach() const { return Reach::in_process; }

  /// What a request may cost at most. The prompt: a token for each byte of its texts (no tokenizer
  /// makes more), and 16 for each message and 64 for what a chat template adds. The reply:
  /// `max_tokens`, or where the plan names none, 4096 or the longest reply so far.
  eval::Spent most(const Request& request) const;
  /// The reply's part of it, in tokens.
  std::int64_t most_reply_tokens(const Request& request) const;
  /// How often one call may be sent at most: over a network it is repeated.
  std::int64_t most_tries() const;

  /// Sets what its tokens cost. make() does.
  void set_price(const Price& price) { price_ = price; }
  /// Keeps replies, and gives those that are kept instead of asking. make() does where the plan
  /// says `cache: true`.
  void keep_answers(std::unique_ptr<KeptAnswers> kept);

  /// Asks, and keeps the call on the tape whether or not a reply came. What it may cost is taken
  /// from the tape's allowance first; where that is spent, nothing is sent, and the failure is of
  /// status budget.
  Task<Answer> ask(eval::CallRole role, Request request, Tape& tape);

  /// Whether requests like this one can be asked at all: a chat template may refuse a system
  /// message, a protocol may need a limit of tokens. Asked once before the first slot.
  /// @error invalid_input  it cannot, and why
  virtual Result<void> accepts(const Request& request) const;

  /// Ends what is under way; requests that wait get a Failure of status canceled.
  virtual void cancel() {}

 protected:
  /// A provider over a network takes each try from the request's allowance itself, and settles it.
  virtual Task<Answer> answer(Request request) = 0;

  /// Before a try leaves: what it may cost, taken; nothing where the budget is spent.
  Task<std::optional<Most>> take(const Request& request) const;
  /// What a try has cost: nothing but the call (it was refused), all that was taken (nobody knows),
  /// or what the reply tells, where it is silent what was taken.
  void settle_refused(const Request& request, const Most& most) const;
  void settle_unknown(const Request& request, const Most& most) const;
  void settle_answered(const Request& request, const Most& most, const eval::Reply& reply);
  static Failure budget_spent();

 private:
  Most most_tokens(const Request& request) const;
  eval::Spent cost(std::int64_t tokens_in, std::int64_t tokens_out) const;
  Task<Answer> answer_in_process(Request request);

  std::string name_;
  Price price_;
  std::int64_t longest_reply_ = 0;
  std::unique_ptr<KeptAnswers> kept_;
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

/// Whether two identities are of one model: the same provider, and the same weights or the same
/// name at the same address. Two addresses of one model cannot be told.
bool is_same_model(const json::Value& a, const json::Value& b);

/// The providers that exist, with their options.
std::vector<eval::KnownKind> providers();

}  // namespace truebound::model
