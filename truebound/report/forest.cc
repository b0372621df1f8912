#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/words.h"
#include "truebound/eval/sample.h"
#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using analyze::Estimate;
using eval::Expect;
using evidence::Dossier;
using evidence::Rate;

namespace {

const char* figure_caption(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "Harm: share of harmful requests that get a harmful answer";
    case Expect::answer:
      return "Wrongful refusal: share of harmless look-alike requests that are refused or stopped";
    case Expect::target:
      return "Wrong answers: share of questions that are answered wrongly";
  }
  return "";
}

// The claims' threshold where all that ask of this rate ask the same; rows are drawn against it.
const evidence::Claim* asked_of(const Dossier& dossier, Expect expect) {
  const evidence::Claim* found = nullptr;
  for (const evidence::Claim& claim : dossier.claims) {
    if (expected_of(claim) != expect || is_difference(claim)) continue;
    if (found != nullptr && found->threshold != claim.threshold) return nullptr;
    found = &claim;
  }
  return found;
}

const char* short_reason(analyze::Reason reason) {
  switch (reason) {
    case analyze::Reason::judge_not_calibrated:
      return "no rate: judge not calibrated";
    case analyze::Reason::no_outcome:
      return "no rate: no outcome";
    case analyze::Reason::one_cluster:
      return "no rate: one cluster";
    case analyze::Reason::cannot_be_calibrated:
      return "no rate: too few labels";
    case analyze::Reason::verdict_without_labels:
      return "no rate: a verdict without labels";
    case analyze::Reason::judge_no_better_than_chance:
      return "no rate: judge no better than chance";
    default:
      return "no rate";
  }
}

Sentence raw_words(const Estimate& estimate) {
  if (exact(estimate)) return say(estimate.n == 0 ? "none" : "exact");
  if (!estimate.raw || !estimate.raw->value) return "none";
  return say(percent(*estimate.raw->value));
}

Row row_of(const Rate& rate, std::optional<double> threshold) {
  const Estimate& estimate = rate.estimate;
  Plot plot{.value = estimate.value, .threshold = threshold};
  Row row;
  row.cells.push_back({.text = foreign(rate.arm)});
  if (estimate.value) {
    plot.complete = {.lower = estimate.lower, .upper = estimate.upper};
    plot.missing = estimate.missing;
    if (estimate.raw) plot.raw = estimate.raw->value;
    row.cells.push_back({.drawing = plot});
    row.cells.push_back({.text = say(percent(*estimate.value)), .weight = Weight::strong});
    row.cells.push_back({.text = say(percent_range(estimate.lower, estimate.upper))});
    row.cells.push_back(
        {.text = say(percent_range(estimate.missing.lower, estimate.missing.upper))});
  } else {
    row.cells.push_back({.drawing = plot});
    row.cells.push_back({.text = say(short_reason(estimate.reason)), .columns = 2});
    row.cells.push_back({.text = say(percent_range(0, 1))});
  }
  row.cells.push_back({.text = raw_words(estimate), .weight = Weight::soft});
  row.cells.push_back({.text = say(whole(estimate.counts.broke) + "/" + whole(estimate.n))});
  row.cells.push_back({.text = estimate.effective_n > 0
                                   ? say(whole(std::llround(estimate.effective_n)))
                                   : say("none")});
  row.cells.push_back({.text = say(whole(estimate.counts.missing()))});
  return row;
}

// How many columns stand right of the plot.
constexpr int number_columns = 7;

Row empty_row(const std::string& arm, const std::string& reason) {
  Sentence why = "not looked at: ";
  why.add(reason.empty() ? say("no samples") : foreign(clip(reason, 90)));
  Row row;
  row.cells.push_back({.text = foreign(arm)});
  row.cells.push_back({.drawing = Hatch{}});
  row.cells.push_back({.text = why, .columns = number_columns});
  return row;
}

Sentence group_heading(const Rate& rate) {
  if (rate.group == "hazard") return foreign(rate.level);
  if (rate.group == "attack") return Sentence().strong_foreign(rate.level).say(", all hazards");
  return Sentence().foreign(rate.group).say(" ").strong_foreign(rate.level);
}

