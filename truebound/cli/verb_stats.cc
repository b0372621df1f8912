// truebound stats METHOD: any method of docs/methods on a table, so that a number can be checked
// by hand.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "truebound/analyze/methods.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/exchange/readers.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

// What a method takes for granted, in short; its page has the rest.
std::string assumed(const std::string& method) {
  static const std::map<std::string, const char*> known = {
      {"effective_n", "slots of one cluster count once, or as --correlation says"},
      {"clopper_pearson", "each row is independent of the others"},
      {"wilson", "each row is independent of the others; its limits are for display"},
      {"jeffreys", "each row is independent of the others; its limits are for display"},
      {"zero_failure", "nothing broke; slots of one cluster resemble each other by r"},
      {"korn_graubard", "clusters are independent; the limits may be too narrow for few of them"},
      {"cluster_rate", "clusters are independent and many; its limits are for display"},
      {"stratified_mean", "rows within a stratum are independent; the shares are fixed"},
      {"mcnemar", "samples are independent; pairs are made by sample"},
      {"bonett_price", "samples are independent; pairs are made by sample"},
      {"lang_reiczigel", "labels are of responses like those measured; rows are independent"},
      {"chain",
       "labels were drawn by verdict; slots of one cluster count once, or as "
       "--correlation says"}};
  const auto found = known.find(method);
  const std::string page = "docs/methods/" + method + ".md";
  if (found == known.end()) return "page       " + page + "\n";
  return fmt::format("assumes    {} ({})\n", found->second, page);
}

// A member that only this method tells, as a person reads it.
std::string flat(const json::Value& value) {
  if (value.text() != nullptr) return *value.text();
  if (value.is_null()) return "none";
  if (value.boolean() != nullptr) return *value.boolean() ? "yes" : "no";
  if (value.decimal() != nullptr) return fmt::format("{:.6g}", *value.decimal());
  std::vector<std::string> parts;
  if (value.list() != nullptr) {
    for (const json::Value& element : *value.list())
      parts.push_back(flat(element));
    return parts.empty() ? "none" : join(parts, "; ");
  }
  if (value.object() == nullptr) return json::canonical(value);
  for (const auto& [key, member] : *value.object()) {
    std::string name = key;
    std::ranges::replace(name, '_', ' ');
    parts.push_back(name + " " + flat(member));
  }
  return join(parts);
}

// The columns that a method cannot do without: those before the brackets. Where `sample` is absent,
// each row is a sample of its own.
std::vector<std::string> columns_needed(const std::string& name) {
  const std::string_view columns = name == "rate" ? "outcome" : analyze::method_of(name)->columns;
  std::vector<std::string> needed = analyze::words_of(columns.substr(0, columns.find('[')));
  std::erase(needed, "sample");
  return needed;
}

// An option that some other method reads would change nothing here.
Result<void> refuse_unread_options(const StatsArguments& arguments) {
  std::vector<std::string> known;
  for (const analyze::Method& method : analyze::methods()) {
    for (const std::string& option : analyze::words_of(method.options))
      known.push_back(option);
  }
  return refuse_unread("stats " + arguments.method, arguments.given, known,
                       analyze::words_of(analyze::method_of(arguments.method)->options));
}

Result<void> refuse_absent_columns(const StatsArguments& arguments,
                                   const exchange::TableRows& table) {
  for (const std::string& column : columns_needed(arguments.method)) {
    if (table.has(column)) continue;
    if (column == "outcome" && table.has("score")) continue;
    std::vector<std::string> found = table.present;
    found.insert(found.end(), table.unread.begin(), table.unread.end());
    return invalid_input(arguments.input + ": " + arguments.method + " needs a column " + column +
                         ", got " + join(found) + "; --column " + column + "=YOURS names it");
  }
  return {};
}

// The texts of the rows, where the table has them.
std::vector<std::string> responses_of(const exchange::TableRows& table) {
  std::vector<std::string> responses;
  if (!table.has("response")) return responses;
  for (const exchange::TableRow& row : table.rows)
    responses.push_back(row.response);
  return responses;
}

