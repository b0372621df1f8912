#pragma once

// What an assessment gets from outside: files, clock, key, and who is told of its progress.

#include <cstdint>
#include <optional>
#include <string>

#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/crypto/signer.h"
#include "truebound/run/execute.h"

namespace truebound::assess {

/// A chosen seed or a limit makes a run a rehearsal, which carries no claim.
struct Rehearsal {
  std::optional<std::string> seed;
  std::optional<std::uint64_t> limit;
  bool asked() const { return seed.has_value() || limit.has_value(); }
};

/// Borrowed for the length of one walk.
struct Services {
  const FileSource& files;  ///< relative names from the plan's folder
  Path folder;              ///< the plan's folder
  Path cache;               ///< the user's cache, where weights are kept
  Clock& clock;
  const crypto::Signer& signer;
  run::Progress* progress = nullptr;
  const run::StopSignal* stop = nullptr;
};

}  // namespace truebound::assess
