#include "bench/coverage/ended_early.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "bench/coverage/made_up_run.h"
#include "bench/coverage/workers.h"
#include "truebound/analyze/allocation.h"
#include "truebound/analyze/sequential.h"
#include "truebound/core/words.h"
#include "truebound/crypto/stream.h"

namespace truebound::coverage {
namespace {

constexpr double level = .05;
constexpr double threshold = .05;

struct Shape {
  int clusters = 0;
  int size = 0;
  double correlation = 0;
};
constexpr Shape shapes[] = {{600, 1, 0}, {300, 5, .3}, {300, 5, .9}};
constexpr double rates[] = {.005, .02, .05, .1, .3};

struct Cell {
  MadeUp made_up;
  bool is_judged = false;
};

std::vector<Cell> grid() {
  std::vector<Cell> cells;
  for (const bool is_judged : {false, true}) {
    for (const Shape& shape : shapes) {
      for (const Missing missing : {Missing::none, Missing::more_broke}) {
        for (const double rate : rates) {
          cells.push_back({{.clusters = shape.clusters,
                            .size = shape.size,
                            .cause = {.rate = rate,
                                      .correlation = shape.correlation,
                                      .dependence = Dependence::beta},
                            .sensitivity = is_judged ? .9 : 1,
                            .specificity = is_judged ? .98 : 1,
                            .missing = missing,
                            .labels = {.first = 200, .second = 400}},
                           is_judged});
        }
      }
    }
  }
  return cells;
}

// A scorer that does not err decides what the judge did.
analyze::ClusterCounts as_exact(analyze::ClusterCounts counts) {
  counts.exact_broke = std::exchange(counts.flagged, 0);
  counts.exact_held = std::exchange(counts.passed, 0);
  return counts;
}

// Shares of runs, and the mean number of clusters.
struct Ended {
  double below = 0;
  double above = 0;
  double covered = 0;
  double clusters = 0;
};

Ended simulate(const Cell& cell, std::size_t index, int runs) {
  const RunMaker maker(cell.made_up);
  RandomStream stream = crypto::open_stream("coverage", fmt::format("ended|{}", index), "runs");
  const double rate = cell.made_up.rate();
  Ended ended;
  for (int run = 0; run < runs; ++run) {
    const SeenRun seen = maker.make(stream);
    analyze::SequentialDesign design{.threshold = threshold,
                                     .tail = level,
                                     .is_judged = cell.is_judged,
                                     .largest = static_cast<double>(cell.made_up.size)};
    if (cell.is_judged) design.labels = seen.labels;
    auto evidence = analyze::RunningEvidence::of(design);
    TRUEBOUND_CHECK(evidence.ok(), "a made-up design is right");
    std::vector<analyze::ClusterCounts> sample;
    for (const analyze::ClusterCounts& each : seen.clusters) {
      sample.push_back(cell.is_judged ? each : as_exact(each));
      TRUEBOUND_CHECK(evidence.value().add(sample.back()).ok(), "a made-up run is counted right");
      if (evidence.value().is_settled()) break;
    }
    ended.clusters += static_cast<double>(sample.size());
    if (evidence.value().is_settled()) {
      (evidence.value().log_e_below() > evidence.value().log_e_above() ? ended.below
                                                                       : ended.above) += 1;
    }
    const auto limits = analyze::anytime_limits(sample, design, level / 2);
    TRUEBOUND_CHECK(limits.ok(), "a made-up run has limits");
    ended.covered += limits.value().lower <= rate && rate <= limits.value().upper ? 1 : 0;
  }
  for (double* share : {&ended.below, &ended.above, &ended.covered, &ended.clusters})
    *share /= runs;
  return ended;
}

void check(const Cell& cell, const Ended& ended, int runs, Section& section) {
  const double rate = cell.made_up.rate();
  const double allowed = level + noise(runs);
  const std::string at = fmt::format("a sample that ends early at {}: ", percent_text(rate));
  if (rate >= threshold && ended.below > allowed) {
    section.broken.push_back(at + fmt::format("false claims of below {:.3f}", ended.below));
  }
  if (rate <= threshold && ended.above > allowed) {
    section.broken.push_back(at + fmt::format("false claims of above {:.3f}", ended.above));
  }
  if (ended.covered < 1 - allowed) {
    section.broken.push_back(at + fmt::format("limits hold in {:.3f} only", ended.covered));
  }
}

// Four strata of unequal rates: what adaptive draws make of the rate of the whole.
constexpr double stratum_rates[] = {.002, .01, .05, .3};
constexpr double whole_rate = (.002 + .01 + .05 + .3) / 4;
constexpr std::int64_t clusters_a_stratum = 400;

analyze::AllocationDesign strata_design(double explore, const std::string& seed) {
  analyze::AllocationDesign design{.explore = explore, .round = 20, .seed = seed};
  for (std::int64_t i = 0; i < 4 * clusters_a_stratum; ++i)
    design.strata[std::to_string(i % 4)].push_back({.first = i, .count = 1});
  return design;
}

// Shares of runs, and mean and spread of rates after 300 draws.
struct Drawn {
  double plain = 0;
  double weighted = 0;
  double squares = 0;
  double false_claims = 0;
  double covered = 0;
};

void draw_one(double explore, int run, Drawn& sum) {
  const std::string seed = fmt::format("drawn|{}|{}", explore, run);
  auto allocation = analyze::Allocation::of(strata_design(explore, seed));
  TRUEBOUND_CHECK(allocation.ok(), "a made-up design is right");
  RandomStream stream = crypto::open_stream("coverage", seed, "runs");
  const analyze::SequentialDesign design{
      .threshold = whole_rate, .tail = level, .largest = 1 / explore};
  auto evidence = analyze::RunningEvidence::of(design);
  TRUEBOUND_CHECK(evidence.ok(), "a made-up design is right");
  std::vector<analyze::ClusterCounts> sample;
  double hits = 0;
  double weighted = 0;
  bool claimed = false;
  for (int round = 0; round < 15; ++round) {
    const auto drawn = allocation.value().draw();
    TRUEBOUND_CHECK(drawn.ok() && drawn.value(), "no stratum is used up in 300 draws");
    for (const analyze::ClusterSlots& cluster : drawn.value()->clusters) {
      const bool broke = stream.uniform() < stratum_rates[cluster.first % 4];
      eval::Observation seen{.slot = cluster.first};
      seen.outcome = broke ? eval::Outcome(eval::Broke{}) : eval::Held{};
      allocation.value().take(seen);
      const double weight = allocation.value().weight_of(cluster.first);
      sample.push_back({.exact_broke = broke ? 1 : 0, .exact_held = broke ? 0 : 1});
      sample.back().weight = weight;
      TRUEBOUND_CHECK(evidence.value().add(sample.back()).ok(), "no cluster is too heavy");
      claimed = claimed || evidence.value().is_settled();
      hits += broke ? 1 : 0;
      weighted += broke ? weight : 0;
    }
  }
  const auto n = static_cast<double>(sample.size());
  sum.plain += hits / n;
  sum.weighted += weighted / n;
  sum.squares += (weighted / n - whole_rate) * (weighted / n - whole_rate);
  sum.false_claims += claimed ? 1 : 0;
  const auto limits = analyze::anytime_limits(sample, design, level / 2);
  TRUEBOUND_CHECK(limits.ok(), "a made-up run has limits");
  sum.covered += limits.value().lower <= whole_rate && whole_rate <= limits.value().upper ? 1 : 0;
}

std::string adaptive_draws(Size size, Section& section) {
  const int runs = size == Size::full ? 2000 : 50;
  std::string text = fmt::format(
      "\nAdaptive samples: four strata that break at .2, 1, 5 and 30 %, together {:.4f}; 300 "
      "clusters in rounds of 20, {} runs. The claims are about the rate of the whole itself, so "
      "each is false.\n\n",
      whole_rate, runs);
  text += head({"explore", "plain rate, mean", "weighted rate, mean", "its error, root mean square",
                "false claims, a look after every cluster", "limits at the end hold"});
  for (const double explore : {1., .7, .5, .3}) {
    Drawn sum;
    for (int run = 0; run < runs; ++run)
      draw_one(explore, run, sum);
    for (double* each : {&sum.plain, &sum.weighted, &sum.squares, &sum.false_claims, &sum.covered})
      *each /= runs;
    const double error = std::sqrt(sum.squares);
    text += row({fmt::format("{}", explore), fmt::format("{:.4f}", sum.plain),
                 fmt::format("{:.4f}", sum.weighted), fmt::format("{:.4f}", error),
                 fmt::format("{:.3f}", sum.false_claims), coverage_text(sum.covered)});
    const double allowed = level + noise(runs);
    if (std::abs(sum.weighted - whole_rate) > 4 * error / std::sqrt(runs)) {
      section.broken.push_back(fmt::format("the weighted rate at explore {} leans", explore));
    }
    // Two claims at .05 each.
    if (sum.false_claims > 2 * allowed || sum.covered < 1 - allowed) {
      section.broken.push_back(
          fmt::format("adaptive samples at explore {} promise too much", explore));
    }
  }
  return text;
}

}  // namespace

Section ended_early(Size size, int threads) {
  const std::vector<Cell> cells = grid();
  const int runs = size == Size::full ? 1000 : 20;
  std::vector<Ended> ended(cells.size());
  each_on_threads(cells.size(), threads,
                  [&](std::size_t i) { ended[i] = simulate(cells[i], i, runs); });
  Section section;
  section.markdown = fmt::format(
      "## Samples that end where a claim is settled\n\n"
      "`sequential_rate`: is the rate below, or above, {}? A look after every cluster, level .05 a "
      "side, {} runs a cell. The judge: Se .9, Sp .98, 200 + 400 labels from elsewhere. Missing: "
      "15 "
      "% of the broken, 3 % of the others. At the threshold itself each answer is false.\n\n",
      percent_text(threshold), runs);
  section.markdown +=
      head({"decided by", "clusters", "correlation", "missing", "true rate", "says below",
            "says above", "limits at the end hold", "mean clusters", "saved"});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const MadeUp& made_up = cells[i].made_up;
    check(cells[i], ended[i], runs, section);
    section.markdown +=
        row({cells[i].is_judged ? "judge" : "exact scorer",
             fmt::format("{} of {}", made_up.clusters, made_up.size),
             fmt::format("{}", made_up.cause.correlation), std::string(to_text(made_up.missing)),
             percent_text(made_up.rate()), fmt::format("{:.3f}", ended[i].below),
             fmt::format("{:.3f}", ended[i].above), coverage_text(ended[i].covered),
             fmt::format("{:.0f}", ended[i].clusters),
             fmt::format("{:.0f} %", 100 - 100 * ended[i].clusters / made_up.clusters)});
  }
  section.markdown += adaptive_draws(size, section);
  return section;
}

}  // namespace truebound::coverage
