#include "truebound/model/openai.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/specification.h"
#include "truebound/json/value.h"
#include "truebound/model/model.h"
#include "truebound/model/openai_body.h"
#include "truebound/model/provider.h"
#include "truebound/model/retry.h"
#include "truebound/net/address.h"
#include "truebound/net/client.h"
#include "truebound/net/http.h"

namespace truebound::model {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

milliseconds until(Steady::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - Steady::now());
}

/// One try and what it tells of the next.
struct Tried {
  Answer answer;
  bool may_ask_again = false;
  Cause cause = Cause::refused_for_now;
  std::optional<milliseconds> asked_to_wait;
};

// Before the first answer nobody knows whether anyone is there.
enum class Endpoint { unknown, has_answered };

Tried network_failure(const net::NetFailure& failure, Endpoint endpoint) {
  Failure told{.message = failure.message};
  Tried tried{.cause = Cause::broke};
  switch (failure.fault) {
    case net::Fault::refused:
      tried.may_ask_again = endpoint == Endpoint::has_answered;
      told.scope = Scope::endpoint;
      break;
    case net::Fault::lost:
      tried.may_ask_again = true;
      if (!failure.received.empty()) {
        told.message += "; it had sent " + quoted_piece(failure.received);
      }
      break;
    case net::Fault::timeout:
      told.status = eval::Status::timeout;
      break;
    case net::Fault::tls:
      told.status = eval::Status::rejected;
      told.scope = Scope::endpoint;
      break;
    case net::Fault::malformed:
      told.status = eval::Status::malformed;
      told.scope = Scope::endpoint;
      break;
    case net::Fault::too_large:
      told.status = eval::Status::malformed;
      break;
    case net::Fault::canceled:
      told.status = eval::Status::canceled;
      break;
  }
  tried.answer = std::move(told);
  return tried;
}

void add_words(Answer& answer, const std::string& words) {
  if (auto* failure = std::get_if<Failure>(&answer)) failure->message += words;
}

/// Not thread-safe, as every model.
class Openai final : public Model {
 public:
  Openai(std::string name, OpenaiDialect dialect, net::Request outline,
         std::unique_ptr<net::Client> client, json::Value identity)
      : Model(std::move(name)),
        dialect_(std::move(dialect)),
        outline_(std::move(outline)),
        client_(std::move(client)),
        identity_(std::move(identity)) {}

  json::Value identity() const override { return identity_; }
  Reach reach() const override { return Reach::over_network; }

  void cancel() override {
    canceled_ = true;
    client_->cancel();
  }

 protected:
  Task<Answer> answer(Request request) override {
    const Steady::time_point deadline = Steady::now() + request.timeout;
    RandomStream stream = request.stream;
    for (int retry = 0;; ++retry) {
      Tried tried = co_await send(request, deadline);
      if (!tried.may_ask_again) co_return std::move(tried.answer);
      if (retry == most_retries) {
        add_words(tried.answer, "; the same after " + std::to_string(most_retries) + " retries");
        co_return std::move(tried.answer);
      }
      const milliseconds own = pause_before(retry, tried.cause, stream);
      const milliseconds pause = std::max(tried.asked_to_wait.value_or(own), milliseconds(1));
      if (pause >= until(deadline)) {
        add_words(tried.answer, "; to wait " + std::to_string(pause.count()) +
                                    " ms for a retry would go beyond the call's " +
                                    std::to_string(request.timeout.count()) + " ms");
        co_return std::move(tried.answer);
      }
      co_await wait(pause);
      if (canceled_) co_return canceled();
    }
  }

 private:
  static Answer canceled() {
    return Failure{.status = eval::Status::canceled, .message = "canceled"};
  }

  Task<Tried> send(const Request& request, Steady::time_point deadline) {
    net::Request out = outline_;
    out.body = openai_request(dialect_, request);
    out.timeout = std::max(until(deadline), milliseconds(1));
    const net::Answer got = co_await client_->send(std::move(out));
    if (const auto* lost = std::get_if<net::NetFailure>(&got)) {
      net::NetFailure failure = *lost;
      failure.received = without_secret(dialect_, std::move(failure.received));
      Tried failed = network_failure(failure, endpoint_);
      auto& message = std::get<Failure>(failed.answer).message;
      message = without_secret(dialect_, std::move(message));
      co_return failed;
    }
    const auto& response = std::get<net::Response>(got);
    OpenaiReading reading = read_openai(dialect_, response, request.max_tokens);
    if (std::holds_alternative<eval::Reply>(reading.answer)) endpoint_ = Endpoint::has_answered;
    Tried tried;
    tried.may_ask_again = reading.next == OpenaiReading::Next::may_ask_again;
    tried.asked_to_wait = asked_to_wait(response.headers, SystemClock().time_ms());
    if (response.status < 300) tried.cause = Cause::broke;
    tried.answer = std::move(reading.answer);
    co_return tried;
  }

  // In slices, so that cancel() is heard.
  Task<void> wait(milliseconds time) const {
    constexpr milliseconds slice(20);
    while (time > milliseconds(0) && !canceled_) {
      const milliseconds next = std::min(time, slice);
      co_await sleep_for(next);
      time -= next;
    }
  }

  OpenaiDialect dialect_;
  net::Request outline_;
  std::unique_ptr<net::Client> client_;
  json::Value identity_;
  Endpoint endpoint_ = Endpoint::unknown;
  bool canceled_ = false;
};

/// Reads the options of one model.
class Options {
 public:
  explicit Options(const Casting& casting)
      : casting_(casting),
        options_(casting.specification),
        place_("models." + casting.name + ": ") {}

