#pragma once

// How many units of a cluster hit, as a list of chances: the same list serves exact enumeration
// and, summed up, the drawing of a cluster by one random number.

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/random.h"

namespace truebound::coverage {

/// How units of a cluster come to resemble each other. Both give each unit the rate and each pair
/// the correlation; they differ in everything else.
enum class Dependence {
  common_cause,  ///< a unit copies one draw of its cluster with the chance root(correlation)
  beta,          ///< each cluster has its own rate, from a beta distribution
};
constexpr std::array<std::string_view, 2> words(Dependence /*list*/) {
  return {"common cause", "beta"};
}

/// What a cluster's units do.
struct Cause {
  double rate = 0;         ///< in (0, 1)
  double correlation = 0;  ///< of two units of one cluster, in [0, 1)
  Dependence dependence = Dependence::common_cause;
};

/// Chances of 0, 1, ..., n hits of n independent trials; `rate` in [0, 1].
std::vector<double> binomial_chances(int n, double rate);

/// Numbers of hits with their chances, those left out that together weigh less than 2e-8.
std::vector<std::pair<int, double>> likely(int n, double rate);

/// Chances of 0, 1, ..., `size` hits in a cluster.
/// @source beta-binomial: Skellam (1948), JRSS B 10:257-261
std::vector<double> cluster_chances(int size, const Cause& cause);

/// A list of chances to draw from: one uniform number a draw.
class Wheel {
 public:
  explicit Wheel(const std::vector<double>& chances);
  int draw(RandomStream& stream) const;

 private:
  std::vector<double> below_;
};

}  // namespace truebound::coverage