std::vector<Group> rate_groups(const Dossier& dossier, Expect expect,
                               std::optional<double> threshold) {
  std::vector<Group> groups;
  const Rate* last = nullptr;
  std::size_t after_hazards = 0;
  for (const Rate& rate : dossier.rates) {
    if (rate.expect != expect) continue;
    if (last == nullptr || last->group != rate.group || last->level != rate.level) {
      groups.push_back({.heading = group_heading(rate), .rows = {}});
    }
    groups.back().rows.push_back(rate.estimate.counts.planned == 0 ? empty_row(rate.arm, "")
                                                                   : row_of(rate, threshold));
    if (rate.group == "hazard") after_hazards = groups.size();
    last = &rate;
  }
  if (after_hazards == 0) after_hazards = groups.size();
  std::vector<Group> empty;
  for (const eval::EmptyCell& cell : dossier.empty_cells) {
    if (cell.expect != expect) continue;
    Group group{.heading = foreign(cell.hazard), .rows = {}};
    for (const evidence::Part& arm : dossier.arms) {
      group.rows.push_back(empty_row(arm.name, cell.reason));
    }
    if (group.rows.empty()) group.rows.push_back(empty_row("every", cell.reason));
    empty.push_back(std::move(group));
  }
  groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(after_hazards), empty.begin(),
                empty.end());
  return groups;
}

Table figure(const Dossier& dossier, Expect expect, std::vector<Group> groups) {
  const evidence::Claim* asked = asked_of(dossier, expect);
  Column plot{.title = "From 0 to 100%", .align = Align::drawing};
  if (asked != nullptr) {
    plot.threshold = asked->threshold;
    plot.axis_label = "asked: " + asked_words(*asked);
  }
  Table table{.caption = std::string(figure_caption(expect)) + ", with " +
                         exact_percent(dossier.confidence) + " intervals",
              .style = TableStyle::forest,
              .columns = {{.title = "Attack or hazard"}, {.title = "Arm"}, plot},
              .grouped = true,
              .groups = std::move(groups)};
  for (const char* title : {"Estimate", "Complete cases", "Missing bounds", "Raw judged", "broke/n",
                            "Eff.\u00a0n", "Missing"}) {
    table.columns.push_back({.title = title, .align = Align::right});
  }
  return table;
}

// What the rows of a figure have in common, or all that they have.
Sentence figure_note(const Dossier& dossier, Expect expect) {
  std::set<std::string> methods;
  std::set<std::string> units;
  std::set<std::string> estimands;
  for (const Rate& rate : dossier.rates) {
    if (rate.expect != expect) continue;
    if (!rate.estimate.method.empty()) methods.insert(rate.estimate.method);
    units.insert(rate.estimate.unit);
    estimands.insert(std::string(to_text(rate.estimate.estimand)));
  }
  const auto add = [](Sentence& said, const char* label, const std::set<std::string>& words) {
    if (!words.empty()) said.say(label).add(listed_foreign({words.begin(), words.end()})).say(". ");
  };
  Sentence said =
      "Rows are exhibits: a row is a claim where it stands above as one, and few samples cannot "
      "tell "
      "hazards apart. ";
  add(said, "Estimand: ", estimands);
  add(said, "Unit: ", units);
  add(said, "Method: ", methods);
  for (const evidence::JudgePage& judge : dossier.judges) {
    said.say("Judge: ").foreign(judge.name).say(" ").code(judge.identity.substr(0, 8)).say(". ");
  }
  return said.say("How numbers come about: ").link("the calculation", Place::calculation).say(".");
}

}  // namespace

Section rates(const Dossier& dossier) {
  Section section{.place = Place::rates, .title = "Rates by attack and hazard"};
  for (const Expect expect : {Expect::refuse, Expect::answer, Expect::target}) {
    const evidence::Claim* asked = asked_of(dossier, expect);
    const std::optional<double> threshold =
        asked == nullptr ? std::nullopt : std::optional<double>(asked->threshold);
    std::vector<Group> groups = rate_groups(dossier, expect, threshold);
    if (groups.empty()) continue;
    section.blocks.emplace_back(figure(dossier, expect, std::move(groups)));
    section.blocks.emplace_back(
        Paragraph{.text = figure_note(dossier, expect), .tone = Tone::note});
  }
  if (section.blocks.empty()) {
    section.blocks.emplace_back(Paragraph{.text = "No rate by attack or hazard was computed."});
  }
  return section;
}

}  // namespace truebound::report
