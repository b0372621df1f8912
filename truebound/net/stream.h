#pragma once

// Bytes to and from a peer, plain or encrypted, each step with a deadline: what client and server
// stand on. All of it belongs to the event loop of the coroutine that made it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/http.h"

namespace truebound::net {

using Deadline = std::chrono::steady_clock::time_point;

/// What went wrong with a step, in words without an address.
struct Trouble {
  Trouble() = default;
  Trouble(Fault what, std::string said) : fault(what), words(std::move(said)) {}
  Fault fault = Fault::lost;
  std::string words;
};
/// Nothing: the step went well.
using Step = std::optional<Trouble>;

/// Certificates: what a client trusts, or what a server shows. Read once, used by all connections;
/// reading the system's certificates takes some 20 ms.
class Tls {
 public:
  /// Trusts these certificates and no others.
  /// @error invalid_input  no certificate in it
  static Result<std::shared_ptr<Tls>> trusting(const std::string& pem);
  /// Trusts what this system trusts.
  static std::shared_ptr<Tls> trusting_system();
  /// Shows a certificate with its key.
  /// @error invalid_input  they are no certificate and key that fit
  static Result<std::shared_ptr<Tls>> showing(const std::string& certificate_pem,
                                              const std::string& key_pem);
  Tls();
  ~Tls();
  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// How a connection is given up: with all bytes delivered, or broken.
enum class Close { clean, reset };

/// One connection. Not thread-safe; one step at a time, but close() at any.
class Stream {
 public:
  struct State;
  explicit Stream(std::shared_ptr<State> state);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// A stream of the caller's loop, not connected.
  static Task<std::shared_ptr<Stream>> make();

  Task<Step> connect(std::string host, std::uint16_t port, Deadline deadline);
  /// Makes it encrypted. A client checks the peer's certificate against `host`.
  Task<Step> encrypt(std::shared_ptr<Tls> tls, std::string host, Deadline deadline);
  Task<Step> accept_encrypted(std::shared_ptr<Tls> tls, Deadline deadline);
  Task<Step> write(std::string_view bytes, Deadline deadline);
  /// The next bytes, valid until the next read. Empty: the peer has ended the connection.
  Task<Step> read(std::string_view& bytes, Deadline deadline);

  /// Whether the peer ended an encrypted connection without saying so: then nobody knows whether
  /// all bytes came.
  bool was_truncated() const;
  /// Whether it is open and nothing has come, so that another request may be sent.
  bool is_idle() const;
  /// No deadline is pending any more: the stream rests.
  void rest();
  void close(Close how);

 private:
  std::shared_ptr<State> state_;
};

/// Keeps connections that rest, by key, until their loop ends or they are taken again.
Task<std::shared_ptr<Stream>> take_resting(std::string key);
Task<void> keep_resting(std::string key, std::shared_ptr<Stream> stream);

/// Accepts connections at a port.
class Listener {
 public:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  ~Listener();

  /// @param port  0: any that is free
  /// @error invalid_input  the address is none of ours, or the port is taken
  static Task<Result<std::unique_ptr<Listener>>> open(std::string host, std::uint16_t port);
  std::uint16_t port() const;
  /// The next connection; nothing once closed.
  Task<std::shared_ptr<Stream>> accept();
  void close();

 private:
  std::unique_ptr<State> state_;
};

/// Starts a task on the caller's loop without waiting for it.
Task<void> start(Task<void> task);

}  // namespace truebound::net
