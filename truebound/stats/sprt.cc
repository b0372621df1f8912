#include "truebound/stats/sprt.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

constexpr std::int64_t longest_test = 100'000;

Error wrong(const std::string& expectation) {
  return invalid_input("sprt: " + expectation);
}

bool inside(double share) {
  return share > 0 && share < 1;
}

Result<void> check(const SprtAim& aim) {
  if (!inside(aim.acceptable) || !inside(aim.unacceptable)) {
    return wrong("both rates must lie in (0, 1)");
  }
  if (!(aim.acceptable < aim.unacceptable)) {
    return wrong("the acceptable rate must lie below the unacceptable one");
  }
  if (!inside(aim.false_alarm) || !inside(aim.miss) || !(aim.false_alarm + aim.miss < 1)) {
    return wrong("errors must be > 0 and add up to less than 1");
  }
  return {};
}

// The chance of `hits` or more in `trials`.
double chance_of_at_least(std::int64_t hits, std::int64_t trials, double rate) {
  if (hits <= 0) return 1;
  if (hits > trials) return 0;
  return 1 - binomial_at_most(static_cast<double>(hits - 1), static_cast<double>(trials), rate);
}

}  // namespace

Result<Sprt> sprt(const SprtAim& aim) {
  TRUEBOUND_TRY_VOID(check(aim));
  Sprt test;
  const double p0 = aim.acceptable;
  const double p1 = aim.unacceptable;
  test.reject_at = std::log((1 - aim.miss) / aim.false_alarm);
  test.accept_at = std::log(aim.miss / (1 - aim.false_alarm));
  test.step_hit = std::log(p1 / p0);
  test.step_miss = std::log1p(-p1) - std::log1p(-p0);
  const double apart = test.step_hit - test.step_miss;
  test.slope = -test.step_miss / apart;
  test.reject_line = test.reject_at / apart;
  test.accept_line = test.accept_at / apart;
  // Wald: the mean of the last log ratio, by the mean of one step.
  test.trials_at_p0 = ((1 - aim.false_alarm) * test.accept_at + aim.false_alarm * test.reject_at) /
                      (p0 * test.step_hit + (1 - p0) * test.step_miss);
  test.trials_at_p1 = ((1 - aim.miss) * test.reject_at + aim.miss * test.accept_at) /
                      (p1 * test.step_hit + (1 - p1) * test.step_miss);
  return test;
}

SprtState answer_of(const Sprt& test, const Tally& seen) {
  SprtState state;
  state.log_ratio = static_cast<double>(seen.hits) * test.step_hit +
                    static_cast<double>(seen.trials - seen.hits) * test.step_miss;
  if (state.log_ratio >= test.reject_at) state.answer = SprtAnswer::reject;
  if (state.log_ratio <= test.accept_at) state.answer = SprtAnswer::accept;
  return state;
}

Result<SprtRun> sprt_run(const Sprt& test, double rate, std::int64_t most_trials) {
  if (!(rate >= 0 && rate <= 1)) return wrong("rate must lie in [0, 1]");
  if (most_trials < 1 || most_trials > longest_test) {
    return wrong("trials must lie in [1, 100000]");
  }
  SprtRun run;
  // The chance to be still without an answer, by the number of hits so far.
  std::vector<double> open = {1};
  for (std::int64_t t = 1; t <= most_trials; ++t) {
    std::vector<double> next(open.size() + 1);
    double running = 0;
    for (std::size_t hits = 0; hits < open.size(); ++hits) {
      running += open[hits];
      next[hits] += open[hits] * (1 - rate);
      next[hits + 1] += open[hits] * rate;
    }
    run.mean_trials += running;
    for (std::size_t hits = 0; hits < next.size(); ++hits) {
      if (next[hits] == 0) continue;
      const SprtAnswer answer = answer_of(test, {static_cast<std::int64_t>(hits), t}).answer;
      if (answer == SprtAnswer::go_on) continue;
      (answer == SprtAnswer::reject ? run.rejects : run.accepts) += next[hits];
      next[hits] = 0;
    }
    // Beyond the reject line nothing is open.
    while (!next.empty() && next.back() == 0)
      next.pop_back();
    if (next.empty()) return run;
    open = std::move(next);
  }
  for (const double chance : open)
    run.undecided += chance;
  return run;
}

Result<FixedTest> fixed_test(const SprtAim& aim) {
  TRUEBOUND_TRY_VOID(check(aim));
  // The fewest hits that keep the false alarms grow with the number of trials, one at a time.
  FixedTest test{.trials = 1, .reject_hits = 1};
  for (; test.trials <= longest_test; ++test.trials) {
    while (chance_of_at_least(test.reject_hits, test.trials, aim.acceptable) > aim.false_alarm) {
      ++test.reject_hits;
    }
    const double power = chance_of_at_least(test.reject_hits, test.trials, aim.unacceptable);
    if (power >= 1 - aim.miss) return test;
  }
  return wrong("expected at most 100000 trials for these rates and errors");
}

}  // namespace truebound::stats
