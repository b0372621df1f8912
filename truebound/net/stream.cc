#include "truebound/net/stream.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include "truebound/core/check.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/net/http.h"

namespace truebound::net {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_size = std::size_t{16} << 10U;
constexpr std::size_t most_resting = 128;  // a key

std::string first_openssl_error(const error_code& error) {
  return error ? error.message() : "no certificate";
}

}  // namespace

struct Tls::State {
  ssl::context context{ssl::context::tls};
};

Tls::Tls() : state_(std::make_unique<State>()) {
  error_code ignored;
  state_->context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                                  ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                                  ssl::context::no_tlsv1_1,
                              ignored);
}
Tls::~Tls() = default;

Result<std::shared_ptr<Tls>> Tls::trusting(const std::string& pem) {
  auto tls = std::make_shared<Tls>();
  error_code error;
  tls->state_->context.add_certificate_authority(asio::buffer(pem), error);
  if (error || pem.find("-----BEGIN ") == std::string::npos) {
    return invalid_input("expected certificates in PEM, got " + first_openssl_error(error));
  }
  // A certificate that the user names is trusted, also where it is none of a root.
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(tls->state_->context.native_handle());
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  return tls;
}

std::shared_ptr<Tls> Tls::trusting_system() {
  static const std::shared_ptr<Tls> system = [] {
    auto tls = std::make_shared<Tls>();
    error_code ignored;  // with none, every certificate is refused, which says so
    tls->state_->context.set_default_verify_paths(ignored);
    return tls;
  }();
  return system;
}

Result<std::shared_ptr<Tls>> Tls::showing(const std::string& certificate_pem,
                                          const std::string& key_pem) {
  auto tls = std::make_shared<Tls>();
  ssl::context& context = tls->state_->context;
  error_code error;
  context.use_certificate_chain(asio::buffer(certificate_pem), error);
  if (!error) context.use_private_key(asio::buffer(key_pem), ssl::context::pem, error);
  if (error) return invalid_input("expected a certificate and its key, got " + error.message());
  return tls;
}

struct Stream::State : std::enable_shared_from_this<Stream::State> {
  explicit State(const asio::any_io_executor& executor)
      : socket(executor), resolver(executor), timer(executor) {}

  // A step that is not over by its deadline ends because the socket is closed under it.
  void arm(Deadline deadline) {
    timer.expires_at(deadline);
    timer.async_wait([weak = weak_from_this()](const error_code& error) {
      const auto self = weak.lock();
      if (error || self == nullptr || self->timer.expiry() > Deadline::clock::now()) return;
      self->timed_out = true;
      self->close(Close::clean);
    });
  }

  void close(Close how) {
    error_code ignored;
    if (how == Close::reset) socket.set_option(asio::socket_base::linger(true, 0), ignored);
    closed = true;
    resolver.cancel();
    socket.close(ignored);
  }

  Step step(const error_code& error, Fault fault) const {
    if (!error) return std::nullopt;
    if (timed_out) return Trouble(Fault::timeout, "too slow");
    if (closed) return Trouble(Fault::canceled, "canceled");
    return Trouble(fault, error.message());
  }

  tcp::socket socket;
  tcp::resolver resolver;
  asio::steady_timer timer;
  std::shared_ptr<Tls> certificates;
  std::unique_ptr<ssl::stream<tcp::socket&>> encrypted;
  std::array<char, read_size> buffer{};
  bool timed_out = false;
  bool closed = false;
  bool truncated = false;
};

Stream::Stream(std::shared_ptr<State> state) : state_(std::move(state)) {}
Stream::~Stream() {
  state_->timer.cancel();
}

Task<std::shared_ptr<Stream>> Stream::make() {
  const auto executor = co_await asio::this_coro::executor;
  co_return std::make_shared<Stream>(std::make_shared<State>(executor));
}

Task<Step> Stream::connect(std::string host, std::uint16_t port, Deadline deadline) {
  const std::shared_ptr<State> state = state_;
  state->arm(deadline);
  error_code error;
  error_code is_name;
  const asio::ip::address literal = asio::ip::make_address(host, is_name);
  if (!is_name) {
    const tcp::endpoint endpoint(literal, port);
    co_await state->socket.async_connect(endpoint,
                                         asio::redirect_error(asio::use_awaitable, error));
  } else {
    const auto found = co_await state->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service,
        asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      co_await asio::async_connect(state->socket, found,
                                   asio::redirect_error(asio::use_awaitable, error));
    }
  }
  state->timer.cancel();
  error_code ignored;
  if (!error) state->socket.set_option(tcp::no_delay(true), ignored);
  co_return state->step(error, Fault::refused);
}

Task<Step> Stream::encrypt(std::shared_ptr<Tls> tls, std::string host, Deadline deadline) {
  const std::shared_ptr<State> state = state_;
  state->certificates = std::move(tls);
  state->encrypted = std::make_unique<ssl::stream<tcp::socket&>>(
      state->socket, state->certificates->state().context);
  error_code error;
  state->encrypted->set_verify_mode(ssl::verify_peer, error);
  SSL* native = state->encrypted->native_handle();
  error_code is_name;
  asio::ip::make_address(host, is_name);
  if (is_name) {
    SSL_set_tlsext_host_name(native, host.c_str());
    SSL_set1_host(native, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), host.c_str());
  }
  state->arm(deadline);
  co_await state->encrypted->async_handshake(ssl::stream_base::client,
                                             asio::redirect_error(asio::use_awaitable, error));
  state->timer.cancel();
  Step step = state->step(error, Fault::tls);
  const auto verified = SSL_get_verify_result(native);
  if (step && step->fault == Fault::tls && verified != X509_V_OK) {
    step->words =
        "the certificate is not good for " + host + ": " + X509_verify_cert_error_string(verified);
  }
  co_return step;
}

