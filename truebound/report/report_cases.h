#pragma once

// Dossiers for the tests of the report, each a state that a reader can meet. Their numbers are
// made up so that they agree with each other; no model gave them.

#include <string>

#include "truebound/evidence/dossier.h"

namespace truebound::report::cases {

/// A run like the quickstart's: two arms, two attacks, rules as a judge that nobody calibrated, two
/// empty cells, four claims without a number.
evidence::Dossier uncalibrated();

/// The same run with a calibrated judge: a rate above, a rate below, two inconclusive.
evidence::Dossier calibrated();

/// Exact scorers: found, no worse than, fixed_set; an arm that no slot was planned for.
evidence::Dossier exact_scorer();

/// The calibrated run in which every text of a plan, a suite, a judge and a model is this one.
evidence::Dossier with_text_everywhere(const std::string& text);

/// Nothing was decided: every slot ended in an error.
evidence::Dossier nothing_decided();

/// A dossier of defaults: no claim, no suite, no name.
evidence::Dossier blank();

/// The uncalibrated run with this many claims, of every kind.
evidence::Dossier many_claims(int count);

}  // namespace truebound::report::cases
