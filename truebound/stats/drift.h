#pragma once

// Has something changed since it was last measured? Detectors read a stream of trials and raise an
// alarm; both can say where the change seems to have begun. The CUSUM is tuned to two known rates;
// the e-detector promises, whatever the distribution, that false alarms come at most once in so
// many trials.

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/stats/sequential.h"

namespace truebound::stats {

/// The change to look for: from a rate to a higher or lower one, both in (0, 1) and different.
struct RateChange {
  double from = 0;
  double to = 0;
};

/// Log likelihood ratios of one trial.
struct ChangeSteps {
  double hit = 0;   ///< log(to / from)
  double miss = 0;  ///< log((1 - to) / (1 - from))
};

/// @error invalid_input when a rate is out of range or both are equal
Result<ChangeSteps> change_steps(const RateChange& change);

/// An alarm: after which trial it came, and which was the first after the likeliest change, both
/// counted from 1.
struct Alarm {
  std::int64_t at = 0;
  std::int64_t changed_from = 0;
};

/// Bernoulli CUSUM: the log likelihood ratio since the change that speaks for itself best, never
/// below 0. Not thread-safe.
class Cusum {
 public:
  /// @param threshold h > 0: the alarm comes where the sum reaches it
  /// @error invalid_input as change_steps, or when the threshold is not > 0
  /// @source Page (1954), Biometrika 41:100-115; Reynolds and Stoumbos (1999), Journal of Quality
  ///         Technology 31:87-108
  static Result<Cusum> watch(const RateChange& change, double threshold);

  void add(Trial trial);
  double sum() const { return sum_; }
  /// The first alarm, if there was one.
  const std::optional<Alarm>& alarm() const { return alarm_; }

 private:
  Cusum(const ChangeSteps& steps, double threshold) : steps_(steps), threshold_(threshold) {}

  ChangeSteps steps_;
  double threshold_;
  double sum_ = 0;
  std::int64_t trials_ = 0;
  std::int64_t began_ = 1;  // the trial after the sum was last 0
  std::optional<Alarm> alarm_;
};

/// Shiryaev-Roberts e-detector: M = (M + 1) L, L any factor whose mean is at most 1 while nothing
/// has changed. Not thread-safe.
class ShiryaevRoberts {
 public:
  /// @param level A > 1: while nothing changes, the mean number of trials to an alarm is at least A
  /// @error invalid_input when the level is not > 1
  /// @source Shin, Ramdas and Rinaldo (2023), arXiv 2203.03532, definition 2.2 and theorem 2.4
  static Result<ShiryaevRoberts> watch(double level);

  /// Takes one factor.
  ///
  /// @param log_factor log L, finite
  void add(double log_factor);
  double log_evidence() const { return log_evidence_; }
  /// The first trial after the likeliest change, as it looks now.
  std::int64_t change() const { return began_; }
  const std::optional<Alarm>& alarm() const { return alarm_; }

 private:
  explicit ShiryaevRoberts(double log_level) : log_level_(log_level) {}

  double log_level_;
  double log_evidence_ = -HUGE_VAL;
  double run_ = 0;  // sum of log factors since the change that speaks for itself best
  std::int64_t trials_ = 0;
  std::int64_t began_ = 1;
  std::optional<Alarm> alarm_;
};

/// An e-detector of one of several changes from one rate, where nobody knows how large: the mean of
/// their detectors. Not thread-safe.
class ChangeMixture {
 public:
  /// @param from the rate while nothing has changed: hits come at most so often (`to` above it) or
  ///             at least so often (`to` below it)
  /// @param to   rates, all on one side of `from`
  /// @error invalid_input as change_steps and ShiryaevRoberts, or when `to` is empty or on both
  ///        sides
  static Result<ChangeMixture> watch(double from, std::span<const double> to, double level);

  void add(Trial trial);
  double log_evidence() const { return log_evidence_; }
  const std::optional<Alarm>& alarm() const { return alarm_; }

 private:
  std::vector<ChangeSteps> steps_;
  std::vector<ShiryaevRoberts> detectors_;
  double log_level_ = 0;
  double log_evidence_ = -HUGE_VAL;
  std::int64_t trials_ = 0;
  std::optional<Alarm> alarm_;
};

}  // namespace truebound::stats
