// Client and server with each other, over TLS, through proxies, and against servers that break
// every rule.

#include "truebound/net/client.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/resource.h>

#include "truebound/core/words.h"
#include "truebound/net/server.h"

namespace truebound::net {
namespace {

using std::chrono::milliseconds;

/// A self-signed certificate with its key, PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

// `names` as OpenSSL writes them: DNS:localhost,IP:127.0.0.1
Certificate certificate_for(const std::string& names, long from_s = -3600, long to_s = 3600) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 7);
  X509_gmtime_adj(X509_getm_notBefore(made), from_s);
  X509_gmtime_adj(X509_getm_notAfter(made), to_s);
  X509_set_pubkey(made, key);
  X509_NAME* name = X509_get_subject_name(made);
  const auto* common = reinterpret_cast<const unsigned char*>("test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(made, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(made, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made, key, EVP_sha256());
  BIO* certificate = BIO_new(BIO_s_mem());
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate, made);
  PEM_write_bio_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(made);
  EVP_PKEY_free(key);
  return {.certificate = text_of(certificate), .key = text_of(secret)};
}

// A server in a thread of its own.
class Running {
 public:
  explicit Running(Server::Answering answering, const Certificate& shown = {}) {
    std::promise<Server*> opened;
    auto known = opened.get_future();
    thread_ = std::thread([this, answering = std::move(answering), shown, &opened] {
      run_loop([&]() -> Task<void> {
        ServerOptions options;
        options.certificate_pem = shown.certificate;
        options.key_pem = shown.key;
        auto made = co_await Server::open(options);
        address_ = made.value()->address();
        opened.set_value(made.value().get());
        co_await made.value()->serve(answering);
      });
    });
    server_ = known.get();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    server_->stop();
    thread_.join();
  }
  const std::string& address() const { return address_; }

 private:
  std::string address_;
  Server* server_ = nullptr;
  std::thread thread_;
};

Task<void> say_hello(Exchange& exchange) {
  Response response;
  response.body = "hello";
  co_await exchange.respond(std::move(response));
}

Request to(const std::string& address, const std::string& body = "") {
  Request request{.address = parse_address(address).value(), .body = body};
  request.timeout = milliseconds(5000);
  return request;
}

Answer send(Client& client, Request request) {
  Answer answer;
  run_loop([&]() -> Task<void> { answer = co_await client.send(std::move(request)); });
  return answer;
}

Answer send(Request request, ClientOptions options = {}) {
  const auto client = std::move(Client::make(std::move(options)).value());
  return send(*client, std::move(request));
}

// The body, or the kind of failure and its words.
std::string told(const Answer& answer) {
  if (const auto* response = std::get_if<Response>(&answer)) return response->body;
  const auto& failure = std::get<NetFailure>(answer);
  return std::string(to_text(failure.fault)) + ": " + failure.message;
}

