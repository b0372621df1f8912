#include "truebound/context/systems.h"

#include <algorithm>

namespace truebound::context {
namespace {

Error no_entries(const std::string& group) {
  return invalid_input(group + ": expected at least one, got none");
}

Result<void> check_groups(const SystemParts& parts) {
  if (parts.models.empty()) return no_entries("models");
  if (parts.personas.empty()) return no_entries("personas");
  if (parts.deployments.empty()) return no_entries("deployments");
  if (parts.arms.empty()) return no_entries("arms");
  return {};
}

/// The deployments with the files of their system prompts read.
Result<json::NamedList<eval::Deployment>> with_texts(json::NamedList<eval::Deployment> deployments,
                                                     const FileSource& files) {
  for (auto& [name, deployment, line] : deployments) {
    if (deployment.system_prompt.empty()) continue;
    if (!deployment.system_text.empty()) {
      return invalid_input("deployments." + name +
                           ": expected either system_prompt or system_text, got both");
    }
    TRUEBOUND_TRY(text, files.read(deployment.system_prompt));
    deployment.system_text = std::move(text);
    // The identity is what the model gets, wherever the file lay.
    deployment.system_prompt.clear();
  }
  return deployments;
}

}  // namespace

Result<void> Systems::make_safeguards(const SystemParts& parts, const FileSource& files) {
  for (const auto& [name, specification, line] : parts.safeguards) {
    TRUEBOUND_TRY(safeguard, make_safeguard(name, specification, files));
    safeguards_.push_back(std::move(safeguard));
  }
  return {};
}

Result<std::vector<const Safeguard*>> Systems::safeguards_of(
    const json::Named<std::vector<std::string>>& arm) const {
  std::vector<const Safeguard*> on;
  std::vector<std::string> known;
  for (const auto& safeguard : safeguards_)
    known.push_back(safeguard->name());
  for (const std::string& name : arm.specification) {
    const auto named = std::find(known.begin(), known.end(), name);
    if (named == known.end()) {
      const std::optional<std::string> near = nearest(name, known);
      return invalid_input("arms." + arm.name + ": expected names of safeguards, got \"" + name +
                           "\"" + (near ? "; did you mean " + *near + "?" : ""));
    }
    const Safeguard* safeguard = safeguards_[static_cast<std::size_t>(named - known.begin())].get();
    if (std::find(on.begin(), on.end(), safeguard) != on.end()) {
      return invalid_input("arms." + arm.name + ": expected each safeguard once, got \"" + name +
                           "\" twice");
    }
    on.push_back(safeguard);
  }
  return on;
}

Result<Systems> Systems::assemble(SystemParts parts, const FileSource& files) {
  TRUEBOUND_TRY_VOID(check_groups(parts));
  Systems made;
  TRUEBOUND_TRY_VOID(made.make_safeguards(parts, files));
  TRUEBOUND_TRY(deployments, with_texts(std::move(parts.deployments), files));
  std::vector<std::vector<const Safeguard*>> arms;
  for (const auto& arm : parts.arms) {
    TRUEBOUND_TRY(on, made.safeguards_of(arm));
    arms.push_back(std::move(on));
  }
  for (model::Model* model : parts.models) {
    for (const auto& persona : parts.personas) {
      for (const auto& deployment : deployments) {
        for (std::size_t i = 0; i < arms.size(); ++i) {
          System::Parts one{.model = model,
                            .persona = persona,
                            .deployment = deployment,
                            .arm = parts.arms[i].name,
                            .safeguards = arms[i]};
          made.systems_.push_back(std::make_unique<System>(std::move(one)));
          made.by_names_[{model->name(), persona.name, deployment.name, parts.arms[i].name}] =
              made.systems_.back().get();
        }
      }
    }
  }
  return made;
}

const System& Systems::at(std::string_view model, std::string_view persona,
                          std::string_view deployment, std::string_view arm) const {
  const auto found = by_names_.find(
      {std::string(model), std::string(persona), std::string(deployment), std::string(arm)});
  TRUEBOUND_CHECK(found != by_names_.end(), "a system of the plan's names");
  return *found->second;
}

json::Value Systems::identity() const {
  json::List all;
  for (const auto& system : systems_)
    all.push_back(json::Object{{"digest", system->digest()}, {"identity", system->identity()}});
  return all;
}

Result<void> Systems::can_be_asked() const {
  for (const auto& system : systems_) {
    TRUEBOUND_TRY_VOID(system->can_be_asked());
  }
  return {};
}

}  // namespace truebound::context
