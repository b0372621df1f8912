#include "truebound/crypto/base64.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <sodium/utils.h>

#include "truebound/core/result.h"

namespace truebound::crypto {

std::string to_base64(std::string_view bytes) {
  const std::size_t capacity =
      sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  std::string text(capacity, '\0');
  sodium_bin2base64(text.data(), capacity, reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  // libsodium counts and writes a final NUL.
  text.pop_back();
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const int status =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (status != 0) {
    return Error{.code = ErrorCode::malformed,
                 .message = "base64: expected the standard alphabet with padding, got other text"};
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace truebound::crypto
