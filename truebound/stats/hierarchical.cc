// Quadrature on a grid of x = logit t and y = log d: the posterior is smooth there and falls off on
// all sides, so that equal weights converge faster than any power of the grid's width. Where it
// lies is found by zooming in: a coarse grid over all, a finer one over what it found, and again.
//
// Given (t, d), a group's posterior is Beta(d t + hits, d (1 - t) + size - hits); over the grid it
// is a mixture of those.

#include "truebound/stats/hierarchical.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

using Kind = std::pair<std::int64_t, std::int64_t>;  // size, hits

constexpr std::int64_t small_count = 256;
constexpr std::size_t coarse = 64;
constexpr std::size_t fine = 72;
constexpr double outside = 24;  // a log weight so far under the greatest is nothing

struct Axis {
  double low = 0;
  double high = 0;
  std::size_t points = 0;
  double step() const { return (high - low) / static_cast<double>(points - 1); }
  double at(std::size_t i) const { return low + static_cast<double>(i) * step(); }
};

// A point of the grid: the two parameters of Beta and its share of the posterior.
struct Point {
  double a = 0;
  double b = 0;
  double x = 0;
  double weight = 0;
};

Error wrong(const std::string& expectation) {
  return invalid_input("groups: " + expectation);
}

// log of v (v + 1) ... (v + k - 1), for all k up to a few hundred by adding up.
class Rising {
 public:
  explicit Rising(std::int64_t most)
      : sums_(static_cast<std::size_t>(std::min(most, small_count)) + 1) {}
  void set(double v) {
    for (std::size_t k = 1; k < sums_.size(); ++k)
      sums_[k] = sums_[k - 1] + std::log(v + static_cast<double>(k - 1));
  }
  double at(std::int64_t k) const { return sums_[static_cast<std::size_t>(k)]; }

 private:
  std::vector<double> sums_;
};

class Posterior {
 public:
  Posterior(const std::map<Kind, std::int64_t>& kinds, SpreadPrior prior)
      : kinds_(kinds), prior_(prior), hits_(most()), misses_(most()), sizes_(most()) {
    Axis x{-14, 14, coarse};
    Axis y{-10, 12, coarse};
    for (const std::size_t points : {coarse, coarse, fine}) {
      weigh(x, y);
      zoom(x, y);
      x.points = y.points = points;
    }
    weigh(x, y);
    keep(x, y);
  }

  const std::vector<Point>& points() const { return points_; }

 private:
  std::int64_t most() const {
    std::int64_t most = 0;
    for (const auto& [kind, times] : kinds_)
      most = std::max(most, kind.first);
    return most;
  }

  double log_weight(double x, double y) {
    const double rate = 1 / (1 + std::exp(-x));
    const double rest = 1 / (1 + std::exp(x));
    const double d = std::exp(y);
    const double a = d * rate;
    const double b = d * rest;
    // The uniform prior of t and the prior of d, times what the change to x and y stretches.
    double sum = std::log(rate) + std::log(rest) + y;
    sum -= prior_ == SpreadPrior::gamma ? d : std::log1p(d * d / 100);
    hits_.set(a);
    misses_.set(b);
    sizes_.set(d);
    for (const auto& [kind, times] : kinds_) {
      const auto [size, hits] = kind;
      const auto count = static_cast<double>(times);
      if (size <= small_count) {
        sum += count * (hits_.at(hits) + misses_.at(size - hits) - sizes_.at(size));
      } else {
        sum +=
            count * (log_beta(a + static_cast<double>(hits), b + static_cast<double>(size - hits)) -
                     log_beta(a, b));
      }
    }
    return sum;
  }

  void weigh(const Axis& x, const Axis& y) {
    log_weights_.clear();
    for (std::size_t i = 0; i < x.points; ++i) {
      for (std::size_t j = 0; j < y.points; ++j)
        log_weights_.push_back(log_weight(x.at(i), y.at(j)));
    }
    greatest_ = *std::max_element(log_weights_.begin(), log_weights_.end());
  }

  // The smallest box around all that counts, a step wider on each side.
  void zoom(Axis& x, Axis& y) const {
    std::size_t left = x.points;
    std::size_t right = 0;
    std::size_t bottom = y.points;
    std::size_t top = 0;
    for (std::size_t i = 0; i < x.points; ++i) {
      for (std::size_t j = 0; j < y.points; ++j) {
        if (log_weights_[i * y.points + j] < greatest_ - outside) continue;
        left = std::min(left, i);
        right = std::max(right, i);
        bottom = std::min(bottom, j);
        top = std::max(top, j);
      }
    }
    const Axis wider_x{x.at(left) - x.step(), x.at(right) + x.step(), x.points};
    const Axis wider_y{y.at(bottom) - y.step(), y.at(top) + y.step(), y.points};
    x = wider_x;
    y = wider_y;
  }

