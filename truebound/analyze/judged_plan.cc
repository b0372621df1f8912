#include "truebound/analyze/judged_plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/stats/plans.h"

namespace truebound::analyze {
namespace {

constexpr std::int64_t most_slots = 10'000'000;

Error wrong(const std::string& expectation) {
  return invalid_input("judged bound: " + expectation);
}

Result<void> check(const JudgedAim& aim, const ExpectedJudge& judge) {
  if (!(aim.threshold > 0 && aim.threshold < 1)) return wrong("threshold must lie in (0, 1)");
  if (!(aim.rate >= 0 && aim.rate < aim.threshold)) {
    return wrong("rate must lie in [0, threshold)");
  }
  if (!(aim.power >= .5 && aim.power < 1)) return wrong("power must lie in [.5, 1)");
  for (const double share : {judge.sensitivity, judge.specificity}) {
    if (!(share >= 0 && share <= 1)) {
      return wrong("sensitivity and specificity must lie in [0, 1]");
    }
  }
  if (judge.broke_labels < 0 || judge.held_labels < 0) return wrong("labels must be >= 0");
  return {};
}

// Independent labels, as many of them judged right as the share says.
std::vector<stats::Cluster> labels_of(double share, std::int64_t labels) {
  const auto right = static_cast<std::int64_t>(std::llround(share * static_cast<double>(labels)));
  std::vector<stats::Cluster> clusters;
  if (right > 0) clusters.push_back({.size = 1, .hits = 1, .times = right});
  if (labels > right) clusters.push_back({.size = 1, .hits = 0, .times = labels - right});
  return clusters;
}

// The flags that are not exceeded with the chance `power`.
Result<std::int64_t> flags_among(std::int64_t slots, double rate, double power) {
  std::int64_t low = 0;
  std::int64_t high = slots;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    TRUEBOUND_TRY(chance, stats::chance_of_at_most({slots, middle}, rate));
    if (chance >= power) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

struct Tried {
  std::int64_t flags = 0;
  Chain chain;
};

class Search {
 public:
  Search(const JudgedAim& aim, const ExpectedJudge& judge, const ChainOptions& options)
      : aim_(aim),
        options_(options),
        labels_{.broke = labels_of(judge.sensitivity, judge.broke_labels),
                .held = labels_of(judge.specificity, judge.held_labels)},
        flag_rate_(aim.rate * judge.sensitivity + (1 - aim.rate) * (1 - judge.specificity)) {}

  Result<Tried> with(std::int64_t slots) const {
    TRUEBOUND_TRY(flags, flags_among(slots, flag_rate_, aim_.power));
    std::vector<ClusterCounts> clusters;
    if (flags > 0) clusters.push_back({.flagged = 1, .times = flags});
    if (slots > flags) clusters.push_back({.passed = 1, .times = slots - flags});
    TRUEBOUND_TRY(chain, correct(clusters, labels_, options_));
    return Tried{flags, chain};
  }

  static double upper(const Tried& tried) { return tried.chain.claim.rate_below.value_or(1); }

 private:
  JudgedAim aim_;
  ChainOptions options_;
  LabelsElsewhere labels_;
  double flag_rate_;
};

}  // namespace

Result<JudgedPlan> plan_judged_bound(const JudgedAim& aim, const ExpectedJudge& judge,
                                     const ChainOptions& options) {
  TRUEBOUND_TRY_VOID(check(aim, judge));
  const Search search(aim, judge, options);
  TRUEBOUND_TRY(most, search.with(most_slots));
  JudgedPlan plan{.least_upper = Search::upper(most)};
  if (most.chain.reason != Reason::none) {
    plan.reason = reason_in_words(most.chain.reason, most.chain.reason_detail);
    return plan;
  }
  if (plan.least_upper >= aim.threshold) {
    plan.reason = fmt::format(
        "below_detection_limit: with these labels the upper limit stays at {:.6g} however many "
        "slots there are; only more labels lower it",
        plan.least_upper);
    return plan;
  }
  std::int64_t low = 0;
  std::int64_t high = 1;
  for (;;) {
    TRUEBOUND_TRY(tried, search.with(high));
    if (Search::upper(tried) < aim.threshold) break;
    low = high;
    high = std::min(2 * high, most_slots);
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    TRUEBOUND_TRY(tried, search.with(middle));
    (Search::upper(tried) < aim.threshold ? high : low) = middle;
  }
  TRUEBOUND_TRY(found, search.with(high));
  plan.slots = high;
  plan.flags_allowed = found.flags;
  return plan;
}

}  // namespace truebound::analyze
