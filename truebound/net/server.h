#pragma once

// A small HTTP server: coroutines of one event loop, a function that answers. What it writes is up
// to that function, byte by byte if need be, so that a test can break every rule.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/http.h"
#include "truebound/net/stream.h"
#include "truebound/net/wire.h"

namespace truebound::net {

/// Where a server listens.
struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address of this machine
  std::uint16_t port = 0;          ///< 0: any that is free
  std::string certificate_pem;     ///< with `key_pem`: https
  std::string key_pem;
  Limits limits;
  std::chrono::milliseconds idle_timeout{120000};  ///< until a whole request has come
};

/// One request that is being answered.
class Exchange {
 public:
  Exchange(Received received, Stream& stream) : received_(std::move(received)), stream_(stream) {}

  const Received& received() const { return received_; }
  /// A whole answer; the content's length is added.
  /// @return whether the client is still there
  Task<bool> respond(Response response);
  /// Bytes as they are, head and framing included.
  Task<bool> write(std::string bytes);
  /// Ends the connection after this.
  void close(Close how);
  bool closed() const { return closed_; }

 private:
  Received received_;
  Stream& stream_;
  bool closed_ = false;
};

/// Listens, and answers each request by a coroutine of its own.
class Server {
 public:
  using Answering = std::function<Task<void>(Exchange&)>;

  /// Listens from now on, in the caller's loop.
  /// @error invalid_input  an address that is none of this machine's; a port that is taken;
  ///                       a certificate that cannot be used
  static Task<Result<std::unique_ptr<Server>>> open(ServerOptions options);
  ~Server();

  std::uint16_t port() const;
  /// `http://127.0.0.1:4711`
  std::string address() const;
  /// Answers until stop().
  Task<void> serve(Answering answering);
  /// From any thread, or a signal handler.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace truebound::net
