#include "bench/coverage/ended_early.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/coverage/made_up_run.h"
#include "bench/coverage/workers.h"
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
                                     .largest = cell.made_up.size};
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
  return section;
}

}  // namespace truebound::coverage
