// Methods for raters: each arm is a rater of the same samples, or the column truth is a second one.

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/analyze/method_entries.h"
#include "truebound/analyze/method_judged.h"
#include "truebound/analyze/method_rows.h"
#include "truebound/stats/agreement.h"
#include "truebound/stats/latent_class.h"
#include "truebound/stats/rater_bias.h"

namespace truebound::analyze {
namespace {

using eval::Observation;
using Table = std::vector<Observation>;

// The samples as raters saw them: broke is 1, held is 0, anything else nothing.
struct Ratings {
  std::vector<std::string> raters;
  std::vector<stats::Rated> units;
  std::vector<std::int64_t> cluster;  // of each unit
  Estimate estimate;
};

std::optional<double> code_of(const std::optional<Side>& side) {
  if (!side) return std::nullopt;
  return *side == Side::broke ? 1 : 0;
}

// Raters as the arms of the table, each sample and epoch a unit.
void by_arm(const Rows& rows, Ratings& ratings) {
  std::map<std::string, std::size_t> index;
  std::map<std::string, std::int64_t> clusters;
  for (const Observation* row : rows) {
    if (std::ranges::find(ratings.raters, row->arm) == ratings.raters.end()) {
      ratings.raters.push_back(row->arm);
    }
  }
  for (const Observation* row : rows) {
    const auto [found, is_new] = index.emplace(
        row->suite + "\n" + row->sample + "\n" + std::to_string(row->epoch), ratings.units.size());
    if (is_new) {
      ratings.units.emplace_back(ratings.raters.size());
      const auto next = static_cast<std::int64_t>(clusters.size());
      ratings.cluster.push_back(clusters.emplace(cluster_name(*row), next).first->second);
    }
    const auto rater = std::ranges::find(ratings.raters, row->arm) - ratings.raters.begin();
    ratings.units[found->second][static_cast<std::size_t>(rater)] = code_of(side_of(*row));
  }
}

// The outcome, or the judge's word, beside the column truth.
Result<void> beside_truth(const Rows& rows, const std::string& table, Ratings& ratings) {
  ratings.raters = {"outcome", "truth"};
  std::map<std::string, std::int64_t> clusters;
  for (const Observation* row : rows) {
    TRUEBOUND_TRY(said, judged_side(*row, table));
    stats::Rated unit = {code_of(said), std::nullopt};
    if (!row->truth.empty()) {
      TRUEBOUND_TRY(truth, side_of_word(row->truth, *row, table));
      unit[1] = code_of(truth);
    }
    ratings.units.push_back(unit);
    const auto next = static_cast<std::int64_t>(clusters.size());
    ratings.cluster.push_back(clusters.emplace(cluster_name(*row), next).first->second);
  }
  return {};
}

Result<Ratings> ratings_of(const Table& table, const MethodOptions& options,
                           std::string_view method) {
  Rows rows;
  std::set<std::string> arms;
  for (const Observation& row : table) {
    rows.push_back(&row);
    arms.insert(row.arm);
  }
  TRUEBOUND_TRY_VOID(check_rows(rows, options.table));
  Ratings ratings;
  if (arms.size() > 1) {
    by_arm(rows, ratings);
  } else {
    TRUEBOUND_TRY_VOID(beside_truth(rows, options.table, ratings));
  }
  ratings.estimate = start(rows, options, method);
  ratings.estimate.lower = -1;
  ratings.estimate.missing = {-1, 1};
  const auto rated = std::ranges::count_if(ratings.units, [](const stats::Rated& unit) {
    return std::ranges::count_if(unit, [](const auto& each) { return each.has_value(); }) > 1;
  });
  ratings.estimate.n = rated;
  ratings.estimate.effective_n = static_cast<double>(rated);
  return ratings;
}

// Whether each unit has the rating of every rater; a truth that nobody read is no gap.
bool is_complete(const Ratings& ratings) {
  const bool has_truth = ratings.raters.back() == "truth";
  return std::ranges::all_of(ratings.units, [&](const stats::Rated& unit) {
    return has_truth ? unit.front().has_value()
                     : std::ranges::all_of(unit, [](const auto& each) { return each.has_value(); });
  });
}

// A coefficient has no bounds for missing ratings that say anything: one side of a table moves the
// chance that the other is held against.
void say_what_is_missing(MethodResult& result, const Ratings& ratings, const std::string& why) {
  Estimate& estimate = result.estimate;
  if (!is_complete(ratings)) {
    result.beside.push_back(no_bounds(why));
  } else if (estimate.value) {
    estimate.missing = {estimate.lower, estimate.upper};
  }
}

json::Value or_null(const std::optional<double>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

// All coefficients of a table: none is shown alone.
json::Object all_coefficients(const Ratings& ratings) {
  json::Object all;
  for (const std::string& word : all_words<stats::Coefficient>()) {
    const auto coefficient = *from_text<stats::Coefficient>(word);
    // Between two values the interval metric is the nominal one.
    if (coefficient == stats::Coefficient::krippendorff_interval) continue;
    const auto found = stats::agreement(ratings.units, coefficient);
    if (found.ok()) all.emplace_back(word, or_null(found.value().value));
  }
  const auto specific = stats::specific_agreement(ratings.units);
  if (specific.ok()) {
    all.emplace_back("on_broke", or_null(specific.value().hit));
    all.emplace_back("on_held", or_null(specific.value().miss));
  }
  return all;
}

Result<MethodResult> run_coefficient(const Table& table, const MethodOptions& options,
                                     std::string_view method, stats::Coefficient coefficient) {
  TRUEBOUND_TRY(ratings, ratings_of(table, options, method));
  ratings.estimate.name = "agreement/" + join(ratings.raters);
  if (ratings.estimate.n == 0) {
    return no_number(ratings.estimate, Reason::no_pairs, "no sample with two ratings");
  }
  const stats::AgreementDraws draws{
      .confidence = options.confidence,
      .resamples = std::clamp<std::int64_t>(options.resamples, 100, 2000),
      .key = draw_key(options, method),
      .cluster = ratings.cluster};
  TRUEBOUND_TRY(found, stats::agreement_interval(ratings.units, coefficient, draws));
  json::Object beside = {{"coefficients", all_coefficients(ratings)},
                         {"observed", found.agreement.observed},
                         {"by_chance", found.agreement.expected}};
  Estimate& estimate = ratings.estimate;
  estimate.value = found.agreement.value;
  estimate.lower = found.lower;
  estimate.upper = found.upper;
  if (!estimate.value) {
    estimate.reason = Reason::method_refused;
    estimate.reason_detail = "undefined: " + found.agreement.undefined;
  }
  MethodResult result{estimate, std::move(beside)};
  say_what_is_missing(result, ratings,
                      "agreement beyond chance has no bounds for missing ratings: they move what "
                      "is expected by chance too");
  return result;
}

Result<MethodResult> run_cohen_kappa(const Table& table, const MethodOptions& options) {
  return run_coefficient(table, options, "cohen_kappa", stats::Coefficient::cohen);
}

Result<MethodResult> run_fleiss_kappa(const Table& table, const MethodOptions& options) {
  return run_coefficient(table, options, "fleiss_kappa", stats::Coefficient::fleiss);
}

Result<MethodResult> run_gwet_ac1(const Table& table, const MethodOptions& options) {
  return run_coefficient(table, options, "gwet_ac1", stats::Coefficient::gwet);
}

Result<MethodResult> run_krippendorff_alpha(const Table& table, const MethodOptions& options) {
  return run_coefficient(table, options, "krippendorff_alpha", stats::Coefficient::krippendorff);
}

Result<MethodResult> run_dawid_skene(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(ratings, ratings_of(table, options, "dawid_skene"));
  std::vector<stats::Answers> answers;
  for (const stats::Rated& unit : ratings.units) {
    stats::Answers answer;
    for (const auto& each : unit)
      answer.push_back(each ? std::optional<std::size_t>(*each == 1 ? 1 : 0) : std::nullopt);
    answers.push_back(answer);
  }
  std::sort(answers.begin(), answers.end());
  const auto found = stats::dawid_skene(answers, 2);
  if (!found.ok()) {
    return no_number(ratings.estimate, Reason::method_refused, found.error().message);
  }
  json::Object raters;
  for (std::size_t i = 0; i < ratings.raters.size(); ++i) {
    const auto& confusion = found.value().confusion[i];
    raters.emplace_back(ratings.raters[i], json::Object{{"sensitivity", confusion[1][1]},
                                                        {"specificity", confusion[0][0]}});
  }
  ratings.estimate.name = "rate of broke, no truth known";
  ratings.estimate.value = found.value().prevalence[1];
  ratings.estimate.lower = 0;
  ratings.estimate.missing = {0, 1};
  MethodResult result{ratings.estimate,
                      {{"raters", std::move(raters)},
                       {"log_likelihood", found.value().log_likelihood},
                       {"rounds", found.value().rounds},
                       {"note",
                        "raters that err on the same samples look better than they are; "
                        "no limits are given"}}};
  say_what_is_missing(result, ratings, "a fit without limits has no bounds for missing ratings");
  return result;
}

// --- What a rater should not answer to: two arms hold everything else still. ---

stats::PairCounts pairs_of(const Ratings& ratings) {
  stats::PairCounts pairs;
  for (const stats::Rated& unit : ratings.units) {
    if (!unit[0] || !unit[1]) continue;
    if (*unit[0] == 1) {
      ++(*unit[1] == 1 ? pairs.both : pairs.first_only);
    } else {
      ++(*unit[1] == 1 ? pairs.second_only : pairs.neither);
    }
  }
  return pairs;
}

// The ratings of a pair where missing ones are read as it is worth least, or most; given and read
// by arm.
using ReadPair = std::array<double, 2> (*)(const stats::Rated&);

Ratings read_by(const Ratings& ratings, ReadPair read) {
  Ratings filled = ratings;
  for (stats::Rated& unit : filled.units) {
    const std::array<double, 2> both = read(unit);
    unit = {both[0], both[1]};
  }
  return filled;
}

std::array<double, 2> all_held(const stats::Rated& unit) {
  return {unit[0].value_or(0), unit[1].value_or(0)};
}

std::array<double, 2> all_broke(const stats::Rated& unit) {
  return {unit[0].value_or(1), unit[1].value_or(1)};
}

// No flag was lost, where that can be.
std::array<double, 2> flags_kept(const stats::Rated& unit) {
  const double second = unit[1].value_or(1);
  return {unit[0].value_or(second), second};
}

// Every flag was lost, where that can be.
std::array<double, 2> flags_lost(const stats::Rated& unit) {
  const double second = unit[1].value_or(0);
  return {unit[0].value_or(1 - second), second};
}

Result<Ratings> two_arms(const Table& table, const MethodOptions& options,
                         std::string_view method) {
  TRUEBOUND_TRY(ratings, ratings_of(table, options, method));
  if (ratings.raters.size() != 2 || ratings.raters[1] == "truth") {
    return invalid_input(options.table + ": " + std::string(method) + " takes two arms");
  }
  const std::set<std::int64_t> clusters(ratings.cluster.begin(), ratings.cluster.end());
  if (clusters.size() != ratings.units.size() && options.estimand != eval::Estimand::fixed_set) {
    return invalid_input(options.table + ": " + std::string(method) +
                         " takes independent pairs, got " + std::to_string(ratings.units.size()) +
                         " in " + std::to_string(clusters.size()) + " clusters");
  }
  return ratings;
}

Result<stats::PositionBias> position_bias_of(const stats::PairCounts& pairs, double confidence) {
  return stats::position_bias({.consistent = pairs.first_only + pairs.second_only,
                               .first_always = pairs.both,
                               .second_always = pairs.neither},
                              confidence);
}

Result<MethodResult> run_position_bias(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(ratings, two_arms(table, options, "position_bias"));
  if (ratings.estimate.n == 0) return no_number(ratings.estimate, Reason::no_pairs, "");
  // Broke says that what was shown first won; with the order turned, the same one wins where the
  // word turns too.
  const stats::PairCounts pairs = pairs_of(ratings);
  TRUEBOUND_TRY(found, position_bias_of(pairs, options.confidence));
  // The share of pairs that the first won in both orders, of those won in both by either: least
  // where the second won all that are missing.
  TRUEBOUND_TRY(least, position_bias_of(pairs_of(read_by(ratings, all_held)), options.confidence));
  TRUEBOUND_TRY(most, position_bias_of(pairs_of(read_by(ratings, all_broke)), options.confidence));
  Estimate& estimate = ratings.estimate;
  estimate.name = "first wins, of inconsistent pairs";
  estimate.value = found.first_share;
  estimate.lower = found.first_limits.lower;
  estimate.upper = found.first_limits.upper;
  estimate.missing = {least.first_limits.lower, most.first_limits.upper};
  estimate.p_value = found.p_value;
  if (pairs.both + pairs.neither == 0) {
    estimate.value.reset();
    estimate.reason = Reason::no_pairs;
    estimate.reason_detail = "every pair has the same winner in both orders";
  }
  return MethodResult{std::move(estimate),
                      {{"consistency", found.consistency},
                       {"consistency_limits", in_json(found.consistency_limits)},
                       {"first_always", pairs.both},
                       {"second_always", pairs.neither}}};
}

Result<MethodResult> run_addition_bias(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(ratings, two_arms(table, options, "addition_bias"));
  if (ratings.estimate.n == 0) return no_number(ratings.estimate, Reason::no_pairs, "");
  const stats::PairCounts pairs = pairs_of(ratings);
  TRUEBOUND_TRY(found, stats::flip_bias(pairs, options.confidence));
  TRUEBOUND_TRY(least,
                stats::flip_bias(pairs_of(read_by(ratings, flags_kept)), options.confidence));
  TRUEBOUND_TRY(most, stats::flip_bias(pairs_of(read_by(ratings, flags_lost)), options.confidence));
  Estimate& estimate = ratings.estimate;
  estimate.name = "flags lost to the addition";
  estimate.value = found.lost;
  estimate.lower = found.lost_limits.lower;
  estimate.upper = found.lost_limits.upper;
  estimate.missing = {least.lost_limits.lower, most.lost_limits.upper};
  estimate.p_value = found.test.p_exact;
  if (pairs.both + pairs.first_only == 0) {
    estimate.value.reset();
    estimate.reason = Reason::no_pairs;
    estimate.reason_detail = "nothing was flagged as it is";
  }
  return MethodResult{std::move(estimate),
                      {{"lost_bound", found.lost_bound},
                       {"gained", found.gained},
                       {"gained_limits", in_json(found.gained_limits)},
                       {"p_mid", found.test.p_mid}}};
}

Result<MethodResult> run_self_preference(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "self_preference");
  std::vector<std::string> kinds;
  std::array<stats::KindCount, 2> missed;
  std::array<std::int64_t, 2> unsaid{};  // rows that broke, of which the judge says nothing
  for (const Observation* row : rows) {
    if (std::ranges::find(kinds, row->stratum) == kinds.end()) kinds.push_back(row->stratum);
    if (kinds.size() > 2) {
      return invalid_input(options.table + ": stratum must name two kinds of author, got " +
                           join(kinds));
    }
    TRUEBOUND_TRY(said, judged_side(*row, options.table));
    if (row->truth.empty()) continue;
    TRUEBOUND_TRY(truth, side_of_word(row->truth, *row, options.table));
    if (truth != Side::broke) continue;
    const auto kind =
        static_cast<std::size_t>(std::ranges::find(kinds, row->stratum) - kinds.begin());
    if (!said) {
      ++unsaid[kind];
      continue;
    }
    stats::KindCount& count = missed[kind];
    ++count.trials;
    count.hits += said == Side::held ? 1 : 0;
  }
  if (missed[0].trials == 0 || missed[1].trials == 0) {
    return no_number(estimate, Reason::judge_not_calibrated,
                     "two kinds of author are needed, with rows of each that a person found broke");
  }
  TRUEBOUND_TRY(found, stats::rate_difference(missed[0], missed[1], options.confidence));
  const auto with_unsaid = [&](std::size_t kind, Side read) {
    stats::KindCount count = missed[kind];
    count.trials += unsaid[kind];
    if (read == Side::held) count.hits += unsaid[kind];
    return count;
  };
  TRUEBOUND_TRY(least, stats::rate_difference(with_unsaid(0, Side::broke),
                                              with_unsaid(1, Side::held), options.confidence));
  TRUEBOUND_TRY(most, stats::rate_difference(with_unsaid(0, Side::held),
                                             with_unsaid(1, Side::broke), options.confidence));
  estimate.name = "missed/" + kinds[0] + "-" + kinds[1];
  estimate.n = missed[0].trials + missed[1].trials;
  estimate.effective_n = static_cast<double>(estimate.n);
  estimate.value = found.value;
  estimate.lower = found.lower;
  estimate.upper = found.upper;
  estimate.missing = {least.lower, most.upper};
  estimate.p_value = found.p_value;
  const auto told = [](const stats::KindCount& count) {
    return json::Object{{"missed", count.hits}, {"broke", count.trials}};
  };
  return MethodResult{
      std::move(estimate),
      {{"kinds", json::Object{{kinds[0], told(missed[0])}, {kinds[1], told(missed[1])}}}}};
}

// How often each sample was said to have broken, of the times with an answer, and how often there
// was none.
struct Retested {
  stats::RetestCount count;
  std::int64_t missing = 0;
};

std::map<std::string, Retested> retested(const Rows& rows) {
  std::map<std::string, Retested> samples;
  for (const Observation* row : rows) {
    Retested& sample = samples[row->suite + "\n" + row->sample];
    const std::optional<Side> side = side_of(*row);
    ++(side ? sample.count.times : sample.missing);
    sample.count.hits += side == Side::broke ? 1 : 0;
  }
  return samples;
}

// Missing answers were the other word wherever that is possible, or the same word.
enum class Retest { unlike, alike };

std::vector<stats::RetestCount> read_as(const std::map<std::string, Retested>& samples,
                                        Retest missing) {
  std::vector<stats::RetestCount> counts;
  for (const auto& [name, sample] : samples) {
    stats::RetestCount count = sample.count;
    const bool all_broke = count.hits == count.times && count.times > 0;
    count.times += sample.missing;
    if (missing == Retest::alike) {
      count.hits += all_broke ? sample.missing : 0;
    } else if (sample.missing > 0 && !all_broke) {
      count.hits += 1;
    }
    if (count.times > 1) counts.push_back(count);
  }
  return counts;
}

Result<MethodResult> run_test_retest(const Table& table, const MethodOptions& options) {
  TRUEBOUND_TRY(rows, rows_of_rate(table, options, Weights::must_be_equal));
  Estimate estimate = start(rows, options, "test_retest");
  if (estimate.n == 0) return no_number(estimate, Reason::no_outcome, "");
  const std::map<std::string, Retested> samples = retested(rows);
  std::vector<stats::RetestCount> counts;
  std::int64_t once = 0;
  for (const auto& [name, sample] : samples) {
    if (sample.count.times > 1) counts.push_back(sample.count);
    if (sample.count.times == 1) ++once;
  }
  const auto found = stats::test_retest(counts, options.confidence);
  if (!found.ok()) return no_number(estimate, Reason::method_refused, found.error().message);
  TRUEBOUND_TRY(least, stats::test_retest(read_as(samples, Retest::unlike), options.confidence));
  TRUEBOUND_TRY(most, stats::test_retest(read_as(samples, Retest::alike), options.confidence));
  estimate.name = "samples with the same verdict at every time";
  estimate.value = found.value().steady;
  estimate.lower = found.value().steady_limits.lower;
  estimate.upper = found.value().steady_limits.upper;
  estimate.missing = {least.steady_limits.lower, most.steady_limits.upper};
  estimate.effective_n = static_cast<double>(found.value().units);
  return MethodResult{std::move(estimate),
                      {{"same_twice", found.value().same},
                       {"correlation", found.value().correlation},
                       {"samples", found.value().units},
                       {"missing", json::Object{{"least", least.steady}, {"most", most.steady}}},
                       {"asked_once", once}}};
}

}  // namespace

std::vector<MethodEntry> rater_methods() {
  return {
      {{"cohen_kappa", "outcome [sample arm truth cluster]", "confidence resamples seed",
        "do two raters agree by more than chance? arms are raters, or truth is one"},
       run_cohen_kappa},
      {{"fleiss_kappa", "outcome [sample arm truth cluster]", "confidence resamples seed",
        "the same for two or more raters with pooled habits"},
       run_fleiss_kappa},
      {{"gwet_ac1", "outcome [sample arm truth cluster]", "confidence resamples seed",
        "the same where one answer is rare"},
       run_gwet_ac1},
      {{"krippendorff_alpha", "outcome [sample arm truth cluster]", "confidence resamples seed",
        "the same with gaps in what was rated"},
       run_krippendorff_alpha},
      {{"dawid_skene", "sample arm outcome", "",
        "how three or more raters err, and the rate behind them, where no truth is known"},
       run_dawid_skene},
      {{"position_bias", "sample arm outcome", "confidence estimand",
        "does the one shown first win? arms are the two orders, broke: the first won"},
       run_position_bias},
      {{"addition_bias", "sample arm outcome", "confidence estimand",
        "does padding, format or a plea turn verdicts? arms: as it is, with the addition"},
       run_addition_bias},
      {{"self_preference", "stratum truth [outcome judge]", "arm confidence",
        "does a judge miss more of what its own family wrote? stratum names who wrote"},
       run_self_preference},
      {{"test_retest", "sample epoch outcome", "arm confidence",
        "does a judge say the same again? epochs are the times that it was asked"},
       run_test_retest},
  };
}

}  // namespace truebound::analyze
