// Methods for change and difference: streams, texts, groups and the parts of the variance.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/stats/disparity.h"
#include "truebound/stats/drift.h"
#include "truebound/stats/text_distance.h"
#include "truebound/stats/variance_table.h"

namespace truebound::analyze {
namespace {

using eval::Observation;
using Table = std::vector<Observation>;

constexpr double usual_cusum_level = 5;
constexpr double usual_detector_level = 1000;

// What a detector found in the rows, in their order.
struct Watched {
  Rows rows;
  Estimate estimate;
};

Result<Watched> watched(const Table& table, const MethodOptions& options, std::string_view method) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, method));
  Estimate estimate = start(rows, options, method);
  estimate.missing = {0, 1};
  return Watched{std::move(rows), std::move(estimate)};
}

// The rows in their order; those without outcome are left out, or read as one side.
template <class Detector>
std::vector<int> feed(const Rows& rows, Detector& detector, std::optional<Side> missing) {
  std::vector<int> lines;
  for (const Observation* row : rows) {
    std::optional<Side> side = side_of(*row);
    if (!side) side = missing;
    if (!side) continue;
    detector.add(side == Side::broke ? stats::Trial::hit : stats::Trial::miss);
    lines.push_back(row->line);
  }
  return lines;
}

json::Value alarm_told(const std::optional<stats::Alarm>& alarm, const std::vector<int>& lines) {
  if (!alarm) return nullptr;
  const auto line = [&](std::int64_t row) { return lines[static_cast<std::size_t>(row - 1)]; };
  return json::Object{{"row", alarm->at},
                      {"line", line(alarm->at)},
                      {"changed_from_row", alarm->changed_from},
                      {"changed_from_line", line(alarm->changed_from)}};
}

// The alarm with what is missing left out, and with all of it read either way.
template <class Detector>
json::Object alarms_told(const Rows& rows, const Detector& fresh) {
  const bool has_all =
      std::ranges::all_of(rows, [](const Observation* row) { return side_of(*row).has_value(); });
  if (has_all) return {};
  json::Object readings = {
      {"reason", "an alarm has no limits; both readings of the rows are told"}};
  for (const Side side : {Side::held, Side::broke}) {
    Detector detector = fresh;
    const std::vector<int> lines = feed(rows, detector, side);
    readings.emplace_back(side == Side::held ? "alarm_all_held" : "alarm_all_broke",
                          alarm_told(detector.alarm(), lines));
  }
  return readings;
}

void set_share(Estimate& estimate) {
  estimate.value = static_cast<double>(estimate.counts.broke) / static_cast<double>(estimate.n);
}

