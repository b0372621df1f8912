// truebound rejudge: replays the recorded verdicts of a run, or asks another judge after the fact.

#include <fmt/format.h>

#include "truebound/assess/rejudge.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/ledger/ledger.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

constexpr std::size_t shown_differences = 20;

std::string counts_in_words(const assess::ReplayReport& report) {
  const run::Replayed& replayed = report.replayed;
  std::string words = fmt::format(
      "run {}: {} of {} verdicts agree ({} read again from a recorded call to the judge's model), "
      "{} outcomes recomputed",
      report.run, replayed.agree, replayed.verdicts, replayed.calls, replayed.outcomes);
  if (replayed.labels > 0) {
    words += fmt::format(", and what the judges say of {} labels that came with the plan",
                         replayed.labels);
  }
  return words + "\n";
}

Error mismatch(const assess::ReplayReport& report) {
  const std::vector<run::Difference>& all = report.replayed.differences;
  std::string message = counts_in_words(report);
  message.back() = ';';
  for (std::size_t i = 0; i < std::min(all.size(), shown_differences); ++i)
    message += all[i].slot < 0 ? fmt::format(" {};", all[i].what)
                               : fmt::format(" slot {}: {};", all[i].slot, all[i].what);
  if (all.size() > shown_differences)
    message += fmt::format(" and {} more", all.size() - shown_differences);
  return {ErrorCode::mismatch, message};
}

Result<int> replay(const Invocation& invocation, const std::string& folder) {
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(report, assess::replay_run(*ledger, invocation.run));
  const run::Replayed& replayed = report.replayed;
  if (!replayed.differences.empty()) return mismatch(report);
  const json::Value result = json::Object{{"ok", true},
                                          {"run", report.run},
                                          {"verdicts", replayed.verdicts},
                                          {"agree", replayed.agree},
                                          {"calls_replayed", replayed.calls},
                                          {"outcomes", replayed.outcomes},
                                          {"labels", replayed.labels}};
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(result) + "\n"
                                             : counts_in_words(report)));
  return 0;
}

Result<int> again(const RejudgeArguments& arguments, const Invocation& invocation,
                  const std::string& folder) {
  SystemClock clock;
  // Without a plan file the run's own, frozen in the ledger, is read; weights lie beside the ledger
  // or in the user's cache.
  const DiskFiles disk(Path(folder).parent_path());
  TRUEBOUND_TRY(signer, crypto::Signer::load_or_create(config_folder() / "key", "truebound.local"));
  assess::Again again{.run = invocation.run, .judge = arguments.judge};
  std::optional<Workplace> workplace;
  if (!arguments.plan.empty()) {
    TRUEBOUND_TRY(place, Workplace::of_plan(arguments.plan, invocation));
    workplace.emplace(std::move(place));
    again.plan_name = workplace->plan_name();
  }
  const assess::Services with = workplace ? workplace->services(clock, nullptr, &stop_on_signals())
                                          : assess::Services{.files = disk,
                                                             .folder = Path(folder).parent_path(),
                                                             .cache = cache_folder(),
                                                             .clock = clock,
                                                             .signer = signer,
                                                             .stop = &stop_on_signals()};
  TRUEBOUND_TRY(existing, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(ledger, ledger::Ledger::open(folder, signer, clock));
  TRUEBOUND_TRY(report, assess::judge_run_again(again, *ledger, with));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(assess::to_json(report)) + "\n"
                                             : assess::in_words(report)));
  return 0;
}

}  // namespace

Result<int> rejudge(const RejudgeArguments& arguments, const Invocation& invocation) {
  const std::string folder = invocation.ledger.empty() ? "ledger" : invocation.ledger;
  if (!arguments.judge.empty()) return again(arguments, invocation, folder);
  if (!arguments.plan.empty()) {
    return invalid_input("--plan says where --judge is; a replay reads the plan of the ledger");
  }
  return replay(invocation, folder);
}

}  // namespace truebound::cli