bool holds(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

TEST(Tls, ACertificateThatIsTrustedAndOfTheHostIsTaken) {
  const Certificate shown = certificate_for("DNS:localhost,IP:127.0.0.1");
  Running server(say_hello, shown);
  EXPECT_EQ(told(send(to(server.address()), {.ca_pem = shown.certificate})), "hello");
  const std::string by_name =
      "https://localhost:" + std::to_string(parse_address(server.address()).value().port);
  EXPECT_EQ(told(send(to(by_name), {.ca_pem = shown.certificate})), "hello");
}

TEST(Tls, ACertificateOfAnotherHostIsRefusedByName) {
  const Certificate shown = certificate_for("DNS:other.example,IP:127.0.0.2");
  Running server(say_hello, shown);
  const std::string words = told(send(to(server.address()), {.ca_pem = shown.certificate}));
  EXPECT_TRUE(holds(words, "tls: ") && holds(words, "IP address mismatch")) << words;
  const std::string by_name =
      "https://localhost:" + std::to_string(parse_address(server.address()).value().port);
  const std::string named = told(send(to(by_name), {.ca_pem = shown.certificate}));
  EXPECT_TRUE(holds(named, "hostname mismatch")) << named;
}

TEST(Tls, AnExpiredCertificateIsRefused) {
  const Certificate shown = certificate_for("IP:127.0.0.1", -7200, -3600);
  Running server(say_hello, shown);
  const std::string words = told(send(to(server.address()), {.ca_pem = shown.certificate}));
  EXPECT_TRUE(holds(words, "tls: ") && holds(words, "certificate has expired")) << words;
}

TEST(Tls, ACertificateThatNobodyVouchesForIsRefused) {
  Running server(say_hello, certificate_for("IP:127.0.0.1"));
  const std::string words = told(send(to(server.address())));
  EXPECT_TRUE(holds(words, "tls: ") && holds(words, "self-signed certificate")) << words;
  const Certificate other = certificate_for("IP:127.0.0.1");
  EXPECT_TRUE(holds(told(send(to(server.address()), {.ca_pem = other.certificate})), "tls: "));
}

TEST(Tls, AFileWithoutACertificateIsNoFileOfCertificates) {
  EXPECT_FALSE(Client::make({.ca_pem = "hello"}).ok());
}

TEST(Tls, PlainHttpAtAnEncryptedAddressIsToldAsSuch) {
  Running server(say_hello);
  std::string address = server.address();
  address.replace(0, 4, "https");
  EXPECT_TRUE(holds(told(send(to(address))), "tls: "));
}

TEST(Proxy, APlainRequestGoesToItWithTheWholeAddressAndItsPassword) {
  std::promise<Received> seen;
  Running proxy([&](Exchange& exchange) -> Task<void> {
    seen.set_value(exchange.received());
    co_await say_hello(exchange);
  });
  const std::string place = proxy.address().substr(7);
  const auto proxies = proxies_of([&](const std::string& name) -> std::optional<std::string> {
    if (name == "http_proxy") return "http://me:word@" + place;
    return std::nullopt;
  });
  ClientOptions options;
  options.proxies = proxies.value();
  EXPECT_EQ(told(send(to("http://unknown.invalid/a?b=c"), options)), "hello");
  const Received received = seen.get_future().get();
  EXPECT_EQ(received.target, "http://unknown.invalid/a?b=c");
  EXPECT_EQ(find_header(received.headers, "host"), "unknown.invalid");
  EXPECT_EQ(find_header(received.headers, "proxy-authorization"), "Basic bWU6d29yZA==");
}

// Passes bytes on until one side ends.
Task<void> pump(std::shared_ptr<Stream> from, std::shared_ptr<Stream> to) {
  const Deadline by = Deadline::clock::now() + milliseconds(500);
  while (true) {
    std::string_view bytes;
    const Step read = co_await from->read(bytes, by);
    if (read || bytes.empty()) break;
    const Step written = co_await to->write(bytes, by);
    if (written) break;
  }
  to->close(Close::clean);
}

// One connection through a proxy that speaks CONNECT, all in the loop of the client.
Task<void> tunnel_once(Listener& listener, std::uint16_t target, std::string& asked) {
  const auto client = co_await listener.accept();
  const Deadline by = Deadline::clock::now() + milliseconds(5000);
  while (!holds(asked, "\r\n\r\n")) {
    std::string_view bytes;
    const Step read = co_await client->read(bytes, by);
    if (read || bytes.empty()) co_return;
    asked += bytes;
  }
  const auto server = co_await Stream::make();
  const Step connected = co_await server->connect("127.0.0.1", target, by);
  const Step told_so = co_await client->write("HTTP/1.1 200 Connected\r\n\r\n", by);
  if (connected || told_so) co_return;
  std::vector<Task<void>> both;
  both.push_back(pump(client, server));
  both.push_back(pump(server, client));
  co_await gather(std::move(both));
}

TEST(Proxy, AnEncryptedRequestGoesThroughItUnread) {
  const Certificate shown = certificate_for("DNS:api.example");
  Running server(say_hello, shown);
  const std::uint16_t target = parse_address(server.address()).value().port;
  Answer answer;
  std::string asked;
  run_loop([&]() -> Task<void> {
    const auto listener = std::move((co_await Listener::open("127.0.0.1", 0)).value());
    ClientOptions options{.ca_pem = shown.certificate};
    Proxy proxy{.host = "127.0.0.1", .port = listener->port()};
    options.proxies.https = proxy;
    const auto client = std::move(Client::make(std::move(options)).value());
    const auto asking = [&]() -> Task<void> {
      answer = co_await client->send(to("https://api.example/v1"));
    };
    std::vector<Task<void>> both;
    both.push_back(tunnel_once(*listener, target, asked));
    both.push_back(asking());
    co_await gather(std::move(both));
  });
  EXPECT_EQ(told(answer), "hello");
  EXPECT_TRUE(asked.starts_with("CONNECT api.example:443 HTTP/1.1\r\n")) << asked;
}

TEST(Proxy, OneThatRefusesTheTunnelIsNamedWithoutItsPassword) {
  Running proxy([](Exchange& exchange) -> Task<void> {
    Response response;
    response.status = 407;
    co_await exchange.respond(std::move(response));
  });
  ClientOptions options;
  options.proxies.https = Proxy{.host = "127.0.0.1",
                                .port = parse_address(proxy.address()).value().port,
                                .authorization = "Basic c2VjcmV0"};
  const std::string words = told(send(to("https://api.example/v1"), options));
  EXPECT_TRUE(holds(words, "refused: ") && holds(words, "407") && holds(words, "proxy")) << words;
  EXPECT_FALSE(holds(words, "c2VjcmV0"));
}

TEST(Limits, ABodyOfAGigabyteTakesNoMemory) {
  Running server([](Exchange& exchange) -> Task<void> {
    bool is_there = co_await exchange.write(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3fffffff\r\n");
    const std::string piece(std::size_t{1} << 16U, 'x');
    for (int i = 0; i < 16384 && is_there; ++i)
      is_there = co_await exchange.write(piece);
    exchange.close(Close::clean);
  });
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  ClientOptions options;
  options.limits.body_bytes = std::size_t{1} << 20U;
  const std::string words = told(send(to(server.address()), options));
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_TRUE(holds(words, "too_large: ")) << words;
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
}

TEST(Limits, APauseInTheMiddleIsNamedAsSlow) {
  Running server([](Exchange& exchange) -> Task<void> {
    co_await exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    co_await sleep_for(milliseconds(600));
  });
  ClientOptions options;
  options.idle_timeout = milliseconds(100);
  const std::string words = told(send(to(server.address()), options));
  EXPECT_TRUE(holds(words, "timeout: ") && holds(words, "paused for more than 100 ms")) << words;
}

TEST(Limits, AnAnswerBeforeTheWholeRequestWasReadCounts) {
  Running server([](Exchange& exchange) -> Task<void> { co_await say_hello(exchange); });
  const std::string large(std::size_t{17} << 20U, 'x');
  const Answer answer = send(to(server.address(), large));
  const auto* response = std::get_if<Response>(&answer);
  ASSERT_NE(response, nullptr) << told(answer);
  EXPECT_EQ(response->status, 413);
}

TEST(Client, ReusesAConnectionAndOpensANewOneWhereTheServerClosedIt) {
  std::atomic<int> answered = 0;
  Running server([&](Exchange& exchange) -> Task<void> {
    ++answered;
    co_await say_hello(exchange);
    if (answered % 3 == 0) exchange.close(Close::clean);
  });
  const auto client = std::move(Client::make({}).value());
  int good = 0;
  run_loop([&]() -> Task<void> {
    for (int i = 0; i < 9; ++i) {
      const Answer answer = co_await client->send(to(server.address()));
      good += told(answer) == "hello" ? 1 : 0;
      co_await sleep_for(milliseconds(5));
    }
  });
  EXPECT_EQ(good, 9);
}

TEST(Client, SendsManyAtOnce) {
  Running server([](Exchange& exchange) -> Task<void> {
    co_await sleep_for(milliseconds(200));
    co_await say_hello(exchange);
  });
  const auto client = std::move(Client::make({}).value());
  int good = 0;
  const auto start = std::chrono::steady_clock::now();
  run_loop([&]() -> Task<void> {
    const auto one = [&]() -> Task<void> {
      const Answer answer = co_await client->send(to(server.address()));
      good += told(answer) == "hello" ? 1 : 0;
    };
    std::vector<Task<void>> all;
    for (int i = 0; i < 64; ++i)
      all.push_back(one());
    co_await gather(std::move(all));
  });
  EXPECT_EQ(good, 64);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

}  // namespace
}  // namespace truebound::net
