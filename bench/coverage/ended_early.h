#pragma once

// Plans that end each claim where it is settled: how often what they claim is not true, and how
// much they save.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// Promises: no claim is false more often than its level, and limits at the stop hold the rate.
Section ended_early(Size size, int threads);

}  // namespace truebound::coverage
