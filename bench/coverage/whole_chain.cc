#include "bench/coverage/whole_chain.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "bench/coverage/made_up_run.h"
#include "bench/coverage/workers.h"
#include "truebound/core/words.h"
#include "truebound/crypto/stream.h"

namespace truebound::coverage {
namespace {

// A cell where fewer runs give a number is counted apart: what it covers is of few runs.
constexpr double least_numbers = .9;

constexpr LabelPlan label_plans[] = {
    {.name = "elsewhere, 100 + 100", .first = 100, .second = 100},
    {.name = "elsewhere, 50 + 200 in clusters of 5", .first = 50, .second = 200, .cluster_size = 5},
    {.name = "this run, 40 flagged + 100 passed", .this_run = true, .first = 40, .second = 100},
    {.name = "this run, 15 flagged + 30 passed", .this_run = true, .first = 15, .second = 30}};

struct Shape {
  int clusters = 0;
  int size = 0;
};
constexpr Shape shapes[] = {{120, 1}, {300, 1}, {60, 3}, {30, 10}};

struct JudgeShape {
  double sensitivity = 0;
  double specificity = 0;
};
constexpr JudgeShape judges[] = {{.95, .99}, {.85, .97}, {.9, .9}, {.7, .9}};

// Every `step`th cell of the full grid; the step shares no factor with the sizes of its lists.
std::vector<MadeUp> grid(std::size_t step) {
  std::vector<MadeUp> all;
  for (const Shape& shape : shapes) {
    for (const double correlation : {0., .3, .9}) {
      if (shape.size == 1 && correlation > 0) continue;
      for (const double rate : {.01, .05, .2}) {
        for (const JudgeShape& judge : judges) {
          for (const LabelPlan& labels : label_plans) {
            for (const Beside beside :
                 {Beside::nothing, Beside::filter_held, Beside::filter_broke, Beside::exact_half}) {
              for (const Missing missing :
                   {Missing::none, Missing::at_random, Missing::more_broke}) {
                const Cause cause{
                    .rate = rate,
                    .correlation = correlation,
                    .dependence = rate < .05 ? Dependence::common_cause : Dependence::beta};
                all.push_back({shape.clusters, shape.size, cause, judge.sensitivity,
                               judge.specificity, beside, missing, labels});
              }
            }
          }
        }
      }
    }
  }
  std::vector<MadeUp> chosen;
  for (std::size_t i = 0; i < all.size(); i += step)
    chosen.push_back(all[i]);
  return chosen;
}

// What one cell came to, in shares of the runs that gave a number.
struct ChainTally {
  Tally complete;  ///< two-sided limits of the complete cases
  Tally claims;    ///< two-sided: `missing`; one-sided: the bounds that claims rest on
  double numbers = 0;
};

ChainTally simulate(const MadeUp& cell, std::size_t index, int runs) {
  const RunMaker maker(cell);
  RandomStream stream = crypto::open_stream("coverage", fmt::format("chain|{}", index), "runs");
  const double rate = cell.rate();
  analyze::ChainOptions options;
  if (cell.beside == Beside::filter_broke) options.answer_filter = analyze::AnswerFilter::on;
  ChainTally tally;
  for (int run = 0; run < runs; ++run) {
    const SeenRun seen = maker.make(stream);
    const auto corrected = analyze::correct(seen.clusters, seen.labels, options);
    TRUEBOUND_CHECK(corrected.ok(), "a made-up run is counted right");
    const analyze::Chain& chain = corrected.value();
    if (!chain.value) continue;
    tally.numbers += 1;
    const stats::Interval& complete = chain.limits;
    tally.complete.add({complete.lower, complete.upper, complete.lower, complete.upper}, rate, 1);
    tally.claims.add({chain.missing.limits.lower, chain.missing.limits.upper,
                      chain.claim.rate_above.value_or(0), chain.claim.rate_below.value_or(1)},
                     rate, 1);
  }
  tally.numbers /= runs;
  tally.complete = tally.complete.shares();
  tally.claims = tally.claims.shares();
  return tally;
}

// The lowest of the cells that share something.
struct Line {
  std::string name;
  std::function<bool(const MadeUp&)> holds;
};

std::vector<Line> lines() {
  std::vector<Line> all;
  for (const Shape& shape : shapes) {
    all.push_back(
        {fmt::format("{} clusters of {}", shape.clusters, shape.size), [shape](const MadeUp& cell) {
           return cell.clusters == shape.clusters && cell.size == shape.size;
         }});
  }
  for (const double rate : {.01, .05, .2}) {
    all.push_back({percent_text(rate) + " break",
                   [rate](const MadeUp& cell) { return cell.cause.rate == rate; }});
  }
  for (const JudgeShape& judge : judges) {
    all.push_back({fmt::format("Se {:g}, Sp {:g}", judge.sensitivity, judge.specificity),
                   [judge](const MadeUp& cell) {
                     return cell.sensitivity == judge.sensitivity &&
                            cell.specificity == judge.specificity;
                   }});
  }
  for (const LabelPlan& labels : label_plans) {
    all.push_back({fmt::format("labels {}", labels.name),
                   [&labels](const MadeUp& cell) { return cell.labels.name == labels.name; }});
  }
  for (const auto beside :
       {Beside::nothing, Beside::filter_held, Beside::filter_broke, Beside::exact_half}) {
    all.push_back({fmt::format("beside the judge: {}", to_text(beside)),
                   [beside](const MadeUp& cell) { return cell.beside == beside; }});
  }
  for (const auto missing : {Missing::none, Missing::at_random, Missing::more_broke}) {
    all.push_back({fmt::format("missing: {}", to_text(missing)),
                   [missing](const MadeUp& cell) { return cell.missing == missing; }});
  }
  all.push_back({"all", [](const MadeUp& /*cell*/) { return true; }});
  return all;
}

// Complete cases estimate the rate of all slots only where what is missing is missing at random.
bool complete_cases_speak(const MadeUp& cell) {
  return cell.missing != Missing::more_broke;
}

std::string tell(const std::vector<MadeUp>& cells, const std::vector<ChainTally>& tallies) {
  std::string text =
      head({"cells with", "cells", "complete cases", "missing both ways", "claim: rate above",
            "claim: rate below", "under .95", "under .94", "few numbers"});
  for (const Line& line : lines()) {
    Lowest complete;
    Lowest claims;
    std::int64_t few = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!line.holds(cells[i])) continue;
      if (tallies[i].numbers < least_numbers) {
        ++few;
        continue;
      }
      claims.add(tallies[i].claims);
      if (complete_cases_speak(cells[i])) complete.add(tallies[i].complete);
    }
    text += row({line.name, std::to_string(claims.cells),
                 complete.cells > 0 ? coverage_text(complete.two_sided) : "",
                 coverage_text(claims.two_sided), coverage_text(claims.above),
                 coverage_text(claims.below), std::to_string(complete.under_95),
                 std::to_string(complete.under_94), std::to_string(few)});
  }
  return text;
}