std::string in_words(const analyze::MethodResult& result) {
  const analyze::Estimate& estimate = result.estimate;
  std::string text = fmt::format("{} ({})\n", estimate.name, estimate.method);
  if (estimate.value) {
    text += fmt::format("value      {:.6g}\n", *estimate.value);
    text += fmt::format("interval   {:.6g} to {:.6g}, {}-sided {:.6g}\n", estimate.lower,
                        estimate.upper, estimate.sides, estimate.confidence);
  } else {
    text += fmt::format("no value   {} {}\n", to_text(estimate.reason), estimate.reason_detail);
    text += "interval   0 to 1: nothing is known\n";
  }
  if (estimate.counts.missing() > 0) {
    text += fmt::format("missing    {:.6g} to {:.6g} with the missing taken both ways\n",
                        estimate.missing.lower, estimate.missing.upper);
  }
  text += fmt::format("n          {} decided, effective {:.6g}, {} clusters\n", estimate.n,
                      estimate.effective_n, estimate.clusters);
  text +=
      fmt::format("counts     planned {}, broke {}, held {}, undecided {}, error {}, not run {}\n",
                  estimate.counts.planned, estimate.counts.broke, estimate.counts.held,
                  estimate.counts.undecided, estimate.counts.error, estimate.counts.not_run);
  if (estimate.p_value) text += fmt::format("p          {:.6g}\n", *estimate.p_value);
  if (estimate.statistic) text += fmt::format("statistic  {:.6g}\n", *estimate.statistic);
  for (const auto& [key, value] : result.beside) {
    std::string name = key;
    std::ranges::replace(name, '_', ' ');
    text += fmt::format("{:<10} {}\n", name, flat(value));
  }
  text += assumed(estimate.method);
  return text;
}

// `rate` stands for one of the others, by what the table holds.
std::vector<std::string> method_names() {
  std::vector<std::string> names{"rate"};
  for (const analyze::Method& method : analyze::methods())
    names.emplace_back(method.name);
  return names;
}

Result<void> refuse_unknown_method(const std::string& name) {
  const std::vector<std::string> names = method_names();
  if (std::ranges::find(names, name) != names.end()) return {};
  const auto near = nearest(name, names);
  return invalid_input("stats: method must be one of " + join(names) + ", got " + name +
                       (near ? "; did you mean " + *near + "?" : ""));
}

}  // namespace

std::string methods_in_words() {
  std::string text = fmt::format("Methods:\n  {:<16} {}\n", "rate",
                                 "chain where a judge decided any row, effective_n elsewhere");
  for (const analyze::Method& method : analyze::methods()) {
    text += fmt::format("  {:<22} {} [{}] reads {}\n", method.name, method.about, method.columns,
                        dashed(analyze::words_of(method.options)));
  }
  return text;
}

Result<int> stats(const StatsArguments& arguments, const Invocation& invocation) {
  TRUEBOUND_TRY_VOID(refuse_unknown_method(arguments.method));
  TRUEBOUND_TRY_VOID(refuse_unread_options(arguments));
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
  TRUEBOUND_TRY(table, exchange::read_with(arguments.reader, text, arguments.input,
                                           {.columns = columns, .values = values}));
  TRUEBOUND_TRY_VOID(refuse_absent_columns(arguments, table));
  const std::vector<eval::Observation> rows = table.observations();
  TRUEBOUND_TRY(result, analyze::run_method(arguments.method, rows,
                                            {.confidence = arguments.confidence,
                                             .correlation = arguments.correlation,
                                             .estimand = *estimand,
                                             .margin = arguments.margin,
                                             .resamples = arguments.resamples,
                                             .seed = arguments.seed,
                                             .threshold = arguments.threshold,
                                             .alternative = arguments.alternative,
                                             .level = arguments.level,
                                             .tries = arguments.tries,
                                             .by = arguments.by,
                                             .responses = responses_of(table),
                                             .arm = arguments.arm,
                                             .table = arguments.input}));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(analyze::to_json(result)) + "\n"
                                             : text::visible(in_words(result))));
  return 0;
}

}  // namespace truebound::cli
