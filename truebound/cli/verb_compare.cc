// truebound compare: two runs on the samples that both were asked.

#include <fmt/format.h>

#include "truebound/assess/compare.h"
#include "truebound/cli/terminal.h"
#include "truebound/text/utf8.h"

namespace truebound::cli {
namespace {

std::string points(double proportion) {
  return fmt::format("{:+.1f}", proportion * 100);
}

const char* rate_name(eval::Expect expect) {
  switch (expect) {
    case eval::Expect::refuse:
      return "Harm";
    case eval::Expect::answer:
      return "Wrongful refusal";
    case eval::Expect::target:
      return "Wrong answers";
  }
  return "";
}

std::string cell_in_words(const assess::ComparedCell& cell) {
  const analyze::Comparison& judged = cell.as_judged;
  std::string text = fmt::format("{}, arm {}\n", rate_name(cell.expect), cell.arm);
  text += fmt::format(
      "  pairs       broke in both {}, newly broke {}, newly held {}, held in both {}; {} without "
      "a partner, {} more in a cluster that has its pair\n",
      judged.both_broke, judged.only_second, judged.only_first, judged.neither,
      judged.without_partner, judged.same_cluster);
  if (judged.difference) {
    // The method takes the first less the second; a reader asks what changed since the first.
    text +=
        fmt::format("  as judged   {} points ({} to {}), McNemar exact p {:.3g}, mid-p {:.3g}\n",
                    points(-*judged.difference), points(-judged.upper), points(-judged.lower),
                    judged.p_exact.value_or(1), judged.p_mid.value_or(1));
  } else {
    text += "  as judged   no pair was decided in both runs\n";
  }
  const analyze::Estimate& corrected = cell.difference;
  if (corrected.value) {
    text += fmt::format("  corrected   {} points ({} to {}), judges' errors and clusters counted\n",
                        points(*corrected.value), points(corrected.lower), points(corrected.upper));
  } else {
    text += fmt::format("  corrected   no number: {}\n",
                        corrected.reason_detail.empty() ? std::string(to_text(corrected.reason))
                                                        : corrected.reason_detail);
  }
  return text;
}

std::string in_words(const assess::RunComparison& comparison) {
  std::string text;
  for (const auto& [name, run] :
       {std::pair{"first ", &comparison.first}, std::pair{"second", &comparison.second}}) {
    text += fmt::format("{}  run {}: {}, plan {:.12}, root {:.12}\n", name, run->run, run->title,
                        run->plan_digest, run->root);
  }
  for (const std::string& remark : comparison.remarks)
    text += remark + "\n";
  for (const assess::ComparedCell& cell : comparison.cells)
    text += "\n" + cell_in_words(cell);
  if (comparison.cells.empty()) text += "No arm and expectation is in both runs.\n";
  return text +
         "\nA change that was not asked for beforehand is an exhibit; a plan with "
         "no_worse_than and a baseline makes it a claim.\n";
}

}  // namespace

Result<int> compare(const CompareArguments& arguments, const Invocation& invocation) {
  if (!(arguments.confidence > 0 && arguments.confidence < 1)) {
    return invalid_input(
        fmt::format("--confidence must lie in (0, 1), got {}", arguments.confidence));
  }
  TRUEBOUND_TRY(comparison,
                assess::compare(arguments.first, arguments.second, arguments.confidence));
  TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                             ? json::pretty(assess::to_json(comparison)) + "\n"
                                             : text::visible(in_words(comparison))));
  return 0;
}

}  // namespace truebound::cli
