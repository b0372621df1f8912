#include "truebound/plan/levels.h"

#include <algorithm>
#include <set>

#include "truebound/core/words.h"
#include "truebound/eval/observation.h"
#include "truebound/plan/rules.h"

namespace truebound::plan {
namespace {

// Levels in order of first appearance; a suite may have many, so each is looked up by a set.
class LevelList {
 public:
  void add(const std::string& level) {
    if (!level.empty() && seen_.insert(level).second) list_.push_back(level);
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> list_;
};

bool matches(const eval::Suite& suite, const eval::Sample& sample,
             const std::map<std::string, std::string>& where) {
  return std::ranges::all_of(where, [&](const auto& condition) {
    return !is_of_sample(condition.first) ||
           level_of(suite, sample, condition.first) == condition.second;
  });
}

int line_of(const Plan& plan, const eval::Question& question) {
  const auto index = static_cast<std::size_t>(&question - plan.claims.data());
  return index < plan.claim_lines.size() ? plan.claim_lines[index] : 0;
}

// `what` leads to the question's name: `hazard in where of `.
Error unknown_level(const Plan& plan, const eval::Question& question, const std::string& what,
                    const std::string& got, const std::vector<std::string>& known) {
  std::vector<std::string> shown = known;
  constexpr std::size_t most_shown = 20;
  const bool is_cut = shown.size() > most_shown;
  if (is_cut) shown.resize(most_shown);
  std::string message = what + "claims." + question.name + " must be one of " + join(shown) +
                        (is_cut ? ", ..." : "") + ", got " + got;
  if (const auto near = nearest(got, known)) message += "; did you mean " + *near + "?";
  return json::wrong(plan.file, line_of(plan, question), message);
}

// A cell that pools them would add up harm and wrongful refusal.
Result<void> refuse_pooling(const eval::Question& question, const Plan& plan,
                            const std::vector<eval::Suite>& suites) {
  if (std::ranges::find(question.by, "expect") != question.by.end()) return {};
  std::map<std::string, std::set<std::string>> by_cell;
  for (const eval::Suite& suite : suites) {
    for (const eval::Sample& sample : suite.samples) {
      if (!matches(suite, sample, question.where)) continue;
      std::string cell;
      for (const std::string& factor : question.by)
        cell += level_of(suite, sample, factor) + "\n";
      std::set<std::string>& expects = by_cell[cell];
      expects.insert(std::string(to_text(sample.expect)));
      if (expects.size() < 2) continue;
      return json::wrong(plan.file, line_of(plan, question),
                         "claims." + question.name + " must ask about one expectation, got " +
                             join({expects.begin(), expects.end()}, " and ") +
                             "; add expect to where or by");
    }
  }
  return {};
}

// A cluster is drawn whole, so it has one stratum.
Result<void> refuse_torn_clusters(const Strata& strata, const Plan& plan,
                                  const std::vector<eval::Suite>& suites) {
  for (const eval::Suite& suite : suites) {
    std::map<std::string, std::string> stratum_of;
    for (const eval::Sample& sample : suite.samples) {
      const std::string level = level_of(suite, sample, strata.by);
      const std::string cluster = eval::cluster_name(sample.cluster, sample.id);
      const std::string& known = stratum_of.emplace(cluster, level).first->second;
      if (known == level) continue;
      return invalid_input(plan.file + ": sampling.strata.by " + strata.by +
                           ": samples of one cluster must lie in one stratum, and cluster " +
                           sample.cluster + " of suites." + suite.name + " lies in '" + known +
                           "' and '" + level + "'");
    }
  }
  return {};
}

}  // namespace

bool is_of_sample(std::string_view factor) {
  return factor == "suite" || factor == "sample" || factor == "hazard" || factor == "stratum" ||
         factor == "language" || factor == "expect";
}

std::string level_of(const eval::Suite& suite, const eval::Sample& sample,
                     std::string_view factor) {
  if (factor == "suite") return suite.name;
  if (factor == "sample") return sample.id;
  if (factor == "hazard") return sample.hazard;
  if (factor == "stratum") return sample.stratum;
  if (factor == "language") return sample.language;
  if (factor == "expect") return std::string(to_text(sample.expect));
  return "";
}

eval::Levels levels(const Plan& plan, const std::vector<eval::Suite>& suites) {
  std::map<std::string, std::vector<std::string>> all;
  for (const std::string& factor : eval::factors()) {
    if (factor == "suite" || !is_of_sample(factor)) {
      all[factor] = levels_of(plan, factor).value_or(std::vector<std::string>());
      continue;
    }
    LevelList list;
    for (const eval::Suite& suite : suites) {
      for (const eval::Sample& sample : suite.samples)
        list.add(level_of(suite, sample, factor));
    }
    all[factor] = list.take();
  }
  for (std::uint64_t epoch = 0; epoch < plan.epochs; ++epoch)
    all["epoch"].push_back(std::to_string(epoch));
  return all;
}

Result<void> check_questions(const Plan& plan, const std::vector<eval::Suite>& suites) {
  const auto all = levels(plan, suites);
  for (const eval::Question& question : plan.claims) {
    for (const auto& [factor, level] : question.where) {
      const std::vector<std::string>& known = all.at(factor);
      if (std::ranges::find(known, level) == known.end()) {
        return unknown_level(plan, question, factor + " in where of ", level, known);
      }
    }
    std::vector<std::string> gates{"all"};
    for (const std::string& factor : question.by)
      gates.insert(gates.end(), all.at(factor).begin(), all.at(factor).end());
    if (!question.gate.empty() && std::ranges::find(gates, question.gate) == gates.end()) {
      return unknown_level(plan, question, "gate of ", question.gate, gates);
    }
    TRUEBOUND_TRY_VOID(refuse_pooling(question, plan, suites));
  }
  if (plan.sampling.strata) return refuse_torn_clusters(*plan.sampling.strata, plan, suites);
  return {};
}

}  // namespace truebound::plan
