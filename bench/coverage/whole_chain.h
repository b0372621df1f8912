#pragma once

// The whole chain of corrections on runs that are made up: clusters whose slots break together, a
// judge that errs, labels, filters, exact scorers and missing outcomes, all at once.

#include "bench/coverage/tally.h"

namespace truebound::coverage {

/// The table of the chain: complete cases, missing taken both ways, and claims.
Section whole_chain(Size size, int threads);

}  // namespace truebound::coverage
