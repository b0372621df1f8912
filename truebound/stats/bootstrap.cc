#include "truebound/stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::int64_t most_trials = std::int64_t{1} << 31;

// A count of one kind costs about as much as this many draws of one cluster.
constexpr std::int64_t kind_cost = 24;

Error wrong(const std::string& expectation) {
  return invalid_input("bootstrap: " + expectation);
}

// Clusters by kind, the most frequent first, so that what is left to draw ends soon.
struct Kinds {
  std::vector<ClusterSum> list;
  std::int64_t clusters = 0;
  std::int64_t trials = 0;
  std::int64_t sum = 0;

  double mean() const { return static_cast<double>(sum) / static_cast<double>(trials); }
};

Result<Kinds> kinds_of(std::span<const ClusterSum> clusters) {
  Kinds kinds;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> times;
  for (const ClusterSum& each : clusters) {
    if (each.times < 0 || each.size < 0 || each.sum > each.size || each.sum < -each.size) {
      return wrong("sums must lie in [-size, size] and times be >= 0, got " +
                   std::to_string(each.sum) + " of " + std::to_string(each.size) + ", " +
                   std::to_string(each.times) + " times");
    }
    if (each.size == 0 || each.times == 0) continue;
    if (each.times > most_trials / each.size ||
        each.times * each.size > most_trials - kinds.trials) {
      return wrong("at most 2^31 trials, got more");
    }
    times[{each.size, each.sum}] += each.times;
    kinds.clusters += each.times;
    kinds.trials += each.times * each.size;
    kinds.sum += each.times * each.sum;
  }
  if (kinds.clusters < 2) {
    return wrong("at least 2 clusters, got " + std::to_string(kinds.clusters));
  }
  for (const auto& [kind, count] : times)
    kinds.list.push_back({kind.first, kind.second, count});
  std::stable_sort(kinds.list.begin(), kinds.list.end(),
                   [](const ClusterSum& a, const ClusterSum& b) { return a.times > b.times; });
  return kinds;
}

// In integers: in floating point, equal means can come out as different.
bool same_mean_in_all(const Kinds& kinds) {
  return std::all_of(kinds.list.begin(), kinds.list.end(), [&](const ClusterSum& each) {
    return each.sum * kinds.trials == kinds.sum * each.size;
  });
}

// Draws whole resamples; read by all threads. Frequent kinds are drawn as counts, and what is left
// over falls on the clusters of rare kinds, one by one.
class Resampler {
 public:
  explicit Resampler(const Kinds& kinds) : clusters_(kinds.clusters) {
    for (const ClusterSum& kind : kinds.list) {
      if (kind.times >= kind_cost) {
        frequent_.push_back(kind);
      } else {
        rare_.insert(rare_.end(), static_cast<std::size_t>(kind.times), {kind.size, kind.sum});
      }
    }
  }

  double mean(RandomStream stream) const {
    Sums total;
    add_rare(stream, add_frequent(stream, total), total);
    return static_cast<double>(total.sum) / static_cast<double>(total.size);
  }

 private:
  struct Sums {
    std::int64_t size = 0;
    std::int64_t sum = 0;
  };

  // A multinomial count, kind after kind: each takes its share of what is left. Gives what is left
  // for the rare kinds.
  std::int64_t add_frequent(RandomStream& stream, Sums& total) const {
    std::int64_t to_draw = clusters_;
    std::int64_t left = clusters_;
    for (const ClusterSum& kind : frequent_) {
      const double share = static_cast<double>(kind.times) / static_cast<double>(left);
      const std::int64_t drawn = draw_binomial(stream, to_draw, share);
      total.size += drawn * kind.size;
      total.sum += drawn * kind.sum;
      to_draw -= drawn;
      left -= kind.times;
    }
    return to_draw;
  }

  void add_rare(RandomStream& stream, std::int64_t to_draw, Sums& total) const {
    if (rare_.empty()) return;
    // Lemire's method: the upper half of word x count, with the few words rejected that would make
    // some results likelier than others.
    const auto count = static_cast<std::uint32_t>(rare_.size());
    const std::uint32_t rejected_under = (0U - count) % count;
    for (; to_draw > 0; --to_draw) {
      std::uint64_t product = std::uint64_t{stream.next_word()} * count;
      while (static_cast<std::uint32_t>(product) < rejected_under) {
        product = std::uint64_t{stream.next_word()} * count;
      }
      const Sums& cluster = rare_[product >> 32U];
      total.size += cluster.size;
      total.sum += cluster.sum;
    }
  }

  std::int64_t clusters_;
  std::vector<ClusterSum> frequent_;
  std::vector<Sums> rare_;
};

Result<void> check(const BootstrapOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return wrong("confidence must lie in (0, 1)");
  }
  if (static_cast<double>(options.resamples) * (1 - options.confidence) < 2 - 1e-9 ||
      options.resamples > 100'000'000) {
    return wrong("resamples must lie in [2 / (1 - confidence), 10^8], got " +
                 std::to_string(options.resamples));
  }
  if (options.threads < 1) return wrong("threads must be >= 1");
  return {};
}

