// Methods for two arms on the same samples.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "truebound/analyze/difference.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/paired.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

// One sample under both arms; a row is absent where an arm lacks the sample.
struct Pair {
  std::array<const Observation*, 2> rows = {nullptr, nullptr};
};

struct Pairs {
  std::array<std::string, 2> arms;
  std::vector<std::pair<std::string, Pair>> samples;  // in order of appearance
  Rows rows;
};

std::optional<Side> side_at(const Pair& pair, std::size_t arm) {
  return pair.rows[arm] == nullptr ? std::nullopt : side_of(*pair.rows[arm]);
}

bool is_complete(const Pair& pair) {
  return side_at(pair, 0).has_value() && side_at(pair, 1).has_value();
}

Result<std::array<std::string, 2>> two_arms(const Table& table, const std::string& name) {
  std::vector<std::string> arms;
  for (const Observation& row : table) {
    if (std::find(arms.begin(), arms.end(), row.arm) == arms.end()) arms.push_back(row.arm);
  }
  if (arms.size() == 2) return std::array<std::string, 2>{arms[0], arms[1]};
  return invalid_input(name + ": a paired method takes two arms, got " +
                       std::to_string(arms.size()) + (arms.empty() ? "" : ": " + join(arms)));
}

Result<Pairs> pairs_of(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(arms, two_arms(table, options.table));
  Pairs pairs{.arms = arms};
  for (const Observation& row : table)
    pairs.rows.push_back(&row);
  TRUEBOUND_TRY_VOID(check_rows(pairs.rows, options.table));
  std::map<std::string, std::size_t> index;
  for (const Observation* row : pairs.rows) {
    const auto [found, is_new] =
        index.emplace(row->suite + "\n" + row->sample, pairs.samples.size());
    if (is_new) pairs.samples.emplace_back(row->sample, Pair{});
    Pair& pair = pairs.samples[found->second].second;
    const std::size_t arm = row->arm == arms[0] ? 0 : 1;
    if (pair.rows[arm] != nullptr) {
      return invalid_input(place_of(*row, options.table) +
                           ": pairs take one row a sample and arm, got '" + row->sample +
                           "' again, first in line " + std::to_string(pair.rows[arm]->line));
    }
    pair.rows[arm] = row;
  }
  return pairs;
}

// Pairs of different samples in one cluster are no independent evidence.
Result<void> check_clusters(const Pairs& pairs, const MethodOptions& options) {
  Rows first;
  for (const auto& [sample, pair] : pairs.samples) {
    first.push_back(pair.rows[0] != nullptr ? pair.rows[0] : pair.rows[1]);
  }
  return check_independent(first, options, "a paired method");
}

void add(stats::PairCounts& counts, Side first, Side second) {
  if (first == Side::broke) {
    ++(second == Side::broke ? counts.both : counts.first_only);
  } else {
    ++(second == Side::broke ? counts.second_only : counts.neither);
  }
}

stats::PairCounts complete(const Pairs& pairs) {
  stats::PairCounts counts;
  for (const auto& [sample, pair] : pairs.samples) {
    if (is_complete(pair)) add(counts, *side_at(pair, 0), *side_at(pair, 1));
  }
  return counts;
}

// All pairs, with what is missing read as `first` in the first arm and `second` in the second.
stats::PairCounts filled(const Pairs& pairs, Side first, Side second) {
  stats::PairCounts counts;
  for (const auto& [sample, pair] : pairs.samples) {
    add(counts, side_at(pair, 0).value_or(first), side_at(pair, 1).value_or(second));
  }
  return counts;
}

json::List names_without_partner(const Pairs& pairs) {
  json::List names;
  for (const auto& [sample, pair] : pairs.samples) {
    if (!is_complete(pair)) names.emplace_back(sample);
  }
  return names;
}

