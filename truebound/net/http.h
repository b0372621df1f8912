#pragma once

// Folder: HTTP/1.1 as client and server, with TLS and proxies. It knows no word of evaluation, and
// gives up in words: a reply or one line that says what was wrong with the network.
//
// This header: messages as values.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace truebound::net {

/// Names and values in their order; a name may come twice.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of this name, in any case; empty when there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

/// Whether a name and a value may stand in a header: a token, and no control character.
bool may_be_header(std::string_view name, std::string_view value);

/// What a server answered.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

/// What a client asked.
struct Received {
  std::string method;
  std::string target;  ///< path and query, as they came
  Headers headers;
  std::string body;
};

/// Kinds of failure of the network.
enum class Fault {
  refused,    ///< no connection: no such host, nobody listens, no way there
  timeout,    ///< too slow
  tls,        ///< the certificate or the handshake is not good
  lost,       ///< the connection broke in the middle
  too_large,  ///< more than the limit
  malformed,  ///< no HTTP
  canceled    ///< we gave up
};
constexpr std::array<std::string_view, 7> words(Fault /*list*/) {
  return {"refused", "timeout", "tls", "lost", "too_large", "malformed", "canceled"};
}

/// Why there is no response, in one line that names the address; `received` is the part of the body
/// that had come, up to a kilobyte.
struct NetFailure {
  Fault fault = Fault::lost;
  std::string message;
  std::string received;
};

/// What becomes of a request.
using Answer = std::variant<Response, NetFailure>;

/// The head of a response as bytes, to the empty line. Length and transfer encoding are the
/// caller's.
std::string head_of(int status, const Headers& headers);

}  // namespace truebound::net
