#pragma once

// Counter-based random streams: Philox4x32-10. A stream is a key; its n-th number depends on the
// key and n alone, so what one attempt draws does not depend on what another drew, nor on the order
// in which they ran. The standard library's distributions differ between libraries: not used.
// @source Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3"

#include <array>
#include <cstdint>
#include <vector>

namespace truebound {

/// The Philox4x32 bijection with 10 rounds: four words from a counter and a key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

/// A stream of random numbers. Copy it to draw the same numbers again. Not thread-safe.
class RandomStream {
 public:
  /// @param key  the 64 bits that name the stream; see crypto/stream.h for how keys are made
  explicit RandomStream(std::uint64_t key) : key_(key) {}

  /// The next 32 random bits.
  std::uint32_t next_word();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [0, bound), without bias. bound >= 1.
  std::uint64_t below(std::uint64_t bound);
  /// `count` different numbers of [0, population), each subset equally likely, ascending.
  std::vector<std::uint64_t> choose(std::uint64_t population, std::uint64_t count);

 private:
  std::uint64_t key_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

}  // namespace truebound
