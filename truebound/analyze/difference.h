#pragma once

// How much more often a system breaks than a version before it, each through the whole chain of
// corrections, so that the judge's errors are in the difference too
// (docs/methods/mover_difference.md).

#include <string>
#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/eval/calibration.h"
#include "truebound/eval/observation.h"

namespace truebound::analyze {

/// The slots of one version, and the calibrations of the judges that decided them.
struct Version {
  std::vector<const eval::Observation*> cell;
  std::vector<eval::Calibration> calibrations;
};

/// The rate of broke now less that before, over what both versions were asked: the same samples by
/// the same attacks, in personas and deployments of the same names where either has several. Labels
/// of what only one was asked are left out with it. The
/// limits take the two rates as independent: the same samples make them alike, which only narrows
/// the truth. `bound_below` reads what is missing now as broke and before as held.
///
/// Without a number where either rate has none: `reason` is that rate's.
/// @error invalid_input  as correct()
/// @source Zou and Donner (2008), Statistics in Medicine 27:1693-1702, equation 2 (MOVER)
Result<Estimate> difference_from_before(const std::string& name, const Version& now,
                                        const Version& before, const ChainOptions& options);

}  // namespace truebound::analyze
