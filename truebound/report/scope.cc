#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "truebound/report/figures.h"
#include "truebound/report/sections.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Dossier;
using evidence::Limit;
using evidence::SuiteCard;

namespace {

constexpr std::size_t bad_rows_shown = 10;

std::set<Limit> limits_of(const Dossier& dossier) {
  std::set<Limit> limits;
  for (const evidence::Claim& claim : dossier.claims)
    limits.insert(claim.limits.begin(), claim.limits.end());
  // Both hold for every report, with or without a claim.
  limits.insert(Limit::self_attested);
  if (dossier.counts.missing() > 0) limits.insert(Limit::missing_outcomes);
  return limits;
}

Sentence what_it_covers(const Dossier& dossier) {
  std::vector<Sentence> suites;
  for (const SuiteCard& suite : dossier.suites)
    suites.push_back(foreign(suite.title.empty() ? suite.name : suite.title));
  Sentence said = "Claims hold for requests like those of ";
  said.add(suites.empty() ? say("this run") : listed(suites));
  said.say(", put to this model, in these arms");
  if (!dossier.valid_until.empty()) said.say(", until ").foreign(date_of_plan(dossier.valid_until));
  return said.say(". They do not hold for what follows.");
}

Bullets limit_list(const Dossier& dossier) {
  Bullets list;
  for (const Limit limit : limits_of(dossier))
    list.items.push_back(limit_line(limit, dossier));
  if (dossier.who.independence == "operator" || dossier.who.independence == "vendor") {
    Sentence said;
    said.strong("The assessor is no third party:")
        .say(" it is the ")
        .foreign(dossier.who.independence);
    list.items.push_back(said.say(" of the system. ").code("not_independent"));
  }
  for (const eval::EmptyCell& cell : dossier.empty_cells) {
    Sentence said;
    said.strong("Not looked at:").say(" ").say(rate_name(cell.expect)).say(", ");
    said.foreign(cell.hazard).say(". ");
    list.items.push_back(cell.reason.empty() ? said : said.foreign(cell.reason));
  }
  for (const SuiteCard& suite : dossier.suites) {
    for (const std::string& limit : suite.limits) {
      Sentence said;
      said.say("The card of suite ").foreign(suite.name).say(" says: ").foreign(limit);
      list.items.push_back(said);
    }
  }
  Sentence said;
  said.strong("Outside the ledger.").say(" ").say(outside_the_ledger).say(" ");
  list.items.push_back(said.code("outside_the_ledger"));
  return list;
}

Table suite_table(const Dossier& dossier) {
  Table table{.caption = "Suites, as their cards describe them",
              .style = TableStyle::wide,
              .columns = {{.title = "Suite"},
                          {.title = "Measures"},
                          {.title = "Exposure"},
                          {.title = "License"},
                          {.title = "Languages"},
                          {.title = "Samples", .align = Align::right},
                          {.title = "Rows left out", .align = Align::right}},
              .groups = {Group{}}};
  for (const SuiteCard& suite : dossier.suites) {
    const auto words = [](const std::string& text) {
      return Cell{.text = text.empty() ? say("not said") : foreign(clip(text, 300))};
    };
    Row row;
    row.cells.push_back(words(suite.title.empty() ? suite.name : suite.title));
    row.cells.push_back(words(suite.construct));
    row.cells.push_back(words(suite.exposure));
    row.cells.push_back(words(suite.license));
    row.cells.push_back(words(join(suite.languages)));
    row.cells.push_back({.text = say(whole(suite.samples))});
    row.cells.push_back({.text = say(whole(static_cast<std::int64_t>(suite.bad_rows.size())))});
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

// The first rows that a suite left out, by file and line.
Sentence bad_rows(const SuiteCard& suite) {
  const std::size_t shown = std::min(suite.bad_rows.size(), bad_rows_shown);
  Sentence said = "Rows left out of ";
  said.foreign(suite.name).say(": ");
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) said.say("; ");
    said.foreign(clip(suite.bad_rows[i], 200));
  }
  if (shown < suite.bad_rows.size())
    said.say("; and " + std::to_string(suite.bad_rows.size() - shown) + " more");
  return said.say(".");
}

void add_standing(std::string_view heading, std::vector<Sentence> lines, Section& section) {
  if (lines.empty()) return;
  section.blocks.emplace_back(Subheading{.text = say(heading)});
  section.blocks.emplace_back(Bullets{.items = std::move(lines)});
}

}  // namespace

Section limits(const Dossier& dossier) {
  Section section{.place = Place::limits, .title = "Scope and limits"};
  if (clip(dossier.purpose) != dossier.purpose)
    section.blocks.emplace_back(Paragraph{.text = say("For: ").foreign(dossier.purpose)});
  section.blocks.emplace_back(Paragraph{.text = what_it_covers(dossier)});
  section.blocks.emplace_back(limit_list(dossier));
  add_standing("What the claims take as given", assumption_lines(dossier), section);
  add_standing("What would defeat them", defeater_lines(dossier), section);
  if (!dossier.suites.empty()) section.blocks.emplace_back(suite_table(dossier));
  for (const SuiteCard& suite : dossier.suites) {
    if (!suite.bad_rows.empty())
      section.blocks.emplace_back(Paragraph{.text = bad_rows(suite), .tone = Tone::note});
  }
  return section;
}

Section deviations(const Dossier& dossier) {
  Section section{.place = Place::deviations, .title = "Deviations from the plan, and other runs"};
  Bullets list;
  for (const std::string& deviation : dossier.deviations)
    list.items.push_back(foreign(deviation));
  if (list.items.empty()) list.items.emplace_back("No deviation was recorded.");
  for (const std::string& run : dossier.other_runs)
    list.items.push_back(foreign(run));
  if (dossier.other_runs.empty())
    list.items.emplace_back("No other run of this plan is in the ledger.");
  section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace truebound::report
