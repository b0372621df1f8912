#include "truebound/crypto/signer.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sodium/core.h>
#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_sign.h>
#include <sodium/utils.h>
#include <sys/stat.h>
#include <unistd.h>

#include "truebound/core/bytes.h"
#include "truebound/core/check.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"
#include "truebound/crypto/sha256.h"
#include "truebound/crypto/utf8.h"

namespace truebound::crypto {
namespace {

constexpr char ed25519_type = '\x01';
constexpr std::string_view private_prefix = "PRIVATE+KEY+";

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string id_text(std::uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(id >> static_cast<unsigned>(shift));
  }
  return to_hex(bytes);
}

// name+id+base64: both key texts end so.
struct KeyText {
  std::string name;
  std::string id;
  std::string key;
};

Result<KeyText> split_key(std::string_view text) {
  const auto bad = [](const std::string& why) {
    return Error{.code = ErrorCode::malformed, .message = "key: " + why};
  };
  const std::size_t first = text.find('+');
  const std::size_t second =
      first == std::string_view::npos ? std::string_view::npos : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad("expected name+id+base64");
  KeyText parts;
  parts.name = text.substr(0, first);
  parts.id = text.substr(first + 1, second - first - 1);
  if (!is_key_name(parts.name)) return bad("its name is empty or has spaces");
  TRUEBOUND_TRY(bytes, from_base64(text.substr(second + 1)));
  if (bytes.size() != 33 || bytes[0] != ed25519_type) {
    return bad("expected the type Ed25519 (0x01) and 32 bytes, got " +
               std::to_string(bytes.size()) + " bytes");
  }
  parts.key = bytes.substr(1);
  return parts;
}

// Makes the file with all of its bytes or not at all, also where another process does the same.
Result<void> create_private_file(const Path& path, const std::string& bytes) {
  Path draft = path;
  draft += ".new" + std::to_string(::getpid());
  {
    const FileDescriptor file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.is_open()) return write_error(path, errno);
    Result<void> written = write_all(file, bytes, path);
    if (written.ok() && ::fsync(file.number()) != 0) written = write_error(path, errno);
    if (!written.ok()) {
      ::unlink(draft.c_str());
      return written;
    }
  }
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error_number = errno;
  ::unlink(draft.c_str());
  if (linked != 0 && error_number != EEXIST) return write_error(path, error_number);
  return {};
}

Result<void> make_folders(const Path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return write_error(folder, failed.value());
  return {};
}

}  // namespace

struct Signer::Secret {
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { sodium_memzero(key, sizeof key); }

  std::string_view seed() const { return {reinterpret_cast<const char*>(key), 32}; }
  std::string_view public_key() const { return {reinterpret_cast<const char*>(key) + 32, 32}; }

  unsigned char key[crypto_sign_SECRETKEYBYTES] = {};
};

bool verify_ed25519(std::string_view public_key, std::string_view bytes,
                    std::string_view signature) {
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES) return false;
  if (signature.size() != crypto_sign_BYTES) return false;
  return crypto_sign_verify_detached(raw(signature), raw(bytes), bytes.size(), raw(public_key)) ==
         0;
}

std::uint32_t ed25519_key_id(std::string_view name, std::string_view public_key) {
  Sha256 hash;
  hash.add(name).add("\n").add({&ed25519_type, 1}).add(public_key);
  const Digest digest = hash.finish();
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    id = id << 8U | digest.bytes[i];
  }
  return id;
}

Signer::Signer(std::string name, std::unique_ptr<Secret> secret)
    : name_(std::move(name)),
      secret_(std::move(secret)),
      key_id_(ed25519_key_id(name_, secret_->public_key())) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

