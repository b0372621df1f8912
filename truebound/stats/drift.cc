#include "truebound/stats/drift.h"

#include <algorithm>
#include <cmath>

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("drift: " + expectation);
}

// log(e^a + e^b) without leaving the range of doubles.
double log_sum(double a, double b) {
  const double most = std::max(a, b);
  if (most == -HUGE_VAL) return most;
  return most + std::log1p(std::exp(std::min(a, b) - most));
}

double step_of(const ChangeSteps& steps, Trial trial) {
  return trial == Trial::hit ? steps.hit : steps.miss;
}

}  // namespace

Result<ChangeSteps> change_steps(const RateChange& change) {
  const auto inside = [](double rate) { return rate > 0 && rate < 1; };
  if (!inside(change.from) || !inside(change.to)) return wrong("rates must lie in (0, 1)");
  if (change.from == change.to) return wrong("the two rates must differ");
  return ChangeSteps{std::log(change.to / change.from),
                     std::log1p(-change.to) - std::log1p(-change.from)};
}

Result<Cusum> Cusum::watch(const RateChange& change, double threshold) {
  TRUEBOUND_TRY(steps, change_steps(change));
  if (!(threshold > 0) || !std::isfinite(threshold)) return wrong("threshold must be > 0");
  return Cusum(steps, threshold);
}

void Cusum::add(Trial trial) {
  ++trials_;
  sum_ = std::max(0.0, sum_ + step_of(steps_, trial));
  if (sum_ == 0) began_ = trials_ + 1;
  if (!alarm_ && sum_ >= threshold_) alarm_ = Alarm{trials_, began_};
}

Result<ShiryaevRoberts> ShiryaevRoberts::watch(double level) {
  if (!(level > 1) || !std::isfinite(level)) return wrong("level must be > 1");
  return ShiryaevRoberts(std::log(level));
}

void ShiryaevRoberts::add(double log_factor) {
  ++trials_;
  log_evidence_ = log_sum(log_evidence_, 0) + log_factor;
  // The change that makes the product of factors since then largest.
  if (run_ <= 0) {
    run_ = 0;
    began_ = trials_;
  }
  run_ += log_factor;
  if (!alarm_ && log_evidence_ >= log_level_) alarm_ = Alarm{trials_, began_};
}

Result<ChangeMixture> ChangeMixture::watch(double from, std::span<const double> to, double level) {
  if (to.empty()) return wrong("at least one rate to change to");
  ChangeMixture mixture;
  for (const double rate : to) {
    if ((rate > from) != (to.front() > from)) {
      return wrong("rates to change to must lie on one side of the rate now");
    }
    TRUEBOUND_TRY(steps, change_steps({from, rate}));
    TRUEBOUND_TRY(detector, ShiryaevRoberts::watch(level));
    mixture.steps_.push_back(steps);
    mixture.detectors_.push_back(detector);
  }
  mixture.log_level_ = std::log(level);
  return mixture;
}

void ChangeMixture::add(Trial trial) {
  ++trials_;
  double sum = -HUGE_VAL;
  std::size_t strongest = 0;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    detectors_[i].add(step_of(steps_[i], trial));
    sum = log_sum(sum, detectors_[i].log_evidence());
    if (detectors_[i].log_evidence() > detectors_[strongest].log_evidence()) strongest = i;
  }
  log_evidence_ = sum - std::log(static_cast<double>(detectors_.size()));
  if (alarm_ || log_evidence_ < log_level_) return;
  alarm_ = Alarm{trials_, detectors_[strongest].change()};
}

}  // namespace truebound::stats
