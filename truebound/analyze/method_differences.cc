// Methods for differences between arms beyond one pair a sample: clusters and repeats, several
// arms, several answers, a declared margin.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/distribution.h"
#include "truebound/stats/repeats.h"

namespace truebound::analyze {
namespace {

using eval::Observation;

// The missing read all against the first arm, and all for it.
constexpr MissingAs least = {Side::held, Side::broke};
constexpr MissingAs most = {Side::broke, Side::held};

MethodResult refused(Estimate estimate, const Matches& matches, const std::string& why) {
  estimate.value.reset();
  estimate.lower = estimate.missing.lower = -1;
  estimate.upper = estimate.missing.upper = 1;
  estimate.reason = Reason::method_refused;
  estimate.reason_detail = why;
  return {std::move(estimate), told_of(matches)};
}

// Pairs that are independent have Bonett and Price's limits; clustered ones the t interval over
// clusters.
Result<stats::PairedDifference> limits_of(const Matches& matches, double confidence,
                                          const std::optional<MissingAs>& missing) {
  const stats::PairCounts pairs = pairs_in(matches, missing);
  const std::vector<stats::DiscordantCluster> clusters = clusters_in(matches, missing);
  if (static_cast<std::int64_t>(clusters.size()) == pairs.total()) {
    return stats::bonett_price(pairs, confidence);
  }
  TRUEBOUND_TRY(found, stats::obuchowski(clusters, confidence));
  return stats::PairedDifference{found.value, found.lower, found.upper};
}

// Value, limits, and both readings of the missing.
Result<void> set_limits(MethodResult& result, const Matches& matches, double confidence) {
  TRUEBOUND_TRY(difference, limits_of(matches, confidence, std::nullopt));
  TRUEBOUND_TRY(against, limits_of(matches, confidence, least));
  TRUEBOUND_TRY(in_favor, limits_of(matches, confidence, most));
  result.estimate.value = difference.value;
  result.estimate.lower = difference.lower;
  result.estimate.upper = difference.upper;
  result.estimate.missing = {against.lower, in_favor.upper};
  result.beside.emplace_back("missing",
                             json::Object{{"least", against.value}, {"most", in_favor.value}});
  return {};
}

// Clusters that have pairs, and do not all have the same difference: else a t interval over them
// would have no width, which never says that nothing can differ.
std::string why_no_clusters(const Matches& matches) {
  const std::vector<stats::DiscordantCluster> clusters = clusters_in(matches, std::nullopt);
  if (clusters.size() < 2) return "1 cluster, 2 needed";
  const stats::PairCounts all = pairs_in(matches, std::nullopt);
  if (static_cast<std::int64_t>(clusters.size()) == all.total()) return "";
  const std::int64_t off = all.first_only - all.second_only;
  const bool same = std::ranges::all_of(clusters, [&](const stats::DiscordantCluster& each) {
    return (each.first_only - each.second_only) * all.total() == off * each.pairs;
  });
  return same ? "every cluster has the same difference" : "";
}

std::vector<double> differences_of(const Matches& matches) {
  std::vector<double> differences;
  for (const stats::DiscordantCluster& each : clusters_in(matches, std::nullopt))
    differences.push_back(static_cast<double>(each.first_only - each.second_only));
  return differences;
}

// The pair of arms that differ most, with limits that hold for all pairs at once.
struct FarthestPair {
  std::size_t first = 0;
  std::size_t second = 1;
  stats::PairedDifference limits;
};

Result<FarthestPair> farthest_pair(const std::vector<std::vector<int>>& hits, double confidence) {
  const std::size_t arms = hits.front().size();
  const auto ways = static_cast<double>(arms * (arms - 1) / 2);
  FarthestPair farthest;
  bool found = false;
  for (std::size_t i = 0; i < arms; ++i) {
    for (std::size_t j = i + 1; j < arms; ++j) {
      stats::PairCounts pairs;
      for (const std::vector<int>& row : hits) {
        ++(row[i] == 1 ? (row[j] == 1 ? pairs.both : pairs.first_only)
                       : (row[j] == 1 ? pairs.second_only : pairs.neither));
      }
      TRUEBOUND_TRY(limits, stats::bonett_price(pairs, 1 - (1 - confidence) / ways));
      if (found && std::abs(limits.value) <= std::abs(farthest.limits.value)) continue;
      farthest = {i, j, limits};
      found = true;
    }
  }
  return farthest;
}

// The answer of a row: a human's word, else a judge's, else the outcome's. An answer that nobody
// could decide is a kind of its own; where no answer came there is none.
std::optional<std::string> answer_of(const Observation* row) {
  if (row == nullptr) return std::nullopt;
  if (!row->truth.empty()) return row->truth;
  if (!row->verdict.empty()) return row->verdict;
  const eval::OutcomeKind kind = eval::kind_of(row->outcome);
  if (kind == eval::OutcomeKind::error || kind == eval::OutcomeKind::not_run) return std::nullopt;
  return std::string(to_text(kind));
}

struct Answers {
  std::vector<std::string> names;
  std::vector<std::vector<std::int64_t>> table;
  std::int64_t pairs = 0;
  json::List without;  // samples with an answer in one arm alone, or in none
};

Answers answers_of(const Matches& matches) {
  std::set<std::string> names;
  for (const Observation* row : matches.rows) {
    if (const auto answer = answer_of(row)) names.insert(*answer);
  }
  Answers answers{.names = {names.begin(), names.end()}};
  const std::size_t count = answers.names.size();
  answers.table.assign(count, std::vector<std::int64_t>(count));
  const auto at = [&](const std::string& answer) {
    return static_cast<std::size_t>(std::ranges::find(answers.names, answer) -
                                    answers.names.begin());
  };
  for (const Match& match : matches.list) {
    const auto first = answer_of(match.rows[0]);
    const auto second = answer_of(match.rows[1]);
    if (!first || !second) {
      answers.without.emplace_back(match.sample);
      continue;
    }
    ++answers.table[at(*first)][at(*second)];
    ++answers.pairs;
  }
  return answers;
}

stats::PairCounts pairs_of_answer(const Answers& answers, std::size_t answer) {
  stats::PairCounts pairs;
  for (std::size_t i = 0; i < answers.table.size(); ++i) {
    for (std::size_t j = 0; j < answers.table.size(); ++j) {
      const std::int64_t count = answers.table[i][j];
      if (i == answer) {
        (j == answer ? pairs.both : pairs.first_only) += count;
      } else {
        (j == answer ? pairs.second_only : pairs.neither) += count;
      }
    }
  }
  return pairs;
}

// The pairs of one answer with absent ones read as it, or as another, by arm.
stats::PairCounts pairs_read_as(const Matches& matches, const std::string& answer,
                                const std::array<Side, 2>& absent) {
  stats::PairCounts pairs;
  for (const Match& match : matches.list) {
    std::array<bool, 2> is_it{};
    for (std::size_t arm = 0; arm < 2; ++arm) {
      const auto given = answer_of(match.rows[arm]);
      is_it[arm] = given ? *given == answer : absent[arm] == Side::broke;
    }
    if (is_it[0]) {
      ++(is_it[1] ? pairs.both : pairs.first_only);
    } else {
      ++(is_it[1] ? pairs.second_only : pairs.neither);
    }
  }
  return pairs;
}

Result<MethodResult> run_sign_flip(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  MethodResult result{start_difference(matches, options, "sign_flip"), told_of(matches)};
  if (result.estimate.n == 0) return result;
  const std::string why = why_no_clusters(matches);
  if (!why.empty()) return refused(result.estimate, matches, why);
  TRUEBOUND_TRY_VOID(set_limits(result, matches, options.confidence));
  TRUEBOUND_TRY(test, stats::sign_flip_test(differences_of(matches),
                                            {.draws = options.resamples,
                                             .streams = streams_for(options, "sign_flip")}));
  result.estimate.p_value = test.p_value;
  result.estimate.statistic = test.sum;
  result.beside.emplace_back("exact", test.exact);
  result.beside.emplace_back("vectors", test.vectors);
  if (!test.exact) result.beside.emplace_back("seed", options.seed);
  return result;
}

// The share of outcomes that are missing takes the place of the share that broke: none of its own
// can then be missing.
Result<MethodResult> run_missing_by_arm(const Table& table, const MethodOptions& options) {
  Table lost = table;
  std::int64_t missing = 0;
  for (Observation& row : lost) {
    const eval::OutcomeKind kind = eval::kind_of(row.outcome);
    const bool is_missing = !eval::is_decided(row.outcome) && kind != eval::OutcomeKind::score;
    missing += is_missing ? 1 : 0;
    row.outcome = is_missing ? eval::Outcome(eval::Broke{}) : eval::Held{};
  }
  TRUEBOUND_TRY(result, run_sign_flip(lost, options));
  result.estimate.method = "missing_by_arm";
  result.estimate.counts = {};
  for (const Observation& row : table)
    result.estimate.counts.add(row.outcome);
  std::erase_if(result.beside,
                [](const json::Member& member) { return member.first == "missing"; });
  without_bounds(result, {result.estimate.lower, result.estimate.upper},
                 "what is missing is what is counted");
  result.beside.emplace_back("missing_rows", missing);
  return result;
}

Result<MethodResult> run_obuchowski(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  MethodResult result{start_difference(matches, options, "obuchowski"), told_of(matches)};
  if (result.estimate.n == 0) return result;
  const std::string why = why_no_clusters(matches);
  if (!why.empty()) return refused(result.estimate, matches, why);
  TRUEBOUND_TRY_VOID(set_limits(result, matches, options.confidence));
  TRUEBOUND_TRY(found, stats::obuchowski(clusters_in(matches, std::nullopt), options.confidence));
  result.estimate.p_value = found.p_value;
  result.estimate.statistic = found.statistic;
  result.beside.emplace_back("standard_error", found.standard_error);
  result.beside.emplace_back("df", found.df);
  return result;
}

// The missing of two of several arms read all against the first of them, and all for it, with
// limits that hold for all pairs of arms at once.
Result<void> bound_pair(MethodResult& result, const Matches& matches, const FarthestPair& pair,
                        double confidence) {
  Matches two{.arms = {matches.arms[pair.first], matches.arms[pair.second]}};
  for (const Match& match : matches.list) {
    Match of_two = match;
    of_two.rows = {match.rows[pair.first], match.rows[pair.second]};
    two.list.push_back(of_two);
  }
  const std::size_t arms = matches.arms.size();
  const double each = 1 - (1 - confidence) / static_cast<double>(arms * (arms - 1) / 2);
  TRUEBOUND_TRY(against, stats::bonett_price(pairs_in(two, least), each));
  TRUEBOUND_TRY(in_favor, stats::bonett_price(pairs_in(two, most), each));
  result.estimate.missing = {against.lower, in_favor.upper};
  result.beside.emplace_back("missing",
                             json::Object{{"least", against.value}, {"most", in_favor.value}});
  return {};
}

Result<MethodResult> run_cochran_q(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::several));
  TRUEBOUND_TRY_VOID(check_independent(matches, options, "cochran_q"));
  MethodResult result{start_difference(matches, options, "cochran_q"), told_of(matches)};
  if (result.estimate.n == 0) return result;
  std::vector<std::vector<int>> hits;
  for (const Match& match : matches.list) {
    if (!is_complete(match)) continue;
    std::vector<int> row;
    for (const Observation* each : match.rows)
      row.push_back(side_of(*each) == Side::broke ? 1 : 0);
    hits.push_back(std::move(row));
  }
  TRUEBOUND_TRY(test, stats::cochran_q(hits));
  TRUEBOUND_TRY(farthest, farthest_pair(hits, options.confidence));
  result.estimate.name =
      "difference/" + matches.arms[farthest.first] + "-" + matches.arms[farthest.second];
  result.estimate.value = farthest.limits.value;
  result.estimate.lower = farthest.limits.lower;
  result.estimate.upper = farthest.limits.upper;
  TRUEBOUND_TRY_VOID(bound_pair(result, matches, farthest, options.confidence));
  result.estimate.p_value = test.p_value;
  result.estimate.statistic = test.statistic;
  json::List rates;
  for (std::size_t arm = 0; arm < matches.arms.size(); ++arm) {
    std::int64_t broke = 0;
    for (const std::vector<int>& row : hits)
      broke += row[arm];
    rates.push_back(json::Object{{"arm", matches.arms[arm]},
                                 {"broke", broke},
                                 {"n", static_cast<std::int64_t>(hits.size())}});
  }
  result.beside.emplace_back("df", test.df);
  result.beside.emplace_back("by_arm", rates);
  return result;
}

