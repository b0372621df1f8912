#pragma once

// Folder: servers that stand between a model and those who ask it. Here: the mock, a server that
// answers from a script, with every fault that a real one may have, so that a harness can be tested
// without one. docs/formats/mock.md is the script's page.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/clock.h"
#include "truebound/core/result.h"
#include "truebound/core/task.h"
#include "truebound/json/fields.h"
#include "truebound/net/server.h"

namespace truebound::gateway {

/// How an answer's connection ends.
enum class Ending { open, clean, reset };
constexpr std::array<std::string_view, 3> words(Ending /*list*/) {
  return {"open", "clean", "reset"};
}

/// One answer of a script.
struct ScriptedAnswer {
  std::int64_t status = 200;
  std::map<std::string, std::string> headers;
  json::Value body;
  std::optional<std::vector<std::string>> sse;
  std::optional<std::vector<std::string>> sse_base64;
  std::int64_t delay_ms = 0;
  std::int64_t write_delay_ms = 0;
  std::optional<std::int64_t> cut;
  std::int64_t fill_bytes = 0;
  bool endless_header = false;
  Ending close = Ending::open;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("status", status, "status of HTTP, 200 to 599");
    visit("headers", headers, "headers; {http_date:+3} stands for the date 3 s from then");
    visit("body", body, "a text as it is, or JSON");
    visit("sse", sse, "instead of body: a stream, one text a write");
    visit("sse_base64", sse_base64, "the same as base64: a write may end inside a character");
    visit("delay_ms", delay_ms, "milliseconds until the answer begins");
    visit("write_delay_ms", write_delay_ms, "milliseconds before each write of a stream");
    visit("cut", cut, "bytes of the body after which the connection ends");
    visit("fill_bytes", fill_bytes, "instead of body: so many bytes");
    visit("endless_header", endless_header, "a header without end");
    visit("close", close, "after the last write: open, clean (no end mark), or reset");
  }
};
using Script = std::vector<ScriptedAnswer>;

/// A script: one answer, or a list of them in order, of which the last is repeated.
/// @error invalid_input  `name:line: ...`
Result<Script> read_script(const std::string& text, const std::string& name);

/// Answers from a script. One event loop; stop() from any thread.
class Mock {
 public:
  /// A request as it came, numbered from 1, with the time in microseconds of the steady clock.
  using Listener =
      std::function<void(std::int64_t number, const net::Received& received, std::int64_t at_us)>;

  Mock(Script script, Clock& clock, Listener listener)
      : script_(std::move(script)), clock_(clock), listener_(std::move(listener)) {}

  Task<void> answer(net::Exchange& exchange);
  std::int64_t requests() const { return requests_; }
  /// Lets answers that wait go at once.
  void stop() { stopped_ = true; }

 private:
  Task<void> wait(std::int64_t time_ms) const;
  Task<void> whole(const ScriptedAnswer& script, net::Exchange& exchange);
  Task<void> stream(const ScriptedAnswer& script, net::Exchange& exchange);
  Task<void> endless_header(net::Exchange& exchange);
  net::Headers headers(const ScriptedAnswer& script) const;

  Script script_;
  Clock& clock_;
  Listener listener_;
  std::atomic<std::int64_t> requests_ = 0;
  std::atomic<bool> stopped_ = false;
};

/// Serves a mock at an address until `stop` says so, looked at 50 times a second. Blocks.
/// @param listening  told the address once, `http://127.0.0.1:4711`
/// @error invalid_input  the port is taken, or the host is none of this machine's
Result<void> serve_mock(Mock& mock, const net::ServerOptions& options,
                        const std::function<void(const std::string& address)>& listening,
                        const std::function<bool()>& stop);

}  // namespace truebound::gateway
