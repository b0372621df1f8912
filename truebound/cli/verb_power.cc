// truebound power QUESTION: how many attempts, pairs, epochs or labels a question needs, before any
// is paid for. Each answer says what it assumed.

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "truebound/analyze/judged_plan.h"
#include "truebound/analyze/methods.h"
#include "truebound/cli/mappings.h"
#include "truebound/cli/terminal.h"
#include "truebound/core/words.h"
#include "truebound/json/value.h"
#include "truebound/stats/interval.h"
#include "truebound/stats/plans.h"
#include "truebound/stats/power.h"
#include "truebound/stats/repeats.h"

namespace truebound::cli {
namespace {

using Answer = Result<json::Object>;

// A number that is rounded up to whole units; null where none is enough.
json::Value whole(double number) {
  if (!std::isfinite(number) || number > 9e15) return nullptr;
  return static_cast<std::int64_t>(std::ceil(number - 1e-9));
}

template <class T>
Result<T> needed(const std::optional<T>& given, const char* option, const std::string& question) {
  if (given) return *given;
  return invalid_input("power " + question + ": " + option + " is needed, got none");
}

stats::Sureness sureness_of(const PowerArguments& arguments) {
  return {.confidence = arguments.confidence, .power = arguments.power};
}

json::List chances(const stats::DecisionPlan& plan, double threshold) {
  json::List list;
  for (const double part : {10.0, 4.0, 2.0, 1.0}) {
    const auto chance = stats::chance_of_at_most(plan, threshold / part);
    if (!chance.ok()) continue;
    list.push_back(json::Object{{"rate", threshold / part}, {"chance", chance.value()}});
  }
  return list;
}

bool is_given(const PowerArguments& arguments, std::string_view option) {
  return std::ranges::find(arguments.given, option) != arguments.given.end();
}

bool has_judge(const PowerArguments& arguments) {
  return arguments.sensitivity || arguments.specificity;
}

// The same where a judge that errs decides, through the chain that a claim will go through.
Answer judged_bound(const PowerArguments& arguments, double threshold) {
  TRUEBOUND_TRY(sensitivity, needed(arguments.sensitivity, "--sensitivity", "bound"));
  TRUEBOUND_TRY(specificity, needed(arguments.specificity, "--specificity", "bound"));
  TRUEBOUND_TRY(broke, needed(arguments.broke_labels, "--broke-labels", "bound"));
  TRUEBOUND_TRY(held, needed(arguments.held_labels, "--held-labels", "bound"));
  if (arguments.failures) {
    return invalid_input(
        "power bound: --rate with a judge, whose flags are no failures, "
        "got --failures");
  }
  const double rate = arguments.rate.value_or(0);
  TRUEBOUND_TRY(plan, analyze::plan_judged_bound({threshold, rate, arguments.power},
                                                 {sensitivity, specificity, broke, held},
                                                 {.confidence = arguments.confidence}));
  json::Object told{{"threshold", threshold},
                    {"confidence", arguments.confidence},
                    {"power", arguments.power},
                    {"rate", rate},
                    {"sensitivity", sensitivity},
                    {"specificity", specificity},
                    {"labels", json::Object{{"broke", broke}, {"held", held}}},
                    {"upper_limit_without_end", plan.least_upper}};
  if (plan.slots) {
    TRUEBOUND_TRY(clustered, stats::in_clusters(static_cast<double>(*plan.slots),
                                                arguments.cluster_size, arguments.correlation));
    told.emplace_back("flags_allowed", plan.flags_allowed);
    told.emplace_back("independent", *plan.slots);
    told.emplace_back("design_effect", clustered.design_effect);
    told.emplace_back("attempts", clustered.trials);
    told.emplace_back("clusters", clustered.clusters);
  } else {
    told.emplace_back("attempts", nullptr);
    told.emplace_back("reason", plan.reason);
  }
  told.emplace_back("assumed",
                    fmt::format("one-sided limit through the chain of corrections, labels from "
                                "elsewhere that come out as expected, clusters of {:g} with "
                                "correlation {:g}",
                                arguments.cluster_size, arguments.correlation));
  return told;
}

// The attempts whose upper limit lies under a threshold.
Answer bound(const PowerArguments& arguments) {
  TRUEBOUND_TRY(threshold, needed(arguments.threshold, "--threshold", "bound"));
  if (has_judge(arguments)) return judged_bound(arguments, threshold);
  if (arguments.broke_labels || arguments.held_labels) {
    return invalid_input("power bound: labels go with --sensitivity and --specificity, got none");
  }
  const double tail = 1 - arguments.confidence;
  stats::DecisionPlan plan;
  if (!arguments.rate && is_given(arguments, "power")) {
    return invalid_input("power bound: --power goes with --rate, got none");
  }
  if (arguments.rate) {
    if (arguments.failures) {
      return invalid_input("power bound: --failures or --rate, got both");
    }
    TRUEBOUND_TRY(found, stats::plan_under(threshold, tail, *arguments.rate, arguments.power));
    plan = found;
  } else {
    plan.hits = arguments.failures.value_or(0);
    TRUEBOUND_TRY(trials, stats::trials_for_bound(threshold, tail, plan.hits));
    plan.trials = trials;
  }
  TRUEBOUND_TRY(clustered, stats::in_clusters(static_cast<double>(plan.trials),
                                              arguments.cluster_size, arguments.correlation));
  return json::Object{
      {"threshold", threshold},
      {"confidence", arguments.confidence},
      {"failures_allowed", plan.hits},
      {"independent", plan.trials},
      {"design_effect", clustered.design_effect},
      {"attempts", clustered.trials},
      {"clusters", clustered.clusters},
      {"chance_by_rate", chances(plan, threshold)},
      {"assumed",
       fmt::format(
           "one-sided exact limit, outcomes without judge error "
           "(--sensitivity and --specificity add it), clusters of {:g} with correlation {:g}",
           arguments.cluster_size, arguments.correlation)}};
}

// The attempts that tell two rates apart.
Answer between(const PowerArguments& arguments) {
  TRUEBOUND_TRY(low, needed(arguments.rate, "--rate", "between"));
  TRUEBOUND_TRY(high, needed(arguments.threshold, "--threshold", "between"));
  TRUEBOUND_TRY(plan, stats::plan_between({.low = low,
                                           .high = high,
                                           .false_high = 1 - arguments.confidence,
                                           .false_low = 1 - arguments.power}));
  TRUEBOUND_TRY(clustered, stats::in_clusters(static_cast<double>(plan.trials),
                                              arguments.cluster_size, arguments.correlation));
  return json::Object{{"low", low},
                      {"high", high},
                      {"confidence", arguments.confidence},
                      {"power", arguments.power},
                      {"decides_high_from", plan.hits},
                      {"independent", plan.trials},
                      {"attempts", clustered.trials},
                      {"clusters", clustered.clusters},
                      {"assumed",
                       "exact binomial chances, outcomes without judge error; a "
                       "sequential plan needs fewer"}};
}

// What a judge makes of the pairs: the differences that are left, among more that differ.
Result<stats::MisreadPairs> as_read(const PowerArguments& arguments, double discordant) {
  if (!has_judge(arguments)) return stats::MisreadPairs{1, discordant};
  TRUEBOUND_TRY(sensitivity, needed(arguments.sensitivity, "--sensitivity", "difference"));
  TRUEBOUND_TRY(specificity, needed(arguments.specificity, "--specificity", "difference"));
  return stats::misread_pairs(discordant, sensitivity, specificity);
}

// Two arms on the same samples: pairs for a difference or a margin, or what given pairs would see.
Answer difference(const PowerArguments& arguments) {
  TRUEBOUND_TRY(discordant, needed(arguments.discordant, "--discordant", "difference"));
  const stats::Sureness sureness = sureness_of(arguments);
  json::Object told{
      {"discordant", discordant}, {"confidence", arguments.confidence}, {"power", arguments.power}};
  if (!arguments.difference && !arguments.margin && !arguments.samples) {
    return invalid_input("power difference: --difference, --margin or --samples is needed");
  }
  TRUEBOUND_TRY(read, as_read(arguments, discordant));
  if (has_judge(arguments)) {
    told.emplace_back("sensitivity", *arguments.sensitivity);
    told.emplace_back("specificity", *arguments.specificity);
    told.emplace_back("discordant_as_judged", read.discordant);
    told.emplace_back("of_a_difference_is_left", read.shrinkage);
  }
  const auto pairs = [&](double independent) -> Answer {
    TRUEBOUND_TRY(clustered, stats::in_clusters(std::ceil(independent - 1e-9),
                                                arguments.cluster_size, arguments.correlation));
    return json::Object{{"independent", whole(independent)},
                        {"pairs", clustered.trials},
                        {"clusters", clustered.clusters}};
  };
  if (arguments.difference) {
    TRUEBOUND_TRY(independent, stats::pairs_for_difference(*arguments.difference * read.shrinkage,
                                                           read.discordant, sureness));
    TRUEBOUND_TRY(need, pairs(independent));
    told.emplace_back("difference", *arguments.difference);
    told.emplace_back("to_find_it", need);
  }
  if (arguments.margin) {
    TRUEBOUND_TRY(independent, stats::pairs_for_margin(*arguments.margin * read.shrinkage,
                                                       read.discordant, sureness));
    TRUEBOUND_TRY(need, pairs(independent));
    told.emplace_back("margin", *arguments.margin);
    told.emplace_back("to_show_no_worse", need);
  }
  if (arguments.samples) {
    TRUEBOUND_TRY(worth, stats::in_clusters(1, arguments.cluster_size, arguments.correlation));
    TRUEBOUND_TRY(smallest,
                  stats::smallest_paired_difference(*arguments.samples / worth.design_effect,
                                                    read.discordant, sureness));
    if (smallest) *smallest /= read.shrinkage;
    if (smallest && *smallest > discordant) smallest.reset();
    told.emplace_back("samples", *arguments.samples);
    told.emplace_back("smallest_difference",
                      smallest ? json::Value(*smallest) : json::Value(nullptr));
  }
  told.emplace_back(
      "assumed",
      std::string("McNemar's test, two-sided; a margin one-sided with arms that are "
                  "alike; ") +
          (has_judge(arguments) ? "a judge that errs alike in both arms, by rates that are known"
                                : "outcomes without judge error (--sensitivity and --specificity "
                                  "add it)"));
  return told;
}

// Epochs against new samples, for a paired difference of rates or scores.
Answer epochs(const PowerArguments& arguments) {
  TRUEBOUND_TRY(between, needed(arguments.between, "--between", "epochs"));
  TRUEBOUND_TRY(within, needed(arguments.within, "--within", "epochs"));
  // Both arms repeat each sample.
  const stats::RepeatVariance variance{.within = 2 * within, .between = between};
  TRUEBOUND_TRY(best,
                stats::best_repeats(arguments.sample_cost, 2 * arguments.attempt_cost, variance));
  json::Object told{
      {"between", between},
      {"within", within},
      {"confidence", arguments.confidence},
      {"power", arguments.power},
      {"best_epochs", std::isfinite(best) ? json::Value(best) : json::Value(nullptr)}};
  if (!arguments.difference && !arguments.samples) {
    return invalid_input("power epochs: --difference or --samples is needed");
  }
  json::List rows;
  for (const std::int64_t repeats : {1, 2, 3, 5, 10}) {
    const auto k = static_cast<double>(repeats);
    const stats::PairedVariance paired{.between = between,
                                       .first_within = within,
                                       .second_within = within,
                                       .first_repeats = k,
                                       .second_repeats = k};
    json::Object row{{"epochs", repeats}};
    if (arguments.difference) {
      TRUEBOUND_TRY(units, stats::units_for_mean_difference(*arguments.difference, paired,
                                                            sureness_of(arguments)));
      row.emplace_back("samples", whole(units));
      row.emplace_back("attempts", whole(std::ceil(units - 1e-9) * 2 * k));
      row.emplace_back("cost", std::ceil(units - 1e-9) *
                                   (arguments.sample_cost + 2 * k * arguments.attempt_cost));
    }
    if (arguments.samples) {
      TRUEBOUND_TRY(smallest, stats::smallest_mean_difference(*arguments.samples, paired,
                                                              sureness_of(arguments)));
      row.emplace_back("smallest_difference", smallest);
    }
    rows.push_back(std::move(row));
  }
  told.emplace_back("by_epochs", rows);
  told.emplace_back("assumed",
                    "two arms on the same samples, normal limits, the same variance of "
                    "epochs in both arms");
  return told;
}

// Labels that a judge's error rates need.
Answer labels(const PowerArguments& arguments) {
  TRUEBOUND_TRY(specificity, needed(arguments.specificity, "--specificity", "labels"));
  json::Object told{{"specificity", specificity}, {"confidence", arguments.confidence}};
  if (!arguments.half_width && !arguments.threshold && !arguments.rate) {
    return invalid_input("power labels: --half-width, --threshold or --rate is needed");
  }
  if (arguments.half_width) {
    TRUEBOUND_TRY(
        held, stats::labels_for_width(specificity, *arguments.half_width, arguments.confidence));
    told.emplace_back("half_width", *arguments.half_width);
    told.emplace_back("held_labels_for_width", whole(held));
    if (arguments.sensitivity) {
      TRUEBOUND_TRY(broke, stats::labels_for_width(*arguments.sensitivity, *arguments.half_width,
                                                   arguments.confidence));
      told.emplace_back("broke_labels_for_width", whole(broke));
    }
  }
  if (arguments.trials && !arguments.threshold) {
    return invalid_input("power labels: --trials goes with --threshold, got none");
  }
  if (arguments.threshold || arguments.rate) {
    TRUEBOUND_TRY(sensitivity, needed(arguments.sensitivity, "--sensitivity", "labels"));
    told.emplace_back("sensitivity", sensitivity);
    if (arguments.threshold) {
      TRUEBOUND_TRY(trials, needed(arguments.trials, "--trials", "labels --threshold"));
      TRUEBOUND_TRY(held,
                    stats::labels_for_detection({sensitivity, specificity, trials},
                                                *arguments.threshold, 1 - arguments.confidence));
      told.emplace_back("threshold", *arguments.threshold);
      told.emplace_back("trials", trials);
      told.emplace_back("held_labels_to_detect", whole(held));
      if (!std::isfinite(held)) {
        told.emplace_back("reason", "no number of labels makes up for so few attempts");
      }
    }
    if (arguments.rate) {
      TRUEBOUND_TRY(share,
                    stats::share_of_positive_labels(sensitivity, specificity, *arguments.rate));
      told.emplace_back("rate", *arguments.rate);
      told.emplace_back("share_of_broke_labels", share);
    }
  }
  told.emplace_back("assumed", "labels drawn at random within each truth, readers who do not err");
  return told;
}

struct Question {
  std::string_view name;
  std::string_view about;
  std::string_view options;  ///< that it reads
  std::string_view example;
  Answer (*answer)(const PowerArguments&);
};

constexpr std::array<Question, 5> questions = {{
    {"bound", "attempts whose upper limit lies under a threshold",
     "threshold failures rate power confidence cluster-size correlation sensitivity specificity "
     "broke-labels held-labels",
     "truebound power bound --threshold .05 --failures 2 --cluster-size 10", bound},
    {"between", "attempts that tell two rates apart",
     "rate threshold confidence power cluster-size correlation",
     "truebound power between --rate .01 --threshold .03", between},
    {"difference", "samples for a difference of two arms, or for a margin",
     "discordant difference margin samples confidence power cluster-size correlation sensitivity "
     "specificity",
     "truebound power difference --discordant .1 --difference .03", difference},
    {"epochs", "epochs against new samples, and the smallest difference seen",
     "between within difference samples sample-cost attempt-cost confidence power",
     "truebound power epochs --between .11 --within .17 --samples 198", epochs},
    {"labels", "human labels that a judge's error rates need",
     "specificity sensitivity half-width threshold trials rate confidence",
     "truebound power labels --specificity .97 --half-width .01", labels},
}};

std::vector<std::string> options_of_all() {
  std::vector<std::string> all;
  for (const Question& question : questions) {
    for (const std::string& option : analyze::words_of(question.options))
      all.push_back(option);
  }
  return all;
}

std::string in_words(const json::Object& told) {
  std::string text;
  for (const auto& [key, value] : told) {
    const json::List* rows = value.list();
    if (rows == nullptr) {
      text += fmt::format("{:<24} {}\n", key,
                          value.text() != nullptr ? *value.text() : json::canonical(value));
      continue;
    }
    text += key + "\n";
    for (const json::Value& row : *rows)
      text += "  " + json::canonical(row) + "\n";
  }
  return text;
}

}  // namespace

std::string power_questions_in_words() {
  std::string text = "Questions:\n";
  for (const Question& question : questions)
    text += fmt::format("  {:<11} {}; reads {}\n", question.name, question.about,
                        dashed(analyze::words_of(question.options)));
  text += "Example:\n";
  for (const Question& question : questions)
    text += fmt::format("  {}\n", question.example);
  return text;
}

Result<int> power(const PowerArguments& arguments, const Invocation& invocation) {
  if (!(arguments.confidence > 0 && arguments.confidence < 1)) {
    return invalid_input(
        fmt::format("--confidence must lie in (0, 1), got {}", arguments.confidence));
  }
  std::vector<std::string> names;
  for (const Question& question : questions) {
    names.emplace_back(question.name);
    if (question.name != arguments.question) continue;
    TRUEBOUND_TRY_VOID(refuse_unread("power " + arguments.question, arguments.given,
                                     options_of_all(), analyze::words_of(question.options)));
    TRUEBOUND_TRY(told, question.answer(arguments));
    told.insert(told.begin(), {"question", arguments.question});
    TRUEBOUND_TRY_VOID(deliver(invocation, invocation.output == Output::json
                                               ? json::pretty(json::Value(told)) + "\n"
                                               : in_words(told)));
    return 0;
  }
  const auto near = nearest(arguments.question, names);
  return invalid_input("power: question must be one of " + join(names) + ", got '" +
                       arguments.question + "'" + (near ? "; did you mean " + *near + "?" : ""));
}

}  // namespace truebound::cli
