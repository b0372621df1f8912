#pragma once

// A shorter walk: what the judges of a plan can tell from none, by the labels that the plan names.

#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/cost.h"
#include "truebound/plan/plan.h"

namespace truebound::assess {

/// Warns where the labels that the plan names for a judge can give a claim no rate, since none fits
/// its slots or too few do. Measures every judge of kind `rules` whose labels the plan names, adds
/// each claim's limit of detection at its planned effective n, and warns where a threshold lies
/// below it. Judges that call a model are not asked, so their claims have no such limit.
/// @error invalid_input  labels that cannot be read, or rules that do not compile
Result<void> add_detection_limits(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                                  const FileSource& files, plan::Check& check);

}  // namespace truebound::assess
