#include "truebound/crypto/salt.h"

#include <string>

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include "truebound/core/check.h"

namespace truebound::crypto {

std::string fresh_salt() {
  TRUEBOUND_CHECK(sodium_init() >= 0, "libsodium starts");
  std::string salt(32, '\0');
  randombytes_buf(salt.data(), salt.size());
  return salt;
}

}  // namespace truebound::crypto
