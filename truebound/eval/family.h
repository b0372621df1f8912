#pragma once

// Families of questions: what a plan declares, before there is an answer, about how the errors of
// its claims add up.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/json/fields.h"

namespace truebound::eval {

/// How the claims of a family share its error, and so what holds of them together.
enum class Correction {
  bonferroni,  ///< every bound holds, all at once
  holm,        ///< every claim that came out as asked is right; it says no more than its threshold
  worst_cell,  ///< one claim about the worst level
  bh,          ///< of those that came out as asked, few are wrong, if they depend positively
  by,          ///< the same, however they depend on each other
  e_bh,        ///< the same by e-values, of samples that end by what is seen
};
constexpr std::array<std::string_view, 6> words(Correction /*list*/) {
  return {"bonferroni", "holm", "worst_cell", "bh", "by", "e_bh"};
}

/// Whether it keeps the share of wrong claims small, and not the chance of any.
constexpr bool is_exploratory(Correction correction) {
  return correction == Correction::bh || correction == Correction::by ||
         correction == Correction::e_bh;
}

/// The family of questions that are in no other.
inline constexpr std::string_view default_family = "default";

/// Questions whose claims are corrected together.
struct Family {
  std::vector<std::string> claims;
  Correction correction = Correction::bonferroni;
  std::optional<double> alpha;
  std::optional<double> rate;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("claims"), claims, "names of its questions; none is in two families");
    visit("correction", correction, "bonferroni, holm, worst_cell, bh, by or e_bh");
    visit("alpha", alpha,
          "of bonferroni, holm and worst_cell: its share of the error 1 - confidence");
    visit("rate", rate, "of bh, by and e_bh, required: the share that may be wrong, in (0, 1)");
  }
};

}  // namespace truebound::eval
