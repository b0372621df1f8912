#include "bench/coverage/made_up_run.h"

#include <algorithm>

namespace truebound::coverage {
namespace {

constexpr double stopped_held = .3;
constexpr double stopped_broke = .1;
constexpr double scored = .5;
constexpr double missing_at_random = .05;
constexpr double missing_of_broke = .15;
constexpr double missing_of_held = .03;
constexpr double label_correlation = .3;

Cause judged_right(double share) {
  return {.rate = share, .correlation = label_correlation, .dependence = Dependence::beta};
}

}  // namespace

double MadeUp::rate() const {
  if (beside == Beside::filter_held) return (1 - stopped_held) * cause.rate;
  if (beside == Beside::filter_broke) return stopped_broke + (1 - stopped_broke) * cause.rate;
  return cause.rate;
}

// Of the judged slots, what is true.
struct RunMaker::Judged {
  std::int64_t flagged_broke = 0;
  std::int64_t flagged = 0;
  std::int64_t passed_broke = 0;
  std::int64_t passed = 0;
};

RunMaker::RunMaker(const MadeUp& from)
    : from_(from),
      broke_(cluster_chances(from.size, from.cause)),
      flagged_right_(cluster_chances(from.labels.cluster_size, judged_right(from.sensitivity))),
      passed_right_(cluster_chances(from.labels.cluster_size, judged_right(from.specificity))) {}

void RunMaker::decide(Truth is, RandomStream& stream, analyze::ClusterCounts& seen,
                      Judged& judged) const {
  const bool broke = is == Truth::broke;
  const double of_truth = broke ? missing_of_broke : missing_of_held;
  if ((from_.missing == Missing::at_random && stream.uniform() < missing_at_random) ||
      (from_.missing == Missing::more_broke && stream.uniform() < of_truth)) {
    ++seen.missing;
    return;
  }
  if (from_.beside == Beside::filter_held && stream.uniform() < stopped_held) {
    ++seen.stopped;
    return;
  }
  if (from_.beside == Beside::filter_broke && stream.uniform() < stopped_broke) {
    ++seen.stopped_broke;
    return;
  }
  if (from_.beside == Beside::exact_half && stream.uniform() < scored) {
    ++(broke ? seen.exact_broke : seen.exact_held);
    return;
  }
  const double flags = broke ? from_.sensitivity : 1 - from_.specificity;
  if (stream.uniform() < flags) {
    ++seen.flagged;
    ++judged.flagged;
    judged.flagged_broke += broke ? 1 : 0;
  } else {
    ++seen.passed;
    ++judged.passed;
    judged.passed_broke += broke ? 1 : 0;
  }
}

namespace {

// So many labels of slots of which `broke` broke, none twice.
analyze::VerdictLabels draw_labels(std::int64_t slots, std::int64_t broke, std::int64_t labels,
                                   RandomStream& stream) {
  analyze::VerdictLabels drawn{.broke = 0, .labeled = std::min(labels, slots)};
  for (std::int64_t i = 0; i < drawn.labeled; ++i) {
    const auto left = static_cast<std::uint64_t>(slots - i);
    if (stream.below(left) < static_cast<std::uint64_t>(broke - drawn.broke)) ++drawn.broke;
  }
  return drawn;
}

}  // namespace

analyze::LabelsThisRun RunMaker::label_run(const Judged& judged, RandomStream& stream) const {
  return {.flagged = draw_labels(judged.flagged, judged.flagged_broke, from_.labels.first, stream),
          .passed = draw_labels(judged.passed, judged.passed_broke, from_.labels.second, stream)};
}

std::vector<stats::Cluster> RunMaker::label_elsewhere(const Wheel& right, int labels,
                                                      RandomStream& stream) const {
  std::vector<stats::Cluster> clusters;
  for (int done = 0; done < labels; done += from_.labels.cluster_size)
    clusters.push_back({.size = from_.labels.cluster_size, .hits = right.draw(stream)});
  return clusters;
}

SeenRun RunMaker::make(RandomStream& stream) const {
  SeenRun run;
  Judged judged;
  for (int i = 0; i < from_.clusters; ++i) {
    analyze::ClusterCounts seen;
    const int broke = broke_.draw(stream);
    for (int slot = 0; slot < from_.size; ++slot)
      decide(slot < broke ? Truth::broke : Truth::held, stream, seen, judged);
    run.clusters.push_back(seen);
  }
  if (from_.labels.this_run) {
    run.labels = label_run(judged, stream);
  } else {
    run.labels = analyze::LabelsElsewhere{
        .broke = label_elsewhere(flagged_right_, from_.labels.first, stream),
        .held = label_elsewhere(passed_right_, from_.labels.second, stream)};
  }
  return run;
}

}  // namespace truebound::coverage
