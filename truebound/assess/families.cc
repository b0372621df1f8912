#include "truebound/assess/families.h"

#include <algorithm>
#include <cmath>

namespace truebound::assess {
namespace {

using analyze::ClaimTails;
using analyze::Decision;
using analyze::Estimate;
using evidence::Decided;

constexpr double no_evidence = 600;

struct AskedCell {
  std::size_t question = 0;
  eval::Cell cell;
};

std::vector<AskedCell> cells_asked(const plan::FamilyShare& family, const plan::Plan& plan,
                                   const eval::Levels& levels) {
  std::vector<AskedCell> asked;
  for (const std::size_t question : family.questions) {
    for (eval::Cell& cell : eval::cells_of(plan.claims[question], levels))
      asked.push_back({question, std::move(cell)});
  }
  return asked;
}

ClaimTails tails_of(const Decision& decision, eval::Ask ask) {
  switch (ask) {
    case eval::Ask::rate_below:
      return {.below = decision.tail, .above = decision.other_tail};
    case eval::Ask::rate_above:
      return {.below = decision.other_tail, .above = decision.tail};
    case eval::Ask::no_worse_than:
      break;
  }
  // A difference is only asked from above, and both of its rates move with it.
  return {.below = decision.tail, .above = decision.tail};
}

Decided decided(const Decision& decision) {
  if (!decision.as_asked) return Decided::not_as_asked;
  return decision.reach == analyze::Reach::to_the_threshold ? Decided::as_asked_at_threshold
                                                            : Decided::as_asked;
}

// Where one cell decides for all, its limits are those of the worst: the highest of each side.
Estimate worst_of(const std::vector<Estimate>& estimates, double threshold, std::size_t& index) {
  const auto shows_most = std::ranges::max_element(estimates, {}, &Estimate::bound_above);
  const auto may_be_most = std::ranges::max_element(estimates, {}, &Estimate::bound_below);
  const bool is_shown = shows_most->bound_above > threshold;
  const auto chosen = is_shown ? shows_most : may_be_most;
  index = static_cast<std::size_t>(chosen - estimates.begin());
  Estimate worst = *chosen;
  worst.bound_above = shows_most->bound_above;
  worst.bound_below = may_be_most->bound_below;
  return worst;
}

class FamilyAnswers {
 public:
  FamilyAnswers(const plan::FamilyShare& family, const plan::Plan& plan, const Answering& answering,
                std::vector<AskedCell> asked)
      : family_(family), plan_(plan), answering_(answering), asked_(std::move(asked)) {}

  Result<std::vector<Answer>> answers() const {
    switch (family_.correction) {
      case eval::Correction::bonferroni:
        return each_by_its_bounds();
      case eval::Correction::worst_cell:
        return of_the_worst();
      case eval::Correction::e_bh:
        return by_their_evidence();
      case eval::Correction::holm:
      case eval::Correction::bh:
      case eval::Correction::by:
        break;
    }
    return by_their_tests();
  }

 private:
  const eval::Question& question(const AskedCell& asked) const {
    return plan_.claims[asked.question];
  }
  double shared() const { return family_.error / static_cast<double>(family_.cells); }

  Answer answer(const AskedCell& asked, Estimate estimate, Decided found) const {
    return {.question = asked.question,
            .name = asked.cell.name,
            .where = asked.cell.where,
            .estimate = std::move(estimate),
            .member = {.family = family_.name, .correction = family_.correction, .decided = found}};
  }

  Result<std::vector<Answer>> each_by_its_bounds() const {
    std::vector<Answer> list;
    for (const AskedCell& asked : asked_) {
      TRUEBOUND_TRY(estimate,
                    answering_.estimate(question(asked), asked.cell, {shared(), shared()}));
      list.push_back(answer(asked, std::move(estimate), Decided::by_its_bounds));
    }
    return list;
  }

  Result<std::vector<Answer>> by_their_tests() const {
    std::vector<double> p;
    for (const AskedCell& asked : asked_) {
      const eval::Question& about = question(asked);
      TRUEBOUND_TRY(limits, answering_.limits(about, asked.cell));
      TRUEBOUND_TRY(value, analyze::p_value(limits, about.ask, eval::threshold_of(about)));
      p.push_back(value);
    }
    TRUEBOUND_TRY(decisions, analyze::decide(family_.correction, p, family_.error));
    std::vector<Answer> list;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      const eval::Question& about = question(asked_[i]);
      TRUEBOUND_TRY(estimate,
                    answering_.estimate(about, asked_[i].cell, tails_of(decisions[i], about.ask)));
      estimate.p_value = p[i];
      list.push_back(answer(asked_[i], std::move(estimate), decided(decisions[i])));
    }
    return list;
  }

  // Each sample ended by what it showed, and what it showed by then is an e-value.
  Result<std::vector<Answer>> by_their_evidence() const {
    std::vector<Estimate> estimates;
    std::vector<double> over_bar;
    for (const AskedCell& asked : asked_) {
      TRUEBOUND_TRY(estimate,
                    answering_.estimate(question(asked), asked.cell, {shared(), shared()}));
      const std::optional<analyze::Sequential>& seen = estimate.sequential;
      // Without a number there is no evidence: an e-value of nothing.
      over_bar.push_back(seen ? seen->log_e_above - seen->bar : -no_evidence);
      if (seen) estimate.p_value = std::min(1.0, std::exp(-seen->log_e_above));
      estimates.push_back(std::move(estimate));
    }
    TRUEBOUND_TRY(decisions, analyze::decide_by_evidence(over_bar, family_.error));
    std::vector<Answer> list;
    for (std::size_t i = 0; i < asked_.size(); ++i)
      list.push_back(answer(asked_[i], std::move(estimates[i]), decided(decisions[i])));
    return list;
  }

  // The highest of upper limits that hold one by one bounds the worst cell, whichever it is, so
  // they need no correction; a lower limit was picked among all, so it does.
  Result<std::vector<Answer>> of_the_worst() const {
    const eval::Question& about = question(asked_.front());
    std::vector<Estimate> estimates;
    for (const AskedCell& asked : asked_) {
      TRUEBOUND_TRY(estimate, answering_.estimate(about, asked.cell,
                                                  {.below = family_.error, .above = shared()}));
      evidence::raise_to_detection(estimate);
      estimates.push_back(std::move(estimate));
    }
    std::size_t index = 0;
    Estimate worst = worst_of(estimates, about.threshold, index);
    Answer found = answer(asked_[index], std::move(worst), Decided::by_its_bounds);
    found.worst =
        evidence::WorstOf{.factors = about.by, .cells = static_cast<std::int64_t>(asked_.size())};
    for (const std::string& factor : about.by)
      found.worst->cell[factor] = found.where.at(factor);
    found.name = about.name;
    found.where = about.where;
    return std::vector<Answer>{std::move(found)};
  }

  const plan::FamilyShare& family_;
  const plan::Plan& plan_;
  const Answering& answering_;
  std::vector<AskedCell> asked_;
};

}  // namespace

Result<std::vector<Answer>> answer_family(const plan::FamilyShare& family, const plan::Plan& plan,
                                          const eval::Levels& levels, const Answering& answering) {
  std::vector<AskedCell> asked = cells_asked(family, plan, levels);
  if (asked.empty()) return std::vector<Answer>();
  return FamilyAnswers(family, plan, answering, std::move(asked)).answers();
}

}  // namespace truebound::assess
