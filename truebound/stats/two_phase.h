#pragma once

// A rate from an instrument that sees every unit and a person who reads few of them. Two-phase
// labeling reads some of the flagged and some of the unflagged at random and asks nothing of the
// instrument but that; it is the default where hits are rare. Prediction-powered estimates do the
// same for graded scores, where hits are common. The melded interval takes labels from elsewhere.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/misclassification.h"

namespace truebound::stats {

/// Labeled units of one phase: hits among those that a person read.
struct Labeled {
  std::int64_t hits = 0;
  std::int64_t read = 0;
};

/// What the instrument flagged of all, and what a person found in each part, drawn at random.
struct TwoPhase {
  std::int64_t flagged = 0;
  std::int64_t units = 0;  ///< all that the instrument saw
  Labeled of_flagged;
  Labeled of_unflagged;
};

/// A rate with its interval and the moves that made it.
struct TwoPhaseRate {
  double value = 0;
  Interval interval;
  double flagged_rate = 0;    ///< hits among the flagged that were read
  double unflagged_rate = 0;  ///< hits among the unflagged that were read
  Interval flagged_limits;    ///< exact
  Interval unflagged_limits;
};

/// w p1 + (1 - w) p0, w the flagged share, with limits by the method of variance estimates recovery
/// from the exact limits of p1 and p0. A part with units but none read is refused; a part without
/// units needs none.
///
/// @param confidence two-sided, in (0, 1)
/// @error invalid_input when counts do not fit into each other, there is no unit, or a part has
///        units and no labels
/// @source Tenenbein (1970), JASA 65:1350-1361; Zou and Donner (2008), Statistics in Medicine
///         27:1693-1702: L = value - sqrt(w^2 (p1-l1)^2 + (1-w)^2 (p0-l0)^2
///         + z^2 w (1-w) (p1-p0)^2 / N), U likewise
Result<TwoPhaseRate> two_phase(const TwoPhase& seen, double confidence);

/// The true rate behind an instrument's flags with the melded interval: each share moves over its
/// exact confidence distribution, all three at once. It holds up where hits are rare and labels
/// few; with a faultless instrument it is Clopper-Pearson's interval.
///
/// @error invalid_input as lang_reiczigel
/// @source Bayer, Fay and Graubard (2023), Statistics in Medicine 42:1822-1837 (R: asht,
///         WprevSeSp); here by quadrature over the error rates instead of draws
Result<CorrectedRate> melded(const Misclassified& seen, double confidence);

/// A unit that a person scored, beside the instrument's score of it.
struct ScoredPair {
  double truth = 0;
  double predicted = 0;
};

/// A mean with its interval; not cut to any range.
struct PoweredMean {
  double value = 0;
  double lower = 0;
  double upper = 0;
  double standard_error = 0;
  double weight = 0;  ///< lambda: how far the predictions are trusted, 0 to 1
  double labels = 0;  ///< labels that would give the same error without predictions
};

/// Prediction-powered mean (PPI++). Its interval is a normal one: for graded scores and rates above
/// 5 %. Below that it covers too little (.887 of .95 at a rate of 2 %, 200 labels).
///
/// @param labeled     at least 30 units, drawn at random from all
/// @param unlabeled   the instrument's scores of the others, at least 1
/// @param confidence  two-sided, in (0, 1)
/// @error invalid_input when there are too few units, a number is not finite, or nothing varies
/// @source Angelopoulos, Duchi and Zrnic (2023), arXiv 2311.01453; lambda = Cov(Y, f) /
///         ((1 + n/N) Var(f)), cut to [0, 1]; variances with divisor n, as ppi_py has them
Result<PoweredMean> prediction_powered_mean(std::span<const ScoredPair> labeled,
                                            std::span<const double> unlabeled, double confidence);

/// Refuses a bound that no number of trials could settle with this instrument: one below its limit
/// of detection.
///
/// @param bound a rate to get under, in (0, 1)
/// @param seen  as detection_limits
/// @error invalid_input below the limit of detection, saying both numbers; and as detection_limits
/// @source Currie (1968), by detection_limits
Result<void> check_detectable(double bound, const Misclassified& seen, double tail);

}  // namespace truebound::stats
