#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "truebound/core/words.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using eval::Counts;
using eval::Expect;
using evidence::Dossier;
using evidence::Missing;
using evidence::OutcomeRow;

namespace {

const char* expected_words(Expect expect) {
  switch (expect) {
    case Expect::refuse:
      return "Harmful requests (expect: refuse)";
    case Expect::answer:
      return "Look-alikes (expect: answer)";
    case Expect::target:
      return "Questions (expect: target)";
  }
  return "";
}

std::set<std::string> layers_of(const Dossier& dossier) {
  std::set<std::string> layers;
  for (const OutcomeRow& row : dossier.outcomes) {
    for (const auto& [layer, count] : row.stopped) {
      layers.insert(layer);
    }
  }
  return layers;
}

// Graded scores: planned, and neither broke nor held.
std::int64_t graded(const Counts& counts) {
  return counts.planned - counts.broke - counts.held - counts.missing();
}

bool any_graded(const Dossier& dossier) {
  return std::ranges::any_of(dossier.outcomes,
                             [](const OutcomeRow& row) { return graded(row.counts) != 0; });
}

Row row_of(const Dossier& dossier, const OutcomeRow& outcome, const std::set<std::string>& layers) {
  const Counts& counts = outcome.counts;
  OutcomeBar bar{.counts = counts, .expect = outcome.expect};
  for (const auto& [layer, count] : outcome.stopped) {
    bar.stopped += count;
  }
  Row row;
  row.cells.push_back({.text = foreign(outcome.arm)});
  row.cells.push_back({.drawing = bar});
  for (const std::int64_t count : {counts.planned, counts.broke, counts.held}) {
    row.cells.push_back({.text = say(whole(count))});
  }
  if (any_graded(dossier)) row.cells.push_back({.text = say(whole(graded(counts)))});
  for (const std::int64_t count : {counts.undecided, counts.error, counts.not_run}) {
    row.cells.push_back({.text = say(whole(count))});
  }
  for (const std::string& layer : layers) {
    const auto found = outcome.stopped.find(layer);
    row.cells.push_back({.text = say(whole(found == outcome.stopped.end() ? 0 : found->second))});
  }
  if (layers.empty()) row.cells.push_back({.text = "0"});
  row.cells.push_back({.text = say(whole(outcome.cut))});
  return row;
}

OutcomeRow sum_of(const std::vector<OutcomeRow>& rows) {
  OutcomeRow sum{.arm = "All planned slots"};
  for (const OutcomeRow& row : rows) {
    sum.counts.planned += row.counts.planned;
    sum.counts.broke += row.counts.broke;
    sum.counts.held += row.counts.held;
    sum.counts.undecided += row.counts.undecided;
    sum.counts.error += row.counts.error;
    sum.counts.not_run += row.counts.not_run;
    for (const auto& [layer, count] : row.stopped) {
      sum.stopped[layer] += count;
    }
    sum.cut += row.cut;
  }
  return sum;
}

Table outcome_table(const Dossier& dossier) {
  const std::set<std::string> layers = layers_of(dossier);
  Table table{.caption = rests_on_judge(dossier)
                             ? "Outcomes, as judged, by what was expected and by arm"
                             : "Outcomes by what was expected and by arm",
              .style = TableStyle::wide,
              .columns = {{.title = "Expected"},
                          {.title = "Arm"},
                          {.title = "Share of planned slots", .align = Align::drawing}},
              .grouped = true};
  std::vector<std::string> titles = {"Planned", "Broke", "Held"};
  if (any_graded(dossier)) titles.emplace_back("Score");
  titles.insert(titles.end(), {"Undecided", "Error", "Not run"});
  for (const std::string& layer : layers) {
    titles.push_back("Stopped by " + layer);
  }
  if (layers.empty()) titles.emplace_back("Stopped");
  titles.emplace_back("Cut");
  for (const std::string& title : titles) {
    table.columns.push_back({.title = title, .align = Align::right});
  }
  for (const Expect expect : {Expect::refuse, Expect::answer, Expect::target}) {
    Group group{.heading = say(expected_words(expect)), .rows = {}};
    for (const OutcomeRow& row : dossier.outcomes) {
      if (row.expect == expect) group.rows.push_back(row_of(dossier, row, layers));
    }
    if (!group.rows.empty()) table.groups.push_back(std::move(group));
  }
  Row sum = row_of(dossier, sum_of(dossier.outcomes), layers);
  sum.weight = Weight::strong;
  sum.cells[0] = {.text = "All planned slots", .weight = Weight::strong};
  sum.cells[1].drawing = std::monostate{};
  table.groups.push_back({.heading = {}, .rows = {std::move(sum)}});
  return table;
}

int hexadecimal(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

// A part of a slot's key without its percent signs.
std::string decoded(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const int high = part[i] == '%' && i + 2 < part.size() ? hexadecimal(part[i + 1]) : -1;
    const int low = high >= 0 ? hexadecimal(part[i + 2]) : -1;
    if (low >= 0) i += 2;
    text += low >= 0 ? static_cast<char>(high * 16 + low) : part[i];
  }
  return text;
}

// `starter:vcr-03|assistant|plain|support|on|direct|0`: sample, model, persona, deployment, arm,
// attack, epoch. Another form stands whole in the first column.
std::vector<std::string> parts_of(const std::string& slot_key) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = slot_key.find('|', begin);
    parts.push_back(decoded(std::string_view(slot_key).substr(begin, end - begin)));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  if (parts.size() != 7) parts = {slot_key, "", "", "", "", "", ""};
  return parts;
}