Result<MethodResult> run_cusum(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(seen, watched(table, options, "cusum"));
  if (seen.estimate.n == 0) return no_number(seen.estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(threshold, needed(options.threshold, "threshold", "cusum"));
  TRUEBOUND_TRY(alternative, needed(options.alternative, "alternative", "cusum"));
  const double level = options.level.value_or(usual_cusum_level);
  TRUEBOUND_TRY(cusum, stats::Cusum::watch({threshold, alternative}, level));
  const json::Object missing = alarms_told(seen.rows, cusum);
  TRUEBOUND_TRY(steps, stats::change_steps({threshold, alternative}));
  const std::vector<int> lines = feed(seen.rows, cusum, std::nullopt);
  set_share(seen.estimate);
  seen.estimate.statistic = cusum.sum();
  return MethodResult{std::move(seen.estimate),
                      {{"missing", missing},
                       {"alarm", alarm_told(cusum.alarm(), lines)},
                       {"sum", cusum.sum()},
                       {"level", level},
                       {"step_broke", steps.hit},
                       {"step_held", steps.miss}}};
}

// Rates between the old one and the end of its side, for changes of unknown size.
std::vector<double> rates_from(double from, double to) {
  if (to > 0) return {to};
  std::vector<double> rates;
  for (const double factor : {1.5, 2.0, 4.0, 8.0}) {
    if (from * factor < 1) rates.push_back(from * factor);
  }
  if (rates.empty()) rates.push_back((1 + from) / 2);
  return rates;
}

Result<MethodResult> run_e_detector(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(seen, watched(table, options, "e_detector"));
  if (seen.estimate.n == 0) return no_number(seen.estimate, Reason::no_outcome, "");
  TRUEBOUND_TRY(threshold, needed(options.threshold, "threshold", "e_detector"));
  const double level = options.level.value_or(usual_detector_level);
  const std::vector<double> rates = rates_from(threshold, options.alternative.value_or(0));
  TRUEBOUND_TRY(detector, stats::ChangeMixture::watch(threshold, rates, level));
  const json::Object missing = alarms_told(seen.rows, detector);
  const std::vector<int> lines = feed(seen.rows, detector, std::nullopt);
  set_share(seen.estimate);
  seen.estimate.statistic = detector.log_evidence();
  json::List tested;
  for (const double rate : rates)
    tested.emplace_back(rate);
  return MethodResult{std::move(seen.estimate),
                      {{"missing", missing},
                       {"alarm", alarm_told(detector.alarm(), lines)},
                       {"log_evidence", detector.log_evidence()},
                       {"level", level},
                       {"rates", std::move(tested)}}};
}

// --- Texts. ---

Result<MethodResult> run_text_distance(const Table& table, const MethodOptions& options) {
  if (options.responses.size() != table.size()) {
    return invalid_input(options.table + ": text_distance needs a column response");
  }
  std::vector<std::string> arms;
  Rows rows;
  for (const Observation& row : table) {
    rows.push_back(&row);
    if (std::ranges::find(arms, row.arm) == arms.end()) arms.push_back(row.arm);
  }
  if (arms.size() != 2) {
    return invalid_input(options.table + ": text_distance takes two arms, got " +
                         std::to_string(arms.size()));
  }
  TRUEBOUND_TRY_VOID(check_rows(rows, options.table));
  std::map<std::string, stats::PromptTexts> prompts;
  Estimate estimate = start(rows, options, "text_distance");
  estimate.counts = {};
  for (std::size_t i = 0; i < table.size(); ++i) {
    stats::PromptTexts& texts = prompts[table[i].sample];
    ++estimate.counts.planned;
    // An answer that did not come is no text; its row is counted and left out.
    if (options.responses[i].empty()) {
      const bool failed = eval::kind_of(table[i].outcome) == eval::OutcomeKind::error;
      ++(failed ? estimate.counts.error : estimate.counts.undecided);
      continue;
    }
    (table[i].arm == arms[0] ? texts.first : texts.second).push_back(options.responses[i]);
  }
  std::vector<stats::PromptTexts> compared;
  for (const auto& [name, texts] : prompts) {
    if (texts.first.size() > 1 && texts.second.size() > 1) compared.push_back(texts);
  }
  estimate.name = "mmd2/" + arms[0] + "-" + arms[1];
  estimate.n = estimate.counts.planned - estimate.counts.missing();
  estimate.effective_n = static_cast<double>(compared.size());
  if (compared.empty()) {
    return no_number(estimate, Reason::no_pairs,
                     "no sample has two responses in each arm (epochs)");
  }
  TRUEBOUND_TRY(found, stats::text_distance(compared, {.draws = std::clamp<std::int64_t>(
                                                           options.resamples, 99, 9999),
                                                       .key = draw_key(options, "text_distance")}));
  estimate.value = found.statistic;
  estimate.lower = -1;
  estimate.missing = {-1, 1};
  estimate.reason = Reason::none;
  estimate.p_value = found.p_value;
  estimate.statistic = found.statistic;
  MethodResult result{
      estimate,
      {{"prompts", static_cast<std::int64_t>(compared.size())},
       {"prompts_left_out", static_cast<std::int64_t>(prompts.size() - compared.size())},
       {"dealt", found.dealt},
       {"is_exact", found.is_exact},
       {"length_difference", found.length_statistic},
       {"length_p_value", found.length_p_value}}};
  without_bounds(result, {-1, 1}, "a text that did not come can have been any text");
  return result;
}

// --- Groups. ---

struct Groups {
  std::vector<std::string> names;
  std::vector<stats::Counterfactual> complete;
  std::int64_t incomplete = 0;
};

struct Cell {
  double broke = 0;
  double decided = 0;
};

// A cluster is a unit: the mean of its rows in each group.
Groups groups_of(const Rows& rows, const std::vector<std::string>& names) {
  Groups groups{.names = names};
  std::map<std::string, std::vector<Cell>> units;
  for (const Observation* row : rows) {
    std::vector<Cell>& cells = units.try_emplace(cluster_name(*row), names.size()).first->second;
    const std::optional<Side> side = side_of(*row);
    if (!side) continue;
    const auto group = std::ranges::find(names, row->arm) - names.begin();
    cells[static_cast<std::size_t>(group)].decided += 1;
    cells[static_cast<std::size_t>(group)].broke += side == Side::broke ? 1 : 0;
  }
  for (const auto& [name, cells] : units) {
    stats::Counterfactual unit;
    for (const Cell& cell : cells) {
      if (cell.decided > 0) unit.push_back(cell.broke / cell.decided);
    }
    if (unit.size() == names.size()) {
      groups.complete.push_back(unit);
    } else {
      ++groups.incomplete;
    }
  }
  return groups;
}

// The least and the most that the gap can be, over every way in which missing outcomes, those of
// units that a group was not asked included, can have come out: of the groups' means, without the
// chance of the draw.
Range gap_range(const Rows& rows, const std::vector<std::string>& names) {
  std::map<std::string, std::vector<Cell>> units;
  std::map<std::string, std::vector<double>> missing;
  for (const Observation* row : rows) {
    const std::string unit = cluster_name(*row);
    const auto group = static_cast<std::size_t>(std::ranges::find(names, row->arm) - names.begin());
    Cell& cell = units.try_emplace(unit, names.size()).first->second[group];
    double& gaps = missing.try_emplace(unit, names.size(), 0.0).first->second[group];
    const std::optional<Side> side = side_of(*row);
    (side ? cell.decided : gaps) += 1;
    cell.broke += side == Side::broke ? 1 : 0;
  }
  std::vector<Range> means(names.size(), Range{0, 0});
  for (const auto& [name, cells] : units) {
    for (std::size_t g = 0; g < names.size(); ++g) {
      const double gaps = missing.at(name)[g];
      const double all = cells[g].decided + gaps;
      const auto n = static_cast<double>(units.size());
      means[g].lower += (all > 0 ? cells[g].broke / all : 0) / n;
      means[g].upper += (all > 0 ? (cells[g].broke + gaps) / all : 1) / n;
    }
  }
  Range gap{0, 0};
  for (const Range& one : means) {
    for (const Range& other : means) {
      if (&one == &other) continue;
      gap.lower = std::max(gap.lower, one.lower - other.upper);
      gap.upper = std::max(gap.upper, one.upper - other.lower);
    }
  }
  return gap;
}

// Harm where a refusal is expected, wrongful refusal where an answer is: two rates, never pooled.
struct BothRates {
  std::vector<std::string> names;
  Rows harm;
  Rows wrongful;
};

Result<BothRates> both_rates(const Table& table, const MethodOptions& options) {
  BothRates both;
  Rows all;
  for (const Observation& row : table) {
    all.push_back(&row);
    (row.expect == eval::Expect::refuse ? both.harm : both.wrongful).push_back(&row);
    if (std::ranges::find(both.names, row.arm) == both.names.end()) both.names.push_back(row.arm);
  }
  TRUEBOUND_TRY_VOID(check_rows(all, options.table));
  if (both.names.size() < 2) {
    return invalid_input(options.table + ": disparity takes two groups or more as arms");
  }
  return both;
}

json::Object told(const Groups& groups, const stats::Disparity& found) {
  json::Object rates;
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const stats::GroupMean& group = found.groups[g];
    rates.emplace_back(groups.names[g], json::Object{{"rate", group.mean},
                                                     {"difference", group.difference},
                                                     {"lower", group.lower},
                                                     {"upper", group.upper}});
  }
  return {{"gap_by_chance", found.gap_by_chance},
          {"between_groups", found.between},
          {"groups", std::move(rates)},
          {"incomplete", groups.incomplete}};
}

