#pragma once

// Public prompt sets, read from their files as published: which column is what, what each sample
// expects, and what makes a row of theirs bad. Their cards are built in.

#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/suite/rows.h"

namespace truebound::suite {

/// The entry with what its reader knows filled in; as it is without a reader.
eval::SuiteSpec with_reader(eval::SuiteSpec spec);

/// Columns that the reader reads beside those of the entry. Empty without a reader.
std::vector<std::string> further_columns(const eval::SuiteSpec& spec);

/// Makes of a row's sample what the reader knows of it: hazard, stratum, cluster, expectation.
/// @error invalid_input  expectation and finding, where the row is none of this prompt set
Result<void> complete_sample(const eval::SuiteSpec& spec, const Row& row, eval::Sample& sample);

}  // namespace truebound::suite
