// truebound init, check, register: a plan before it runs.

#include <fmt/format.h>

#include "truebound/assess/cast.h"
#include "truebound/assess/prepare.h"
#include "truebound/cli/forecast.h"
#include "truebound/cli/kinds_page.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/net/address.h"
#include "truebound/plan/starter.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

Result<std::string> starter_plan(const InitArguments& arguments) {
  const bool asks_endpoint =
      !arguments.url.empty() || !arguments.model.empty() || !arguments.key_env.empty();
  if (!asks_endpoint) return plan::commented_example();
  if (arguments.url.empty())
    return invalid_input("--url: expected the endpoint's address, got none");
  if (arguments.model.empty()) return invalid_input("--model: expected the model's name, got none");
  const auto address = net::parse_address(arguments.url);
  if (!address.ok()) return invalid_input("--url: " + address.error().message);
  return plan::endpoint_example(arguments.url, arguments.model, arguments.key_env);
}

}  // namespace

Result<int> init(const InitArguments& arguments, const Invocation& invocation) {
  if (arguments.kinds) {
    TRUEBOUND_TRY_VOID(deliver(invocation, kinds_page(assess::known())));
    return 0;
  }
  TRUEBOUND_TRY(text, starter_plan(arguments));
  const Path folder(arguments.folder);
  const Path plan = folder / "plan.yaml";
  std::error_code failed;
  if (std::filesystem::exists(plan, failed)) {
    return invalid_input(plan.string() + ": is there already; it is not overwritten");
  }
  std::filesystem::create_directories(folder, failed);
  if (failed) return invalid_input(folder.string() + ": cannot be made: " + failed.message());
  TRUEBOUND_TRY_VOID(write_file(plan, text));
  if (invocation.output == Output::json) {
    TRUEBOUND_TRY_VOID(
        deliver(invocation, json::pretty(json::Object{{"plan", plan.string()}}) + "\n"));
  }
  remark(invocation, fmt::format("Wrote {0}. Next: truebound check {0}", plan.string()));
  return 0;
}

Result<int> check(const PlanArguments& arguments, const Invocation& invocation) {
  SystemClock clock;
  TRUEBOUND_TRY(workplace, Workplace::of_plan(arguments.plan, invocation));
  TRUEBOUND_TRY(forecast,
                assess::check(workplace.plan_name(), workplace.services(clock, nullptr, nullptr)));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(json::write(forecast)) + "\n"
                                             : text::visible(in_words(forecast))));
  if (invocation.output == Output::text) {
    remark(invocation,
           fmt::format("Nothing was asked or written. Next: truebound run {}", arguments.plan));
  }
  return 0;
}

Result<int> register_plan(const PlanArguments& arguments, const Invocation& invocation) {
  SystemClock clock;
  TRUEBOUND_TRY(workplace, Workplace::of_plan(arguments.plan, invocation));
  TRUEBOUND_TRY(registration, assess::register_plan(workplace.plan_name(), workplace.ledger(),
                                                    workplace.services(clock, nullptr, nullptr)));
  TRUEBOUND_TRY_VOID(deliver(
      invocation,
      invocation.output == Output::json
          ? json::pretty(json::write(registration)) + "\n"
          : fmt::format("Registered as entry {}, digest {}, {} slots\n{}", registration.entry,
                        registration.plan_digest, registration.slots, registration.checkpoint)));
  return 0;
}

}  // namespace truebound::cli
