#include "truebound/stats/betting.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace truebound::stats {
namespace {

// No gambler stakes more than half of what could be lost at once.
constexpr double most_staked = .5;

constexpr std::int64_t most_steps = 100'000;

Error wrong(const std::string& expectation) {
  return invalid_input("betting: " + expectation);
}

}  // namespace

Result<BettingSequence> BettingSequence::open(const BettingOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return wrong("confidence must lie in (0, 1)");
  }
  if (options.planned < 0) return wrong("planned must be >= 0");
  if (options.population < 0) return wrong("population must be >= 0");
  if (options.steps < 10 || options.steps > most_steps)
    return wrong("steps must lie in [10, 100000]");
  BettingOptions whole = options;
  // The mean of a population of hits and misses then lies on the grid.
  if (whole.population > 0 && whole.population <= most_steps) {
    whole.steps = whole.population * ((whole.steps + whole.population - 1) / whole.population);
  }
  return BettingSequence(whole);
}

BettingSequence::BettingSequence(const BettingOptions& options)
    : options_(options),
      up_(static_cast<std::size_t>(options.steps) + 1),
      down_(static_cast<std::size_t>(options.steps) + 1),
      highest_(options.steps) {}

// The stake before the next score, from the past alone. Each of two gamblers has half of alpha.
double BettingSequence::bet() const {
  const auto next = static_cast<double>(scores_ + 1);
  const double variance = spread_ / next;
  const double weight =
      options_.planned > 0 ? static_cast<double>(options_.planned) : next * std::log1p(next);
  return std::sqrt(2 * std::log(2 / (1 - options_.confidence)) / (weight * variance));
}

Result<void> BettingSequence::add(double score) {
  if (!(score >= 0 && score <= 1)) return wrong("scores must lie in [0, 1]");
  const auto whole = static_cast<double>(options_.population);
  const auto seen = static_cast<double>(scores_);
  if (options_.population > 0 && scores_ >= options_.population) {
    return wrong("at most " + std::to_string(options_.population) + " scores, got one more");
  }
  const double stake = bet();
  const double bar = std::log(2 / (1 - options_.confidence));
  const auto steps = static_cast<double>(options_.steps);
  bool found = false;
  std::int64_t lowest = options_.steps + 1;
  std::int64_t highest = -1;
  for (std::int64_t i = lowest_; i <= highest_; ++i) {
    double m = static_cast<double>(i) / steps;
    if (options_.population > 0) {
      // What those to come must add up to, a step of the grid aside; the true mean may lie between.
      const double others = whole * m - sum_ - score;
      const double slack = whole / steps;
      if (others < -slack || others > whole - seen - 1 + slack) continue;
      m = std::clamp((whole * m - sum_) / (whole - seen), 0.0, 1.0);
    }
    const auto at = static_cast<std::size_t>(i);
    up_[at] += std::log1p(std::min(stake, most_staked / m) * (score - m));
    down_[at] += std::log1p(-std::min(stake, most_staked / (1 - m)) * (score - m));
    if (std::max(up_[at], down_[at]) > bar) continue;
    lowest = std::min(lowest, i);
    highest = i;
    found = true;
  }
  lowest_ = found ? lowest : 1;
  highest_ = found ? highest : 0;
  ++scores_;
  sum_ += score;
  const double center = (.5 + sum_) / static_cast<double>(scores_ + 1);
  spread_ += (score - center) * (score - center);
  return {};
}

Result<Interval> BettingSequence::limits() const {
  if (lowest_ > highest_) {
    return wrong(
        "expected a mean that the scores do not contradict, found none: their mean must have "
        "changed over time");
  }
  const auto steps = static_cast<double>(options_.steps);
  return Interval{static_cast<double>(std::max<std::int64_t>(0, lowest_ - 1)) / steps,
                  static_cast<double>(std::min(options_.steps, highest_ + 1)) / steps};
}

Result<Interval> betting_limits(std::span<const double> scores, const BettingOptions& options) {
  TRUEBOUND_TRY(sequence, BettingSequence::open(options));
  for (const double score : scores) {
    TRUEBOUND_TRY_VOID(sequence.add(score));
  }
  return sequence.limits();
}

}  // namespace truebound::stats
