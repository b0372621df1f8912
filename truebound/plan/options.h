#pragma once

// Ids and options held against the catalog of what exists, defaults filled in.

#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// One of the lists of a plan whose entries name a kind.
struct Section {
  std::string name;      ///< `models`
  std::string kind_key;  ///< `provider`
  const std::vector<eval::KnownKind>& known;
};

/// Checks every entry's id and options and fills in defaults. Options of files and of speed are
/// noted in `apart`.
/// @error invalid_input  `file:line: ...`: an unknown id or option (with the nearest known one),
/// one
///                       that is missing, or one of another kind of value
Result<void> complete_options(json::NamedList<eval::Specification>& entries, const Section& section,
                              const std::string& file, std::vector<OptionPlace>& apart);

}  // namespace truebound::plan
