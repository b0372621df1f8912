#include "truebound/stats/cluster.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

// Beyond it, hits x trials of two clusters could leave 64 bits.
constexpr std::int64_t most_trials = std::int64_t{1} << 31;

constexpr std::array<double, 5> table_correlations = {0, .1, .25, .5, 1};

struct Totals {
  std::int64_t n = 0;
  std::int64_t hits = 0;
  std::int64_t clusters = 0;
  double squares = 0;  // sum of squared sizes, exact below 2^53
};

Error wrong(const std::string& expectation) {
  return invalid_input("clusters: " + expectation);
}

Result<Totals> total(std::span<const Cluster> clusters) {
  Totals sum;
  for (const Cluster& each : clusters) {
    if (each.times < 0 || each.size < 0 || each.hits < 0 || each.hits > each.size) {
      return wrong("hits must lie in [0, size] and times be >= 0, got " +
                   std::to_string(each.hits) + " of " + std::to_string(each.size) + ", " +
                   std::to_string(each.times) + " times");
    }
    if (each.size == 0 || each.times == 0) continue;
    if (each.times > most_trials / each.size || each.times * each.size > most_trials - sum.n) {
      return wrong("at most 2^31 trials, got more");
    }
    sum.n += each.times * each.size;
    sum.hits += each.times * each.hits;
    sum.clusters += each.times;
    const auto size = static_cast<double>(each.size);
    sum.squares += static_cast<double>(each.times) * size * size;
  }
  if (sum.n == 0) return wrong("at least one trial, got none");
  return sum;
}

// In integers: in floating point a variance of 0 can come out as 1e-33, and its n* as anything.
bool same_rate_in_all(std::span<const Cluster> clusters, const Totals& sum) {
  return std::all_of(clusters.begin(), clusters.end(), [&](const Cluster& each) {
    return each.times == 0 || each.hits * sum.n == sum.hits * each.size;
  });
}

double cr1_error(std::span<const Cluster> clusters, const Totals& sum) {
  const auto n = static_cast<double>(sum.n);
  const double value = static_cast<double>(sum.hits) / n;
  double squares = 0;
  for (const Cluster& each : clusters) {
    const double off = static_cast<double>(each.hits) - static_cast<double>(each.size) * value;
    squares += static_cast<double>(each.times) * off * off;
  }
  const auto count = static_cast<double>(sum.clusters);
  return std::sqrt(count / (count - 1) * squares) / n;
}

KornGraubard deflate(const SurveyRate& rate, double confidence) {
  const double upper = (1 + confidence) / 2;
  const double variance = rate.standard_error * rate.standard_error;
  KornGraubard result;
  result.design_effect = std::max(1.0, variance * rate.n / (rate.value * (1 - rate.value)));
  const double t_ratio = student_quantile(upper, rate.n - 1) / student_quantile(upper, rate.df);
  result.effective_n = std::min(rate.n, rate.n / result.design_effect * t_ratio * t_ratio);
  return result;
}

double at_correlation(double n, double mean_size, double correlation) {
  return n / (1 + (mean_size - 1) * correlation);
}

EffectiveSize counted(const Totals& sum) {
  EffectiveSize size{.n = sum.n, .hits = sum.hits, .clusters = sum.clusters};
  size.effective_n = static_cast<double>(sum.n);
  size.mean_size = sum.squares / size.effective_n;
  return size;
}

bool is_share(double value) {
  return value > 0 && value < 1;
}

Result<void> check(const SurveyRate& rate, double confidence) {
  if (!is_share(confidence)) return wrong("confidence must lie in (0, 1)");
  if (!is_share(rate.value)) return wrong("Korn-Graubard takes a rate in (0, 1)");
  if (!(rate.n >= 2) || !(rate.df >= 1)) return wrong("Korn-Graubard takes n >= 2 and df >= 1");
  if (!(rate.standard_error > 0)) return wrong("Korn-Graubard takes a standard error > 0");
  return {};
}

}  // namespace

Result<EffectiveSize> effective_size(std::span<const Cluster> clusters, double correlation,
                                     double confidence) {
  if (!(correlation >= 0 && correlation <= 1)) return wrong("correlation must lie in [0, 1]");
  if (!is_share(confidence)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(sum, total(clusters));
  EffectiveSize size = counted(sum);
  if (sum.clusters == sum.n) return size;

  const auto n = static_cast<double>(sum.n);
  size.effective_n = at_correlation(n, size.mean_size, correlation);
  size.rule = EffectiveRule::correlation;
  if (sum.clusters < 2 || same_rate_in_all(clusters, sum)) return size;

  const SurveyRate rate{.value = static_cast<double>(sum.hits) / n,
                        .n = n,
                        .standard_error = cr1_error(clusters, sum),
                        .df = static_cast<double>(sum.clusters - 1)};
  size.korn_graubard = deflate(rate, confidence).effective_n;
  if (*size.korn_graubard < size.effective_n) {
    size.effective_n = *size.korn_graubard;
    size.rule = EffectiveRule::korn_graubard;
  }
  return size;
}

Result<EffectiveSize> unclustered_size(std::span<const Cluster> clusters) {
  TRUEBOUND_TRY(sum, total(clusters));
  return counted(sum);
}

Result<ClusterRate> cluster_rate(std::span<const Cluster> clusters, double confidence) {
  if (!is_share(confidence)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(sum, total(clusters));
  if (sum.clusters < 2) return wrong("at least 2 for a standard error, got 1");
  ClusterRate rate;
  rate.value = static_cast<double>(sum.hits) / static_cast<double>(sum.n);
  rate.standard_error = same_rate_in_all(clusters, sum) ? 0 : cr1_error(clusters, sum);
  rate.df = static_cast<double>(sum.clusters - 1);
  const double half = student_quantile((1 + confidence) / 2, rate.df) * rate.standard_error;
  rate.interval = {std::max(0.0, rate.value - half), std::min(1.0, rate.value + half)};
  return rate;
}

Result<double> korn_graubard_size(const SurveyRate& rate, double confidence) {
  TRUEBOUND_TRY_VOID(check(rate, confidence));
  return deflate(rate, confidence).effective_n;
}

Result<KornGraubard> korn_graubard(const SurveyRate& rate, double confidence) {
  TRUEBOUND_TRY_VOID(check(rate, confidence));
  KornGraubard result = deflate(rate, confidence);
  const double n = result.effective_n;
  TRUEBOUND_TRY(limits, clopper_pearson(std::min(n, rate.value * n), n, confidence));
  result.interval = limits;
  return result;
}

Result<std::vector<ZeroFailureRow>> zero_failure_table(double n, double mean_size, double tail) {
  if (!(mean_size >= 1 && mean_size <= n)) return wrong("mean size must lie in [1, n]");
  std::vector<ZeroFailureRow> rows;
  for (const double correlation : table_correlations) {
    const double effective = at_correlation(n, mean_size, correlation);
    TRUEBOUND_TRY(upper, zero_failure_bound(effective, tail));
    rows.push_back({correlation, effective, upper});
  }
  return rows;
}

}  // namespace truebound::stats
