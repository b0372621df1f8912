#include "truebound/crypto/sha256.h"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/types.h>
#include <sys/types.h>
#include <unistd.h>

#include "truebound/core/bytes.h"
#include "truebound/core/check.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::crypto {
namespace {

// OpenSSL 3 looks an algorithm up at every use unless it is fetched once; for an entry of a hundred
// bytes the looking up takes longer than the hashing.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  TRUEBOUND_CHECK(fetched != nullptr, "OpenSSL has SHA-256");
  return fetched;
}

}  // namespace

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    TRUEBOUND_CHECK(context != nullptr, "memory for a SHA-256");
    start();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void start() const {
    TRUEBOUND_CHECK(EVP_DigestInit_ex(context, algorithm(), nullptr) == 1, "SHA-256 starts");
  }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Sha256& Sha256::add(std::string_view bytes) {
  TRUEBOUND_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1,
                  "SHA-256 takes bytes");
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  unsigned size = 0;
  TRUEBOUND_CHECK(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), &size) == 1,
                  "SHA-256 ends");
  TRUEBOUND_CHECK(size == digest.bytes.size(), "a SHA-256 has 32 bytes");
  state_->start();
  return digest;
}

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned size = 0;
  TRUEBOUND_CHECK(
      EVP_Digest(bytes.data(), bytes.size(), digest.bytes.data(), &size, algorithm(), nullptr) == 1,
      "SHA-256 of bytes");
  return digest;
}

Result<Digest> sha256_file(const Path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return invalid_input(path.string() + ": cannot be read: " + system_message());
  }
  Sha256 hash;
  std::string buffer(1U << 18U, '\0');
  while (true) {
    const ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return invalid_input(path.string() + ": cannot be read: " + system_message());
    if (count == 0) return hash.finish();
    hash.add({buffer.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace truebound::crypto
