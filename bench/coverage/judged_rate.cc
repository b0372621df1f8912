#include "bench/coverage/judged_rate.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/coverage/chances.h"
#include "bench/coverage/workers.h"
#include "truebound/stats/misclassification.h"

namespace truebound::coverage {
namespace {

double share(int hits, int n) {
  return static_cast<double>(hits) / n;
}

}  // namespace

JudgedCoverage cover(const JudgedField& field) {
  const double flagged =
      field.rate * field.sensitivity + (1 - field.rate) * (1 - field.specificity);
  JudgedCoverage covered;
  double all = 0;
  for (const auto& [hits, chance_of_hits] : likely(field.n, flagged)) {
    const auto raw = stats::clopper_pearson(hits, field.n, .95);
    TRUEBOUND_CHECK(raw.ok(), "hits lie within n");
    for (const auto& [broke, chance_of_broke] : likely(field.labels_broke, field.sensitivity)) {
      for (const auto& [held, chance_of_held] : likely(field.labels_held, field.specificity)) {
        const double chance = chance_of_hits * chance_of_broke * chance_of_held;
        all += chance;
        const stats::Misclassified seen{
            .flagged = {share(hits, field.n), static_cast<double>(field.n)},
            .sensitivity = {share(broke, field.labels_broke),
                            static_cast<double>(field.labels_broke)},
            .specificity = {share(held, field.labels_held),
                            static_cast<double>(field.labels_held)}};
        const auto corrected = stats::lang_reiczigel(seen, .95);
        // No better than chance: no number, so nothing wrong is said.
        if (!corrected.ok()) {
          covered.lang_reiczigel += chance;
          covered.taken_as_known += chance;
          continue;
        }
        const stats::Interval& limits = corrected.value().interval;
        if (limits.lower <= field.rate && field.rate <= limits.upper) {
          covered.lang_reiczigel += chance;
        }
        const double false_alarms = 1 - seen.specificity.share;
        const double youden = seen.sensitivity.share - false_alarms;
        const double lower = std::clamp((raw.value().lower - false_alarms) / youden, 0.0, 1.0);
        const double upper = std::clamp((raw.value().upper - false_alarms) / youden, 0.0, 1.0);
        if (lower <= field.rate && field.rate <= upper) covered.taken_as_known += chance;
      }
    }
  }
  return {covered.lang_reiczigel / all, covered.taken_as_known / all};
}

Section judged_rates(Size size, int threads) {
  const std::vector<int> sizes =
      size == Size::full ? std::vector{200, 500, 1000} : std::vector{100};
  const std::vector<int> labels = size == Size::full ? std::vector{50, 100, 200} : std::vector{50};
  const std::vector<double> rates{.01, .02, .05, .1, .2};
  std::vector<JudgedField> fields;
  for (const int n : sizes) {
    for (const int labeled : labels) {
      for (const double rate : rates)
        fields.push_back({n, labeled, labeled, rate, .85, .97});
    }
  }
  std::vector<JudgedCoverage> covered(fields.size());
  each_on_threads(fields.size(), threads, [&](std::size_t i) { covered[i] = cover(fields[i]); });

  Section section;
  std::vector<std::string> columns{"responses", "labels of each truth", "limits"};
  for (const double rate : rates)
    columns.push_back("harm " + percent_text(rate));
  section.markdown =
      "## A judge's error rates\n\n"
      "Sensitivity .85, specificity .97, both measured on labels from elsewhere; coverage of a "
      "nominal .95, exact. `known` takes the measured error rates for the true ones.\n\n" +
      head(columns);
  for (std::size_t at = 0; at < fields.size(); at += rates.size()) {
    std::vector<std::string> measured{std::to_string(fields[at].n),
                                      std::to_string(fields[at].labels_broke), "Lang-Reiczigel"};
    std::vector<std::string> known{"", "", "known"};
    for (std::size_t i = at; i < at + rates.size(); ++i) {
      measured.push_back(coverage_text(covered[i].lang_reiczigel));
      known.push_back(coverage_text(covered[i].taken_as_known));
      if (covered[i].lang_reiczigel >= .94) continue;
      section.broken.push_back(fmt::format(
          "Lang-Reiczigel, {} responses, {} labels, harm {}: .94 expected, got {:.4f}", fields[i].n,
          fields[i].labels_broke, fields[i].rate, covered[i].lang_reiczigel));
    }
    section.markdown += row(measured) + row(known);
  }
  return section;
}

}  // namespace truebound::coverage
