// Methods for many cells at once: a cell is a stratum of the table. The worst cell, differences in
// all cells, and rates that borrow from each other.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_matches.h"
#include "truebound/analyze/method_runs.h"
#include "truebound/stats/families.h"
#include "truebound/stats/hierarchical.h"

namespace truebound::analyze {
namespace {

// The missing read all against the first arm, and all for it.
constexpr MissingAs least = {Side::held, Side::broke};
constexpr MissingAs most = {Side::broke, Side::held};

MethodResult refused(Estimate estimate, const std::string& why) {
  estimate.value.reset();
  estimate.lower = 0;
  estimate.upper = 1;
  estimate.reason = Reason::method_refused;
  estimate.reason_detail = why;
  return {std::move(estimate), {}};
}

std::map<std::string, Rows> by_stratum(const Rows& rows) {
  std::map<std::string, Rows> cells;
  for (const eval::Observation* row : rows)
    cells[row->stratum].push_back(row);
  return cells;
}

// A cell's decided rows and the independent ones that they are worth.
struct Cell {
  std::string name;
  std::int64_t n = 0;
  std::int64_t broke = 0;
  std::int64_t missing = 0;
  stats::CellCount worth;
};

Result<std::vector<Cell>> cells_of(const Rows& rows, const MethodOptions& options) {
  std::vector<Cell> cells;
  for (const auto& [name, members] : by_stratum(rows)) {
    Cell cell{.name = name};
    for (const eval::Observation* row : members) {
      const std::optional<Side> side = side_of(*row);
      ++(side ? cell.n : cell.missing);
      if (side == Side::broke) ++cell.broke;
    }
    if (cell.n > 0) {
      const std::vector<stats::Cluster> trials = trials_of(members);
      TRUEBOUND_TRY(size,
                    options.estimand == eval::Estimand::fixed_set
                        ? stats::unclustered_size(trials)
                        : stats::effective_size(trials, options.correlation, options.confidence));
      const double share = static_cast<double>(cell.broke) / static_cast<double>(cell.n);
      cell.worth = {std::min(size.effective_n, share * size.effective_n), size.effective_n};
    }
    cells.push_back(cell);
  }
  return cells;
}

json::List untested_in(const std::vector<Cell>& cells) {
  json::List names;
  for (const Cell& cell : cells) {
    if (cell.n == 0) names.emplace_back(cell.name);
  }
  return names;
}

// One stratum's pairs, and what McNemar says of them.
struct PairCell {
  std::string name;
  stats::PairCounts pairs;
  stats::PairCounts least;  // the missing read all against the first arm
  stats::PairCounts most;   // all for it
  double p = 1;
  double log_e = 0;
};

std::int64_t off(const stats::PairCounts& pairs) {
  return pairs.first_only - pairs.second_only;
}

// The pairs that leave the least evidence of a difference, however the missing came out; nothing
// where they may have made both arms alike.
std::optional<stats::PairCounts> least_telling(const PairCell& cell) {
  if (off(cell.least) > 0) return cell.least;
  if (off(cell.most) < 0) return cell.most;
  return std::nullopt;
}

Result<std::vector<PairCell>> pair_cells(const Matches& matches) {
  std::map<std::string, std::vector<const Match*>> by_name;
  for (const Match& match : matches.list)
    by_name[match.stratum].push_back(&match);
  std::vector<PairCell> cells;
  for (const auto& [name, members] : by_name) {
    PairCell cell{.name = name,
                  .pairs = pairs_in(members, std::nullopt),
                  .least = pairs_in(members, least),
                  .most = pairs_in(members, most)};
    // A cell without pairs was asked and has no answer: it stays in the family, with p = 1.
    if (cell.pairs.total() > 0) {
      TRUEBOUND_TRY(test, stats::mcnemar(cell.pairs));
      TRUEBOUND_TRY(log_e,
                    stats::log_e_of_fair_coin(cell.pairs.first_only, cell.pairs.second_only));
      cell.p = test.p_exact;
      cell.log_e = log_e;
    }
    cells.push_back(cell);
  }
  return cells;
}

// The cell that stands out most: the least p, or the first of equal ones with pairs.
std::size_t most_striking(const std::vector<PairCell>& cells) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const bool had_none = cells[best].pairs.total() == 0 && cells[i].pairs.total() > 0;
    if (had_none || cells[i].p < cells[best].p) best = i;
  }
  return best;
}

