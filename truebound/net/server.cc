#include "truebound/net/server.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/http.h"
#include "truebound/net/stream.h"
#include "truebound/net/wire.h"

namespace truebound::net {

struct Server::State {
  ServerOptions options;
  std::shared_ptr<Tls> tls;
  std::unique_ptr<Listener> listener;
  Answering answering;
  std::set<std::shared_ptr<Stream>> open;
  std::atomic<bool> stopped = false;

  Deadline deadline() const { return Deadline::clock::now() + options.idle_timeout; }

  // The next request of a connection, or nothing.
  Task<bool> next(RequestReader& reader, std::shared_ptr<Stream> stream) const {
    bool told_to_continue = false;
    const Deadline by = deadline();
    while (reader.state() == Reading::more) {
      std::string_view piece;
      Step step = co_await stream->read(piece, by);
      if (step || piece.empty()) co_return false;
      reader.put(piece);
      if (reader.waits_to_continue() && !std::exchange(told_to_continue, true)) {
        step = co_await stream->write("HTTP/1.1 100 Continue\r\n\r\n", by);
      }
      if (step) co_return false;
    }
    co_return true;
  }

  Task<void> refuse(std::shared_ptr<Stream> stream, Fault fault) const {
    const int status = fault == Fault::too_large ? 413 : 400;
    Headers headers;
    headers.emplace_back("content-length", "0");
    headers.emplace_back("connection", "close");
    const std::string bytes = head_of(status, headers);
    const Step ignored = co_await stream->write(bytes, deadline());
  }

  Task<void> talk(std::shared_ptr<Stream> stream) {
    Step step;
    if (tls != nullptr) step = co_await stream->accept_encrypted(tls, deadline());
    while (!step && !stopped) {
      RequestReader reader(options.limits);
      if (!co_await next(reader, stream)) break;
      if (reader.state() == Reading::failed) {
        co_await refuse(stream, reader.failure().fault);
        break;
      }
      const bool again = reader.keeps_alive();
      Exchange exchange(reader.take(), *stream);
      co_await answering(exchange);
      if (exchange.closed() || !again) break;
    }
    stream->close(Close::clean);
    open.erase(stream);
  }

  // A signal handler can only set a flag, so it is looked at.
  Task<void> watch() {
    constexpr std::chrono::milliseconds look_every{20};
    while (!stopped) {
      co_await sleep_for(look_every);
    }
    listener->close();
    for (const std::shared_ptr<Stream>& stream : std::set(open)) {
      stream->close(Close::clean);
    }
  }

  Task<void> accept() {
    while (std::shared_ptr<Stream> stream = co_await listener->accept()) {
      open.insert(stream);
      co_await start(talk(stream));
    }
    constexpr std::chrono::milliseconds look_every{5};
    while (!open.empty()) {
      co_await sleep_for(look_every);
    }
  }
};

Task<bool> Exchange::respond(Response response) {
  response.headers.emplace_back("content-length", std::to_string(response.body.size()));
  std::string bytes = head_of(response.status, response.headers) + response.body;
  co_return co_await write(std::move(bytes));
}

Task<bool> Exchange::write(std::string bytes) {
  constexpr std::chrono::seconds most{60};
  if (closed_) co_return false;
  const Step failed = co_await stream_.write(bytes, Deadline::clock::now() + most);
  if (failed) closed_ = true;
  co_return !failed;
}

void Exchange::close(Close how) {
  closed_ = true;
  stream_.close(how);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Task<Result<std::unique_ptr<Server>>> Server::open(ServerOptions options) {
  auto state = std::make_unique<State>();
  if (!options.certificate_pem.empty()) {
    TRUEBOUND_CO_TRY(tls, Tls::showing(options.certificate_pem, options.key_pem));
    state->tls = std::move(tls);
  }
  TRUEBOUND_CO_TRY(listener, co_await Listener::open(options.host, options.port));
  state->listener = std::move(listener);
  state->options = std::move(options);
  co_return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const {
  return state_->listener->port();
}

std::string Server::address() const {
  const std::string scheme = state_->tls != nullptr ? "https://" : "http://";
  const std::string& host = state_->options.host;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return scheme + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

Task<void> Server::serve(Answering answering) {
  state_->answering = std::move(answering);
  std::vector<Task<void>> both;
  both.push_back(state_->accept());
  both.push_back(state_->watch());
  co_await gather(std::move(both));
}

void Server::stop() {
  state_->stopped = true;
}

}  // namespace truebound::net
