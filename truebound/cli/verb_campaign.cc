// truebound campaign: the curve of objectives broken within q queries, from a table of a red team.

#include <fmt/format.h>

#include "truebound/analyze/methods.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/exchange/table.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

Result<void> refuse_absent_columns(const std::string& input, const exchange::TableRows& table) {
  for (const char* column : {"objective", "queries", "outcome"}) {
    if (table.has(column)) continue;
    std::vector<std::string> found = table.present;
    found.insert(found.end(), table.unread.begin(), table.unread.end());
    return invalid_input(input + ": campaign needs a column " + column + ", got " + join(found) +
                         "; --column " + column + "=YOURS names it");
  }
  return {};
}

double decimal(const json::Value& point, std::string_view key) {
  const json::Value* found = point.find(key);
  return found == nullptr || found->decimal() == nullptr ? 0 : *found->decimal();
}

std::string in_words(const analyze::MethodResult& result) {
  const analyze::Estimate& estimate = result.estimate;
  if (!estimate.value) {
    return fmt::format("no curve: {}\n",
                       analyze::reason_in_words(estimate.reason, estimate.reason_detail));
  }
  std::string text = fmt::format("{:>9}  {:>8}  {:>8}  {:>8}  {:>7}\n", "queries", "broken",
                                 "lower", "upper", "at risk");
  const json::Value told = analyze::to_json(result);
  for (const json::Value& point : *told.find("asr_at_q")->list()) {
    text += fmt::format("{:>9}  {:>8.4f}  {:>8.4f}  {:>8.4f}  {:>7}\n", *point.find("q")->integer(),
                        decimal(point, "value"), decimal(point, "lower"), decimal(point, "upper"),
                        *point.find("at_risk")->integer());
  }
  text += fmt::format("{} objectives; each point's limits hold by themselves at {:.4g}\n",
                      estimate.counts.planned, estimate.confidence);
  if (estimate.counts.missing() > 0) {
    text += fmt::format("{} without an outcome: at the end {:.4f} to {:.4f}, taken both ways\n",
                        estimate.counts.missing(), estimate.missing.lower, estimate.missing.upper);
  }
  return text;
}

}  // namespace

Result<int> campaign(const CampaignArguments& arguments, const Invocation& invocation) {
  TRUEBOUND_TRY(columns, mapping_of(arguments.columns, "--column"));
  TRUEBOUND_TRY(values, mapping_of(arguments.values, "--map"));
  if (!(arguments.confidence > 0 && arguments.confidence < 1)) {
    return invalid_input(
        fmt::format("--confidence must lie in (0, 1), got {}", arguments.confidence));
  }
  TRUEBOUND_TRY(text, read_file(arguments.input));
  TRUEBOUND_TRY(
      table, exchange::read_table(text, arguments.input, {.columns = columns, .values = values}));
  TRUEBOUND_TRY_VOID(refuse_absent_columns(arguments.input, table));
  TRUEBOUND_TRY(result, analyze::run_method("campaign", table.observations(),
                                            {.confidence = arguments.confidence,
                                             .arm = arguments.arm,
                                             .table = arguments.input}));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(analyze::to_json(result)) + "\n"
                                             : text::visible(in_words(result))));
  return 0;
}

}  // namespace truebound::cli
