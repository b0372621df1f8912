#pragma once

// The marks of a rate as SVG: x is the rate in percent of the cell's width, so one drawing serves
// every width. Drawings are hidden from screen readers, since the row beside them says the same.

#include "truebound/evidence/claim.h"
#include "truebound/report/page.h"
#include "truebound/report/piece.h"

namespace truebound::report {

/// Where a plot stands: in a row of a table, or beside a claim with more height.
enum class PlotSize { row, claim };

Piece draw(const Plot& plot, PlotSize size);
Piece draw(const Hatch& hatch);
Piece draw(const OutcomeBar& bar);

/// The axis above plots, with the threshold's label where there is one.
Piece axis();
Piece axis(const Column& column);

/// The small sign before a claim's kind: the same marks in little.
Piece icon(evidence::ClaimKind kind);
Piece hatch_icon();

/// The list that says what the marks mean.
Piece key_of(Key key);

}  // namespace truebound::report
