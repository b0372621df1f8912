#pragma once

// Where a rate stops being credible: the search that limits without a closed form share.

#include <functional>

namespace truebound::stats {

/// The rate between `kept`, which is credible, and `excluded`, which is not, where that changes.
/// Gives the excluded side of the last two neighboring doubles, or `excluded` itself.
double edge(double kept, double excluded, const std::function<bool(double)>& is_excluded);

}  // namespace truebound::stats
