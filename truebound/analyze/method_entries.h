#pragma once

// Methods by subject, each with the function behind it, as methods.cc lists them. The functions lie
// in the file of their subject: the table was not checked yet.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/analyze/methods.h"
#include "truebound/stats/interval.h"

namespace truebound::analyze {

/// How a method's limits come to bound what is missing.
enum class WhenMissing {
  bounded_within,  ///< the method does it, or says why it cannot
  run_again,       ///< its lower limit with all missing held, its upper one with all broke
};

/// A method and what runs it.
struct MethodEntry {
  Method method;
  Result<MethodResult> (*run)(const std::vector<eval::Observation>&, const MethodOptions&);
  WhenMissing missing = WhenMissing::bounded_within;
};

/// Rates of clustered rows, by resampling and other standard errors: method_clusters.cc.
std::vector<MethodEntry> cluster_methods();
/// Arms on the same samples, clustered or repeated: method_differences.cc.
std::vector<MethodEntry> difference_methods();
/// Many strata at once: method_families.cc.
std::vector<MethodEntry> family_methods();
/// Evidence that may be looked at after every row: method_sequential.cc.
std::vector<MethodEntry> sequential_methods();
/// Do raters agree, and what do they answer to: method_raters.cc.
std::vector<MethodEntry> rater_methods();
/// Rates that a person read only in part: method_labels.cc.
std::vector<MethodEntry> label_methods();
/// Means of graded scores: method_scores.cc.
std::vector<MethodEntry> score_methods();
/// What changed, who fares worse, where the variance lies: method_drift.cc.
std::vector<MethodEntry> drift_methods();
/// Tries, unseen kinds and forecasts: method_tails.cc.
std::vector<MethodEntry> tail_methods();

/// An estimate without a number, and why. Limits say nothing: 0 and 1.
MethodResult no_number(Estimate estimate, Reason reason, const std::string& detail);

/// `{lower, upper}`.
json::Object in_json(const stats::Interval& limits);

/// The rate that a method needs and cannot know.
///
/// @error invalid_input naming the option, when it was not given or is not in (0, 1)
Result<double> needed(const std::optional<double>& option, std::string_view name,
                      std::string_view method);

/// The key of a method's draws, by the seed of the options.
std::uint64_t draw_key(const MethodOptions& options, std::string_view method);

}  // namespace truebound::analyze
