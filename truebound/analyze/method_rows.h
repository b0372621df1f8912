#pragma once

// The rows of a table as methods take them: checked, counted, grouped by cluster.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/analyze/methods.h"
#include "truebound/stats/cluster.h"

namespace truebound::analyze {

using Rows = std::vector<const eval::Observation*>;

/// The two sides of what was expected.
enum class Side { broke, held };

/// Whether a method counts rows by their weights, or each row once.
enum class Weights { by_row, must_be_equal };

/// The rows of one rate: one arm, one kind of expectation, each sample once an epoch.
///
/// @error invalid_input naming the lines, when the table is empty or breaks one of these, when its
///        cluster column has gaps, or when weights differ and must not
Result<Rows> rows_of_rate(const std::vector<eval::Observation>& table, const MethodOptions& options,
                          Weights weights);

/// The rows of one mean: as rows_of_rate, but outcomes may be scores, all of them or none.
///
/// @error invalid_input as rows_of_rate, and naming the lines of a score and of an outcome that
///        broke or held
Result<Rows> rows_of_mean(const std::vector<eval::Observation>& table,
                          const MethodOptions& options);

/// What outcomes may be: sides alone, or scores too.
enum class Scale { sides, scores };

/// Refuses a sample that comes twice in one epoch and condition, a score where sides are needed or
/// both in one table, and a cluster column with gaps.
///
/// @error invalid_input naming the lines
Result<void> check_rows(const Rows& rows, const std::string& table, Scale scale = Scale::sides);

/// Whether any outcome is a score.
bool is_graded(const Rows& rows);

/// A start for the estimate of a mean: as start() for sides; of scores, n counts them, and it is
/// named `mean_score`.
Estimate start_mean(const Rows& rows, const MethodOptions& options, std::string_view method);

/// `counts: {scored}` where outcomes are scores: the other counts have no place for them.
json::Object scored_told(const Estimate& estimate);

/// The side that an outcome lies on; nothing where it is missing or graded.
std::optional<Side> side_of(const eval::Observation& row);

/// The side that a word says: `broke`, `held`, or a verdict seen from what the row expected.
///
/// @error invalid_input when the word is none of these
Result<std::optional<Side>> side_of_word(const std::string& word, const eval::Observation& row,
                                         const std::string& table);

/// Decided rows as trials by cluster, a hit being `broke`.
std::vector<stats::Cluster> trials_of(const Rows& rows);

/// Outcomes by cluster, each taken at its word (as if by a scorer without error).
std::vector<ClusterCounts> counts_of(const Rows& rows);

/// A start for an estimate: counts, n, clusters, and what was declared.
Estimate start(const Rows& rows, const MethodOptions& options, std::string_view method);

/// Refuses clusters of more than one row, for methods of independent rows. Under `fixed_set` they
/// are all there is, and pass.
///
/// @error invalid_input naming a method that takes them
Result<void> check_independent(const Rows& rows, const MethodOptions& options,
                               std::string_view method);

/// Carries limits of the complete cases over to all planned ones: all missing held, all broke.
void carry_to_missing(Estimate& estimate);

/// The table with every missing outcome read as one side; among scores, as 0 (held) or 1 (broke).
std::vector<eval::Observation> read_missing_as(const std::vector<eval::Observation>& table,
                                               Side side);

/// What a method tells beside, in `missing`, that has no bounds for missing outcomes: why.
json::Member no_bounds(const std::string& why);

/// Where nothing is missing, the limits are those of the complete cases; else nothing is known but
/// `widest`, and `missing` says why.
void without_bounds(MethodResult& result, const Range& widest, const std::string& why);

/// `missing: {all_held, all_broke}`: the observed share with the missing read both ways.
json::Object missing_shares(const Estimate& estimate);

/// The place of a row, for messages: `table.csv:4`.
std::string place_of(const eval::Observation& row, const std::string& table);

}  // namespace truebound::analyze