std::vector<double> draw_means(const Kinds& kinds, const BootstrapOptions& options) {
  const Resampler resampler(kinds);
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  // Each thread fills slots of its own, and each slot has its own stream.
  const auto part = [&](std::size_t first, std::size_t step) {
    for (std::size_t b = first; b < means.size(); b += step) {
      means[b] = resampler.mean(options.streams(static_cast<std::int64_t>(b)));
    }
  };
  const auto threads = static_cast<std::size_t>(options.threads);
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i)
    others.emplace_back(part, i, threads);
  part(0, threads);
  for (std::thread& other : others)
    other.join();
  return means;
}

// The order statistic at rank (B + 1) p, between two where that is not whole.
double quantile_of(const std::vector<double>& sorted, double p) {
  const auto count = static_cast<double>(sorted.size());
  const double rank = std::clamp((count + 1) * p, 1.0, count);
  const double below = std::floor(rank);
  const auto at = static_cast<std::size_t>(below) - 1;
  if (rank == below) return sorted[at];
  return sorted[at] + (rank - below) * (sorted[at + 1] - sorted[at]);
}

double deviation_of(const std::vector<double>& means) {
  double sum = 0;
  for (const double mean : means)
    sum += mean;
  const double center = sum / static_cast<double>(means.size());
  double squares = 0;
  for (const double mean : means)
    squares += (mean - center) * (mean - center);
  return std::sqrt(squares / static_cast<double>(means.size() - 1));
}

// Means that equal the estimate lie half below it: with rare hits many do.
double share_below(const std::vector<double>& sorted, double value) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
  const auto below = static_cast<double>(first - sorted.begin());
  const auto equal = static_cast<double>(last - first);
  return (below + equal / 2) / static_cast<double>(sorted.size());
}

Jackknife jackknife_of(const Kinds& kinds) {
  const auto count = static_cast<double>(kinds.clusters);
  Jackknife result{.value = kinds.mean(), .df = count - 1};
  const auto without = [&](const ClusterSum& kind) {
    return static_cast<double>(kinds.sum - kind.sum) /
           static_cast<double>(kinds.trials - kind.size);
  };
  if (same_mean_in_all(kinds)) return result;
  double center = 0;
  for (const ClusterSum& kind : kinds.list)
    center += static_cast<double>(kind.times) * without(kind) / count;
  double around_value = 0;
  double squares = 0;
  double cubes = 0;
  for (const ClusterSum& kind : kinds.list) {
    const auto times = static_cast<double>(kind.times);
    const double mean = without(kind);
    around_value += times * (mean - result.value) * (mean - result.value);
    squares += times * (center - mean) * (center - mean);
    cubes += times * (center - mean) * (center - mean) * (center - mean);
  }
  result.standard_error = std::sqrt((count - 1) / count * around_value);
  if (squares > 0) result.acceleration = cubes / (6 * squares * std::sqrt(squares));
  return result;
}

}  // namespace

Result<std::vector<double>> resampled_means(std::span<const ClusterSum> clusters,
                                            const BootstrapOptions& options) {
  TRUEBOUND_TRY_VOID(check(options));
  TRUEBOUND_TRY(kinds, kinds_of(clusters));
  return draw_means(kinds, options);
}

Result<Bootstrap> cluster_bootstrap(std::span<const ClusterSum> clusters,
                                    const BootstrapOptions& options) {
  TRUEBOUND_TRY_VOID(check(options));
  TRUEBOUND_TRY(kinds, kinds_of(clusters));
  if (same_mean_in_all(kinds)) {
    return wrong("clusters must differ, got the same mean in each: no resample can vary");
  }
  Bootstrap result{.value = kinds.mean(), .clusters = kinds.clusters};
  std::vector<double> means = draw_means(kinds, options);
  std::sort(means.begin(), means.end());
  result.standard_error = deviation_of(means);
  const double tail = (1 - options.confidence) / 2;
  result.percentile = {quantile_of(means, tail), quantile_of(means, 1 - tail)};

  const double below = share_below(means, result.value);
  if (!(below > 0 && below < 1)) {
    return wrong("means must lie on both sides of the estimate, got all on one");
  }
  result.bias_correction = normal_quantile(below);
  result.acceleration = jackknife_of(kinds).acceleration;
  const auto corrected = [&](double p) {
    const double z = result.bias_correction + normal_quantile(p);
    return normal_at_most(result.bias_correction + z / (1 - result.acceleration * z));
  };
  result.bca = {quantile_of(means, corrected(tail)), quantile_of(means, corrected(1 - tail))};
  return result;
}

Result<Jackknife> cluster_jackknife(std::span<const ClusterSum> clusters, double confidence) {
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(kinds, kinds_of(clusters));
  Jackknife result = jackknife_of(kinds);
  const double half = student_quantile((1 + confidence) / 2, result.df) * result.standard_error;
  result.lower = result.value - half;
  result.upper = result.value + half;
  return result;
}

}  // namespace truebound::stats
