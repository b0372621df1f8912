#include "truebound/stats/draws.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "truebound/core/check.h"

namespace truebound::stats {
namespace {

// log k! less Stirling's approximation of it.
double stirling_rest(double k) {
  static constexpr std::array<double, 10> table = {
      0.08106146679532726,  0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
      0.01664469118982119,  0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
      0.009255462182712733, 0.008330563433362871};
  if (k < 10) return table[static_cast<std::size_t>(k)];
  const double next = k + 1;
  const double square = next * next;
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / next;
}

// `rate` in (0, .5], n x rate < 10: adds up chances until they pass a uniform number.
std::int64_t by_inversion(RandomStream& stream, std::int64_t n, double rate) {
  const double odds = rate / (1 - rate);
  const double none = std::exp(static_cast<double>(n) * std::log1p(-rate));
  while (true) {
    double left = stream.uniform();
    double chance = none;
    for (std::int64_t k = 0; k <= n; ++k) {
      if (left < chance) return k;
      left -= chance;
      chance *= odds * static_cast<double>(n - k) / static_cast<double>(k + 1);
    }
    // The chances add up to 1 but for rounding: drawn again.
  }
}

// `rate` in (0, .5], n x rate >= 10: a transformed uniform number, accepted by the ratio of
// densities; most are accepted without a logarithm.
std::int64_t by_rejection(RandomStream& stream, std::int64_t trials, double rate) {
  const auto n = static_cast<double>(trials);
  const double deviation = std::sqrt(n * rate * (1 - rate));
  const double b = 1.15 + 2.53 * deviation;
  const double a = -0.0873 + 0.0248 * b + 0.01 * rate;
  const double center = n * rate + 0.5;
  const double squeeze = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * deviation;
  const double odds = rate / (1 - rate);
  const double mode = std::floor((n + 1) * rate);
  while (true) {
    const double u = stream.uniform() - 0.5;
    const double v = stream.uniform();
    const double edge = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / edge + b) * u + center);
    if (edge >= 0.07 && v <= squeeze) return static_cast<std::int64_t>(k);
    if (!(k >= 0 && k <= n)) continue;
    const double height = std::log(v * alpha / (a / (edge * edge) + b));
    const double density = (mode + 0.5) * std::log((mode + 1) / (odds * (n - mode + 1))) +
                           (n + 1) * std::log((n - mode + 1) / (n - k + 1)) +
                           (k + 0.5) * std::log(odds * (n - k + 1) / (k + 1)) +
                           stirling_rest(mode) + stirling_rest(n - mode) - stirling_rest(k) -
                           stirling_rest(n - k);
    if (height <= density) return static_cast<std::int64_t>(k);
  }
}

}  // namespace

Streams streams_of(std::uint64_t key) {
  return [key](std::int64_t draw) {
    // One stream gives the keys of the others: its n-th block depends on the key and n alone.
    const auto n = static_cast<std::uint64_t>(draw);
    const std::array<std::uint32_t, 4> block =
        philox4x32_10({static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32U), 1, 0},
                      {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32U)});
    return RandomStream((static_cast<std::uint64_t>(block[0]) << 32U) | block[1]);
  };
}

std::int64_t draw_binomial(RandomStream& stream, std::int64_t n, double rate) {
  TRUEBOUND_CHECK(n >= 0 && rate >= 0 && rate <= 1, "binomial draw: n >= 0, rate in [0, 1]");
  if (n == 0 || rate == 0) return 0;
  if (rate == 1) return n;
  if (rate > 0.5) return n - draw_binomial(stream, n, 1 - rate);
  return static_cast<double>(n) * rate < 10 ? by_inversion(stream, n, rate)
                                            : by_rejection(stream, n, rate);
}

std::int64_t draw_hypergeometric(RandomStream& stream, std::int64_t population, std::int64_t hits,
                                 std::int64_t drawn) {
  TRUEBOUND_CHECK(hits >= 0 && hits <= population && drawn >= 0 && drawn <= population,
                  "hypergeometric draw: hits and drawn in [0, population]");
  std::int64_t found = 0;
  for (; drawn > 0 && found < hits; --drawn, --population) {
    const std::uint64_t left = static_cast<std::uint64_t>(hits - found);
    if (stream.below(static_cast<std::uint64_t>(population)) < left) ++found;
  }
  return found;
}

}  // namespace truebound::stats
