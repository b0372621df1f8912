#include "truebound/stats/cluster_evidence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "truebound/stats/edge.h"

namespace truebound::stats {
namespace {

constexpr int stakes_in_all = 64;
// A stake loses all but this at most: rounding must not carry it beyond.
constexpr double least_loss = -1 + 1e-12;

Error wrong(const std::string& expectation) {
  return invalid_input("cluster evidence: " + expectation);
}

bool is_within(const Interval& limits) {
  return limits.lower >= 0 && limits.lower <= limits.upper && limits.upper <= 1;
}

Result<void> check(double rate, const ReaderLimits& reader, double largest) {
  if (!(rate > 0 && rate < 1)) return wrong("rate must lie in (0, 1)");
  if (!(largest >= 1)) return wrong("the largest cluster must be of at least 1 trial");
  if (!is_within(reader.sensitivity) || !is_within(reader.specificity)) {
    return wrong("limits of sensitivity and specificity must lie in [0, 1]");
  }
  if (!(reader.sensitivity.lower + reader.specificity.lower > 1)) {
    return wrong("sensitivity and specificity may add up to no more than 1: no better than chance");
  }
  return {};
}

Result<void> check(const ReadCluster& seen, double largest) {
  const std::int64_t least = std::min({seen.size, seen.hits, seen.read, seen.flagged, seen.times});
  if (least < 0 || seen.flagged > seen.read || seen.hits + seen.read > seen.size) {
    return wrong("a cluster must have 0 <= flagged <= read and hits + read <= size");
  }
  if (!(seen.weight > 0)) return wrong("a cluster's weight must be > 0");
  // What was announced is a product too, and may have been rounded down.
  constexpr double rounding = 1 + 1e-9;
  if (static_cast<double>(seen.size) * seen.weight > largest * rounding) {
    return wrong("a cluster is larger than the largest that was announced");
  }
  return {};
}

// The share that is flagged where the rate is `rate`.
double flagged_at(double rate, double sensitivity, double specificity) {
  return rate * sensitivity + (1 - rate) * (1 - specificity);
}

// Stakes that are best where the flagged share is lower than under the null: the share runs from
// 0 up to the null's, denser at 0, where a system that holds is.
std::vector<double> stakes_below(double null) {
  std::vector<double> stakes;
  for (int i = 0; i < stakes_in_all; ++i) {
    const double step = (i + .5) / stakes_in_all;
    stakes.push_back((null * step * step - null) / (null * (1 - null)));
  }
  return stakes;
}

// The same where it is higher: even steps of the root of the distance in log odds, up to odds of
// e^6 times the null's.
std::vector<double> stakes_above(double null) {
  constexpr double farthest = 6;
  std::vector<double> stakes;
  const double odds = std::log(null / (1 - null));
  for (int i = 0; i < stakes_in_all; ++i) {
    const double step = (i + .5) / stakes_in_all;
    const double share = 1 / (1 + std::exp(-odds - farthest * step * step));
    stakes.push_back((share - null) / (null * (1 - null)));
  }
  return stakes;
}

// Log of the mean of exp(x).
double log_mean_exp(const std::vector<double>& logs) {
  const double most = *std::ranges::max_element(logs);
  double sum = 0;
  for (const double each : logs)
    sum += std::exp(each - most);
  return most + std::log(sum / static_cast<double>(logs.size()));
}

// Equal clusters, counted.
std::vector<ReadCluster> gathered(std::span<const ReadCluster> seen) {
  using Kind = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, double>;
  std::map<Kind, std::int64_t> times;
  for (const ReadCluster& each : seen)
    times[{each.size, each.hits, each.read, each.flagged, each.weight}] += each.times;
  std::vector<ReadCluster> clusters;
  for (const auto& [kind, count] : times) {
    const auto& [size, hits, read, flagged, weight] = kind;
    clusters.push_back({size, hits, read, flagged, count, weight});
  }
  return clusters;
}

Result<double> log_e_of(std::span<const ReadCluster> seen, Null null, double rate,
                        const AnytimeOptions& options) {
  TRUEBOUND_TRY(evidence, ClusterEvidence::against(null, rate, options.reader, options.largest));
  for (const ReadCluster& each : seen)
    TRUEBOUND_TRY_VOID(evidence.add(each));
  return evidence.log_e();
}

double middle(const Interval& limits) {
  return (limits.lower + limits.upper) / 2;
}

// The rate that the clusters show, were the reader's rates in the middle of their limits.
double shown_rate(const std::vector<ReadCluster>& clusters, const ReaderLimits& reader) {
  double size = 0;
  double surplus = 0;
  const double specificity = middle(reader.specificity);
  const double youden = middle(reader.sensitivity) + specificity - 1;
  for (const ReadCluster& each : clusters) {
    const double times = static_cast<double>(each.times) * each.weight;
    size += times * static_cast<double>(each.size);
    surplus +=
        times * (youden * static_cast<double>(each.hits) + static_cast<double>(each.flagged) -
                 (1 - specificity) * static_cast<double>(each.read));
  }
  return size == 0 ? .5 : std::clamp(surplus / (youden * size), 0.0, 1.0);
}

}  // namespace

ClusterEvidence::ClusterEvidence(Null null, double rate, const ReaderLimits& reader, double largest)
    : rate_(rate), largest_(largest) {
  for (const double sensitivity : {reader.sensitivity.lower, reader.sensitivity.upper}) {
    for (const double specificity : {reader.specificity.lower, reader.specificity.upper}) {
      corners_.push_back({sensitivity, specificity});
    }
  }
  const bool is_point = reader.sensitivity.lower == reader.sensitivity.upper &&
                        reader.specificity.lower == reader.specificity.upper;
  if (is_point) corners_.resize(1);
  // A stake must not lose more than all at any corner: the corner where the null flags least
  // bounds stakes on fewer, the one where it flags most bounds stakes on more.
  double least = 1;
  double most = 0;
  for (const Corner& corner : corners_) {
    const double flagged = flagged_at(rate, corner.sensitivity, corner.specificity);
    least = std::min(least, flagged);
    most = std::max(most, flagged);
  }
  stakes_ = null == Null::rate_at_least ? stakes_below(least) : stakes_above(most);
  logs_.assign(stakes_.size() * corners_.size(), 0);
}

Result<ClusterEvidence> ClusterEvidence::against(Null null, double rate, const ReaderLimits& reader,
                                                 double largest) {
  TRUEBOUND_TRY_VOID(check(rate, reader, largest));
  return ClusterEvidence(null, rate, reader, largest);
}

double ClusterEvidence::surplus(const ReadCluster& seen, const Corner& corner) const {
  const double youden = corner.sensitivity + corner.specificity - 1;
  const double shown = youden * static_cast<double>(seen.hits) + static_cast<double>(seen.flagged) -
                       static_cast<double>(seen.read) * (1 - corner.specificity);
  const double due = rate_ * youden * static_cast<double>(seen.size);
  return seen.weight * (shown - due) / largest_;
}

Result<void> ClusterEvidence::add(const ReadCluster& seen) {
  TRUEBOUND_TRY_VOID(check(seen, largest_));
  const auto times = static_cast<double>(seen.times);
  for (std::size_t corner = 0; corner < corners_.size(); ++corner) {
    const double shown = surplus(seen, corners_[corner]);
    for (std::size_t stake = 0; stake < stakes_.size(); ++stake) {
      logs_[stake * corners_.size() + corner] +=
          times * std::log1p(std::max(stakes_[stake] * shown, least_loss));
    }
  }
  return {};
}

double ClusterEvidence::log_e() const {
  std::vector<double> worst;
  for (std::size_t stake = 0; stake < stakes_.size(); ++stake) {
    const auto first = logs_.begin() + static_cast<std::ptrdiff_t>(stake * corners_.size());
    worst.push_back(*std::min_element(first, first + static_cast<std::ptrdiff_t>(corners_.size())));
  }
  return log_mean_exp(worst);
}

Result<Interval> limits_at_any_time(std::span<const ReadCluster> seen,
                                    const AnytimeOptions& options) {
  if (!(options.tail > 0 && options.tail < 1)) return wrong("tail must lie in (0, 1)");
  if (!is_within(options.within)) return wrong("the rates searched must lie in [0, 1]");
  const std::vector<ReadCluster> clusters = gathered(seen);
  // Wrong input is told once, by any rate; below, only the rate varies.
  TRUEBOUND_TRY(somewhere, log_e_of(clusters, Null::rate_at_most, .5, options));
  static_cast<void>(somewhere);
  const double bar = -std::log(options.tail);
  const auto excludes = [&](Null null, double rate) {
    return log_e_of(clusters, null, rate, options).value() >= bar;
  };
  const auto [lowest, highest] = options.within;
  const double value = std::clamp(shown_rate(clusters, options.reader), lowest, highest);
  Interval limits = options.within;
  if (value > lowest) {
    limits.lower =
        edge(value, lowest, [&](double rate) { return excludes(Null::rate_at_most, rate); });
  }
  if (value < highest) {
    limits.upper =
        edge(value, highest, [&](double rate) { return excludes(Null::rate_at_least, rate); });
  }
  return limits;
}

}  // namespace truebound::stats
