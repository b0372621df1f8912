#include "truebound/net/address.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

#include "truebound/core/result.h"
#include "truebound/crypto/base64.h"

namespace truebound::net {
namespace {

namespace urls = boost::urls;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

std::string lowercase(std::string_view text) {
  std::string made(text);
  for (char& letter : made) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return made;
}

std::uint16_t port_of(const urls::url_view& url, const std::string& scheme) {
  if (url.has_port() && url.port_number() != 0) return url.port_number();
  return scheme == "https" ? https_port : http_port;
}

bool is_own_port(const Address& address) {
  return address.port == (address.encrypted() ? https_port : http_port);
}

// An address as it may be shown: what stands before `@` could be a password.
std::string shown(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return std::string(text.substr(0, 200));
  const std::size_t slashes = text.find("//");
  const std::string_view scheme = slashes < at ? text.substr(0, slashes + 2) : std::string_view();
  return std::string(scheme) + "(hidden)" + std::string(text.substr(at, 200));
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string plain_host(const urls::url_view& url) {
  std::string host = lowercase(url.host());
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

Result<Proxy> parse_proxy(std::string text) {
  if (text.find("://") == std::string::npos) text = "http://" + text;
  const auto parsed = urls::parse_uri(text);
  if (!parsed || parsed->host().empty() || lowercase(std::string(parsed->scheme())) != "http") {
    return invalid_input("proxy: expected http://host:port, got " + shown(text));
  }
  Proxy proxy{.host = plain_host(*parsed), .port = port_of(*parsed, "http")};
  if (parsed->has_userinfo()) {
    const std::string credentials =
        std::string(parsed->user()) + ":" + std::string(parsed->password());
    proxy.authorization = "Basic " + crypto::to_base64(credentials);
  }
  return proxy;
}

bool goes_direct(const Address& address, const std::string& rule) {
  if (rule == "*") return true;
  std::string name = rule;
  const std::size_t colon = name.rfind(':');
  if (colon != std::string::npos && name.find(':') == colon) {
    if (name.substr(colon + 1) != std::to_string(address.port)) return false;
    name.resize(colon);
  }
  if (name.starts_with("*.")) name.erase(0, 2);
  if (name.starts_with('.')) name.erase(0, 1);
  if (name.empty()) return false;
  return address.host == name || address.host.ends_with("." + name);
}

}  // namespace

std::string Address::authority() const {
  return bracketed(host) + ":" + std::to_string(port);
}

std::string Address::host_header() const {
  return is_own_port(*this) ? bracketed(host) : authority();
}

std::string Address::origin() const {
  return scheme + "://" + host_header();
}

std::string Address::target() const {
  return query.empty() ? path : path + "?" + query;
}

Result<Address> parse_address(std::string_view text) {
  const auto parsed = urls::parse_uri(text);
  const auto refuse = [&](const std::string& expected) {
    return invalid_input("address: expected " + expected + ", got " + shown(text));
  };
  if (!parsed) return refuse("http://host/path or https://host/path");
  const urls::url_view url = *parsed;
  Address address{.scheme = lowercase(std::string(url.scheme())), .host = plain_host(url)};
  if (address.scheme != "http" && address.scheme != "https") return refuse("http or https");
  if (address.host.empty()) return refuse("a host");
  if (url.has_userinfo()) return refuse("no user or password in it");
  if (url.has_fragment()) return refuse("no # in it");
  address.port = port_of(url, address.scheme);
  address.path = std::string(url.encoded_path());
  if (address.path.empty()) address.path = "/";
  address.query = std::string(url.encoded_query());
  return address;
}

std::string encode_query(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string query;
  for (const auto& [name, value] : values) {
    if (!query.empty()) query += "&";
    query += urls::encode(name, urls::unreserved_chars) + "=" +
             urls::encode(value, urls::unreserved_chars);
  }
  return query;
}

const Proxy* Proxies::of(const Address& address) const {
  const std::optional<Proxy>& proxy = address.encrypted() ? https : http;
  if (!proxy) return nullptr;
  const bool leave_out = std::ranges::any_of(
      direct, [&](const std::string& rule) { return goes_direct(address, rule); });
  return leave_out ? nullptr : &*proxy;
}

Result<Proxies> proxies_of(
    const std::function<std::optional<std::string>(const std::string&)>& variable) {
  const auto first = [&](const std::vector<std::string>& names) -> std::string {
    for (const std::string& name : names) {
      const std::optional<std::string> value = variable(name);
      if (value && !value->empty()) return *value;
    }
    return "";
  };
  Proxies proxies;
  const std::string http = first({"http_proxy", "all_proxy", "ALL_PROXY"});
  const std::string https = first({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (!http.empty()) {
    TRUEBOUND_TRY(proxy, parse_proxy(http));
    proxies.http = std::move(proxy);
  }
  if (!https.empty()) {
    TRUEBOUND_TRY(proxy, parse_proxy(https));
    proxies.https = std::move(proxy);
  }
  std::string rule;
  for (const char letter : first({"no_proxy", "NO_PROXY"}) + ",") {
    if (letter != ',' && letter != ' ') {
      rule += letter;
      continue;
    }
    if (!rule.empty()) proxies.direct.push_back(lowercase(rule));
    rule.clear();
  }
  return proxies;
}

Result<Proxies> proxies_of_environment() {
  return proxies_of([](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  });
}

}  // namespace truebound::net