// The family of one comparison in each stratum, each cell told by `tell`.
struct Family {
  MethodResult result;
  std::vector<PairCell> cells;
  std::size_t best = 0;
  json::Object missing;  // what is told of it
};

Result<Family> family_of(const Table& table, const MethodOptions& options,
                         std::string_view method) {
  TRUEBOUND_TRY(matches, matches_of(table, options, Arms::two));
  TRUEBOUND_TRY_VOID(check_independent(matches, options, method));
  Family family{{start_difference(matches, options, method), told_of(matches)}};
  if (family.result.estimate.n == 0) return family;
  TRUEBOUND_TRY(cells, pair_cells(matches));
  family.cells = std::move(cells);
  family.best = most_striking(family.cells);
  // Picked among all cells, so its limits hold for all of them at once.
  const double each = 1 - (1 - options.confidence) / static_cast<double>(family.cells.size());
  const PairCell& best = family.cells[family.best];
  TRUEBOUND_TRY(limits, stats::bonett_price(best.pairs, each));
  Estimate& estimate = family.result.estimate;
  estimate.name += "/stratum=" + best.name;
  estimate.value = limits.value;
  estimate.lower = limits.lower;
  estimate.upper = limits.upper;
  estimate.n = estimate.clusters = best.pairs.total();
  estimate.effective_n = static_cast<double>(best.pairs.total());
  // The limits hold for all cells at once in either reading, so for the one that was picked too.
  TRUEBOUND_TRY(against, stats::bonett_price(best.least, each));
  TRUEBOUND_TRY(in_favor, stats::bonett_price(best.most, each));
  estimate.missing = {against.lower, in_favor.upper};
  family.missing = {{"least", against.value}, {"most", in_favor.value}};
  family.result.beside.emplace_back("cells_asked", static_cast<std::int64_t>(family.cells.size()));
  family.result.beside.emplace_back("confidence_each", each);
  return family;
}

// A cell's p-value where the missing came out as they speak least of a difference.
Result<double> p_at_worst(const PairCell& cell) {
  const auto pairs = least_telling(cell);
  if (!pairs) return 1.0;
  TRUEBOUND_TRY(test, stats::mcnemar(*pairs));
  return test.p_exact;
}

Result<double> e_at_worst(const PairCell& cell) {
  const auto pairs = least_telling(cell);
  if (!pairs) return 0.0;
  TRUEBOUND_TRY(log_e, stats::log_e_of_fair_coin(pairs->first_only, pairs->second_only));
  return std::exp(log_e);
}

json::Object told(const PairCell& cell) {
  return {{"stratum", cell.name},
          {"pairs", cell.pairs.total()},
          {"only_first", cell.pairs.first_only},
          {"only_second", cell.pairs.second_only},
          {"p", cell.p}};
}

using Adjust = Result<std::vector<double>> (*)(std::span<const double>);

Result<MethodResult> run_adjusted(const Table& table, const MethodOptions& options,
                                  std::string_view method, Adjust adjust) {
  TRUEBOUND_TRY(family, family_of(table, options, method));
  if (family.cells.empty()) return family.result;
  std::vector<double> p;
  std::vector<double> worst;
  for (const PairCell& cell : family.cells) {
    p.push_back(cell.p);
    TRUEBOUND_TRY(at_worst, p_at_worst(cell));
    worst.push_back(at_worst);
  }
  TRUEBOUND_TRY(adjusted, adjust(p));
  TRUEBOUND_TRY(adjusted_at_worst, adjust(worst));
  json::List cells;
  json::List found;
  json::List whatever;
  for (std::size_t i = 0; i < p.size(); ++i) {
    json::Object cell = told(family.cells[i]);
    cell.emplace_back("p_adjusted", adjusted[i]);
    cell.emplace_back("p_adjusted_whatever_is_missing", adjusted_at_worst[i]);
    cells.push_back(std::move(cell));
    const std::string& name = family.cells[i].name;
    if (adjusted[i] <= 1 - options.confidence) found.emplace_back(name);
    if (adjusted_at_worst[i] <= 1 - options.confidence) whatever.emplace_back(name);
  }
  family.missing.emplace_back("rejected", whatever);
  family.result.beside.emplace_back("missing", family.missing);
  family.result.estimate.p_value = adjusted[family.best];
  family.result.beside.emplace_back("rejected", found);
  family.result.beside.emplace_back("cells", cells);
  return family.result;
}

