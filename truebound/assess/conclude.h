#pragma once

// Concludes from the ledger alone, as a stranger would: observations, estimates, claims, exhibits.

#include <cstdint>

#include "truebound/assess/observe.h"
#include "truebound/core/result.h"
#include "truebound/evidence/dossier.h"
#include "truebound/ledger/ledger.h"

namespace truebound::assess {

/// The dossier of a run; `number` 0 takes the last. The same ledger gives the same dossier.
/// @error invalid_input  there is no such run
/// @error incomplete     a blob that it needs is withheld
Result<evidence::Dossier> conclude(const ledger::Ledger& ledger, std::int64_t number);

}  // namespace truebound::assess
