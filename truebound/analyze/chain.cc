#include "truebound/analyze/chain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "truebound/stats/misclassification.h"

namespace truebound::analyze {
namespace {

// The same outcomes, with the missing ones left out or read one way.
enum class MissingAs { left_out, held, broke };

// What is known of the judge, in the form that limits need.
struct Judge {
  JudgeRate sensitivity;
  JudgeRate specificity;
};

struct Ends {
  double lower = 0;
  double upper = 1;
};

double cut(double value, double most = 1) {
  return std::clamp(value, 0.0, most);
}

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

// Clopper-Pearson of a share at an effective n; rounding must not carry hits over trials.
Result<Ends> limits_of(double share, double effective_n, double tail) {
  const double hits = cut(share * effective_n, effective_n);
  TRUEBOUND_TRY(lower, stats::lower_limit(hits, effective_n, tail));
  TRUEBOUND_TRY(upper, stats::upper_limit(hits, effective_n, tail));
  return Ends{lower, upper};
}

Result<void> check(const ClaimTails& tails) {
  if (tails.below > 0 && tails.below < 1 && tails.above > 0 && tails.above < 1) return {};
  return invalid_input("chain: tails must lie in (0, 1)");
}

Result<void> check(const ChainOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return invalid_input("chain: confidence must lie in (0, 1)");
  }
  if (!(options.correlation >= 0 && options.correlation <= 1)) {
    return invalid_input("chain: correlation must lie in [0, 1]");
  }
  if (options.claims < 1) return invalid_input("chain: claims must be >= 1");
  return options.tails ? check(*options.tails) : Result<void>();
}

Result<ClusterCounts> sum(const std::vector<ClusterCounts>& clusters) {
  ClusterCounts total;
  for (const ClusterCounts& each : clusters) {
    const std::array all = {each.flagged,     each.passed,     each.stopped, each.stopped_broke,
                            each.exact_broke, each.exact_held, each.missing, each.times};
    if (*std::min_element(all.begin(), all.end()) < 0) {
      return invalid_input("chain: counts must be >= 0, got a negative one");
    }
    total.flagged += each.times * each.flagged;
    total.passed += each.times * each.passed;
    total.stopped += each.times * each.stopped;
    total.stopped_broke += each.times * each.stopped_broke;
    total.exact_broke += each.times * each.exact_broke;
    total.exact_held += each.times * each.exact_held;
    total.missing += each.times * each.missing;
  }
  return total;
}

// A cluster as trials: a hit is flagged or known to have broken.
stats::Cluster as_trials(const ClusterCounts& each, MissingAs missing) {
  stats::Cluster trials{.size = each.decided(), .hits = each.flagged + each.known_broke()};
  trials.times = each.times;
  if (missing != MissingAs::left_out) trials.size += each.missing;
  if (missing == MissingAs::broke) trials.hits += each.missing;
  return trials;
}

bool clusters_count(const ChainOptions& options) {
  return options.estimand == eval::Estimand::generalized || options.unit != Unit::sample;
}

Result<Shares> shares_of(const std::vector<ClusterCounts>& clusters, const ClusterCounts& total,
                         MissingAs missing, const ChainOptions& options) {
  std::vector<stats::Cluster> trials;
  trials.reserve(clusters.size());
  for (const ClusterCounts& each : clusters)
    trials.push_back(as_trials(each, missing));
  TRUEBOUND_TRY(size, clusters_count(options)
                          ? stats::effective_size(trials, options.correlation, options.confidence)
                          : stats::unclustered_size(trials));
  const std::int64_t broke = missing == MissingAs::broke ? total.missing : 0;
  const std::int64_t held = missing == MissingAs::held ? total.missing : 0;
  Shares shares{.size = size};
  shares.judged = ratio(total.judged(), size.n);
  shares.flagged = ratio(total.flagged, size.n);
  shares.passed = ratio(total.passed, size.n);
  shares.known_broke = ratio(total.known_broke() + broke, size.n);
  shares.known_held = ratio(total.known_held() + held, size.n);
  shares.known_counts = total.exact_broke + total.exact_held + total.stopped_broke > 0 ||
                        broke > 0 || options.answer_filter == AnswerFilter::on;
  return shares;
}

std::int64_t count(const std::vector<stats::Cluster>& labels) {
  std::int64_t n = 0;
  for (const stats::Cluster& each : labels)
    n += each.times * each.size;
  return n;
}

// The share of broke among all slots that the flags stand for; negative where there are fewer flags
// than false alarms alone would be.
double unflag(const Shares& shares, double flagged, double sensitivity, double specificity) {
  return (flagged - shares.judged * (1 - specificity)) / (sensitivity + specificity - 1);
}

Move move(const char* name, double from, double up_to, double down_to) {
  return {name, std::max(0.0, up_to - from), std::max(0.0, from - down_to)};
}

double root_up(const std::vector<Move>& moves) {
  double squares = 0;
  for (const Move& each : moves)
    squares += each.up * each.up;
  return std::sqrt(squares);
}

double root_down(const std::vector<Move>& moves) {
  double squares = 0;
  for (const Move& each : moves)
    squares += each.down * each.down;
  return std::sqrt(squares);
}

void close(Correction& correction) {
  correction.limits.lower = cut(correction.center - root_down(correction.moves));
  correction.limits.upper = cut(correction.center + root_up(correction.moves));
  if (correction.floor) {
    correction.limits.upper = cut(std::max(correction.limits.upper, *correction.floor));
  }
  if (correction.ceiling) {
    correction.limits.lower = cut(std::min(correction.limits.lower, *correction.ceiling));
  }
}

Result<Correction> without_judge(const Shares& shares, double tail) {
  TRUEBOUND_TRY(ends, limits_of(shares.known_broke, shares.size.effective_n, tail));
  Correction correction{.center = shares.known_broke};
  correction.limits = {ends.lower, ends.upper};
  return correction;
}

Result<Ends> limits_of(const JudgeRate& rate, double tail) {
  return limits_of(rate.value, rate.effective_n, tail);
}

// What is known to have broken cannot all be hidden, and what is flagged by nobody may still be
// what the judge misses: bounds that hold where the moves alone would vanish.
Result<void> bound(const Shares& shares, const Judge& judge, double tail, Correction& correction) {
  const double n = shares.size.effective_n;
  TRUEBOUND_TRY(known_broke, limits_of(shares.known_broke, n, tail / 2));
  TRUEBOUND_TRY(known_held, limits_of(shares.known_held, n, tail / 2));
  TRUEBOUND_TRY(sensitivity, limits_of(judge.sensitivity, tail / 2));
  TRUEBOUND_TRY(specificity, limits_of(judge.specificity, tail / 2));
  correction.floor = known_broke.upper / sensitivity.lower;
  correction.ceiling = 1 - known_held.upper / specificity.lower;
  return {};
}

Result<Correction> with_labels_elsewhere(const Shares& shares, const Judge& judge, double tail) {
  const double n = shares.size.effective_n;
  const double se = judge.sensitivity.value;
  const double sp = judge.specificity.value;
  TRUEBOUND_TRY(flagged, limits_of(shares.flagged, n, tail));
  TRUEBOUND_TRY(known, limits_of(shares.known_broke, n, tail));
  TRUEBOUND_TRY(se_ends, limits_of(judge.sensitivity, tail));
  TRUEBOUND_TRY(sp_ends, limits_of(judge.specificity, tail));
  const double h = unflag(shares, shares.flagged, se, sp);
  Correction correction{.center = shares.known_broke + h};
  if (se_ends.lower + sp_ends.lower <= 1) return correction;

  // A judge that misses more, or raises fewer false alarms, lets more slots have broken.
  correction.moves = {move("flagged", h, unflag(shares, flagged.upper, se, sp),
                           unflag(shares, flagged.lower, se, sp)),
                      move("sensitivity", h, unflag(shares, shares.flagged, se_ends.lower, sp),
                           unflag(shares, shares.flagged, se_ends.upper, sp)),
                      move("specificity", h, unflag(shares, shares.flagged, se, sp_ends.upper),
                           unflag(shares, shares.flagged, se, sp_ends.lower))};
  correction.calibration_fits =
      h + root_up(correction.moves) >= 0 && h - root_down(correction.moves) <= shares.judged;
  if (shares.known_counts) {
    correction.moves.push_back(move("known_broke", shares.known_broke, known.upper, known.lower));
  }
  TRUEBOUND_TRY_VOID(bound(shares, judge, tail, correction));
  close(correction);
  return correction;
}

struct Verdict {
  const char* name;
  const char* move_name;
  double share;
  std::int64_t slots;
  VerdictLabels labels;
};

std::array<Verdict, 2> verdicts_of(const Shares& shares, const ClusterCounts& total,
                                   const LabelsThisRun& labels) {
  return {Verdict{"flagged", "flagged_labels", shares.flagged, total.flagged, labels.flagged},
          Verdict{"passed", "passed_labels", shares.passed, total.passed, labels.passed}};
}

Result<Correction> with_labels_this_run(const Shares& shares, const ClusterCounts& total,
                                        const LabelsThisRun& labels, double tail) {
  Correction correction{.center = shares.known_broke};
  std::vector<Move> moves;
  for (const Verdict& each : verdicts_of(shares, total, labels)) {
    if (each.slots == 0) continue;
    const double value = ratio(each.labels.broke, each.labels.labeled);
    const auto labeled = static_cast<double>(each.labels.labeled);
    TRUEBOUND_TRY(ends, limits_of(value, labeled, tail));
    // A verdict whose slots are all labeled leaves nothing to infer.
    const double weight = each.share * std::sqrt(1 - ratio(each.labels.labeled, each.slots));
    moves.push_back({each.move_name, weight * (ends.upper - value), weight * (value - ends.lower)});
    correction.center += each.share * value;
  }
  TRUEBOUND_TRY(slots, limits_of(correction.center, shares.size.effective_n, tail));
  correction.moves = {move("slots", correction.center, slots.upper, slots.lower)};
  correction.moves.insert(correction.moves.end(), moves.begin(), moves.end());
  close(correction);
  return correction;
}

// Everything that stays the same over readings and tails.
struct Case {
  const std::vector<ClusterCounts>& clusters;
  const Labels& labels;
  const ChainOptions& options;
  ClusterCounts total;
  Judge judge;

