#include "bench/coverage/chances.h"

#include <algorithm>
#include <cmath>

namespace truebound::coverage {
namespace {

double choose_log(int n, int k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

std::vector<double> common_cause_chances(int size, const Cause& cause) {
  std::vector<double> chances(static_cast<std::size_t>(size) + 1, 0.0);
  const std::vector<double> copying = binomial_chances(size, std::sqrt(cause.correlation));
  for (int copies = 0; copies <= size; ++copies) {
    const std::vector<double> own = binomial_chances(size - copies, cause.rate);
    const double chance = copying[static_cast<std::size_t>(copies)];
    for (std::size_t hits = 0; hits < own.size(); ++hits) {
      chances[hits + static_cast<std::size_t>(copies)] += chance * cause.rate * own[hits];
      chances[hits] += chance * (1 - cause.rate) * own[hits];
    }
  }
  return chances;
}

std::vector<double> beta_chances(int size, const Cause& cause) {
  const double weight = (1 - cause.correlation) / cause.correlation;
  const double a = cause.rate * weight;
  const double b = (1 - cause.rate) * weight;
  std::vector<double> chances;
  for (int hits = 0; hits <= size; ++hits) {
    chances.push_back(std::exp(choose_log(size, hits) + std::lgamma(hits + a) +
                               std::lgamma(size - hits + b) - std::lgamma(size + a + b) -
                               std::lgamma(a) - std::lgamma(b) + std::lgamma(a + b)));
  }
  return chances;
}

}  // namespace

std::vector<double> binomial_chances(int n, double rate) {
  std::vector<double> chances(static_cast<std::size_t>(n) + 1, 0.0);
  if (rate <= 0 || rate >= 1) {
    (rate <= 0 ? chances.front() : chances.back()) = 1;
    return chances;
  }
  for (int hits = 0; hits <= n; ++hits) {
    chances[static_cast<std::size_t>(hits)] =
        std::exp(choose_log(n, hits) + hits * std::log(rate) + (n - hits) * std::log1p(-rate));
  }
  return chances;
}

std::vector<std::pair<int, double>> likely(int n, double rate) {
  std::vector<std::pair<int, double>> counts;
  const std::vector<double> chances = binomial_chances(n, rate);
  const double least = 2e-8 / (n + 1);
  for (int hits = 0; hits <= n; ++hits) {
    const double chance = chances[static_cast<std::size_t>(hits)];
    if (chance > least) counts.emplace_back(hits, chance);
  }
  return counts;
}

std::vector<double> cluster_chances(int size, const Cause& cause) {
  if (cause.correlation <= 0) return binomial_chances(size, cause.rate);
  return cause.dependence == Dependence::beta ? beta_chances(size, cause)
                                              : common_cause_chances(size, cause);
}

Wheel::Wheel(const std::vector<double>& chances) {
  double below = 0;
  for (const double chance : chances)
    below_.push_back(below += chance);
}

int Wheel::draw(RandomStream& stream) const {
  // The last sum may fall short of 1 by rounding.
  const auto found = std::upper_bound(below_.begin(), below_.end() - 1, stream.uniform());
  return static_cast<int>(found - below_.begin());
}

}  // namespace truebound::coverage
