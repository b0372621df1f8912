#pragma once

// Random counts for resampling: each draw of a method has a stream of its own, so that what it
// gives depends neither on the order of draws nor on the number of threads.

#include <cstdint>
#include <functional>

#include "truebound/core/random.h"

namespace truebound::stats {

/// The stream of draw `b`, counted from 0. Called from several threads at once.
using Streams = std::function<RandomStream(std::int64_t)>;

/// Streams that differ by `key`: for tests, and where no seed of a run is at hand.
Streams streams_of(std::uint64_t key);

/// How many of `n` independent trials with chance `rate` hit. `n` >= 0, `rate` in [0, 1].
/// @source Hormann (1993), Journal of Statistical Computation and Simulation 46:101-110 (BTRS),
///         where n min(rate, 1 - rate) >= 10; inversion below that
std::int64_t draw_binomial(RandomStream& stream, std::int64_t n, double rate);

/// How many hits are among `drawn` of `population` units, of which `hits` hit, each subset equally
/// likely. 0 <= drawn, hits <= population.
std::int64_t draw_hypergeometric(RandomStream& stream, std::int64_t population, std::int64_t hits,
                                 std::int64_t drawn);

}  // namespace truebound::stats
