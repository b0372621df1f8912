#include "bench/coverage/read_in_part.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "bench/coverage/chances.h"
#include "bench/coverage/workers.h"
#include "truebound/stats/two_phase.h"

namespace truebound::coverage {
namespace {

constexpr double sensitivity = .85;
constexpr double specificity = .97;

struct Reading {
  int units = 0;
  int flagged = 0;    ///< of the flagged, at most so many are read
  int unflagged = 0;  ///< of the others
};

double cover(const Reading& plan, double rate) {
  const double flags = rate * sensitivity + (1 - rate) * (1 - specificity);
  const double hits_of_flagged = rate * sensitivity / flags;
  const double hits_of_others = rate * (1 - sensitivity) / (1 - flags);
  double covered = 0;
  double all = 0;
  for (const auto& [flagged, chance_of_flags] : likely(plan.units, flags)) {
    const int read_flagged = std::min(plan.flagged, flagged);
    const int read_others = std::min(plan.unflagged, plan.units - flagged);
    for (const auto& [first, chance_of_first] : likely(read_flagged, hits_of_flagged)) {
      for (const auto& [second, chance_of_second] : likely(read_others, hits_of_others)) {
        const auto found = stats::two_phase({.flagged = flagged,
                                             .units = plan.units,
                                             .of_flagged = {first, read_flagged},
                                             .of_unflagged = {second, read_others}},
                                            .95);
        TRUEBOUND_CHECK(found.ok(), "both parts are read");
        const double chance = chance_of_flags * chance_of_first * chance_of_second;
        all += chance;
        const stats::Interval& limits = found.value().interval;
        if (limits.lower <= rate && rate <= limits.upper) covered += chance;
      }
    }
  }
  return covered / all;
}

}  // namespace

Section read_in_part(Size size, int threads) {
  const std::vector<Reading> plans =
      size == Size::full ? std::vector<Reading>{{500, 40, 100}, {1000, 100, 200}, {2000, 100, 400}}
                         : std::vector<Reading>{{200, 10, 30}};
  const std::vector<double> rates{.005, .01, .02, .05, .1};
  std::vector<double> covered(plans.size() * rates.size());
  each_on_threads(covered.size(), threads, [&](std::size_t i) {
    covered[i] = cover(plans[i / rates.size()], rates[i % rates.size()]);
  });
  Section section;
  std::vector<std::string> columns{"responses", "read, of the flagged", "read, of the others"};
  for (const double rate : rates)
    columns.push_back("harm " + percent_text(rate));
  section.markdown =
      "## Two-phase labeling\n\n"
      "A judge with sensitivity .85 and specificity .97 sees all responses, a person reads some of "
      "each verdict, drawn at random; coverage of a nominal .95, exact.\n\n" +
      head(columns);
  for (std::size_t p = 0; p < plans.size(); ++p) {
    std::vector<std::string> line{std::to_string(plans[p].units), std::to_string(plans[p].flagged),
                                  std::to_string(plans[p].unflagged)};
    for (std::size_t r = 0; r < rates.size(); ++r) {
      const double share = covered[p * rates.size() + r];
      line.push_back(coverage_text(share));
      if (share >= .94) continue;
      section.broken.push_back(
          fmt::format("two-phase, {} responses, harm {}: .94 expected, got {:.4f}", plans[p].units,
                      rates[r], share));
    }
    section.markdown += row(line);
  }
  return section;
}

}  // namespace truebound::coverage
