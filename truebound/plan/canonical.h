#pragma once

// The canonical form of a plan, whose SHA-256 names it: RFC 8785, defaults filled in, mappings from
// names as lists of {name, specification} in the plan's order, files replaced by their digests,
// without `who`, `budget` and options that affect speed or cost only. docs/formats/plan.md

#include <map>
#include <string>

#include "truebound/core/bytes.h"
#include "truebound/core/result.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// Digests of files by their names in the plan: SHA-256 of their bytes.
using FileDigests = std::map<std::string, Digest>;

/// Reads every file that the plan names.
/// @error invalid_input  one is missing or cannot be read
Result<FileDigests> digest_files(const Plan& plan, const FileSource& files);

/// The canonical form. `digests` has every name of file_names(plan); a plan that was thawed holds
/// digests in their place already, and needs none.
std::string canonical(const Plan& plan, const FileDigests& digests);

/// SHA-256 of the canonical form.
Digest plan_digest(const Plan& plan, const FileDigests& digests);

/// A plan from its canonical form. Its files are named by their digests; `who` and `budget` are not
/// in it.
/// @error malformed  it is no canonical form of a plan
Result<Plan> thaw(const json::Value& value);

}  // namespace truebound::plan
