#include "truebound/plan/rules.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "truebound/core/words.h"
#include "truebound/eval/observation.h"
#include "truebound/plan/families.h"
#include "truebound/text/utf8.h"

namespace truebound::plan {
namespace {

constexpr std::size_t longest_name = 80;

template <class T>
std::vector<std::string> names_of(const json::NamedList<T>& list) {
  std::vector<std::string> names;
  for (const auto& entry : list)
    names.push_back(entry.name);
  return names;
}

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(std::stoi(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))};
  return date.ok();
}

class RuleChecker {
 public:
  RuleChecker(const Plan& plan, const json::Value& source) : plan_(plan), source_(source) {}

  Result<void> check() const {
    TRUEBOUND_TRY_VOID(check_ranges());
    TRUEBOUND_TRY_VOID(check_all_names());
    TRUEBOUND_TRY_VOID(check_deployments());
    TRUEBOUND_TRY_VOID(check_arms());
    TRUEBOUND_TRY_VOID(check_suites());
    TRUEBOUND_TRY_VOID(check_option_references());
    TRUEBOUND_TRY_VOID(check_claims());
    return check_families(plan_, source_);
  }

 private:
  // The line of the member that these keys lead to, or of the last one that is there.
  int line_of(std::initializer_list<std::string_view> keys) const {
    const json::Value* value = &source_;
    int line = 0;
    for (const std::string_view key : keys) {
      value = value == nullptr ? nullptr : value->find(key);
      if (value != nullptr) line = value->line();
    }
    return line;
  }
  int claim_line(std::size_t i, std::string_view key) const {
    const json::Value* claims = source_.find("claims");
    if (claims == nullptr || claims->list() == nullptr || i >= claims->list()->size()) return 0;
    const json::Value& claim = (*claims->list())[i];
    const json::Value* member = claim.find(key);
    return member != nullptr ? member->line() : claim.line();
  }
  Error wrong(int line, const std::string& message) const {
    return json::wrong(plan_.file, line, message);
  }
  Error unknown(int line, const std::string& what, const std::string& got,
                const std::vector<std::string>& known) const {
    std::string message = what + " must be one of " + join(known) + ", got " + got;
    if (known.empty()) message = what + " names " + got + ", and the plan has none";
    if (const auto near = nearest(got, known)) message += "; did you mean " + *near + "?";
    return wrong(line, message);
  }
  Result<void> within(int line, const std::string& what, double value) const {
    if (value > 0 && value < 1) return {};
    return wrong(line, what + " must be in (0, 1), got " + json::number_text(value));
  }
  Result<void> at_least_one(int line, const std::string& what,
                            const std::optional<std::uint64_t>& value) const {
    if (!value || *value >= 1) return {};
    return wrong(line, what + " must be >= 1, got 0");
  }

  Result<void> check_ranges() const {
    TRUEBOUND_TRY_VOID(within(line_of({"confidence"}), "confidence", plan_.confidence));
    TRUEBOUND_TRY_VOID(at_least_one(line_of({"epochs"}), "epochs", plan_.epochs));
    const double correlation = plan_.sampling.correlation;
    if (!(correlation >= 0 && correlation <= 1)) {
      return wrong(line_of({"sampling", "correlation"}),
                   "correlation must be in [0, 1], got " + json::number_text(correlation));
    }
    if (!plan_.valid_until.empty() && !is_date(plan_.valid_until)) {
      return wrong(line_of({"valid_until"}),
                   "valid_until must be a date, YYYY-MM-DD, got " + plan_.valid_until);
    }
    const Budget& budget = plan_.budget;
    const std::pair<const char*, std::optional<std::uint64_t>> counts[] = {
        {"in_flight", budget.in_flight},
        {"timeout_ms", budget.timeout_ms},
        {"calls", budget.calls},
        {"tokens", budget.tokens}};
    for (const auto& [name, count] : counts) {
      TRUEBOUND_TRY_VOID(at_least_one(line_of({"budget", name}), name, count));
    }
    if (budget.money && !(*budget.money > 0)) {
      return wrong(line_of({"budget", "money"}),
                   "money must be > 0, got " + json::number_text(*budget.money));
    }
    TRUEBOUND_TRY_VOID(check_sampling());
    if (!budget.money) return {};
    TRUEBOUND_TRY_VOID(check_prices("models", plan_.models));
    return check_prices("instruments", plan_.instruments);
  }