std::string name_of(const MadeUp& cell) {
  return fmt::format("{} x {}, rate {:g}, correlation {:g}, Se {:g}, Sp {:g}, labels {}, {}, {}",
                     cell.clusters, cell.size, cell.cause.rate, cell.cause.correlation,
                     cell.sensitivity, cell.specificity, cell.labels.name, to_text(cell.beside),
                     to_text(cell.missing));
}

}  // namespace

Section whole_chain(Size size, int threads) {
  const int runs = size == Size::full ? 1000 : 100;
  const std::vector<MadeUp> cells = grid(size == Size::full ? 11 : 211);
  std::vector<ChainTally> tallies(cells.size());
  each_on_threads(cells.size(), threads,
                  [&](std::size_t i) { tallies[i] = simulate(cells[i], i, runs); });

  Section section;
  section.markdown = fmt::format(
      "## The whole chain\n\n"
      "{} cells of a grid of clusters, correlations 0, .3 and .9, rates, judges, labels, filters "
      "and missing outcomes, {} made-up runs each; the lowest coverage of a nominal .95. A cell of "
      ".950 may show {:.3f} by chance. `under .95` and `under .94` count cells by complete cases, "
      "`few numbers` those (left out) where more than a tenth of the runs gave no number, since a "
      "verdict or a truth had too few labels. Complete cases are judged where what is missing is "
      "missing at random.\n\n",
      cells.size(), runs, .95 - noise(runs));
  section.markdown += tell(cells, tallies);
  const double least = .94 - noise(runs);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Tally& claims = tallies[i].claims;
    const Tally& complete = tallies[i].complete;
    const double both = complete_cases_speak(cells[i])
                            ? std::min(complete.two_sided, claims.two_sided)
                            : claims.two_sided;
    if (tallies[i].numbers < least_numbers) continue;
    if (std::min({both, claims.above, claims.below}) >= least) continue;
    section.broken.push_back(fmt::format(
        "the chain, {}: .94 expected, got {:.4f} complete, {:.4f} missing, {:.4f} above, {:.4f} "
        "below",
        name_of(cells[i]), complete.two_sided, claims.two_sided, claims.above, claims.below));
  }
  return section;
}

}  // namespace truebound::coverage
