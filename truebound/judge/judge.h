#pragma once

// Folder: judges, which give a verdict on one reply of a system: rules over text, multiple choice,
// exact answers. They never see a transcript, so no judge can see the attack that made the reply.

#include <string>

#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"

namespace truebound::judge {

/// Gives a verdict on one reply of a system. Judges without a model never wait; one judge may be
/// asked by many coroutines and threads at once.
class Judge {
 public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;

  /// SHA-256 in hex over what decides: kind, options, the rules' data, and the version of the code
  /// that applies them. Two judges of one identity give the same verdicts.
  virtual std::string identity() const = 0;

  /// `judge` when it errs and needs a calibration, `exact` when it is a scorer without error.
  virtual eval::DecidedBy decides_as() const = 0;

  /// The verdict on one reply. Of the query, judges without a model read text, thinking and finish
  /// only, never what was asked. What cannot be told is `undecided` with a code: `empty`,
  /// `thinking_unfinished`, `no_target`, and what each judge adds.
  virtual Task<eval::Judgement> decide(const eval::Sample& sample, const eval::Query& query) = 0;
};

}  // namespace truebound::judge