Result<MethodResult> run_holm(const Table& table, const MethodOptions& options) {
  return run_adjusted(table, options, "holm", stats::holm);
}

Result<MethodResult> run_benjamini_hochberg(const Table& table, const MethodOptions& options) {
  return run_adjusted(table, options, "benjamini_hochberg", stats::benjamini_hochberg);
}

Result<MethodResult> run_benjamini_yekutieli(const Table& table, const MethodOptions& options) {
  return run_adjusted(table, options, "benjamini_yekutieli", stats::benjamini_yekutieli);
}

Result<MethodResult> run_e_benjamini_hochberg(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(family, family_of(table, options, "e_benjamini_hochberg"));
  if (family.cells.empty()) return family.result;
  std::vector<double> e;
  std::vector<double> worst;
  json::List cells;
  for (const PairCell& cell : family.cells) {
    e.push_back(std::exp(cell.log_e));
    TRUEBOUND_TRY(at_worst, e_at_worst(cell));
    worst.push_back(at_worst);
    json::Object one = told(cell);
    one.emplace_back("log_e", cell.log_e);
    cells.push_back(std::move(one));
  }
  TRUEBOUND_TRY(rejected, stats::e_benjamini_hochberg(e, 1 - options.confidence));
  TRUEBOUND_TRY(still, stats::e_benjamini_hochberg(worst, 1 - options.confidence));
  json::List found;
  for (const std::size_t i : rejected)
    found.emplace_back(family.cells[i].name);
  json::List whatever;
  for (const std::size_t i : still)
    whatever.emplace_back(family.cells[i].name);
  family.missing.emplace_back("rejected", whatever);
  family.result.beside.emplace_back("missing", family.missing);
  family.result.estimate.statistic = family.cells[family.best].log_e;
  family.result.beside.emplace_back("rejected", found);
  family.result.beside.emplace_back("cells", cells);
  return family.result;
}

// The limits of the highest rate of any cell, for all cells at once: a cell that is all missing
// held, or broke, like the others.
Result<stats::SimultaneousLimits> limits_of_cells(const Table& table,
                                                  const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY(cells, cells_of(rows, options));
  std::vector<stats::CellCount> counts;
  for (const Cell& cell : cells)
    counts.push_back(cell.worth);
  return stats::simultaneous_limits(counts, options.confidence);
}

Result<Range> worst_when_missing(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(held, limits_of_cells(read_missing_as(table, Side::held), options));
  TRUEBOUND_TRY(broke, limits_of_cells(read_missing_as(table, Side::broke), options));
  Range range{0, 0};
  for (const stats::Interval& limits : held.limits)
    range.lower = std::max(range.lower, limits.lower);
  for (const stats::Interval& limits : broke.limits)
    range.upper = std::max(range.upper, limits.upper);
  return range;
}

