// truebound init, check, register: a plan before it runs.

#include <fmt/format.h>

#include "truebound/assess/prepare.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/net/address.h"
#include "truebound/plan/starter.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

template <class Number>
std::string or_unknown(const std::optional<Number>& number) {
  return number ? fmt::format("{:.4g}", static_cast<double>(*number)) : "unknown";
}

template <class Number>
std::string counted(Number count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string percent(double rate) {
  return fmt::format("{:.2f} %", rate * 100);
}

std::string claim_in_words(const plan::ClaimCheck& claim) {
  std::string text = fmt::format("{}{}: asked {} {}, bounds one-sided at {:.4g}\n", claim.name,
                                 claim.gate ? " (gate)" : "", to_text(claim.asked),
                                 percent(claim.threshold), claim.confidence);
  text +=
      fmt::format("  {}, {}, {}, effective n {:.4g}\n", counted(claim.samples, "sample"),
                  counted(claim.n, "slot"), counted(claim.clusters, "cluster"), claim.effective_n);
  if (!claim.if_nothing_broke.empty()) {
    text += "  if nothing breaks, the rate is bounded at";
    for (const plan::BoundRow& row : claim.if_nothing_broke) {
      text += fmt::format(" {} (r = {:.2g})", percent(row.upper), row.correlation);
    }
    text += "\n";
  }
  if (claim.smallest_difference) {
    text += fmt::format("  the smallest difference of two arms that it would see: {} points\n",
                        fmt::format("{:.1f}", *claim.smallest_difference * 100));
  }
  if (!claim.can_be_settled) text += "  No outcome can support what is asked.\n";
  return text;
}

std::string in_words(const plan::Check& check) {
  std::string text =
      counted(check.slots, "slot") + ", " + counted(check.calls, "call") + " to models";
  text += fmt::format("; about {} tokens in, {}{} out; money {}; minutes {}\n\n", check.tokens_in,
                      check.tokens_out ? "at most " : "", or_unknown(check.tokens_out),
                      or_unknown(check.money), or_unknown(check.minutes));
  for (const plan::ClaimCheck& claim : check.claims)
    text += claim_in_words(claim);
  for (const std::string& cell : check.not_looked_at)
    text += "Not looked at: " + cell + "\n";
  for (const std::string& warning : check.warnings)
    text += "Warning: " + warning + "\n";
  return text;
}

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
