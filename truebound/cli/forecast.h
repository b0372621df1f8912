#pragma once

// What `truebound check` tells a person who is no statistician: what a plan costs, and what it can
// and cannot conclude at best.

#include <string>

#include "truebound/plan/cost.h"

namespace truebound::cli {

/// The forecast of a plan in sentences. Claims of one question with the same figures are told once.
std::string in_words(const plan::Check& check);

}  // namespace truebound::cli