Result<MethodResult> run_stuart_maxwell(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  TRUEBOUND_TRY_VOID(check_independent(matches, options, "stuart_maxwell"));
  const Answers answers = answers_of(matches);
  MethodResult result{start_difference(matches, options, "stuart_maxwell"), told_of(matches)};
  result.estimate.n = result.estimate.clusters = answers.pairs;
  result.estimate.effective_n = static_cast<double>(answers.pairs);
  result.estimate.reason = answers.pairs == 0 ? Reason::no_pairs : Reason::none;
  if (answers.pairs == 0) return result;
  const auto test = stats::stuart_maxwell(answers.table);
  if (!test.ok()) return refused(result.estimate, matches, test.error().message);
  result.estimate.p_value = test.value().p_value;
  result.estimate.statistic = test.value().statistic;
  json::List told;
  std::size_t farthest = 0;
  double reach = -1;
  for (std::size_t i = 0; i < answers.names.size(); ++i) {
    const stats::PairCounts pairs = pairs_of_answer(answers, i);
    const std::int64_t off = pairs.first_only - pairs.second_only;
    told.push_back(json::Object{{"answer", answers.names[i]},
                                {"first", pairs.both + pairs.first_only},
                                {"second", pairs.both + pairs.second_only}});
    if (static_cast<double>(std::abs(off)) <= reach) continue;
    reach = static_cast<double>(std::abs(off));
    farthest = i;
  }
  // Picked among all answers, so its limits hold for all of them at once.
  const double each = 1 - (1 - options.confidence) / static_cast<double>(answers.names.size());
  TRUEBOUND_TRY(limits, stats::bonett_price(pairs_of_answer(answers, farthest), each));
  result.estimate.name += "/answer=" + answers.names[farthest];
  result.estimate.value = limits.value;
  result.estimate.lower = limits.lower;
  result.estimate.upper = limits.upper;
  const std::string& answer = answers.names[farthest];
  TRUEBOUND_TRY(against, stats::bonett_price(pairs_read_as(matches, answer, least), each));
  TRUEBOUND_TRY(in_favor, stats::bonett_price(pairs_read_as(matches, answer, most), each));
  result.estimate.missing = {against.lower, in_favor.upper};
  result.beside.emplace_back("missing",
                             json::Object{{"least", against.value}, {"most", in_favor.value}});
  result.beside.emplace_back("without_answer", answers.without);
  result.beside.emplace_back("df", test.value().df);
  result.beside.emplace_back("by_answer", told);
  return result;
}

