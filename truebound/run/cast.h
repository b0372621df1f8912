#pragma once

// Folder: the run engine. It alone makes models speak: it drives an attempt at every slot, asks the
// judges after each, and writes what happened before and after. This header: who plays.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "truebound/attack/attack.h"
#include "truebound/context/systems.h"
#include "truebound/eval/suite.h"
#include "truebound/judge/judge.h"
#include "truebound/model/model.h"
#include "truebound/record/cast_identity.h"

namespace truebound::run {

/// Everything that a run calls on, made before anything is written. Owned by the caller; must
/// outlive the run.
struct Cast {
  std::vector<std::unique_ptr<model::Model>> models;       ///< under assessment
  std::vector<std::unique_ptr<model::Model>> instruments;  ///< that judge, attack or filter
  context::Systems systems;
  std::map<std::string, std::unique_ptr<attack::Attack>> attacks;  ///< by name in the plan
  std::map<std::string, std::unique_ptr<judge::Judge>> judges;     ///< by name in the plan
  std::vector<eval::Suite> suites;                                 ///< in the plan's order

  /// What run.open names: systems, judges, models and instruments with their identities.
  record::CastIdentity identified() const;
  json::Value identity() const { return json::write(identified()); }
};

}  // namespace truebound::run
