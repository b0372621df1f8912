// Methods for what was not seen: more tries, more objectives, other kinds, the worst of many.

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/stats/tails.h"
#include "truebound/stats/tries.h"

namespace truebound::analyze {
namespace {

using eval::Observation;
using Table = std::vector<Observation>;

double real(std::int64_t count) {
  return static_cast<double>(count);
}

// --- Within k tries. ---

// A sample with its tries, and the cluster that it belongs to.
struct Tried {
  std::string sample;
  std::string cluster;
  stats::TryCount decided;
  std::int64_t missing = 0;
};

std::vector<Tried> tried_of(const Rows& rows) {
  std::map<std::string, std::size_t> index;
  std::vector<Tried> list;
  for (const Observation* row : rows) {
    const auto [found, is_new] = index.emplace(row->suite + "\n" + row->sample, list.size());
    if (is_new) list.push_back({.sample = row->sample, .cluster = row->cluster});
    Tried& tried = list[found->second];
    const std::optional<Side> side = side_of(*row);
    if (!side) {
      ++tried.missing;
      continue;
    }
    ++tried.decided.tries;
    tried.decided.hits += side == Side::broke ? 1 : 0;
  }
  return list;
}

// How many independent samples these are worth: n / (1 + (K - 1) r) over clusters of samples.
double effective_samples(const std::vector<Tried>& list, const MethodOptions& options) {
  const auto n = real(static_cast<std::int64_t>(list.size()));
  if (list.front().cluster.empty() || options.estimand == eval::Estimand::fixed_set) return n;
  std::map<std::string, double> sizes;
  for (const Tried& tried : list)
    sizes[tried.cluster] += 1;
  double squares = 0;
  for (const auto& [name, size] : sizes)
    squares += size * size;
  return n / (1 + (squares / n - 1) * options.correlation);
}

// Every k up to 20, then 50, 100, 200, 500 and so on, and the most.
std::vector<std::int64_t> tries_to_tell(std::int64_t most) {
  std::vector<std::int64_t> tries;
  for (std::int64_t k = 1; k <= std::min<std::int64_t>(most, 20); ++k)
    tries.push_back(k);
  for (std::int64_t decade = 10; decade <= most; decade *= 10) {
    for (const std::int64_t k : {5 * decade, 10 * decade, 20 * decade}) {
      if (k > tries.back() && k < most) tries.push_back(k);
    }
  }
  if (tries.back() < most) tries.push_back(most);
  return tries;
}

struct Within {
  double value = 0;
  stats::Interval limits;
};

// The mean over samples of the chance within k tries. A mean of numbers in [0, 1] varies no more
// than a share does, so the exact limits of a share hold it.
Result<Within> within(const std::vector<stats::TryCount>& units, std::int64_t k, double effective,
                      double confidence) {
  double sum = 0;
  for (const stats::TryCount& unit : units) {
    TRUEBOUND_TRY(chance, stats::chance_within(unit, k));
    sum += chance;
  }
  const double value = std::min(1.0, sum / real(static_cast<std::int64_t>(units.size())));
  TRUEBOUND_TRY(limits, stats::clopper_pearson(std::min(effective, value * effective), effective,
                                               confidence));
  return Within{value, limits};
}

std::vector<stats::TryCount> read_as(const std::vector<Tried>& list, std::optional<Side> missing) {
  std::vector<stats::TryCount> units;
  for (const Tried& tried : list) {
    stats::TryCount unit = tried.decided;
    if (missing) unit.tries += tried.missing;
    if (missing == Side::broke) unit.hits += tried.missing;
    if (unit.tries > 0) units.push_back(unit);
  }
  // Sums then do not depend on the order of rows.
  std::sort(units.begin(), units.end(), [](const stats::TryCount& a, const stats::TryCount& b) {
    return std::pair(a.tries, a.hits) < std::pair(b.tries, b.hits);
  });
  return units;
}

json::Value beta_told(const std::vector<stats::TryCount>& units,
                      const std::vector<std::int64_t>& tries) {
  const auto rates = stats::fit_beta_rates(units);
  if (!rates.ok()) return nullptr;
  json::Object chances;
  for (const std::int64_t k : tries) {
    const auto chance = stats::beta_chance_within(rates.value(), k);
    if (chance.ok()) chances.emplace_back(std::to_string(k), chance.value());
  }
  return json::Object{{"a", rates.value().a},
                      {"b", rates.value().b},
                      {"asr_at_k", std::move(chances)},
                      {"note",
                       "a fitted distribution of rates; beyond the tries made it is a "
                       "forecast, no bound"}};
}

std::int64_t fewest_tries(const std::vector<stats::TryCount>& units) {
  std::int64_t fewest = units.front().tries;
  for (const stats::TryCount& unit : units)
    fewest = std::min(fewest, unit.tries);
  return fewest;
}

Result<MethodResult> run_asr_at_k(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "asr_at_k");
  estimate.name = "asr@1";
  estimate.unit = "prompt";
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  const std::vector<Tried> list = tried_of(rows);
  const std::vector<stats::TryCount> units = read_as(list, std::nullopt);
  const double effective = effective_samples(list, options) *
                           real(static_cast<std::int64_t>(units.size())) /
                           real(static_cast<std::int64_t>(list.size()));
  const std::int64_t most = fewest_tries(units);
  std::vector<std::int64_t> asked = tries_to_tell(most);
  json::Object values;
  json::Object limits;
  for (const std::int64_t k : asked) {
    TRUEBOUND_TRY(found, within(units, k, effective, options.confidence));
    values.emplace_back(std::to_string(k), found.value);
    limits.emplace_back(std::to_string(k), in_json(found.limits));
    if (k == 1) {
      estimate.value = found.value;
      estimate.lower = found.limits.lower;
      estimate.upper = found.limits.upper;
    }
  }
  json::Object refused;
  for (const std::int64_t k : options.tries) {
    if (k < 1) return invalid_input(fmt::format("asr_at_k: tries must be >= 1, got {}", k));
    if (std::ranges::find(asked, k) != asked.end()) continue;
    asked.push_back(k);
    const std::string name = std::to_string(k);
    if (k <= most) {
      TRUEBOUND_TRY(found, within(units, k, effective, options.confidence));
      values.emplace_back(name, found.value);
      limits.emplace_back(name, in_json(found.limits));
      continue;
    }
    values.emplace_back(name, nullptr);
    refused.emplace_back(name, fmt::format("a sample was tried only {} times", most));
  }
  estimate.clusters = static_cast<std::int64_t>(units.size());
  estimate.effective_n = effective;
  json::Object missing;
  for (const auto& [name, value] : values) {
    if (value.is_null()) continue;
    const std::int64_t k = std::stoll(name);
    TRUEBOUND_TRY(held, within(read_as(list, Side::held), k, effective, options.confidence));
    TRUEBOUND_TRY(broke, within(read_as(list, Side::broke), k, effective, options.confidence));
    const Range range{held.limits.lower, broke.limits.upper};
    if (k == 1) estimate.missing = range;
    missing.emplace_back(name, json::Object{{"lower", range.lower}, {"upper", range.upper}});
  }
  return MethodResult{std::move(estimate),
                      {{"asr_at_k", std::move(values)},
                       {"limits", std::move(limits)},
                       {"missing", json::Object{{"at_k", std::move(missing)}}},
                       {"refused", std::move(refused)},
                       {"tries", most},
                       {"beta_binomial", beta_told(units, asked)}}};
}

// --- Until the first break. ---

struct Campaign {
  std::vector<stats::TimeToHit> decided;
  std::int64_t missing = 0;
  std::int64_t most = 1;
};

Result<Campaign> campaign_of(const Rows& rows, const std::string& table) {
  Campaign campaign;
  std::map<std::string, int> lines;
  for (const Observation* row : rows) {
    if (row->objective.empty()) {
      return invalid_input(place_of(*row, table) + ": objective must not be empty");
    }
    const auto [first, is_new] = lines.emplace(row->objective, row->line);
    if (!is_new) {
      return invalid_input(place_of(*row, table) + ": each objective once, got '" + row->objective +
                           "' again, first in line " + std::to_string(first->second));
    }
    const std::optional<Side> side = side_of(*row);
    if (!side) {
      ++campaign.missing;
      continue;
    }
    if (row->queries < 1) {
      return invalid_input(place_of(*row, table) + ": queries must be >= 1, got " +
                           std::to_string(row->queries));
    }
    campaign.most = std::max(campaign.most, row->queries);
    campaign.decided.push_back(
        {row->queries, side == Side::broke ? stats::Ending::hit : stats::Ending::given_up});
  }
  return campaign;
}

// The last point, with those without an outcome all as if given up at the end, or broken at once.
Result<stats::HitPoint> last_point(const Campaign& campaign, Side missing, double confidence) {
  std::vector<stats::TimeToHit> units = campaign.decided;
  for (std::int64_t i = 0; i < campaign.missing; ++i) {
    units.push_back(missing == Side::broke
                        ? stats::TimeToHit{1, stats::Ending::hit}
                        : stats::TimeToHit{campaign.most, stats::Ending::given_up});
  }
  TRUEBOUND_TRY(curve, stats::time_to_hit(units, confidence));
  return curve.back();
}

Result<MethodResult> run_campaign(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "campaign");
  estimate.unit = "objective";
  estimate.clusters = estimate.n;
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(campaign, campaign_of(rows, options.table));
  TRUEBOUND_TRY(curve, stats::time_to_hit(campaign.decided, options.confidence));
  json::List points;
  for (const stats::HitPoint& point : curve) {
    points.push_back(json::Object{{"q", point.tries},
                                  {"value", point.value},
                                  {"lower", point.lower},
                                  {"upper", point.upper},
                                  {"at_risk", point.at_risk}});
  }
  estimate.name = fmt::format("asr@{}", curve.back().tries);
  estimate.value = curve.back().value;
  estimate.lower = curve.back().lower;
  estimate.upper = curve.back().upper;
  TRUEBOUND_TRY(held, last_point(campaign, Side::held, options.confidence));
  TRUEBOUND_TRY(broke, last_point(campaign, Side::broke, options.confidence));
  estimate.missing = {held.lower, broke.upper};
  const std::int64_t objectives = estimate.counts.planned;
  return MethodResult{std::move(estimate),
                      {{"asr_at_q", std::move(points)}, {"objectives", objectives}}};
}