Result<MethodResult> run_equivalence(const Table& table, const MethodOptions& options) {
  if (!options.margin) {
    return invalid_input("equivalence: a margin must be declared (--margin), got none");
  }
  const double alpha = 1 - options.confidence;
  if (!(alpha > 0 && alpha < .5)) {
    return invalid_input("equivalence: confidence must lie in (.5, 1)");
  }
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  MethodResult result{start_difference(matches, options, "equivalence"), told_of(matches)};
  if (result.estimate.n == 0) return result;
  const std::string why = why_no_clusters(matches);
  if (!why.empty()) return refused(result.estimate, matches, why);
  // Two one-sided tests at alpha are one interval at 1 - 2 alpha.
  result.estimate.confidence = 1 - 2 * alpha;
  TRUEBOUND_TRY_VOID(set_limits(result, matches, 1 - 2 * alpha));
  // The answer rests on the limits that the missing leave, as claims do.
  const stats::PairedDifference held{*result.estimate.value, result.estimate.missing.lower,
                                     result.estimate.missing.upper};
  TRUEBOUND_TRY(test, stats::against_margin(held, *options.margin));
  result.beside.emplace_back("margin", *options.margin);
  result.beside.emplace_back("each_test", options.confidence);
  result.beside.emplace_back("first", std::string(to_text(test.first)));
  result.beside.emplace_back("second", std::string(to_text(test.second)));
  result.beside.emplace_back("equivalent", test.equivalent);
  return result;
}

}  // namespace

