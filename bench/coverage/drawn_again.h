#pragma once

// Limits of a rate over clusters by drawing the clusters again, and of a mean of scores: what other
// tools print, and how often it holds what it promises.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// The cluster bootstrap (BCa, 999 resamples) on a part of the grid of clustered_rates, by drawn
/// tables.
Section bootstrapped_rates(Size size, int threads);

/// The mean of scores in [0, 1], one a cluster: mean_score beside a t interval, by drawn scores.
Section mean_scores(Size size, int threads);

}  // namespace truebound::coverage
