#include "truebound/stats/sequential.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "truebound/stats/distribution.h"
#include "truebound/stats/edge.h"

namespace truebound::stats {
namespace {

Error wrong(const std::string& expectation) {
  return invalid_input("sequence: " + expectation);
}

Result<void> check(const Tally& seen, const BetaMixture& mixture) {
  if (seen.hits < 0 || seen.hits > seen.trials) return wrong("hits must lie in [0, trials]");
  if (!(mixture.a > 0 && mixture.b > 0 && std::isfinite(mixture.a) && std::isfinite(mixture.b))) {
    return wrong("a mixture must be of finite numbers > 0");
  }
  return {};
}

Result<void> check(const Tally& seen, const BetaMixture& mixture, double rate) {
  TRUEBOUND_TRY_VOID(check(seen, mixture));
  if (!(rate > 0 && rate < 1)) return wrong("rate must lie in (0, 1)");
  return {};
}

Result<void> check_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  return {};
}

double misses(const Tally& seen) {
  return static_cast<double>(seen.trials - seen.hits);
}

// Log of rate^hits (1 - rate)^misses.
long double log_chance(const Tally& seen, double rate) {
  const auto p = static_cast<long double>(rate);
  return static_cast<long double>(seen.hits) * std::log(p) +
         static_cast<long double>(misses(seen)) * std::log1p(-p);
}

double two_sided(const Tally& seen, double rate, const BetaMixture& mixture) {
  const auto hits = static_cast<double>(seen.hits);
  return static_cast<double>(log_beta(mixture.a + hits, mixture.b + misses(seen)) -
                             log_beta(mixture.a, mixture.b) - log_chance(seen, rate));
}

double above(const Tally& seen, double rate, const BetaMixture& mixture) {
  const auto hits = static_cast<double>(seen.hits);
  return static_cast<double>(log_beta_above(rate, mixture.a + hits, mixture.b + misses(seen)) -
                             log_beta_above(rate, mixture.a, mixture.b) - log_chance(seen, rate));
}

double below(const Tally& seen, double rate, const BetaMixture& mixture) {
  return above({seen.trials - seen.hits, seen.trials}, 1 - rate, {mixture.b, mixture.a});
}

using Evidence = std::function<double(double rate)>;

// The edges of the rates around the observed share whose evidence is below the bar. The evidence
// against a rate grows with its distance from the share, so each side has one edge.
double lower_edge(const Tally& seen, double bar, const Evidence& evidence) {
  if (seen.hits == 0) return 0;
  const double share = static_cast<double>(seen.hits) / static_cast<double>(seen.trials);
  return edge(share, 0, [&](double rate) { return evidence(rate) >= bar; });
}

double upper_edge(const Tally& seen, double bar, const Evidence& evidence) {
  if (seen.hits == seen.trials) return 1;
  const double share = static_cast<double>(seen.hits) / static_cast<double>(seen.trials);
  return edge(share, 1, [&](double rate) { return evidence(rate) >= bar; });
}

Interval around(const Tally& seen, double bar, const Evidence& evidence) {
  return {lower_edge(seen, bar, evidence), upper_edge(seen, bar, evidence)};
}

// Tuned mixture of one rate: Beta(r / (1-p), r / p).
BetaMixture tuned_at(double rate, double tuned_for, double alpha) {
  const double spread = rate * (1 - rate);
  const double price = 2 * std::log(1 / alpha);
  const double best = spread * tuned_for / (price + std::log1p(price));
  const double r = std::max(best - spread, 1e-3 * spread);
  return {r / (1 - rate), r / rate};
}

}  // namespace

Result<double> log_e_value(const Tally& seen, double rate, const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check(seen, mixture, rate));
  return two_sided(seen, rate, mixture);
}

Result<double> log_e_value_above(const Tally& seen, double rate, const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check(seen, mixture, rate));
  return above(seen, rate, mixture);
}

Result<double> log_e_value_below(const Tally& seen, double rate, const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check(seen, mixture, rate));
  return below(seen, rate, mixture);
}

Result<Interval> confidence_sequence(const Tally& seen, double confidence,
                                     const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check(seen, mixture));
  TRUEBOUND_TRY_VOID(check_confidence(confidence));
  return around(seen, -std::log(1 - confidence),
                [&](double rate) { return two_sided(seen, rate, mixture); });
}

Result<Interval> one_sided_sequences(const Tally& seen, double confidence,
                                     const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check(seen, mixture));
  TRUEBOUND_TRY_VOID(check_confidence(confidence));
  const double bar = -std::log(1 - confidence);
  const auto against_below = [&](double rate) { return above(seen, rate, mixture); };
  const auto against_above = [&](double rate) { return below(seen, rate, mixture); };
  return Interval{lower_edge(seen, bar, against_below), upper_edge(seen, bar, against_above)};
}

Result<Interval> tuned_sequence(const Tally& seen, double confidence, double tuned_for) {
  TRUEBOUND_TRY_VOID(check(seen, {}));
  TRUEBOUND_TRY_VOID(check_confidence(confidence));
  if (!(tuned_for > 0) || !std::isfinite(tuned_for)) return wrong("tuned_for must be > 0");
  const double alpha = 1 - confidence;
  return around(seen, -std::log(alpha), [&](double rate) {
    return two_sided(seen, rate, tuned_at(rate, tuned_for, alpha));
  });
}

Result<EProcess> EProcess::against(Null null, double rate, const BetaMixture& mixture) {
  TRUEBOUND_TRY_VOID(check({}, mixture, rate));
  return EProcess(null, rate, mixture);
}

void EProcess::add(Trial trial) {
  ++seen_.trials;
  seen_.hits += trial == Trial::hit ? 1 : 0;
  log_e_ =
      null_ == Null::rate_at_most ? above(seen_, rate_, mixture_) : below(seen_, rate_, mixture_);
  most_log_e_ = std::max(most_log_e_, log_e_);
}

double EProcess::p_value() const {
  return std::exp(-most_log_e_);
}

bool EProcess::rejects(double alpha) const {
  return most_log_e_ >= -std::log(alpha);
}

}  // namespace truebound::stats
