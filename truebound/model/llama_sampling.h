#pragma once

// Drawing the next token from logits, in a fixed order of operations, so that one slot gives one
// text. Temperature first, then top_k, then top_p, then one uniform draw over what is left.
// Cost: one exponential for each token of the vocabulary; nothing but a scan at temperature 0.

#include <cstdint>
#include <span>

#include "truebound/core/random.h"
#include "truebound/core/result.h"

namespace truebound::model {

/// How the next token is drawn.
struct LlamaSampling {
  double temperature = 1.0;  ///< >= 0; 0 takes the likeliest token, the lowest id where two tie
  double top_p = 1.0;        ///< in (0, 1]; only the likeliest tokens that together have this share
  int top_k = 0;             ///< >= 0; only the k likeliest; 0 means all
};

/// The id of the next token. Draws one number from `stream`, and none at temperature 0.
/// @error invalid_input  no logit is finite or one is not a number: the model computes nonsense
Result<std::int32_t> sample_token(std::span<const float> logits, const LlamaSampling& sampling,
                                  RandomStream& stream);

}  // namespace truebound::model
