#include "truebound/stats/running_rate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "truebound/core/check.h"
#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::int64_t most_trials = std::int64_t{1} << 31;

// n^2 x sum of squares reaches 2^124.
__extension__ using Wide = __int128;

// n^2 x sum of (hits - size x value)^2, in integers.
Wide squares_around(std::int64_t n, std::int64_t hits, const std::array<Wide, 3>& sums) {
  const Wide trials = n;
  const Wide all_hits = hits;
  return trials * trials * sums[0] - 2 * trials * all_hits * sums[1] +
         all_hits * all_hits * sums[2];
}

bool is_share(double value) {
  return value > 0 && value < 1;
}

}  // namespace

void RunningRate::add(std::size_t cluster, Trial trial) {
  TRUEBOUND_CHECK(trials_ < most_trials, "at most 2^31 trials");
  if (cluster >= each_.size()) each_.resize(cluster + 1);
  Sums& sums = each_[cluster];
  // (s + 1)^2 - s^2 and the like: what one trial adds to each sum.
  const std::int64_t hit = trial == Trial::hit ? 1 : 0;
  if (sums.size == 0) ++clusters_;
  size_squares_ += 2 * std::int64_t{sums.size} + 1;
  hit_squares_ += hit * (2 * std::int64_t{sums.hits} + 1);
  products_ += sums.hits + hit * (std::int64_t{sums.size} + 1);
  ++sums.size;
  sums.hits += static_cast<std::int32_t>(hit);
  ++trials_;
  hits_ += hit;
}

bool RunningRate::same_rate_in_all() const {
  return squares_around(trials_, hits_, {hit_squares_, products_, size_squares_}) == 0;
}

double RunningRate::standard_error() const {
  const auto n = static_cast<double>(trials_);
  const auto count = static_cast<double>(clusters_);
  const auto squares =
      static_cast<double>(squares_around(trials_, hits_, {hit_squares_, products_, size_squares_}));
  return std::sqrt(count / (count - 1) * squares) / (n * n);
}

Result<EffectiveSize> RunningRate::effective_size(double correlation, double confidence) const {
  const double everything = static_cast<double>(trials_);
  if (!(correlation >= 0 && correlation <= 1)) {
    return invalid_input("clusters: correlation must lie in [0, 1]");
  }
  if (!is_share(confidence)) return invalid_input("clusters: confidence must lie in (0, 1)");
  if (trials_ == 0) return invalid_input("clusters: at least one trial, got none");
  EffectiveSize size{.n = trials_, .hits = hits_, .clusters = clusters_};
  size.effective_n = everything;
  size.mean_size = static_cast<double>(size_squares_) / everything;
  if (clusters_ == trials_) return size;
  size.effective_n = everything / (1 + (size.mean_size - 1) * correlation);
  size.rule = EffectiveRule::correlation;
  if (clusters_ < 2 || same_rate_in_all()) return size;
  const SurveyRate rate{.value = static_cast<double>(hits_) / everything,
                        .n = everything,
                        .standard_error = standard_error(),
                        .df = static_cast<double>(clusters_ - 1)};
  TRUEBOUND_TRY(korn_graubard, korn_graubard_size(rate, confidence));
  size.korn_graubard = korn_graubard;
  if (korn_graubard < size.effective_n) {
    size.effective_n = korn_graubard;
    size.rule = EffectiveRule::korn_graubard;
  }
  return size;
}

Result<ClusterRate> RunningRate::cluster_rate(double confidence) const {
  if (!is_share(confidence)) return invalid_input("clusters: confidence must lie in (0, 1)");
  if (clusters_ < 2) {
    return invalid_input("clusters: at least 2 for a standard error, got " +
                         std::to_string(clusters_));
  }
  ClusterRate rate;
  rate.value = static_cast<double>(hits_) / static_cast<double>(trials_);
  rate.standard_error = same_rate_in_all() ? 0 : standard_error();
  rate.df = static_cast<double>(clusters_ - 1);
  const double half = student_quantile((1 + confidence) / 2, rate.df) * rate.standard_error;
  rate.interval = {std::max(0.0, rate.value - half), std::min(1.0, rate.value + half)};
  return rate;
}

Result<Interval> RunningRate::limits(double correlation, double confidence) const {
  TRUEBOUND_TRY(size, effective_size(correlation, confidence));
  const double share = static_cast<double>(hits_) / static_cast<double>(trials_);
  // A share of 1 times n can come out above n in the last digit.
  return clopper_pearson(std::min(size.effective_n, share * size.effective_n), size.effective_n,
                         confidence);
}

}  // namespace truebound::stats
