// Property: whatever bytes come, in whatever pieces, the reader ends with the same response or the
// same failure, and holds no more than its limits. The first byte of an input gives the pieces.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/net/wire.h"

namespace {

using truebound::net::Limits;
using truebound::net::Reading;
using truebound::net::ResponseReader;

constexpr Limits limits{.header_bytes = 1024, .body_bytes = 4096};

// What came out, in words that can be compared.
std::string read(std::string_view bytes, std::size_t piece) {
  ResponseReader reader(limits);
  while (!bytes.empty() && reader.state() == Reading::more) {
    reader.put(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  reader.end();
  if (reader.state() == Reading::failed) {
    TRUEBOUND_CHECK(!reader.failure().message.empty(), "a failure that says why");
    TRUEBOUND_CHECK(reader.failure().received.size() <= 1024, "a short part of the body");
    return "failed";
  }
  TRUEBOUND_CHECK(reader.state() == Reading::complete, "an end after the end");
  const truebound::net::Response response = reader.take();
  TRUEBOUND_CHECK(response.body.size() <= limits.body_bytes, "a body within its limit");
  TRUEBOUND_CHECK(response.status >= 200, "no interim response");
  std::string words = std::to_string(response.status);
  std::size_t header_size = 0;
  for (const auto& [name, value] : response.headers) {
    words += "\n" + name + ":" + value;
    header_size += name.size() + value.size();
  }
  TRUEBOUND_CHECK(header_size <= 2 * limits.header_bytes,
                  "a header within its limit, and trailers");
  return words + "\n\n" + response.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = data[0] % 64 + std::size_t{1};
  const std::string whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  TRUEBOUND_CHECK(read(bytes, piece) == whole, "the same in pieces");
  return 0;
}
