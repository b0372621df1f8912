#pragma once

// What a plan asks for under `claims:`, before there is an answer; and what every estimate is an
// estimate of.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/json/fields.h"

namespace truebound::eval {

/// What is asked of a rate.
enum class Ask { rate_below, rate_above, no_worse_than };
constexpr std::array<std::string_view, 3> words(Ask /*list*/) {
  return {"rate_below", "rate_above", "no_worse_than"};
}

/// `fixed_set`: this list of samples. `generalized`: the samples stand for more. Different standard
/// error, different claim.
enum class Estimand { fixed_set, generalized };
constexpr std::array<std::string_view, 2> words(Estimand /*list*/) {
  return {"fixed_set", "generalized"};
}

/// One question. With `by`, one claim for each level of those factors.
struct Question {
  std::string name;
  Ask ask = Ask::rate_below;
  double threshold = 0;
  std::map<std::string, std::string> where;
  std::vector<std::string> by;
  Estimand estimand = Estimand::generalized;
  std::string gate;  ///< the arm whose claim must come out as asked, or empty
  std::optional<double> margin;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("name"), name, "names the claim");
    visit(json::required("ask"), ask, "rate_below, rate_above or no_worse_than");
    visit("threshold", threshold, "of rate_below and rate_above: a proportion in (0, 1)");
    visit("where", where, "which slots: factor to level, such as expect: refuse");
    visit("by", by, "one claim for each level of these factors");
    visit("estimand", estimand, "fixed_set or generalized");
    visit("gate", gate, "level of `by` whose claim must come out as asked, or `all`");
    visit("margin", margin, "margin of no_worse_than, a proportion");
  }
};

/// A factor's levels in the plan's order: `arm` to `off, on`.
using Levels = std::map<std::string, std::vector<std::string>>;

/// One combination of levels of factors, with the name `harm/arm=on`.
struct Cell {
  std::string name;
  std::map<std::string, std::string> where;
};

/// The cells of a question: one for each combination of the levels of its `by`, in their order; a
/// question without `by` has one, with the question's own name.
std::vector<Cell> cells_of(const Question& question, const Levels& levels);

/// Whether a question's gate covers a cell: the gate is `all`, or one of the levels of its `by`
/// there.
bool is_gate(const Question& question, const std::map<std::string, std::string>& where);

/// What the bound is held against: the margin of no_worse_than, else the threshold.
inline double threshold_of(const Question& question) {
  return question.ask == Ask::no_worse_than ? question.margin.value_or(0) : question.threshold;
}

}  // namespace truebound::eval
