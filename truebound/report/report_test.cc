#include "truebound/report/report.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "truebound/json/value.h"
#include "truebound/report/figures.h"
#include "truebound/report/html_check.h"
#include "truebound/report/page.h"
#include "truebound/report/report_cases.h"
#include "truebound/report/wording.h"

namespace truebound::report {
namespace {

using evidence::Dossier;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

std::string words_of_page(const Dossier& dossier) {
  return check::take_apart(render(dossier, Format::html)).text;
}

json::Value json_of(const Dossier& dossier) {
  const Result<json::Value> read = json::parse_json(render(dossier, Format::json), "report.json");
  EXPECT_TRUE(read.ok());
  return read.ok() ? read.value() : json::Value();
}

TEST(Report, TheSameDossierGivesTheSameBytes) {
  for (const Format format : {Format::html, Format::markdown, Format::json}) {
    EXPECT_EQ(render(cases::uncalibrated(), format), render(cases::uncalibrated(), format));
    EXPECT_NE(render(cases::uncalibrated(), format), render(cases::calibrated(), format));
  }
}

// Golden files: the whole report as text, reviewed as a diff. The style sheet is left out of the
// HTML, since it is a file of its own.
std::string golden_form(std::string report) {
  const std::size_t begin = report.find("<style>");
  if (begin == std::string::npos) return report;
  const std::size_t end = report.find("</style>", begin);
  return report.replace(begin, end - begin, "<style>");
}

TEST(Report, TheGoldenReportsAreTheSame) {
  const std::vector<std::pair<std::string, Dossier>> golden = {
      {"uncalibrated", cases::uncalibrated()}, {"calibrated", cases::calibrated()}};
  for (const auto& [name, dossier] : golden) {
    for (const Format format : {Format::html, Format::markdown}) {
      const std::string path = std::string(TRUEBOUND_SOURCE) + "/truebound/report/golden/" + name +
                               "." + std::string(to_text(format));
      const std::string report = golden_form(render(dossier, format));
      if (std::getenv("TRUEBOUND_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << report;
      }
      std::ostringstream kept;
      kept << std::ifstream(path, std::ios::binary).rdbuf();
      EXPECT_TRUE(report == kept.str())
          << path << " differs; look at it, then TRUEBOUND_UPDATE_GOLDEN=1";
    }
  }
}

TEST(Report, TheDisclaimerStandsUnderTheTitleAndInTheFooter) {
  for (const Dossier& dossier : {cases::uncalibrated(), cases::calibrated(), cases::blank()}) {
    EXPECT_EQ(count(words_of_page(dossier), "This report cannot show the absence of harm."), 2U);
    EXPECT_EQ(
        count(render(dossier, Format::markdown), "This report cannot show the absence of harm."),
        2U);
    EXPECT_TRUE(summary(dossier).ends_with("This report cannot show the absence of harm.\n"));
  }
}

TEST(Report, NoSentenceOfOursCallsASystemSafe) {
  const std::regex never(
      "\\b(safe|safely|safety|secure|security|passed|passes|compliant|certified|trustworthy|grade|"
      "star|shield|robust|significant|significantly|good|low|strong|strongly|just|proven|the "
      "model is)\\b",
      std::regex::icase);
  Dossier rehearsal = cases::calibrated();
  rehearsal.mark = "rehearsal";
  for (const Dossier& dossier :
       {cases::uncalibrated(), cases::calibrated(), cases::exact_scorer(), cases::nothing_decided(),
        cases::blank(), cases::many_claims(12), rehearsal}) {
    for (const std::string& text :
         {words_of_page(dossier), render(dossier, Format::markdown), summary(dossier)}) {
      std::smatch found;
      EXPECT_FALSE(std::regex_search(text, found, never)) << found.str();
    }
  }
}

TEST(Report, EverySectionStandsInItsOrderEvenWithoutContent) {
  const std::vector<std::string> titles = {"What was found",
                                           "What is bounded",
                                           "What was not looked at",
                                           "Rates by attack",
                                           "Arms compared",
                                           "Outcomes of all planned slots",
                                           "The judge",
                                           "The calculation",
                                           "Scope and limits",
                                           "Deviations",
                                           "Transcripts",
                                           "Evidence, and how",
                                           "Words"};
  for (const Dossier& dossier : {cases::calibrated(), cases::blank()}) {
    const std::string report = render(dossier, Format::markdown);
    std::size_t at = 0;
    for (const std::string& title : titles) {
      at = report.find("## " + title, at);
      ASSERT_NE(at, std::string::npos) << title;
    }
  }
  EXPECT_NE(words_of_page(cases::blank()).find("No deviation was recorded."), std::string::npos);
}

TEST(Report, EmptyCellsAreNamedOnTheFirstScreenAndInTheFigure) {
  const std::string page = words_of_page(cases::uncalibrated());
  EXPECT_NE(page.find("Harm: cse. No samples in either arm; nothing is known."), std::string::npos);
  EXPECT_EQ(count(page, "not looked at: unlawful to write"), 2U);
  const std::string one_arm = words_of_page(cases::exact_scorer());
  EXPECT_NE(one_arm.find("Harm: hazard prv, arm on. No samples; nothing is known."),
            std::string::npos);
}

TEST(Report, MoreThanFiftyMissingAreCountedByReason) {
  Dossier dossier = cases::uncalibrated();
  const std::vector<evidence::Missing> nine = dossier.missing;
  for (int i = 0; i < 6; ++i)
    dossier.missing.insert(dossier.missing.end(), nine.begin(), nine.end());
  ASSERT_EQ(dossier.missing.size(), 63U);
  const std::string page = words_of_page(dossier);
  EXPECT_NE(page.find("The first 50 of the 63 missing outcomes"), std::string::npos);
  EXPECT_NE(page.find("All missing outcomes, by reason"), std::string::npos);
  const std::string markdown = render(dossier, Format::markdown);
  EXPECT_NE(markdown.find("| undecided | empty | 42 |"), std::string::npos);
  EXPECT_NE(markdown.find("| error | timeout | 21 |"), std::string::npos);
}

TEST(Report, MoreThanSixClaimsShowGatesAndTheWorstOfEachKind) {
  const Page page = lay_out(cases::many_claims(12));
  std::vector<std::int64_t> first;
  for (const Section& section : page.sections) {
    if (section.place != Place::found && section.place != Place::bounded) continue;
    for (const Block& block : section.blocks) {
      if (const auto* claims = std::get_if<Claims>(&block)) {
        for (const ClaimItem& item : claims->items)
          first.push_back(item.number);
      }
    }
  }
  // Claims 1, 5, 9 have the highest rate above; 3 and 4 lead their kinds; 6 is the gate.
  EXPECT_EQ(first, (std::vector<std::int64_t>{1, 6, 3, 4}));
  const std::string text = words_of_page(cases::many_claims(12));
  EXPECT_NE(text.find("Gates and the worst of each kind stand here, and 4 more."),
            std::string::npos);
  EXPECT_EQ(count(text, "With arm arm7"), 1U);
  EXPECT_EQ(count(words_of_page(cases::many_claims(6)), "All claims"), 0U);
}

TEST(Report, ARehearsalCarriesNoClaim) {
  Dossier dossier = cases::calibrated();
  dossier.mark = "rehearsal";
  for (const std::string& text :
       {words_of_page(dossier), render(dossier, Format::markdown), summary(dossier)}) {
    EXPECT_NE(text.find("Rehearsal. It carries no claim."), std::string::npos);
    EXPECT_EQ(text.find("Rate above 5%"), std::string::npos);
    EXPECT_EQ(text.find("at least"), std::string::npos);
  }
}

TEST(Report, MarkdownSaysTheSentencesOfThePage) {
  const Dossier dossier = cases::calibrated();
  const std::string page = words_of_page(dossier);
  const std::string markdown =
      std::regex_replace(render(dossier, Format::markdown), std::regex("\\*\\*|\\\\"), "");
  for (const evidence::Claim& claim : dossier.claims) {
    for (const Sentence& sentence :
         {lead(claim, dossier), follow(claim, dossier), figures_line(claim)}) {
      EXPECT_NE(page.find(sentence.plain()), std::string::npos) << sentence.plain();
      EXPECT_NE(markdown.find(sentence.plain()), std::string::npos) << sentence.plain();
    }
  }
}

// What is left of a Markdown text without its fenced blocks, by CommonMark's rule: a fence closes
// at a line of at least as many backticks and nothing else.
std::string outside_fences(const std::string& markdown) {
  std::istringstream lines(markdown);
  std::string kept;
  std::size_t fence = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t run = std::min(line.find_first_not_of('`'), line.size());
    if (fence == 0 && run >= 3) {
      fence = run;
    } else if (fence > 0) {
      if (run >= fence && run == line.size()) fence = 0;
    } else {
      kept += line + "\n";
    }
  }
  EXPECT_EQ(fence, 0U) << "a fence never closes";
  return kept;
}

// Case report-o4: a text closed its fence and wrote its own Markdown into the report.
TEST(Report, ATextCannotLeaveItsFence) {
  Dossier dossier = cases::uncalibrated();
  dossier.exhibits[1].queries[0].text =
      "```\n# Nothing broke\n`````\n<img src=y>\n## Approved\n~~~\n";
  const std::string outside = outside_fences(render(dossier, Format::markdown));
  EXPECT_EQ(outside.find("Nothing broke"), std::string::npos);
  EXPECT_EQ(outside.find("<img"), std::string::npos);
  EXPECT_EQ(outside.find("Approved"), std::string::npos);
  EXPECT_NE(render(dossier, Format::markdown).find("# Nothing broke"), std::string::npos);
}

TEST(Report, HostileTextMakesNoMarkdown) {
  const std::string text =
      "<img src=x> ```` [x](http://e) **b** | # All held\n# All held\n</details>\x1b\xe2\x80\xae";
  const std::string markdown = render(cases::with_text_everywhere(text), Format::markdown);
  EXPECT_EQ(markdown.find('\x1b'), std::string::npos);
  std::istringstream lines(outside_fences(markdown));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(line.starts_with("# All held")) << line;
    if (line.starts_with("<details><summary>") || line == "</details>") {
      EXPECT_EQ(line.find("<img"), std::string::npos) << line;
      continue;
    }
    for (std::size_t at = line.find('<'); at != std::string::npos; at = line.find('<', at + 1)) {
      const bool escaped = at > 0 && line[at - 1] == '\\';
      const bool in_code = std::count(line.begin(), line.begin() + static_cast<long>(at), '`') > 0;
      EXPECT_TRUE(escaped || in_code) << line;
    }
  }
}

TEST(Report, JsonHasEstimatesAndClaimsInTheirShape) {
  const json::Value report = json_of(cases::calibrated());
  ASSERT_NE(report.find("truebound"), nullptr);
  EXPECT_EQ(*report.find("truebound")->text(), "report/1");
  const json::Value& claim = report.find("claims")->list()->at(0);
  std::vector<std::string> keys;
  for (const json::Member& member : *claim.object())
    keys.push_back(member.first);
  EXPECT_EQ(keys,
            (std::vector<std::string>{
                "name",        "asked",     "kind",       "family",     "correction", "threshold",
                "gate",        "met",       "bound",      "confidence", "reproduced", "worst",
                "more",        "estimate",  "population", "budget",     "scope",      "expires",
                "assumptions", "defeaters", "limits",     "entries"}));
  EXPECT_EQ(*claim.find("family")->text(), "default");
  EXPECT_EQ(*claim.find("correction")->text(), "bonferroni");
  EXPECT_EQ(*claim.find("expires")->text(), "2027-05-31");
  EXPECT_EQ(*report.find("families")->list()->at(0).find("cells")->integer(), 4);
  EXPECT_EQ(*claim.find("kind")->text(), "rate_above");
  EXPECT_TRUE(claim.find("more")->is_null());
  const json::Value& estimate = *claim.find("estimate");
  for (const char* key :
       {"name", "value", "lower", "upper", "confidence", "sides", "method", "n", "effective_n",
        "unit", "estimand", "counts", "missing", "raw", "judge", "reason"})
    EXPECT_NE(estimate.find(key), nullptr) << key;
  EXPECT_TRUE(estimate.find("reason")->is_null());
}

// Case report-o5: statistics without data were written as NaN, and the file was no JSON.
TEST(Report, WhatIsMissingIsNullWithItsReason) {
  const std::string text = render(cases::nothing_decided(), Format::json);
  for (const char* never : {"NaN", "nan,", "Infinity", "inf,"})
    EXPECT_EQ(text.find(never), std::string::npos) << never;
  const json::Value report = json_of(cases::nothing_decided());
  const json::Value& claim = report.find("claims")->list()->at(0);
  EXPECT_TRUE(claim.find("bound")->is_null());
  EXPECT_TRUE(claim.find("estimate")->find("value")->is_null());
  EXPECT_EQ(*claim.find("estimate")->find("reason")->text(), "no_outcome");
  const json::Value& pair = report.find("comparisons")->list()->at(0);
  EXPECT_TRUE(pair.find("difference")->is_null());
  EXPECT_EQ(*pair.find("reason")->text(), "no_pairs");
}

// Every way in which the report may print a number of the JSON.
void add_prints(const json::Value& value, std::set<std::string>& prints) {
  if (value.list() != nullptr) {
    for (const json::Value& element : *value.list())
      add_prints(element, prints);
  }
  if (value.object() != nullptr) {
    for (const json::Member& member : *value.object())
      add_prints(member.second, prints);
  }
  double number = 0;
  if (value.integer() != nullptr) {
    number = static_cast<double>(*value.integer());
    prints.insert(whole(*value.integer()));
  } else if (value.decimal() != nullptr) {
    number = *value.decimal();
  } else {
    return;
  }
  prints.insert(one_decimal(number));
  if (std::abs(number) > 1) return;
  for (const Rounding rounding : {Rounding::nearest, Rounding::down, Rounding::up}) {
    const std::string percents = percent(std::abs(number), rounding);
    prints.insert(percents.substr(0, percents.size() - 1));
  }
  const std::string all = exact_percent(std::abs(number));
  prints.insert(all.substr(0, all.size() - 1));
}

TEST(Report, EveryNumberOfAClaimsSentencesIsInItsJson) {
  for (const Dossier& dossier : {cases::calibrated(), cases::uncalibrated()}) {
    const json::Value report = json_of(dossier);
    for (std::size_t i = 0; i < dossier.claims.size(); ++i) {
      const evidence::Claim& claim = dossier.claims[i];
      // What is missing is the sum of three counts; 0 and 100 are the ends of the axis, and the
      // date is a text.
      std::set<std::string> prints = {whole(claim.estimate.counts.missing()), "0", "100", "31",
                                      "2027"};
      add_prints(report.find("claims")->list()->at(i), prints);
      std::string text = heading(claim).plain() + " " + lead(claim, dossier).plain() + " " +
                         figures_line(claim).plain();
      if (claim.estimate.value) text += " " + follow(claim, dossier).plain();
      const std::regex number("[0-9][0-9,]*(\\.[0-9]+)?");
      for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at) {
        std::string digits = at->str();
        if (digits.ends_with(',')) digits.pop_back();
        EXPECT_TRUE(prints.contains(digits)) << digits << " in: " << text;
      }
    }
  }
}