json::Object told(const Pairs& pairs, const stats::PairCounts& counts) {
  const json::List without = names_without_partner(pairs);
  const bool judged = std::any_of(pairs.rows.begin(), pairs.rows.end(), [](const Observation* row) {
    return row->decided_by == eval::DecidedBy::judge;
  });
  return {{"as_judged", judged},
          {"first", pairs.arms[0]},
          {"second", pairs.arms[1]},
          {"counts", json::Object{{"pairs", counts.total()},
                                  {"both_broke", counts.both},
                                  {"only_first", counts.first_only},
                                  {"only_second", counts.second_only},
                                  {"neither", counts.neither},
                                  {"without_partner", static_cast<std::int64_t>(without.size())}}},
          {"without_partner", without}};
}

Result<MethodResult> run_paired(const Table& table, const MethodOptions& options,
                                std::string_view method) {
  TRUEBOUND_TRY(pairs, pairs_of(table, options));
  TRUEBOUND_TRY_VOID(check_clusters(pairs, options));
  const stats::PairCounts counts = complete(pairs);
  Estimate estimate = start(pairs.rows, options, method);
  estimate.name = "difference/" + pairs.arms[0] + "-" + pairs.arms[1];
  estimate.n = counts.total();
  estimate.effective_n = static_cast<double>(counts.total());
  estimate.clusters = counts.total();
  estimate.unit = "pair";
  estimate.lower = estimate.missing.lower = estimate.bound_above = -1;
  MethodResult result{std::move(estimate), told(pairs, counts)};
  if (counts.total() == 0) {
    result.estimate.reason = Reason::no_pairs;
    return result;
  }
  TRUEBOUND_TRY(difference, stats::bonett_price(counts, options.confidence));
  TRUEBOUND_TRY(least,
                stats::bonett_price(filled(pairs, Side::held, Side::broke), options.confidence));
  TRUEBOUND_TRY(most,
                stats::bonett_price(filled(pairs, Side::broke, Side::held), options.confidence));
  result.estimate.reason = Reason::none;
  result.estimate.value = difference.value;
  result.estimate.lower = difference.lower;
  result.estimate.upper = difference.upper;
  result.estimate.missing = {least.lower, most.upper};
  result.beside.emplace_back("missing", json::Object{{"least", least.value}, {"most", most.value}});
  return result;
}

}  // namespace

Result<MethodResult> run_bonett_price(const Table& table, const MethodOptions& options) {
  return run_paired(table, options, "bonett_price");
}

Result<MethodResult> run_mcnemar(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(result, run_paired(table, options, "mcnemar"));
  if (result.estimate.reason != Reason::none) return result;
  TRUEBOUND_TRY(pairs, pairs_of(table, options));
  TRUEBOUND_TRY(test, stats::mcnemar(complete(pairs)));
  result.estimate.p_value = test.p_exact;
  result.estimate.statistic = test.statistic;
  result.beside.emplace_back("p_mid", test.p_mid);
  if (result.estimate.n < 2) return result;
  TRUEBOUND_TRY(errors, stats::paired_errors(complete(pairs)));
  result.beside.emplace_back("paired_error", errors.paired);
  result.beside.emplace_back("unpaired_error", errors.unpaired);
  return result;
}

Result<MethodResult> run_mover_difference(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(arms, two_arms(table, options.table));
  std::array<Version, 2> versions;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    MethodOptions of_arm = options;
    of_arm.arm = arms[i];
    TRUEBOUND_TRY(rows, rows_of_rate(table, of_arm, Weights::must_be_equal));
    versions[i].cell = rows;
  }
  const ChainOptions declared{.confidence = options.confidence,
                              .correlation = options.correlation,
                              .estimand = options.estimand};
  TRUEBOUND_TRY(estimate, difference_from_before("difference/" + arms[0] + "-" + arms[1],
                                                 versions[0], versions[1], declared));
  return MethodResult{std::move(estimate), {}};
}

}  // namespace truebound::analyze
