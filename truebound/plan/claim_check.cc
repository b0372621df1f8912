#include "truebound/plan/claim_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "truebound/plan/families.h"
#include "truebound/plan/levels.h"
#include "truebound/stats/cluster.h"
#include "truebound/stats/cluster_evidence.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/power.h"

namespace truebound::plan {
namespace {

// What share of pairs is assumed to differ between two arms.
constexpr double discordant = .2;
constexpr double power = .8;

using Where = std::map<std::string, std::string>;

std::string percent(double proportion) {
  return json::number_text(std::round(proportion * 10000) / 100) + " %";
}

class ClaimChecker {
 public:
  ClaimChecker(const Plan& plan, const std::vector<eval::Suite>& suites, const Slots& slots)
      : plan_(plan), suites_(suites), samples_(slots.samples()), levels_(levels(plan, suites)) {}

  Result<void> fill(Check& check) const {
    const std::vector<FamilyShare> families = families_of(plan_, levels_);
    std::map<std::size_t, const FamilyShare*> family_of;
    for (const FamilyShare& share : families) {
      check.asked += static_cast<std::uint64_t>(share.cells);
      check.families.push_back({.name = share.name,
                                .correction = share.correction,
                                .cells = static_cast<std::uint64_t>(share.cells),
                                .error = share.error});
      for (const std::size_t i : share.questions) {
        family_of[i] = &share;
        check.families.back().questions.push_back(plan_.claims[i].name);
      }
    }
    for (std::size_t i = 0; i < plan_.claims.size(); ++i) {
      for (const eval::Cell& cell : eval::cells_of(plan_.claims[i], levels_)) {
        TRUEBOUND_TRY(claim, check_one(plan_.claims[i], cell, *family_of.at(i)));
        warn(check.warnings, claim);
        check.claims.push_back(std::move(claim));
      }
    }
    warn_of_strata(check);
    return {};
  }

 private:
  // An adaptive sample ends when a stratum is used up, which a small one soon is: at the earliest
  // where every draw that need not follow the shares goes there.
  void warn_of_strata(Check& check) const {
    if (!plan_.sampling.strata) return;
    const Strata& strata = *plan_.sampling.strata;
    std::map<std::string, std::set<std::string>> clusters;
    double all = 0;
    for (const auto& [suite_index, sample_index] : samples_) {
      const eval::Suite& suite = suites_[suite_index];
      const eval::Sample& sample = suite.samples[sample_index];
      const bool is_new =
          clusters[level_of(suite, sample, strata.by)]
              .insert(suite.name + "\n" + eval::cluster_name(sample.cluster, sample.id))
              .second;
      all += is_new ? 1 : 0;
    }
    for (const auto& [level, members] : clusters) {
      const auto size = static_cast<double>(members.size());
      const double chance = strata.explore * size / all + 1 - strata.explore;
      const double draws = size / chance;
      if (draws > all / 4) continue;
      check.warnings.push_back("sampling.strata: " + strata.by + " " + level + " has " +
                               std::to_string(members.size()) + " of " + json::number_text(all) +
                               " clusters, and the sample ends when a stratum is used up: after " +
                               json::number_text(std::floor(draws)) + " draws, if it varies most");
    }
  }

  // How many slots of each sample lie in a cell: the systems, attacks and epochs that it leaves.
  std::int64_t slots_a_sample(const Where& where) const {
    std::int64_t slots = 1;
    for (const auto& [factor, all] : levels_) {
      if (is_of_sample(factor) || where.contains(factor)) continue;
      slots *= static_cast<std::int64_t>(all.size());
    }
    return slots;
  }

  bool lies_in(const eval::Suite& suite, const eval::Sample& sample, const Where& where) const {
    return std::ranges::all_of(where, [&](const auto& condition) {
      return !is_of_sample(condition.first) ||
             level_of(suite, sample, condition.first) == condition.second;
    });
  }

  // The clusters of a cell, without a hit: a sample that has none is its own.
  std::vector<stats::Cluster> clusters_of(const Where& where, std::uint64_t& samples) const {
    const std::int64_t each = slots_a_sample(where);
    std::map<std::string, std::int64_t> sizes;
    for (const auto& [suite_index, sample_index] : samples_) {
      const eval::Suite& suite = suites_[suite_index];
      const eval::Sample& sample = suite.samples[sample_index];
      if (!lies_in(suite, sample, where)) continue;
      ++samples;
      sizes[suite.name + "\n" + eval::cluster_name(sample.cluster, sample.id)] += each;
    }
    std::vector<stats::Cluster> clusters;
    for (const auto& [name, size] : sizes)
      clusters.push_back({.size = size});
    return clusters;
  }

