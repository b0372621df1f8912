#include "bench/coverage/clustered_rate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "bench/coverage/chances.h"
#include "bench/coverage/workers.h"
#include "truebound/core/words.h"
#include "truebound/crypto/stream.h"
#include "truebound/stats/cluster.h"

namespace truebound::coverage {
namespace {

constexpr double confidence = .95;
constexpr int most_exact_trials = 300;
constexpr double most_exact_tables = 60000;

enum class Method { effective_n, korn_graubard, cr1 };
constexpr std::size_t methods = 3;

// `clusters` clusters; `size` trials each, or 0: sizes 1 to 20 in turn.
struct Design {
  int clusters = 0;
  int size = 0;

  int size_of(int cluster) const { return size > 0 ? size : 1 + cluster * 7 % 20; }
  int trials() const {
    int all = 0;
    for (int i = 0; i < clusters; ++i)
      all += size_of(i);
    return all;
  }
  std::string name() const {
    return fmt::format("{} x {}", clusters, size > 0 ? std::to_string(size) : "1 to 20");
  }
  // Ways to write the hits of equal clusters as counts by hits: choose(clusters + size, size).
  double tables() const {
    return std::exp(std::lgamma(clusters + size + 1.0) - std::lgamma(clusters + 1.0) -
                    std::lgamma(size + 1.0));
  }
  bool is_exact() const {
    return size > 0 && trials() <= most_exact_trials && tables() <= most_exact_tables;
  }
};

using Table = std::vector<stats::Cluster>;
using MethodLimits = std::array<Limits, methods>;
using MethodTallies = std::array<Tally, methods>;

template <class T>
T sure(Result<T> result) {
  TRUEBOUND_CHECK(result.ok(), "tables of this program have trials and at least two clusters");
  return std::move(result).value();
}

Limits clopper_pearson_at(double share, double n) {
  const double hits = std::clamp(share * n, 0.0, n);
  return {.lower = sure(stats::lower_limit(hits, n, .025)),
          .upper = sure(stats::upper_limit(hits, n, .025)),
          .above = sure(stats::lower_limit(hits, n, .05)),
          .below = sure(stats::upper_limit(hits, n, .05))};
}

MethodLimits limits_of(const Table& table) {
  const stats::EffectiveSize size = sure(stats::effective_size(table, 1, confidence));
  const double share = static_cast<double>(size.hits) / static_cast<double>(size.n);
  const Limits claimed = clopper_pearson_at(share, size.effective_n);
  MethodLimits limits{claimed, claimed, {}};
  // Where n* is not defined, since no cluster differs, clusters count once.
  if (size.korn_graubard) limits[1] = clopper_pearson_at(share, *size.korn_graubard);
  const auto two_sided = sure(stats::cluster_rate(table, confidence)).interval;
  const auto one_sided = sure(stats::cluster_rate(table, 1 - 2 * (1 - confidence))).interval;
  limits[2] = {two_sided.lower, two_sided.upper, one_sided.lower, one_sided.upper};
  return limits;
}

// Equal clusters counted by their hits; clusters of several sizes each for itself.
struct Counted {
  std::map<std::pair<int, int>, int> times;  // of size and hits

