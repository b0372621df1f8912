#include "truebound/stats/latent_class.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace truebound::stats {
namespace {

constexpr std::int64_t most_rounds = 2000;
constexpr double close_enough = 1e-9;
// Added to every cell of a confusion table, so that no answer is ever impossible.
constexpr double pseudo_votes = .5;

Error wrong(const std::string& expectation) {
  return invalid_input("dawid_skene: " + expectation);
}

Result<void> check(const std::vector<Answers>& units, std::size_t classes) {
  if (classes < 2) return wrong("at least two classes");
  if (units.empty()) return wrong("at least one unit");
  std::set<std::size_t> seen;
  for (const Answers& unit : units) {
    if (unit.size() != units.front().size()) return wrong("the same raters for every unit");
    if (unit.size() < 3) {
      return wrong("at least three raters, got " + std::to_string(unit.size()) +
                   ": two cannot be told apart from one that errs");
    }
    for (const auto& answer : unit) {
      if (!answer) continue;
      if (*answer >= classes) return wrong("answers must be classes");
      seen.insert(*answer);
    }
  }
  if (seen.size() < 2) return wrong("at least two classes must occur among the answers");
  return {};
}

// Each unit's share of votes: where the search begins, and what keeps classes from trading names.
void begin(const std::vector<Answers>& units, std::size_t classes, LatentClasses& found) {
  for (const Answers& unit : units) {
    std::vector<double> votes(classes, 0);
    double all = 0;
    for (const auto& answer : unit) {
      if (!answer) continue;
      ++votes[*answer];
      ++all;
    }
    for (double& vote : votes)
      vote = all == 0 ? 1 / static_cast<double>(classes) : vote / all;
    found.posterior.push_back(votes);
  }
}

void maximize(const std::vector<Answers>& units, std::size_t classes, LatentClasses& found) {
  const std::size_t raters = units.front().size();
  found.prevalence.assign(classes, 0);
  found.confusion.assign(raters, std::vector(classes, std::vector<double>(classes, pseudo_votes)));
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    for (std::size_t truth = 0; truth < classes; ++truth) {
      const double share = found.posterior[unit][truth];
      found.prevalence[truth] += share / static_cast<double>(units.size());
      for (std::size_t rater = 0; rater < raters; ++rater) {
        const auto& answer = units[unit][rater];
        if (answer) found.confusion[rater][truth][*answer] += share;
      }
    }
  }
  for (auto& tables : found.confusion) {
    for (auto& row : tables) {
      double all = 0;
      for (const double cell : row)
        all += cell;
      for (double& cell : row)
        cell /= all;
    }
  }
}

double expect(const std::vector<Answers>& units, std::size_t classes, LatentClasses& found) {
  double log_likelihood = 0;
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    std::vector<double> logs(classes);
    for (std::size_t truth = 0; truth < classes; ++truth) {
      logs[truth] = std::log(std::max(found.prevalence[truth], 1e-300));
      for (std::size_t rater = 0; rater < units[unit].size(); ++rater) {
        const auto& answer = units[unit][rater];
        if (answer) logs[truth] += std::log(found.confusion[rater][truth][*answer]);
      }
    }
    const double most = *std::max_element(logs.begin(), logs.end());
    double sum = 0;
    for (const double each : logs)
      sum += std::exp(each - most);
    for (std::size_t truth = 0; truth < classes; ++truth)
      found.posterior[unit][truth] = std::exp(logs[truth] - most) / sum;
    log_likelihood += most + std::log(sum);
  }
  return log_likelihood;
}

}  // namespace

Result<LatentClasses> dawid_skene(const std::vector<Answers>& units, std::size_t classes) {
  TRUEBOUND_TRY_VOID(check(units, classes));
  LatentClasses found;
  begin(units, classes, found);
  double before = -HUGE_VAL;
  for (found.rounds = 1; found.rounds <= most_rounds; ++found.rounds) {
    maximize(units, classes, found);
    found.log_likelihood = expect(units, classes, found);
    if (std::abs(found.log_likelihood - before) < close_enough) break;
    before = found.log_likelihood;
  }
  return found;
}

}  // namespace truebound::stats
