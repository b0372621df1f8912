#include "truebound/cli/workplace.h"

#include <cstdlib>

namespace truebound::cli {
namespace {

Path user_folder(const char* variable, const char* below_home) {
  if (const char* set = std::getenv(variable); set != nullptr && *set != '\0') {
    return Path(set) / "truebound";
  }
  const char* home = std::getenv("HOME");
  return Path(home != nullptr ? home : ".") / below_home / "truebound";
}

}  // namespace

Path cache_folder() {
  return user_folder("XDG_CACHE_HOME", ".cache");
}

Path config_folder() {
  return user_folder("XDG_CONFIG_HOME", ".config");
}

Result<Workplace> Workplace::of_plan(const std::string& plan, const Invocation& invocation) {
  const Path path(plan);
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) {
    return invalid_input(plan + ": expected a plan; truebound init writes one");
  }
  Workplace place;
  place.plan_name_ = path.filename().string();
  place.folder_ = path.parent_path().empty() ? Path(".") : path.parent_path();
  place.ledger_ = invocation.ledger.empty() ? (place.folder_ / "ledger").lexically_normal()
                                            : Path(invocation.ledger);
  place.disk_ = std::make_unique<DiskFiles>(place.folder_);
  place.baselines_ = std::make_unique<assess::BaselineFiles>(*place.disk_, place.folder_);
  place.known_ = std::make_unique<suite::BuiltinFiles>(*place.baselines_);
  // What was checked is what is frozen, whatever the disk holds by then.
  place.files_ = std::make_unique<plan::SteadyFiles>(*place.known_);
  // The key lies in the user's configuration, never in the ledger that it signs.
  TRUEBOUND_TRY(signer, crypto::Signer::load_or_create(config_folder() / "key", "truebound.local"));
  place.signer_ = std::make_unique<crypto::Signer>(std::move(signer));
  return place;
}

assess::Services Workplace::services(Clock& clock, run::Progress* progress,
                                     const run::StopSignal* stop) {
  return {.files = *files_,
          .folder = folder_,
          .cache = cache_folder(),
          .clock = clock,
          .signer = *signer_,
          .progress = progress,
          .stop = stop};
}

}  // namespace truebound::cli
