#pragma once

// Judges a run that is over: once more from what its verdicts recorded, without a model; or with
// another judge, after the fact. Neither changes an outcome.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/slots.h"
#include "truebound/run/execute.h"
#include "truebound/run/judging.h"
#include "truebound/run/measure.h"

namespace truebound::run {

/// A run that is over, read from its ledger. Borrows all of it.
struct JudgedRun {
  const plan::Slots& slots;
  const std::vector<eval::Suite>& suites;
  const record::RunHistory& history;
  std::string seed;
};

/// What does not come out as it is recorded.
struct Difference {
  std::int64_t slot = 0;  ///< -1: of a calibration
  std::string what;
};

/// What a replay came to.
struct Replayed {
  std::int64_t verdicts = 0;  ///< recorded, and recomputed
  std::int64_t calls = 0;     ///< of these, read from a recorded call to a judge's model
  std::int64_t labels = 0;    ///< words on labels that came with the plan, recomputed
  std::int64_t agree = 0;     ///< verdicts that are the same, with the same reasons
  std::int64_t outcomes = 0;  ///< that follow a verdict, and were recomputed
  std::vector<Difference> differences;
};

/// Recomputes every verdict of the run, and each outcome that follows one. `judges` are the plan's,
/// with models that need not answer: what they would be asked is compared with what is recorded.
/// @error incomplete  a transcript or the reasons of a verdict are withheld
Result<Replayed> replay(const JudgedRun& run, const Judges& judges);

/// A calibration by labels that came with the plan, and what it was made of.
struct MeasuredJudge {
  std::string name;
  judge::Judge& judge;
  const std::vector<LabeledResponse>& responses;
  const eval::Calibration& calibration;
};

/// Recomputes what the judge said of each label, from the recorded calls where it asks a model, and
/// adds to `result` what does not come out as it is recorded.
/// @error incomplete  the words behind a label's verdict are withheld
Result<void> replay_labels(const JudgedRun& run, const MeasuredJudge& measured, Replayed& result);

/// What another judge says of a slot.
struct SecondWord {
  std::int64_t slot = 0;
  eval::OutcomeKind first = eval::OutcomeKind::undecided;  ///< the recorded outcome
  eval::Outcome second;
};

/// How a second judging is driven.
struct AgainOptions {
  // Affects the result.
  std::int64_t judging = 2;
  std::string judge;             ///< its name among `judges`
  model::SpendingLimits budget;  ///< of this judging alone

  // Affects speed or cost only.
  std::int64_t in_flight = 8;
  std::chrono::milliseconds timeout{60000};
  const StopSignal* stop = nullptr;
};

/// Asks one judge about every slot that has a reply of the system, and appends its verdicts.
/// Verdicts of this judging that are durable are not asked for again, and what they cost stays
/// spent.
/// @error stopped  asked to stop, the budget is spent, the ledger failed, or the judge's endpoint
///                 is of no use; what is durable stays
Result<std::vector<SecondWord>> judge_again(const JudgedRun& run, const Judges& judges,
                                            record::RunRecord& record, const AgainOptions& options);

}  // namespace truebound::run
