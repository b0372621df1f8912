#include "truebound/stats/two_way.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "truebound/stats/cluster.h"
#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

template <class Key>
std::vector<Cluster> grouped(std::span<const CrossedCell> cells, Key key) {
  std::map<decltype(key(cells.front())), Cluster> groups;
  for (const CrossedCell& cell : cells) {
    Cluster& group = groups[key(cell)];
    group.size += cell.size;
    group.hits += cell.hits;
  }
  std::vector<Cluster> list;
  for (const auto& [name, group] : groups)
    list.push_back(group);
  return list;
}

Error wrong(const std::string& expectation) {
  return invalid_input("two groupings: " + expectation);
}

}  // namespace

Result<TwoWayRate> two_way_rate(std::span<const CrossedCell> cells, double confidence) {
  for (const CrossedCell& cell : cells) {
    if (cell.size < 0 || cell.hits < 0 || cell.hits > cell.size) {
      return wrong("hits must lie in [0, size], got " + std::to_string(cell.hits) + " of " +
                   std::to_string(cell.size));
    }
  }
  if (cells.empty()) return wrong("at least one trial, got none");
  using Pair = std::pair<std::int64_t, std::int64_t>;
  TRUEBOUND_TRY(first, cluster_rate(grouped(cells, [](const CrossedCell& c) { return c.first; }),
                                    confidence));
  TRUEBOUND_TRY(second, cluster_rate(grouped(cells, [](const CrossedCell& c) { return c.second; }),
                                     confidence));
  TRUEBOUND_TRY(
      both,
      cluster_rate(grouped(cells, [](const CrossedCell& c) { return Pair(c.first, c.second); }),
                   confidence));
  if (both.standard_error == 0) return wrong("cells must differ, got the same rate in each");
  TwoWayRate rate{.value = both.value,
                  .first_error = first.standard_error,
                  .second_error = second.standard_error,
                  .cell_error = both.standard_error,
                  .df = std::min(first.df, second.df)};
  const double least = std::max(rate.first_error, rate.second_error);
  const double variance = rate.first_error * rate.first_error +
                          rate.second_error * rate.second_error - rate.cell_error * rate.cell_error;
  rate.standard_error = std::sqrt(std::max(variance, least * least));
  if (rate.standard_error == 0) return wrong("groups must differ, got the same rate in each");
  const double half = student_quantile((1 + confidence) / 2, rate.df) * rate.standard_error;
  rate.interval = {std::max(0.0, rate.value - half), std::min(1.0, rate.value + half)};
  return rate;
}

}  // namespace truebound::stats
