#pragma once

// What the plan declared about its estimates, and which slots each of them is about: a cell is one
// combination of levels of factors, named by them.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/chain.h"
#include "truebound/analyze/estimate.h"
#include "truebound/core/result.h"
#include "truebound/eval/observation.h"
#include "truebound/eval/question.h"

namespace truebound::analyze {

using eval::cluster_name;

/// The cluster that an observation counts in: that name, within its suite.
std::string cluster_name(const eval::Observation& seen);

/// Whether an observation lies in a cell.
bool lies_in(const eval::Observation& observation, const std::map<std::string, std::string>& where);

/// The observations of a cell, in order.
std::vector<const eval::Observation*> select(const std::vector<eval::Observation>& observations,
                                             const std::map<std::string, std::string>& where);

/// The clusters of a cell, by what became of their slots.
std::vector<ClusterCounts> count_clusters(const std::vector<const eval::Observation*>& cell);

/// The rate of broke among a cell's observations, through the whole chain of corrections.
///
/// @param cell     every planned slot of the cell, the missing ones too
/// @param labels   what is known of the judge
/// @param options  what the plan declared
/// @error invalid_input  as correct()
Result<Estimate> estimate(const std::string& name,
                          const std::vector<const eval::Observation*>& cell, const Labels& labels,
                          const ChainOptions& options);

/// Two arms on the same samples, paired by everything but the arm, as judged: one pair of each
/// cluster, the first that both arms decided, since the methods take pairs as independent.
/// @error invalid_input  as stats::bonett_price
Result<Comparison> compare_arms(const std::vector<const eval::Observation*>& cell,
                                const std::string& first, const std::string& second,
                                double confidence);

}  // namespace truebound::analyze
