#include "truebound/crypto/stream.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "truebound/core/bytes.h"
#include "truebound/core/random.h"
#include "truebound/crypto/sha256.h"

namespace truebound::crypto {

RandomStream open_stream(std::string_view seed, std::string_view subject,
                         std::string_view purpose) {
  Sha256 hash;
  hash.add("truebound/stream/v1\n").add(seed).add("\n").add(subject).add("\n").add(purpose);
  const Digest digest = hash.finish();
  std::uint64_t key = 0;
  for (std::size_t i = 8; i > 0; --i) {
    key = key << 8U | digest.bytes[i - 1];
  }
  return RandomStream(key);
}

}  // namespace truebound::crypto
