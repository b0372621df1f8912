#include "truebound/net/wire.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "truebound/core/check.h"
#include "truebound/net/http.h"

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
    // The parser counts by the pieces in which a header comes; take_head() gives it one.
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    parser_->header_limit(static_cast<std::uint32_t>(std::min(2 * limits_.header_bytes, most)));
    parser_->body_limit(limits_.body_bytes);
  }

  // A line, or a whole header, must fit into `header_bytes`; taken in parts of that size, whether
  // it does depends on its own length alone, and not on the pieces in which it came.
  Reading put(std::string_view bytes) {
    if (!bytes.empty()) begun_ = true;
    while (state_ == Reading::more && !bytes.empty()) {
      const std::size_t room = limits_.header_bytes - pending_.size();
      pending_ += bytes.substr(0, room);
      bytes.remove_prefix(std::min(room, bytes.size()));
      if (has_head_ || take_head()) parse();
      if (state_ == Reading::more && pending_.size() >= limits_.header_bytes) {
        fail(http::error::header_limit);
      }
    }
    if (state_ == Reading::complete) pending_ += bytes;
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
    parser_->skip(has_no_body_);
    has_head_ = false;
    state_ = Reading::more;
    const std::string rest = std::exchange(pending_, "");
    return put(rest);
  }

  void expect_no_body() {
    has_no_body_ = true;
    parser_->skip(true);
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
  // Gives the parser the head in one piece, once it is there.
  bool take_head() {
    constexpr std::string_view start = "HTTP/";
    constexpr std::string_view end = "\r\n\r\n";
    // What is no HTTP at all is told at once: nobody knows when an empty line would come in it.
    const bool is_letter = pending_.front() >= 'A' && pending_.front() <= 'Z';
    const bool is_start = pending_.starts_with(start.substr(0, pending_.size()));
    if (is_request ? !is_letter : !is_start) {
      fail(is_request ? http::error::bad_method : http::error::bad_version);
      return false;
    }
    const std::size_t at = pending_.find(end);
    if (at == std::string::npos) return false;
    error_code error;
    const std::size_t size = at + end.size();
    const std::size_t used = parser_->put(asio::buffer(pending_.data(), size), error);
    if (error && error != http::error::need_more) fail(error);
    pending_.erase(0, used);
    has_head_ = state_ == Reading::more && parser_->is_header_done();
    if (state_ == Reading::more && !has_head_) fail(http::error::bad_line_ending);
    if (has_head_ && parser_->is_done()) state_ = Reading::complete;
    return has_head_ && state_ == Reading::more;
  }

  void parse() {
    std::size_t used = 0;
    error_code error;
    while (used < pending_.size() && !parser_->is_done() && !error) {
      used += parser_->put(asio::buffer(pending_.data() + used, pending_.size() - used), error);
    }
    pending_.erase(0, used);
    if (error && error != http::error::need_more) {
      fail(error);
    } else if (parser_->is_done()) {
      state_ = Reading::complete;
    }
  }

  Limits limits_;
  std::optional<Parser> parser_;
  std::string pending_;
  Reading state_ = Reading::more;
  NetFailure failure_;
  bool begun_ = false;
  bool has_head_ = false;
  bool has_no_body_ = false;
};

}  // namespace

struct ResponseReader::State : Parse<false> {
  State(const Limits& limits, Body body) : Parse<false>(limits) {
    if (body == Body::none) expect_no_body();
  }
  unsigned status() const { return parser().get().result_int(); }
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
