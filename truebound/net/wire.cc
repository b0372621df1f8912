#include "truebound/net/wire.h"

#include <limits>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "truebound/core/check.h"

namespace truebound::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr unsigned first_final = 200;     // what has a lower status is interim
constexpr std::size_t shown_part = 1024;  // of a body that did not come whole

// The parser of one message, and the bytes that it could not use yet: part of a line.
template <bool is_request>
class Parse {
 public:
  explicit Parse(const Limits& limits) : limits_(limits) { restart(); }

  using Parser = http::parser<is_request, http::string_body>;
  Parser& parser() { return *parser_; }
  const Parser& parser() const { return *parser_; }

  void restart() {
    parser_.emplace();
    parser_->eager(true);
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    parser_->header_limit(static_cast<std::uint32_t>(std::min(limits_.header_bytes, most)));
    parser_->body_limit(limits_.body_bytes);
  }

  Reading put(std::string_view bytes) {
    if (!bytes.empty()) begun_ = true;
    if (state_ != Reading::more) return state_;
    pending_ += bytes;
    std::size_t used = 0;
    error_code error;
    while (used < pending_.size() && !parser_->is_done() && !error) {
      used += parser_->put(asio::buffer(pending_.data() + used, pending_.size() - used), error);
    }
    pending_.erase(0, used);
    if (error && error != http::error::need_more) return fail(error);
    if (parser_->is_done()) return state_ = Reading::complete;
    // Lines between chunks and after the last one are not counted by the parser.
    if (pending_.size() > limits_.header_bytes) return fail(http::error::header_limit);
    return state_;
  }

  Reading end() {
    if (state_ != Reading::more) return state_;
    error_code error;
    if (begun_ && pending_.empty()) parser_->put_eof(error);
    if (error || !parser_->is_done()) return fail(http::error::partial_message);
    return state_ = Reading::complete;
  }

  Reading fail(error_code error) {
    if (error == http::error::header_limit) {
      failure_ = {
          .fault = Fault::too_large,
          .message = "the header is over " + std::to_string(limits_.header_bytes) + " bytes"};
    } else if (error == http::error::body_limit || error == http::error::buffer_overflow) {
      failure_ = {.fault = Fault::too_large,
                  .message = "the body is over " + std::to_string(limits_.body_bytes) + " bytes"};
    } else if (error == http::error::partial_message || error == http::error::end_of_stream) {
      failure_ = {.fault = Fault::lost,
                  .message = begun_ ? "the connection was closed in the middle of the answer"
                                    : "the connection was closed without an answer"};
    } else {
      failure_ = {.fault = Fault::malformed, .message = "no HTTP: " + error.message()};
    }
    if (parser_->is_header_done()) failure_.received = parser_->get().body().substr(0, shown_part);
    return state_ = Reading::failed;
  }

  Reading fail(Fault fault, std::string message) {
    failure_ = {.fault = fault, .message = std::move(message)};
    return state_ = Reading::failed;
  }

  /// After an interim response: what follows is read as a new message.
  Reading begin_again() {
    restart();
    state_ = Reading::more;
    return put("");
  }

  Headers headers() const {
    Headers list;
    for (const auto& field : parser_->get()) {
      list.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    return list;
  }

  Reading state() const { return state_; }
  bool begun() const { return begun_; }
  bool drained() const { return pending_.empty(); }
  const NetFailure& failure() const { return failure_; }

 private:
  Limits limits_;
  std::optional<Parser> parser_;
  std::string pending_;
  Reading state_ = Reading::more;
  NetFailure failure_;
  bool begun_ = false;
};

}  // namespace

struct ResponseReader::State : Parse<false> {
  State(const Limits& limits, Body expected) : Parse<false>(limits), body(expected) { prepare(); }
  void prepare() {
    if (body == Body::none) parser().skip(true);
  }
  unsigned status() const { return parser().get().result_int(); }
  Body body;
  int interim = 0;
};

ResponseReader::ResponseReader(const Limits& limits, Body body)
    : state_(std::make_unique<State>(limits, body)) {}
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;
ResponseReader::~ResponseReader() = default;

Reading ResponseReader::put(std::string_view bytes) {
  constexpr int most_interim = 16;
  Reading reading = state_->put(bytes);
  while (reading == Reading::complete && state_->status() < first_final) {
    if (++state_->interim > most_interim) {
      return state_->fail(Fault::malformed, "no HTTP: interim responses without end");
    }
    reading = state_->begin_again();
    state_->prepare();
  }
  return reading;
}

Reading ResponseReader::end() {
  const Reading reading = state_->end();
  if (reading != Reading::complete || state_->status() >= first_final) return reading;
  return state_->fail(Fault::malformed, "no HTTP: an interim response and no other");
}
Reading ResponseReader::state() const {
  return state_->state();
}
bool ResponseReader::begun() const {
  return state_->begun();
}
bool ResponseReader::reusable() const {
  return state_->state() == Reading::complete && state_->drained() && state_->parser().keep_alive();
}
bool ResponseReader::ends_with_connection() const {
  return state_->parser().is_header_done() && state_->parser().need_eof();
}

Response ResponseReader::take() {
  TRUEBOUND_CHECK(state() == Reading::complete, "a response that is complete");
  Response response{.status = static_cast<int>(state_->parser().get().result_int()),
                    .headers = state_->headers()};
  response.body = std::move(state_->parser().get().body());
  return response;
}

NetFailure ResponseReader::failure() const {
  return state_->failure();
}

struct RequestReader::State : Parse<true> {
  using Parse<true>::Parse;
};

RequestReader::RequestReader(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

Reading RequestReader::put(std::string_view bytes) {
  return state_->put(bytes);
}
Reading RequestReader::state() const {
  return state_->state();
}
bool RequestReader::begun() const {
  return state_->begun();
}
bool RequestReader::keeps_alive() const {
  return state_->parser().keep_alive() && state_->drained();
}
bool RequestReader::waits_to_continue() const {
  const auto& parser = state_->parser();
  return parser.is_header_done() && !parser.is_done() &&
         boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
}

Received RequestReader::take() {
  TRUEBOUND_CHECK(state() == Reading::complete, "a request that is complete");
  const auto& message = state_->parser().get();
  Received received{.method = std::string(message.method_string()),
                    .target = std::string(message.target()),
                    .headers = state_->headers()};
  received.body = std::move(state_->parser().get().body());
  return received;
}

NetFailure RequestReader::failure() const {
  return state_->failure();
}

}  // namespace truebound::net