  Result<void> check_strata(const Strata& strata) const {
    const auto at = [&](std::string_view key) { return line_of({"sampling", "strata", key}); };
    if (plan_.sampling.kind != SamplingKind::adaptive) {
      return wrong(line_of({"sampling", "strata"}), "strata belong to sampling.kind adaptive");
    }
    const std::vector<std::string> known = {"hazard", "stratum", "language"};
    if (std::ranges::find(known, strata.by) == known.end()) {
      return unknown(at("by"), "sampling.strata.by", strata.by, known);
    }
    if (!(strata.explore > 0 && strata.explore <= 1)) {
      return wrong(at("explore"),
                   "explore must be in (0, 1], got " + json::number_text(strata.explore));
    }
    // An entry of the ledger names the clusters of a round, and has its limit.
    constexpr std::uint64_t longest_round = 500;
    if (strata.round >= 1 && strata.round <= longest_round) return {};
    return wrong(at("round"), "round must be 1 to " + std::to_string(longest_round) + ", got " +
                                  std::to_string(strata.round));
  }

  // What a sample that ends by what was seen cannot answer is said before anything is asked.
  Result<void> check_sampling() const {
    if (plan_.sampling.strata) TRUEBOUND_TRY_VOID(check_strata(*plan_.sampling.strata));
    if (!plan_.sampling.ends_early()) return {};
    const auto refuse = [&](int line, const std::string& why) {
      return wrong(line, "sampling.kind " + std::string(to_text(plan_.sampling.kind)) + " " + why);
    };
    const int at = line_of({"sampling", "kind"});
    if (plan_.claims.empty()) return refuse(at, "needs a claim that ends it, found none");
    if (plan_.sampling.correlation != 1) {
      return refuse(line_of({"sampling", "correlation"}),
                    "counts a cluster once: correlation must be 1, got " +
                        json::number_text(plan_.sampling.correlation));
    }
    for (std::size_t i = 0; i < plan_.claims.size(); ++i) {
      const eval::Question& question = plan_.claims[i];
      if (question.ask == eval::Ask::no_worse_than) {
        return refuse(claim_line(i, "ask"), "asks for rate_below or rate_above, got no_worse_than");
      }
      if (question.estimand == eval::Estimand::fixed_set) {
        return refuse(claim_line(i, "estimand"), "asks of generalized rates, got fixed_set");
      }
    }
    for (const auto& [name, suite, line] : plan_.suites) {
      std::int64_t erring = 0;
      for (const std::string& judge : suite.judge.list) {
        const eval::Specification* found = json::find(plan_.judges, judge);
        const std::string labels = found == nullptr ? "" : found->text("calibration");
        if (labels == "after" || labels == "none") {
          return refuse(line_of({"judges", judge, "calibration"}),
                        "needs the labels of judges." + judge +
                            " before the run: calibration must be a file, got " + labels);
        }
        erring += labels.empty() ? 0 : 1;
      }
      if (erring > 1) {
        return refuse(line, "takes one judge that errs for a suite, and suites." + name + " has " +
                                std::to_string(erring));
      }
    }
    return {};
  }

  // A limit of money means nothing for a model that somebody bills at a price nobody named.
  Result<void> check_prices(const std::string& section,
                            const json::NamedList<eval::Specification>& models) const {
    for (const auto& model : models) {
      const eval::Specification& specification = model.specification;
      const bool is_billed = !specification.text("url").empty();
      if (!is_billed || specification.options.find("price") != nullptr) continue;
      return wrong(model.line, "budget.money needs the price of " + section + "." + model.name +
                                   ", price: {in: 1, out: 2} a million tokens; found none");
    }
    return {};
  }

  Result<void> check_name(const std::string& name, int line, const std::string& section) const {
    const bool is_printable =
        text::visible(name, text::Breaks::show) == name && name.find('\t') == std::string::npos;
    if (name.empty() || name.size() > longest_name || !is_printable) {
      return wrong(line, "names in " + section + " must be 1 to " + std::to_string(longest_name) +
                             " bytes without control characters, got '" +
                             text::visible(name.substr(0, longest_name), text::Breaks::show) + "'");
    }
    return {};
  }
  template <class T>
  Result<void> check_names(const json::NamedList<T>& list, const std::string& section) const {
    std::set<std::string_view> seen;
    for (const auto& entry : list) {
      TRUEBOUND_TRY_VOID(check_name(entry.name, entry.line, section));
      if (!seen.insert(entry.name).second) {
        return wrong(entry.line,
                     "names in " + section + " must be unique, got " + entry.name + " twice");
      }
    }
    return {};
  }
  template <class T>
  Result<void> not_empty(const json::NamedList<T>& list, const std::string& section) const {
    if (!list.empty()) return {};
    return wrong(line_of({section}), section + " must have at least one entry, got none");
  }

