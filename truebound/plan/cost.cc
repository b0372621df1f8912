#include "truebound/plan/cost.h"

#include <algorithm>

#include "truebound/plan/claim_check.h"
#include "truebound/plan/levels.h"
#include "truebound/plan/slots.h"

namespace truebound::plan {
namespace {

constexpr std::uint64_t bytes_a_token = 4;

// Adds up what may be unknown: one unknown part makes the sum unknown.
template <class T>
void add(std::optional<T>& sum, const std::optional<T>& part) {
  if (sum && part) {
    *sum += *part;
  } else {
    sum.reset();
  }
}

class CostEstimate {
 public:
  CostEstimate(const Plan& plan, const std::vector<eval::Suite>& suites, const FileSource& files,
               const CheckOptions& options)
      : plan_(plan), suites_(suites), files_(files), options_(options) {}

  Result<void> fill(Check& check, const Slots& slots) {
    TRUEBOUND_TRY_VOID(measure_texts());
    const auto samples = slots.samples();
    std::uint64_t sample_bytes = 0;
    for (const auto& [suite, sample] : samples)
      sample_bytes += suites_[suite].samples[sample].input.size();
    check.slots = slots.count();
    check.tokens_out = 0;
    check.money = 0;
    check.minutes = 0;
    for (const auto& [name, specification, line] : plan_.models) {
      ModelCost cost = cost_of(specification, samples.size(), sample_bytes);
      cost.name = name;
      check.calls += cost.calls;
      check.tokens_in += cost.tokens_in;
      add(check.tokens_out, cost.tokens_out);
      add(check.money, cost.money);
      add(check.minutes, cost.minutes);
      check.models.push_back(std::move(cost));
    }
    check.instrument_calls = calls_of_judges(slots) + calls_of_safeguards(samples.size());
    return {};
  }

 private:
  // Bytes of the texts that stand beside a sample in each context.
  Result<void> measure_texts() {
    for (const auto& [name, deployment, line] : plan_.deployments) {
      std::uint64_t bytes = deployment.system_text.size();
      if (!deployment.system_prompt.empty()) {
        TRUEBOUND_TRY(text, files_.read(deployment.system_prompt));
        bytes = text.size();
      }
      deployment_bytes_.push_back(bytes);
    }
    for (const auto& [name, arm, line] : plan_.arms) {
      std::uint64_t bytes = 0;
      for (const std::string& safeguard : arm) {
        const eval::Specification* found = json::find(plan_.safeguards, safeguard);
        if (found == nullptr || found->id != "system_prompt") continue;
        bytes += found->text("text").size();
        const std::string file = found->text("file");
        if (file.empty()) continue;
        TRUEBOUND_TRY(text, files_.read(file));
        bytes += text.size();
      }
      arm_bytes_.push_back(bytes);
    }
    return {};
  }

  ModelCost cost_of(const eval::Specification& model, std::uint64_t samples,
                    std::uint64_t sample_bytes) const {
    ModelCost cost{.tokens_out = 0};
    std::uint64_t queries = 0;
    for (const auto& attack : plan_.attacks)
      queries += queries_of(attack.specification);
    queries *= plan_.epochs;
    const std::uint64_t attacks = plan_.attacks.size() * plan_.epochs;
    std::uint64_t bytes = 0;
    for (const auto& persona : plan_.personas) {
      for (std::size_t i = 0; i < plan_.deployments.size(); ++i) {
        const std::optional<std::int64_t>& most = plan_.deployments[i].specification.max_tokens;
        for (const std::uint64_t arm : arm_bytes_) {
          cost.slots += samples * attacks;
          cost.calls += samples * queries;
          const std::uint64_t beside =
              deployment_bytes_[i] + arm + persona.specification.says.size();
          bytes += (sample_bytes + samples * beside) * queries;
          add(cost.tokens_out,
              most ? std::optional(static_cast<std::uint64_t>(*most) * samples * queries)
                   : std::nullopt);
        }
      }
    }
    cost.tokens_in = (bytes + bytes_a_token - 1) / bytes_a_token;
    price(cost, model);
    return cost;
  }

  void price(ModelCost& cost, const eval::Specification& model) const {
    if (!cost.tokens_out) return;
    const auto in = static_cast<double>(cost.tokens_in);
    const auto out = static_cast<double>(*cost.tokens_out);
    const json::Value* prices = model.options.find("price");
    if (prices != nullptr) {
      const eval::Specification price{.options = *prices};
      const auto price_in = price.decimal("in");
      const auto price_out = price.decimal("out");
      if (price_in && price_out) cost.money = (in * *price_in + out * *price_out) / 1e6;
    } else if (model.options.find("url") == nullptr) {
      cost.money = 0;  // It runs here, or it is read from a file.
    }
    const auto rate = options_.rates.find(model.id);
    if (rate == options_.rates.end()) return;
    cost.minutes = (in / rate->second.in + out / rate->second.out) / 60;
  }