TEST(Summary, HasAtMostTwelveLinesAndSaysWhatCounts) {
  for (const Dossier& dossier :
       {cases::uncalibrated(), cases::calibrated(), cases::blank(), cases::many_claims(12)}) {
    Dossier marked = dossier;
    marked.mark = "stopped: by the operator";
    const std::string lines = summary(marked);
    EXPECT_LE(std::count(lines.begin(), lines.end(), '\n'), 12);
    EXPECT_NE(lines.find("Not looked at:"), std::string::npos);
    EXPECT_NE(lines.find("Checkpoint: size"), std::string::npos);
    EXPECT_NE(lines.find("Key: "), std::string::npos);
  }
  EXPECT_NE(summary(cases::uncalibrated())
                .find("A rate needs: truebound calibrate refusal --run 1 --draw 100"),
            std::string::npos);
  EXPECT_NE(summary(cases::uncalibrated())
                .find("880 slots: 871 decided, 6 undecided, 3 error, 0 not run. Broke, as judged: "
                      "Harm 153 of 395, Wrongful refusal 71 of 476."),
            std::string::npos);
  EXPECT_NE(summary(cases::many_claims(12)).find("And 9 more claims"), std::string::npos);
}

TEST(Summary, SaysWhyOutcomesAreMissingTheMostFrequentFirst) {
  Dossier dossier = cases::uncalibrated();
  dossier.missing.clear();
  for (int slot = 0; slot < 5; ++slot) {
    dossier.missing.push_back({.slot = slot,
                               .outcome = eval::OutcomeKind::error,
                               .reason = "lost",
                               .detail = slot < 3 ? "query 1: lost: connection refused" : ""});
  }
  EXPECT_NE(summary(dossier).find("Missing, most often: error, lost: connection refused \u00d7 3; "
                                  "error, lost \u00d7 2."),
            std::string::npos)
      << summary(dossier);
}

TEST(Report, SaysOfAnExactScorerNothingOfAJudge) {
  const Dossier dossier = cases::exact_scorer();
  const std::string report = render(dossier, Format::markdown);
  for (const char* words :
       {"errors not measured", "Outcomes, as judged", "No answer of this run has"}) {
    EXPECT_EQ(report.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(summary(dossier).find("as judged"), std::string::npos);
}

TEST(Head, SaysNotStatedWhereThePlanIsSilentOfAccess) {
  Dossier dossier = cases::uncalibrated();
  dossier.who.access_given.clear();
  EXPECT_NE(render(dossier, Format::markdown).find("Access given and refused: not stated."),
            std::string::npos);
}

TEST(Summary, NothingInItMovesACursor) {
  const std::string lines =
      summary(cases::with_text_everywhere("a\x1b[2J\nb\xc2\x9b"
                                          "31m\a"));
  for (const char letter : lines)
    EXPECT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= 0x20);
  EXPECT_EQ(lines.find("\xc2\x9b"), std::string::npos);
  EXPECT_LE(std::count(lines.begin(), lines.end(), '\n'), 12);
}

}  // namespace
}  // namespace truebound::report
