#pragma once

// The dossier as JSON for other programs, with all digits: nouns by their fields, estimates as
// analyze::to_json writes them, a missing number as null with the reason beside it.

#include <string>

#include "truebound/evidence/dossier.h"

namespace truebound::report {

std::string json_report(const evidence::Dossier& dossier);

}  // namespace truebound::report
