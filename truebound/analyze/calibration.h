#pragma once

// Which labels speak for a cell: those of this very run where there are any, else those of the
// same arm, attacks and expectation from elsewhere. Labels of another arm are never used.

#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/eval/calibration.h"
#include "truebound/eval/observation.h"

namespace truebound::analyze {

/// What is known of the judge of a cell, and by whom.
struct CellLabels {
  Labels labels;  ///< monostate where nothing is known
  std::string labeled_by;
  std::uint64_t entry = 0;  ///< ledger entry of the calibration
};

/// The labels for a cell. Nothing where the cell spans several arms or expectations, or was
/// decided by several judges: the draw and the errors differ between them.
///
/// @param known  calibrations in the order in which the ledger has them; a later one is preferred
CellLabels labels_for(const std::vector<const eval::Observation*>& cell,
                      const std::vector<eval::Calibration>& known);

}  // namespace truebound::analyze
