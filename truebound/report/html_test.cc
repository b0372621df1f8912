#include "truebound/report/html.h"

#include <cmath>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "truebound/report/embedded.h"
#include "truebound/report/html_check.h"
#include "truebound/report/report.h"
#include "truebound/report/report_cases.h"

namespace truebound::report {
namespace {

using check::Document;
using check::Element;
using evidence::Dossier;

constexpr const char* hostile_text =
    "<script>alert(1)</script></pre></details></style>\x1b[2J\xe2\x80\xae\xe2\x80\x8b `````` =1+1 "
    "@x | <img src=x onerror=a> \"'& &lt; [x](javascript:a) {{x}}\n# All held\n\xff";

std::vector<std::pair<const char*, Dossier>> every_case() {
  Dossier rehearsal = cases::calibrated();
  rehearsal.mark = "rehearsal";
  return {{"uncalibrated", cases::uncalibrated()},
          {"calibrated", cases::calibrated()},
          {"exact scorer", cases::exact_scorer()},
          {"nothing decided", cases::nothing_decided()},
          {"blank", cases::blank()},
          {"many claims", cases::many_claims(12)},
          {"hostile", cases::with_text_everywhere(hostile_text)},
          {"rehearsal", rehearsal}};
}

Document page_of(const Dossier& dossier) {
  return check::take_apart(render(dossier, Format::html));
}

TEST(Html, EveryPageIsWellFormed) {
  for (const auto& [name, dossier] : every_case())
    EXPECT_EQ(page_of(dossier).fault, "") << name;
}

TEST(Html, TheCheckerFindsWhatABrowserWouldMend) {
  const std::string start = "<!DOCTYPE html>\n";
  EXPECT_NE(check::take_apart(start + "<p><b>x</p></b>").fault, "");
  EXPECT_NE(check::take_apart(start + "<p>").fault, "");
  EXPECT_NE(check::take_apart(start + "<p>a < b</p>").fault, "");
  EXPECT_NE(check::take_apart(start + "<p>a & b</p>").fault, "");
  EXPECT_NE(check::take_apart(start + "<p id=x>a</p>").fault, "");
  EXPECT_NE(check::take_apart(start + "<p id=\"x\" id=\"y\">a</p>").fault, "");
  EXPECT_EQ(check::take_apart(start + "<p id=\"x\">a &lt; b</p>").fault, "");
}

TEST(Html, NothingInAPageIsActiveOrFetched) {
  const std::set<std::string> known = {
      "html", "head", "meta", "title",   "style",   "body",    "a",      "svg",
      "defs", "g",    "line", "pattern", "rect",    "path",    "circle", "header",
      "p",    "h1",   "h2",   "h3",      "strong",  "b",       "dl",     "dt",
      "dd",   "div",  "code", "main",    "section", "ol",      "ul",     "li",
      "span", "use",  "text", "nav",     "table",   "caption", "thead",  "tbody",
      "tr",   "th",   "td",   "details", "summary", "pre",     "footer"};
  const std::regex ours("[A-Za-z0-9 .,%#:;='/_-]*");
  for (const auto& [name, dossier] : every_case()) {
    for (const Element& element : page_of(dossier).elements) {
      EXPECT_TRUE(known.contains(element.name)) << name << ": " << element.name;
      for (const auto& [key, value] : element.attributes) {
        EXPECT_FALSE(key.starts_with("on") || key == "src" || key == "style")
            << name << ": " << key;
        EXPECT_TRUE(std::regex_match(value, ours)) << name << ": " << key << "=" << value;
        if (key == "href") {
          EXPECT_TRUE(value.starts_with("#")) << name << ": " << value;
        }
      }
    }
  }
}

TEST(Html, APolicyForbidsWhatAMistakeCouldFetch) {
  const std::string html = render(cases::calibrated(), Format::html);
  EXPECT_NE(
      html.find("http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
                "style-src &#39;unsafe-inline&#39;\""),
      std::string::npos);
  EXPECT_EQ(html.find("name=\"description\""), std::string::npos);
  const std::string css = style_sheet().text();
  EXPECT_EQ(css.find("@import"), std::string::npos);
  for (std::size_t at = css.find("url("); at != std::string::npos; at = css.find("url(", at + 1))
    EXPECT_EQ(css.substr(at, 5), "url(#");
}

TEST(Html, LinksLeadSomewhereAndIdsAreUnique) {
  for (const auto& [name, dossier] : every_case()) {
    std::set<std::string> ids;
    std::set<std::string> targets;
    for (const Element& element : page_of(dossier).elements) {
      const auto id = element.attributes.find("id");
      if (id != element.attributes.end()) {
        EXPECT_TRUE(ids.insert(id->second).second) << name << ": " << id->second;
      }
      for (const char* key : {"href", "aria-labelledby"}) {
        const auto link = element.attributes.find(key);
        if (link == element.attributes.end()) continue;
        const std::string& value = link->second;
        targets.insert(value.starts_with("#") ? value.substr(1) : value);
      }
    }
    for (const std::string& target : targets)
      EXPECT_TRUE(ids.contains(target)) << name << ": " << target;
  }
}

TEST(Html, HeadingsDescendInOrder) {
  for (const auto& [name, dossier] : every_case()) {
    char last = '0';
    int first_headings = 0;
    for (const Element& element : page_of(dossier).elements) {
      if (element.name.size() != 2 || element.name[0] != 'h' || element.name[1] > '6') continue;
      EXPECT_LE(element.name[1], last + 1) << name;
      first_headings += element.name == "h1" ? 1 : 0;
      last = element.name[1];
    }
    EXPECT_EQ(first_headings, 1) << name;
  }
}

TEST(Html, HostileTextIsShownAndNotObeyed) {
  const std::string html = render(cases::with_text_everywhere(hostile_text), Format::html);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
  for (const char* hidden : {"\x1b", "\xe2\x80\xae", "\xe2\x80\x8b", "\xff"})
    EXPECT_EQ(html.find(hidden), std::string::npos);
  EXPECT_NE(html.find("<span class=\"cp\">U+001B</span>"), std::string::npos);
  EXPECT_NE(html.find("<span class=\"cp\">U+202E</span>"), std::string::npos);
  const std::string style = html.substr(html.find("<style>"), html.find("</style>"));
  EXPECT_EQ(style.find("alert"), std::string::npos);
}

// Case report-o1: tags in a model's text were stripped, so that nobody saw what it wrote.
TEST(Html, TagsThatAModelWroteAreSeen) {
  Dossier dossier = cases::uncalibrated();
  dossier.exhibits[1].queries[0].text = "<plan>first</plan><i>Never.</i>";
  const std::string html = render(dossier, Format::html);
  EXPECT_NE(html.find("&lt;plan&gt;first&lt;/plan&gt;&lt;i&gt;Never.&lt;/i&gt;"),
            std::string::npos);
  EXPECT_EQ(html.find("<plan>"), std::string::npos);
}

TEST(Html, TextsOfModelsStandInClosedFoldsOnly) {
  Dossier dossier = cases::calibrated();
  for (evidence::Exhibit& exhibit : dossier.exhibits) {
    exhibit.withheld.clear();
    exhibit.input = "QQQ" + exhibit.input;
    exhibit.queries = {{.asked = "QQQ asked", .text = "QQQ said", .thinking = "QQQ thought"}};
  }
  std::string html = render(dossier, Format::html);
  EXPECT_EQ(html.find("<details open"), std::string::npos);
  std::size_t folds = 0;
  for (std::size_t begin = html.find("<details>"); begin != std::string::npos;
       begin = html.find("<details>")) {
    const std::size_t end = html.find("</details>");
    const std::string fold = html.substr(begin, end - begin);
    EXPECT_EQ(fold.substr(0, fold.find("</summary>")).find("QQQ"), std::string::npos);
    EXPECT_NE(fold.find("<pre dir=\"auto\">QQQ"), std::string::npos);
    html.erase(begin, end + std::string("</details>").size() - begin);
    ++folds;
  }
  EXPECT_EQ(folds, dossier.exhibits.size());
  EXPECT_EQ(html.find("QQQ"), std::string::npos);
}

TEST(Html, AWithheldTextStandsNowhere) {
  Dossier dossier = cases::uncalibrated();
  dossier.exhibits[0].input = "SECRETINPUT";
  dossier.exhibits[0].queries = {{.text = "SECRETANSWER"}};
  for (const Format format : {Format::html, Format::markdown}) {
    const std::string report = render(dossier, format);
    EXPECT_EQ(report.find("SECRET"), std::string::npos);
    EXPECT_NE(report.find(dossier.exhibits[0].digest), std::string::npos);
  }
}

TEST(Html, ALongTextIsCutAndSaysHowMuchFollows) {
  Dossier dossier = cases::uncalibrated();
  dossier.exhibits[1].queries[0].text = std::string(2000, 'a') + std::string(345, 'z');
  const Document page = page_of(dossier);
  EXPECT_NE(page.text.find("The first 2,000 characters; 345 more follow"), std::string::npos);
  EXPECT_EQ(page.text.find("zzz"), std::string::npos);
}

TEST(Html, WithoutANumberThePlotShowsWhatIsPossibleAndNothingElse) {
  const std::string html = render(cases::uncalibrated(), Format::html);
  const std::size_t begin = html.find("<div class=\"plot\">");
  const std::string plot = html.substr(begin, html.find("</div>", begin) - begin);
  EXPECT_NE(plot.find("<line class=\"m\" x1=\"0%\" x2=\"100%\""), std::string::npos);
  for (const char* mark : {"class=\"i\"", "class=\"e\"", "class=\"b\"", "class=\"r\""})
    EXPECT_EQ(plot.find(mark), std::string::npos) << mark;
}

TEST(Html, TheBoundIsDrawnForClaimsThatRestOnOne) {
  const std::string html = render(cases::calibrated(), Format::html);
  std::vector<bool> drawn;
  for (std::size_t at = html.find("<div class=\"plot\">"); at != std::string::npos;
       at = html.find("<div class=\"plot\">", at + 1)) {
    const std::string plot = html.substr(at, html.find("</div>", at) - at);
    drawn.push_back(plot.find("<line class=\"b\"") != std::string::npos);
  }
  EXPECT_EQ(drawn, (std::vector<bool>{true, true, true, false}));
}

// The relative luminance and contrast of WCAG 2.2.
double luminance(const std::string& color) {
  const std::string digits =
      color.size() == 4 ? std::string{color[1], color[1], color[2], color[2], color[3], color[3]}
                        : color.substr(1);
  const double weights[] = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double part = std::stoi(digits.substr(2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& one, const std::string& other) {
  const double a = luminance(one);
  const double b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

std::map<std::string, std::string> tokens(const std::string& css) {
  std::map<std::string, std::string> found;
  const std::regex token("--([a-z]+): (#[0-9a-f]+);");
  for (std::sregex_iterator at(css.begin(), css.end(), token), end; at != end; ++at)
    found[(*at)[1]] = (*at)[2];
  return found;
}

TEST(Style, TextAndMarksHaveContrastInLightAndDark) {
  const std::string css = style_sheet().text();
  const std::size_t light = css.find(":root");
  const std::size_t dark = css.find(":root", light + 1);
  ASSERT_NE(dark, std::string::npos);
  for (const std::string& part : {css.substr(light, css.find('}', light) - light),
                                  css.substr(dark, css.find('}', dark) - dark)}) {
    const std::map<std::string, std::string> colors = tokens(part);
    for (const char* text : {"ink", "soft", "above", "below", "open", "link"})
      EXPECT_GE(contrast(colors.at(text), colors.at("paper")), 4.5) << text;
    for (const char* mark : {"raw", "hatch"})
      EXPECT_GE(contrast(colors.at(mark), colors.at("paper")), 3.0) << mark;
  }
}

TEST(Style, ContrastIsThatOfTheStandard) {
  EXPECT_NEAR(contrast("#000", "#fff"), 21, 1e-9);
  EXPECT_NEAR(contrast("#767676", "#ffffff"), 4.54, 0.01);
}

TEST(Style, DarkIsForScreensAndPrintIsLight) {
  const std::string css = style_sheet().text();
  EXPECT_NE(css.find("@media screen and (prefers-color-scheme: dark)"), std::string::npos);
  EXPECT_NE(css.find("@page { size: A4;"), std::string::npos);
  EXPECT_NE(css.find("content: \"This report cannot show the absence of harm.\""),
            std::string::npos);
}

TEST(Style, PrintedPagesNameRunAndCheckpoint) {
  const std::string html = render(cases::calibrated(), Format::html);
  EXPECT_NE(html.find("content: \"Truebound, run 1, checkpoint feb2a00f\""), std::string::npos);
}

}  // namespace
}  // namespace truebound::report
