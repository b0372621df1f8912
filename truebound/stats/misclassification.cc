#include "truebound/stats/misclassification.h"

#include <algorithm>
#include <cmath>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Error wrong(const char* expectation) {
  return invalid_input(std::string("misclassification: ") + expectation);
}

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

Result<void> check(const Misclassified& seen) {
  for (const Share& each : {seen.flagged, seen.sensitivity, seen.specificity}) {
    if (!is_share(each.share)) return wrong("shares must lie in [0, 1]");
    if (!(each.n > 0) || !std::isfinite(each.n)) return wrong("trials must be > 0 and finite");
  }
  return {};
}

double variance(double share, double n) {
  return share * (1 - share) / n;
}

double cut(double value) {
  return std::clamp(value, 0.0, 1.0);
}

}  // namespace

Result<double> rogan_gladen(double flagged, double sensitivity, double specificity) {
  if (!is_share(flagged) || !is_share(sensitivity) || !is_share(specificity)) {
    return wrong("shares must lie in [0, 1]");
  }
  if (!(sensitivity + specificity > 1)) {
    return wrong("sensitivity + specificity must be > 1, the instrument is no better than chance");
  }
  return (flagged + specificity - 1) / (sensitivity + specificity - 1);
}

Result<CorrectedRate> lang_reiczigel(const Misclassified& seen, double confidence) {
  TRUEBOUND_TRY_VOID(check(seen));
  if (!(confidence > 0 && confidence < 1)) return wrong("confidence must lie in (0, 1)");
  TRUEBOUND_TRY(plain,
                rogan_gladen(seen.flagged.share, seen.sensitivity.share, seen.specificity.share));
  // The paper's names, with pseudo-counts added to each of the three shares.
  const double z = normal_quantile((1 + confidence) / 2);
  const double n = seen.flagged.n + z * z;
  const double p = (seen.flagged.n * seen.flagged.share + z * z / 2) / n;
  const double a = seen.sensitivity.n + 2;
  const double se = (seen.sensitivity.n * seen.sensitivity.share + 1) / a;
  const double b = seen.specificity.n + 2;
  const double sp = (seen.specificity.n * seen.specificity.share + 1) / b;
  const double youden = se + sp - 1;
  if (!(youden > 0)) return wrong("sensitivity + specificity must be > 1 after shrinking");

  const double rate = (p + sp - 1) / youden;
  const double shift = 2 * z * z * (rate * variance(se, a) - (1 - rate) * variance(sp, b));
  const double total =
      variance(p, n) + rate * rate * variance(se, a) + (1 - rate) * (1 - rate) * variance(sp, b);
  const double half = z * std::sqrt(total) / youden;
  const double center = rate + shift;
  return CorrectedRate{cut(plain), {cut(center - half), cut(center + half)}};
}

Result<DetectionLimits> detection_limits(const Misclassified& seen, double tail) {
  TRUEBOUND_TRY_VOID(check(seen));
  if (!(tail > 0 && tail < .5)) return wrong("tail must lie in (0, .5)");
  const double youden = seen.sensitivity.share + seen.specificity.share - 1;
  if (!(youden > 0)) return wrong("sensitivity + specificity must be > 1");
  const double sigma = std::sqrt(variance(seen.specificity.share, seen.flagged.n) +
                                 variance(seen.specificity.share, seen.specificity.n));
  const double decision = normal_quantile(1 - tail) * sigma / youden;
  return DetectionLimits{decision, 2 * decision};
}

}  // namespace truebound::stats
