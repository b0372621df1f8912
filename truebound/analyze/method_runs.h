#pragma once

// The methods behind methods.h, one function each; the table was not checked yet.

#include "truebound/analyze/methods.h"

namespace truebound::analyze {

using Table = std::vector<eval::Observation>;

/// Whether a judge decided any row: its outcome is then no rate of breaking.
bool has_judged(const Table& table);

Result<MethodResult> run_clopper_pearson(const Table& table, const MethodOptions& options);
Result<MethodResult> run_wilson(const Table& table, const MethodOptions& options);
Result<MethodResult> run_jeffreys(const Table& table, const MethodOptions& options);
Result<MethodResult> run_zero_failure(const Table& table, const MethodOptions& options);
Result<MethodResult> run_effective_n(const Table& table, const MethodOptions& options);
Result<MethodResult> run_korn_graubard(const Table& table, const MethodOptions& options);
Result<MethodResult> run_cluster_rate(const Table& table, const MethodOptions& options);
Result<MethodResult> run_stratified_mean(const Table& table, const MethodOptions& options);
Result<MethodResult> run_mcnemar(const Table& table, const MethodOptions& options);
Result<MethodResult> run_bonett_price(const Table& table, const MethodOptions& options);
Result<MethodResult> run_mover_difference(const Table& table, const MethodOptions& options);
Result<MethodResult> run_lang_reiczigel(const Table& table, const MethodOptions& options);
Result<MethodResult> run_chain(const Table& table, const MethodOptions& options);
Result<MethodResult> run_excess_flips(const Table& table, const MethodOptions& options);

}  // namespace truebound::analyze
