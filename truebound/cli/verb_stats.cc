// truebound stats METHOD: any method of docs/methods on a table, so that a number can be checked
// by hand.

#include <fmt/format.h>

#include "truebound/analyze/methods.h"
#include "truebound/cli/terminal.h"
#include "truebound/exchange/table.h"

namespace truebound::cli {
namespace {

// `a=b` or `a=b,c=d` into a mapping.
Result<std::map<std::string, std::string>> pairs_of(const std::vector<std::string>& options,
                                                    const std::string& flag) {
  std::map<std::string, std::string> pairs;
  for (const std::string& option : options) {
    std::size_t from = 0;
    while (from <= option.size()) {
      const std::size_t comma = std::min(option.find(',', from), option.size());
      const std::string pair = option.substr(from, comma - from);
      const std::size_t equals = pair.find('=');
      if (equals == std::string::npos || equals == 0) {
        return invalid_input(flag + ": expected NAME=VALUE, got " + option);
      }
      pairs[pair.substr(0, equals)] = pair.substr(equals + 1);
      from = comma + 1;
    }
  }
  return pairs;
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
  TRUEBOUND_TRY(columns, pairs_of(arguments.columns, "--column"));
  TRUEBOUND_TRY(values, pairs_of(arguments.values, "--map"));
  const auto estimand = from_text<eval::Estimand>(arguments.estimand);
  if (!estimand) {
    return invalid_input("--estimand must be fixed_set or generalized, got " + arguments.estimand);
  }
  TRUEBOUND_TRY(text, read_file(arguments.input));
  TRUEBOUND_TRY(
      table, exchange::read_table(text, arguments.input, {.columns = columns, .values = values}));
  const std::vector<eval::Observation> rows = table.observations();
  TRUEBOUND_TRY(result, analyze::run_method(arguments.method, rows,
                                            {.confidence = arguments.confidence,
                                             .correlation = arguments.correlation,
                                             .estimand = *estimand,
                                             .arm = arguments.arm,
                                             .table = arguments.input}));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(analyze::to_json(result)) + "\n"
                                             : in_words(result)));
  return 0;
}

}  // namespace truebound::cli