// --- Kinds and tails. ---

Result<MethodResult> run_unseen_kinds(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "unseen_kinds");
  estimate.name = "unseen_mass";
  estimate.unit = "finding";
  estimate.sides = "one";
  std::map<std::string, std::int64_t> kinds;
  for (const Observation* row : rows) {
    if (side_of(*row) == Side::broke) ++kinds[row->stratum];
  }
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  if (kinds.empty()) {
    return no_number(estimate, Reason::method_refused,
                     "nothing broke: without a finding nothing is known of kinds");
  }
  if (kinds.contains("")) {
    return invalid_input(options.table + ": stratum must name the kind of every finding");
  }
  std::vector<std::int64_t> counts;
  for (const auto& [kind, count] : kinds)
    counts.push_back(count);
  TRUEBOUND_TRY(found, stats::unseen_kinds(counts, options.confidence));
  estimate.value = found.mass;
  estimate.lower = 0;
  // Without a kind seen once or twice the normal limit has no width, which never says that nothing
  // is left to find.
  estimate.upper = found.standard_error > 0 ? found.upper : found.free_upper;
  estimate.n = found.findings;
  estimate.effective_n = real(found.findings);
  MethodResult result{estimate,
                      {{"findings", found.findings},
                       {"kinds", found.kinds},
                       {"once", found.once},
                       {"twice", found.twice},
                       {"standard_error", found.standard_error},
                       {"free_upper", found.free_upper},
                       {"coverage", found.coverage},
                       {"kinds_at_least", found.kinds_at_least}}};
  without_bounds(result, {0, 1}, "what is missing can have broken in kinds that nobody saw");
  return result;
}

