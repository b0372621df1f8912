#include "truebound/analyze/difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

using Slots = std::vector<const eval::Observation*>;
// What is asked of a version: suite, sample, attack, and the context where there are several.
using Asked = std::array<std::string, 5>;

bool has_several(const Slots& cell, std::string_view factor) {
  return std::ranges::any_of(cell, [&](const eval::Observation* seen) {
    return eval::level_of(*seen, factor) != eval::level_of(*cell.front(), factor);
  });
}

// Tells what two versions were asked apart; a single persona or deployment may have been renamed.
class Matcher {
 public:
  Matcher(const Slots& now, const Slots& before)
      : personas_(has_several(now, "persona") || has_several(before, "persona")),
        deployments_(has_several(now, "deployment") || has_several(before, "deployment")) {}

  Asked asked(const eval::Observation& seen) const {
    return {seen.suite, seen.sample, seen.attack, personas_ ? seen.persona : "",
            deployments_ ? seen.deployment : ""};
  }
  std::set<Asked> all(const Slots& cell) const {
    std::set<Asked> list;
    for (const eval::Observation* seen : cell)
      list.insert(asked(*seen));
    return list;
  }
  Slots among(const Slots& cell, const std::set<Asked>& kept) const {
    Slots slots;
    for (const eval::Observation* seen : cell) {
      if (kept.contains(asked(*seen))) slots.push_back(seen);
    }
    return slots;
  }

 private:
  bool personas_;
  bool deployments_;
};

// A cell whose missing outcomes are taken as known.
class Reading {
 public:
  Reading(const Slots& cell, const eval::Outcome& missing_as) {
    rows_.reserve(cell.size());
    for (const eval::Observation* seen : cell) {
      rows_.push_back(*seen);
      if (eval::is_decided(seen->outcome)) continue;
      rows_.back().outcome = missing_as;
      rows_.back().decided_by = eval::DecidedBy::exact;
    }
    for (const eval::Observation& row : rows_)
      cell_.push_back(&row);
  }
  const Slots& cell() const { return cell_; }

 private:
  std::vector<eval::Observation> rows_;
  Slots cell_;
};

// Limits of a difference from those of its sides: how far each side alone moves it, squared.
double moved(double side, double limit, double other_side, double other_limit) {
  return std::hypot(side - limit, other_side - other_limit);
}

struct Limits {
  double two_sided = 0;
  double one_sided = 0;
};

// The highest difference: `now` at its upper limit, `before` at its lower one.
Limits highest(const Estimate& now, const Estimate& before) {
  const double difference = *now.value - *before.value;
  return {difference + moved(*now.value, now.upper, *before.value, before.lower),
          difference + moved(*now.value, now.bound_below, *before.value, before.bound_above)};
}

std::string rate_in_words(const Estimate& estimate) {
  return fmt::format("{:.6f} ({:.6f} to {:.6f}), {} of {} slots broke, effective n {:.6g}",
                     *estimate.value, estimate.lower, estimate.upper, estimate.counts.broke,
                     estimate.n, estimate.effective_n);
}

}  // namespace

Result<Estimate> difference_from_before(const std::string& name, const Version& now,
                                        const Version& before, const ChainOptions& options) {
  const Matcher matcher(now.cell, before.cell);
  const std::set<Asked> asked_now = matcher.all(now.cell);
  const std::set<Asked> asked_before = matcher.all(before.cell);
  std::set<Asked> both;
  std::ranges::set_intersection(asked_now, asked_before, std::inserter(both, both.end()));
  const Slots cell_now = matcher.among(now.cell, both);
  const Slots cell_before = matcher.among(before.cell, both);
  const Labels labels_now = labels_for(cell_now, now.calibrations).labels;
  const Labels labels_before = labels_for(cell_before, before.calibrations).labels;

  TRUEBOUND_TRY(rate_now, estimate(name, cell_now, labels_now, options));
  TRUEBOUND_TRY(rate_before, estimate(name, cell_before, labels_before, options));
  Estimate result = rate_now;
  result.method = "mover_difference";
  result.raw.reset();
  result.lower = -1;
  result.missing = {.lower = -1, .upper = 1};
  result.bound_above = -1;
  result.upper = result.bound_below = 1;
  result.effective_n = std::min(rate_now.effective_n, rate_before.effective_n);
  result.clusters = std::min(rate_now.clusters, rate_before.clusters);
  if (!rate_now.value || !rate_before.value) {
    const Estimate& lacking = rate_now.value ? rate_before : rate_now;
    result.value.reset();
    result.reason = lacking.reason;
    result.reason_detail = (rate_now.value ? "before: " : "now: ") +
                           reason_in_words(lacking.reason, lacking.reason_detail);
    return result;
  }
  // What is missing is read against the claim on both sides, and then the other way.
  const Reading now_broke(cell_now, eval::Broke{});
  const Reading now_held(cell_now, eval::Held{});
  const Reading before_broke(cell_before, eval::Broke{});
  const Reading before_held(cell_before, eval::Held{});
  TRUEBOUND_TRY(worst_now, estimate(name, now_broke.cell(), labels_now, options));
  TRUEBOUND_TRY(best_before, estimate(name, before_held.cell(), labels_before, options));
  TRUEBOUND_TRY(best_now, estimate(name, now_held.cell(), labels_now, options));
  TRUEBOUND_TRY(worst_before, estimate(name, before_broke.cell(), labels_before, options));

  result.value = *rate_now.value - *rate_before.value;
  result.upper = std::min(1.0, highest(rate_now, rate_before).two_sided);
  result.lower = std::max(-1.0, -highest(rate_before, rate_now).two_sided);
  const Limits most = highest(worst_now, best_before);
  const Limits least = highest(worst_before, best_now);
  result.missing = {.lower = std::max(-1.0, -least.two_sided),
                    .upper = std::min(1.0, most.two_sided)};
  result.bound_below = std::min(1.0, most.one_sided);
  result.bound_above = std::max(-1.0, -least.one_sided);
  result.steps = {
      {"Asked",
       fmt::format("samples by attacks: now {}, before {}", asked_now.size(), asked_before.size()),
       fmt::format("{} in both", both.size())},
      {"Now", "the chain of corrections", rate_in_words(rate_now)},
      {"Before", "the chain of corrections", rate_in_words(rate_before)},
      {"Difference",
       "now less before; limits: the root of the squared ways of each rate to its limit",
       fmt::format("{:.6f} ({:.6f} to {:.6f})", *result.value, result.lower, result.upper)},
      {"Claim", "one-sided at alpha / m; missing now as broke, before as held",
       fmt::format("at most {:.6f} more", result.bound_below)}};
  return result;
}

}  // namespace truebound::analyze