  Result<void> check_all_names() const {
    TRUEBOUND_TRY_VOID(not_empty(plan_.models, "models"));
    TRUEBOUND_TRY_VOID(not_empty(plan_.suites, "suites"));
    TRUEBOUND_TRY_VOID(check_names(plan_.models, "models"));
    TRUEBOUND_TRY_VOID(check_names(plan_.instruments, "instruments"));
    TRUEBOUND_TRY_VOID(check_names(plan_.personas, "personas"));
    TRUEBOUND_TRY_VOID(check_names(plan_.deployments, "deployments"));
    TRUEBOUND_TRY_VOID(check_names(plan_.safeguards, "safeguards"));
    TRUEBOUND_TRY_VOID(check_names(plan_.arms, "arms"));
    TRUEBOUND_TRY_VOID(check_names(plan_.suites, "suites"));
    TRUEBOUND_TRY_VOID(check_names(plan_.attacks, "attacks"));
    TRUEBOUND_TRY_VOID(check_names(plan_.judges, "judges"));
    for (const auto& safeguard : plan_.safeguards) {
      // What stopped an attempt is told by the safeguard's name, or by one of these.
      if (safeguard.name == "none" || safeguard.name == "provider") {
        return wrong(safeguard.line,
                     "a safeguard must not be called none or provider, got " + safeguard.name);
      }
    }
    return {};
  }

  Result<void> check_deployments() const {
    for (const auto& [name, deployment, line] : plan_.deployments) {
      const auto at = [&](std::string_view key) { return line_of({"deployments", name, key}); };
      if (!deployment.system_prompt.empty() && !deployment.system_text.empty()) {
        return wrong(at("system_text"),
                     "deployments." + name + " must have system_prompt or system_text, got both");
      }
      if (deployment.temperature && !(*deployment.temperature >= 0)) {
        return wrong(at("temperature"),
                     "temperature must be >= 0, got " + json::number_text(*deployment.temperature));
      }
      if (deployment.top_p && !(*deployment.top_p > 0 && *deployment.top_p <= 1)) {
        return wrong(at("top_p"),
                     "top_p must be in (0, 1], got " + json::number_text(*deployment.top_p));
      }
      if (deployment.max_tokens && *deployment.max_tokens < 1) {
        return wrong(at("max_tokens"),
                     "max_tokens must be >= 1, got " + std::to_string(*deployment.max_tokens));
      }
    }
    return {};
  }

