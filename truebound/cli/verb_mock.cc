// truebound mock: a server that answers from a script.

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "truebound/cli/terminal.h"
#include "truebound/gateway/mock.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

// A log is shown around; what it must tell of a key is whether it came.
std::string shown(const std::string& name, const std::string& value) {
  constexpr std::array<std::string_view, 4> secret = {"authorization", "proxy-authorization",
                                                      "api-key", "x-api-key"};
  const net::Headers one{{name, value}};
  const bool is_secret = std::ranges::any_of(
      secret, [&](std::string_view taken) { return !net::find_header(one, taken).empty(); });
  if (is_secret) return fmt::format("(hidden, {} bytes)", value.size());
  return text::repair_utf8(value).text;
}

// A line of the log. Bodies are text: what is no UTF-8 is replaced.
std::string line_of(std::int64_t number, const net::Received& request, std::int64_t time_ms) {
  json::Object headers;
  for (const auto& [name, value] : request.headers)
    headers.emplace_back(text::repair_utf8(name).text, shown(name, value));
  return json::canonical(json::Object{{"number", number},
                                      {"time_ms", time_ms},
                                      {"method", text::repair_utf8(request.method).text},
                                      {"target", text::repair_utf8(request.target).text},
                                      {"headers", std::move(headers)},
                                      {"body", text::repair_utf8(request.body).text}});
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

Result<int> mock(const MockArguments& arguments, const Invocation& invocation) {
  SystemClock clock;
  TRUEBOUND_TRY(text, read_file(arguments.script));
  TRUEBOUND_TRY(script, gateway::read_script(text, arguments.script));
  std::FILE* log = nullptr;
  if (!arguments.log.empty()) {
    log = std::fopen(arguments.log.c_str(), "w");
    if (log == nullptr) return invalid_input(arguments.log + ": cannot be written");
  }
  gateway::Mock server(std::move(script), clock,
                       [&](std::int64_t number, const net::Received& request, std::int64_t) {
                         if (log == nullptr) return;
                         const std::string line = line_of(number, request, clock.time_ms()) + "\n";
                         std::fputs(line.c_str(), log);
                         std::fflush(log);
                       });
  const bool is_json = invocation.output == Output::json;
  const auto tell_address = [&](const std::string& address) {
    say(is_json ? json::canonical(json::Object{{"address", address}}) : address);
    remark(invocation, "Answers from " + arguments.script + " until Ctrl-C.");
  };
  const run::StopSignal& stop = stop_on_signals();
  const Result<void> served = gateway::serve_mock(server, {.port = arguments.port}, tell_address,
                                                  [&] { return stop.requested(); });
  if (log != nullptr) std::fclose(log);
  if (!served.ok()) return served.error();
  const std::int64_t requests = server.requests();
  say(is_json ? json::canonical(json::Object{{"requests", requests}})
              : fmt::format("{} requests", requests));
  return 0;
}

}  // namespace truebound::cli
