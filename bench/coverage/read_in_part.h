#pragma once

// A rate that a person read only in part: two-phase labeling of rare harms, by every table that can
// come out.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// The table at sensitivity .85, specificity .97, harm of .5 to 10 %.
Section read_in_part(Size size, int threads);

}  // namespace truebound::coverage