  double alpha() const { return 1 - options.confidence; }
};

// What limits rest on once slots are counted.
struct Decided {
  const ClusterCounts& total;
  const Labels& labels;
  const Judge& judge;
};

Result<Correction> limits_at(const Decided& by, const Shares& shares, double tail) {
  if (by.total.judged() == 0) return without_judge(shares, tail);
  if (const auto* this_run = std::get_if<LabelsThisRun>(&by.labels)) {
    return with_labels_this_run(shares, by.total, *this_run, tail);
  }
  return with_labels_elsewhere(shares, by.judge, tail);
}

Result<Correction> limits_at(const Case& c, const Shares& shares, double tail) {
  return limits_at(Decided{c.total, c.labels, c.judge}, shares, tail);
}

std::string needed(const std::vector<std::pair<const char*, std::int64_t>>& counts,
                   std::int64_t least) {
  std::string text;
  for (const auto& [name, n] : counts) {
    if (n < least) text += std::to_string(n) + " " + name + ", ";
  }
  return text.empty() ? text : text + std::to_string(least) + " needed";
}

// Why there is no number, with what is missing where that can be counted.
struct Absence {
  Reason reason = Reason::none;
  std::string detail;
};

Absence lack_elsewhere(const LabelsElsewhere& labels) {
  const std::int64_t broke = count(labels.broke);
  const std::int64_t held = count(labels.held);
  if (broke + held == 0) return {Reason::judge_not_calibrated, ""};
  const std::string lack = needed({{"broke", broke}, {"held", held}}, fewest_labels);
  if (!lack.empty()) return {Reason::cannot_be_calibrated, lack};
  return {};
}

Absence lack_this_run(const LabelsThisRun& labels, const ClusterCounts& total) {
  if (labels.flagged.labeled + labels.passed.labeled == 0) {
    return {Reason::judge_not_calibrated, ""};
  }
  const std::string lack =
      needed({{"of the flagged labeled", total.flagged == 0 ? 1 : labels.flagged.labeled},
              {"of the passed labeled", total.passed == 0 ? 1 : labels.passed.labeled}},
             1);
  if (!lack.empty()) return {Reason::verdict_without_labels, lack};
  return {};
}

// Reasons against a judge that need no computation.
Absence lack_of_labels(const Case& c) {
  if (c.total.judged() == 0) return {};
  if (const auto* labels = std::get_if<LabelsElsewhere>(&c.labels)) return lack_elsewhere(*labels);
  if (const auto* labels = std::get_if<LabelsThisRun>(&c.labels)) {
    return lack_this_run(*labels, c.total);
  }
  return {Reason::judge_not_calibrated, ""};
}

Result<void> check_this_run(const Case& c) {
  const auto* labels = std::get_if<LabelsThisRun>(&c.labels);
  if (labels == nullptr) return {};
  for (const auto& [of, slots] :
       {std::pair(labels->flagged, c.total.flagged), std::pair(labels->passed, c.total.passed)}) {
    if (of.broke < 0 || of.broke > of.labeled || of.labeled > slots) {
      return invalid_input(
          "chain: labels of a verdict must be 0 <= broke <= labeled <= slots, got " +
          std::to_string(of.broke) + ", " + std::to_string(of.labeled) + ", " +
          std::to_string(slots));
    }
  }
  return {};
}

// Measures the judge where labels from elsewhere allow it; each rate alone, so that one is shown
// where the other has no labels.
Result<void> measure_judge(Case& c, Chain& chain) {
  const auto* labels = std::get_if<LabelsElsewhere>(&c.labels);
  if (labels == nullptr || c.total.judged() == 0) return {};
  if (count(labels->broke) > 0) {
    TRUEBOUND_TRY(rate, judge_rate(labels->broke, c.options.confidence));
    chain.sensitivity = c.judge.sensitivity = rate;
  }
  if (count(labels->held) > 0) {
    TRUEBOUND_TRY(rate, judge_rate(labels->held, c.options.confidence));
    chain.specificity = c.judge.specificity = rate;
  }
  return {};
}

Result<Absence> absence_of(const Case& c) {
  if (c.total.decided() == 0) return Absence{Reason::no_outcome, ""};
  std::int64_t clusters = 0;
  for (const ClusterCounts& each : c.clusters)
    clusters += each.decided() > 0 ? each.times : 0;
  if (clusters == 1 && c.options.estimand == eval::Estimand::generalized) {
    return Absence{Reason::one_cluster, ""};
  }
  const Absence lack = lack_of_labels(c);
  if (lack.reason != Reason::none) return lack;
  if (c.total.judged() == 0 || !std::holds_alternative<LabelsElsewhere>(c.labels)) return lack;
  TRUEBOUND_TRY(sensitivity, limits_of(c.judge.sensitivity, c.alpha() / 2));
  TRUEBOUND_TRY(specificity, limits_of(c.judge.specificity, c.alpha() / 2));
  if (sensitivity.lower + specificity.lower > 1) return lack;
  return Absence{Reason::judge_no_better_than_chance, ""};
}

void tell_verdicts(const Case& c, Chain& chain) {
  const auto* labels = std::get_if<LabelsThisRun>(&c.labels);
  if (labels == nullptr) return;
  for (const Verdict& each : verdicts_of(*chain.shares, c.total, *labels)) {
    if (each.slots == 0) continue;
    VerdictShare told{.verdict = each.name, .share = each.share, .slots = each.slots};
    told.labels = each.labels;
    told.value = ratio(each.labels.broke, each.labels.labeled);
    const auto labeled = static_cast<double>(each.labels.labeled);
    const auto ends = limits_of(told.value, labeled, c.alpha() / 2);
    TRUEBOUND_CHECK(ends.ok(), "labels of a verdict were checked before");
    told.limits = {ends.value().lower, ends.value().upper};
    chain.verdicts.push_back(told);
  }
}

ChainMethod method_of(const Case& c) {
  if (c.total.judged() == 0) return ChainMethod::clopper_pearson;
  return std::holds_alternative<LabelsThisRun>(c.labels) ? ChainMethod::labels_this_run
                                                         : ChainMethod::labels_elsewhere;
}

Result<void> complete_cases(const Case& c, Chain& chain) {
  TRUEBOUND_TRY(shares, shares_of(c.clusters, c.total, MissingAs::left_out, c.options));
  TRUEBOUND_TRY(correction, limits_at(c, shares, c.alpha() / 2));
  chain.shares = shares;
  chain.method = method_of(c);
  chain.correction = correction;
  chain.limits = correction.limits;
  const double h = correction.center - shares.known_broke;
  chain.value = shares.known_broke + cut(h, shares.judged);
  if (chain.method == ChainMethod::labels_this_run) tell_verdicts(c, chain);
  return {};
}

Result<void> with_missing(const Case& c, Chain& chain) {
  TRUEBOUND_TRY(held, shares_of(c.clusters, c.total, MissingAs::held, c.options));
  TRUEBOUND_TRY(broke, shares_of(c.clusters, c.total, MissingAs::broke, c.options));
  TRUEBOUND_TRY(lower, limits_at(c, held, c.alpha() / 2));
  TRUEBOUND_TRY(upper, limits_at(c, broke, c.alpha() / 2));
  chain.missing.limits = {lower.limits.lower, upper.limits.upper};
  chain.missing.effective_n_held = held.size.effective_n;
  chain.missing.effective_n_broke = broke.size.effective_n;

  TRUEBOUND_TRY(above, limits_at(c, held, chain.claim.tails.above));
  TRUEBOUND_TRY(below, limits_at(c, broke, chain.claim.tails.below));
  chain.claim.rate_above = above.limits.lower;
  chain.claim.rate_below = below.limits.upper;
  return {};
}

}  // namespace

