#include "truebound/stats/power.h"

#include <algorithm>
#include <cmath>

#include "truebound/stats/distribution.h"

namespace truebound::stats {
namespace {

Error wrong(const char* expectation) {
  return invalid_input(std::string("power: ") + expectation);
}

struct Quantiles {
  double confidence;
  double power;
};

Result<Quantiles> quantiles(const Sureness& sureness) {
  if (!(sureness.confidence > 0 && sureness.confidence < 1)) {
    return wrong("confidence must lie in (0, 1)");
  }
  if (!(sureness.power >= .5 && sureness.power < 1)) return wrong("power must lie in [.5, 1)");
  return Quantiles{normal_quantile((1 + sureness.confidence) / 2), normal_quantile(sureness.power)};
}

Result<double> variance_of_unit(const PairedVariance& v) {
  if (!(v.between >= 0 && v.first_within >= 0 && v.second_within >= 0)) {
    return wrong("variances must be >= 0");
  }
  if (!(v.first_repeats >= 1 && v.second_repeats >= 1)) return wrong("repeats must be >= 1");
  const double sum =
      v.between + v.first_within / v.first_repeats + v.second_within / v.second_repeats;
  if (!(sum > 0)) return wrong("one variance must be > 0");
  return sum;
}

}  // namespace

Result<std::optional<double>> smallest_paired_difference(double pairs, double discordant,
                                                         const Sureness& sureness) {
  if (!(pairs > 0)) return wrong("pairs must be > 0");
  if (!(discordant > 0 && discordant <= 1)) return wrong("discordant must lie in (0, 1]");
  TRUEBOUND_TRY(z, quantiles(sureness));
  // d sqrt(n) - z_a sqrt(p) = z_b sqrt(p - d^2), squared: the larger root of a quadratic in d.
  const double square = pairs + z.power * z.power;
  const double rest = square - z.confidence * z.confidence;
  if (rest < 0) return std::optional<double>();
  const double difference = std::sqrt(discordant) *
                            (z.confidence * std::sqrt(pairs) + z.power * std::sqrt(rest)) / square;
  if (difference > discordant) return std::optional<double>();
  return std::optional<double>(difference);
}

Result<double> pairs_for_difference(double difference, double discordant,
                                    const Sureness& sureness) {
  if (!(discordant > 0 && discordant <= 1)) return wrong("discordant must lie in (0, 1]");
  if (!(difference > 0 && difference <= discordant)) {
    return wrong("difference must lie in (0, discordant]");
  }
  TRUEBOUND_TRY(z, quantiles(sureness));
  const double sum = z.confidence * std::sqrt(discordant) +
                     z.power * std::sqrt(discordant - difference * difference);
  return sum * sum / (difference * difference);
}

Result<double> pairs_for_margin(double margin, double discordant, const Sureness& sureness) {
  if (!(discordant > 0 && discordant <= 1)) return wrong("discordant must lie in (0, 1]");
  if (!(margin > 0 && margin <= 1)) return wrong("margin must lie in (0, 1]");
  TRUEBOUND_TRY_VOID(quantiles(sureness));
  const double sum = normal_quantile(sureness.confidence) + normal_quantile(sureness.power);
  return sum * sum * discordant / (margin * margin);
}

Result<MisreadPairs> misread_pairs(double discordant, double sensitivity, double specificity) {
  if (!(discordant > 0 && discordant <= 1)) return wrong("discordant must lie in (0, 1]");
  for (const double share : {sensitivity, specificity}) {
    if (!(share >= 0 && share <= 1)) {
      return wrong("sensitivity and specificity must lie in [0, 1]");
    }
  }
  if (!(sensitivity + specificity > 1)) {
    return wrong("sensitivity + specificity must be > 1, the instrument is no better than chance");
  }
  const double miss = 1 - sensitivity;
  const double false_alarm = 1 - specificity;
  const double apart = sensitivity * specificity + miss * false_alarm;
  const double alike = 2 * std::max(sensitivity * miss, specificity * false_alarm);
  return MisreadPairs{sensitivity + specificity - 1, discordant * apart + (1 - discordant) * alike};
}

Result<double> units_for_mean_difference(double difference, const PairedVariance& variance,
                                         const Sureness& sureness) {
  if (!(difference > 0)) return wrong("difference must be > 0");
  TRUEBOUND_TRY(z, quantiles(sureness));
  TRUEBOUND_TRY(unit, variance_of_unit(variance));
  const double sum = z.confidence + z.power;
  return sum * sum * unit / (difference * difference);
}

Result<double> smallest_mean_difference(double units, const PairedVariance& variance,
                                        const Sureness& sureness) {
  if (!(units > 0)) return wrong("units must be > 0");
  TRUEBOUND_TRY(z, quantiles(sureness));
  TRUEBOUND_TRY(unit, variance_of_unit(variance));
  return (z.confidence + z.power) * std::sqrt(unit / units);
}

}  // namespace truebound::stats
