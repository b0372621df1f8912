#pragma once

// What an attack gets for one attempt: the sample, a way to ask the system, a budget of queries,
// and a random stream of its own. It records every query for the transcript and how the attempt
// ended.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/context/system.h"
#include "truebound/core/random.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/sample.h"
#include "truebound/model/model.h"

namespace truebound::attack {

/// The attempt that means are for. Borrows sample, system and tape.
struct Setting {
  // Affects the result.
  const eval::Sample& sample;
  const context::System& system;
  std::string seed;          ///< of the run, 64 hexadecimal digits
  std::string slot;          ///< the slot's key
  std::int64_t queries = 1;  ///< at most so many: Attack::queries(), or less

  // Affects speed or cost only.
  model::Tape& tape;  ///< keeps the calls
  std::chrono::milliseconds timeout{60000};
};

/// How an attempt ended, as far as can be told without a verdict.
struct Ending {
  /// `ok`: the method is done and a reply came through. `stopped`: a layer stopped every query.
  /// Else the status of the call that failed; replies from before it are among the queries. An
  /// attack that asked nothing ends `ok` with no query, or `budget` where it had none.
  eval::Status status = eval::Status::ok;
  std::string layer = "none";  ///< where all were stopped: the layer that stopped the first
  std::string note;            ///< which layers stopped how much and why; what failed
  model::Scope scope = model::Scope::call;  ///< of the call that failed
};

/// The means of one attempt. Not thread-safe.
///
/// Each query draws from the stream `call:system:<n>` of its slot, n its number; the attack draws
/// from `attack`. So a repeated attempt, or the same slot in another order of slots, draws the
/// same.
class Means {
 public:
  explicit Means(Setting setting);
  Means(const Means&) = delete;
  Means& operator=(const Means&) = delete;

  const eval::Sample& sample() const { return setting_.sample; }
  /// The attack's own stream.
  RandomStream& stream() { return stream_; }
  /// Queries that may still be asked; 0 after a failure.
  std::int64_t queries_left() const;

  /// Asks in a new conversation of one message.
  /// @return the query with its reply, stopped ones too (`layer`); nothing when the budget is spent
  ///         or a call has failed, the run's budget and cancellation included: the attempt is over
  Task<std::optional<eval::Query>> ask(std::string text);

  /// Asks with turns before: user and assistant in turn, the last one the user's.
  /// @return as above
  Task<std::optional<eval::Query>> ask(eval::Conversation conversation);

  /// Every query so far, numbered from 1.
  const std::vector<eval::Query>& queries() const { return queries_; }
  /// How the attempt ended, if it ends now.
  Ending ending() const;

 private:
  void record(std::string asked, context::Turn turn);

  Setting setting_;
  RandomStream stream_;
  std::vector<eval::Query> queries_;
  std::map<std::string, std::int64_t> stops_;  // layer and reason, with the number of queries
  std::optional<model::Failure> failure_;
};

}  // namespace truebound::attack
