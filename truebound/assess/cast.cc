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
  TRUEBOUND_TRY(systems, context::Systems::assemble(std::move(parts), with.files));
  TRUEBOUND_TRY_VOID(systems.can_be_asked());
  run::Cast cast{
      .models = std::move(models), .systems = std::move(systems), .suites = std::move(suites)};
  for (const auto& [name, specification, line] : plan.attacks) {
    TRUEBOUND_TRY(made, attack::make(specification, with.files));
    cast.attacks[name] = std::move(made);
  }
  for (const auto& [name, specification, line] : plan.judges) {
    TRUEBOUND_TRY(made,
                  judge::make({.name = name, .specification = specification, .files = with.files}));
    cast.judges[name] = std::move(made);
  }
  return cast;
}

}  // namespace truebound::assess
