#include "truebound/assess/cast.h"

#include "truebound/attack/attack.h"
#include "truebound/context/safeguard.h"
#include "truebound/judge/registry.h"
#include "truebound/model/model.h"
#include "truebound/suite/builtin.h"

namespace truebound::assess {

eval::Catalog known() {
  return {.providers = model::providers(),
          .safeguards = context::safeguards(),
          .judges = judge::kinds(),
          .attacks = attack::attacks(),
          .suites = suite::builtin_names()};
}

namespace {

// A model that judges its own answers favors them; nobody gets that without asking for it.
Result<void> refuse_own_judge(const std::string& name, const eval::Specification& specification,
                              const judge::Judge& judge,
                              const std::vector<std::unique_ptr<model::Model>>& models) {
  const model::Model* instrument = judge.instrument();
  if (instrument == nullptr) return {};
  const json::Value* allowed = specification.options.find("allow_model_under_test");
  if (allowed != nullptr && *allowed == json::Value(true)) return {};
  for (const auto& model : models) {
    if (!model::is_same_model(model->identity(), instrument->identity())) continue;
    return invalid_input("judges." + name + ": instruments." + instrument->name() + " is models." +
                         model->name() +
                         " itself, which would judge its own answers; name another model, or say "
                         "allow_model_under_test: true, and the report will say so");
  }
  return {};
}

}  // namespace

Result<run::Cast> cast(const plan::Plan& plan, std::vector<eval::Suite> suites,
                       const Services& with) {
  std::vector<std::unique_ptr<model::Model>> models;
  context::SystemParts parts{.personas = plan.personas,
                             .deployments = plan.deployments,
                             .safeguards = plan.safeguards,
                             .arms = plan.arms};
  for (const auto& [name, specification, line] : plan.models) {
    TRUEBOUND_TRY(made, model::make({.name = name,
                                     .specification = specification,
                                     .files = with.files,
                                     .folder = with.folder,
                                     .cache = with.cache}));
    parts.models.push_back(made.get());
    models.push_back(std::move(made));
  }
  std::vector<std::unique_ptr<model::Model>> instruments;
  std::vector<model::Model*> panel;
  for (const auto& [name, specification, line] : plan.instruments) {
    TRUEBOUND_TRY(made, model::make({.name = name,
                                     .specification = specification,
                                     .files = with.files,
                                     .folder = with.folder,
                                     .cache = with.cache}));
    panel.push_back(made.get());
    instruments.push_back(std::move(made));
  }
  TRUEBOUND_TRY(systems, context::Systems::assemble(std::move(parts), with.files));
  TRUEBOUND_TRY_VOID(systems.can_be_asked());
  run::Cast cast{.models = std::move(models),
                 .instruments = std::move(instruments),
                 .systems = std::move(systems),
                 .suites = std::move(suites)};
  for (const auto& [name, specification, line] : plan.attacks) {
    TRUEBOUND_TRY(made, attack::make(specification, with.files));
    cast.attacks[name] = std::move(made);
  }
  for (const auto& [name, specification, line] : plan.judges) {
    TRUEBOUND_TRY(made, judge::make({.name = name,
                                     .specification = specification,
                                     .files = with.files,
                                     .instruments = panel}));
    TRUEBOUND_TRY_VOID(refuse_own_judge(name, specification, *made, cast.models));
    cast.judges[name] = std::move(made);
  }
  return cast;
}

}  // namespace truebound::assess