Task<Step> Stream::accept_encrypted(std::shared_ptr<Tls> tls, Deadline deadline) {
  const std::shared_ptr<State> state = state_;
  state->certificates = std::move(tls);
  state->encrypted = std::make_unique<ssl::stream<tcp::socket&>>(
      state->socket, state->certificates->state().context);
  state->arm(deadline);
  error_code error;
  co_await state->encrypted->async_handshake(ssl::stream_base::server,
                                             asio::redirect_error(asio::use_awaitable, error));
  state->timer.cancel();
  co_return state->step(error, Fault::tls);
}

Task<Step> Stream::write(std::string_view bytes, Deadline deadline) {
  const std::shared_ptr<State> state = state_;
  state->arm(deadline);
  error_code error;
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  if (state->encrypted != nullptr) {
    co_await asio::async_write(*state->encrypted, buffer,
                               asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(state->socket, buffer,
                               asio::redirect_error(asio::use_awaitable, error));
  }
  state->timer.cancel();
  co_return state->step(error, Fault::lost);
}

Task<Step> Stream::read(std::string_view& bytes, Deadline deadline) {
  const std::shared_ptr<State> state = state_;
  state->arm(deadline);
  error_code error;
  std::size_t count = 0;
  const asio::mutable_buffer buffer(state->buffer.data(), state->buffer.size());
  if (state->encrypted != nullptr) {
    count = co_await state->encrypted->async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, error));
  } else {
    count = co_await state->socket.async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, error));
  }
  state->timer.cancel();
  bytes = std::string_view(state->buffer.data(), count);
  state->truncated = error == ssl::error::stream_truncated;
  if (error == asio::error::eof || state->truncated) error.clear();
  co_return state->step(error, Fault::lost);
}

bool Stream::was_truncated() const {
  return state_->truncated;
}

bool Stream::is_idle() const {
  if (state_->closed || !state_->socket.is_open()) return false;
  char byte = 0;
  const auto count = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // A session ticket may lie there on an encrypted connection; a closed one has nothing behind it.
  if (count > 0) return state_->encrypted != nullptr;
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Stream::rest() {
  state_->timer.cancel();
}

void Stream::close(Close how) {
  state_->close(how);
}

namespace {

// Lives in the loop itself, so that no connection outlives it.
class Resting final : public asio::execution_context::service {
 public:
  using key_type = Resting;
  static asio::execution_context::id id;

  explicit Resting(asio::execution_context& loop) : service(loop) {
    // The services that connections use are made first, since the last one made is closed first.
    const asio::any_io_executor executor = static_cast<asio::io_context&>(loop).get_executor();
    const Stream::State probe(executor);
  }
  std::map<std::string, std::vector<std::shared_ptr<Stream>>> streams;

 private:
  void shutdown() override { streams.clear(); }
};
asio::execution_context::id Resting::id;

Task<Resting*> resting() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::execution_context& loop = asio::query(executor, asio::execution::context);
  co_return &asio::use_service<Resting>(loop);
}

}  // namespace

Task<std::shared_ptr<Stream>> take_resting(std::string key) {
  Resting* pool = co_await resting();
  auto& streams = pool->streams[key];
  while (!streams.empty()) {
    std::shared_ptr<Stream> stream = std::move(streams.back());
    streams.pop_back();
    if (stream->is_idle()) co_return stream;
  }
  co_return nullptr;
}

Task<void> keep_resting(std::string key, std::shared_ptr<Stream> stream) {
  Resting* pool = co_await resting();
  stream->rest();
  auto& streams = pool->streams[key];
  if (streams.size() < most_resting) streams.push_back(std::move(stream));
}

struct Listener::State {
  explicit State(const asio::any_io_executor& executor) : acceptor(executor) {}
  tcp::acceptor acceptor;
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;

Task<Result<std::unique_ptr<Listener>>> Listener::open(std::string host, std::uint16_t port) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto state = std::make_unique<State>(executor);
  error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  const tcp::endpoint endpoint(address, port);
  if (!error) state->acceptor.open(endpoint.protocol(), error);
  if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) state->acceptor.bind(endpoint, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    co_return invalid_input(host + ":" + std::to_string(port) +
                            ": cannot be listened at: " + error.message());
  }
  co_return std::make_unique<Listener>(std::move(state));
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

Task<std::shared_ptr<Stream>> Listener::accept() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  while (state_->acceptor.is_open()) {
    auto made = std::make_shared<Stream::State>(executor);
    error_code error;
    co_await state_->acceptor.async_accept(made->socket,
                                           asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !state_->acceptor.is_open()) break;
    if (error) {
      // No descriptor left, say: those in use come back.
      co_await sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    error_code ignored;
    made->socket.set_option(tcp::no_delay(true), ignored);
    co_return std::make_shared<Stream>(std::move(made));
  }
  co_return nullptr;
}

void Listener::close() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

Task<void> start(Task<void> task) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& thrown) {
    TRUEBOUND_CHECK(thrown == nullptr, "no exception out of a task");
  });
}

}  // namespace truebound::net
