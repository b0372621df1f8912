#pragma once

// Folder: reads suites, the samples of an assessment with the card that says what they are for:
// CSV, JSON and JSONL with one's own columns mapped, and the suites that are built in. The nouns
// are in eval/suite.h.

#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/suite.h"

namespace truebound::suite {

using eval::BadRow;
using eval::Format;
using eval::Suite;
using eval::SuiteSpec;

/// Reads a suite. `spec` is complete, as plan::read leaves it: file and format are
/// there. `files` must know the names of built-in
/// files where the suite is built in: see BuiltinFiles.
///
/// A sample's expectation is its own, else the suite's, else `target` where it has a target, else
/// `refuse`. Where no row has an id, ids are `row-1`, `row-2`, ... by the row's place, bad ones
/// counted.
///
/// @error invalid_input  a file that is missing or no table; more bad rows than the plan allows
/// (the
///        first ten by file and line, and their count); an id twice (both lines); clusters for some
///        rows only (the lines without); no sample at all
Result<Suite> read(const SuiteSpec& spec, const std::string& name, const FileSource& files);

/// Reads several suites, in order.
/// @error invalid_input  as read
Result<std::vector<Suite>> read_all(const json::NamedList<SuiteSpec>& specs,
                                    const FileSource& files);

}  // namespace truebound::suite
