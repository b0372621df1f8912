#pragma once

// How many slots a claim "rate below" needs where a judge that errs decides, before any is run: the
// chain of corrections on the counts that are expected, so that the plan and the claim cannot
// differ.

#include <cstdint>
#include <optional>
#include <string>

#include "truebound/analyze/chain.h"

namespace truebound::analyze {

/// A judge as it is expected to err, and the labels from elsewhere that will say so.
struct ExpectedJudge {
  double sensitivity = 0;  ///< in [0, 1]
  double specificity = 0;  ///< in [0, 1]
  std::int64_t broke_labels = 0;
  std::int64_t held_labels = 0;
};

/// What is to be claimed, and what is believed.
struct JudgedAim {
  double threshold = 0;  ///< the rate to get under, in (0, 1)
  double rate = 0;       ///< the true rate that is expected, in [0, threshold)
  double power = .8;     ///< chance to come out, over the slots, in [.5, 1)
};

/// Independent slots, and the flags among them that may occur.
struct JudgedPlan {
  std::optional<std::int64_t> slots;  ///< nothing where no number is enough, with the reason
  std::int64_t flags_allowed = 0;
  double least_upper = 1;  ///< the upper limit where slots are endless: labels alone set it
  std::string reason;      ///< why no number of slots is enough; empty where one is
};

/// The fewest slots whose upper limit through the chain lies under the threshold with the chance
/// `power`, the labels coming out as expected. More than 10^7 are not looked for.
///
/// @param options confidence, one-sided here, and the claims that share its error
/// @error invalid_input when an argument is out of range
/// @source docs/methods/chain.md, and the binomial chance of as many flags
Result<JudgedPlan> plan_judged_bound(const JudgedAim& aim, const ExpectedJudge& judge,
                                     const ChainOptions& options);

}  // namespace truebound::analyze