Result<MethodResult> run_worst_cell(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "worst_cell");
  if (estimate.n == 0) return MethodResult{std::move(estimate), {}};
  TRUEBOUND_TRY(cells, cells_of(rows, options));
  std::vector<stats::CellCount> counts;
  std::vector<const Cell*> tested;
  for (const Cell& cell : cells) {
    if (cell.n == 0) continue;
    counts.push_back(cell.worth);
    tested.push_back(&cell);
  }
  // Cells that were planned and have no outcome were asked too: the error is split over all.
  const double alpha = (1 - options.confidence) * static_cast<double>(tested.size()) /
                       static_cast<double>(cells.size());
  TRUEBOUND_TRY(found, stats::simultaneous_limits(counts, 1 - alpha));
  json::List told;
  for (std::size_t i = 0; i < tested.size(); ++i) {
    told.push_back(json::Object{{"stratum", tested[i]->name},
                                {"n", tested[i]->n},
                                {"broke", tested[i]->broke},
                                {"missing", tested[i]->missing},
                                {"effective_n", counts[i].n},
                                {"lower", found.limits[i].lower},
                                {"upper", found.limits[i].upper},
                                {"one_sided_upper", found.upper[i]}});
  }
  const Cell& worst = *tested[found.worst];
  estimate.name += "/stratum=" + worst.name;
  estimate.value = static_cast<double>(worst.broke) / static_cast<double>(worst.n);
  estimate.lower = found.limits[found.worst].lower;
  estimate.upper = found.limits[found.worst].upper;
  estimate.n = worst.n;
  estimate.effective_n = counts[found.worst].n;
  estimate.bound_below = *std::max_element(found.upper.begin(), found.upper.end());
  estimate.missing = {estimate.lower, estimate.upper};
  if (estimate.counts.missing() > 0) {
    TRUEBOUND_TRY(bounds, worst_when_missing(table, options));
    estimate.missing = bounds;
  }
  return MethodResult{std::move(estimate),
                      {{"cells_asked", static_cast<std::int64_t>(cells.size())},
                       {"confidence_each", found.each},
                       {"all_below", *std::max_element(found.upper.begin(), found.upper.end())},
                       {"untested", untested_in(cells)},
                       {"cells", told}}};
}

// Rates of cells that borrow from each other.
Result<MethodResult> pooled(Estimate estimate, const std::vector<Cell>& cells, double confidence) {
  std::vector<stats::GroupCount> groups;
  for (const Cell& cell : cells)
    groups.push_back({cell.n, cell.broke});
  const auto tested = std::ranges::count_if(cells, [](const Cell& cell) { return cell.n > 0; });
  if (tested < 2)
    return refused(std::move(estimate), "1 " + estimate.unit + " with outcomes, 2 needed");
  TRUEBOUND_TRY(found, stats::pooled_rates(groups, confidence, stats::SpreadPrior::gamma));
  TRUEBOUND_TRY(second, stats::pooled_rates(groups, confidence, stats::SpreadPrior::half_cauchy));
  json::List told;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    json::Object one{{estimate.unit, cells[i].name}, {"n", cells[i].n}, {"broke", cells[i].broke}};
    if (cells[i].n > 0) {
      TRUEBOUND_TRY(alone, stats::clopper_pearson(static_cast<double>(cells[i].broke),
                                                  static_cast<double>(cells[i].n), confidence));
      one.emplace_back("alone", json::Object{{"lower", alone.lower}, {"upper", alone.upper}});
    }
    one.emplace_back("value", found.groups[i].value);
    one.emplace_back("lower", found.groups[i].interval.lower);
    one.emplace_back("upper", found.groups[i].interval.upper);
    one.emplace_back("second_prior", json::Object{{"value", second.groups[i].value},
                                                  {"lower", second.groups[i].interval.lower},
                                                  {"upper", second.groups[i].interval.upper}});
    told.push_back(std::move(one));
  }
  estimate.value = found.mean;
  estimate.lower = found.interval.lower;
  estimate.upper = found.interval.upper;
  estimate.clusters = tested;
  estimate.effective_n = static_cast<double>(tested);
  return MethodResult{std::move(estimate),
                      {{"bayesian", true},
                       {"prior", "gamma"},
                       {"concentration", found.concentration},
                       {"correlation_found", found.correlation},
                       {"untested", untested_in(cells)},
                       {"cells", told}}};
}

Result<MethodResult> run_hierarchical(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  TRUEBOUND_TRY_VOID(check_independent(rows, options, "hierarchical"));
  Estimate estimate = start(rows, options, "hierarchical");
  if (estimate.n == 0) return MethodResult{std::move(estimate), {}};
  TRUEBOUND_TRY(cells, cells_of(rows, options));
  estimate.unit = "stratum";
  return pooled(std::move(estimate), cells, options.confidence);
}

// --- Groups crossed. ---