  Result<void> check_references(const std::vector<std::string>& names, int line,
                                const std::string& what,
                                const std::vector<std::string>& known) const {
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
      if (!contains(known, name)) return unknown(line, what, name, known);
      if (!seen.insert(name).second) {
        return wrong(line, what + " must name each once, got " + name + " twice");
      }
    }
    return {};
  }

  Result<void> check_arms() const {
    const std::vector<std::string> safeguards = names_of(plan_.safeguards);
    for (const auto& [name, arm, line] : plan_.arms) {
      TRUEBOUND_TRY_VOID(check_references(arm, line, "safeguards of arms." + name, safeguards));
    }
    return {};
  }

  Result<void> check_suites() const {
    const std::vector<std::string> judges = names_of(plan_.judges);
    for (const auto& [name, suite, line] : plan_.suites) {
      const int at = line_of({"suites", name, "judge"});
      TRUEBOUND_TRY_VOID(check_references(suite.judge.list, at, "judge of suites." + name, judges));
    }
    return {};
  }

  // Options by which judges, attacks and filters name what they use.
  Result<void> check_option_references() const {
    const std::vector<std::string> instruments = names_of(plan_.instruments);
    const std::vector<std::string> judges = names_of(plan_.judges);
    const std::pair<const char*, const json::NamedList<eval::Specification>*> sections[] = {
        {"judges", &plan_.judges}, {"safeguards", &plan_.safeguards}, {"attacks", &plan_.attacks}};
    for (const auto& [section, list] : sections) {
      for (const auto& [name, specification, line] : *list) {
        for (const auto& [option, value] : *specification.options.object()) {
          const bool is_judge = option == "judge";
          if ((!is_judge && option != "model" && option != "attacker") || value.text() == nullptr) {
            continue;
          }
          const auto& known = is_judge ? judges : instruments;
          if (contains(known, *value.text())) continue;
          const int at = value.line() > 0 ? value.line() : line;
          const std::string what = option + " in " + section + "." + name;
          if (!is_judge && json::find(plan_.models, *value.text()) != nullptr) {
            return wrong(at, what + " must be one of instruments, got " + *value.text() +
                                 ", which is under models; what judges, attacks or filters stands "
                                 "under instruments");
          }
          return unknown(at, what, *value.text(), known);
        }
      }
    }
    return {};
  }

  Result<void> check_claims() const {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < plan_.claims.size(); ++i) {
      const eval::Question& question = plan_.claims[i];
      TRUEBOUND_TRY_VOID(check_name(question.name, claim_line(i, "name"), "claims"));
      if (!seen.insert(question.name).second) {
        return wrong(claim_line(i, "name"),
                     "names in claims must be unique, got " + question.name + " twice");
      }
      TRUEBOUND_TRY_VOID(check_thresholds(question, i));
      TRUEBOUND_TRY_VOID(check_factors(question, i));
      TRUEBOUND_TRY_VOID(check_gate(question, claim_line(i, "gate")));
    }
    return {};
  }

  Result<void> check_thresholds(const eval::Question& question, std::size_t i) const {
    if (question.ask != eval::Ask::no_worse_than) {
      if (question.threshold == 0) {
        return wrong(claim_line(i, "ask"), "threshold is required in claims." + question.name);
      }
      TRUEBOUND_TRY_VOID(within(claim_line(i, "threshold"), "threshold", question.threshold));
    }
    if (question.margin) {
      TRUEBOUND_TRY_VOID(within(claim_line(i, "margin"), "margin", *question.margin));
    }
    if (question.ask != eval::Ask::no_worse_than) return {};
    if (!question.margin) {
      return wrong(claim_line(i, "ask"),
                   "margin is required in claims." + question.name + " (no_worse_than)");
    }
    if (!plan_.baseline) {
      return wrong(claim_line(i, "ask"),
                   "baseline is required for claims." + question.name + " (no_worse_than)");
    }
    return {};
  }

  Result<void> check_factors(const eval::Question& question, std::size_t i) const {
    const std::vector<std::string>& known = eval::factors();
    for (const auto& [factor, level] : question.where) {
      const int line = line_of_where(i, factor);
      if (!contains(known, factor)) {
        return unknown(line, "a factor in where", factor, known);
      }
      const auto levels = levels_of(plan_, factor);
      if (levels && !contains(*levels, level)) {
        return unknown(line, factor + " in where", level, *levels);
      }
    }
    TRUEBOUND_TRY_VOID(check_references(question.by, claim_line(i, "by"), "factors in by", known));
    for (const std::string& factor : question.by) {
      if (question.where.contains(factor)) {
        return wrong(claim_line(i, "by"),
                     "by must name factors that where leaves open, got " + factor);
      }
    }
    return {};
  }
  int line_of_where(std::size_t i, const std::string& factor) const {
    const json::Value* claims = source_.find("claims");
    if (claims != nullptr && claims->list() != nullptr && i < claims->list()->size()) {
      const json::Value* where = (*claims->list())[i].find("where");
      const json::Value* member = where == nullptr ? nullptr : where->find(factor);
      if (member != nullptr) return member->line();
    }
    return claim_line(i, "where");
  }

  Result<void> check_gate(const eval::Question& question, int line) const {
    if (question.gate.empty() || question.gate == "all") return {};
    std::vector<std::string> known{"all"};
    for (const std::string& factor : question.by) {
      const auto levels = levels_of(plan_, factor);
      // Which hazards there are only the samples tell.
      if (!levels) return {};
      known.insert(known.end(), levels->begin(), levels->end());
    }
    if (contains(known, question.gate)) return {};
    return unknown(line, "gate", question.gate, known);
  }

  const Plan& plan_;
  const json::Value& source_;
};

}  // namespace

std::optional<std::vector<std::string>> levels_of(const Plan& plan, std::string_view factor) {
  if (factor == "suite") return names_of(plan.suites);
  if (factor == "model") return names_of(plan.models);
  if (factor == "persona") return names_of(plan.personas);
  if (factor == "deployment") return names_of(plan.deployments);
  if (factor == "arm") return names_of(plan.arms);
  if (factor == "attack") return names_of(plan.attacks);
  if (factor == "expect") return all_words<eval::Expect>();
  return std::nullopt;
}

Result<void> check_rules(const Plan& plan, const json::Value& source) {
  return RuleChecker(plan, source).check();
}

}  // namespace truebound::plan
