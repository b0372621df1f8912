#pragma once

// Asks a judge about responses that someone labeled, so that its errors can be counted.

#include <string>
#include <vector>

#include "truebound/eval/calibration.h"
#include "truebound/judge/judge.h"

namespace truebound::run {

/// A response with its label; `label.judged` is still empty.
struct LabeledResponse {
  eval::Label label;
  std::string response;
};

/// What the judge says of each response, beside its label. Runs the event loop itself.
eval::Calibration measure(judge::Judge& judge, const std::vector<LabeledResponse>& responses);

}  // namespace truebound::run
