#include "truebound/core/random.h"

#include <set>

#include "truebound/core/check.h"

namespace truebound {

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53;
  constexpr std::uint64_t multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9;
  constexpr std::uint32_t weyl_1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      key[0] += weyl_0;
      key[1] += weyl_1;
    }
    const std::uint64_t product_0 = multiplier_0 * counter[0];
    const std::uint64_t product_1 = multiplier_1 * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32U) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32U) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
  }
  return counter;
}

std::uint32_t RandomStream::next_word() {
  if (used_ == words_.size()) {
    words_ = philox4x32_10(
        {static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32U), 0, 0},
        {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32U)});
    ++block_;
    used_ = 0;
  }
  return words_[used_++];
}

double RandomStream::uniform() {
  const std::uint64_t high = next_word();
  const std::uint64_t low = next_word();
  return static_cast<double>(((high << 32U) | low) >> 11U) * 0x1.0p-53;
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  TRUEBOUND_CHECK(bound >= 1, "a bound of at least 1");
  // Rejecting the numbers over the last whole multiple of the bound keeps all results equally
  // likely.
  const std::uint64_t rejected_under = (0 - bound) % bound;
  while (true) {
    const std::uint64_t high = next_word();
    const std::uint64_t number = (high << 32U) | next_word();
    if (number >= rejected_under) return number % bound;
  }
}

std::vector<std::uint64_t> RandomStream::choose(std::uint64_t population, std::uint64_t count) {
  TRUEBOUND_CHECK(count <= population, "no more draws than there are to draw from");
  // Floyd's method: count draws, memory for the chosen only.
  std::set<std::uint64_t> chosen;
  for (std::uint64_t last = population - count; last < population; ++last) {
    const std::uint64_t drawn = below(last + 1);
    if (!chosen.insert(drawn).second) chosen.insert(last);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace truebound
