#pragma once

// How the run engine asks a judge's model: for real, within what may be spent, and with an entry
// before each call, so that what a killed run may have spent is known when it is resumed.

#include <cstdint>
#include <optional>
#include <vector>

#include "truebound/core/clock.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/spent.h"
#include "truebound/judge/judge.h"
#include "truebound/model/purse.h"
#include "truebound/record/run_record.h"

namespace truebound::run {

/// Where calls are counted. Borrows what it names.
struct JudgeAccount {
  record::RunRecord& record;
  model::Allowance& allowance;
  record::VerdictOpen about;  ///< whom is asked about what
};

/// Asks for real, and keeps the last call, how it failed, and what all of them cost. For one
/// verdict.
class JudgeLine final : public judge::Asker {
 public:
  /// @param account  null: nobody counts
  JudgeLine(Clock& clock, JudgeAccount* account);

  Task<model::Answer> ask(model::Model& model, model::Request request) override;

  const std::optional<model::Failure>& failure() const { return failure_; }
  std::optional<eval::Call> call() const;
  /// Nothing where nobody counts.
  std::optional<eval::Spent> spent() const;
  std::optional<std::vector<std::uint64_t>> opens() const;
  /// Where no verdict came of it: says so, with what it cost.
  Result<void> lose();
  /// Of the ledger: then nothing was sent.
  const std::optional<Error>& broken() const { return broken_; }

 private:
  JudgeAccount* account_;
  eval::Spent before_;
  model::Tape tape_;
  std::vector<std::uint64_t> opens_;
  std::optional<model::Failure> failure_;
  std::optional<Error> broken_;
};

}  // namespace truebound::run
