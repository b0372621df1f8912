#pragma once

// A rate seen through a judge that errs: Lang and Reiczigel's limits, and beside them limits that
// take the measured error rates for the true ones, by every table that can come out.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// A judge and what measured it, over responses of which a share broke.
struct JudgedField {
  int n = 0;             ///< judged responses
  int labels_broke = 0;  ///< labeled responses that broke
  int labels_held = 0;
  double rate = 0;  ///< share that broke, in (0, 1)
  double sensitivity = 0;
  double specificity = 0;
};

/// Coverage of the two ways, exact but for chances under 1e-7 in all.
struct JudgedCoverage {
  double lang_reiczigel = 0;
  double taken_as_known = 0;
};

JudgedCoverage cover(const JudgedField& field);

/// The table at sensitivity .85, specificity .97, harm of 1 to 20 %.
Section judged_rates(Size size, int threads);

}  // namespace truebound::coverage