Result<stats::Disparity> disparity_of(const Groups& groups, const MethodOptions& options) {
  return stats::disparity(groups.complete,
                          {.confidence = options.confidence,
                           .draws = std::clamp<std::int64_t>(options.resamples, 99, 1999),
                           .key = draw_key(options, "disparity")});
}

Result<MethodResult> run_disparity(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(both, both_rates(table, options));
  const bool is_mixed = !both.harm.empty() && !both.wrongful.empty();
  const Rows& first = both.harm.empty() ? both.wrongful : both.harm;
  const Groups groups = groups_of(first, both.names);
  Estimate estimate = start(first, options, "disparity");
  estimate.name = "gap/" + join(groups.names);
  estimate.clusters = static_cast<std::int64_t>(groups.complete.size());
  estimate.effective_n = static_cast<double>(estimate.clusters);
  if (groups.complete.size() < 2) {
    return no_number(estimate, Reason::no_pairs, "fewer than two samples were put to every group");
  }
  TRUEBOUND_TRY(found, disparity_of(groups, options));
  json::Object beside = told(groups, found);
  if (is_mixed) {
    const Groups refused = groups_of(both.wrongful, both.names);
    const auto other = disparity_of(refused, options);
    json::Object gap = {{"value", nullptr}};
    if (other.ok()) {
      gap = {{"value", other.value().gap}, {"p_value", other.value().p_value}};
      for (json::Member& member : told(refused, other.value()))
        gap.push_back(std::move(member));
      const Range bounds = gap_range(both.wrongful, both.names);
      gap.emplace_back("missing", json::Object{{"least", bounds.lower}, {"most", bounds.upper}});
    }
    beside.emplace_back("wrongful_refusal", std::move(gap));
  }
  const Range range = gap_range(first, groups.names);
  beside.emplace_back("missing", json::Object{{"least", range.lower}, {"most", range.upper}});
  estimate.value = found.gap;
  estimate.missing = {0, 1};
  estimate.p_value = found.p_value;
  return MethodResult{std::move(estimate), std::move(beside)};
}

