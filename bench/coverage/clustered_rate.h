#pragma once

// Limits of a rate over clusters, without a judge: how often each method's hold the true rate.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// Covers the grid of 5 to 100 clusters of 1 to 20 trials, correlations 0 to .9, rates .2 to 20 %,
/// by every table that can come out where those are few enough, else by drawing tables.
Section clustered_rates(Size size, int threads);

}  // namespace truebound::coverage
