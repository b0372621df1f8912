#pragma once

// Draws the transcripts that a report shows: at random from each cell, none picked, none skipped.

#include <vector>

#include "truebound/assess/observe.h"
#include "truebound/evidence/dossier.h"

namespace truebound::assess {

/// From each cell of arm, attack and expectation at least one transcript, five in all if there are
/// so many, drawn by the run's `exhibit` stream. A withheld one stands with its reason, and the
/// next draw beside it.
/// @error malformed  a transcript is not of its shape
Result<std::vector<evidence::Exhibit>> draw_exhibits(const Record& record,
                                                     const std::vector<eval::Observation>& rows);

}  // namespace truebound::assess
