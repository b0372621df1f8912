#pragma once

// Says in words what was assessed, by whom and with what: the parts of a dossier that are neither
// numbers nor transcripts.

#include <string>
#include <vector>

#include "truebound/assess/observe.h"
#include "truebound/evidence/dossier.h"

namespace truebound::assess {

/// Fills title, purpose, assessor, parts, suites, judges' pages and provenance.
void describe(const Record& record, const std::vector<eval::Observation>& rows,
              evidence::Dossier& dossier);

/// Cells without a sample: those that the suites' authors left empty, and those that the crossing
/// of hazards and expectations leaves.
std::vector<eval::EmptyCell> empty_cells_of(const Record& record);

/// What no cell was planned for, a sentence each.
std::vector<std::string> not_planned(const Record& record);

}  // namespace truebound::assess
