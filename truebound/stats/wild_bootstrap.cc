#include "truebound/stats/wild_bootstrap.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

namespace truebound::stats {
namespace {

constexpr std::size_t most_exact = 12;
constexpr std::size_t most_clusters = 1000;
constexpr int halvings = 50;

// What equals the observed statistic in exact numbers may differ in the last digits.
constexpr double tolerance = 1e-9;

Error wrong(const std::string& expectation) {
  return invalid_input("wild bootstrap: " + expectation);
}

struct Sums {
  double size = 0;
  double hits = 0;
};

class WildTest {
 public:
  WildTest(std::vector<Sums> clusters, const WildOptions& options)
      : clusters_(std::move(clusters)) {
    for (const Sums& each : clusters_) {
      n_ += each.size;
      hits_ += each.hits;
      squares_ += each.size * each.size;
    }
    if (clusters_.size() > most_exact) draw_weights(options);
  }

  double value() const { return hits_ / n_; }
  bool is_exact() const { return weights_.empty(); }
  std::int64_t vectors() const {
    return is_exact() ? std::int64_t{1} << clusters_.size()
                      : static_cast<std::int64_t>(weights_.size() / clusters_.size());
  }

  double p_value(double rate) const {
    std::vector<double> off;
    for (const Sums& each : clusters_)
      off.push_back(each.hits - each.size * rate);
    return is_exact() ? exact(off) : drawn(off);
  }

  // The last rate from `inside` toward `outside` that is not rejected.
  double edge(double inside, double outside, double alpha) const {
    if (p_value(outside) > alpha) return outside;
    for (int i = 0; i < halvings; ++i) {
      const double middle = inside + (outside - inside) / 2;
      (p_value(middle) > alpha ? inside : outside) = middle;
    }
    return outside;
  }

 private:
  // Squared numerator and denominator of t under one vector of weights, less what all share.
  struct Moments {
    double sum = 0;      // of weighted deviations
    double squares = 0;  // of the same
    double cross = 0;    // of the same with sizes
  };
  struct Ratio {
    double above = 0;
    double below = 0;
    bool reaches(const Ratio& observed) const {
      return above * observed.below >= (1 - tolerance) * observed.above * below;
    }
  };

  Ratio ratio(const Moments& m) const {
    const double mean = m.sum / n_;
    return {m.sum * m.sum, std::max(0.0, m.squares - 2 * mean * m.cross + mean * mean * squares_)};
  }

  // A reflected Gray code: one sign changes from vector to vector. A vector and its opposite give
  // the same t, so the last cluster keeps its sign.
  double exact(const std::vector<double>& off) const {
    Moments m;
    for (std::size_t g = 0; g < off.size(); ++g) {
      m.sum += off[g];
      m.squares += off[g] * off[g];
      m.cross += off[g] * clusters_[g].size;
    }
    const Ratio observed = ratio(m);
    const std::size_t half = std::size_t{1} << (off.size() - 1);
    std::vector<double> signs(off.size(), 1);
    std::size_t reaching = 1;
    for (std::size_t vector = 1; vector < half; ++vector) {
      const auto g = static_cast<std::size_t>(std::countr_zero(vector));
      signs[g] = -signs[g];
      m.sum += 2 * signs[g] * off[g];
      m.cross += 2 * signs[g] * off[g] * clusters_[g].size;
      if (ratio(m).reaches(observed)) ++reaching;
    }
    return static_cast<double>(reaching) / static_cast<double>(half);
  }

  double drawn(const std::vector<double>& off) const {
    const std::vector<float> ones(off.size(), 1);
    const Ratio observed = ratio(moments(off, ones.data()));
    std::size_t reaching = 1;
    const std::size_t count = weights_.size() / off.size();
    for (std::size_t b = 0; b < count; ++b) {
      if (ratio(moments(off, &weights_[b * off.size()])).reaches(observed)) ++reaching;
    }
    return static_cast<double>(reaching) / static_cast<double>(count + 1);
  }

  Moments moments(const std::vector<double>& off, const float* weights) const {
    Moments m;
    for (std::size_t g = 0; g < off.size(); ++g) {
      const double moved = static_cast<double>(weights[g]) * off[g];
      m.sum += moved;
      m.squares += moved * moved;
      m.cross += moved * clusters_[g].size;
    }
    return m;
  }

  void draw_weights(const WildOptions& options) {
    static const std::array<float, 6> webb = {-std::sqrt(1.5F), -1,  -std::sqrt(.5F),
                                              std::sqrt(.5F),   1.F, std::sqrt(1.5F)};
    for (std::int64_t b = 0; b < options.draws; ++b) {
      RandomStream stream = options.streams(b);
      for (std::size_t g = 0; g < clusters_.size(); ++g)
        weights_.push_back(webb[stream.below(webb.size())]);
    }
  }

  std::vector<Sums> clusters_;
  double n_ = 0;
  double hits_ = 0;
  double squares_ = 0;          // of sizes
  std::vector<float> weights_;  // a row a draw; empty where all sign vectors are taken
};

Result<WildTest> prepare(std::span<const Cluster> clusters, const WildOptions& options) {
  TRUEBOUND_TRY(rate, cluster_rate(clusters, options.confidence));
  if (rate.standard_error == 0) {
    return wrong("clusters must differ, got the same rate in each");
  }
  if (rate.df >= most_clusters) {
    return wrong("at most 1,000 clusters; cluster_rate takes more");
  }
  if (static_cast<double>(options.draws) * (1 - options.confidence) < 2 - 1e-9 ||
      options.draws > 1'000'000) {
    return wrong("draws must lie in [2 / (1 - confidence), 10^6], got " +
                 std::to_string(options.draws));
  }
  std::vector<Sums> each;
  for (const Cluster& cluster : clusters) {
    if (cluster.size == 0) continue;
    each.insert(each.end(), static_cast<std::size_t>(cluster.times),
                {static_cast<double>(cluster.size), static_cast<double>(cluster.hits)});
  }
  // In one order, so that draws meet the same clusters however the input was ordered.
  std::sort(each.begin(), each.end(), [](const Sums& a, const Sums& b) {
    return a.size != b.size ? a.size < b.size : a.hits < b.hits;
  });
  return WildTest(std::move(each), options);
}

}  // namespace

Result<double> wild_p_value(std::span<const Cluster> clusters, double rate,
                            const WildOptions& options) {
  if (!(rate >= 0 && rate <= 1)) return wrong("rate must lie in [0, 1]");
  TRUEBOUND_TRY(test, prepare(clusters, options));
  return test.p_value(rate);
}

Result<WildBootstrap> wild_bootstrap(std::span<const Cluster> clusters,
                                     const WildOptions& options) {
  TRUEBOUND_TRY(test, prepare(clusters, options));
  const double alpha = 1 - options.confidence;
  WildBootstrap result{.value = test.value(), .vectors = test.vectors()};
  for (const Cluster& each : clusters)
    result.clusters += each.size > 0 ? each.times : 0;
  result.weights = test.is_exact() ? WildWeights::all_signs : WildWeights::webb;
  result.interval = {test.edge(result.value, 0, alpha), test.edge(result.value, 1, alpha)};
  return result;
}

}  // namespace truebound::stats