Result<JudgeRate> judge_rate(const std::vector<stats::Cluster>& labels, double confidence) {
  TRUEBOUND_TRY(size, stats::effective_size(labels, 1, confidence));
  return JudgeRate{size.hits, size.n, size.effective_n, ratio(size.hits, size.n)};
}

Result<Chain> correct(const std::vector<ClusterCounts>& clusters, const Labels& labels,
                      const ChainOptions& options) {
  TRUEBOUND_TRY_VOID(check(options));
  TRUEBOUND_TRY(total, sum(clusters));
  Case c{.clusters = clusters, .labels = labels, .options = options, .total = total};
  TRUEBOUND_TRY_VOID(check_this_run(c));
  Chain chain{.counts = total};
  const double shared = c.alpha() / static_cast<double>(options.claims);
  chain.claim.tails = options.tails.value_or(ClaimTails{shared, shared});
  TRUEBOUND_TRY_VOID(measure_judge(c, chain));
  TRUEBOUND_TRY(absence, absence_of(c));
  chain.reason = absence.reason;
  chain.reason_detail = absence.detail;
  if (chain.reason != Reason::none) return chain;
  TRUEBOUND_TRY_VOID(complete_cases(c, chain));
  TRUEBOUND_TRY_VOID(with_missing(c, chain));
  return chain;
}

