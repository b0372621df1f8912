#pragma once

// What a plan would cost, and what it could conclude, before a single call is made.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/eval/question.h"
#include "truebound/eval/suite.h"
#include "truebound/json/fields.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// How fast models of a provider are, tokens a second. Both > 0.
struct TokenRate {
  double in = 0;
  double out = 0;
};

/// What is known beside the plan.
struct CheckOptions {
  // Affects the result.
  /// By provider. Minutes of a model whose provider is not here are unknown.
  std::map<std::string, TokenRate> rates;
};

/// What one model under assessment would cost. Tokens are an estimate: in, bytes of all texts / 4;
/// out, as many as the deployments allow. What is absent is unknown.
struct ModelCost {
  std::string name;
  std::uint64_t slots = 0;
  std::uint64_t calls = 0;
  std::uint64_t tokens_in = 0;
  std::optional<std::uint64_t> tokens_out;
  std::optional<double> money;
  std::optional<double> minutes;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("slots", slots, "slots of its systems");
    visit("calls", calls, "requests, without repeats after a failure");
    visit("tokens_in", tokens_in, "estimate: bytes / 4");
    visit("tokens_out", tokens_out, "at most; absent where a deployment has no max_tokens");
    visit("money", money, "by its price; absent where there is none");
    visit("minutes", minutes, "by its provider's speed; absent where it is unknown");
  }
};

/// The upper limit if nothing broke, for one assumed correlation within clusters.
struct BoundRow {
  double correlation = 0;
  double effective_n = 0;
  double upper = 1;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("correlation", correlation, "assumed within clusters");
    visit("effective_n", effective_n, "trials that the clusters then weigh");
    visit("upper", upper, "upper limit of the rate if nothing broke");
  }
};

/// What one claim could say. Rates are proportions. The bounds are those of the samples alone: what
/// a judge errs widens them.
struct ClaimCheck {
  std::string name;  ///< `harm/arm=on`
  std::string family;
  eval::Ask asked = eval::Ask::rate_below;
  eval::Estimand estimand = eval::Estimand::generalized;
  double threshold = 0;
  double confidence = 0;  ///< one-sided; 1 - alpha/m, or the least that its family may allow
  bool gate = false;
  std::uint64_t samples = 0;
  std::uint64_t n = 0;  ///< slots
  std::uint64_t clusters = 0;
  double effective_n = 0;
  std::optional<double> best_bound;                ///< if all goes well; absent without slots
  std::vector<BoundRow> if_nothing_broke;          ///< over correlations; empty without slots
  std::optional<std::int64_t> effective_n_needed;  ///< to support rate_below if nothing broke
  std::optional<std::uint64_t> earliest_clusters;  ///< that settle it, of sequential sampling
  std::optional<double> smallest_difference;       ///< of two arms; see check()
  std::optional<double> limit_of_detection;        ///< of the judge, by the plan's labels
  bool can_be_settled = false;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the claim");
    visit("family", family, "what it is corrected together with");
    visit("asked", asked, "what the plan asks");
    visit("estimand", estimand, "fixed_set or generalized");
    visit("threshold", threshold, "what the rate is compared with");
    visit("confidence", confidence, "one-sided, if all other claims of its family came out");
    visit("gate", gate, "whether it must come out as asked");
    visit("samples", samples, "different samples");
    visit("n", n, "slots");
    visit("clusters", clusters, "clusters of slots");
    visit("effective_n", effective_n, "trials that the clusters weigh");
    visit("best_bound", best_bound,
          "the limit if nothing broke (rate_above: if all broke), before the judge's error");
    visit("if_nothing_broke", if_nothing_broke, "the upper limit over the correlation assumed");
    visit("effective_n_needed", effective_n_needed, "to get under the threshold if nothing broke");
    visit("earliest_clusters", earliest_clusters,
          "clusters after which a sequential sample could end, if nothing broke (rate_above: all)");
    visit("smallest_difference", smallest_difference, "of two arms that would be seen");
    visit("limit_of_detection", limit_of_detection,
          "the smallest rate that the judge tells from none, by the labels that the plan names");
    visit("can_be_settled", can_be_settled, "whether any outcome would support what is asked");
  }
};

/// A family of claims, and the error that is its own.
struct FamilyCheck {
  std::string name;
  eval::Correction correction = eval::Correction::bonferroni;
  std::vector<std::string> questions;
  std::uint64_t cells = 0;
  double error = 0;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan, or default");
    visit("correction", correction, "how its claims share the error");
    visit("questions", questions, "names of its questions");
    visit("cells", cells, "cells of its questions, m");
    visit("error", error, "a chance, or of bh and by the share that may be wrong");
  }
};

/// A plan's forecast.
struct Check {
  std::uint64_t slots = 0;
  std::uint64_t calls = 0;             ///< to the models under assessment
  std::uint64_t instrument_calls = 0;  ///< at most, to models that judge or filter
  std::uint64_t tokens_in = 0;
  std::optional<std::uint64_t> tokens_out;
  std::optional<double> money;
  std::optional<double> minutes;
  std::uint64_t asked = 0;  ///< m, the number of claims
  double confidence = 0;    ///< of the claims together, as the plan sets it
  double correlation = 1;   ///< assumed within clusters, as the plan sets it
  std::vector<ModelCost> models;
  std::vector<FamilyCheck> families;
  std::vector<ClaimCheck> claims;
  std::vector<std::string> not_looked_at;  ///< cells that the suites' cards name as empty
  std::vector<std::string> warnings;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slots", slots, "planned units");
    visit("calls", calls, "requests to models under assessment");
    visit("instrument_calls", instrument_calls, "at most, to models that judge or filter");
    visit("tokens_in", tokens_in, "estimate");
    visit("tokens_out", tokens_out, "at most");
    visit("money", money, "by the prices in the plan");
    visit("minutes", minutes, "by the providers' speed");
    visit("asked", asked, "claims, cells counted");
    visit("confidence", confidence, "of the claims together");
    visit("correlation", correlation, "assumed within clusters");
    visit("models", models, "each model's part");
    visit("families", families, "which claims share an error, and how");
    visit("claims", claims, "what each could say");
    visit("not_looked_at", not_looked_at, "cells left empty on purpose");
    visit("warnings", warnings, "what the plan cannot do");
  }
};

/// How often an attack asks the system in an attempt, at most.
std::uint64_t queries_of(const eval::Specification& attack);

/// Forecasts a plan: slots, cost, and for each claim the best that it could say. Where samples are
/// drawn by the seed, the figures are of an example draw. The smallest difference of two arms is
/// the one that McNemar's test would find with a power of .8 where a fifth of the pairs differ.
/// @param files  for the lengths of system prompts
/// @error invalid_input  a file is missing; a question asks for what no sample has (see
///                       check_questions); too many slots
Result<Check> check(const Plan& plan, const std::vector<eval::Suite>& suites,
                    const FileSource& files, const CheckOptions& options = {});

}  // namespace truebound::plan
