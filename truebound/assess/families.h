#pragma once

// The claims of a family, answered together: what each rests on, and what the family decided.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/analyze/family.h"
#include "truebound/core/result.h"
#include "truebound/eval/question.h"
#include "truebound/evidence/support.h"
#include "truebound/plan/families.h"
#include "truebound/plan/plan.h"

namespace truebound::assess {

/// How one cell of a question is answered: its estimate with limits at some tails, and those limits
/// at any.
struct Answering {
  std::function<Result<analyze::Estimate>(const eval::Question&, const eval::Cell&,
                                          const analyze::ClaimTails&)>
      estimate;
  std::function<Result<analyze::LimitsAt>(const eval::Question&, const eval::Cell&)> limits;
};

/// What stands behind one claim.
struct Answer {
  std::size_t question = 0;  ///< index in the plan's claims
  std::string name;
  std::map<std::string, std::string> where;
  analyze::Estimate estimate;
  evidence::Membership member;
  std::optional<evidence::WorstOf> worst;
};

/// Answers all questions of a family: one answer a cell, in the plan's order; of worst_cell one.
/// @error as `answering`
Result<std::vector<Answer>> answer_family(const plan::FamilyShare& family, const plan::Plan& plan,
                                          const eval::Levels& levels, const Answering& answering);

}  // namespace truebound::assess
