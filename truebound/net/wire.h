#pragma once

// HTTP/1.1 messages from bytes, in whatever pieces they come: the reader behind client and server.
// It holds no more than its limits, whatever is sent.

#include <cstddef>
#include <memory>
#include <string_view>

#include "truebound/net/http.h"

namespace truebound::net {

/// What a message may be at most.
struct Limits {
  std::size_t header_bytes = std::size_t{64} << 10U;
  std::size_t body_bytes = std::size_t{16} << 20U;
};

/// How far a reader is.
enum class Reading { more, complete, failed };

/// Whether a response has a body: that to CONNECT has none.
enum class Body { expected, none };

/// Reads one response. Interim responses (1xx) are passed over.
class ResponseReader {
 public:
  explicit ResponseReader(const Limits& limits, Body body = Body::expected);
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;
  ~ResponseReader();

  /// Takes the next bytes.
  Reading put(std::string_view bytes);
  /// The connection has ended: the response is complete if its end is that of the connection.
  Reading end();

  Reading state() const;
  /// Whether anything has come at all.
  bool begun() const;
  /// Whether the connection can carry another request: complete, and nothing came after it.
  bool reusable() const;
  /// Whether only the end of the connection ends this body.
  bool ends_with_connection() const;
  /// Once complete.
  Response take();
  /// Once failed; the message says what is wrong, without an address.
  NetFailure failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one request.
class RequestReader {
 public:
  explicit RequestReader(const Limits& limits);
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;
  ~RequestReader();

  Reading put(std::string_view bytes);
  Reading state() const;
  bool begun() const;
  /// Whether the client lets the connection live.
  bool keeps_alive() const;
  /// Whether the client waits for `100 Continue` before it sends the body.
  bool waits_to_continue() const;
  Received take();
  NetFailure failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace truebound::net
