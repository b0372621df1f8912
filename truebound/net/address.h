#pragma once

// Addresses of the form http://host:port/path?query, and by which proxy one is reached.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::net {

/// Where a request goes.
struct Address {
  std::string scheme;  ///< http or https
  std::string host;    ///< a name or an address; no brackets around IPv6
  std::uint16_t port = 0;
  std::string path;   ///< percent-encoded; never empty
  std::string query;  ///< percent-encoded, without `?`

  bool encrypted() const { return scheme == "https"; }
  /// `host:port` as CONNECT and keys of a pool have it, IPv6 in brackets.
  std::string authority() const;
  /// `host` header: the port only where it is not the scheme's own.
  std::string host_header() const;
  /// `http://host:port`, the port only where it is not the scheme's own. Holds no secret.
  std::string origin() const;
  /// Path and query.
  std::string target() const;
};

/// @error invalid_input  it is no http or https address; it holds a user or password, which would
///                       be told to whoever reads the address; it has a fragment
Result<Address> parse_address(std::string_view text);

/// `name=value&...`, percent-encoded.
std::string encode_query(const std::vector<std::pair<std::string, std::string>>& values);

/// A proxy, and what it wants to be told.
struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< a whole header value; empty: none. Never printed
};

/// The proxies of an environment.
struct Proxies {
  std::optional<Proxy> http;
  std::optional<Proxy> https;
  std::vector<std::string> direct;  ///< hosts that are reached without; `*`: all

  /// The proxy for an address, or nothing.
  const Proxy* of(const Address& address) const;
};

/// From http_proxy (lower case only: a server's environment may hold HTTP_PROXY from a request's
/// header), https_proxy, all_proxy and no_proxy, the last three in either case.
/// @param variable  the value of an environment variable, or nothing
/// @error invalid_input  a proxy that is no http address
Result<Proxies> proxies_of(
    const std::function<std::optional<std::string>(const std::string&)>& variable);

/// The same from this process's environment.
Result<Proxies> proxies_of_environment();

}  // namespace truebound::net
