#pragma once

// Where a plan's things lie on this machine: its folder, its ledger, the user's key and cache.

#include <memory>
#include <string>

#include "truebound/assess/baseline.h"
#include "truebound/assess/services.h"
#include "truebound/cli/verbs.h"
#include "truebound/plan/freeze.h"
#include "truebound/suite/builtin.h"

namespace truebound::cli {

/// The user's folder for weights: $XDG_CACHE_HOME/truebound, else ~/.cache/truebound.
Path cache_folder();

/// The user's folder for keys: $XDG_CONFIG_HOME/truebound, else ~/.config/truebound.
Path config_folder();

/// A plan with its surroundings. Made anew for each verb.
class Workplace {
 public:
  /// @error invalid_input  the plan is not there, or the signing key cannot be read or made
  static Result<Workplace> of_plan(const std::string& plan, const Invocation& invocation);

  const std::string& plan_name() const { return plan_name_; }
  const Path& folder() const { return folder_; }
  const Path& ledger() const { return ledger_; }
  const FileSource& files() const { return *files_; }
  assess::Services services(Clock& clock, run::Progress* progress, const run::StopSignal* stop);

 private:
  Workplace() = default;

  std::string plan_name_;
  Path folder_;
  Path ledger_;
  std::unique_ptr<DiskFiles> disk_;
  std::unique_ptr<assess::BaselineFiles> baselines_;
  std::unique_ptr<suite::BuiltinFiles> known_;
  std::unique_ptr<plan::SteadyFiles> files_;
  std::unique_ptr<crypto::Signer> signer_;
};

}  // namespace truebound::cli
