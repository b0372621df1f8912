#pragma once

// The page docs/formats/kinds.md: every model, safeguard, attack and judge that a plan may name,
// with its options and their defaults, from the code that implements them.

#include <string>

#include "truebound/eval/specification.h"

namespace truebound::cli {

/// The page, as Markdown. The same catalog gives the same bytes.
std::string kinds_page(const eval::Catalog& known);

}  // namespace truebound::cli
