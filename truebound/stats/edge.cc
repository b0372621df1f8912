#include "truebound/stats/edge.h"

namespace truebound::stats {
namespace {

// Enough halvings to come to neighboring doubles from anywhere in [0, 1].
constexpr int halvings = 200;

}  // namespace

double edge(double kept, double excluded, const std::function<bool(double)>& is_excluded) {
  for (int i = 0; i < halvings; ++i) {
    const double middle = kept + (excluded - kept) / 2;
    if (middle == kept || middle == excluded) break;
    (is_excluded(middle) ? excluded : kept) = middle;
  }
  return excluded;
}

}  // namespace truebound::stats