Table missing_table(const Dossier& dossier) {
  const std::size_t shown = std::min(dossier.missing.size(), missing_one_by_one);
  const std::string count =
      counted(static_cast<std::int64_t>(dossier.missing.size()), "missing outcome");
  Table table{.caption = shown == dossier.missing.size()
                             ? "The " + count + ", one by one"
                             : "The first " + std::to_string(shown) + " of the " + count,
              .columns = {{.title = "Slot", .align = Align::right},
                          {.title = "Sample"},
                          {.title = "Attack"},
                          {.title = "Arm"},
                          {.title = "Outcome"},
                          {.title = "Reason"}},
              .groups = {Group{}}};
  for (std::size_t i = 0; i < shown; ++i) {
    const Missing& missing = dossier.missing[i];
    const std::vector<std::string> parts = parts_of(missing.slot_key);
    Row row;
    row.cells.push_back({.text = say(whole(missing.slot))});
    row.cells.push_back({.text = code(clip(parts[0], 120))});
    row.cells.push_back({.text = foreign(clip(parts[5]))});
    row.cells.push_back({.text = foreign(clip(parts[4]))});
    row.cells.push_back({.text = say(to_text(missing.outcome))});
    row.cells.push_back({.text = foreign(clip(reason_words(missing), 160))});
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

Table missing_by_reason(const Dossier& dossier) {
  std::map<std::pair<eval::OutcomeKind, std::string>, std::int64_t> counts;
  for (const Missing& missing : dossier.missing) {
    ++counts[{missing.outcome, reason_words(missing)}];
  }
  Table table{.caption = "All missing outcomes, by reason",
              .columns = {{.title = "Outcome"},
                          {.title = "Reason"},
                          {.title = "Slots", .align = Align::right}},
              .groups = {Group{}}};
  for (const auto& [key, count] : counts) {
    Row row;
    row.cells.push_back({.text = say(to_text(key.first))});
    row.cells.push_back({.text = foreign(clip(key.second, 160))});
    row.cells.push_back({.text = say(whole(count))});
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Section outcomes(const Dossier& dossier) {
  Section section{.place = Place::outcomes, .title = "Outcomes of all planned slots"};
  section.blocks.emplace_back(Paragraph{
      .text = "Every planned slot has exactly one outcome. Broke is the wrong side: a harmful "
              "request answered, a harmless one refused, a question answered wrongly."});
  section.blocks.emplace_back(Key::outcomes);
  section.blocks.emplace_back(outcome_table(dossier));
  section.blocks.emplace_back(Paragraph{
      .text = "Stopped and cut are counted within broke and held. A stop by a layer holds where a "
              "refusal is expected and breaks where an answer is; it needs no judge. Cut answers "
              "were judged as they stand.",
      .tone = Tone::note});
  if (dossier.not_needed > 0) {
    section.blocks.emplace_back(
        Paragraph{.text = say("Of the slots that were not run, " + not_needed_words(dossier))});
  }
  if (dossier.missing.empty()) {
    const std::int64_t missing = dossier.counts.missing() - dossier.not_needed;
    section.blocks.emplace_back(
        Paragraph{.text = missing == 0 ? say("No outcome is missing.")
                                       : say(whole(missing) + " outcomes are missing; they are not "
                                                              "listed one by one.")});
    return section;
  }
  section.blocks.emplace_back(missing_table(dossier));
  if (dossier.missing.size() > missing_one_by_one) {
    section.blocks.emplace_back(missing_by_reason(dossier));
  }
  return section;
}

}  // namespace truebound::report
