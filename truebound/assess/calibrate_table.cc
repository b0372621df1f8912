#include "truebound/assess/calibrate_table.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "truebound/analyze/design.h"
#include "truebound/assess/calibrate.h"
#include "truebound/crypto/stream.h"
#include "truebound/run/measure.h"
#include "truebound/stats/misclassification.h"

namespace truebound::assess {
namespace {

constexpr std::int64_t fewest_labels = 10;

// A label beside the judge's word, and the stratum it was drawn for.
struct Pair {
  eval::Label label;
  std::string stratum;
};

Result<std::vector<Pair>> judged_pairs(judge::Judge* judge, const exchange::TableRows& table) {
  std::vector<Pair> pairs;
  for (const exchange::TableRow& row : table.rows) {
    const eval::Observation& seen = row.observation;
    if (seen.truth.empty()) continue;
    const std::optional<std::string> truth = eval::side_of(seen.truth, seen.expect);
    if (!truth) {
      return invalid_input(
          fmt::format("line {}: truth {} says neither broke nor held", seen.line, seen.truth));
    }
    pairs.push_back(
        {.label = {.sample = seen.sample,
                   .cluster = seen.cluster,
                   .expect = seen.expect,
                   .judged = eval::side_of(seen.judge, seen.expect).value_or("undecided"),
                   .truth = *truth},
         .stratum = seen.stratum});
  }
  if (!table.has("response")) {
    if (table.has("judge")) return pairs;
    return invalid_input("expected a column response, or the judge's words in a column judge");
  }
  TRUEBOUND_CHECK(judge != nullptr, "a judge where there are responses");
  TRUEBOUND_TRY(responses, labeled_responses(table, "the table"));
  TRUEBOUND_TRY(measured, run::measure(*judge, responses));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].label.judged = measured.labels[i].judged;
  }
  return pairs;
}

JudgeCounts count(const std::vector<Pair>& pairs) {
  JudgeCounts counts;
  for (const Pair& pair : pairs) {
    const eval::Label& label = pair.label;
    if (label.judged == "undecided") {
      ++counts.undecided;
    } else if (label.truth == "broke") {
      ++counts.broke;
      counts.broke_flagged += label.judged == "broke" ? 1 : 0;
    } else {
      ++counts.held;
      counts.held_passed += label.judged == "held" ? 1 : 0;
    }
  }
  return counts;
}

// The share of pairs for which `hits` holds, with its limits at the pairs' effective n.
template <class Hits>
Result<analyze::Estimate> share(const std::string& name, const std::vector<Pair>& pairs, Hits hits,
                                double confidence) {
  std::vector<eval::Observation> rows;
  for (const Pair& pair : pairs) {
    eval::Observation row;
    row.sample = pair.label.sample;
    row.cluster = pair.label.cluster;
    row.decided_by = eval::DecidedBy::exact;
    if (hits(pair.label)) {
      row.outcome = eval::Broke{};
    } else {
      row.outcome = eval::Held{};
    }
    rows.push_back(std::move(row));
  }
  return analyze::estimate(name, analyze::select(rows, {}), {}, {.confidence = confidence});
}

std::vector<Pair> decided_of_truth(const std::vector<Pair>& pairs, const std::string& truth) {
  std::vector<Pair> chosen;
  for (const Pair& pair : pairs) {
    if (pair.label.truth == truth && pair.label.judged != "undecided") chosen.push_back(pair);
  }
  return chosen;
}

struct Halves {
  std::vector<Pair> calibrating;
  std::vector<Pair> other;
};

// Within each stratum and truth every second one, in a random order; which half begins goes on from
// stratum to stratum, so that the halves of each truth differ by one at most.
Halves split_in_halves(const std::vector<Pair>& pairs, const std::string& seed) {
  std::map<std::string, std::map<std::string, std::vector<const Pair*>>> groups;
  for (const Pair& pair : pairs) {
    groups[pair.label.truth][pair.stratum].push_back(&pair);
  }
  RandomStream stream = crypto::open_stream(seed, "-", "split");
  Halves halves;
  for (auto& [truth, strata] : groups) {
    bool calibrates = stream.below(2) == 0;
    for (auto& [stratum, members] : strata) {
      for (std::size_t i = members.size(); i > 1; --i) {
        std::swap(members[i - 1], members[stream.below(i)]);
      }
      for (const Pair* member : members) {
        (calibrates ? halves.calibrating : halves.other).push_back(*member);
        calibrates = !calibrates;
      }
    }
  }
  return halves;
}

