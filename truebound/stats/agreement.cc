// Each unit gives its pairs of ratings, and each pair its distance: 0 or 1 between categories, the
// squared difference between numbers. Observed disagreement is the mean over units of the mean over
// pairs (krippendorff: a unit weighs as many ratings as it has); expected disagreement is what two
// ratings drawn by chance would give.

#include "truebound/stats/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "truebound/core/random.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("agreement: " + expectation);
}

std::vector<double> ratings_of(const Rated& unit) {
  std::vector<double> ratings;
  for (const std::optional<double>& each : unit) {
    if (each) ratings.push_back(*each);
  }
  return ratings;
}

Result<void> check(const std::vector<Rated>& units, Coefficient coefficient) {
  bool is_paired = false;
  for (const Rated& unit : units) {
    if (unit.size() < 2) return wrong("at least two raters");
    if (unit.size() != units.front().size()) return wrong("the same raters for every unit");
    if (coefficient == Coefficient::cohen && unit.size() != 2) {
      return wrong("cohen takes two raters, got " + std::to_string(unit.size()));
    }
    const std::vector<double> ratings = ratings_of(unit);
    for (const double each : ratings) {
      if (!std::isfinite(each)) return wrong("ratings must be finite");
    }
    is_paired = is_paired || ratings.size() > 1;
  }
  if (!is_paired) return wrong("at least one unit with two ratings, got none");
  return {};
}

using Share = std::map<double, double>;

// The share of pairs of a unit's ratings that agree.
double agreeing_pairs(const std::vector<double>& ratings) {
  std::map<double, double> counts;
  for (const double each : ratings)
    ++counts[each];
  const auto n = static_cast<double>(ratings.size());
  double agreeing = 0;
  for (const auto& [category, count] : counts)
    agreeing += count * (count - 1);
  return agreeing / (n * (n - 1));
}

double of(const Share& shares, double category) {
  const auto found = shares.find(category);
  return found == shares.end() ? 0 : found->second;
}

// What a closed list of categories was used for, in units with two ratings or more.
struct Habits {
  Share pooled;
  std::vector<Share> of_rater;
  double observed = 0;
  std::int64_t units = 0;
};

Habits habits_of(const std::vector<Rated>& units) {
  Habits habits{.of_rater = std::vector<Share>(units.front().size())};
  for (const Rated& unit : units) {
    const std::vector<double> ratings = ratings_of(unit);
    if (ratings.size() < 2) continue;
    ++habits.units;
    habits.observed += agreeing_pairs(ratings);
    for (const double each : ratings)
      habits.pooled[each] += 1 / static_cast<double>(ratings.size());
    for (std::size_t rater = 0; rater < unit.size(); ++rater) {
      if (unit[rater]) ++habits.of_rater[rater][*unit[rater]];
    }
  }
  const auto n = static_cast<double>(habits.units);
  habits.observed /= n;
  for (auto& [category, share] : habits.pooled)
    share /= n;
  for (Share& shares : habits.of_rater) {
    for (auto& [category, share] : shares)
      share /= n;
  }
  return habits;
}

double expected_of(const Habits& habits, Coefficient coefficient) {
  double expected = 0;
  for (const auto& [category, share] : habits.pooled) {
    if (coefficient == Coefficient::cohen) {
      expected += of(habits.of_rater[0], category) * of(habits.of_rater[1], category);
    } else if (coefficient == Coefficient::gwet) {
      expected += share * (1 - share) / static_cast<double>(habits.pooled.size() - 1);
    } else {
      expected += share * share;
    }
  }
  return expected;
}

Agreement by_chance(const std::vector<Rated>& units, Coefficient coefficient) {
  const Habits habits = habits_of(units);
  Agreement found{.observed = habits.observed, .units = habits.units};
  if (coefficient == Coefficient::plain) {
    found.value = habits.observed;
    return found;
  }
  if (habits.pooled.size() < 2) {
    found.expected = 1;
    found.undefined = "only one category occurs, so that chance alone explains all agreement";
    return found;
  }
  found.expected = expected_of(habits, coefficient);
  found.value = (found.observed - found.expected) / (1 - found.expected);
  return found;
}

double distance(double first, double second, Coefficient metric) {
  if (metric == Coefficient::krippendorff) return first == second ? 0 : 1;
  return (first - second) * (first - second);
}

// Mean distance of two of these numbers, times their count: by counts, since categories are few.
double spread(const std::map<double, double>& counts, Coefficient metric) {
  double sum = 0;
  double n = 0;
  for (const auto& [first, times] : counts) {
    n += times;
    for (const auto& [second, others] : counts)
      sum += times * others * distance(first, second, metric);
  }
  return sum / (n - 1);
}

Agreement krippendorff(const std::vector<Rated>& units, Coefficient metric) {
  Agreement found;
  std::map<double, double> all;
  double observed = 0;
  double n = 0;
  for (const Rated& unit : units) {
    const std::vector<double> ratings = ratings_of(unit);
    if (ratings.size() < 2) continue;
    ++found.units;
    n += static_cast<double>(ratings.size());
    std::map<double, double> own;
    for (const double each : ratings) {
      ++own[each];
      ++all[each];
    }
    observed += spread(own, metric);
  }
  observed /= n;
  const double expected = spread(all, metric) / n;
  found.observed = 1 - observed;
  found.expected = 1 - expected;
  if (expected == 0) {
    found.undefined = "only one category occurs, so that no disagreement can be expected";
  } else {
    found.value = 1 - observed / expected;
  }
  return found;
}

