#pragma once

// Wald's sequential probability ratio test of "the rate is p0" against "the rate is p1 > p0", with
// the numbers that a plan needs: what it costs at any rate, beside the test of fixed length that
// has the same two errors. Its two answers are straight lines over the number of trials.

#include <array>
#include <cstdint>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/stats/sequential.h"

namespace truebound::stats {

/// Two rates to be told apart, and the chance of each error.
struct SprtAim {
  double acceptable = 0;     ///< p0, in (0, 1)
  double unacceptable = 0;   ///< p1, in (p0, 1)
  double false_alarm = .05;  ///< alpha: chance to reject p0 where it holds, in (0, 1)
  double miss = .2;          ///< beta: chance to accept p0 where p1 holds, in (0, 1 - alpha)
};

/// The test as numbers. After t trials with S hits: reject at S >= reject_line + slope t, accept at
/// S <= accept_line + slope t.
struct Sprt {
  double reject_at = 0;     ///< log((1 - beta) / alpha)
  double accept_at = 0;     ///< log(beta / (1 - alpha))
  double step_hit = 0;      ///< log(p1 / p0)
  double step_miss = 0;     ///< log((1 - p1) / (1 - p0))
  double slope = 0;         ///< hits a trial
  double reject_line = 0;   ///< hits
  double accept_line = 0;   ///< hits
  double trials_at_p0 = 0;  ///< Wald's approximation of the mean number of trials at p0
  double trials_at_p1 = 0;  ///< the same at p1
};

/// @error invalid_input when an argument is out of range
/// @source Wald (1945), Annals of Mathematical Statistics 16:117-186
Result<Sprt> sprt(const SprtAim& aim);

/// What the test says now. `accept` only says: not told from p0 at these errors.
enum class SprtAnswer { go_on, reject, accept };
constexpr std::array<std::string_view, 3> words(SprtAnswer /*list*/) {
  return {"go_on", "reject", "accept"};
}

/// The answer after the trials seen, and the log likelihood ratio behind it.
struct SprtState {
  SprtAnswer answer = SprtAnswer::go_on;
  double log_ratio = 0;
};

SprtState answer_of(const Sprt& test, const Tally& seen);

/// How the test runs at one true rate, when it stops at `most_trials` at the latest. Exact, by the
/// chances of every number of hits at every trial.
struct SprtRun {
  double mean_trials = 0;
  double rejects = 0;    ///< chance
  double accepts = 0;    ///< chance
  double undecided = 0;  ///< chance to come to the end without an answer
};

/// @param rate        the true rate, in [0, 1]
/// @param most_trials 1 to 100,000
/// @error invalid_input when an argument is out of range
Result<SprtRun> sprt_run(const Sprt& test, double rate, std::int64_t most_trials);

/// A test of fixed length: reject p0 at `reject_hits` hits or more of `trials`.
struct FixedTest {
  std::int64_t trials = 0;
  std::int64_t reject_hits = 0;
};

/// The shortest exact binomial test with these two errors.
///
/// @error invalid_input when an argument is out of range, or more than 100,000 trials are needed
Result<FixedTest> fixed_test(const SprtAim& aim);

}  // namespace truebound::stats
