#pragma once

// Ed25519 keys, their signatures, and the text forms that C2SP gives them. A key has a name; its id
// is short and only finds it: first 4 bytes of SHA-256(name, line end, 0x01, public key).
// @source C2SP signed-note; RFC 8032

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "truebound/core/file.h"
#include "truebound/core/result.h"

namespace truebound::crypto {

/// Whether `signature` (64 bytes) is one of `public_key` (32 bytes) over the bytes. libsodium's
/// rule: keys and points R of small order or with two spellings are refused, and so is an S that is
/// not reduced; other libraries accept some of these.
bool verify_ed25519(std::string_view public_key, std::string_view bytes,
                    std::string_view signature);

/// A key's short id, as note signatures carry it.
std::uint32_t ed25519_key_id(std::string_view name, std::string_view public_key);

/// A private key with its name. Its bytes are wiped when it goes. Signing is for any thread.
class Signer {
 public:
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  ~Signer();

  /// The key in a file; where there is none, a new one named `name` is written there, for its owner
  /// alone (0600), with the folders that it needs. A key that is there keeps its own name.
  /// @error invalid_input  the file cannot be read or written, holds no key, or others may read it
  static Result<Signer> load_or_create(const Path& key_file, const std::string& name);

  /// A key from `PRIVATE+KEY+<name>+<id>+<base64 of 0x01 and 32 bytes>`.
  /// @error invalid_input  anything else; the message does not repeat the text
  static Result<Signer> parse(std::string_view text);

  /// The 64 bytes of the signature over the bytes; the same bytes give the same signature.
  std::string sign(std::string_view bytes) const;

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  /// `<name>+<id, 8 hexadecimal digits>+<base64 of 0x01 and the public key>`: what others verify
  /// by.
  std::string verifier_key() const;

 private:
  struct Secret;
  Signer(std::string name, std::unique_ptr<Secret> secret);
  static Result<void> create(const Path& key_file, const std::string& name);
  std::string text() const;

  std::string name_;
  std::unique_ptr<Secret> secret_;
  std::uint32_t key_id_ = 0;
};

/// A public key with its name. Immutable after construction.
class Verifier {
 public:
  /// From the text that Signer::verifier_key gives.
  /// @error malformed  no such text, an id that does not fit, or a key that is no point of the
  ///        curve's main subgroup (of small order: signatures for it can be made without a secret)
  static Result<Verifier> parse(std::string_view text);

  bool verify(std::string_view bytes, std::string_view signature) const;

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  /// The text that it was parsed from.
  std::string text() const;

 private:
  Verifier(std::string name, std::string public_key);

  std::string name_;
  std::string public_key_;
  std::uint32_t key_id_ = 0;
};

/// Whether C2SP allows it: not empty, UTF-8, no `+`, no space of any script, no control characters.
bool is_key_name(std::string_view name);

}  // namespace truebound::crypto