// --- Parts of the variance. ---

std::string factor_level(const Observation& row, std::string_view factor) {
  if (factor == "judge") return row.judge;
  if (factor == "objective") return row.objective;
  if (factor == "epoch") return std::to_string(row.epoch);
  return eval::level_of(row, factor);
}

Result<MethodResult> run_variance_table(const Table& table, const MethodOptions& options) {
  Rows rows;
  for (const Observation& row : table)
    rows.push_back(&row);
  if (rows.empty()) return invalid_input(options.table + ": at least one row, got none");
  for (const Observation* row : rows) {
    if ((row->expect == eval::Expect::refuse) == (rows.front()->expect == eval::Expect::refuse)) {
      continue;
    }
    return invalid_input(place_of(*row, options.table) +
                         ": harm and wrongful refusal are two rates, got both in one table");
  }
  // The same sample may stand in several rows here, told apart by any factor.
  const bool graded = is_graded(rows);
  for (const Observation* row : rows) {
    if (graded && side_of(*row)) {
      return invalid_input(place_of(*row, options.table) +
                           ": outcomes must all be scores or none, got a side");
    }
  }
  Estimate estimate = start_mean(rows, options, "variance_table");
  estimate.name = "mean and the parts of its variance";
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  const std::vector<std::string> names = {"sample", "attack", "persona", "deployment",
                                          "model",  "arm",    "judge",   "epoch"};
  // Levels are numbered by name, so that sums do not depend on the order of rows.
  std::vector<std::map<std::string, std::int64_t>> levels(names.size());
  for (std::size_t f = 0; f < names.size(); ++f) {
    for (const Observation* row : rows)
      levels[f].emplace(factor_level(*row, names[f]), 0);
    std::int64_t next = 0;
    for (auto& [name, number] : levels[f])
      number = next++;
  }
  std::vector<stats::LeveledValue> values;
  for (const Observation* row : rows) {
    const std::optional<double> number = eval::number_of(row->outcome);
    if (!number) continue;
    stats::LeveledValue value{.value = *number};
    for (std::size_t f = 0; f < names.size(); ++f)
      value.levels.push_back(levels[f].at(factor_level(*row, names[f])));
    values.push_back(std::move(value));
  }
  const auto found = stats::variance_table(values, names);
  if (!found.ok()) return no_number(estimate, Reason::method_refused, found.error().message);
  json::List parts;
  std::vector<stats::VariancePart> all = found.value().factors;
  all.push_back(found.value().rest);
  for (const stats::VariancePart& part : all) {
    parts.push_back(
        json::Object{{"factor", part.factor},
                     {"levels", part.levels},
                     {"variance", part.is_seen ? json::Value(part.variance) : json::Value(nullptr)},
                     {"share", part.is_seen ? json::Value(part.share) : json::Value(nullptr)}});
  }
  estimate.value = found.value().mean;
  MethodResult result{estimate,
                      {{"parts", std::move(parts)},
                       {"fewest_levels", found.value().fewest},
                       {"standard_error", found.value().generalized_error}}};
  without_bounds(result, {0, 1}, "parts of a variance have no limits, and no bounds for missing");
  return result;
}

}  // namespace

std::uint64_t draw_key(const MethodOptions& options, std::string_view method) {
  RandomStream stream = streams_for(options, method)(0);
  const std::uint64_t high = stream.next_word();
  return high << 32 | stream.next_word();
}

std::vector<MethodEntry> drift_methods() {
  return {
      {{"cusum", "sample outcome", "arm estimand threshold alternative level",
        "did the rate rise from --threshold to --alternative, and where? rows in their order"},
       run_cusum},
      {{"e_detector", "sample outcome", "arm estimand threshold alternative level",
        "did the rate rise above --threshold? false alarms at most once in --level rows"},
       run_e_detector},
      {{"text_distance", "sample arm response", "resamples seed",
        "do two arms give different texts? permuted within samples"},
       run_text_distance},
      {{"disparity", "sample arm outcome [expect cluster epoch]", "confidence resamples seed",
        "do groups fare alike on the same samples? the gap against what chance gives"},
       run_disparity},
      {{"variance_table", "outcome [sample attack persona deployment model arm judge epoch score]",
        "", "how much of the variance comes from samples, attacks, personas, arms, judges, epochs"},
       run_variance_table},
  };
}

}  // namespace truebound::analyze
