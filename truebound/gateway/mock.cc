#include "truebound/gateway/mock.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "truebound/crypto/base64.h"
#include "truebound/net/date.h"

namespace truebound::gateway {
namespace {

using std::chrono::milliseconds;

Result<void> check(const ScriptedAnswer& answer, const std::string& place) {
  constexpr std::int64_t first_status = 200;
  constexpr std::int64_t last_status = 599;
  if (answer.status < first_status || answer.status > last_status) {
    return invalid_input(place + "status must be 200 to 599, got " + std::to_string(answer.status));
  }
  const int bodies =
      static_cast<int>(answer.sse.has_value()) + static_cast<int>(answer.sse_base64.has_value()) +
      static_cast<int>(!answer.body.is_null()) + static_cast<int>(answer.fill_bytes > 0);
  if (bodies > 1) return invalid_input(place + "expected one of body, sse, sse_base64, fill_bytes");
  for (const std::int64_t number :
       {answer.delay_ms, answer.write_delay_ms, answer.fill_bytes, answer.cut.value_or(0)}) {
    if (number < 0) return invalid_input(place + "a time or a count must be >= 0");
  }
  for (const auto& [name, value] : answer.headers) {
    if (!net::may_be_header(name, value)) {
      return invalid_input(place + "headers: " + name + ": expected a header");
    }
  }
  return {};
}

Result<void> decode(ScriptedAnswer& answer, const std::string& place) {
  if (!answer.sse_base64) return {};
  answer.sse.emplace();
  for (const std::string& text : *answer.sse_base64) {
    const auto bytes = crypto::from_base64(text);
    if (!bytes.ok()) return invalid_input(place + "sse_base64: " + bytes.error().message);
    answer.sse->push_back(bytes.value());
  }
  return {};
}

// `{http_date:+3}` in a header's value.
std::string with_dates(std::string value, std::int64_t now_ms) {
  constexpr std::string_view mark = "{http_date:";
  constexpr std::int64_t ms_per_s = 1000;
  for (std::size_t at = value.find(mark); at != std::string::npos; at = value.find(mark, at + 1)) {
    const std::size_t end = value.find('}', at);
    if (end == std::string::npos) break;
    std::string number = value.substr(at + mark.size(), end - at - mark.size());
    if (number.starts_with('+')) number.erase(0, 1);
    std::int64_t seconds = 0;
    std::from_chars(number.data(), number.data() + number.size(), seconds);
    value.replace(at, end + 1 - at, net::http_date(now_ms + seconds * ms_per_s));
  }
  return value;
}

bool is_json(const ScriptedAnswer& script) {
  return !script.body.is_null() && script.body.text() == nullptr;
}

std::string chunk(const std::string& bytes) {
  std::array<char, 20> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + bytes + "\r\n";
}

// What was written must have left before a reset, which throws away what is on the way.
Task<void> end(Ending how, net::Exchange& exchange) {
  constexpr milliseconds until_read{30};
  if (how == Ending::open) co_return;
  if (how == Ending::reset) co_await sleep_for(until_read);
  exchange.close(how == Ending::reset ? net::Close::reset : net::Close::clean);
}

}  // namespace

Result<Script> read_script(const std::string& text, const std::string& name) {
  TRUEBOUND_TRY(value, json::parse_json(text, name));
  const bool is_list = value.list() != nullptr;
  const json::List answers = is_list ? *value.list() : json::List{value};
  if (answers.empty()) return invalid_input(name + ": expected an answer, got an empty list");
  Script script;
  for (const json::Value& element : answers) {
    TRUEBOUND_TRY(answer, json::read<ScriptedAnswer>(element, name, "an answer"));
    const std::string place = name + ":" + std::to_string(element.line()) + ": ";
    TRUEBOUND_TRY_VOID(check(answer, place));
    TRUEBOUND_TRY_VOID(decode(answer, place));
    script.push_back(std::move(answer));
  }
  return script;
}

Task<void> Mock::wait(std::int64_t time_ms) const {
  constexpr std::int64_t slice_ms = 20;
  while (time_ms > 0 && !stopped_) {
    co_await sleep_for(milliseconds(std::min(time_ms, slice_ms)));
    time_ms -= slice_ms;
  }
}

net::Headers Mock::headers(const ScriptedAnswer& script) const {
  net::Headers made;
  for (const auto& [name, value] : script.headers)
    made.emplace_back(name, with_dates(value, clock_.time_ms()));
  if (net::find_header(made, "content-type").empty()) {
    if (script.sse) made.emplace_back("content-type", "text/event-stream");
    if (is_json(script)) made.emplace_back("content-type", "application/json");
  }
  return made;
}

Task<void> Mock::answer(net::Exchange& exchange) {
  const std::int64_t number = ++requests_;
  if (listener_) listener_(number, exchange.received(), clock_.steady_us());
  const std::size_t last = script_.size() - 1;
  const ScriptedAnswer& script =
      script_[std::min<std::size_t>(static_cast<std::size_t>(number) - 1, last)];
  co_await wait(script.delay_ms);
  if (script.endless_header) {
    co_await endless_header(exchange);
  } else if (script.sse) {
    co_await stream(script, exchange);
  } else {
    co_await whole(script, exchange);
  }
}

Task<void> Mock::whole(const ScriptedAnswer& script, net::Exchange& exchange) {
  constexpr std::int64_t piece = std::int64_t{64} << 10;
  std::string body;
  if (script.body.text() != nullptr) body = *script.body.text();
  if (is_json(script)) body = json::canonical(script.body);
  const auto size = static_cast<std::int64_t>(body.size()) + script.fill_bytes;
  net::Headers head = headers(script);
  head.emplace_back("content-length", std::to_string(size));
  std::int64_t left = std::min(size, script.cut.value_or(size));
  std::string bytes = net::head_of(static_cast<int>(script.status), head);
  bytes += body.substr(0, static_cast<std::size_t>(left));
  left -=
      static_cast<std::int64_t>(std::min<std::size_t>(body.size(), static_cast<std::size_t>(left)));
  bool is_there = co_await exchange.write(std::move(bytes));
  while (is_there && left > 0 && !stopped_) {
    std::string filling(static_cast<std::size_t>(std::min(left, piece)), 'x');
    left -= static_cast<std::int64_t>(filling.size());
    is_there = co_await exchange.write(std::move(filling));
  }
  Ending how = script.close;
  if (script.cut && how == Ending::open) how = Ending::clean;
  co_await end(how, exchange);
}

// Chunked, but for a clean end without its mark: there the end of the connection is that of the
// body, so that HTTP finds no fault.
Task<void> Mock::stream(const ScriptedAnswer& script, net::Exchange& exchange) {
  const bool is_chunked = script.close != Ending::clean;
  net::Headers head = headers(script);
  if (is_chunked) {
    head.emplace_back("transfer-encoding", "chunked");
  } else {
    head.emplace_back("connection", "close");
  }
  bool is_there = co_await exchange.write(net::head_of(static_cast<int>(script.status), head));
  for (const std::string& text : *script.sse) {
    if (!is_there) co_return;
    co_await wait(script.write_delay_ms);
    std::string bytes = text;
    if (is_chunked) bytes = chunk(text);
    is_there = co_await exchange.write(std::move(bytes));
  }
  if (script.close == Ending::open) is_there = co_await exchange.write("0\r\n\r\n");
  co_await end(script.close, exchange);
}

Task<void> Mock::endless_header(net::Exchange& exchange) {
  constexpr std::size_t line_size = 1000;
  const std::string line = "x-filling: " + std::string(line_size, 'x') + "\r\n";
  bool is_there = co_await exchange.write("HTTP/1.1 200 OK\r\n");
  while (is_there && !stopped_)
    is_there = co_await exchange.write(line);
}

Result<void> serve_mock(Mock& mock, const net::ServerOptions& options,
                        const std::function<void(const std::string& address)>& listening,
                        const std::function<bool()>& stop) {
  std::optional<Error> failed;
  const auto watch = [&](net::Server& server) -> Task<void> {
    constexpr milliseconds look_every{20};
    while (!stop())
      co_await sleep_for(look_every);
    mock.stop();
    server.stop();
  };
  const net::Server::Answering answering = [&](net::Exchange& exchange) {
    return mock.answer(exchange);
  };
  run_loop([&]() -> Task<void> {
    auto opened = co_await net::Server::open(options);
    if (!opened.ok()) {
      failed = opened.error();
      co_return;
    }
    net::Server& server = *opened.value();
    listening(server.address());
    std::vector<Task<void>> both;
    both.push_back(server.serve(answering));
    both.push_back(watch(server));
    co_await gather(std::move(both));
  });
  if (failed) return *failed;
  return {};
}

}  // namespace truebound::gateway