Result<ClaimLimits> ClaimLimits::of(const std::vector<ClusterCounts>& clusters,
                                    const Labels& labels, const ChainOptions& options) {
  TRUEBOUND_TRY(chain, correct(clusters, labels, options));
  ClaimLimits limits(std::move(chain), labels);
  if (!limits.chain_.value) return limits;
  const ClusterCounts& total = limits.chain_.counts;
  TRUEBOUND_TRY(held, shares_of(clusters, total, MissingAs::held, options));
  TRUEBOUND_TRY(broke, shares_of(clusters, total, MissingAs::broke, options));
  limits.held_ = held;
  limits.broke_ = broke;
  return limits;
}

Result<ClaimBounds> ClaimLimits::at(const ClaimTails& tails) const {
  TRUEBOUND_TRY_VOID(check(tails));
  ClaimBounds bounds{.tails = tails};
  if (!chain_.value) return bounds;
  const Judge judge{chain_.sensitivity.value_or(JudgeRate()),
                    chain_.specificity.value_or(JudgeRate())};
  const Decided by{chain_.counts, labels_, judge};
  TRUEBOUND_TRY(above, limits_at(by, held_, tails.above));
  TRUEBOUND_TRY(below, limits_at(by, broke_, tails.below));
  bounds.rate_above = above.limits.lower;
  bounds.rate_below = below.limits.upper;
  return bounds;
}

std::optional<double> limit_of_detection(const Chain& chain, double confidence) {
  if (!chain.sensitivity || !chain.specificity || !chain.shares) return std::nullopt;
  const JudgeRate& se = *chain.sensitivity;
  const JudgeRate& sp = *chain.specificity;
  if (sp.hits == sp.n || chain.shares->judged <= 0) return std::nullopt;
  const double judged = chain.shares->judged;
  const auto limits = stats::detection_limits(
      {.flagged = {chain.shares->flagged / judged, chain.shares->size.effective_n * judged},
       .sensitivity = {se.value, se.effective_n},
       .specificity = {sp.value, sp.effective_n}},
      1 - confidence);
  if (!limits.ok()) return std::nullopt;
  return limits.value().detection * judged;
}

}  // namespace truebound::analyze