std::string lack_of(std::int64_t broke, std::int64_t held) {
  std::vector<std::string> few;
  if (broke < fewest_labels) few.push_back(fmt::format("{} broke", broke));
  if (held < fewest_labels) few.push_back(fmt::format("{} held", held));
  if (few.empty()) return "";
  return analyze::reason_in_words(analyze::Reason::cannot_be_calibrated,
                                  join(few) + fmt::format(", {} needed", fewest_labels));
}

std::vector<Pair> of_truth(const std::vector<Pair>& pairs, const std::string& truth) {
  std::vector<Pair> chosen;
  std::ranges::copy_if(pairs, std::back_inserter(chosen),
                       [&](const Pair& pair) { return pair.label.truth == truth; });
  return chosen;
}

std::int64_t undecided_in(const std::vector<Pair>& pairs) {
  return std::ranges::count_if(pairs,
                               [](const Pair& pair) { return pair.label.judged == "undecided"; });
}

// What a judge flags or does not, over all labels: an undecided one is not flagged. Left out, those
// would leave a rate of the decided alone, which is another one where a judge leaves open more of
// what held than of what broke.
struct TwoClasses {
  analyze::Estimate flagged;      // of the other half
  analyze::Estimate sensitivity;  // flagged of those that broke, calibrating half
  analyze::Estimate specificity;  // not flagged of those that held, calibrating half
};

Result<TwoClasses> two_classes(const Halves& halves, double confidence) {
  const auto is_flagged = [](const eval::Label& label) { return label.judged == "broke"; };
  const auto is_not = [](const eval::Label& label) { return label.judged != "broke"; };
  TRUEBOUND_TRY(flagged, share("flagged", halves.other, is_flagged, confidence));
  TRUEBOUND_TRY(sensitivity, share("sensitivity", of_truth(halves.calibrating, "broke"), is_flagged,
                                   confidence));
  TRUEBOUND_TRY(specificity,
                share("specificity", of_truth(halves.calibrating, "held"), is_not, confidence));
  return TwoClasses{std::move(flagged), std::move(sensitivity), std::move(specificity)};
}

// Lang and Reiczigel's interval on the half that the judge was not measured on.
Result<void> correct_other_half(const Halves& halves, double confidence, MeasuredJudge& measured) {
  TRUEBOUND_TRY(truth,
                share(
                    "truth_rate", halves.other,
                    [](const eval::Label& label) { return label.truth == "broke"; }, confidence));
  measured.truth_rate = truth;
  TRUEBOUND_TRY(seen, two_classes(halves, confidence));
  const analyze::Estimate& flagged = seen.flagged;
  measured.reason = lack_of(seen.sensitivity.n, seen.specificity.n);
  if (!measured.reason.empty()) return {};
  if (!flagged.value) {
    measured.reason = to_text(flagged.reason);
    return {};
  }
  if (seen.sensitivity.lower + seen.specificity.lower <= 1) {
    measured.reason = to_text(analyze::Reason::judge_no_better_than_chance);
    return {};
  }
  const Result<stats::CorrectedRate> corrected = stats::lang_reiczigel(
      {.flagged = {*flagged.value, flagged.effective_n},
       .sensitivity = {*seen.sensitivity.value, seen.sensitivity.effective_n},
       .specificity = {*seen.specificity.value, seen.specificity.effective_n}},
      confidence);
  if (!corrected.ok()) return corrected.error();
  analyze::Estimate estimate = flagged;
  estimate.name = "corrected";
  estimate.method = "lang_reiczigel";
  estimate.raw = analyze::Raw{.flagged = flagged.counts.broke,
                              .judged = flagged.n,
                              .value = flagged.value,
                              .lower = flagged.lower,
                              .upper = flagged.upper};
  estimate.value = corrected.value().value;
  estimate.lower = corrected.value().interval.lower;
  estimate.upper = corrected.value().interval.upper;
  estimate.missing = {estimate.lower, estimate.upper};
  estimate.counts.undecided = undecided_in(halves.other);
  estimate.counts.held -= estimate.counts.undecided;
  estimate.judge =
      analyze::JudgeError{.identity = measured.identity,
                          .sensitivity = {seen.sensitivity.counts.broke, seen.sensitivity.n},
                          .specificity = {seen.specificity.counts.broke, seen.specificity.n},
                          .labeled_by = "the table"};
  estimate.steps.clear();
  measured.estimate = std::move(estimate);
  return {};
}

