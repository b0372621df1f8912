#pragma once

// Evidence that may be looked at after every trial. An e-value is a factor by which evidence has
// grown against a hypothesis: if the hypothesis holds, it exceeds 1/alpha at any time, under any
// rule when to stop, with chance alpha at most (Ville). A confidence sequence is the rates that no
// e-value has spoken against: limits that hold at all times at once, for the price of some width.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/interval.h"

namespace truebound::stats {

/// Hits among the trials seen so far; 0 <= hits <= trials.
struct Tally {
  std::int64_t hits = 0;
  std::int64_t trials = 0;
};

/// Where the mixture bets that the rate lies: Beta(a, b), both > 0. It decides how wide the limits
/// are, never whether they hold. Beta(1/2, 50) suits rare hits.
struct BetaMixture {
  double a = .5;
  double b = .5;
};

/// Log of the e-value against "the rate is `rate`".
///
/// @param rate in (0, 1)
/// @error invalid_input when an argument is out of range
/// @source Robbins (1970), Annals of Mathematical Statistics 41:1397-1409:
///         log B(a+S, b+F) - log B(a, b) - S log p - F log(1-p)
Result<double> log_e_value(const Tally& seen, double rate, const BetaMixture& mixture);

/// Log of the e-value against "the rate is at most `rate`": the mixture cut to the rates above it.
///
/// @error invalid_input as log_e_value
/// @source Ramdas, Grunwald, Vovk and Shafer (2023), Statistical Science 38:576-601, section 4;
///         each factor p' >= rate has mean <= 1 under every rate below
Result<double> log_e_value_above(const Tally& seen, double rate, const BetaMixture& mixture);

/// Log of the e-value against "the rate is at least `rate`": hits and misses exchanged.
///
/// @error invalid_input as log_e_value
Result<double> log_e_value_below(const Tally& seen, double rate, const BetaMixture& mixture);

/// Limits that hold after every trial at once, two-sided: the rates whose e-value is below
/// 1 / (1 - confidence). [0, 1] where there was no trial.
///
/// @error invalid_input when an argument is out of range
/// @source Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49:1055-1080
Result<Interval> confidence_sequence(const Tally& seen, double confidence,
                                     const BetaMixture& mixture);

/// One-sided limits that hold after every trial at once, each at `confidence` by itself.
///
/// @error invalid_input as confidence_sequence
Result<Interval> one_sided_sequences(const Tally& seen, double confidence,
                                     const BetaMixture& mixture);

/// Confidence sequence with the mixture tuned to be narrowest near `tuned_for` trials.
///
/// @param tuned_for > 0
/// @error invalid_input as confidence_sequence
/// @source Howard, Ramdas, McAuliffe and Sekhon (2021), proposition 3 and section 3.5; the code of
///         confseq, bernoulli_confidence_interval
Result<Interval> tuned_sequence(const Tally& seen, double confidence, double tuned_for);

/// What an e-process speaks against.
enum class Null { rate_at_most, rate_at_least };
constexpr std::array<std::string_view, 2> words(Null /*list*/) {
  return {"rate_at_most", "rate_at_least"};
}

/// What one trial showed.
enum class Trial { miss, hit };

/// Evidence against one null, updated at every trial. Not thread-safe.
class EProcess {
 public:
  /// @error invalid_input when `rate` is not in (0, 1) or the mixture is not of positive numbers
  static Result<EProcess> against(Null null, double rate, const BetaMixture& mixture);

  void add(Trial trial);

  const Tally& seen() const { return seen_; }
  /// Log of the e-value now; 0 before the first trial.
  double log_e() const { return log_e_; }
  /// The largest so far.
  double most_log_e() const { return most_log_e_; }
  /// min(1, 1 / the largest e-value so far): a p-value at any time.
  double p_value() const;
  /// Whether the null was rejected at level `alpha` at any time so far.
  bool rejects(double alpha) const;

 private:
  EProcess(Null null, double rate, const BetaMixture& mixture)
      : null_(null), rate_(rate), mixture_(mixture) {}

  Null null_;
  double rate_;
  BetaMixture mixture_;
  Tally seen_;
  double log_e_ = 0;
  double most_log_e_ = 0;
};

}  // namespace truebound::stats
