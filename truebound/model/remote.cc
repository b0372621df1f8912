#include "truebound/model/remote.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "truebound/core/random.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/eval/conversation.h"
#include "truebound/json/value.h"
#include "truebound/model/kept_answers.h"
#include "truebound/model/model.h"
#include "truebound/model/pace.h"
#include "truebound/model/protocol.h"
#include "truebound/model/remote_options.h"
#include "truebound/model/retry.h"
#include "truebound/net/client.h"
#include "truebound/net/http.h"

namespace truebound::model {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

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
class RemoteModel final : public Model {
 public:
  struct Parts {
    const RemoteKind& kind;
    Dialect dialect;
    net::Request outline;
    std::unique_ptr<net::Client> client;
    json::Value identity;
    PaceLimits pace;
  };
  RemoteModel(std::string name, Parts parts)
      : Model(std::move(name)), parts_(std::move(parts)), pace_(parts_.pace) {}

  json::Value identity() const override { return parts_.identity; }
  Reach reach() const override { return Reach::over_network; }

  Result<void> accepts(const Request& request) const override {
    if (!parts_.kind.needs_max_tokens || request.max_tokens) return {};
    return invalid_input("the protocol of " + parts_.kind.provider +
                         " needs max_tokens, and the deployment names none");
  }

  void cancel() override {
    canceled_ = true;
    parts_.client->cancel();
  }

 protected:
  Task<Answer> answer(Request request) override {
    RandomStream stream = request.stream;
    // Of the server's time: to wait for a place is ours.
    milliseconds left = request.timeout;
    Tried tried;
    for (int retry = 0;; ++retry) {
      const std::optional<Failure> kept_out = co_await enter(request, left);
      if (kept_out) co_return instead(retry, std::move(tried.answer), *kept_out);
      const std::optional<Most> most = co_await take(request);
      if (!most) {
        pace_.end({.sign = Sign::none});
        co_return instead(retry, std::move(tried.answer), budget_spent());
      }
      const std::int64_t sent_us = now_us();
      tried = co_await send(request, *most, left);
      left -= since(sent_us);
      if (!tried.may_ask_again) co_return std::move(tried.answer);
      if (retry == retries_after(tried.answer)) {
        add_words(tried.answer, "; the same after " + std::to_string(retry) + " retries");
        co_return std::move(tried.answer);
      }
      const milliseconds own = pause_before(retry, tried.cause, stream);
      const milliseconds pause = std::max(tried.asked_to_wait.value_or(own), milliseconds(1));
      if (pause >= left) {
        add_words(tried.answer, "; to wait " + std::to_string(pause.count()) +
                                    " ms for a retry would go beyond the call's " +
                                    std::to_string(request.timeout.count()) + " ms");
        co_return std::move(tried.answer);
      }
      co_await wait(pause);
      left -= pause;
      if (canceled_) co_return canceled();
    }
  }

 private:
  static Failure canceled() {
    return Failure{.status = eval::Status::canceled, .message = "canceled"};
  }

