#pragma once

// How the replies of an attempt come to the outcome of their slot: the suite's judges in their
// order, the next where one is undecided, on each query until one breaks. The same whether the
// judges are asked for the first time, again, or only replayed.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/outcome.h"
#include "truebound/judge/judge.h"
#include "truebound/plan/slots.h"
#include "truebound/record/history.h"
#include "truebound/record/run_record.h"
#include "truebound/run/endpoint.h"

namespace truebound::run {

using Judges = std::map<std::string, std::unique_ptr<judge::Judge>>;

/// A judge's word on a query, and the entry that it is durable in.
struct Ruling {
  eval::Judgement judgement;
  std::uint64_t entry = 0;
};

/// Who gives the word of each judge.
class Bench {
 public:
  Bench() = default;
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  virtual ~Bench() = default;

  /// The word of the judge at `seat` of the suite's list.
  /// @return nothing where it cannot be had now: the slot is left open
  virtual Task<Result<std::optional<Ruling>>> rule(std::size_t seat, const eval::Query& query) = 0;
};

/// What an attempt came to, seen by its judges.
struct Decision {
  eval::Outcome outcome = eval::Undecided{"no_query"};
  std::uint64_t follows = 0;
  std::int64_t queries = 0;
  std::optional<std::size_t> seat = {};  ///< of the judge that had the last word; none: a stop
};

/// What is decided: the replies of one closed attempt.
struct Matter {
  const eval::Sample& sample;
  const eval::Transcript& transcript;
  std::uint64_t close = 0;  ///< entry of the attempt.close
  std::size_t judges = 0;   ///< in the suite's list
};

/// Asks the judges until the attempt is decided.
/// @return nothing where the bench could not go on
Task<Result<std::optional<Decision>>> decide(const Matter& matter, Bench& bench);

/// What all benches of a run that ask for real share. Borrows all of it. One thread.
struct Court {
  // Affects the result.
  const Judges& judges;
  record::RunRecord& run;
  const record::RunHistory& history;
  std::string seed;
  std::int64_t judging = 1;  ///< 1 in the run; more are after the fact

  // Affects speed or cost only.
  std::chrono::milliseconds timeout{60000};  ///< of a call
  std::function<bool()> halted;              ///< whether to stop
  model::Purse* purse = nullptr;             ///< of the run; null: nobody counts

  std::map<std::string, Endpoint> endpoints = {};  ///< by the instrument's name
  std::optional<Error> failed = {};                ///< an endpoint is of no use: everything stops
  bool is_spent = false;                           ///< after the fact: so is the budget; likewise
};

/// Words that became durable since the run was taken up, by close, query and seat.
using Said = std::map<std::tuple<std::uint64_t, std::int64_t, std::size_t>, Ruling>;

/// The attempt that is judged.
struct Docket {
  const plan::Slot& slot;
  const eval::Sample& sample;
  const std::vector<std::string>& judges;  ///< names, in the order in which they are asked
  std::uint64_t close = 0;                 ///< entry of the attempt.close
  Said& said;                              ///< of this slot
  /// What is reserved for its judges; null: nothing.
  model::Allowance* allowance = nullptr;
};

/// Asks the judges for real, and makes each word durable. A word that is durable is not asked for
/// again. A judge's model that gives no reply in time, or is lost, is asked once more; no reply
/// then is `undecided`, never a side. An endpoint that nobody has seen work stops the run after
/// three failures, as those of the models do.
class LiveBench final : public Bench {
 public:
  LiveBench(Court& court, const Docket& docket) : court_(court), docket_(docket) {}

  Task<Result<std::optional<Ruling>>> rule(std::size_t seat, const eval::Query& query) override;

  /// The judge's endpoint of which nobody knows yet whether it is of use, so that it could not go
  /// on; nullptr where there is none.
  const Endpoint* waits_for() const { return waits_for_; }

 private:
  using Word = Result<std::optional<eval::Judgement>>;
  Task<void> wait_for(Endpoint& endpoint) const;
  Task<Word> ask(judge::Judge& judge, const eval::Query& query, const judge::Hearing& hearing,
                 record::VerdictEntry& verdict);
  Task<Word> ask_model(judge::Judge& judge, const eval::Query& query, judge::Hearing hearing,
                       record::VerdictEntry& verdict);
  bool stands(const std::optional<model::Failure>& failure, const model::Model& instrument);

  Court& court_;
  Docket docket_;
  const Endpoint* waits_for_ = nullptr;
};

/// The purpose of the stream of a verdict: `call:verdict:<n>`, n counted over queries and seats
/// alike, so that it does not depend on which judges were asked before; after the fact with
/// `judging:<k>:` before it.
std::string verdict_purpose(std::int64_t judging, std::int64_t query, std::size_t seats,
                            std::size_t seat);

}  // namespace truebound::run
