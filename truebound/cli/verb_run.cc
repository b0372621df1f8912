// truebound run, report: from a plan to its report.

#include <fmt/format.h>

#include "truebound/assess/assess.h"
#include "truebound/assess/conclude.h"
#include "truebound/assess/start.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/core/clock.h"
#include "truebound/ledger/ledger.h"
#include "truebound/report/report.h"

namespace truebound::cli {
namespace {

// A gate of the plan that is not met is told by exit code 1, and by a line that names it.
int code_of(const evidence::Dossier& dossier, const Invocation& invocation) {
  const std::string why = report::gate_line(dossier);
  if (why.empty()) return 0;
  remark(invocation, "Exit code 1: " + why);
  return 1;
}

// A report is a function of its ledger, so what day it is now stands beside it and not in it.
void tell_past_date(const evidence::Dossier& dossier, std::int64_t now_ms,
                    const Invocation& invocation) {
  const std::string today = date_of(now_ms);
  const std::string& until = dossier.valid_until;
  if (until.empty() || today <= until || dossier.claims.empty()) return;
  remark(
      invocation,
      fmt::format("Past its date: the plan lets the claims of run {} hold until {}, and today is "
                  "{}. They say nothing of the system as it is now.",
                  dossier.provenance.run, until, today));
}

// A run that was left is not lost because another one begins; whoever meant to go on is told how.
Result<void> tell_left_run(const std::string& plan_name, const Path& folder,
                           const assess::Opening& opening, const assess::Services& with,
                           const Invocation& invocation) {
  if (opening.start == assess::Start::resume) return {};
  TRUEBOUND_TRY(left, assess::left_run(plan_name, folder, opening, with));
  if (!left) return {};
  remark(invocation,
         fmt::format("Run {} of this plan was left with {} of {} slots done; {} would go on with "
                     "it. A new run begins now, and each report tells that there are others.",
                     left->run, left->decided, left->slots,
                     assess::resume_command(plan_name, folder, opening, with)));
  return {};
}

Result<Path> ledger_to_read(const Invocation& invocation) {
  const Path folder = invocation.ledger.empty() ? Path("ledger") : Path(invocation.ledger);
  std::error_code failed;
  if (!std::filesystem::is_directory(folder, failed)) {
    return invalid_input(folder.string() + ": expected a ledger's folder; --ledger names one");
  }
  return folder;
}

}  // namespace

Result<int> run(const RunArguments& arguments, const Invocation& invocation) {
  if (!invocation.out.empty() && invocation.output != Output::json) {
    return invalid_input(
        "--out of run takes what --json prints; truebound report --out writes a "
        "report");
  }
  if (arguments.limit == 0U) {
    return invalid_input(
        "--limit: expected how many slots the rehearsal is to try, 1 or more, got 0");
  }
  SystemClock clock;
  TRUEBOUND_TRY(workplace, Workplace::of_plan(arguments.plan, invocation));
  ProgressLine progress(clock, invocation.output == Output::json ? Talk::quiet : invocation.talk);
  const assess::Services with = workplace.services(clock, &progress, &stop_on_signals());
  const assess::Opening opening{
      .start = arguments.resume ? assess::Start::resume : assess::Start::fresh,
      .rehearsal = {.seed = arguments.seed, .limit = arguments.limit}};
  TRUEBOUND_TRY_VOID(
      tell_left_run(workplace.plan_name(), workplace.ledger(), opening, with, invocation));
  TRUEBOUND_TRY(dossier, assess::assess(workplace.plan_name(), workplace.ledger(), opening, with));
  if (invocation.output == Output::json) {
    TRUEBOUND_TRY_VOID(deliver(invocation, report::render(dossier, report::Format::json)));
  } else {
    remark(invocation, report::summary(dossier, workplace.ledger().string()));
    for (const std::string& trouble : progress.troubles())
      remark(invocation, "Why there are errors: " + trouble);
    remark(invocation,
           fmt::format("Report: truebound report --ledger {} --run {} --out report.html",
                       workplace.ledger().string(), dossier.provenance.run));
  }
  tell_past_date(dossier, clock.time_ms(), invocation);
  return code_of(dossier, invocation);
}

Result<int> report(const ReportArguments& arguments, const Invocation& invocation) {
  TRUEBOUND_TRY(folder, ledger_to_read(invocation));
  const std::string wanted = invocation.output == Output::json ? "json" : arguments.format;
  const std::optional<report::Format> format = from_text<report::Format>(wanted);
  if (!format) {
    return invalid_input("--format must be one of " + join(all_words<report::Format>()) + ", got " +
                         wanted);
  }
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(dossier, assess::conclude(*ledger, invocation.run));
  TRUEBOUND_TRY_VOID(deliver(invocation, report::render(dossier, *format)));
  if (!invocation.out.empty()) {
    remark(invocation, fmt::format("Wrote the report of run {} ({}) to {}", dossier.provenance.run,
                                   to_text(*format), invocation.out));
  }
  tell_past_date(dossier, SystemClock().time_ms(), invocation);
  return code_of(dossier, invocation);
}

}  // namespace truebound::cli
