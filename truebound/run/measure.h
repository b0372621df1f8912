#pragma once

// Asks a judge about responses that someone labeled, so that its errors can be counted.

#include <chrono>
#include <string>
#include <vector>

#include "truebound/core/clock.h"
#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/judge/judge.h"

namespace truebound::run {

/// A response with its label; `label.judged` is still empty.
struct LabeledResponse {
  eval::Label label;
  std::string response;
  eval::Sample sample;  ///< what was asked; of a table alone, only its id and what it expects
};

/// How a judge is measured.
struct MeasureOptions {
  // Affects the result.
  std::string seed;  ///< of the run; a judge that asks a model draws from it

  // Affects speed or cost only.
  std::int64_t in_flight = 8;                ///< responses at once, >= 1
  std::chrono::milliseconds timeout{60000};  ///< of a call
};

/// What the judge says of each response, beside its label. Runs the event loop itself.
/// @error stopped  the judge's model gave no reply to one: labels would be lost
Result<eval::Calibration> measure(judge::Judge& judge,
                                  const std::vector<LabeledResponse>& responses,
                                  const MeasureOptions& options = {});

}  // namespace truebound::run
