#include <algorithm>

#include "truebound/core/bytes.h"
#include "truebound/core/words.h"
#include "truebound/plan/options.h"
#include "truebound/plan/plan.h"
#include "truebound/plan/plan_file.h"
#include "truebound/plan/rules.h"
#include "truebound/text/utf8.h"

namespace truebound::plan {
namespace {

// What a plan is silent about: one plain user, one plain deployment, no safeguard, no attack.
void fill_in_defaults(Plan& plan) {
  if (plan.personas.empty()) plan.personas.push_back({.name = "plain"});
  if (plan.deployments.empty()) plan.deployments.push_back({.name = "default"});
  if (plan.arms.empty()) plan.arms.push_back({.name = "off"});
  if (plan.attacks.empty()) {
    plan.attacks.push_back({.name = "direct", .specification = {.id = "direct"}});
  }
  if (plan.sampling.kind == SamplingKind::adaptive && !plan.sampling.strata) {
    plan.sampling.strata = Strata{};
  }
}

Result<void> complete_all_options(Plan& plan, const eval::Catalog& known) {
  const auto complete = [&](json::NamedList<eval::Specification>& list, const Section& section) {
    return complete_options(list, section, plan.file, plan.apart);
  };
  TRUEBOUND_TRY_VOID(complete(plan.models, {"models", "provider", known.providers}));
  TRUEBOUND_TRY_VOID(complete(plan.instruments, {"instruments", "provider", known.providers}));
  TRUEBOUND_TRY_VOID(complete(plan.safeguards, {"safeguards", "kind", known.safeguards}));
  TRUEBOUND_TRY_VOID(complete(plan.attacks, {"attacks", "id", known.attacks}));
  return complete(plan.judges, {"judges", "kind", known.judges});
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

const json::NamedList<eval::Specification>& section_of(const Plan& plan, std::string_view name) {
  if (name == "models") return plan.models;
  if (name == "instruments") return plan.instruments;
  if (name == "safeguards") return plan.safeguards;
  if (name == "attacks") return plan.attacks;
  return plan.judges;
}

}  // namespace

Result<Plan> read(const FileSource& files, const std::string& name, const eval::Catalog& known) {
  TRUEBOUND_TRY(text, files.read(name));
  if (const auto bad = text::first_bad_byte(text)) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*bad), '\n');
    return json::wrong(name, static_cast<int>(line), "expected UTF-8, found other bytes");
  }
  TRUEBOUND_TRY(source, json::parse_yaml(text, name));
  TRUEBOUND_TRY(plan, parse_plan(source, name));
  fill_in_defaults(plan);
  TRUEBOUND_TRY_VOID(complete_all_options(plan, known));
  for (auto& suite : plan.suites) {
    TRUEBOUND_TRY_VOID(complete_suite(suite, plan, known.suites));
  }
  TRUEBOUND_TRY_VOID(check_rules(plan, source));
  const json::Value* claims = source.find("claims");
  if (claims != nullptr && claims->list() != nullptr) {
    for (const json::Value& claim : *claims->list())
      plan.claim_lines.push_back(claim.line());
  }
  return plan;
}

Result<void> check_files(const Plan& plan, const FileSource& files) {
  const auto there = [&](const std::string& file, const std::string& entry,
                         int line) -> Result<void> {
    if (file.empty()) return {};
    const Result<std::string> read = files.read(file);
    if (read.ok()) return {};
    return json::wrong(plan.file, line, entry + ": " + read.error().message);
  };
  for (const auto& [name, suite, line] : plan.suites) {
    TRUEBOUND_TRY_VOID(there(suite.file, "suites." + name, line));
    TRUEBOUND_TRY_VOID(there(suite.card, "suites." + name, line));
  }
  for (const auto& [name, deployment, line] : plan.deployments) {
    TRUEBOUND_TRY_VOID(there(deployment.system_prompt, "deployments." + name, line));
  }
  for (const OptionPlace& place : plan.apart) {
    if (place.apart != Apart::file) continue;
    for (const auto& [name, specification, line] : section_of(plan, place.section)) {
      if (name != place.name) continue;
      TRUEBOUND_TRY_VOID(there(specification.text(place.option), place.section + "." + name, line));
    }
  }
  return {};
}

std::vector<std::string> file_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& suite : plan.suites) {
    add_name(names, suite.specification.file);
    add_name(names, suite.specification.card);
  }
  for (const auto& deployment : plan.deployments)
    add_name(names, deployment.specification.system_prompt);
  for (const OptionPlace& place : plan.apart) {
    if (place.apart != Apart::file) continue;
    const eval::Specification* found = json::find(section_of(plan, place.section), place.name);
    if (found != nullptr) add_name(names, found->text(place.option));
  }
  if (plan.baseline) add_name(names, baseline_file(*plan.baseline));
  return names;
}

std::string baseline_file(const Baseline& baseline) {
  if (parse_digest(baseline.ledger).ok()) return baseline.ledger;
  return baseline.ledger + "#run=" + std::to_string(baseline.run);
}

}  // namespace truebound::plan
