#pragma once

// Evidence that is looked at after every trial: how often a true hypothesis is rejected at any
// time, and what a sequential plan saves. Exact, by the chances of every number of hits at every
// trial.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// False alarms of the e-process beside tests at every look, and the calls of a sequential plan.
Section looked_at_often(Size size, int threads);

}  // namespace truebound::coverage
