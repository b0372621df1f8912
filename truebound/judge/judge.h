#pragma once

// Folder: judges, which give a verdict on one reply of a system: rules over text, multiple choice,
// exact answers, a model with a rubric, human labels. They never see a transcript, so no judge can
// see the attack that made the reply.

#include <chrono>
#include <cstdint>
#include <string>

#include "truebound/core/random.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"
#include "truebound/model/model.h"

namespace truebound::judge {

/// Asks a judge's model for it. The run engine does so for real and keeps the call; `rejudge`
/// answers from what was kept, and so calls no model.
class Asker {
 public:
  Asker() = default;
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  virtual ~Asker() = default;
  virtual Task<model::Answer> ask(model::Model& model, model::Request request) = 0;
};

/// What a judge gets beside what it judges.
struct Hearing {
  // Affects the result.
  RandomStream stream{0};   ///< of this verdict: `call:verdict:<n>` of its slot
  std::string slot;         ///< the slot's key, by which labels and recorded answers are found
  std::int64_t index = -1;  ///< the slot's index; -1 where there is no slot

  // Affects speed or cost only.
  Asker* asker = nullptr;                    ///< null where no model may be asked
  std::chrono::milliseconds timeout{60000};  ///< of a call
};

/// Gives a verdict on one reply of a system. Judges without a model never wait; one judge may be
/// asked by many coroutines at once.
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

  /// The model that it asks; null for a judge without one. Its calls count against the budget.
  virtual model::Model* instrument() const { return nullptr; }

  /// What the verdict on a reply of so many bytes may cost at most, where each request is sent
  /// once.
  virtual eval::Spent most(const eval::Sample& sample, std::int64_t reply_bytes) const {
    static_cast<void>(sample);
    static_cast<void>(reply_bytes);
    return {};
  }

  /// The verdict on one reply. Of the query, judges read text, thinking and finish only, never what
  /// was asked. What cannot be told is `undecided` with a code: `empty`, `thinking_unfinished`,
  /// `no_target`, and what each judge adds.
  virtual Task<eval::Judgement> decide(const eval::Sample& sample, const eval::Query& query,
                                       const Hearing& hearing) = 0;
};

}  // namespace truebound::judge
