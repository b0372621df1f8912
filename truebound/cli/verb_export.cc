// truebound export: the outcomes of a run as a table, so that its numbers can be computed again.

#include <algorithm>

#include <fmt/format.h>

#include "truebound/assess/observe.h"
#include "truebound/assess/watch.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/exchange/write_table.h"
#include "truebound/ledger/ledger.h"

namespace truebound::cli {
namespace {

using Rows = std::vector<eval::Observation>;
using Where = std::map<std::string, std::string>;

// A reader of the table knows a judge by its name in the plan.
void name_judges(Rows& rows, const record::CastIdentity& cast) {
  std::map<std::string, std::string> names;
  for (const record::JudgeIdentity& judge : cast.judges)
    names[judge.identity] = judge.name;
  for (eval::Observation& row : rows) {
    const auto found = names.find(row.judge);
    if (found != names.end()) row.judge = found->second;
  }
}

// What people said of slots of this run; the latest word holds, as in the report.
void add_truths(Rows& rows, const std::vector<eval::Calibration>& calibrations) {
  for (const eval::Calibration& calibration : calibrations) {
    if (calibration.source != eval::LabelSource::this_run) continue;
    for (const eval::Label& label : calibration.labels) {
      if (!label.slot || *label.slot < 0) continue;
      const auto slot = static_cast<std::size_t>(*label.slot);
      if (slot < rows.size()) rows[slot].truth = label.truth;
    }
  }
}

Result<Rows> rows_where(const Rows& rows, const Where& where) {
  for (const auto& [factor, level] : where) {
    if (std::ranges::find(eval::factors(), factor) == eval::factors().end()) {
      return invalid_input("--where: expected a factor, one of " + join(eval::factors()) +
                           ", got " + factor);
    }
  }
  Rows chosen;
  for (const eval::Observation& row : rows) {
    const bool fits = std::ranges::all_of(
        where, [&](const auto& each) { return eval::level_of(row, each.first) == each.second; });
    if (fits) chosen.push_back(row);
  }
  if (chosen.empty()) return invalid_input("--where: expected slots with these levels, found none");
  return chosen;
}

}  // namespace

Result<int> export_outcomes(const ExportArguments& arguments, const Invocation& invocation) {
  const std::string wanted = invocation.output == Output::json ? "jsonl" : arguments.format;
  const auto format = from_text<exchange::TableFormat>(wanted);
  if (!format) {
    return invalid_input("--format must be one of " + join(all_words<exchange::TableFormat>()) +
                         ", got " + wanted);
  }
  TRUEBOUND_TRY(where, mapping_of(arguments.where, "--where"));
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(invocation.ledger.empty() ? Path("ledger")
                                                                       : Path(invocation.ledger)));
  TRUEBOUND_TRY(record, assess::read_record(*ledger, invocation.run));
  TRUEBOUND_TRY(rows, assess::observe(record));
  TRUEBOUND_TRY(watching, assess::watch_again(record, rows));
  static_cast<void>(watching);
  // Outside of every sample: in a table they would be missing.
  std::erase_if(rows, [](const eval::Observation& row) {
    return eval::was_not_run(row.outcome, {eval::claims_settled, eval::never_drawn});
  });
  add_truths(rows, record.calibrations);
  name_judges(rows, record.cast);
  TRUEBOUND_TRY(chosen, rows_where(rows, where));
  TRUEBOUND_TRY_VOID(deliver(invocation, exchange::write_table(chosen, *format)));
  if (!invocation.out.empty()) {
    remark(
        invocation,
        fmt::format("Wrote {} of {} slots of run {} to {}. truebound stats METHOD --input {} takes "
                    "one arm and one kind of expectation, which --where picks",
                    chosen.size(), rows.size(), record.summary.open.run, invocation.out,
                    invocation.out));
  }
  return 0;
}

}  // namespace truebound::cli
