#pragma once

// How the claims of a family are decided together: the p-value of each is the smallest tail at
// which its one-sided limit, through the whole chain, crosses the threshold, and the family's
// correction says from which tail on that counts (docs/methods/families.md).

#include <functional>
#include <span>
#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/analyze/difference.h"
#include "truebound/core/result.h"
#include "truebound/eval/family.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/question.h"

namespace truebound::analyze {

/// The limits of a claim at any tails.
using LimitsAt = std::function<Result<ClaimBounds>(const ClaimTails&)>;

/// Those of a rate, as estimate() gives them.
/// @error invalid_input  as correct()
Result<LimitsAt> limits_of_rate(const std::vector<const eval::Observation*>& cell,
                                const Labels& labels, const ChainOptions& options);

/// Those of a difference, as difference_from_before() gives them. Of `tails`, `below` counts.
/// @error invalid_input  as correct()
Result<LimitsAt> limits_of_difference(const Version& now, const Version& before,
                                      const ChainOptions& options);

/// The p-value of what is asked, against its not being so: the smallest tail at which the limit
/// crosses the threshold, found by halving between 1e-12 and 1/2; 1 where it does not cross at 1/2,
/// or there is no number. About 45 looks at the limits.
Result<double> p_value(const LimitsAt& limits_at, eval::Ask ask, double threshold);

/// How far the bound of a claim may be printed that came out as asked.
enum class Reach { to_its_limit, to_the_threshold };

/// What a family decides of one claim.
struct Decision {
  bool as_asked = false;
  double tail = 0;        ///< of the limit on the side that was asked
  double other_tail = 0;  ///< of the limit on the other side
  Reach reach = Reach::to_its_limit;
};

/// Decides the claims of a family.
///
/// Bonferroni: each at error / m. Holm: claims that came out as asked stand together with a chance
/// of error of at most `error`; unless all came out, none of them says more than its threshold.
/// BH and BY: of those that came out, the expected share of wrong ones is at most `error`, and so
/// is the share of their limits that do not hold, at R error / m (over 1 + 1/2 + ... + 1/m with
/// BY), R those that came out.
///
/// @param p      of each claim, in [0, 1], at least one
/// @param error  in (0, 1)
/// @error invalid_input  an argument is out of range; worst_cell is no such correction
/// @source Holm (1979), Scandinavian Journal of Statistics 6:65-70; its bounds: Strassburger and
///         Bretz (2008), Statistics in Medicine 27:4914-4927; Benjamini and Hochberg (1995), JRSS B
///         57:289-300; Benjamini and Yekutieli (2001), Annals of Statistics 29:1165-1188, and
///         (2005), JASA 100:71-81 for the limits of what was selected
Result<std::vector<Decision>> decide(eval::Correction correction, std::span<const double> p,
                                     double error);

/// Decides the claims of a family by evidence that was looked at until each sample ended, by e-BH:
/// of those that come out, the expected share of wrong ones is at most `error`, however claims
/// depend on each other. None says more than its threshold.
///
/// @param over_bar  log of each claim's e-value less its bar, the log of the e-value that decides
/// it
///                  alone, at error / m: at least one
/// @error invalid_input  an argument is out of range
/// @source Wang and Ramdas (2022), JRSS B 84:822-852
Result<std::vector<Decision>> decide_by_evidence(std::span<const double> over_bar, double error);

}  // namespace truebound::analyze