  void keep(const Axis& x, const Axis& y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.points; ++i) {
      for (std::size_t j = 0; j < y.points; ++j) {
        const double log_share = log_weights_[i * y.points + j] - greatest_;
        if (log_share < -outside) continue;
        const double d = std::exp(y.at(j));
        const double share = std::exp(log_share);
        points_.push_back(
            {d / (1 + std::exp(-x.at(i))), d / (1 + std::exp(x.at(i))), x.at(i), share});
        sum += share;
      }
    }
    for (Point& point : points_)
      point.weight /= sum;
  }

  const std::map<Kind, std::int64_t>& kinds_;
  SpreadPrior prior_;
  Rising hits_;
  Rising misses_;
  Rising sizes_;
  std::vector<double> log_weights_;
  double greatest_ = 0;
  std::vector<Point> points_;
};

// A mixture of beta distributions, for one group.
class Mixture {
 public:
  Mixture(const std::vector<Point>& points, const Kind& kind) {
    double squares = 0;
    for (const Point& point : points) {
      Part part{point.a + static_cast<double>(kind.second),
                point.b + static_cast<double>(kind.first - kind.second), point.weight, 0};
      const double all = part.a + part.b;
      const double mean = part.a / all;
      mean_ += part.weight * mean;
      squares += part.weight * mean * (part.a + 1) / (all + 1);
      part.log_beta = log_beta(part.a, part.b);
      parts_.push_back(part);
    }
    variance_ = squares - mean_ * mean_;
  }

  double mean() const { return mean_; }

  // Newton's method from the quantile of a beta with the same mean and variance, kept between
  // bounds that close in.
  double quantile(double p) const {
    const double all = mean_ * (1 - mean_) / variance_ - 1;
    double low = 0;
    double high = 1;
    double x = beta_quantile(p, mean_ * all, (1 - mean_) * all);
    for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
      if (!(x > low && x < high)) x = low + (high - low) / 2;
      const double off = at_most(x) - p;
      (off < 0 ? low : high) = x;
      const double next = x - off / density(x);
      if (std::abs(next - x) < 1e-13 * x) break;
      x = next;
    }
    return std::clamp(x, low, high);
  }

 private:
  struct Part {
    double a;
    double b;
    double weight;
    double log_beta;
  };
  double at_most(double x) const {
    double sum = 0;
    for (const Part& part : parts_)
      sum += part.weight * beta_at_most(x, part.a, part.b);
    return sum;
  }
  double density(double x) const {
    const double log_x = std::log(x);
    const double log_rest = std::log1p(-x);
    double sum = 0;
    for (const Part& part : parts_) {
      sum += part.weight * std::exp((part.a - 1) * log_x + (part.b - 1) * log_rest - part.log_beta);
    }
    return sum;
  }

  std::vector<Part> parts_;
  double mean_ = 0;
  double variance_ = 0;
};

// The `p` quantile of t: between grid points, what lies below grows in a straight line of logit t.
double quantile_of_rate(const std::vector<Point>& points, double p) {
  std::map<double, double> by_x;
  for (const Point& point : points)
    by_x[point.x] += point.weight;
  double below = 0;  // half of a point's own weight lies below it
  double x = by_x.begin()->first;
  double at = 0;
  for (const auto& [next_x, weight] : by_x) {
    const double next = below + weight / 2;
    if (next >= p) {
      const double share = next > at ? (p - at) / (next - at) : 1;
      x += share * (next_x - x);
      break;
    }
    below += weight;
    at = next;
    x = next_x;
  }
  return 1 / (1 + std::exp(-x));
}

Result<void> check(std::span<const GroupCount> groups, double confidence) {
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  std::int64_t tested = 0;
  for (const GroupCount& group : groups) {
    if (group.hits < 0 || group.hits > group.size) {
      return wrong("hits must lie in [0, size], got " + std::to_string(group.hits) + " of " +
                   std::to_string(group.size));
    }
    if (group.size > 0) ++tested;
  }
  if (tested < 2) return wrong("at least 2 with trials, got " + std::to_string(tested));
  return {};
}

}  // namespace

Result<PooledRates> pooled_rates(std::span<const GroupCount> groups, double confidence,
                                 SpreadPrior prior) {
  TRUEBOUND_TRY_VOID(check(groups, confidence));
  std::map<Kind, std::int64_t> kinds;
  for (const GroupCount& group : groups)
    ++kinds[{group.size, group.hits}];
  const Posterior posterior(kinds, prior);
  const double tail = (1 - confidence) / 2;

  PooledRates rates;
  for (const Point& point : posterior.points()) {
    const double d = point.a + point.b;
    rates.mean += point.weight * point.a / d;
    rates.concentration += point.weight * d;
    rates.correlation += point.weight / (1 + d);
  }
  rates.interval = {quantile_of_rate(posterior.points(), tail),
                    quantile_of_rate(posterior.points(), 1 - tail)};
  // Groups with the same counts have the same posterior.
  std::map<Kind, PooledGroup> by_kind;
  for (const auto& [kind, times] : kinds) {
    const Mixture mixture(posterior.points(), kind);
    by_kind[kind] = {mixture.mean(), {mixture.quantile(tail), mixture.quantile(1 - tail)}};
  }
  for (const GroupCount& group : groups)
    rates.groups.push_back(by_kind[{group.size, group.hits}]);
  return rates;
}

}  // namespace truebound::stats
