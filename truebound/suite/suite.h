#pragma once

// A suite as it is read: its samples in the order of the file, its card, and every row that is
// none.

#include <cstdint>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/sample.h"
#include "truebound/suite/card.h"
#include "truebound/suite/suite_spec.h"

namespace truebound::suite {

/// A row that is no sample, by the line of its file where it starts.
struct BadRow {
  std::string file;
  std::size_t line = 0;
  std::string why;  ///< expectation and finding
};

/// A suite, read.
struct Suite {
  std::string name;  ///< in the plan
  Card card;
  std::vector<eval::Sample> samples;
  std::vector<BadRow> bad_rows;     ///< at most as many as the plan allows
  std::vector<std::string> judges;  ///< names in the plan, in the order in which they are asked
  std::vector<std::string> files;   ///< names of every file that was read
  std::vector<std::string> unread_columns;  ///< columns of the file that nothing is read from
  std::uint64_t expect_assumed = 0;         ///< samples that nobody said the expectation of
};

/// Reads a suite. `spec` is complete (see complete()). `files` must know the names of built-in
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
