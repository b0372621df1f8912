#pragma once

// What was assessed, and by which judges and instruments: the blob that run.open names, so that a
// run goes on only with these, and a report can say what stood behind it.

#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/observation.h"
#include "truebound/json/fields.h"
#include "truebound/json/value.h"

namespace truebound::record {

/// A model under assessment, or an instrument.
struct ModelIdentity {
  std::string name;      ///< in the plan
  json::Value identity;  ///< what pins it: provider, served id, digest of the weights
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("identity", identity, "what pins it");
  }
};

/// A judge. What is not told to be exact errs.
struct JudgeIdentity {
  std::string name;      ///< in the plan
  std::string identity;  ///< hash of all that its verdicts depend on
  eval::DecidedBy decides_as = eval::DecidedBy::judge;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "in the plan");
    visit("identity", identity, "hash of all that its verdicts depend on");
    visit("decides_as", decides_as, "judge, which errs, or exact, which does not");
  }
};

/// All that a run calls on.
struct CastIdentity {
  std::vector<ModelIdentity> models;
  std::vector<ModelIdentity> instruments;
  std::vector<JudgeIdentity> judges;
  json::Value systems;  ///< models with their contexts, as `context` pins them
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("models", models, "under assessment");
    visit("instruments", instruments, "that judge, attack or filter");
    visit("judges", judges, "that give verdicts");
    visit("systems", systems, "what was assessed");
  }

  /// The judge of this name in the plan, or nullptr.
  const JudgeIdentity* judge(std::string_view name) const { return named(judges, name); }
  /// The model of this name in the plan, or nullptr.
  const ModelIdentity* model(std::string_view name) const { return named(models, name); }
  /// The instrument of this name in the plan, or nullptr.
  const ModelIdentity* instrument(std::string_view name) const { return named(instruments, name); }

 private:
  template <class Identity>
  static const Identity* named(const std::vector<Identity>& list, std::string_view name) {
    for (const Identity& each : list) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }
};

}  // namespace truebound::record