  Table table() const {
    Table clusters;
    for (const auto& [kind, count] : times)
      clusters.push_back({.size = kind.first, .hits = kind.second, .times = count});
    return clusters;
  }
};

// All ways to spread equal clusters over 0 to `size` hits, one after the other.
template <class Visit>
void each_table(int clusters, std::vector<int>& counts, std::size_t at, const Visit& visit) {
  if (at + 1 == counts.size()) {
    counts[at] = clusters;
    visit();
    return;
  }
  for (counts[at] = 0; counts[at] <= clusters; ++counts[at])
    each_table(clusters - counts[at], counts, at + 1, visit);
}

std::vector<MethodTallies> enumerate(const Design& design, const std::vector<Cause>& causes) {
  std::vector<std::vector<double>> logs;
  for (const Cause& cause : causes) {
    logs.push_back(cluster_chances(design.size, cause));
    for (double& chance : logs.back())
      chance = std::log(std::max(chance, 1e-300));
  }
  std::vector<MethodTallies> tallies(causes.size());
  std::vector<int> counts(static_cast<std::size_t>(design.size) + 1);
  each_table(design.clusters, counts, 0, [&] {
    Counted counted;
    double ways = std::lgamma(design.clusters + 1.0);
    for (std::size_t hits = 0; hits < counts.size(); ++hits) {
      if (counts[hits] == 0) continue;
      counted.times[{design.size, static_cast<int>(hits)}] = counts[hits];
      ways -= std::lgamma(counts[hits] + 1.0);
    }
    const MethodLimits limits = limits_of(counted.table());
    for (std::size_t i = 0; i < causes.size(); ++i) {
      double log_chance = ways;
      for (std::size_t hits = 0; hits < counts.size(); ++hits)
        log_chance += counts[hits] * logs[i][hits];
      const double chance = std::exp(log_chance);
      for (std::size_t method = 0; method < methods; ++method)
        tallies[i][method].add(limits[method], causes[i].rate, chance);
    }
  });
  return tallies;
}

MethodTallies simulate(const Design& design, const Cause& cause, int runs) {
  std::map<int, Wheel> wheels;
  for (int i = 0; i < design.clusters; ++i) {
    const int size = design.size_of(i);
    if (!wheels.contains(size)) wheels.emplace(size, Wheel(cluster_chances(size, cause)));
  }
  RandomStream stream =
      crypto::open_stream("coverage",
                          fmt::format("{}|{}|{}|{}", design.name(), cause.rate, cause.correlation,
                                      to_text(cause.dependence)),
                          "clusters");
  // Rare hits give few tables, each many times.
  std::map<std::map<std::pair<int, int>, int>, MethodLimits> known;
  MethodTallies tallies;
  for (int run = 0; run < runs; ++run) {
    Counted counted;
    for (int i = 0; i < design.clusters; ++i) {
      const int size = design.size_of(i);
      ++counted.times[{size, wheels.at(size).draw(stream)}];
    }
    auto found = known.find(counted.times);
    if (found == known.end()) {
      found = known.emplace(counted.times, limits_of(counted.table())).first;
    }
    for (std::size_t method = 0; method < methods; ++method)
      tallies[method].add(found->second[method], cause.rate, 1);
  }
  return tallies;
}

std::vector<Cause> causes_of(Size size) {
  const std::vector<double> rates = size == Size::full
                                        ? std::vector{.002, .005, .01, .02, .05, .1, .2}
                                        : std::vector{.002, .01, .2};
  const std::vector<double> correlations =
      size == Size::full ? std::vector{0., .1, .3, .6, .9} : std::vector{0., .6};
  std::vector<Cause> causes;
  for (const double correlation : correlations) {
    for (const Dependence dependence : {Dependence::common_cause, Dependence::beta}) {
      if (correlation <= 0 && dependence == Dependence::beta) continue;
      for (const double rate : rates)
        causes.push_back({.rate = rate, .correlation = correlation, .dependence = dependence});
    }
  }
  return causes;
}

std::vector<Design> designs_of(Size size) {
  if (size == Size::tiny) return {{5, 1}, {5, 5}, {10, 2}, {30, 10}, {10, 0}};
  std::vector<Design> designs;
  for (const int clusters : {5, 10, 20, 30, 50, 100}) {
    for (const int trials : {1, 2, 3, 5, 10, 20, 0})
      designs.push_back({clusters, trials});
  }
  designs.push_back({300, 1});
  return designs;
}

// One piece of work: a design that is enumerated for all causes, or simulated for one.
struct Work {
  std::size_t design = 0;
  std::optional<std::size_t> cause;
};

struct Cells {
  std::vector<Design> designs;
  std::vector<Cause> causes;
  std::vector<std::vector<MethodTallies>> tallies;  // by design and cause, as shares
};

Cells compute(Size size, int runs, int threads) {
  Cells cells{.designs = designs_of(size), .causes = causes_of(size), .tallies = {}};
  cells.tallies.resize(cells.designs.size());
  std::vector<Work> works;
  for (std::size_t d = 0; d < cells.designs.size(); ++d) {
    cells.tallies[d].resize(cells.causes.size());
    if (cells.designs[d].is_exact()) {
      works.push_back({.design = d, .cause = {}});
      continue;
    }
    for (std::size_t c = 0; c < cells.causes.size(); ++c)
      works.push_back({.design = d, .cause = c});
  }
  each_on_threads(works.size(), threads, [&](std::size_t i) {
    const Work& work = works[i];
    const Design& design = cells.designs[work.design];
    std::vector<MethodTallies>& out = cells.tallies[work.design];
    if (work.cause) {
      out[*work.cause] = simulate(design, cells.causes[*work.cause], runs);
    } else {
      out = enumerate(design, cells.causes);
    }
  });
  for (auto& of_design : cells.tallies) {
    for (MethodTallies& tallies : of_design) {
      for (Tally& tally : tallies)
        tally = tally.shares();
    }
  }
  return cells;
}

const Tally& of(const MethodTallies& tallies, Method method) {
  return tallies[static_cast<std::size_t>(method)];
}

std::string share_under_94(const Lowest& lowest) {
  return fmt::format(
      "{:.0f} %", 100.0 * static_cast<double>(lowest.under_94) / static_cast<double>(lowest.cells));
}

std::string by_design(const Cells& cells) {
  std::string text =
      head({"clusters x trials", "how", "effective n: two-sided", "rate above", "rate below",
            "Korn-Graubard: lowest", "cells under .94", "CR1: lowest", "cells under .94"});
  std::array<Lowest, methods> all;
  for (std::size_t d = 0; d < cells.designs.size(); ++d) {
    std::array<Lowest, methods> lowest;
    for (const MethodTallies& tallies : cells.tallies[d]) {
      for (std::size_t method = 0; method < methods; ++method) {
        lowest[method].add(tallies[method]);
        all[method].add(tallies[method]);
      }
    }
    text += row({cells.designs[d].name(), cells.designs[d].is_exact() ? "exact" : "simulated",
                 coverage_text(lowest[0].two_sided), coverage_text(lowest[0].above),
                 coverage_text(lowest[0].below), coverage_text(lowest[1].two_sided),
                 share_under_94(lowest[1]), coverage_text(lowest[2].two_sided),
                 share_under_94(lowest[2])});
  }
  text += row({fmt::format("all {} cells", all[0].cells), "", coverage_text(all[0].two_sided),
               coverage_text(all[0].above), coverage_text(all[0].below),
               coverage_text(all[1].two_sided), share_under_94(all[1]),
               coverage_text(all[2].two_sided), share_under_94(all[2])});
  return text;
}

// The cell that people ask of first: 30 samples, 10 epochs, harm of 1 %.
std::string epochs(const Cells& cells) {
  std::string text =
      head({"correlation", "dependence", "effective n: two-sided", "rate below",
            "Korn-Graubard: two-sided", "rate below", "CR1: two-sided", "rate below"});
  for (std::size_t d = 0; d < cells.designs.size(); ++d) {
    if (cells.designs[d].name() != "30 x 10") continue;
    for (std::size_t c = 0; c < cells.causes.size(); ++c) {
      const Cause& cause = cells.causes[c];
      if (cause.rate != .01) continue;
      const MethodTallies& tallies = cells.tallies[d][c];
      std::vector<std::string> line{
          fmt::format("{:g}", cause.correlation),
          cause.correlation > 0 ? std::string(to_text(cause.dependence)) : "none"};
      for (const Method method : {Method::effective_n, Method::korn_graubard, Method::cr1}) {
        line.push_back(coverage_text(of(tallies, method).two_sided));
        line.push_back(coverage_text(of(tallies, method).below));
      }
      text += row(line);
    }
  }
  return text;
}

std::vector<std::string> broken_promises(const Cells& cells, int runs) {
  std::vector<std::string> broken;
  for (std::size_t d = 0; d < cells.designs.size(); ++d) {
    const double least = .95 - (cells.designs[d].is_exact() ? 1e-9 : noise(runs));
    for (std::size_t c = 0; c < cells.causes.size(); ++c) {
      const Tally& tally = of(cells.tallies[d][c], Method::effective_n);
      if (std::min({tally.two_sided, tally.above, tally.below}) >= least) continue;
      const Cause& cause = cells.causes[c];
      broken.push_back(fmt::format(
          "effective n, {}, rate {:g}, correlation {:g}, {}: .95 expected, got {:.4f} two-sided, "
          "{:.4f} above, {:.4f} below",
          cells.designs[d].name(), cause.rate, cause.correlation, to_text(cause.dependence),
          tally.two_sided, tally.above, tally.below));
    }
  }
  return broken;
}

}  // namespace

Section clustered_rates(Size size, int threads) {
  const int runs = size == Size::full ? 2000 : 500;
  const Cells cells = compute(size, runs, threads);
  Section section;
  section.markdown = fmt::format(
      "## Rates over clusters\n\n"
      "Lowest coverage over {} causes each: rates {}; correlations within a cluster {}; two kinds "
      "of dependence. `exact`: every table that can come out, weighed by its chance; `simulated`: "
      "{} tables a cell, so that a cell of .950 may show {:.3f}.\n\n",
      cells.causes.size(), size == Size::full ? ".2 to 20 %" : ".2, 1 and 20 %",
      size == Size::full ? "0 to .9" : "0 and .6", runs, .95 - noise(runs));
  section.markdown += by_design(cells);
  section.markdown += "\n30 samples with 10 epochs each, 1 % harm:\n\n" + epochs(cells);
  section.broken = broken_promises(cells, runs);
  return section;
}

}  // namespace truebound::coverage
