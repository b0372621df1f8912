#pragma once

// The reader of a suite's card.

#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/eval/suite.h"

namespace truebound::suite {

using eval::Card;

/// A card from its JSON.
/// @error invalid_input  `file:line: ...`
Result<Card> read_card(std::string_view text, const std::string& file);

}  // namespace truebound::suite