  Result<ClaimCheck> check_one(const eval::Question& question, const eval::Cell& cell,
                               const FamilyShare& family) const {
    const double tail = best_tail(family, question.ask);
    ClaimCheck claim{.name = cell.name,
                     .family = family.name,
                     .asked = question.ask,
                     .estimand = question.estimand,
                     .threshold = eval::threshold_of(question),
                     .confidence = 1 - tail,
                     .gate = eval::is_gate(question, cell.where)};
    const std::vector<stats::Cluster> clusters = clusters_of(cell.where, claim.samples);
    if (clusters.empty()) return claim;
    TRUEBOUND_TRY(
        size, question.estimand == eval::Estimand::generalized
                  ? stats::effective_size(clusters, plan_.sampling.correlation, plan_.confidence)
                  : stats::unclustered_size(clusters));
    claim.n = static_cast<std::uint64_t>(size.n);
    claim.clusters = static_cast<std::uint64_t>(size.clusters);
    claim.effective_n = size.effective_n;
    TRUEBOUND_TRY_VOID(add_bounds(claim, size, tail));
    if (plan_.sampling.ends_early()) {
      TRUEBOUND_TRY_VOID(look_at_any_time(claim, clusters, tail));
      return claim;
    }
    if (std::ranges::find(question.by, "arm") != question.by.end() && plan_.arms.size() > 1) {
      TRUEBOUND_TRY(difference, stats::smallest_paired_difference(
                                    size.effective_n, discordant,
                                    {.confidence = plan_.confidence, .power = power}));
      claim.smallest_difference = difference;
    }
    return claim;
  }

  static Result<void> add_bounds(ClaimCheck& claim, const stats::EffectiveSize& size, double tail) {
    TRUEBOUND_TRY(rows,
                  stats::zero_failure_table(static_cast<double>(size.n), size.mean_size, tail));
    for (const stats::ZeroFailureRow& row : rows) {
      claim.if_nothing_broke.push_back(
          {.correlation = row.correlation, .effective_n = row.effective_n, .upper = row.upper});
    }
    if (claim.asked == eval::Ask::rate_above) {
      TRUEBOUND_TRY(bound, stats::lower_limit(size.effective_n, size.effective_n, tail));
      claim.best_bound = bound;
      claim.can_be_settled = bound > claim.threshold;
      return {};
    }
    TRUEBOUND_TRY(bound, stats::zero_failure_bound(size.effective_n, tail));
    claim.best_bound = bound;
    // Whether a difference stays within a margin depends on the other version too.
    claim.can_be_settled = claim.asked == eval::Ask::no_worse_than || bound < claim.threshold;
    if (claim.asked == eval::Ask::rate_below) {
      // A threshold that asks for more than 10^12 trials has no number that would help.
      const auto needed = stats::trials_for_bound(claim.threshold, tail);
      if (needed.ok()) claim.effective_n_needed = needed.value();
    }
    return {};
  }

  // A sample that ends by what is seen: the best that it could show at the plan's end, and how soon
  // it could end.
  Result<void> look_at_any_time(ClaimCheck& claim, const std::vector<stats::Cluster>& clusters,
                                double tail) const {
    claim.if_nothing_broke.clear();
    claim.effective_n_needed.reset();
    const bool above = claim.asked == eval::Ask::rate_above;
    std::vector<stats::ReadCluster> best;
    stats::AnytimeOptions options{.tail = tail};
    for (const stats::Cluster& each : clusters) {
      best.push_back({.size = each.size, .hits = above ? each.size : 0});
      options.largest = std::max(options.largest, static_cast<double>(each.size));
    }
    // A cluster from a stratum that is rarely drawn may weigh so much.
    options.largest *= plan_.sampling.heaviest();
    const stats::Null null = above ? stats::Null::rate_at_most : stats::Null::rate_at_least;
    TRUEBOUND_TRY(limits, stats::limits_at_any_time(best, options));
    claim.best_bound = above ? limits.lower : limits.upper;
    TRUEBOUND_TRY(evidence,
                  stats::ClusterEvidence::against(null, claim.threshold, {}, options.largest));
    for (std::size_t i = 0; i < best.size() && !claim.earliest_clusters; ++i) {
      TRUEBOUND_TRY_VOID(evidence.add(best[i]));
      if (evidence.log_e() >= -std::log(tail)) claim.earliest_clusters = i + 1;
    }
    claim.can_be_settled = claim.earliest_clusters.has_value();
    return {};
  }

  static void warn(std::vector<std::string>& warnings, const ClaimCheck& claim) {
    if (claim.can_be_settled) return;
    std::string message = "claims." + claim.name + ": ";
    if (!claim.best_bound) {
      warnings.push_back(message + "no slot, so nothing can be said");
      return;
    }
    const std::string effective = json::number_text(std::round(claim.effective_n * 10) / 10);
    if (claim.asked == eval::Ask::rate_above) {
      message += "no outcome can settle this: if all of an effective n of " + effective +
                 " broke, the lower limit is " + percent(*claim.best_bound) +
                 ", not above the threshold of " + percent(claim.threshold);
    } else {
      message += "no outcome can settle this: if nothing broke in an effective n of " + effective +
                 ", the upper limit is " + percent(*claim.best_bound) +
                 ", not below the threshold of " + percent(claim.threshold);
      if (claim.effective_n_needed) {
        message +=
            "; an effective n of " + std::to_string(*claim.effective_n_needed) + " is needed";
      }
    }
    warnings.push_back(std::move(message));
  }

  const Plan& plan_;
  const std::vector<eval::Suite>& suites_;
  std::vector<std::pair<std::size_t, std::size_t>> samples_;
  eval::Levels levels_;
};

}  // namespace

Result<void> check_claims(Check& check, const Plan& plan, const std::vector<eval::Suite>& suites,
                          const Slots& slots) {
  return ClaimChecker(plan, suites, slots).fill(check);
}

}  // namespace truebound::plan
