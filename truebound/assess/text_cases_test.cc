// Whole assessments as text: a plan, its suite and the recorded answers of a model in, the lines
// that the report must hold out. Each folder of cases/ is one; its expect.txt says, a line each:
//
//   ### Rate below 5%        part of a line of the Markdown report, in this order
//   ~ # All held             the same, but within a fenced block: words of others, never ours
//   !is safe                 part of no line that is ours, that is, outside of fenced blocks
//   // why                   a remark
//
// A case needs no code: copy a folder, change its texts.

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "truebound/assess/assess.h"
#include "truebound/assess/conclude.h"
#include "truebound/ledger/verify.h"
#include "truebound/report/report.h"
#include "truebound/suite/builtin.h"
#include "truebound/text/utf8.h"

namespace truebound::assess {
namespace {

Path cases_folder() {
  return Path(TRUEBOUND_SOURCE) / "truebound/assess/cases";
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases_folder())) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// A reader sees no difference between a space and one where no line may break.
std::string with_plain_spaces(std::string text) {
  const std::string no_break = "\u00a0";
  for (std::size_t at = text.find(no_break); at != std::string::npos; at = text.find(no_break, at))
    text.replace(at, no_break.size(), " ");
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(with_plain_spaces(text));
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

// The lines of a Markdown text, those within a fence marked with `~ `. A fence ends at a line of as
// many backticks as began it, or more.
std::vector<std::string> marked_lines(const std::string& markdown) {
  std::vector<std::string> marked;
  std::size_t fence = 0;
  for (const std::string& line : lines_of(markdown)) {
    const std::size_t ticks = std::min(line.find_first_not_of('`'), line.size());
    if (fence == 0 && ticks >= 3) {
      fence = ticks;
    } else if (fence > 0 && ticks >= fence && ticks == line.size()) {
      fence = 0;
    } else {
      marked.push_back(fence > 0 ? "~ " + line : line);
    }
  }
  EXPECT_EQ(fence, 0U) << "a fence is left open";
  return marked;
}

class TextCase : public testing::TestWithParam<std::string> {
 protected:
  TextCase() : folder_(Path(testing::TempDir()) / ("text_case_" + GetParam())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::copy(cases_folder() / GetParam(), folder_,
                          std::filesystem::copy_options::recursive);
  }
  ~TextCase() override { std::filesystem::remove_all(folder_); }

  Result<evidence::Dossier> assess_it() {
    const DiskFiles disk(folder_);
    const suite::BuiltinFiles files(disk);
    SystemClock clock;
    TRUEBOUND_TRY(signer, crypto::Signer::load_or_create(folder_ / "key", "test.example"));
    const Services with{.files = files,
                        .folder = folder_,
                        .cache = folder_ / "cache",
                        .clock = clock,
                        .signer = signer};
    return assess("plan.yaml", folder_ / "ledger", {}, with);
  }

  Path folder_;
};

void expect_lines(const std::vector<std::string>& report, const std::vector<std::string>& wanted) {
  auto from = report.begin();
  for (const std::string& line : wanted) {
    if (line.empty() || line.starts_with("// ")) continue;
    if (line.starts_with("!")) {
      for (const std::string& ours : report) {
        EXPECT_TRUE(ours.starts_with("~ ") || ours.find(line.substr(1)) == std::string::npos)
            << "must not stand in the report: " << ours;
      }
      continue;
    }
    const auto found = std::find_if(from, report.end(), [&](const std::string& told) {
      return told.find(line) != std::string::npos;
    });
    EXPECT_NE(found, report.end()) << "not found, or not after the line before: " << line;
    if (found != report.end()) from = found + 1;
  }
}

TEST_P(TextCase, TheReportHoldsItsLinesAndNoOthersWordsAreOurs) {
  const Result<evidence::Dossier> assessed = assess_it();
  ASSERT_TRUE(assessed.ok()) << assessed.error().message;
  const std::string markdown = report::render(assessed.value(), report::Format::markdown);
  const std::vector<std::string> wanted = lines_of(read_file(folder_ / "expect.txt").value());
  expect_lines(marked_lines(markdown), wanted);
  EXPECT_GE(wanted.size(), 5U) << "a case that says little tests little";

  // What holds in every case.
  const auto ledger = ledger::Ledger::read(folder_ / "ledger").value();
  for (const report::Format format :
       {report::Format::html, report::Format::markdown, report::Format::json}) {
    const std::string told = report::render(assessed.value(), format);
    EXPECT_EQ(told, report::render(conclude(*ledger, 0).value(), format)) << "not the same again";
    if (format != report::Format::json) {
      EXPECT_NE(told.find("This report cannot show the absence of harm."), std::string::npos);
    }
    EXPECT_EQ(text::visible(told), told) << "a hidden character is not shown by its name";
  }
  const eval::Counts& counts = assessed.value().counts;
  EXPECT_EQ(counts.planned, counts.broke + counts.held + counts.missing());
  const auto verified = ledger::verify(folder_ / "ledger", record::References());
  EXPECT_TRUE(verified.ok()) << verified.error().message;
}

INSTANTIATE_TEST_SUITE_P(All, TextCase, testing::ValuesIn(case_names()),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace truebound::assess
