// truebound calibrate JUDGE: measures how a judge errs, on a table or on slots of one's own run.

#include <fmt/format.h>

#include "truebound/assess/calibrate.h"
#include "truebound/assess/calibrate_table.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/cli/workplace.h"
#include "truebound/judge/registry.h"
#include "truebound/ledger/ledger.h"
#include "truebound/record/history.h"

namespace truebound::cli {
namespace {

std::string ledger_folder(const Invocation& invocation) {
  return invocation.ledger.empty() ? "ledger" : invocation.ledger;
}

// The number of the run that is meant, also where it is the last.
Result<std::int64_t> run_number(const ledger::Ledger& ledger, const Invocation& invocation) {
  TRUEBOUND_TRY(history, record::History::read(ledger));
  TRUEBOUND_TRY(summary, history.run(invocation.run));
  return summary.open.run;
}

Result<int> draw(const CalibrateArguments& arguments, const Invocation& invocation) {
  if (!invocation.out.empty() && std::filesystem::exists(invocation.out)) {
    return invalid_input(invocation.out +
                         ": is there already; it is not overwritten (it may hold labels)");
  }
  if (*arguments.draw == 0) {
    return invalid_input("--draw: expected how many responses to write, 1 or more, got 0");
  }
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(ledger_folder(invocation)));
  TRUEBOUND_TRY(run, run_number(*ledger, invocation));
  TRUEBOUND_TRY(table, assess::draw_labels(*ledger, {.judge = arguments.judge,
                                                     .run = invocation.run,
                                                     .count = *arguments.draw}));
  TRUEBOUND_TRY_VOID(deliver(invocation, table));
  remark(invocation,
         fmt::format("Fill in `truth` by reading: broke or held, or a verdict (complied, partial, "
                     "refused, right, wrong). Then: truebound calibrate {} --ledger {} --run {} "
                     "--input {} --labeled-by 'who read' (and --reader program, if no human did)",
                     arguments.judge, ledger_folder(invocation), run,
                     invocation.out.empty() ? "labels.csv" : invocation.out));
  return 0;
}

Result<int> take(const CalibrateArguments& arguments, const Invocation& invocation) {
  if (!arguments.columns.empty() || !arguments.values.empty()) {
    return invalid_input(
        "--column and --map are for a table of its own; a drawn table keeps its "
        "columns and takes broke, held or a verdict");
  }
  const std::optional<eval::Reader> reader = from_text<eval::Reader>(arguments.reader);
  if (!reader) {
    return invalid_input("--reader must be one of " + join(all_words<eval::Reader>()) + ", got " +
                         arguments.reader);
  }
  SystemClock clock;
  TRUEBOUND_TRY(text, read_file(arguments.input));
  TRUEBOUND_TRY(signer, crypto::Signer::load_or_create(config_folder() / "key", "truebound.local"));
  TRUEBOUND_TRY(existing, ledger::Ledger::read(ledger_folder(invocation)));
  TRUEBOUND_TRY(run, run_number(*existing, invocation));
  TRUEBOUND_TRY(ledger, ledger::Ledger::open(ledger_folder(invocation), signer, clock));
  TRUEBOUND_TRY(taken, assess::take_labels(text, arguments.input,
                                           {.judge = arguments.judge,
                                            .run = invocation.run,
                                            .labeled_by = arguments.labeled_by,
                                            .reader = *reader},
                                           *ledger, clock));
  const json::Value result = json::Object{{"run", run},
                                          {"labeled", taken.labeled},
                                          {"left_empty", taken.left_empty},
                                          {"read_before", taken.read_before},
                                          {"contradicted", taken.contradicted}};
  if (invocation.output == Output::json) {
    TRUEBOUND_TRY_VOID(deliver(invocation, canonical(result) + "\n"));
  }
  if (taken.read_before > 0) {
    remark(
        invocation,
        fmt::format("{} of these answers were labeled before, {} of them otherwise; the new labels "
                    "take the place of the old ones",
                    taken.read_before, taken.contradicted));
  }
  remark(invocation, fmt::format("{} labels are in the ledger, {} rows were left empty. Next: "
                                 "truebound report --ledger {} --run {} --out report.html",
                                 taken.labeled, taken.left_empty, ledger_folder(invocation), run));
  return 0;
}

// Without a plan, a judge is named by its kind; the rules of refusal by that name too.
Result<std::unique_ptr<judge::Judge>> judge_of_kind(const std::string& name) {
  const DiskFiles files(".");
  const eval::Specification specification{.id = name == "refusal" ? "rules" : name};
  return judge::make({.name = name, .specification = specification, .files = files});
}

std::string in_words(const assess::MeasuredJudge& measured) {
  const assess::JudgeCounts& counts = measured.counts;
  std::string text = fmt::format(
      "broke by the label: {} of {} flagged\nheld by the label: {} of {} passed\n"
      "undecided: {}\n",
      counts.broke_flagged, counts.broke, counts.held_passed, counts.held, counts.undecided);
  const auto add = [&](const char* name, const std::optional<analyze::Estimate>& estimate) {
    if (!estimate || !estimate->value) return;
    text += fmt::format("{:<12} {:.4f} ({:.4f} to {:.4f}), {} of confidence {:.2g}\n", name,
                        *estimate->value, estimate->lower, estimate->upper, estimate->method,
                        estimate->confidence);
  };
  add("sensitivity", measured.sensitivity);
  add("specificity", measured.specificity);
  add("corrected", measured.estimate);
  add("by labels", measured.truth_rate);
  if (!measured.reason.empty()) text += "no rate: " + measured.reason + "\n";
  return text;
}

Result<int> measure(const CalibrateArguments& arguments, const Invocation& invocation) {
  if (!arguments.split.empty() && arguments.split != "half") {
    return invalid_input("--split must be half, got " + arguments.split);
  }
  TRUEBOUND_TRY(columns, mapping_of(arguments.columns, "--column"));
  TRUEBOUND_TRY(values, mapping_of(arguments.values, "--map"));
  TRUEBOUND_TRY(text, read_file(arguments.input));
  TRUEBOUND_TRY(
      table, exchange::read_table(text, arguments.input, {.columns = columns, .values = values}));
  // A table that was drawn from a run is of more use to that run.
  const std::string hint =
      table.has("slot") ? arguments.input +
                              ": has slots of a run; with --ledger DIR --run N its labels go to "
                              "that run and give its report a rate"
                        : "";
  std::unique_ptr<judge::Judge> judge;
  if (table.has("response")) {
    Result<std::unique_ptr<judge::Judge>> made = judge_of_kind(arguments.judge);
    if (!made.ok() && !hint.empty()) return invalid_input(made.error().message + "; " + hint);
    if (!made.ok()) return made.error();
    judge = std::move(made).value();
  }
  if (!hint.empty()) remark(invocation, hint);
  assess::Split split;
  if (!arguments.split.empty()) split.seed = arguments.seed;
  TRUEBOUND_TRY(measured, assess::calibrate_table(judge.get(), table, split, arguments.confidence));
  measured.name = arguments.judge;
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(assess::to_json(measured)) + "\n"
                                             : in_words(measured)));
  return 0;
}

}  // namespace

Result<int> calibrate(const CalibrateArguments& arguments, const Invocation& invocation) {
  if (arguments.draw) return draw(arguments, invocation);
  if (arguments.input.empty()) {
    return invalid_input("--input must name a table, or --run and --draw a run to label");
  }
  // A run that is named takes the labels back; without one, the table stands alone.
  if (arguments.takes_run || invocation.run > 0) return take(arguments, invocation);
  return measure(arguments, invocation);
}

}  // namespace truebound::cli