constexpr std::int64_t fitted = 10;
constexpr std::int64_t blocks = 10;

// Forecasts at 10, 100 and 1,000 times as many queries, by how many of the largest are fitted.
json::List forecasts(std::vector<double> values) {
  std::sort(values.begin(), values.end(), std::greater<>());
  const auto m = static_cast<std::int64_t>(values.size());
  json::List list;
  for (const std::int64_t k : {fitted / 2, fitted, 2 * fitted}) {
    const auto size = static_cast<std::size_t>(k);
    if (k > m || !(values[size - 1] > 0)) continue;
    const auto tail = stats::fit_gumbel_tail(std::span(values).first(size), m);
    if (!tail.ok()) continue;
    json::Object at;
    for (const std::int64_t more : {10, 100, 1000}) {
      const auto worst = stats::forecast_worst(tail.value(), real(m * more));
      if (worst.ok()) at.emplace_back(std::to_string(m * more), worst.value());
    }
    list.push_back(json::Object{{"fitted", k},
                                {"a", tail.value().a},
                                {"b", tail.value().b},
                                {"worst_among", std::move(at)}});
  }
  return list;
}

Result<MethodResult> run_gumbel_tail(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "gumbel_tail");
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  std::vector<double> values;
  for (const Tried& tried : tried_of(rows)) {
    if (tried.decided.tries == 0) continue;
    values.push_back(real(tried.decided.hits) / real(tried.decided.tries));
  }
  const auto m = static_cast<std::int64_t>(values.size());
  estimate.name = fmt::format("forecast of the worst of {} samples", 10 * m);
  if (*std::max_element(values.begin(), values.end()) >= 1) {
    return no_number(estimate, Reason::method_refused,
                     "a sample broke at every try: the worst is known, there is nothing to "
                     "forecast");
  }
  const auto past = stats::backtest_gumbel(values, blocks, fitted);
  if (!past.ok()) {
    return no_number(estimate, Reason::method_refused,
                     "no forecast without a test on its own past: " + past.error().message);
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  sorted.resize(static_cast<std::size_t>(fitted));
  const auto fit = stats::fit_gumbel_tail(sorted, m);
  if (!fit.ok()) return no_number(estimate, Reason::method_refused, fit.error().message);
  const stats::GumbelTail tail = fit.value();
  const json::List bands = forecasts(values);
  TRUEBOUND_TRY(worst, stats::forecast_worst(tail, real(10 * m)));
  estimate.value = worst;
  MethodResult result{
      estimate,
      {{"is_forecast", true},
       {"note", "a forecast, never a bound: its limits are 0 and 1"},
       {"forecasts", bands},
       {"backtest", json::Object{{"median_log10_error", past.value().median_log10_error},
                                 {"worst_log10_error", past.value().worst_log10_error},
                                 {"blocks", blocks}}}}};
  without_bounds(result, {0, 1}, "a forecast has no limits, and no bounds for missing");
  return result;
}

}  // namespace

std::vector<MethodEntry> tail_methods() {
  return {
      {{"asr_at_k", "sample outcome epoch", "arm confidence correlation estimand tries",
        "chance that one of k tries breaks a sample, for every k that was tried"},
       run_asr_at_k},
      {{"campaign", "objective queries outcome", "arm confidence",
        "share of objectives broken within q queries, some given up before"},
       run_campaign},
      {{"unseen_kinds", "outcome stratum", "arm confidence",
        "chance that the next finding is of a kind not found yet; stratum names the kind"},
       run_unseen_kinds},
      {{"gumbel_tail", "sample outcome epoch", "arm",
        "forecast of the worst sample among many more, with its backtest: never a bound"},
       run_gumbel_tail},
  };
}

}  // namespace truebound::analyze
