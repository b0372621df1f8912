#pragma once

// A run that is made up from known rates: what truly broke, and what a judge, filters, scorers and
// labels show of it.

#include <array>
#include <string_view>
#include <vector>

#include "bench/coverage/chances.h"
#include "truebound/analyze/chain.h"

namespace truebound::coverage {

/// What decides slots beside the judge.
enum class Beside {
  nothing,
  filter_held,   ///< a filter stops 30 % of the slots, which is held
  filter_broke,  ///< a filter stops 10 % of the slots, which is broke: answers are expected
  exact_half,    ///< an exact scorer decides half of the slots
};
constexpr std::array<std::string_view, 4> words(Beside /*list*/) {
  return {"nothing", "filter, held", "filter, broke", "exact scorer"};
}

/// Which slots have no outcome.
enum class Missing {
  none,
  at_random,   ///< 5 % of the slots
  more_broke,  ///< 15 % of the broken, 3 % of the others
};
constexpr std::array<std::string_view, 3> words(Missing /*list*/) {
  return {"none", "at random", "more of the broken"};
}

/// Where labels come from, and how many.
struct LabelPlan {
  std::string_view name;
  bool this_run = false;
  int first = 0;         ///< of the broken, or of the flagged, where there are so many
  int second = 0;        ///< of the held, or of the passed
  int cluster_size = 1;  ///< of labels from elsewhere; correlation .3 within
};

/// What is true of a slot.
enum class Truth { broke, held };

/// One cell: all that a made-up run follows.
struct MadeUp {
  int clusters = 0;
  int size = 0;
  Cause cause;  ///< of breaking, before filters
  double sensitivity = 0;
  double specificity = 0;
  Beside beside = Beside::nothing;
  Missing missing = Missing::none;
  LabelPlan labels;

  /// The true rate of broken slots.
  double rate() const;
};

/// A run as the chain takes it.
struct SeenRun {
  std::vector<analyze::ClusterCounts> clusters;
  analyze::Labels labels;
};

/// Draws runs of one cell.
class RunMaker {
 public:
  explicit RunMaker(const MadeUp& from);
  SeenRun make(RandomStream& stream) const;

 private:
  struct Judged;
  void decide(Truth is, RandomStream& stream, analyze::ClusterCounts& seen, Judged& judged) const;
  analyze::LabelsThisRun label_run(const Judged& judged, RandomStream& stream) const;
  std::vector<stats::Cluster> label_elsewhere(const Wheel& right, int labels,
                                              RandomStream& stream) const;

  MadeUp from_;
  Wheel broke_;
  Wheel flagged_right_;
  Wheel passed_right_;
};

}  // namespace truebound::coverage
