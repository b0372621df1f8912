#pragma once

// Differences between conditions met by the same units, beyond one pair a unit: repeats, clusters
// of units, more than two conditions, more than two answers, and a margin that was declared before.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/draws.h"
#include "truebound/stats/paired.h"

namespace truebound::stats {

struct SignFlipOptions {
  // Affects the result.
  std::int64_t draws = 9999;  ///< where units are too many for all sign vectors
  Streams streams = streams_of(0);
};

/// A permutation test of paired differences.
struct SignFlip {
  double sum = 0;  ///< of the differences
  double p_value = 1;
  std::int64_t vectors = 0;  ///< sign vectors compared with: 2^units, or draws
  bool exact = true;         ///< whether these were all
};

/// The chance of a sum at least as far from 0, when each difference could as well have had the
/// other sign. Exact up to 20 differences other than 0; beyond, (1 + reached) / (1 + draws).
///
/// @param differences one a unit (a pair, or a whole cluster of pairs, summed), finite, at least
/// one
/// @error invalid_input when there is none, one is not finite, or draws is not in [100, 10^8]
/// @source Fisher (1935), The Design of Experiments, section 21; + 1 as in Phipson and Smyth (2010)
Result<SignFlip> sign_flip_test(std::span<const double> differences,
                                const SignFlipOptions& options);

/// Pairs of one cluster: those that hit under the first condition only and under the second only.
struct DiscordantCluster {
  std::int64_t pairs = 0;
  std::int64_t first_only = 0;
  std::int64_t second_only = 0;
};

/// A difference of paired rates whose pairs are clustered.
struct ClusteredDifference {
  double value = 0;           ///< first minus second
  double standard_error = 0;  ///< CR1
  double df = 0;              ///< clusters - 1
  double lower = -1;          ///< t interval, cut to [-1, 1]
  double upper = 1;
  double statistic = 0;  ///< Obuchowski's chi-square with 1 degree of freedom
  double p_value = 1;    ///< of it; 1 where no pair is discordant
};

/// Obuchowski's test of clustered pairs, with a t interval of the difference.
///
/// @error invalid_input when a count is out of range, confidence is not in (0, 1), or there are
///        fewer than 2 clusters with pairs
/// @source Obuchowski (1998), Statistics in Medicine 17:1495-1507; with one difference a cluster as
///         in Durkalski et al. (2003), Statistics in Medicine 22:279-290
Result<ClusteredDifference> obuchowski(std::span<const DiscordantCluster> clusters,
                                       double confidence);

/// A test whose statistic is compared with a chi-square distribution.
struct ChiSquareTest {
  double statistic = 0;
  double df = 0;
  double p_value = 1;
};

/// Cochran's Q: do several conditions hit equally often on the same units?
///
/// @param hits one row a unit, a 0 or 1 for each condition; rows of one length >= 2
/// @error invalid_input when there is no row or a row does not fit
/// @source Cochran (1950), Biometrika 37:256-266. With no unit that differs, Q is 0 and p is 1
Result<ChiSquareTest> cochran_q(std::span<const std::vector<int>> hits);

/// Stuart and Maxwell's test: do two conditions give each of several answers equally often on the
/// same units? Answers that neither condition gave are left out.
///
/// @param table counts by the first condition's answer, then the second's; square
/// @error invalid_input when the table is not square, a count is negative, there is no unit, or the
///        answers fall apart into groups between which no unit moved (the test is then not defined)
/// @source Stuart (1955), Biometrika 42:412-416; Maxwell (1970), British Journal of Psychiatry
///         116:651-655
Result<ChiSquareTest> stuart_maxwell(std::span<const std::vector<std::int64_t>> table);

/// What an interval says of a margin that was declared before.
enum class MarginAnswer { no_worse, inconclusive, worse };
constexpr std::array<std::string_view, 3> words(MarginAnswer /*list*/) {
  return {"no_worse", "inconclusive", "worse"};
}

/// Limits of a difference against a margin, by two one-sided tests.
struct MarginTest {
  PairedDifference limits;                           ///< at confidence 1 - 2 alpha, two-sided
  MarginAnswer first = MarginAnswer::inconclusive;   ///< of the first condition against the second
  MarginAnswer second = MarginAnswer::inconclusive;  ///< of the second against the first
  bool equivalent = false;                           ///< the limits lie within (-margin, margin)
};

/// A condition is no worse than the other by `margin` when the upper limit of its rate less the
/// other's is under the margin; worse when the lower limit is over it; equivalent when both are no
/// worse. No difference found is not equivalence.
///
/// @param limits of first minus second, at 1 - 2 alpha for tests at alpha
/// @param margin in (0, 1]
/// @error invalid_input when the margin is out of range or limits are not in order
/// @source Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657-680
Result<MarginTest> against_margin(const PairedDifference& limits, double margin);

}  // namespace truebound::stats
