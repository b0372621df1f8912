#pragma once

// The rows of a table matched across arms: what the same sample gave in each. Shared by the methods
// for differences.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/method_rows.h"
#include "truebound/stats/differences.h"
#include "truebound/stats/draws.h"
#include "truebound/stats/paired.h"

namespace truebound::analyze {

/// One sample in one epoch, a row for each arm in their order; nullptr where an arm lacks it.
struct Match {
  std::string sample;
  std::string cluster;
  std::string stratum;
  std::vector<const eval::Observation*> rows;
};

/// All matches of a table, in order of appearance.
struct Matches {
  std::vector<std::string> arms;
  std::vector<Match> list;
  Rows rows;
};

/// How many arms a method compares.
enum class Arms { two, several };

/// What stands for a missing outcome, by arm of two.
using MissingAs = std::array<Side, 2>;

/// Matches rows by sample and epoch, never by their order.
///
/// @error invalid_input when the number of arms does not fit, or as check_rows
Result<Matches> matches_of(const std::vector<eval::Observation>& table,
                           const MethodOptions& options, Arms arms, Scale scale = Scale::sides);

/// Whether each arm has a decided outcome.
bool is_complete(const Match& match);

/// The sides of a complete match, or of any where `missing` says what a missing one counts as.
std::optional<std::array<Side, 2>> sides_of(const Match& match,
                                            const std::optional<MissingAs>& missing);

/// Complete matches of two arms as pairs; with `missing`, all of them.
stats::PairCounts pairs_in(const std::vector<const Match*>& matches,
                           const std::optional<MissingAs>& missing);
stats::PairCounts pairs_in(const Matches& matches, const std::optional<MissingAs>& missing);

/// The same by cluster, in order of their names.
std::vector<stats::DiscordantCluster> clusters_in(const Matches& matches,
                                                  const std::optional<MissingAs>& missing);

/// Refuses matches that share a cluster, as check_independent does rows.
/// @error invalid_input naming a method that takes them
Result<void> check_independent(const Matches& matches, const MethodOptions& options,
                               std::string_view method);

/// A start for the estimate of a difference: named, counted, its limits -1 and 1, and `no_pairs`
/// where no match is complete.
Estimate start_difference(const Matches& matches, const MethodOptions& options,
                          std::string_view method);

/// What every difference tells beside: arms, counts, who is without partner, whether a judge
/// decided.
json::Object told_of(const Matches& matches);

/// The streams of a method's draws, by the seed of the options.
stats::Streams streams_for(const MethodOptions& options, std::string_view method);

}  // namespace truebound::analyze
