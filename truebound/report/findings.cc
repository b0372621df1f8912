#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/eval/sample.h"
#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Claim;
using evidence::ClaimKind;
using evidence::Dossier;

namespace {

std::optional<Plot> plot_of(const Claim& claim) {
  if (is_difference(claim)) return std::nullopt;
  const analyze::Estimate& estimate = claim.estimate;
  Plot plot{.value = estimate.value, .threshold = claim.threshold};
  if (!estimate.value) return plot;
  plot.complete = {.lower = estimate.lower, .upper = estimate.upper};
  plot.missing = estimate.missing;
  if (estimate.raw) plot.raw = estimate.raw->value;
  if (claim.kind == ClaimKind::rate_above || claim.kind == ClaimKind::rate_below) {
    plot.bound = claim.bound;
  }
  return plot;
}

ClaimItem item_of(const Claim& claim, std::size_t index, const Dossier& dossier) {
  return {.number = static_cast<std::int64_t>(index) + 1,
          .kind = claim.kind,
          .kind_words = kind_words(claim),
          .heading = heading(claim),
          .lead = lead(claim, dossier),
          .follow = follow(claim, dossier),
          .figures = figures_line(claim),
          .plot = plot_of(claim)};
}

bool stands_in_found(ClaimKind kind) {
  return kind == ClaimKind::found || kind == ClaimKind::rate_above;
}

// How bad a claim of its kind is: what has no number comes first, then the higher bound.
double badness(const Claim& claim) {
  if (claim.kind == ClaimKind::found) return static_cast<double>(claim.estimate.counts.broke);
  if (!claim.estimate.value) return 2;
  return claim.bound.value_or(claim.estimate.bound_below);
}

// Where every claim without a number is mended by one command, it is said once, under them.
void say_mend_once(Claims& claims, const Dossier& dossier) {
  std::set<std::string> commands;
  std::vector<ClaimItem*> without;
  for (ClaimItem& item : claims.items) {
    const analyze::Estimate& estimate =
        dossier.claims[static_cast<std::size_t>(item.number - 1)].estimate;
    if (estimate.value || estimate.mend.empty()) continue;
    commands.insert(estimate.mend);
    without.push_back(&item);
  }
  if (without.size() < 2 || commands.size() != 1) return;
  for (ClaimItem* item : without) {
    item->follow = labels_that_settle(dossier.claims[static_cast<std::size_t>(item->number - 1)]);
  }
  Sentence said = code(*commands.begin());
  said.say(" mends each that has no rate.");
  if (!claims.below.empty()) said.say(" ");
  claims.below = said.add(claims.below);
}

// Indices of the claims of the first screen: all, or with more than fit, gates and the worst of
// each kind.
std::set<std::size_t> first_screen(const Dossier& dossier) {
  std::set<std::size_t> chosen;
  std::map<ClaimKind, std::size_t> worst;
  for (std::size_t i = 0; i < dossier.claims.size(); ++i) {
    const Claim& claim = dossier.claims[i];
    if (claim.gate || dossier.claims.size() <= claims_on_first_screen) chosen.insert(i);
    const auto [place, first] = worst.try_emplace(claim.kind, i);
    if (!first && badness(claim) > badness(dossier.claims[place->second])) place->second = i;
  }
  for (const auto& [kind, index] : worst) {
    chosen.insert(index);
  }
  return chosen;
}

enum class Part { found, bounded };

// The claims of a section, and how many of them the first screen leaves out.
Claims claims_of(const Dossier& dossier, Part part) {
  Claims claims;
  std::int64_t left_out = 0;
  const std::set<std::size_t> chosen = first_screen(dossier);
  for (std::size_t i = 0; i < dossier.claims.size(); ++i) {
    const Claim& claim = dossier.claims[i];
    if (stands_in_found(claim.kind) != (part == Part::found)) continue;
    if (chosen.contains(i)) {
      claims.items.push_back(item_of(claim, i, dossier));
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) {
    claims.below.say("Gates and the worst of each kind stand here, and ");
    claims.below.link(whole(left_out) + " more", Place::claims).say(".");
  }
  say_mend_once(claims, dossier);
  return claims;
}

}  // namespace

Section found(const Dossier& dossier) {
  Claims claims = claims_of(dossier, Part::found);
  // What is known comes before what is estimated.
  for (std::size_t i = dossier.found.size(); i > 0; --i) {
    claims.items.insert(claims.items.begin(), item_of(dossier.found[i - 1], i - 1, dossier));
  }
  claims.above.add(bounds_line(dossier));
  Section section{.place = Place::found, .title = "What was found"};
  section.blocks.emplace_back(std::move(claims));
  if (const Sentence nothing = nothing_shown(dossier); !nothing.empty()) {
    section.blocks.emplace_back(Paragraph{.text = nothing});
  }
  section.blocks.emplace_back(Paragraph{.text = read_line(dossier)});
  return section;
}

Section bounded(const Dossier& dossier) {
  Claims claims = claims_of(dossier, Part::bounded);
  Section section{.place = Place::bounded, .title = "What is bounded"};
  if (claims.items.empty()) {
    section.blocks.emplace_back(Paragraph{
        .text = say(dossier.claims.empty() ? "No claim is made."
                                           : "No claim of this run is a bound from above.")});
  } else {
    section.blocks.emplace_back(std::move(claims));
  }
  return section;
}

Section not_looked_at(const Dossier& dossier) {
  Gaps gaps;
  for (const eval::EmptyCell& cell : dossier.empty_cells) {
    gaps.rows.push_back(gap_line(cell, dossier.arms.size()));
  }
  for (const evidence::Rate& rate : dossier.rates) {
    if (rate.estimate.counts.planned == 0) gaps.rows.push_back(gap_line(rate));
  }
  for (const std::string& what : dossier.not_planned) {
    gaps.bullets.push_back(foreign(what));
  }
  Section section{.place = Place::not_looked_at, .title = "What was not looked at"};
  if (gaps.rows.empty()) {
    section.blocks.emplace_back(Paragraph{.text = "Every planned cell has samples."});
  }
  if (gaps.bullets.empty()) {
    gaps.bullets.emplace_back("Whatever the plan does not name; it lists nothing of it");
  }
  section.blocks.emplace_back(std::move(gaps));
  return section;
}

Section all_claims(const Dossier& dossier) {
  Claims claims;
  claims.above.add(bounds_line(dossier));
  for (std::size_t i = 0; i < dossier.claims.size(); ++i) {
    claims.items.push_back(item_of(dossier.claims[i], i, dossier));
  }
  Section section{.place = Place::claims, .title = "All claims, in the plan's order"};
  section.blocks.emplace_back(std::move(claims));
  return section;
}

}  // namespace truebound::report
