#pragma once

// Asks a judge about responses that someone labeled, so that its errors can be counted.

#include <chrono>
#include <string>
#include <vector>

#include "truebound/core/clock.h"
#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/judge/judge.h"
#include "truebound/model/purse.h"
#include "truebound/record/history.h"
#include "truebound/record/run_record.h"
#include "truebound/run/execute.h"

namespace truebound::run {

/// A response with its label; `label.judged` is still empty.
struct LabeledResponse {
  eval::Label label;
  std::string response;
  eval::Sample sample;  ///< what was asked; of a table alone, only its id and what it expects
};

/// Where a run keeps what a judge that asks a model says of each label, and what that cost: said
/// once, it is not asked for again. Borrows all of it.
struct MeasureBook {
  record::RunRecord& record;
  const record::RunHistory& history;
  model::Purse& purse;
};

/// How a judge is measured.
struct MeasureOptions {
  // Affects the result.
  std::string seed;  ///< of the run; a judge that asks a model draws from it

  // Affects speed or cost only.
  std::int64_t in_flight = 8;                ///< responses at once, >= 1
  std::chrono::milliseconds timeout{60000};  ///< of a call
  const StopSignal* stop = nullptr;          ///< heard where there is a book
  MeasureBook* book = nullptr;               ///< null: outside of any run, nothing is kept
};

/// What the judge says of each response, beside its label. Runs the event loop itself.
/// @error stopped  the judge's model gave no reply to one (labels would be lost), the budget is
///        spent, or it was asked to stop; what the book holds by then stays
Result<eval::Calibration> measure(judge::Judge& judge,
                                  const std::vector<LabeledResponse>& responses,
                                  const MeasureOptions& options = {});

/// A labeled response as the judge gets it, and what it gets beside it; `index` from 0 in the file.
eval::Query query_of_label(const LabeledResponse& labeled);
judge::Hearing hearing_of_label(const LabeledResponse& labeled, std::size_t index,
                                const std::string& seed);

}  // namespace truebound::run
