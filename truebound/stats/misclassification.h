#pragma once

// A rate seen through an instrument that errs. The instrument flags a share of what is truly
// positive (sensitivity) and passes a share of what is truly negative (specificity); both are known
// only from samples of labeled units. What it flags is therefore not the true rate: an instrument
// with specificity .97 flags 3 % of a population without a single positive.

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// A share and the number of trials behind it; `share` in [0, 1], `n` > 0. Not necessarily whole.
struct Share {
  double share = 0;
  double n = 0;
};

/// What is seen, and what is known of the instrument.
struct Misclassified {
  Share flagged;
  Share sensitivity;
  Share specificity;
};

/// The true rate with its interval.
struct CorrectedRate {
  double value = 0;  ///< Rogan-Gladen, cut to [0, 1]
  Interval interval;
};

/// The true rate as (flagged + specificity - 1) / (sensitivity + specificity - 1), not cut: below 0
/// where fewer are flagged than false alarms alone would be.
///
/// @param flagged, sensitivity, specificity shares in [0, 1]
/// @error invalid_input when one is out of range, or sensitivity + specificity <= 1 (the instrument
///        is no better than chance, and nothing can be inferred)
/// @source Rogan and Gladen (1978), American Journal of Epidemiology 107:71-76
Result<double> rogan_gladen(double flagged, double sensitivity, double specificity);

/// Rogan-Gladen's rate with Lang and Reiczigel's interval, which carries the uncertainty of both
/// error rates.
///
/// @error invalid_input as rogan_gladen, when an `n` is not > 0, or confidence is not in (0, 1)
/// @source Lang and Reiczigel (2014), Preventive Veterinary Medicine 113:13-22; in equation 4,
///         (1 + P)^2 is a misprint of (1 - P)^2, as R's asht::prevSeSp notes
Result<CorrectedRate> lang_reiczigel(const Misclassified& seen, double confidence);

/// What an instrument can tell from its false alarms, as true rates.
struct DetectionLimits {
  double decision = 0;   ///< above it, a rate is told from 0
  double detection = 0;  ///< a true rate that is told from 0 with the chance 1 - tail
};

/// Limits of decision and detection of an instrument, from its false alarms: no number of trials
/// settles a question about a rate below them, only more labels of negatives do.
///
/// @param seen `flagged.n` trials are planned (`flagged.share` is not read)
/// @param tail both errors, in (0, .5), e.g. .05
/// @error invalid_input as lang_reiczigel
/// @source Currie (1968), Analytical Chemistry 40:586-593, with the variance of a measured
///         false-alarm rate; decision = z sigma / J, detection = 2 z sigma / J, J = Se + Sp - 1,
///         sigma^2 = f (1 - f) (1/n + 1/m), f = 1 - Sp
Result<DetectionLimits> detection_limits(const Misclassified& seen, double tail);

}  // namespace truebound::stats
