#pragma once

// All systems of a plan: models, personas, deployments and arms, fully crossed.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/context/system.h"

namespace truebound::context {

/// What systems are put together from, in the plan's order.
struct SystemParts {
  std::vector<model::Model*> models;  ///< borrowed; they outlive the systems
  json::NamedList<eval::Persona> personas;
  json::NamedList<eval::Deployment> deployments;
  json::NamedList<eval::Specification> safeguards;
  json::NamedList<std::vector<std::string>> arms;  ///< each the names of the safeguards that are on
};

/// The systems of a plan. Movable; a reference from at() lasts as long as the object, moved or not.
class Systems {
 public:
  /// Reads the files that the parts name, and crosses the parts.
  /// @error invalid_input  a list without entries; an arm that names an unknown safeguard, or one
  ///        twice; a deployment with a text and a file; a file that is missing or wrong
  static Result<Systems> assemble(SystemParts parts, const FileSource& files);

  /// The system of these names. All four are in the parts, else it is our bug.
  const System& at(std::string_view model, std::string_view persona, std::string_view deployment,
                   std::string_view arm) const;

  /// Every system with its digest and identity; model, persona, deployment, arm, the last fastest.
  json::Value identity() const;

  /// The first that cannot be asked, before a slot is.
  /// @error as System::can_be_asked
  Result<void> can_be_asked() const;

 private:
  Systems() = default;
  Result<void> make_safeguards(const SystemParts& parts, const FileSource& files);
  Result<std::vector<const Safeguard*>> safeguards_of(
      const json::Named<std::vector<std::string>>& arm) const;

  std::vector<std::unique_ptr<Safeguard>> safeguards_;
  std::vector<std::unique_ptr<System>> systems_;  // in the plan's order
  std::map<std::vector<std::string>, const System*> by_names_;
};

}  // namespace truebound::context
