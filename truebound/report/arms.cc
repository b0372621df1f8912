#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/words.h"
#include "truebound/eval/sample.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using analyze::Comparison;
using evidence::Dossier;

namespace {

Row row_of(const Comparison& pair) {
  const std::int64_t pairs = pair.both_broke + pair.only_first + pair.only_second + pair.neither;
  Row row;
  const std::optional<eval::Expect> expect = from_text<eval::Expect>(pair.name);
  row.cells.push_back({.text = expect ? say(rate_name(*expect)) : foreign(pair.name)});
  for (const std::int64_t count :
       {pairs, pair.both_broke, pair.only_first, pair.only_second, pair.neither}) {
    row.cells.push_back({.text = say(whole(count))});
  }
  if (pair.difference) {
    row.cells.push_back(
        {.text = say(points(*pair.difference) + " points"), .weight = Weight::strong});
    row.cells.push_back({.text = say(points(pair.lower, Rounding::down) + " to " +
                                     points(pair.upper, Rounding::up))});
  } else {
    row.cells.push_back({.text = "no pair, no difference", .columns = 2});
  }
  row.cells.push_back({.text = pair.p_exact ? say(p_value(*pair.p_exact)) : say("none")});
  row.cells.push_back({.text = pair.p_mid ? say(p_value(*pair.p_mid)) : say("none")});
  row.cells.push_back({.text = say(whole(pair.without_partner))});
  row.cells.push_back({.text = say(whole(pair.same_cluster))});
  row.cells.push_back(
      {.text = say(whole(pair.missing_first) + " and " + whole(pair.missing_second))});
  row.cells.push_back({.text = pair.p_missing ? say(p_value(*pair.p_missing)) : say("none")});
  return row;
}

Table table_of(const std::vector<Comparison>& comparisons) {
  const Comparison& first = comparisons.front();
  const bool same = std::ranges::all_of(comparisons, [&first](const Comparison& other) {
    return other.first == first.first && other.second == first.second;
  });
  const std::string one = same ? clip(first.first, 24) : "first";
  const std::string two = same ? clip(first.second, 24) : "second";
  Table table{.caption = "As judged, paired by sample: " + one + " minus " + two,
              .columns = {{.title = "Compared"}},
              .groups = {Group{}}};
  const std::string interval = exact_percent(first.confidence) + " (Bonett-Price)";
  for (const std::string& title :
       {std::string("Pairs"), std::string("Broke in both"), "Only " + one, "Only " + two,
        std::string("Neither"), std::string("Difference"), interval, std::string("McNemar exact p"),
        std::string("mid-p"), std::string("No partner"), std::string("Same cluster"),
        std::string("Missing"), std::string("p that the arm does not matter")}) {
    table.columns.push_back({.title = title, .align = Align::right});
  }
  for (const Comparison& comparison : comparisons) {
    table.groups.front().rows.push_back(row_of(comparison));
  }
  return table;
}

}  // namespace

Section arms(const Dossier& dossier) {
  Section section{.place = Place::arms, .title = "Arms compared, same samples"};
  if (dossier.comparisons.empty()) {
    section.blocks.emplace_back(
        Paragraph{.text = say(dossier.arms.size() < 2 ? "The plan has one arm: nothing to compare."
                                                      : "No comparison of arms was computed.")});
    return section;
  }
  section.blocks.emplace_back(Paragraph{
      .text = "As judged, and therefore no claim: the judge's errors differ between the arms."});
  section.blocks.emplace_back(table_of(dossier.comparisons));
  section.blocks.emplace_back(Paragraph{
      .text =
          "A pair is one sample asked in the same way in both arms. Points are percentage "
          "points. Where a small p says that what is missing depends on the arm, the pairs that "
          "are left are no fair sample.",
      .tone = Tone::note});
  return section;
}

}  // namespace truebound::report
