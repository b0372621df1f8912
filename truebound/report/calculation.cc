#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "truebound/analyze/estimate.h"
#include "truebound/core/words.h"
#include "truebound/evidence/claim.h"
#include "truebound/evidence/dossier.h"
#include "truebound/json/value.h"
#include "truebound/report/figures.h"
#include "truebound/report/page.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using analyze::Estimate;
using evidence::Claim;
using evidence::ClaimKind;
using evidence::Dossier;

namespace {

// More columns than this do not fit a page of A4.
constexpr std::size_t claims_a_table = 5;

// One row of the overview: what it is, and what a claim says to it.
struct Line {
  const char* what;
  std::function<Sentence(const Claim&)> of;
  Weight weight = Weight::normal;
};

Sentence value_words(const Claim& claim) {
  const Estimate& estimate = claim.estimate;
  if (!estimate.value) return "no number";
  if (is_difference(claim)) {
    return say(points(*estimate.value) + " [" + points(estimate.lower, Rounding::down) + ", " +
               points(estimate.upper, Rounding::up) + "] points");
  }
  return say(percent(*estimate.value) + " [" + percent_range(estimate.lower, estimate.upper) + "]");
}

// What the correction for the judge starts from; beside the rate, it shows what that changed.
Sentence as_judged_words(const Claim& claim, const std::optional<analyze::Range>& limits) {
  const auto& raw = claim.estimate.raw;
  if (!raw || !raw->value || !limits) return "none";
  return say(percent(*raw->value) + " [" + percent_range(limits->lower, limits->upper) + "]");
}

Sentence raw_words(const Claim& claim) {
  const auto& raw = claim.estimate.raw;
  if (!raw) return "none";
  return as_judged_words(claim, analyze::Range{.lower = raw->lower, .upper = raw->upper});
}

Sentence clustered_words(const Claim& claim) {
  const auto& raw = claim.estimate.raw;
  return as_judged_words(claim, raw ? raw->clustered : std::nullopt);
}

Sentence bound_words(const Claim& claim) {
  const Estimate& estimate = claim.estimate;
  if (!estimate.value) return "none";
  if (is_difference(claim)) {
    return say("at most " + points(claim.bound.value_or(estimate.bound_below), Rounding::up));
  }
  const std::string least = percent(estimate.bound_above, Rounding::down);
  const std::string most = percent(estimate.bound_below, Rounding::up);
  if (claim.kind == ClaimKind::rate_above) {
    return say("at least " + percent(claim.bound.value_or(estimate.bound_above), Rounding::down));
  }
  if (claim.kind == ClaimKind::rate_below) {
    return say("at most " + percent(claim.bound.value_or(estimate.bound_below), Rounding::up));
  }
  return say(least + " and " + most);
}

Sentence flagged_words(const Estimate& estimate) {
  if (exact(estimate)) return say(estimate.n == 0 ? "nothing judged" : "no judge");
  return say(whole(estimate.raw ? estimate.raw->flagged : 0) + " of " +
             whole(estimate.raw ? estimate.raw->judged : 0));
}

Sentence judge_counts(const Estimate& estimate) {
  if (exact(estimate)) return say(estimate.n == 0 ? "nothing decided" : "exact");
  const auto& judge = estimate.judge;
  if (!judge || judge->sensitivity.size() != 2 || judge->specificity.size() != 2) {
    return say(estimate.value && judge ? "labels of this run" : "not calibrated");
  }
  return say(whole(judge->sensitivity[0]) + "/" + whole(judge->sensitivity[1]) + ", " +
             whole(judge->specificity[0]) + "/" + whole(judge->specificity[1]));
}

Sentence effective_words(const Estimate& estimate) {
  return estimate.effective_n > 0 ? say(one_decimal(estimate.effective_n)) : say("not computed");
}

Sentence cluster_words(const Estimate& estimate) {
  return estimate.clusters > 0 ? say(whole(estimate.clusters)) : say("not counted");
}

Sentence missing_words(const Claim& claim) {
  const Estimate& estimate = claim.estimate;
  if (!estimate.value) return say(percent_range(0, 1));
  if (is_difference(claim)) return "counted in the bound";
  return say(percent_range(estimate.missing.lower, estimate.missing.upper));
}

// Where the sample ended, and by what.
Sentence sampling_words(const Claim& claim) {
  const auto& seen = claim.estimate.sequential;
  if (!seen) return say(claim.estimate.sampling);
  if (!seen->last_slot && claim.estimate.sampling == "adaptive") {
    return "adaptive, until a stratum was used up";
  }
  if (!seen->last_slot) return say(claim.estimate.sampling + ", to the end of the plan");
  const bool is_settled = std::max(seen->log_e_below, seen->log_e_above) >= seen->bar;
  return say(claim.estimate.sampling + ", ended by " +
             std::string(is_settled ? "its evidence" : "the budget") + " with slot " +
             whole(*seen->last_slot));
}

Sentence family_words(const Claim& claim) {
  return foreign(clip(claim.family, 40)).say(", ").say(correction_name(claim.correction));
}

Sentence population_words(const Claim& claim) {
  Sentence said = say(whole(claim.population.samples));
  if (claim.population.suites.empty()) return said;
  return said.say(", ").add(listed_foreign(claim.population.suites));
}

Sentence budget_words(const Claim& claim) {
  std::vector<Sentence> parts;
  for (const evidence::AttackBudget& budget : claim.budget) {
    Sentence said = foreign(clip(budget.attack, 40)).say(": ").say(whole(budget.queries));
    parts.push_back(said.say(", ").say(whole(budget.epochs)));
  }
  return parts.empty() ? say("none named") : listed(parts);
}

std::vector<Line> lines() {
  const auto count = [](auto member) {
    return [member](const Claim& claim) { return say(whole(member(claim.estimate))); };
  };
  return {
      {.what = "Planned slots", .of = count([](const Estimate& e) { return e.counts.planned; })},
      {.what = "Sampling", .of = sampling_words},
      {.what = "Missing", .of = count([](const Estimate& e) { return e.counts.missing(); })},
      {.what = "Complete cases, n", .of = count([](const Estimate& e) { return e.n; })},
      {.what = "Clusters among them",
       .of = [](const Claim& c) { return cluster_words(c.estimate); }},
      {.what = "Correlation assumed within clusters",
       .of = [](const Claim& c) { return say(json::number_text(c.estimate.correlation)); }},
      {.what = "Effective n",
       .of = [](const Claim& c) { return effective_words(c.estimate); },
       .weight = Weight::strong},
      {.what = "Korn-Graubard's n*, shown beside",
       .of =
           [](const Claim& c) {
             return c.estimate.korn_graubard_n ? say(one_decimal(*c.estimate.korn_graubard_n))
                                               : say("not defined");
           }},
      {.what = "Stopped by a layer, no judge",
       .of = count([](const Estimate& e) { return e.stopped; })},
      {.what = "Cut at the token limit", .of = count([](const Estimate& e) { return e.cut; })},
      {.what = "Flagged by the judge, of judged",
       .of = [](const Claim& c) { return flagged_words(c.estimate); }},
      {.what = "As judged, every slot by itself", .of = raw_words},
      {.what = "As judged, clusters counted", .of = clustered_words},
      {.what = "Judge: sensitivity, specificity",
       .of = [](const Claim& c) { return judge_counts(c.estimate); }},
      {.what = "Method", .of = [](const Claim& c) { return foreign(c.estimate.method); }},
      {.what = "Estimand, unit",
       .of =
           [](const Claim& c) {
             return say(to_text(c.estimate.estimand)).say(", ").foreign(c.estimate.unit);
           }},
      {.what = "Judge corrected, complete cases: estimate, interval",
       .of = value_words,
       .weight = Weight::strong},
      {.what = "Missing bounds", .of = missing_words, .weight = Weight::strong},
      {.what = "Bound, one-sided", .of = bound_words, .weight = Weight::strong},
      {.what = "Confidence of the bound",
       .of = [](const Claim& c) { return say(exact_percent(c.confidence)); }},
      {.what = "Family, correction", .of = family_words},
      {.what = "Samples, from suites", .of = population_words},
      {.what = "Attacks: queries, attempts at each sample", .of = budget_words},
      {.what = "Limit of detection",
       .of =
           [](const Claim& c) {
             const auto& judge = c.estimate.judge;
             return judge && judge->limit_of_detection
                        ? say(percent(*judge->limit_of_detection, Rounding::up))
                        : say("none known");
           }},
      {.what = "Holds until",
       .of =
           [](const Claim& c) {
             return c.expires ? foreign(date_of_plan(*c.expires)) : say("no date set");
           }},
      {.what = "Asked", .of = [](const Claim& c) { return say(asked_words(c)); }},
      {.what = "Claim",
       .of = [](const Claim& c) { return say(kind_words(c)); },
       .weight = Weight::strong},
  };
}

// What a family that decides by tests went by.
Line test_line() {
  return {.what = "p of what was asked", .of = [](const Claim& claim) {
            return claim.estimate.p_value ? say(p_value(*claim.estimate.p_value))
                                          : say("not tested");
          }};
}

Table overview(const Dossier& dossier, std::size_t begin, std::size_t end) {
  Table table{
      .caption = "From slots to claims", .columns = {{.title = "Step"}}, .groups = {Group{}}};
  for (std::size_t i = begin; i < end; ++i) {
    table.columns.push_back(
        {.title = claim_name(dossier.claims[i]).plain(), .align = Align::right});
  }
  std::vector<Line> rows = lines();
  const auto is_tested = [](const Claim& claim) { return claim.estimate.p_value.has_value(); };
  if (std::ranges::any_of(dossier.claims, is_tested)) rows.push_back(test_line());
  for (const Line& line : rows) {
    Row row{.cells = {{.text = say(line.what)}}, .weight = line.weight};
    for (std::size_t i = begin; i < end; ++i) {
      row.cells.push_back({.text = line.of(dossier.claims[i])});
    }
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

Table steps_of(const Claim& claim) {
  Table table{.caption = "Steps of " + claim_name(claim).plain(),
              .style = TableStyle::steps,
              .columns = {{.title = "Step"},
                          {.title = "With these numbers"},
                          {.title = "Result", .align = Align::right}},
              .groups = {Group{}}};
  for (const analyze::Step& step : claim.estimate.steps) {
    Row row;
    row.cells.push_back({.text = foreign(step.what)});
    row.cells.push_back({.text = foreign(step.how)});
    row.cells.push_back({.text = foreign(step.result)});
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

Sentence without_steps(const Claim& claim) {
  Sentence said = claim_name(claim);
  said.say(": no step was computed");
  if (!claim.estimate.value) said.say(", for ").add(reason_words(claim.estimate));
  return said.say(".");
}

}  // namespace

Section calculation(const Dossier& dossier) {
  Section section{.place = Place::calculation, .title = "The calculation, claim by claim"};
  if (dossier.claims.empty()) {
    section.blocks.emplace_back(
        Paragraph{.text = "No claim is made, so there is none to calculate."});
    return section;
  }
  section.blocks.emplace_back(Paragraph{
      .text = "Each bound can be computed again by hand from these tables. Corrections compose in "
              "this order: clusters, parts, judge, missing, claims. Lower bounds are rounded down, "
              "upper bounds up."});
  for (std::size_t begin = 0; begin < dossier.claims.size(); begin += claims_a_table) {
    const std::size_t end = std::min(begin + claims_a_table, dossier.claims.size());
    section.blocks.emplace_back(overview(dossier, begin, end));
  }
  for (const Claim& claim : dossier.claims) {
    if (claim.estimate.steps.empty()) {
      section.blocks.emplace_back(Paragraph{.text = without_steps(claim), .tone = Tone::note});
    } else {
      section.blocks.emplace_back(steps_of(claim));
    }
  }
  Sentence again = "Again from the ledger: ";
  again.code("truebound report --run " + std::to_string(dossier.provenance.run) + " --format json");
  again.say(" gives every number with all its digits. By hand: ");
  again.code("truebound stats --help").say(".");
  section.blocks.emplace_back(Paragraph{.text = again, .tone = Tone::note});
  return section;
}

}  // namespace truebound::report
