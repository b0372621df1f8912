#pragma once

// What a comparison of pairs could see, before it is made: the smallest true difference that a test
// would find with a given chance (its power). For the trials behind an upper limit see
// trials_for_bound in interval.h.

#include <cstdint>
#include <optional>

#include "truebound/core/result.h"

namespace truebound::stats {

/// How surely a test is to decide.
struct Sureness {
  double confidence = .95;  ///< two-sided, in (0, 1)
  double power = .8;        ///< chance to find a difference that is there, in [.5, 1)
};

/// The smallest difference of two paired rates that McNemar's test would find in `pairs` pairs of
/// which a share `discordant` hits under one condition only. Nothing where even the largest
/// difference, `discordant` itself, would not be found.
///
/// @param pairs      independent pairs (effective number, where they are clustered), > 0
/// @param discordant in (0, 1]
/// @error invalid_input when an argument is out of range
/// @source Miettinen (1968), Biometrics 24:339-352, in the form n d^2 = (z_a sqrt(p) +
///         z_b sqrt(p - d^2))^2, solved for d
Result<std::optional<double>> smallest_paired_difference(double pairs, double discordant,
                                                         const Sureness& sureness);

/// The pairs that McNemar's test needs to find a difference; not rounded.
///
/// @param difference in (0, discordant]
/// @error invalid_input when an argument is out of range
/// @source as smallest_paired_difference
Result<double> pairs_for_difference(double difference, double discordant, const Sureness& sureness);

/// The pairs that show one condition to be no worse than the other by `margin`, when both are
/// alike: one-sided at `confidence`. Both no worse (equivalence) needs this many too, with the
/// chance of failing on either side; not rounded.
///
/// @param margin in (0, 1]
/// @error invalid_input when an argument is out of range
/// @source (z_a + z_b)^2 p / margin^2: Blackwelder (1982), Controlled Clinical Trials 3:345-353,
/// with
///         the variance of paired rates
Result<double> pairs_for_margin(double margin, double discordant, const Sureness& sureness);

/// Pairs of conditions as an instrument that errs shows them.
struct MisreadPairs {
  double shrinkage = 1;   ///< what is left of a difference: Se + Sp - 1
  double discordant = 0;  ///< the most pairs that will be read as discordant, a share
};

/// How an instrument that errs the same way in both conditions, and independently in the two of a
/// pair, shows pairs of which a share `discordant` differs. Pairs that agree are read apart most
/// often where the worse of the two error rates rules.
///
/// @param discordant in (0, 1]  @param sensitivity, specificity in [0, 1]
/// @error invalid_input when an argument is out of range or sensitivity + specificity <= 1
/// @source Bross (1954), Biometrics 10:478-486: p (Se Sp + (1 - Se)(1 - Sp)) of those that differ
///         and 2 Se (1 - Se) or 2 Sp (1 - Sp) of those that agree
Result<MisreadPairs> misread_pairs(double discordant, double sensitivity, double specificity);

/// Variances of two conditions measured on the same units, each unit repeated.
struct PairedVariance {
  double between = 0;        ///< of a unit's difference of expected values, >= 0
  double first_within = 0;   ///< of repeats of one unit under the first condition, >= 0
  double second_within = 0;  ///< under the second, >= 0
  double first_repeats = 1;  ///< >= 1
  double second_repeats = 1;
};

/// The units that a paired comparison of means needs for a difference; not rounded.
///
/// @error invalid_input when an argument is out of range or all variances are 0
/// @source Miller (2024), arXiv 2411.00640, section 5
Result<double> units_for_mean_difference(double difference, const PairedVariance& variance,
                                         const Sureness& sureness);

/// The smallest difference of means that `units` units would show.
///
/// @error invalid_input as units_for_mean_difference
/// @source Miller (2024), arXiv 2411.00640, section 5
Result<double> smallest_mean_difference(double units, const PairedVariance& variance,
                                        const Sureness& sureness);

}  // namespace truebound::stats
