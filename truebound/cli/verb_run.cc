// truebound run, report: from a plan to its report.

#include <fmt/format.h>

#include "truebound/assess/assess.h"
#include "truebound/assess/conclude.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/ledger/ledger.h"
#include "truebound/report/report.h"

namespace truebound::cli {
namespace {

// A gate of the plan that is not met is told by exit code 1.
int code_of(const evidence::Dossier& dossier) {
  for (const evidence::Claim& claim : dossier.claims) {
    if (claim.gate && !claim.met) return 1;
  }
  return 0;
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
  SystemClock clock;
  TRUEBOUND_TRY(workplace, Workplace::of_plan(arguments.plan, invocation));
  ProgressLine progress(clock, invocation.output == Output::json ? Talk::quiet : invocation.talk);
  const assess::Services with = workplace.services(clock, &progress, &stop_on_signals());
  const assess::Opening opening{
      .start = arguments.resume ? assess::Start::resume : assess::Start::fresh,
      .rehearsal = {.seed = arguments.seed, .limit = arguments.limit}};
  TRUEBOUND_TRY(dossier, assess::assess(workplace.plan_name(), workplace.ledger(), opening, with));
  if (invocation.output == Output::json) {
    TRUEBOUND_TRY_VOID(deliver(invocation, report::render(dossier, report::Format::json)));
  } else {
    remark(invocation, report::summary(dossier));
    for (const std::string& trouble : progress.troubles())
      remark(invocation, "Why there are errors: " + trouble);
    remark(invocation,
           fmt::format("Report: truebound report --ledger {} --run {} --out report.html",
                       workplace.ledger().string(), dossier.provenance.run));
  }
  return code_of(dossier);
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
  return code_of(dossier);
}

}  // namespace truebound::cli
