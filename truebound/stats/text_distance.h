#pragma once

// Do two sources of text differ? Texts of the same prompt are compared character by character
// (Hamming kernel), and the distance of the two sources is their maximum mean discrepancy; its
// p-value comes from dealing the texts of each prompt to the two sources anew. Texts of different
// prompts are never compared.
// Cost: the kernel once for every two texts of a prompt, then additions only.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::stats {

/// The texts that two sources gave for one prompt; at least 2 of each.
struct PromptTexts {
  std::vector<std::string> first;
  std::vector<std::string> second;
};

struct TextDistanceOptions {
  // Affects the result.
  std::int64_t exact_up_to = 20'000;  ///< ways to deal that are all tried; else draws
  std::int64_t draws = 999;           ///< where there are more, >= 99
  std::uint64_t key = 0;              ///< names the random streams
};

/// Distance of two sources, with its p-value.
struct TextDistance {
  double statistic = 0;         ///< unbiased squared MMD; 0 expected without a difference
  double p_value = 1;           ///< of "both sources are the same"
  std::int64_t dealt = 0;       ///< ways to deal that were looked at, the observed one included
  bool is_exact = false;        ///< whether they were all
  double length_statistic = 0;  ///< mean length of the first less that of the second
  double length_p_value = 1;    ///< of "both give texts as long", dealt likewise
};

/// Two texts of one prompt are alike in the share of positions, up to the longest text of all, in
/// which they have the same byte; beyond its end a text has a byte of its own that equals itself.
/// So it partly measures length, which is therefore tested beside.
///
/// @error invalid_input when there is no prompt, a source gave fewer than 2 texts for one, or an
///        option is out of range
/// @source Gao, Liang and Guestrin (2024), arXiv 2410.20247; Gretton et al. (2012), JMLR
///         13:723-773; here permuted within prompts, p = (1 + #) / (1 + B)
Result<TextDistance> text_distance(const std::vector<PromptTexts>& in_any_order,
                                   const TextDistanceOptions& options);

}  // namespace truebound::stats
