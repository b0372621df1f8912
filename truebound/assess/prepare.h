#pragma once

// Shorter walks, before a run: what a plan would cost and could conclude, and its registration.

#include <cstdint>
#include <string>

#include "truebound/assess/services.h"
#include "truebound/core/result.h"
#include "truebound/plan/cost.h"

namespace truebound::assess {

/// Forecasts a plan. Reads everything that it names, loads no model and writes nothing.
/// @error invalid_input  anything wrong with the plan, its suites or its files
Result<plan::Check> check(const std::string& plan_name, const Services& with);

/// A plan as the ledger holds it.
struct Registration {
  std::uint64_t entry = 0;
  std::string plan_digest;
  std::uint64_t slots = 0;
  std::string checkpoint;  ///< signed, of all entries
  std::string key;         ///< that verifies it
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("entry", entry, "of plan.register");
    visit("plan_digest", plan_digest, "of its canonical form");
    visit("slots", slots, "planned units");
    visit("checkpoint", checkpoint, "signed note");
    visit("key", key, "verifier key");
  }
};

/// Writes a plan with its files into the ledger in `folder` and signs a checkpoint; a plan that is
/// there already is not written again. No seed is drawn.
/// @error invalid_input  anything wrong with the plan, its files or the folder; nothing is written
Result<Registration> register_plan(const std::string& plan_name, const Path& folder,
                                   const Services& with);

}  // namespace truebound::assess
