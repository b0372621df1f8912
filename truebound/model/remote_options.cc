#include "truebound/model/remote_options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/specification.h"
#include "truebound/json/value.h"
#include "truebound/model/model.h"
#include "truebound/model/pace.h"
#include "truebound/model/protocol.h"
#include "truebound/model/remote.h"
#include "truebound/net/address.h"
#include "truebound/net/client.h"
#include "truebound/net/http.h"

namespace truebound::model {

RemoteOptions::RemoteOptions(const RemoteKind& kind, const Casting& casting)
    : kind_(kind),
      casting_(casting),
      options_(casting.specification),
      place_("models." + casting.name + ": ") {}

Result<Dialect> RemoteOptions::dialect() const {
  Dialect made{.place = "models." + casting_.name,
               .name = options_.text("name"),
               .token_limit_name = options_.text("token_limit_name")};
  if (made.token_limit_name.empty()) made.token_limit_name = "max_tokens";
  constexpr std::array<std::string_view, 2> names = {"max_tokens", "max_completion_tokens"};
  if (std::ranges::find(names, made.token_limit_name) == names.end()) {
    return wrong("token_limit_name must be max_tokens or max_completion_tokens, got " +
                 made.token_limit_name);
  }
  if (is_set("allow_other_model")) made.other_model = Dialect::OtherModel::allowed;
  if (is_set("stream")) made.delivery = Dialect::Delivery::streamed;
  if (const json::Value* extra = options_.options.find("extra_body")) made.extra_body = *extra;
  TRUEBOUND_TRY_VOID(check_extra(made.extra_body));
  TRUEBOUND_TRY(key, secret());
  made.secret = std::move(key);
  return made;
}

Result<net::Address> RemoteOptions::address() const {
  std::string url = options_.text("url");
  while (url.ends_with('/')) {
    url.pop_back();
  }
  auto parsed = net::parse_address(url);
  if (!parsed.ok()) return wrong("url: " + parsed.error().message);
  net::Address address = std::move(parsed).value();
  if (!address.query.empty()) return wrong("url: expected no ? in it; query: takes what follows");
  while (address.path.ends_with('/')) {
    address.path.pop_back();
  }
  if (!address.path.ends_with(kind_.path)) address.path += kind_.path;
  TRUEBOUND_TRY(query, texts("query"));
  address.query = net::encode_query(query);
  return address;
}

Result<net::Headers> RemoteOptions::headers(const std::string& key) const {
  constexpr std::array<std::string_view, 6> ours = {
      "authorization", "content-length", "connection", "host", "transfer-encoding", "content-type"};
  net::Headers made{{"content-type", "application/json"}, {"accept", accept()}};
  if (!key.empty()) {
    const std::string name = options_.text("key_header");
    made.emplace_back(name.empty() ? kind_.key_header : name,
                      name.empty() ? kind_.key_prefix + key : key);
  }
  TRUEBOUND_TRY(more, texts("headers"));
  for (const auto& [name, value] : kind_.headers) {
    const bool is_given = std::ranges::any_of(more, [&](const auto& header) {
      return !net::find_header(net::Headers{{header.first, "there"}}, name).empty();
    });
    if (!is_given) made.emplace_back(name, value);
  }
  for (const auto& [name, value] : more) {
    const bool is_ours = std::ranges::any_of(ours, [&](std::string_view taken) {
      const net::Headers one{{name, "there"}};
      return !net::find_header(one, taken).empty();
    });
    if (is_ours) {
      return wrong("headers: " + name + " is set by truebound; a key comes by key_env, and its " +
                   "header's name by key_header");
    }
    if (!net::may_be_header(name, value)) {
      return wrong("headers: " + name + ": expected a header");
    }
    made.emplace_back(name, value);
  }
  return made;
}

Result<PaceLimits> RemoteOptions::pace() const {
  PaceLimits limits;
  for (auto [name, limit] : {std::pair("requests_a_minute", &limits.requests_a_minute),
                             std::pair("tokens_a_minute", &limits.tokens_a_minute)}) {
    *limit = options_.whole(name);
    if (*limit && **limit < 1) {
      return wrong(std::string(name) + " must be >= 1, got " + std::to_string(**limit));
    }
  }
  return limits;
}

bool RemoteOptions::keeps_answers() const {
  return is_set("cache");
}

Result<net::ClientOptions> RemoteOptions::client() const {
  net::ClientOptions made;
  const std::string file = options_.text("ca_file");
  if (!file.empty()) {
    TRUEBOUND_TRY(pem, casting_.files.read(file));
    made.ca_pem = std::move(pem);
  }
  TRUEBOUND_TRY(proxies, net::proxies_of_environment());
  made.proxies = std::move(proxies);
  return made;
}

json::Value RemoteOptions::identity(const Dialect& dialect) const {
  json::Object identity{
      {"provider", kind_.provider}, {"served", dialect.name}, {"url", dialect.url}};
  for (const char* name : {"extra_body", "query", "token_limit_name", "stream"}) {
    if (const json::Value* value = options_.options.find(name)) {
      identity.emplace_back(name, *value);
    }
  }
  return identity;
}

Error RemoteOptions::wrong(const std::string& message) const {
  return invalid_input(place_ + message);
}

bool RemoteOptions::is_set(std::string_view name) const {
  const json::Value* value = options_.options.find(name);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

std::string RemoteOptions::accept() const {
  return is_set("stream") ? "text/event-stream, application/json" : "application/json";
}

// The key, from the environment only: a plan is shown to everyone.
Result<std::string> RemoteOptions::secret() const {
  const std::string variable = options_.text("key_env");
  if (variable.empty()) return std::string();
  const char* value = std::getenv(variable.c_str());
  std::string key = value == nullptr ? "" : value;
  while (key.ends_with('\n') || key.ends_with('\r') || key.ends_with(' ')) {
    key.pop_back();
  }
  if (key.empty()) {
    return wrong("expected a key in the environment variable " + variable + ", found none");
  }
  if (!net::may_be_header("authorization", key)) {
    return wrong("the key in " + variable + " holds control characters");
  }
  return key;
}

Result<void> RemoteOptions::check_extra(const json::Value& extra) const {
  constexpr std::array<std::string_view, 9> taken = {
      "model", "messages",   "stream",
      "n",     "system",     "temperature",
      "top_p", "max_tokens", "max_completion_tokens"};
  for (const std::string_view key : taken) {
    if (extra.find(key) == nullptr) continue;
    if (key == "n") return wrong("extra_body: n asks for several answers; epochs does that");
    return wrong("extra_body: " + std::string(key) + " has its own place in the plan");
  }
  return {};
}

Result<std::vector<std::pair<std::string, std::string>>> RemoteOptions::texts(
    std::string_view option) const {
  std::vector<std::pair<std::string, std::string>> list;
  const json::Value* mapping = options_.options.find(option);
  if (mapping == nullptr || mapping->object() == nullptr) return list;
  for (const auto& [name, value] : *mapping->object()) {
    if (value.object() != nullptr || value.list() != nullptr || value.is_null()) {
      return wrong(std::string(option) + "." + name + ": expected a text, got " + value.kind());
    }
    list.emplace_back(name, value.text() != nullptr ? *value.text() : json::canonical(value));
  }
  return list;
}

std::vector<eval::Option> remote_options(const std::string& path) {
  using enum eval::OptionKind;
  constexpr auto speed = eval::Affects::speed;
  const auto option = [](std::string name, eval::OptionKind kind, std::string about,
                         eval::Affects affects = eval::Affects::result) {
    return eval::Option{
        .name = std::move(name), .kind = kind, .affects = affects, .about = std::move(about)};
  };
  std::vector<eval::Option> options = {
      option("url", text, "the address up to " + path + ", as https://api.example.com/v1"),
      option("name", text, "the model's name there"),
      option("key_env", text, "the environment variable that holds the key", speed),
      option("key_header", text, "the header that takes the bare key, instead of the usual one",
             speed),
      option("headers", mapping, "further headers; they stand in the plan: no secrets"),
      option("query", mapping, "what stands behind ? in the address; no secrets"),
      option("extra_body", mapping, "further fields of the request"),
      option("ca_file", file, "certificates to trust instead of the system's, PEM"),
      option("price", mapping, "of a million tokens: {in: 1, out: 2}", speed),
      option("requests_a_minute", whole, "at most so many in any 60 s, repeated ones too", speed),
      option("tokens_a_minute", whole, "at most so many in any 60 s, in and out", speed),
      option("allow_other_model", truth, "whether another model than `name` may answer"),
      option("stream", truth, "whether the answer is asked for as a stream of events"),
      option("cache", truth,
             "whether replies are kept in the user's cache, and used again for the "
             "same slot")};
  options[0].presence = eval::Presence::required;
  options[1].presence = eval::Presence::required;
  return options;
}

}  // namespace truebound::model
