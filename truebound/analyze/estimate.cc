#include "truebound/analyze/estimate.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

std::string range(double lower, double upper) {
  return fmt::format("{:.6f} to {:.6f}", lower, upper);
}

Result<Raw> as_judged(const Chain& chain, double confidence) {
  const ClusterCounts& counts = chain.counts;
  Raw raw{.flagged = counts.flagged, .judged = counts.judged()};
  if (raw.judged == 0) return raw;
  TRUEBOUND_TRY(limits, stats::clopper_pearson(static_cast<double>(raw.flagged),
                                               static_cast<double>(raw.judged), confidence));
  raw.value = static_cast<double>(raw.flagged) / static_cast<double>(raw.judged);
  raw.lower = limits.lower;
  raw.upper = limits.upper;
  if (!chain.shares) return raw;
  const double worth =
      chain.shares->judged * chain.shares->size.effective_n;  // of the judged alone
  TRUEBOUND_TRY(wider, stats::clopper_pearson(*raw.value * worth, worth, confidence));
  raw.clustered = Range{.lower = wider.lower, .upper = wider.upper};
  return raw;
}

std::string size_in_words(const stats::EffectiveSize& size, double correlation) {
  switch (size.rule) {
    case stats::EffectiveRule::every_trial:
      return fmt::format("every slot counts: {} clusters, {} slots", size.clusters, size.n);
    case stats::EffectiveRule::correlation:
      return fmt::format("n / (1 + (K - 1) r) = {} / (1 + ({} - 1) x {}), {} clusters", size.n,
                         number(size.mean_size), number(correlation), size.clusters);
    case stats::EffectiveRule::korn_graubard:
      return fmt::format("Korn-Graubard's n*, less than n / (1 + (K - 1) r), {} clusters",
                         size.clusters);
  }
  TRUEBOUND_CHECK(false, "a rule of the closed list");
}

std::string moves_in_words(const Correction& correction) {
  std::vector<std::string> parts;
  for (const Move& move : correction.moves) {
    parts.push_back(fmt::format("{} +{} -{}", move.name, number(move.up), number(move.down)));
  }
  return join(parts);
}

std::string tails_in_words(const ClaimTails& tails) {
  if (tails.below == tails.above) {
    return fmt::format("one-sided, tail {} = alpha / m, missing read against the claim",
                       number(tails.below));
  }
  return fmt::format(
      "one-sided, tail {} of at least and {} of at most, missing read against the claim",
      number(tails.above), number(tails.below));
}

// The calculation, so that a person can follow it with a pocket calculator and a table.
std::vector<Step> steps_of(const Chain& chain, const Estimate& estimate) {
  std::vector<Step> steps;
  const ClusterCounts& counts = chain.counts;
  steps.push_back({"Slots",
                   fmt::format("judged broke {}, judged held {}, known broke {}, known held {}, "
                               "missing {}",
                               counts.flagged, counts.passed, counts.known_broke(),
                               counts.known_held(), counts.missing),
                   fmt::format("n = {} decided of {}", estimate.n, estimate.counts.planned)});
  if (chain.shares) {
    steps.push_back({"Clusters", size_in_words(chain.shares->size, estimate.correlation),
                     "effective n = " + number(chain.shares->size.effective_n)});
    steps.push_back({"Parts",
                     fmt::format("shares of n: flagged {}, judged {}, known broke {}",
                                 number(chain.shares->flagged), number(chain.shares->judged),
                                 number(chain.shares->known_broke)),
                     "k = " + number(chain.shares->known_broke)});
  }
  if (chain.sensitivity && chain.specificity) {
    steps.push_back(
        {"Judge",
         fmt::format("sensitivity {} of {}, specificity {} of {}; moves: {}",
                     chain.sensitivity->hits, chain.sensitivity->n, chain.specificity->hits,
                     chain.specificity->n, moves_in_words(chain.correction)),
         fmt::format("Se = {}, Sp = {}", number(chain.sensitivity->value),
                     number(chain.specificity->value))});
  }
  for (const VerdictShare& verdict : chain.verdicts) {
    steps.push_back({fmt::format("Labels of {}", verdict.verdict),
                     fmt::format("{} broke of {} labeled, of {} slots", verdict.labels.broke,
                                 verdict.labels.labeled, verdict.slots),
                     "broke among them = " + number(verdict.value)});
  }
  if (!estimate.value) {
    steps.push_back({"Rate", std::string(to_text(estimate.reason)), "no number, limits 0 to 1"});
    return steps;
  }
  steps.push_back(
      {"Rate", estimate.method + ", two-sided",
       fmt::format("{} ({})", number(*estimate.value), range(estimate.lower, estimate.upper))});
  steps.push_back({"Missing", "lower: all missing held; upper: all missing broke",
                   range(estimate.missing.lower, estimate.missing.upper)});
  steps.push_back(
      {claim_step, tails_in_words(chain.claim.tails),
       fmt::format("at least {:.6f}, at most {:.6f}", estimate.bound_above, estimate.bound_below)});
  return steps;
}

