#include "bench/coverage/tally.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace truebound::coverage {
namespace {

// Sums of a million chances come short of 1 by less.
constexpr double rounding = 1e-9;
constexpr double nominal = .95;
// One of a thousand cells would go further by chance alone.
constexpr double deviations = 3.3;

}  // namespace

void Tally::add(const Limits& limits, double rate, double times) {
  weight += times;
  if (limits.lower <= rate && rate <= limits.upper) two_sided += times;
  if (limits.above <= rate) above += times;
  if (rate <= limits.below) below += times;
}

Tally Tally::shares() const {
  if (weight <= 0) return {.weight = 1, .two_sided = 1, .above = 1, .below = 1};
  return {.weight = 1,
          .two_sided = two_sided / weight,
          .above = above / weight,
          .below = below / weight};
}

void Lowest::add(const Tally& shares) {
  ++cells;
  two_sided = std::min(two_sided, shares.two_sided);
  above = std::min(above, shares.above);
  below = std::min(below, shares.below);
  under_94 += shares.two_sided < .94 - rounding ? 1 : 0;
  under_95 += shares.two_sided < nominal - rounding ? 1 : 0;
}

double noise(std::int64_t runs) {
  return deviations * std::sqrt(nominal * (1 - nominal) / static_cast<double>(runs));
}

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string head(const std::vector<std::string>& cells) {
  return row(cells) + row(std::vector<std::string>(cells.size(), "---"));
}

std::string coverage_text(double share) {
  return fmt::format("{:.3f}", std::floor(share * 1000 + rounding) / 1000);
}

std::string percent_text(double rate) {
  return fmt::format("{:g} %", 100 * rate);
}

}  // namespace truebound::coverage
