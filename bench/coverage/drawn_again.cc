#include "bench/coverage/drawn_again.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "bench/coverage/chances.h"
#include "bench/coverage/workers.h"
#include "truebound/core/words.h"
#include "truebound/crypto/stream.h"
#include "truebound/stats/betting.h"
#include "truebound/stats/bootstrap.h"
#include "truebound/stats/distribution.h"

namespace truebound::coverage {
namespace {

constexpr double confidence = .95;

// `clusters` clusters of `size` trials each, that hit by `cause`.
struct RateCell {
  int clusters = 0;
  int size = 0;
  Cause cause;
};

std::vector<RateCell> rate_cells(Size size) {
  std::vector<RateCell> cells;
  const std::vector<std::pair<int, int>> designs =
      size == Size::full
          ? std::vector<std::pair<int, int>>{{10, 5}, {30, 1}, {30, 10}, {100, 1}, {100, 5}}
          : std::vector<std::pair<int, int>>{{10, 5}, {30, 1}};
  for (const auto& [clusters, trials] : designs) {
    for (const double rate : {.01, .05, .2}) {
      for (const double correlation : {0., .3}) {
        cells.push_back(
            {clusters,
             trials,
             {.rate = rate, .correlation = correlation, .dependence = Dependence::beta}});
        if (correlation <= 0) cells.back().cause.dependence = Dependence::common_cause;
      }
    }
  }
  return cells;
}

// Two-sided BCa limits, and one-sided ones at the same level. Where every cluster has the same rate
// the resamples are all alike: limits of no width, as tools print them.
Limits drawn_again(const std::vector<stats::ClusterSum>& clusters, std::uint64_t key) {
  const auto at = [&](double level) {
    const auto found = stats::cluster_bootstrap(
        clusters, {.resamples = 999, .confidence = level, .streams = stats::streams_of(key)});
    if (found.ok()) return found.value().bca;
    const double share =
        static_cast<double>(clusters.front().sum) / static_cast<double>(clusters.front().size);
    return stats::Interval{share, share};
  };
  const stats::Interval two = at(confidence);
  const stats::Interval one = at(2 * confidence - 1);
  return {.lower = two.lower, .upper = two.upper, .above = one.lower, .below = one.upper};
}

Tally bootstrap_cell(const RateCell& cell, int runs) {
  const Wheel wheel(cluster_chances(cell.size, cell.cause));
  RandomStream stream = crypto::open_stream(
      "coverage",
      fmt::format("{}|{}|{}|{}", cell.clusters, cell.size, cell.cause.rate, cell.cause.correlation),
      "bootstrap");
  // Rare hits give few tables, each many times.
  std::map<std::map<int, int>, Limits> known;
  Tally tally;
  for (int run = 0; run < runs; ++run) {
    std::map<int, int> by_hits;
    for (int i = 0; i < cell.clusters; ++i)
      ++by_hits[wheel.draw(stream)];
    auto found = known.find(by_hits);
    if (found == known.end()) {
      std::vector<stats::ClusterSum> clusters;
      for (const auto& [hits, times] : by_hits)
        clusters.push_back({.size = cell.size, .sum = hits, .times = times});
      found = known.emplace(by_hits, drawn_again(clusters, known.size())).first;
    }
    tally.add(found->second, cell.cause.rate, 1);
  }
  return tally.shares();
}

// How scores in [0, 1] spread, with their mean.
enum class Spread { even, steps, rarely_high, rare, near_one };
constexpr std::array<std::string_view, 5> words(Spread /*list*/) {
  return {"even over [0, 1]", "0, .5, 1 alike often", "0 but .9 in 1 of 10", "0 but 1 in 1 of 50",
          ".9 to 1"};
}

double mean_of(Spread spread) {
  constexpr std::array<double, 5> means = {.5, .5, .09, .02, .95};
  return means[static_cast<std::size_t>(spread)];
}

double draw(Spread spread, RandomStream& stream) {
  const double u = stream.uniform();
  switch (spread) {
    case Spread::even:
      return u;
    case Spread::steps:
      return u < 1 / 3.0 ? 0 : u < 2 / 3.0 ? .5 : 1;
    case Spread::rarely_high:
      return u < .1 ? .9 : 0;
    case Spread::rare:
      return u < .02 ? 1 : 0;
    case Spread::near_one:
      return .9 + u / 10;
  }
  TRUEBOUND_CHECK(false, "a spread of the closed list");
}

stats::Interval t_limits(const std::vector<double>& scores) {
  const auto n = static_cast<double>(scores.size());
  double mean = 0;
  for (const double score : scores)
    mean += score / n;
  double squares = 0;
  for (const double score : scores)
    squares += (score - mean) * (score - mean);
  const double half =
      stats::student_quantile((1 + confidence) / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
  return {mean - half, mean + half};
}

// How often each held the mean, and how wide it was on average.
struct MeanTally {
  double betting = 0;
  double student = 0;
  double betting_width = 0;
  double student_width = 0;
};

MeanTally mean_cell(Spread spread, int clusters, int runs) {
  RandomStream stream =
      crypto::open_stream("coverage", fmt::format("{}|{}", to_text(spread), clusters), "scores");
  MeanTally tally;
  const double mean = mean_of(spread);
  const auto holds = [&](const stats::Interval& limits) {
    return limits.lower <= mean && mean <= limits.upper ? 1.0 : 0.0;
  };
  for (int run = 0; run < runs; ++run) {
    std::vector<double> scores;
    for (int i = 0; i < clusters; ++i)
      scores.push_back(draw(spread, stream));
    const auto found = stats::betting_limits(
        scores, {.confidence = confidence, .planned = static_cast<std::int64_t>(clusters)});
    // Scores that contradict any mean give no limits: they do not hold it.
    const stats::Interval bets = found.ok() ? found.value() : stats::Interval{2, 2};
    const stats::Interval student = t_limits(scores);
    tally.betting += holds(bets) / runs;
    tally.student += holds(student) / runs;
    tally.betting_width += (bets.upper - bets.lower) / runs;
    tally.student_width += (student.upper - student.lower) / runs;
  }
  return tally;
}

}  // namespace

Section bootstrapped_rates(Size size, int threads) {
  const int runs = size == Size::full ? 1000 : 100;
  const std::vector<RateCell> cells = rate_cells(size);
  std::vector<Tally> tallies(cells.size());
  each_on_threads(cells.size(), threads,
                  [&](std::size_t i) { tallies[i] = bootstrap_cell(cells[i], runs); });
  Section section;
  section.markdown = fmt::format(
      "## Rates over clusters, drawn again\n\n"
      "The cluster bootstrap (BCa, 999 resamples), as other tools have it, on a part of the same "
      "grid: rates 1, 5 and 20 %, correlations 0 and .3 (beta); {} tables a cell. Where all "
      "clusters have the same rate its limits have no width; [cluster_bootstrap]"
      "(cluster_bootstrap.md) gives no number there, and it carries no claim.\n\n",
      runs);
  section.markdown += head({"clusters x trials", "correlation", "1 %: two-sided", "rate below",
                            "5 %: two-sided", "rate below", "20 %: two-sided", "rate below"});
  for (std::size_t i = 0; i + 5 < cells.size(); i += 6) {
    for (std::size_t correlation = 0; correlation < 2; ++correlation) {
      const RateCell& first = cells[i + correlation];
      std::vector<std::string> line{fmt::format("{} x {}", first.clusters, first.size),
                                    fmt::format("{:g}", first.cause.correlation)};
      for (std::size_t rate = 0; rate < 3; ++rate) {
        const Tally& tally = tallies[i + 2 * rate + correlation];
        line.push_back(coverage_text(tally.two_sided));
        line.push_back(coverage_text(tally.below));
      }
      section.markdown += row(line);
    }
  }
  return section;
}

Section mean_scores(Size size, int threads) {
  const int runs = size == Size::full ? 2000 : 200;
  const std::vector<int> clusters =
      size == Size::full ? std::vector{5, 10, 30, 100, 300} : std::vector{10, 30};
  constexpr std::size_t spreads = 5;
  std::vector<MeanTally> tallies(clusters.size() * spreads);
  each_on_threads(tallies.size(), threads, [&](std::size_t i) {
    tallies[i] = mean_cell(static_cast<Spread>(i % spreads), clusters[i / spreads], runs);
  });
  Section section;
  section.markdown = fmt::format(
      "## Means of scores\n\n"
      "Coverage and mean width of the limits of [mean_score](mean_score.md), beside those of a t "
      "interval; {} sets of scores a cell, so that a cell of .950 may show {:.3f}.\n\n",
      runs, .95 - noise(runs));
  section.markdown += head({"scores", "clusters", "mean_score", "width", "t interval", "width"});
  for (std::size_t spread = 0; spread < spreads; ++spread) {
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      const MeanTally& tally = tallies[i * spreads + spread];
      const std::string name(to_text(static_cast<Spread>(spread)));
      section.markdown +=
          row({i == 0 ? name : "", std::to_string(clusters[i]), coverage_text(tally.betting),
               fmt::format("{:.3f}", tally.betting_width), coverage_text(tally.student),
               fmt::format("{:.3f}", tally.student_width)});
      if (tally.betting >= .95 - noise(runs)) continue;
      section.broken.push_back(fmt::format("mean_score, {}, {} clusters: .95 expected, got {:.4f}",
                                           name, clusters[i], tally.betting));
    }
  }
  return section;
}

}  // namespace truebound::coverage
