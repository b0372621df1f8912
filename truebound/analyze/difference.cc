#include "truebound/analyze/difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/design.h"
#include "truebound/analyze/family.h"

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

// What both versions were asked, with the labels that fit it.
struct BothVersions {
  BothVersions(const Version& version_now, const Version& version_before) {
    const Matcher matcher(version_now.cell, version_before.cell);
    const std::set<Asked> all_now = matcher.all(version_now.cell);
    const std::set<Asked> all_before = matcher.all(version_before.cell);
    std::set<Asked> shared;
    std::ranges::set_intersection(all_now, all_before, std::inserter(shared, shared.end()));
    now = matcher.among(version_now.cell, shared);
    before = matcher.among(version_before.cell, shared);
    labels_now = labels_for(now, version_now.calibrations).labels;
    labels_before = labels_for(before, version_before.calibrations).labels;
    asked_now = all_now.size();
    asked_before = all_before.size();
    asked = shared.size();
  }

  Slots now;
  Slots before;
  Labels labels_now;
  Labels labels_before;
  std::size_t asked_now = 0;
  std::size_t asked_before = 0;
  std::size_t asked = 0;
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

Result<ClaimLimits> limits_read(const Slots& cell, const eval::Outcome& missing_as,
                                const Labels& labels, const ChainOptions& options) {
  const Reading reading(cell, missing_as);
  return ClaimLimits::of(count_clusters(reading.cell()), labels, options);
}

std::string rate_in_words(const Estimate& estimate) {
  return fmt::format("{:.6f} ({:.6f} to {:.6f}), {} of {} slots broke, effective n {:.6g}",
                     *estimate.value, estimate.lower, estimate.upper, estimate.counts.broke,
                     estimate.n, estimate.effective_n);
}

}  // namespace

Result<Estimate> difference_from_before(const std::string& name, const Version& now,
                                        const Version& before, const ChainOptions& options) {
  const BothVersions both(now, before);
  TRUEBOUND_TRY(rate_now, estimate(name, both.now, both.labels_now, options));
  TRUEBOUND_TRY(rate_before, estimate(name, both.before, both.labels_before, options));
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
  const Reading now_broke(both.now, eval::Broke{});
  const Reading now_held(both.now, eval::Held{});
  const Reading before_broke(both.before, eval::Broke{});
  const Reading before_held(both.before, eval::Held{});
  TRUEBOUND_TRY(worst_now, estimate(name, now_broke.cell(), both.labels_now, options));
  TRUEBOUND_TRY(best_before, estimate(name, before_held.cell(), both.labels_before, options));
  TRUEBOUND_TRY(best_now, estimate(name, now_held.cell(), both.labels_now, options));
  TRUEBOUND_TRY(worst_before, estimate(name, before_broke.cell(), both.labels_before, options));

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
       fmt::format("samples by attacks: now {}, before {}", both.asked_now, both.asked_before),
       fmt::format("{} in both", both.asked)},
      {"Now", "the chain of corrections", rate_in_words(rate_now)},
      {"Before", "the chain of corrections", rate_in_words(rate_before)},
      {"Difference",
       "now less before; limits: the root of the squared ways of each rate to its limit",
       fmt::format("{:.6f} ({:.6f} to {:.6f})", *result.value, result.lower, result.upper)},
      {claim_step, "one-sided at alpha / m; missing now as broke, before as held",
       fmt::format("at most {:.6f} more", result.bound_below)}};
  return result;
}

Result<LimitsAt> limits_of_difference(const Version& now, const Version& before,
                                      const ChainOptions& options) {
  const BothVersions both(now, before);
  TRUEBOUND_TRY(worst_now, limits_read(both.now, eval::Broke{}, both.labels_now, options));
  TRUEBOUND_TRY(best_before, limits_read(both.before, eval::Held{}, both.labels_before, options));
  const auto sides = std::make_shared<const std::pair<ClaimLimits, ClaimLimits>>(
      std::move(worst_now), std::move(best_before));
  return LimitsAt([sides](const ClaimTails& tails) -> Result<ClaimBounds> {
    const auto& [after, earlier] = *sides;
    ClaimBounds bounds{.tails = tails};
    const ClaimTails same{.below = tails.below, .above = tails.below};
    TRUEBOUND_TRY(at_most, after.at(same));
    TRUEBOUND_TRY(at_least, earlier.at(same));
    if (!at_most.rate_below || !at_least.rate_above) return bounds;
    bounds.rate_below = std::min(1.0, *after.value() - *earlier.value() +
                                          moved(*after.value(), *at_most.rate_below,
                                                *earlier.value(), *at_least.rate_above));
    return bounds;
  });
}

}  // namespace truebound::analyze