Result<Signer> Signer::parse(std::string_view text) {
  const auto bad = [](const std::string& why) { return invalid_input("private key: " + why); };
  if (text.substr(0, private_prefix.size()) != private_prefix) {
    return bad("expected a text that begins with PRIVATE+KEY+");
  }
  const Result<KeyText> parts = split_key(text.substr(private_prefix.size()));
  if (!parts.ok()) return bad(parts.error().message);
  auto secret = std::make_unique<Secret>();
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, secret->key, raw(parts.value().key));
  Signer signer(parts.value().name, std::move(secret));
  if (id_text(signer.key_id_) != parts.value().id) {
    return bad("its id is " + parts.value().id + ", its bytes give " + id_text(signer.key_id_));
  }
  return signer;
}

Result<void> Signer::create(const Path& key_file, const std::string& name) {
  if (!is_key_name(name)) {
    return invalid_input("key name: expected no spaces and no +, got '" + name + "'");
  }
  const Path folder = key_file.has_parent_path() ? key_file.parent_path() : Path(".");
  TRUEBOUND_TRY_VOID(make_folders(folder));
  TRUEBOUND_CHECK(sodium_init() >= 0, "libsodium starts");
  auto secret = std::make_unique<Secret>();
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_keypair(public_key, secret->key);
  const Signer made(name, std::move(secret));
  TRUEBOUND_TRY_VOID(create_private_file(key_file, made.text() + "\n"));
  return sync_folder(folder);
}

Result<Signer> Signer::load_or_create(const Path& key_file, const std::string& name) {
  const auto unreadable = [&key_file] {
    return invalid_input(key_file.string() + ": cannot be read: " + system_message());
  };
  struct stat status = {};
  if (::stat(key_file.c_str(), &status) != 0) {
    if (errno != ENOENT) return unreadable();
    TRUEBOUND_TRY_VOID(create(key_file, name));
    if (::stat(key_file.c_str(), &status) != 0) return unreadable();
  }
  if ((status.st_mode & 077U) != 0) {
    return invalid_input(key_file.string() +
                         ": expected to be readable by its owner alone; chmod 600 it");
  }
  TRUEBOUND_TRY(text, read_file(key_file));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  Result<Signer> signer = parse(text);
  sodium_memzero(text.data(), text.size());
  if (!signer.ok()) return invalid_input(key_file.string() + ": " + signer.error().message);
  return signer;
}

std::string Signer::sign(std::string_view bytes) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, raw(bytes),
                       bytes.size(), secret_->key);
  return signature;
}

std::string Signer::verifier_key() const {
  std::string key(1, ed25519_type);
  key += secret_->public_key();
  return name_ + "+" + id_text(key_id_) + "+" + to_base64(key);
}

std::string Signer::text() const {
  std::string key(1, ed25519_type);
  key += secret_->seed();
  return std::string(private_prefix) + name_ + "+" + id_text(key_id_) + "+" + to_base64(key);
}

Verifier::Verifier(std::string name, std::string public_key)
    : name_(std::move(name)),
      public_key_(std::move(public_key)),
      key_id_(ed25519_key_id(name_, public_key_)) {}

Result<Verifier> Verifier::parse(std::string_view text) {
  TRUEBOUND_TRY(parts, split_key(text));
  Verifier verifier(parts.name, parts.key);
  if (id_text(verifier.key_id_) != parts.id) {
    return Error{
        .code = ErrorCode::malformed,
        .message = "key: its id is " + parts.id + ", its bytes give " + id_text(verifier.key_id_)};
  }
  if (crypto_core_ed25519_is_valid_point(raw(parts.key)) != 1) {
    return Error{.code = ErrorCode::malformed,
                 .message = "key: expected a point of the main subgroup, got a weak key"};
  }
  return verifier;
}

bool Verifier::verify(std::string_view bytes, std::string_view signature) const {
  return verify_ed25519(public_key_, bytes, signature);
}

std::string Verifier::text() const {
  return name_ + "+" + id_text(key_id_) + "+" + to_base64(ed25519_type + public_key_);
}

bool is_key_name(std::string_view name) {
  const auto points = decode_utf8(name);
  if (!points || points->empty()) return false;
  for (const char32_t point : *points) {
    if (point == U'+' || point < 0x20 || is_unicode_space(point)) return false;
  }
  return true;
}

}  // namespace truebound::crypto