// How much the decided slots weigh, where there is no rate that would tell: a judge without labels
// leaves the evidence as large as it is.
Result<void> weigh(const std::vector<ClusterCounts>& clusters, const ChainOptions& options,
                   Estimate& estimate) {
  std::vector<stats::Cluster> sizes;
  for (const ClusterCounts& counts : clusters) {
    sizes.push_back({.size = counts.decided(),
                     .hits = counts.flagged + counts.known_broke(),
                     .times = counts.times});
  }
  if (estimate.n == 0) return {};
  const bool counted_once = options.estimand == eval::Estimand::generalized;
  TRUEBOUND_TRY(size, counted_once
                          ? stats::effective_size(sizes, options.correlation, options.confidence)
                          : stats::unclustered_size(sizes));
  estimate.effective_n = size.effective_n;
  estimate.clusters = size.clusters;
  estimate.korn_graubard_n = size.korn_graubard;
  return {};
}

JudgeError judge_error(const Chain& chain, const std::string& identity, double confidence) {
  JudgeError error{.identity = identity};
  error.limit_of_detection = limit_of_detection(chain, confidence);
  if (chain.sensitivity) error.sensitivity = {chain.sensitivity->hits, chain.sensitivity->n};
  if (chain.specificity) error.specificity = {chain.specificity->hits, chain.specificity->n};
  return error;
}

}  // namespace

Result<Estimate> estimate(const std::string& name,
                          const std::vector<const eval::Observation*>& cell, const Labels& labels,
                          const ChainOptions& options) {
  const std::vector<ClusterCounts> clusters = count_clusters(cell);
  TRUEBOUND_TRY(chain, correct(clusters, labels, options));
  Estimate result{.name = name,
                  .value = chain.value,
                  .lower = chain.limits.lower,
                  .upper = chain.limits.upper,
                  .confidence = options.confidence,
                  .method = std::string(to_text(chain.method)),
                  .n = chain.counts.decided(),
                  .estimand = options.estimand,
                  .correlation = options.correlation,
                  .missing = {chain.missing.limits.lower, chain.missing.limits.upper},
                  .bound_below = chain.claim.rate_below.value_or(1),
                  .bound_above = chain.claim.rate_above.value_or(0),
                  .bound_confidence = 1 - chain.claim.tails.below,
                  .reason = chain.reason,
                  .reason_detail = chain.reason_detail};
  if (chain.shares) {
    result.effective_n = chain.shares->size.effective_n;
    result.clusters = chain.shares->size.clusters;
    result.korn_graubard_n = chain.shares->size.korn_graubard;
  }
  if (chain.claim.tails.above != chain.claim.tails.below) {
    result.bound_above_confidence = 1 - chain.claim.tails.above;
  }
  if (!chain.shares) TRUEBOUND_TRY_VOID(weigh(clusters, options, result));
  std::set<std::string> judges;
  for (const eval::Observation* seen : cell) {
    result.counts.add(seen->outcome);
    result.stopped += seen->layer != "none" ? 1 : 0;
    result.cut += seen->cut ? 1 : 0;
    if (seen->decided_by == eval::DecidedBy::judge) judges.insert(seen->judge);
  }
  if (chain.counts.judged() > 0) {
    TRUEBOUND_TRY(raw, as_judged(chain, options.confidence));
    result.raw = raw;
    result.judge = judge_error(chain, join({judges.begin(), judges.end()}), options.confidence);
  }
  result.steps = steps_of(chain, result);
  return result;
}

std::string reason_in_words(Reason reason, const std::string& detail) {
  const std::string word(to_text(reason));
  return detail.empty() ? word : word + ": " + detail;
}

json::Value to_json(const Estimate& estimate) {
  json::Value value = json::write(estimate);
  // A number that is missing is null with its reason, never absent.
  if (!estimate.value) value.set("value", nullptr);
  value.set("reason", estimate.reason == Reason::none
                          ? json::Value(nullptr)
                          : json::Value(reason_in_words(estimate.reason, estimate.reason_detail)));
  value.set("missing",
            json::Object{{"lower", estimate.missing.lower}, {"upper", estimate.missing.upper}});
  return value;
}

}  // namespace truebound::analyze
