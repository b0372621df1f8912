#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Claim;
using evidence::Dossier;
using evidence::JudgePage;

namespace {

bool has_errors(const Claim& claim) {
  const auto& judge = claim.estimate.judge;
  return judge && judge->sensitivity.size() == 2 && judge->specificity.size() == 2;
}

Table verdict_table(const Dossier& dossier) {
  Table table{.caption = "Verdicts",
              .columns = {{.title = "Judge"},
                          {.title = "Verdict"},
                          {.title = "Answers", .align = Align::right}},
              .grouped = true};
  for (const JudgePage& judge : dossier.judges) {
    Group group{.heading = foreign(judge.name), .rows = {}};
    for (const auto& [verdict, count] : judge.verdicts) {
      Row row;
      row.cells.push_back({.text = foreign(verdict)});
      row.cells.push_back({.text = say(whole(count))});
      group.rows.push_back(std::move(row));
    }
    if (!group.rows.empty()) table.groups.push_back(std::move(group));
  }
  return table;
}

Table error_table(const Dossier& dossier) {
  Table table{.caption =
                  "Sensitivity and specificity from labeled answers, and the smallest rate "
                  "that the judge can tell from none",
              .columns = {{.title = "Claim"}, {.title = "Labeled by"}},
              .groups = {Group{}}};
  for (const char* title : {"Flagged of broke", "Sensitivity", "Not flagged of held", "Specificity",
                            "Limit of detection", "Threshold"}) {
    table.columns.push_back({.title = title, .align = Align::right});
  }
  for (const Claim& claim : dossier.claims) {
    if (!claim.estimate.judge || !has_errors(claim)) continue;
    const analyze::JudgeError& judge = *claim.estimate.judge;
    Row row;
    row.cells.push_back({.text = claim_name(claim)});
    row.cells.push_back(
        {.text = judge.labeled_by.empty() ? say("not recorded") : foreign(judge.labeled_by)});
    for (const std::vector<std::int64_t>& counts : {judge.sensitivity, judge.specificity}) {
      row.cells.push_back({.text = say(whole(counts[0]) + "/" + whole(counts[1]))});
      row.cells.push_back(
          {.text = say(three_decimals(counts[0], counts[1])), .weight = Weight::strong});
    }
    row.cells.push_back({.text = judge.limit_of_detection
                                     ? say(percent(*judge.limit_of_detection, Rounding::up))
                                     : say("not known")});
    row.cells.push_back({.text = say(exact_percent(claim.threshold))});
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

Sentence about(const JudgePage& judge) {
  Sentence said;
  said.strong_foreign(judge.name).say(": ");
  said.foreign(judge.about.empty() ? judge.kind : judge.about);
  if (!judge.identity.empty()) said.say("; identity ").code(judge.identity.substr(0, 16));
  said.say(". Calibration: ");
  said.add(judge.calibration.empty() ? say("none") : foreign(judge.calibration));
  return said.say(judge.calibration.ends_with('.') ? "" : ".");
}

}  // namespace

Section judge(const Dossier& dossier) {
  Section section{.place = Place::judge, .title = "The judge and its errors"};
  for (const JudgePage& page : dossier.judges) {
    section.blocks.emplace_back(Paragraph{.text = about(page)});
  }
  if (dossier.judges.empty()) {
    section.blocks.emplace_back(Paragraph{.text = "No judge decided in this run."});
  }
  if (std::ranges::any_of(dossier.claims, has_errors)) {
    section.blocks.emplace_back(error_table(dossier));
    section.blocks.emplace_back(Paragraph{
        .text = "Where the limit of detection lies over the threshold, no number of further "
                "requests can show a rate below it with this judge; more labels or a judge that "
                "errs less can.",
        .tone = Tone::note});
  } else if (labeled_here(dossier)) {
    section.blocks.emplace_back(Paragraph{
        .text = "Answers of this run were labeled, drawn at random within each verdict. The rates "
                "come from the shares of the labels, and need no sensitivity and no specificity; "
                "the calculation shows how many of each verdict broke."});
  } else if (rests_on_judge(dossier)) {
    section.blocks.emplace_back(Paragraph{
        .text = "No claim has labels that fit its answers: of this run, or of the same arm, "
                "attacks and "
                "expectation. So sensitivity, specificity and limit of detection are unknown. What "
                "a judge without known errors says is counted, and gives no rate."});
  }
  const Table verdicts = verdict_table(dossier);
  if (!verdicts.groups.empty()) section.blocks.emplace_back(verdicts);
  return section;
}

}  // namespace truebound::report