std::vector<MethodEntry> difference_methods() {
  return {
      {{"sign_flip", "sample arm outcome [cluster epoch]", "confidence resamples seed",
        "do two arms break equally often? permutation test over clusters"},
       run_sign_flip},
      {{"missing_by_arm", "sample arm outcome [cluster epoch]", "confidence resamples seed",
        "does what is missing depend on the arm? permutation test over clusters"},
       run_missing_by_arm},
      {{"obuchowski", "sample arm outcome [cluster epoch]", "confidence",
        "do two arms break equally often? clustered pairs, many clusters"},
       run_obuchowski},
      {{"cochran_q", "sample arm outcome", "confidence estimand",
        "do several arms break equally often on the same samples?"},
       run_cochran_q},
      {{"stuart_maxwell", "sample arm [truth outcome]", "confidence estimand",
        "do two arms get each kind of answer equally often?"},
       run_stuart_maxwell},
      {{"equivalence", "sample arm outcome [cluster epoch]", "confidence margin",
        "is one arm no worse than the other by a declared margin, or both alike?"},
       run_equivalence},
      {{"excess_flips", "sample arm epoch outcome [expect]", "confidence resamples seed",
        "do two arms disagree more than each disagrees with itself?"},
       run_excess_flips},
  };
}

}  // namespace truebound::analyze
