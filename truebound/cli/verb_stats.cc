// truebound stats METHOD: any method of docs/methods on a table, so that a number can be checked
// by hand.

#include <sstream>

#include <fmt/format.h>

#include "truebound/analyze/methods.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/exchange/table.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

// The columns that a method cannot do without: those before the brackets. Where `sample` is absent,
// each row is a sample of its own.
std::vector<std::string> columns_needed(const std::string& name) {
  std::string_view columns = "outcome";
  for (const analyze::Method& method : analyze::methods()) {
    if (method.name == name) columns = method.columns;
  }
  std::vector<std::string> needed;
  std::istringstream words{std::string(columns.substr(0, columns.find('[')))};
  for (std::string word; words >> word;) {
    if (word != "sample") needed.push_back(word);
  }
  return needed;
}

Result<void> refuse_absent_columns(const StatsArguments& arguments,
                                   const exchange::TableRows& table) {
  for (const std::string& column : columns_needed(arguments.method)) {
    if (table.has(column)) continue;
    std::vector<std::string> found = table.present;
    found.insert(found.end(), table.unread.begin(), table.unread.end());
    return invalid_input(arguments.input + ": " + arguments.method + " needs a column " + column +
                         ", got " + join(found) + "; --column " + column + "=YOURS names it");
  }
  return {};
}

std::string in_words(const analyze::MethodResult& result) {
  const analyze::Estimate& estimate = result.estimate;
  std::string text = fmt::format("{} ({})\n", estimate.name, estimate.method);
  if (estimate.value) {
    text += fmt::format("value      {:.10g}\n", *estimate.value);
    text += fmt::format("interval   {:.10g} to {:.10g}, {}-sided {:.10g}\n", estimate.lower,
                        estimate.upper, estimate.sides, estimate.confidence);
  } else {
    text += fmt::format("no value   {} {}\n", to_text(estimate.reason), estimate.reason_detail);
  }
  if (estimate.counts.missing() > 0) {
    text += fmt::format("missing    {:.10g} to {:.10g} with the missing taken both ways\n",
                        estimate.missing.lower, estimate.missing.upper);
  }
  text += fmt::format("n          {} decided, effective {:.10g}, {} clusters\n", estimate.n,
                      estimate.effective_n, estimate.clusters);
  text +=
      fmt::format("counts     planned {}, broke {}, held {}, undecided {}, error {}, not run {}\n",
                  estimate.counts.planned, estimate.counts.broke, estimate.counts.held,
                  estimate.counts.undecided, estimate.counts.error, estimate.counts.not_run);
  if (estimate.p_value) text += fmt::format("p          {:.10g}\n", *estimate.p_value);
  if (estimate.statistic) text += fmt::format("statistic  {:.10g}\n", *estimate.statistic);
  for (const auto& [key, value] : result.beside) {
    text += fmt::format("{:<10} {}\n", key, json::canonical(value));
  }
  return text;
}

}  // namespace

std::string methods_in_words() {
  std::string text = "Methods:\n";
  for (const analyze::Method& method : analyze::methods()) {
    text += fmt::format("  {:<16} {} [{}]\n", method.name, method.about, method.columns);
  }
  return text;
}

Result<int> stats(const StatsArguments& arguments, const Invocation& invocation) {
  TRUEBOUND_TRY(columns, mapping_of(arguments.columns, "--column"));
  TRUEBOUND_TRY(values, mapping_of(arguments.values, "--map"));
  const auto estimand = from_text<eval::Estimand>(arguments.estimand);
  if (!estimand) {
    return invalid_input("--estimand must be fixed_set or generalized, got " + arguments.estimand);
  }
  if (!(arguments.confidence > 0 && arguments.confidence < 1)) {
    return invalid_input(
        fmt::format("--confidence must lie in (0, 1), got {}", arguments.confidence));
  }
  if (!(arguments.correlation >= 0 && arguments.correlation <= 1)) {
    return invalid_input(
        fmt::format("--correlation must lie in [0, 1], got {}", arguments.correlation));
  }
  TRUEBOUND_TRY(text, read_file(arguments.input));
  TRUEBOUND_TRY(
      table, exchange::read_table(text, arguments.input, {.columns = columns, .values = values}));
  TRUEBOUND_TRY_VOID(refuse_absent_columns(arguments, table));
  const std::vector<eval::Observation> rows = table.observations();
  TRUEBOUND_TRY(result, analyze::run_method(arguments.method, rows,
                                            {.confidence = arguments.confidence,
                                             .correlation = arguments.correlation,
                                             .estimand = *estimand,
                                             .arm = arguments.arm,
                                             .table = arguments.input}));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(analyze::to_json(result)) + "\n"
                                             : text::visible(in_words(result))));
  return 0;
}

}  // namespace truebound::cli