std::string level_of(const eval::Observation& row, const std::string& factor) {
  return factor == "stratum" ? row.stratum : eval::level_of(row, factor);
}

Result<void> check_factors(const std::vector<std::string>& by) {
  const std::vector<std::string> known = {"stratum", "persona", "deployment",
                                          "model",   "attack",  "suite"};
  if (by.size() < 2) {
    return invalid_input("intersections: --by needs two factors or more of " + join(known) +
                         ", got " + std::to_string(by.size()));
  }
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (std::ranges::find(known, by[i]) == known.end()) {
      return invalid_input("intersections: --by must name factors of " + join(known) + ", got '" +
                           by[i] + "'");
    }
    if (std::ranges::count(by, by[i]) > 1) {
      return invalid_input("intersections: --by must name each factor once, got " + by[i] +
                           " again");
    }
  }
  return {};
}

// `persona=a, stratum=b` of every combination of levels that occur, those without a row too.
std::vector<std::string> crossed_names(const Rows& rows, const std::vector<std::string>& by) {
  std::vector<std::string> names = {""};
  for (const std::string& factor : by) {
    std::set<std::string> levels;
    for (const eval::Observation* row : rows)
      levels.insert(level_of(*row, factor));
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& level : levels)
        longer.push_back((name.empty() ? "" : name + ", ") + factor + "=" + level);
    }
    names = std::move(longer);
  }
  return names;
}

std::string crossed_name(const eval::Observation& row, const std::vector<std::string>& by) {
  std::string name;
  for (const std::string& factor : by)
    name += (name.empty() ? "" : ", ") + factor + "=" + level_of(row, factor);
  return name;
}

Result<MethodResult> run_intersections(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY_VOID(check_factors(options.by));
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "intersections");
  if (estimate.n == 0) return MethodResult{std::move(estimate), {}};
  Table crossed;
  for (const eval::Observation* row : rows) {
    crossed.push_back(*row);
    crossed.back().stratum = crossed_name(*row, options.by);
  }
  Rows all;
  for (const eval::Observation& row : crossed)
    all.push_back(&row);
  // The same sample may stand in several cells, but in each of them once.
  for (const auto& [name, members] : by_stratum(all))
    TRUEBOUND_TRY_VOID(check_independent(members, options, "intersections"));
  TRUEBOUND_TRY(found, cells_of(all, options));
  std::vector<Cell> cells;
  for (const std::string& name : crossed_names(rows, options.by)) {
    const auto cell = std::ranges::find(found, name, &Cell::name);
    cells.push_back(cell == found.end() ? Cell{.name = name} : *cell);
  }
  estimate.unit = "cell";
  return pooled(std::move(estimate), cells, options.confidence);
}

}  // namespace

std::vector<MethodEntry> family_methods() {
  return {
      {{"hierarchical", "sample outcome stratum", "arm confidence estimand",
        "rates of strata that borrow from each other (Bayesian): for display"},
       run_hierarchical,
       WhenMissing::run_again},
      {{"intersections", "sample outcome [stratum persona deployment model attack suite]",
        "arm confidence estimand by",
        "rates of groups crossed (--by persona,stratum), pooled, with the cells nobody tested"},
       run_intersections,
       WhenMissing::run_again},
      {{"worst_cell", "sample outcome stratum [cluster epoch]",
        "arm confidence correlation estimand",
        "the stratum with the highest rate, limits that hold for all strata at once"},
       run_worst_cell},
      {{"holm", "sample arm outcome stratum", "confidence estimand",
        "do two arms differ in any stratum? Holm's correction"},
       run_holm},
      {{"benjamini_hochberg", "sample arm outcome stratum", "confidence estimand",
        "strata in which two arms differ, false discoveries kept few"},
       run_benjamini_hochberg},
      {{"benjamini_yekutieli", "sample arm outcome stratum", "confidence estimand",
        "the same for strata that depend on each other"},
       run_benjamini_yekutieli},
      {{"e_benjamini_hochberg", "sample arm outcome stratum", "confidence estimand",
        "the same by e-values, which may be looked at any time"},
       run_e_benjamini_hochberg},
  };
}

}  // namespace truebound::analyze