  std::uint64_t queries_a_sample() const {
    std::uint64_t queries = 0;
    for (const auto& attack : plan_.attacks)
      queries += queries_of(attack.specification);
    return queries * plan_.epochs * plan_.models.size() * plan_.personas.size() *
           plan_.deployments.size();
  }

  // Judges that ask a model, each on every query.
  std::uint64_t calls_of_judges(const Slots& slots) const {
    std::uint64_t calls = 0;
    for (const auto& [suite, sample] : slots.samples()) {
      for (const std::string& name : plan_.suites[suite].specification.judge.list) {
        const eval::Specification* judge = json::find(plan_.judges, name);
        if (judge != nullptr && !judge->text("model").empty())
          calls += queries_a_sample() * plan_.arms.size();
      }
    }
    return calls;
  }
  std::uint64_t calls_of_safeguards(std::uint64_t samples) const {
    std::uint64_t filters = 0;
    for (const auto& [name, arm, line] : plan_.arms) {
      for (const std::string& safeguard : arm) {
        const eval::Specification* found = json::find(plan_.safeguards, safeguard);
        if (found != nullptr && !found->text("model").empty()) ++filters;
      }
    }
    return filters * samples * queries_a_sample();
  }

  const Plan& plan_;
  const std::vector<eval::Suite>& suites_;
  const FileSource& files_;
  const CheckOptions& options_;
  std::vector<std::uint64_t> deployment_bytes_;
  std::vector<std::uint64_t> arm_bytes_;
};

std::string count_of(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void warn_of_suites(Check& check, const Plan& plan, const std::vector<eval::Suite>& suites) {
  for (const eval::Suite& suite : suites) {
    const std::string place = "suites." + suite.name + ": ";
    for (const eval::EmptyCell& cell : suite.card.empty_cells) {
      check.not_looked_at.push_back("suite=" + suite.name + " hazard=" + cell.hazard + " expect=" +
                                    std::string(to_text(cell.expect)) + ": " + cell.reason);
    }
    if (!suite.bad_rows.empty()) {
      check.warnings.push_back(place + count_of(suite.bad_rows.size(), "bad row") +
                               " left out, the first in line " +
                               std::to_string(suite.bad_rows.front().line));
    }
    if (suite.expect_assumed > 0) {
      check.warnings.push_back(place + count_of(suite.expect_assumed, "sample") +
                               " without an expectation, taken as refuse; set expect");
    }
    if (!suite.unread_columns.empty()) {
      check.warnings.push_back(place +
                               "columns that nothing is read from: " + join(suite.unread_columns));
    }
    if (suite.judges.empty()) {
      check.warnings.push_back(place + "no judge: every answer will be undecided");
    }
  }
  for (const auto& judge : plan.judges) {
    const std::string calibration = judge.specification.text("calibration");
    if (calibration != "after" && calibration != "none") continue;
    check.warnings.push_back("judges." + judge.name +
                             ": no calibration, so what it decides will carry no rate until labels "
                             "are given; truebound calibrate " +
                             judge.name + " --run N --draw 100 --out labels.csv draws them");
  }
  for (const auto& [name, deployment, line] : plan.deployments) {
    if (deployment.max_tokens) continue;
    check.warnings.push_back("deployments." + name +
                             ": no max_tokens, so tokens, money and minutes are unknown");
  }
}

void warn_of_budget(Check& check, const Plan& plan) {
  const Budget& budget = plan.budget;
  const auto warn = [&](const std::string& what) {
    check.warnings.push_back("budget: fewer " + what +
                             " than the plan may need; slots after that would be not_run");
  };
  if (budget.calls && *budget.calls < check.calls + check.instrument_calls) warn("calls");
  if (budget.tokens && check.tokens_out && *budget.tokens < check.tokens_in + *check.tokens_out) {
    warn("tokens");
  }
  if (budget.money && check.money && *budget.money < *check.money) {
    check.warnings.push_back(
        "budget: less money than the plan may need; slots after that would be "
        "not_run");
  }
  if (plan.claims.empty()) {
    check.warnings.push_back("claims: the plan asks nothing, so its report will claim nothing");
  }
}

}  // namespace

std::uint64_t queries_of(const eval::Specification& attack) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, attack.whole("times").value_or(1)));
}

Result<Check> check(const Plan& plan, const std::vector<eval::Suite>& suites,
                    const FileSource& files, const CheckOptions& options) {
  TRUEBOUND_TRY_VOID(check_questions(plan, suites));
  // Any seed will do: an example draw.
  TRUEBOUND_TRY(slots, Slots::lay_out(plan, suites, "check"));
  Check check{.confidence = plan.confidence, .correlation = plan.sampling.correlation};
  TRUEBOUND_TRY_VOID(CostEstimate(plan, suites, files, options).fill(check, slots));
  warn_of_suites(check, plan, suites);
  warn_of_budget(check, plan);
  TRUEBOUND_TRY_VOID(check_claims(check, plan, suites, slots));
  return check;
}

}  // namespace truebound::plan
