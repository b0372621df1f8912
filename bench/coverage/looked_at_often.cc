#include "bench/coverage/looked_at_often.h"

#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "bench/coverage/workers.h"
#include "truebound/stats/sequential.h"
#include "truebound/stats/sprt.h"

namespace truebound::coverage {
namespace {

constexpr double level = .05;

// Whether so many hits of so many trials reject that the rate is at most `rate`. For more hits of
// as many trials the answer stays yes.
using Rejects = std::function<bool(std::int64_t hits, std::int64_t trials, double rate)>;

bool e_process_rejects(std::int64_t hits, std::int64_t trials, double rate) {
  const auto log_e = stats::log_e_value_above({hits, trials}, rate, {.a = .5, .b = 50});
  TRUEBOUND_CHECK(log_e.ok(), "counts and rates of this program are in range");
  return log_e.value() >= -std::log(level);
}

bool exact_test_rejects(std::int64_t hits, std::int64_t trials, double rate) {
  const auto lower =
      stats::lower_limit(static_cast<double>(hits), static_cast<double>(trials), level);
  TRUEBOUND_CHECK(lower.ok(), "counts and rates of this program are in range");
  return lower.value() > rate;
}

// The chance that a null which holds is rejected at one look at least of `looks` equal steps.
double false_alarms(const Rejects& rejects, double rate, std::int64_t trials, std::int64_t every) {
  std::vector<double> chances{1.0};  // of each number of hits, not rejected yet
  double alarms = 0;
  std::int64_t boundary = 1;
  for (std::int64_t t = 1; t <= trials; ++t) {
    chances.push_back(0);
    for (std::size_t hits = chances.size() - 1; hits > 0; --hits)
      chances[hits] = chances[hits] * (1 - rate) + chances[hits - 1] * rate;
    chances[0] *= 1 - rate;
    if (t % every != 0) continue;
    // The fewest hits that reject never become fewer.
    while (boundary <= t && !rejects(boundary, t, rate))
      ++boundary;
    for (auto hits = static_cast<std::size_t>(boundary); hits < chances.size(); ++hits) {
      alarms += chances[hits];
      chances[hits] = 0;
    }
    chances.resize(std::min(chances.size(), static_cast<std::size_t>(boundary)));
  }
  return alarms;
}

std::string look_text(std::int64_t every) {
  return every == 1 ? "every trial" : fmt::format("every {} trials", every);
}

std::string alarms(Size size, int threads, Section& section) {
  const std::vector<double> rates{.005, .01, .05, .2};
  const std::vector<std::int64_t> steps{1, 10, 100};
  const std::int64_t trials = size == Size::full ? 3000 : 300;
  struct Pair {
    double e_process = 0;
    double test = 0;
  };
  std::vector<Pair> found(rates.size() * steps.size());
  each_on_threads(found.size(), threads, [&](std::size_t i) {
    const double rate = rates[i / steps.size()];
    const std::int64_t every = steps[i % steps.size()];
    found[i] = {false_alarms(e_process_rejects, rate, trials, every),
                false_alarms(exact_test_rejects, rate, trials, every)};
  });
  std::string text = head({"true rate and null", "looked at", "e-process: false alarms",
                           "exact test at each look: false alarms"});
  for (std::size_t i = 0; i < found.size(); ++i) {
    text += row({percent_text(rates[i / steps.size()]), look_text(steps[i % steps.size()]),
                 fmt::format("{:.3f}", found[i].e_process), fmt::format("{:.3f}", found[i].test)});
    if (found[i].e_process <= level) continue;
    section.broken.push_back(fmt::format("e-process at {}: .05 at most expected, got {:.4f}",
                                         rates[i / steps.size()], found[i].e_process));
  }
  return fmt::format("Null \"the rate is at most p\", true rate p, level .05, up to {} trials.\n\n",
                     trials) +
         text;
}

std::string savings(Section& section) {
  const stats::SprtAim aim{.acceptable = .01, .unacceptable = .03};
  const auto test = stats::sprt(aim);
  const auto fixed = stats::fixed_test(aim);
  TRUEBOUND_CHECK(test.ok() && fixed.ok(), "1 % against 3 % is an aim");
  const auto longest = fixed.value().trials;
  std::string text = fmt::format(
      "\nA plan of 1 % against 3 % (false alarm .05, miss .2): the fixed test takes {} calls, the "
      "sequential one stops earlier, at {} calls at the latest.\n\n",
      longest, 4 * longest);
  text += head({"true rate", "mean calls", "saved", "says above 1 %", "says not above"});
  for (const double rate : {.001, .005, .01, .03, .05, .1}) {
    const auto run = stats::sprt_run(test.value(), rate, 4 * longest);
    TRUEBOUND_CHECK(run.ok(), "the test runs at any rate");
    const double saved = 1 - run.value().mean_trials / static_cast<double>(longest);
    text += row({percent_text(rate), fmt::format("{:.0f}", run.value().mean_trials),
                 fmt::format("{:.0f} %", 100 * saved), fmt::format("{:.3f}", run.value().rejects),
                 fmt::format("{:.3f}", run.value().accepts)});
    if ((rate > .01 && rate < .03) || saved >= .35) continue;
    section.broken.push_back(
        fmt::format("the sequential plan at {}: 35 % saved expected, got {:.3f}", rate, saved));
  }
  return text;
}

}  // namespace

Section looked_at_often(Size size, int threads) {
  Section section;
  section.markdown = "## Evidence that is looked at often\n\n";
  section.markdown += alarms(size, threads, section);
  section.markdown += savings(section);
  return section;
}

}  // namespace truebound::coverage