  Result<OpenaiDialect> dialect() const {
    OpenaiDialect made{.place = "models." + casting_.name,
                       .name = options_.text("name"),
                       .token_limit_name = options_.text("token_limit_name")};
    if (made.token_limit_name.empty()) made.token_limit_name = "max_tokens";
    constexpr std::array<std::string_view, 2> names = {"max_tokens", "max_completion_tokens"};
    if (std::ranges::find(names, made.token_limit_name) == names.end()) {
      return wrong("token_limit_name must be max_tokens or max_completion_tokens, got " +
                   made.token_limit_name);
    }
    if (is_set("allow_other_model")) made.other_model = OpenaiDialect::OtherModel::allowed;
    if (is_set("stream")) made.delivery = OpenaiDialect::Delivery::streamed;
    if (const json::Value* extra = options_.options.find("extra_body")) made.extra_body = *extra;
    TRUEBOUND_TRY_VOID(check_extra(made.extra_body));
    TRUEBOUND_TRY(key, secret());
    made.secret = std::move(key);
    return made;
  }

  Result<net::Address> address() const {
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
    address.path += "/chat/completions";
    TRUEBOUND_TRY(query, texts("query"));
    address.query = net::encode_query(query);
    return address;
  }

  Result<net::Headers> headers(const std::string& key) const {
    constexpr std::array<std::string_view, 6> ours = {"authorization",     "content-length",
                                                      "connection",        "host",
                                                      "transfer-encoding", "content-type"};
    net::Headers made{{"content-type", "application/json"}, {"accept", accept()}};
    if (!key.empty()) {
      const std::string name = options_.text("key_header");
      made.emplace_back(name.empty() ? "authorization" : name,
                        name.empty() ? "Bearer " + key : key);
    }
    TRUEBOUND_TRY(more, texts("headers"));
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

  Result<net::ClientOptions> client() const {
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

  json::Value identity(const OpenaiDialect& dialect) const {
    json::Object identity{{"provider", "openai"}, {"served", dialect.name}, {"url", dialect.url}};
    for (const char* name : {"extra_body", "query", "token_limit_name", "stream"}) {
      if (const json::Value* value = options_.options.find(name)) {
        identity.emplace_back(name, *value);
      }
    }
    return identity;
  }

 private:
  Error wrong(const std::string& message) const { return invalid_input(place_ + message); }

  bool is_set(std::string_view name) const {
    const json::Value* value = options_.options.find(name);
    return value != nullptr && value->boolean() != nullptr && *value->boolean();
  }

  std::string accept() const {
    return is_set("stream") ? "text/event-stream, application/json" : "application/json";
  }

  // The key, from the environment only: a plan is shown to everyone.
  Result<std::string> secret() const {
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

  Result<void> check_extra(const json::Value& extra) const {
    constexpr std::array<std::string_view, 8> taken = {
        "model",       "messages", "stream",     "n",
        "temperature", "top_p",    "max_tokens", "max_completion_tokens"};
    for (const std::string_view key : taken) {
      if (extra.find(key) == nullptr) continue;
      if (key == "n") return wrong("extra_body: n asks for several answers; epochs does that");
      return wrong("extra_body: " + std::string(key) + " has its own place in the plan");
    }
    return {};
  }

  Result<std::vector<std::pair<std::string, std::string>>> texts(std::string_view option) const {
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

  const Casting& casting_;
  const eval::Specification& options_;
  std::string place_;
};

Result<std::unique_ptr<Model>> make_openai(const Casting& casting) {
  const Options options(casting);
  TRUEBOUND_TRY(dialect, options.dialect());
  TRUEBOUND_TRY(address, options.address());
  TRUEBOUND_TRY(headers, options.headers(dialect.secret));
  TRUEBOUND_TRY(client_options, options.client());
  auto client = net::Client::make(std::move(client_options));
  if (!client.ok()) {
    return invalid_input(dialect.place + ": ca_file: " + client.error().message);
  }
  dialect.url = address.origin() + address.path;
  const json::Value identity = options.identity(dialect);
  net::Request outline{.address = std::move(address), .headers = std::move(headers)};
  return std::unique_ptr<Model>(std::make_unique<Openai>(
      casting.name, std::move(dialect), std::move(outline), std::move(client).value(), identity));
}

eval::Option option(std::string name, eval::OptionKind kind, std::string about,
                    eval::Affects affects = eval::Affects::result) {
  return {.name = std::move(name), .kind = kind, .affects = affects, .about = std::move(about)};
}

}  // namespace

Provider openai_provider() {
  using enum eval::OptionKind;
  constexpr auto speed = eval::Affects::speed;
  eval::KnownKind kind{.id = "openai",
                       .about = "a server of OpenAI's chat completions, by its address"};
  kind.options = {
      option("url", text, "the address up to /chat/completions, as https://api.example.com/v1"),
      option("name", text, "the model's name there"),
      option("key_env", text, "the environment variable that holds the key", speed),
      option("key_header", text, "the header that takes the bare key, instead of a bearer token",
             speed),
      option("headers", mapping, "further headers; they stand in the plan: no secrets"),
      option("query", mapping, "what stands behind ? in the address; no secrets"),
      option("extra_body", mapping, "further fields of the request"),
      option("ca_file", file, "certificates to trust instead of the system's, PEM"),
      option("price", mapping, "of a million tokens: {in: 1, out: 2}", speed),
      option("token_limit_name", text, "max_tokens or max_completion_tokens"),
      option("allow_other_model", truth, "whether another model than `name` may answer"),
      option("stream", truth, "whether the answer is asked for as a stream of events")};
  kind.options[0].presence = eval::Presence::required;
  kind.options[1].presence = eval::Presence::required;
  return {.kind = std::move(kind), .make = make_openai};
}

}  // namespace truebound::model
