#include "truebound/net/client.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/http.h"
#include "truebound/net/stream.h"
#include "truebound/net/wire.h"

namespace truebound::net {
namespace {

using std::chrono::milliseconds;

Deadline in(milliseconds time) {
  return Deadline::clock::now() + time;
}

std::string in_words(milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

/// One request on its way.
class Sending {
 public:
  Sending(const ClientOptions& options, const std::shared_ptr<Tls>& tls, const Request& request)
      : options_(options),
        tls_(tls),
        request_(request),
        proxy_(options.proxies.of(request.address)),
        deadline_(in(request.timeout)) {}

  std::string key() const {
    std::string key = std::to_string(reinterpret_cast<std::uintptr_t>(&options_)) + " " +
                      request_.address.scheme + " " + request_.address.authority();
    return proxy_ == nullptr ? key : key + " by " + proxy_place();
  }

  Task<Step> connect(std::shared_ptr<Stream> stream) {
    const Deadline by = std::min(deadline_, in(options_.connect_timeout));
    const Address& address = request_.address;
    std::string host = address.host;
    std::uint16_t port = address.port;
    if (proxy_ != nullptr) {
      host = proxy_->host;
      port = proxy_->port;
    }
    Step step = co_await stream->connect(host, port, by);
    if (!step && proxy_ != nullptr && address.encrypted()) step = co_await tunnel(stream, by);
    if (!step && address.encrypted()) step = co_await stream->encrypt(tls_, address.host, by);
    if (!step) co_return std::nullopt;
    if (step->fault == Fault::timeout) {
      step->words =
          "no connection in " + in_words(std::min(options_.connect_timeout, request_.timeout));
    } else if (proxy_ != nullptr && step->fault == Fault::refused) {
      step->words = "by the proxy " + proxy_place() + ": " + step->words;
    }
    co_return step;
  }

  Task<Answer> exchange(std::shared_ptr<Stream> stream) {
    const std::string bytes = request_bytes();
    Step written = co_await stream->write(bytes, deadline_);
    // A server may answer and close before it has read all; what it said counts.
    if (written && written->fault != Fault::lost) {
      co_return failure(*written, "the request was not taken");
    }
    ResponseReader reader(options_.limits);
    while (reader.state() == Reading::more) {
      std::string_view piece;
      Step read = co_await stream->read(piece, next_deadline(reader));
      if (read && read->fault == Fault::lost && written) read->words = written->words;
      if (read) co_return failure(*read, slow_words(reader));
      if (!piece.empty()) {
        reader.put(piece);
      } else if (stream->was_truncated() && reader.ends_with_connection()) {
        co_return failure(Trouble(Fault::lost, "the encrypted connection broke off"), "");
      } else {
        reader.end();
      }
    }
    if (reader.state() == Reading::failed) co_return named(reader.failure());
    reusable_ = !written && reader.reusable();
    co_return checked(reader.take());
  }

  bool reusable() const { return reusable_; }

  NetFailure failure(const Trouble& trouble, const std::string& slow) const {
    const bool is_slow = trouble.fault == Fault::timeout && !slow.empty();
    return named({.fault = trouble.fault, .message = is_slow ? slow : trouble.words});
  }

 private:
  NetFailure named(NetFailure failure) const {
    failure.message = request_.address.origin() + ": " + failure.message;
    return failure;
  }

  std::string proxy_place() const { return proxy_->host + ":" + std::to_string(proxy_->port); }

  // An answer may take as long as the request may; once it has begun, a pause may not.
  Deadline next_deadline(const ResponseReader& reader) const {
    return reader.begun() ? std::min(deadline_, in(options_.idle_timeout)) : deadline_;
  }

  std::string slow_words(const ResponseReader& reader) const {
    const std::string limit = in_words(request_.timeout);
    if (!reader.begun()) return "slow: connected, and no answer in " + limit;
    if (deadline_ <= in(milliseconds(0))) return "slow: no whole answer in " + limit;
    return "slow: the answer paused for more than " + in_words(options_.idle_timeout);
  }

  Answer checked(Response response) const {
    const std::string_view encoding = find_header(response.headers, "content-encoding");
    if (encoding.empty() || encoding == "identity") return response;
    return named({.fault = Fault::malformed,
                  .message = "the body is encoded as " + std::string(encoding.substr(0, 40)) +
                             ", which was not asked for"});
  }

  // CONNECT: the proxy passes bytes on from then.
  Task<Step> tunnel(std::shared_ptr<Stream> stream, Deadline by) {
    const std::string authority = request_.address.authority();
    std::string bytes = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!proxy_->authorization.empty()) {
      bytes += "Proxy-Authorization: " + proxy_->authorization + "\r\n";
    }
    bytes += "\r\n";
    Step step = co_await stream->write(bytes, by);
    ResponseReader reader(options_.limits, Body::none);
    while (!step && reader.state() == Reading::more) {
      std::string_view piece;
      step = co_await stream->read(piece, by);
      if (step) break;
      if (piece.empty()) {
        reader.end();
      } else {
        reader.put(piece);
      }
    }
    if (step) co_return step;
    if (reader.state() == Reading::failed) {
      co_return Trouble(Fault::refused, reader.failure().message);
    }
    const int status = reader.take().status;
    if (status / 100 == 2) co_return std::nullopt;
    co_return Trouble(Fault::refused, "it answered status " + std::to_string(status));
  }

  std::string request_bytes() const {
    const Address& address = request_.address;
    const bool by_proxy = proxy_ != nullptr && !address.encrypted();
    std::string bytes = request_.method + " " + (by_proxy ? address.origin() : "") +
                        address.target() + " HTTP/1.1\r\nHost: " + address.host_header() +
                        "\r\nUser-Agent: truebound\r\n";
    if (by_proxy && !proxy_->authorization.empty()) {
      bytes += "Proxy-Authorization: " + proxy_->authorization + "\r\n";
    }
    for (const auto& [name, value] : request_.headers) {
      bytes += name + ": " + value + "\r\n";
    }
    bytes += "Content-Length: " + std::to_string(request_.body.size()) + "\r\n\r\n";
    return bytes + request_.body;
  }

  const ClientOptions& options_;
  std::shared_ptr<Tls> tls_;
  const Request& request_;
  const Proxy* proxy_;
  Deadline deadline_;
  bool reusable_ = false;
};

}  // namespace

struct Client::State {
  ClientOptions options;
  std::shared_ptr<Tls> tls;
  std::set<std::shared_ptr<Stream>> under_way;
  bool canceled = false;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::make(ClientOptions options) {
  auto state = std::make_unique<State>();
  if (!options.ca_pem.empty()) {
    TRUEBOUND_TRY(tls, Tls::trusting(options.ca_pem));
    state->tls = std::move(tls);
  }
  state->options = std::move(options);
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

Task<Answer> Client::send(Request request) {
  if (request.address.encrypted() && state_->tls == nullptr) state_->tls = Tls::trusting_system();
  Sending sending(state_->options, state_->tls, request);
  const Trouble given_up(Fault::canceled, "canceled");
  if (state_->canceled) co_return sending.failure(given_up, "");
  const std::string key = sending.key();
  std::shared_ptr<Stream> stream = co_await take_resting(key);
  const bool is_fresh = stream == nullptr;
  if (is_fresh) stream = co_await Stream::make();
  state_->under_way.insert(stream);
  Step step;
  if (is_fresh) step = co_await sending.connect(stream);
  Answer answer;
  if (step) {
    answer = sending.failure(*step, "");
  } else {
    answer = co_await sending.exchange(stream);
  }
  state_->under_way.erase(stream);
  if (sending.reusable() && !state_->canceled) {
    co_await keep_resting(key, stream);
  } else {
    stream->close(Close::clean);
  }
  co_return answer;
}

void Client::cancel() {
  state_->canceled = true;
  for (const std::shared_ptr<Stream>& stream : state_->under_way) {
    stream->close(Close::clean);
  }
}

}  // namespace truebound::net
