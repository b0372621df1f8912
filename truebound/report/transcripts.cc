#include <algorithm>

#include "truebound/report/figures.h"
#include "truebound/report/sections.h"
#include "truebound/report/wording.h"
#include "truebound/text/utf8.h"

namespace truebound::report {

using evidence::Dossier;
using evidence::Exhibit;

namespace {

std::int64_t characters(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += text::code_point_at(text, at).size;
  return count;
}

// A text of a suite or a model: its first characters, then how many follow.
Fact text_fact(std::string label, const std::string& text) {
  const std::int64_t all = characters(text);
  Fact fact{.label = std::move(label)};
  if (all == 0) {
    fact.value.say("empty (0 characters)");
    return fact;
  }
  const auto shown = static_cast<std::int64_t>(shown_characters);
  if (all > shown) {
    fact.value.say("The first " + whole(shown) + " characters; " + whole(all - shown) +
                   " more follow, under the digest below.");
  }
  fact.block = clip(text, shown_characters);
  return fact;
}

// What kind of thing the exhibit is, and not one word of its text.
Sentence summary_of(const Exhibit& exhibit) {
  Sentence said = foreign(exhibit.cell);
  said.say(" \u00b7 slot ").say(whole(exhibit.slot));
  if (!exhibit.hazard.empty()) said.say(", ").foreign(exhibit.hazard);
  said.say(": ").strong(to_text(exhibit.outcome));
  if (exhibit.layer != "none" && !exhibit.layer.empty())
    said.say(" \u00b7 stopped by ").foreign(exhibit.layer);
  if (exhibit.cut) said.say(" \u00b7 cut");
  if (!exhibit.withheld.empty()) said.say(" \u00b7 withheld");
  return said;
}

Sentence verdict_of(const Exhibit& exhibit, const Dossier& dossier) {
  Sentence said;
  if (exhibit.verdict.empty()) {
    said.say("none: no judge was asked");
  } else {
    said.foreign(exhibit.verdict);
    for (std::size_t i = 0; i < exhibit.verdict_reasons.size(); ++i) {
      said.say(i == 0 ? " (" : ", ").foreign(clip(exhibit.verdict_reasons[i], 200));
    }
    if (!exhibit.verdict_reasons.empty()) said.say(")");
  }
  if (!exhibit.reason.empty()) said.say("; ").foreign(clip(exhibit.reason, 200));
  if (exhibit.cut) said.say("; cut at the token limit");
  if (dossier.read_by_human == 0) said.say("; not read by a human");
  return said;
}

std::vector<Fact> turns_of(const Exhibit& exhibit) {
  std::vector<Fact> turns = {text_fact("Request", exhibit.input)};
  for (const eval::Query& query : exhibit.queries) {
    const std::string number =
        exhibit.queries.size() > 1 ? " " + whole(query.number) : std::string();
    if (query.asked != exhibit.input) turns.push_back(text_fact("As asked" + number, query.asked));
    if (!query.thinking.empty())
      turns.push_back(text_fact("Thinking, kept apart" + number, query.thinking));
    const bool stopped = query.layer != "none" && !query.layer.empty();
    if (stopped && query.text.empty()) {
      turns.push_back({.label = "Model text" + number,
                       .value = say("none: stopped by the layer ").code(query.layer)});
    } else {
      turns.push_back(text_fact("Model text" + number, query.text));
      if (stopped) turns.back().value.say("Stopped by the layer ").code(query.layer).say(".");
    }
  }
  if (exhibit.queries.empty()) {
    Fact none{.label = "Model text", .value = "none"};
    if (exhibit.layer != "none" && !exhibit.layer.empty())
      none.value.say(": stopped by the layer ").code(exhibit.layer);
    turns.push_back(none);
  }
  return turns;
}

Fold fold_of(const Exhibit& exhibit, const Dossier& dossier) {
  Fold fold{.summary = summary_of(exhibit)};
  if (exhibit.withheld.empty()) {
    fold.items = turns_of(exhibit);
  } else {
    fold.items.push_back({.label = "Withheld because", .value = foreign(exhibit.withheld)});
  }
  fold.items.push_back({.label = "Verdict", .value = verdict_of(exhibit, dossier)});
  if (!exhibit.drawn.empty())
    fold.items.push_back({.label = "Drawn", .value = foreign(exhibit.drawn)});
  if (!exhibit.digest.empty())
    fold.items.push_back({.label = "Digest of the blob", .value = code(exhibit.digest)});
  return fold;
}

Sentence content_note(const Dossier& dossier) {
  const auto withheld = std::ranges::count_if(
      dossier.exhibits, [](const Exhibit& exhibit) { return !exhibit.withheld.empty(); });
  Sentence said;
  said.strong("Content note.");
  said.say(
      " The texts below are requests for harm, look-alikes, and what the system wrote. They "
      "stay hidden until opened. None was chosen by hand.");
  if (withheld > 0) {
    said.say(" Withheld: " + whole(withheld) + "; the next draw of the cell stands beside each.");
  }
  return said;
}

}  // namespace

Section transcripts(const Dossier& dossier) {
  Section section{.place = Place::transcripts,
                  .title = "Transcripts, drawn at random from each cell"};
  if (dossier.exhibits.empty()) {
    section.blocks.emplace_back(Paragraph{.text = "No transcript was drawn."});
    return section;
  }
  section.blocks.emplace_back(Paragraph{.text = content_note(dossier), .tone = Tone::warning});
  section.blocks.emplace_back(
      Paragraph{.text = "Texts are not printed. They are in the file, under the same slot numbers.",
                .tone = Tone::print_only});
  for (const Exhibit& exhibit : dossier.exhibits)
    section.blocks.emplace_back(fold_of(exhibit, dossier));
  return section;
}

}  // namespace truebound::report
