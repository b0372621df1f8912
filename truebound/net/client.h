#pragma once

// The HTTP client: connections that are kept and used again, certificates that are checked, proxies
// by the environment's variables, and a limit on everything: time, header, body. Redirects are not
// followed: a 3xx is an answer like others.

#include <chrono>
#include <memory>
#include <string>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/address.h"
#include "truebound/net/http.h"
#include "truebound/net/wire.h"

namespace truebound::net {

/// What is asked. `host`, `content-length` and `user-agent` are added.
struct Request {
  // Affects the result.
  std::string method = "POST";
  Address address;
  Headers headers;
  std::string body;

  // Affects speed or cost only.
  std::chrono::milliseconds timeout{60000};  ///< of all of it, from the connection on
};

/// How requests go out.
struct ClientOptions {
  // Affects the result.
  std::string ca_pem;  ///< the only certificates that are trusted; empty: the system's
  Limits limits;

  // Affects speed or cost only.
  Proxies proxies;
  std::chrono::milliseconds connect_timeout{10000};  ///< until connected, certificates included
  std::chrono::milliseconds idle_timeout{60000};     ///< between two pieces of an answer
};

/// Sends requests, many at once from one event loop. It must outlive them; it may be used from one
/// loop after another. Not thread-safe.
class Client {
 public:
  /// @error invalid_input  `ca_pem` holds no certificate
  static Result<std::unique_ptr<Client>> make(ClientOptions options);
  ~Client();

  /// One request and its answer. It is sent once: a failure is for the caller to judge.
  Task<Answer> send(Request request);

  /// Ends what is under way; it and all later requests fail as canceled. From the loop's thread.
  void cancel();

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace truebound::net