  static std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now().time_since_epoch())
        .count();
  }
  static milliseconds since(std::int64_t start_us) {
    return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(now_us() - start_us));
  }

  // Why nothing more is sent; what came before it says more than that.
  static Answer instead(int retry, Answer before, const Failure& why) {
    if (retry == 0 || why.status == eval::Status::canceled) return why;
    add_words(before, "; not asked again: " + why.message);
    return before;
  }

  // Before the first answer nobody knows whether anyone usable is there, and a person waits.
  int retries_after(const Answer& answer) const {
    constexpr int while_unknown = 2;
    const auto* failure = std::get_if<Failure>(&answer);
    const bool is_unknown =
        endpoint_ == Endpoint::unknown && failure != nullptr && failure->scope == Scope::endpoint;
    return is_unknown ? while_unknown : most_retries;
  }

  // Waits for a place at the endpoint; a failure where none comes in time.
  Task<std::optional<Failure>> enter(const Request& request, milliseconds left) {
    constexpr milliseconds look_every(5);
    constexpr std::int64_t us_per_ms = 1000;
    const std::int64_t guess = guessed_tokens(request);
    while (!canceled_) {
      const std::int64_t now = now_us();
      if (pace_.admit(now, guess)) co_return std::nullopt;
      const std::int64_t closed_ms = (pace_.closed_until_us() - now) / us_per_ms;
      if (closed_ms > left.count()) co_return closed_for(closed_ms, request);
      co_await sleep_for(look_every);
    }
    co_return canceled();
  }

  Failure closed_for(std::int64_t closed_ms, const Request& request) const {
    return {.status = eval::Status::rejected,
            .message = parts_.dialect.url + ": it has asked not to be called for " +
                       std::to_string(closed_ms) + " ms more, beyond the call's " +
                       std::to_string(request.timeout.count()) + " ms"};
  }

  static std::int64_t guessed_tokens(const Request& request) {
    constexpr std::size_t bytes_a_token = 4;
    constexpr std::int64_t usual_reply = 256;
    std::size_t bytes = 0;
    for (const eval::Message& message : request.messages) {
      bytes += message.text.size();
    }
    return static_cast<std::int64_t>(bytes / bytes_a_token) +
           request.max_tokens.value_or(usual_reply);
  }

  Task<Tried> send(const Request& request, const Most& most, milliseconds left) {
    net::Request out = parts_.outline;
    out.body = parts_.kind.protocol.request(parts_.dialect, request);
    out.timeout = std::max(left, milliseconds(1));
    Ended ended{.started_us = now_us()};
    const net::Answer got = co_await parts_.client->send(std::move(out));
    ended.now_us = now_us();
    Tried tried;
    if (const auto* lost = std::get_if<net::NetFailure>(&got)) {
      tried = broken(request, most, *lost, ended);
    } else {
      tried = answered(request, most, std::get<net::Response>(got), ended);
    }
    pace_.end(ended);
    co_return tried;
  }

  Tried broken(const Request& request, const Most& most, net::NetFailure failure, Ended& ended) {
    if (failure.fault == net::Fault::timeout) ended.sign = Sign::slow;
    const bool was_sent = failure.fault != net::Fault::refused && failure.fault != net::Fault::tls;
    if (was_sent) {
      settle_unknown(request, most);
    } else {
      settle_refused(request, most);
    }
    failure.received = without_secret(parts_.dialect, std::move(failure.received));
    Tried failed = network_failure(failure, endpoint_);
    auto& message = std::get<Failure>(failed.answer).message;
    message = without_secret(parts_.dialect, std::move(message));
    return failed;
  }

  Tried answered(const Request& request, const Most& most, const net::Response& response,
                 Ended& ended) {
    Reading reading = parts_.kind.protocol.read(parts_.dialect, response, request.max_tokens);
    Tried tried;
    tried.may_ask_again = reading.next == Reading::Next::may_ask_again;
    tried.asked_to_wait = asked_to_wait(response.headers, SystemClock().time_ms());
    if (response.status < 300) tried.cause = Cause::broke;
    const auto* reply = std::get_if<eval::Reply>(&reading.answer);
    if (reply != nullptr) endpoint_ = Endpoint::has_answered;
    if (response.status >= 300) {
      settle_refused(request, most);
    } else if (reply != nullptr) {
      settle_answered(request, most, *reply);
      ended.tokens_out = reply->tokens_out;
      if (reply->tokens_in && reply->tokens_out) {
        ended.tokens = *reply->tokens_in + *reply->tokens_out;
      }
    } else {
      settle_unknown(request, most);
    }
    ended.sign = sign_of(response, reading);
    if (tried.may_ask_again) ended.asked_to_wait = tried.asked_to_wait;
    tried.answer = std::move(reading.answer);
    return tried;
  }

  static Sign sign_of(const net::Response& response, const Reading& reading) {
    if (std::holds_alternative<eval::Reply>(reading.answer)) return Sign::good;
    const bool is_busy = reading.next == Reading::Next::may_ask_again &&
                         std::get<Failure>(reading.answer).status == eval::Status::rejected;
    constexpr int request_timeout = 408;  // It is the request that was slow to come.
    return is_busy && response.status != request_timeout ? Sign::busy : Sign::none;
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

  Parts parts_;
  Pace pace_;
  Endpoint endpoint_ = Endpoint::unknown;
  bool canceled_ = false;
};

}  // namespace

Result<std::unique_ptr<Model>> make_remote(const RemoteKind& kind, const Casting& casting) {
  const RemoteOptions options(kind, casting);
  TRUEBOUND_TRY(dialect, options.dialect());
  TRUEBOUND_TRY(address, options.address());
  TRUEBOUND_TRY(headers, options.headers(dialect.secret));
  TRUEBOUND_TRY(client_options, options.client());
  TRUEBOUND_TRY(pace, options.pace());
  auto client = net::Client::make(std::move(client_options));
  if (!client.ok()) {
    return invalid_input(dialect.place + ": ca_file: " + client.error().message);
  }
  dialect.url = address.origin() + address.path;
  RemoteModel::Parts parts{
      .kind = kind,
      .dialect = dialect,
      .outline = {.address = std::move(address), .headers = std::move(headers)},
      .client = std::move(client).value(),
      .identity = options.identity(dialect),
      .pace = pace};
  auto made = std::make_unique<RemoteModel>(casting.name, std::move(parts));
  if (options.keeps_answers()) {
    made->keep_answers(std::make_unique<KeptAnswers>(casting.cache / "answers"));
  }
  return std::unique_ptr<Model>(std::move(made));
}

}  // namespace truebound::model