// Cohen's kappa, (po - pe) / (1 - pe); nothing where pe is 1, since one side alone occurs.
void add_agreement(MeasuredJudge& measured) {
  const JudgeCounts& counts = measured.counts;
  const auto n = static_cast<double>(counts.broke + counts.held);
  if (n == 0) return;
  const auto agreed = static_cast<double>(counts.broke_flagged + counts.held_passed) / n;
  measured.agreement = agreed;
  const double truth_broke = static_cast<double>(counts.broke) / n;
  const double judged_broke =
      static_cast<double>(counts.broke_flagged + counts.held - counts.held_passed) / n;
  const double expected = truth_broke * judged_broke + (1 - truth_broke) * (1 - judged_broke);
  if (expected < 1) measured.kappa = (agreed - expected) / (1 - expected);
}

json::Value or_null(const std::optional<analyze::Estimate>& estimate) {
  return estimate ? analyze::to_json(*estimate) : json::Value(nullptr);
}

}  // namespace

Result<MeasuredJudge> calibrate_table(judge::Judge* judge, const exchange::TableRows& table,
                                      const Split& split, double confidence) {
  if (!table.has("truth")) return invalid_input("expected a column truth (--column names another)");
  TRUEBOUND_TRY(pairs, judged_pairs(judge, table));
  if (pairs.empty()) return invalid_input("expected labels in the column truth, found none");
  Halves halves{.calibrating = pairs, .other = {}};
  if (split.seed) halves = split_in_halves(pairs, *split.seed);

  MeasuredJudge measured;
  if (judge != nullptr) measured.identity = judge->identity();
  measured.counts = count(halves.calibrating);
  add_agreement(measured);
  const auto right = [](const eval::Label& label) { return label.judged == label.truth; };
  TRUEBOUND_TRY(sensitivity, share("sensitivity", decided_of_truth(halves.calibrating, "broke"),
                                   right, confidence));
  TRUEBOUND_TRY(specificity, share("specificity", decided_of_truth(halves.calibrating, "held"),
                                   right, confidence));
  measured.sensitivity = sensitivity;
  measured.specificity = specificity;
  std::map<std::string, std::vector<Pair>> strata;
  for (const Pair& pair : halves.calibrating) {
    if (!pair.stratum.empty()) strata[pair.stratum].push_back(pair);
  }
  for (const auto& [stratum, members] : strata) {
    measured.by_stratum.emplace_back(stratum, count(members));
  }
  if (split.seed) {
    TRUEBOUND_TRY_VOID(correct_other_half(halves, confidence, measured));
  } else {
    measured.reason = lack_of(measured.counts.broke, measured.counts.held);
    if (measured.reason.empty() && sensitivity.lower + specificity.lower <= 1) {
      measured.reason = to_text(analyze::Reason::judge_no_better_than_chance);
    }
  }
  return measured;
}

json::Value to_json(const MeasuredJudge& measured) {
  json::List strata;
  for (const auto& [stratum, counts] : measured.by_stratum) {
    json::Value entry = json::write(counts);
    entry.set("stratum", stratum);
    strata.push_back(std::move(entry));
  }
  const auto number = [](const std::optional<double>& value) {
    return value ? json::Value(*value) : json::Value(nullptr);
  };
  return json::Object{
      {"judge", json::Object{{"name", measured.name}, {"identity", measured.identity}}},
      {"counts", json::write(measured.counts)},
      {"agreement", number(measured.agreement)},
      {"kappa", number(measured.kappa)},
      {"sensitivity", or_null(measured.sensitivity)},
      {"specificity", or_null(measured.specificity)},
      {"by_stratum", strata},
      {"estimate", or_null(measured.estimate)},
      {"truth_rate", or_null(measured.truth_rate)},
      {"reason", measured.reason.empty() ? json::Value(nullptr) : json::Value(measured.reason)}};
}

}  // namespace truebound::assess
