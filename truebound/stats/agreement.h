#pragma once

// Do raters agree by more than chance? Every coefficient is (observed - expected) / (1 - expected);
// they differ in what they take for chance. Where one category is rare they part: 98.6 % agreement
// can be kappa .22 and AC1 .99. So none is shown alone, and where only one category occurs, chance
// explains everything and a coefficient that rests on it is undefined: never 1.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// What each rater said of one unit: a category as a number, or nothing. All units have the same
/// number of raters, at least 2.
using Rated = std::vector<std::optional<double>>;

/// The coefficients. `cohen` knows each rater's own habits and takes two raters; `fleiss` (Scott's
/// pi for two) pools the habits; `gwet` holds up where a category is rare; `krippendorff` takes
/// gaps in what was rated; `plain` is the observed agreement.
enum class Coefficient { plain, cohen, fleiss, gwet, krippendorff, krippendorff_interval };
constexpr std::array<std::string_view, 6> words(Coefficient /*list*/) {
  return {"plain", "cohen", "fleiss", "gwet", "krippendorff", "krippendorff_interval"};
}

/// A coefficient; at most 1.
struct Agreement {
  std::optional<double> value;  ///< absent where it is undefined
  std::string undefined;        ///< why it is, empty where it is not
  double observed = 0;          ///< share of pairs of raters that agree (krippendorff: 1 - D_o)
  double expected = 0;          ///< the same by chance (krippendorff: 1 - D_e)
  std::int64_t units = 0;       ///< those with two ratings or more
};

/// @error invalid_input when there is no unit with two ratings, units differ in their number of
///        raters, a rating is not finite, or `cohen` has not two raters
/// @source Cohen (1960), EPM 20:37-46; Fleiss (1971), Psychological Bulletin 76:378-382; Gwet
///         (2008), BJMSP 61:29-48; Krippendorff (2011), Computing Krippendorff's Alpha. Means over
///         the pairs of ratings of a unit
Result<Agreement> agreement(const std::vector<Rated>& units, Coefficient coefficient);

/// How units are drawn again for an interval; all of it affects the result.
struct AgreementDraws {
  double confidence = .95;            ///< in (0, 1)
  std::int64_t resamples = 1000;      ///< 100 to 100,000
  std::uint64_t key = 0;              ///< names the random streams
  std::vector<std::int64_t> cluster;  ///< of each unit; empty: each is its own
};

/// A coefficient with limits.
struct AgreementInterval {
  Agreement agreement;
  double lower = -1;
  double upper = 1;
  std::int64_t undefined_draws = 0;  ///< resamples without a value, left out
};

/// Percentile bootstrap over units, whole clusters at a time. Where all agree, resamples do too and
/// say nothing: the lower limit is then the coefficient at the exact lower limit of the agreement,
/// a cluster counting once. Limits are -1 and 1 where the coefficient is undefined.
///
/// @error invalid_input as agreement, or when an option is out of range
/// @source Efron and Tibshirani (1993), 13.3
Result<AgreementInterval> agreement_interval(const std::vector<Rated>& units,
                                             Coefficient coefficient, const AgreementDraws& draws);

/// Agreement of two raters on each of two categories by itself: of the ratings "hit", the share
/// whose partner said the same; likewise "miss". Absent where nobody said it.
struct SpecificAgreement {
  std::optional<double> hit;   ///< 2a / (2a + b + c)
  std::optional<double> miss;  ///< 2d / (2d + b + c)
};

/// @param units two raters; 1 is a hit, anything else a miss; units with a gap are left out
/// @error invalid_input when a unit has not two raters
/// @source Cicchetti and Feinstein (1990), Journal of Clinical Epidemiology 43:551-558
Result<SpecificAgreement> specific_agreement(const std::vector<Rated>& units);

}  // namespace truebound::stats