Agreement compute(const std::vector<Rated>& units, Coefficient coefficient) {
  if (coefficient == Coefficient::krippendorff ||
      coefficient == Coefficient::krippendorff_interval) {
    return krippendorff(units, coefficient);
  }
  return by_chance(units, coefficient);
}

std::vector<std::vector<Rated>> clusters_of(const std::vector<Rated>& units,
                                            const AgreementDraws& draws) {
  std::map<std::int64_t, std::vector<Rated>> clusters;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto own = static_cast<std::int64_t>(i);
    clusters[draws.cluster.empty() ? own : draws.cluster[i]].push_back(units[i]);
  }
  std::vector<std::vector<Rated>> list;
  for (auto& [name, members] : clusters) {
    std::sort(members.begin(), members.end());
    list.push_back(std::move(members));
  }
  // Draws then do not depend on the order of units.
  std::sort(list.begin(), list.end());
  return list;
}

bool has_pair(const std::vector<Rated>& units) {
  return std::any_of(units.begin(), units.end(),
                     [](const Rated& unit) { return ratings_of(unit).size() > 1; });
}

std::vector<double> resampled(const std::vector<std::vector<Rated>>& clusters,
                              Coefficient coefficient, const AgreementDraws& draws) {
  std::vector<double> values;
  for (std::int64_t b = 0; b < draws.resamples; ++b) {
    RandomStream stream(draws.key + static_cast<std::uint64_t>(b));
    std::vector<Rated> drawn;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      const std::vector<Rated>& cluster = clusters[stream.below(clusters.size())];
      drawn.insert(drawn.end(), cluster.begin(), cluster.end());
    }
    if (!has_pair(drawn)) continue;
    const Agreement found = compute(drawn, coefficient);
    if (found.value) values.push_back(*found.value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

// The order statistic at rank (B + 1) p.
double quantile(const std::vector<double>& sorted, double p) {
  const double rank = p * static_cast<double>(sorted.size() + 1) - 1;
  const auto most = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::clamp(std::round(rank), 0.0, most))];
}

}  // namespace

Result<Agreement> agreement(const std::vector<Rated>& units, Coefficient coefficient) {
  TRUEBOUND_TRY_VOID(check(units, coefficient));
  return compute(units, coefficient);
}

Result<AgreementInterval> agreement_interval(const std::vector<Rated>& units,
                                             Coefficient coefficient, const AgreementDraws& draws) {
  TRUEBOUND_TRY_VOID(check(units, coefficient));
  if (!(draws.confidence > 0 && draws.confidence < 1)) {
    return wrong("confidence must lie in (0, 1)");
  }
  if (draws.resamples < 100 || draws.resamples > 100'000) {
    return wrong("resamples must lie in [100, 100000]");
  }
  if (!draws.cluster.empty() && draws.cluster.size() != units.size()) {
    return wrong("a cluster for every unit or for none");
  }
  AgreementInterval found{.agreement = compute(units, coefficient)};
  if (!found.agreement.value) return found;
  const std::vector<std::vector<Rated>> clusters = clusters_of(units, draws);
  const double tail = (1 - draws.confidence) / 2;
  if (*found.agreement.value >= 1) {
    const auto n = static_cast<double>(
        std::min(clusters.size(), static_cast<std::size_t>(found.agreement.units)));
    TRUEBOUND_TRY(least, lower_limit(n, n, tail));
    const double expected = coefficient == Coefficient::plain ? 0 : found.agreement.expected;
    found.lower = std::max(-1.0, 1 - (1 - least) / (1 - expected));
    return found;
  }
  const std::vector<double> values = resampled(clusters, coefficient, draws);
  found.undefined_draws = draws.resamples - static_cast<std::int64_t>(values.size());
  if (values.empty()) return found;
  found.lower = std::max(-1.0, quantile(values, tail));
  found.upper = std::min(1.0, quantile(values, 1 - tail));
  return found;
}

Result<SpecificAgreement> specific_agreement(const std::vector<Rated>& units) {
  double both = 0;
  double neither = 0;
  double one = 0;
  for (const Rated& unit : units) {
    if (unit.size() != 2) return wrong("specific agreement takes two raters");
    if (!unit[0] || !unit[1]) continue;
    const double hits = (*unit[0] == 1 ? 1 : 0) + (*unit[1] == 1 ? 1 : 0);
    both += hits == 2 ? 1 : 0;
    one += hits == 1 ? 1 : 0;
    neither += hits == 0 ? 1 : 0;
  }
  SpecificAgreement found;
  if (both + one > 0) found.hit = 2 * both / (2 * both + one);
  if (neither + one > 0) found.miss = 2 * neither / (2 * neither + one);
  return found;
}

}  // namespace truebound::stats
