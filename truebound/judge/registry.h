#pragma once

// All kinds of judges: what a plan may name under `judges:`, and how each is made.

#include <memory>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/judge/judge.h"

namespace truebound::judge {

/// What is needed to make a judge.
struct Casting {
  std::string name;  ///< in the plan
  const eval::Specification& specification;
  const FileSource& files;                      ///< those that the plan names, frozen with it
  std::vector<model::Model*> instruments = {};  ///< of the plan; must outlive the judge
};

/// Makes the judge that a specification names.
/// @error invalid_input  an unknown kind, a file that is missing or wrong, an instrument that the
///                       plan lacks
Result<std::unique_ptr<Judge>> make(const Casting& casting);

/// The kinds that exist, with their options: `rules`, `choice`, `exact`, `rubric`, `labels`.
std::vector<eval::KnownKind> kinds();

}  // namespace truebound::judge
