#include "truebound/plan/families.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "truebound/core/words.h"

namespace truebound::plan {
namespace {

using eval::Correction;
using eval::Family;
using eval::Question;

std::optional<std::size_t> index_of(const Plan& plan, const std::string& question) {
  const auto found = std::ranges::find(plan.claims, question, &Question::name);
  if (found == plan.claims.end()) return std::nullopt;
  return static_cast<std::size_t>(found - plan.claims.begin());
}

// Families that share the plan's error and declare no part of it; the one of the rest among them.
struct Sharing {
  double declared = 0;
  std::int64_t silent = 0;
};

Sharing sharing_of(const Plan& plan) {
  Sharing sharing;
  std::size_t placed = 0;
  for (const auto& [name, family, line] : plan.families) {
    placed += family.claims.size();
    if (eval::is_exploratory(family.correction)) continue;
    sharing.declared += family.alpha.value_or(0);
    sharing.silent += family.alpha ? 0 : 1;
  }
  sharing.silent += placed < plan.claims.size() ? 1 : 0;
  return sharing;
}

// A sum of declared decimals may come out a little over what they are meant to add up to.
constexpr double rounding = 1e-12;

std::string decimal(double value) {
  return json::number_text(std::round(value * 1e12) / 1e12);
}

class FamilyChecker {
 public:
  FamilyChecker(const Plan& plan, const json::Value& source) : plan_(plan), source_(source) {}

  Result<void> check() const {
    std::map<std::string, std::string> family_of;
    for (const auto& [name, family, line] : plan_.families) {
      if (name.empty() || name == eval::default_family) {
        return wrong(line, "a family must have a name other than default, got '" + name + "'");
      }
      TRUEBOUND_TRY_VOID(check_sampling(name, family, line));
      TRUEBOUND_TRY_VOID(check_claims(name, family, line, family_of));
      TRUEBOUND_TRY_VOID(check_error(name, family, line));
      for (const std::string& claim : family.claims) {
        TRUEBOUND_TRY_VOID(check_question(name, family, *index_of(plan_, claim)));
      }
    }
    return check_shares();
  }

 private:
  Error wrong(int line, const std::string& message) const {
    return json::wrong(plan_.file, line, message);
  }
  int claim_line(std::size_t i, std::string_view key) const {
    const json::Value* claims = source_.find("claims");
    if (claims == nullptr || claims->list() == nullptr || i >= claims->list()->size()) return 0;
    const json::Value& claim = (*claims->list())[i];
    const json::Value* member = claim.find(key);
    return member != nullptr ? member->line() : claim.line();
  }

  Result<void> check_claims(const std::string& name, const Family& family, int line,
                            std::map<std::string, std::string>& family_of) const {
    const std::string what = "claims of families." + name;
    if (family.claims.empty()) return wrong(line, what + " must name at least one, got none");
    std::vector<std::string> known;
    for (const Question& question : plan_.claims)
      known.push_back(question.name);
    for (const std::string& claim : family.claims) {
      if (!index_of(plan_, claim)) {
        std::string message = what + " must be among " + join(known) + ", got " + claim;
        if (const auto near = nearest(claim, known)) message += "; did you mean " + *near + "?";
        return wrong(line, message);
      }
      const auto [place, is_new] = family_of.try_emplace(claim, name);
      if (!is_new) {
        return wrong(line, "a claim must be in one family, got " + claim + " in " + place->second +
                               " and " + name);
      }
    }
    if (family.correction == Correction::worst_cell && family.claims.size() > 1) {
      return wrong(line, what + " must name one, for worst_cell makes one claim of it; got " +
                             std::to_string(family.claims.size()));
    }
    return {};
  }

  // A sample that ends by what is seen has e-values, a fixed one p-values.
  Result<void> check_sampling(const std::string& name, const Family& family, int line) const {
    const bool by_evidence = family.correction == Correction::e_bh;
    if (family.correction == Correction::bonferroni || by_evidence == plan_.sampling.ends_early()) {
      return {};
    }
    return wrong(line, "correction of families." + name + " must be bonferroni or " +
                           (by_evidence ? "one by p-values" : "e_bh") + " under sampling.kind " +
                           std::string(to_text(plan_.sampling.kind)) + ", got " +
                           std::string(to_text(family.correction)));
  }

  Result<void> check_error(const std::string& name, const Family& family, int line) const {
    const std::string word(to_text(family.correction));
    if (eval::is_exploratory(family.correction)) {
      if (family.alpha) {
        return wrong(line, "families." + name + " (" + word +
                               ") must have rate, the share that may be wrong; got alpha");
      }
      if (!family.rate) {
        return wrong(line, "rate is required in families." + name + " (" + word + ")");
      }
      if (*family.rate > 0 && *family.rate < 1) return {};
      return wrong(line, "rate of families." + name + " must be in (0, 1), got " +
                             json::number_text(*family.rate));
    }
    if (family.rate) {
      return wrong(line, "families." + name + " (" + word +
                             ") must have alpha, its share of the error; got rate");
    }
    if (!family.alpha || *family.alpha > 0) return {};
    return wrong(line, "alpha of families." + name + " must be > 0, got " +
                           json::number_text(*family.alpha));
  }

  Result<void> check_question(const std::string& name, const Family& family, std::size_t i) const {
    const Question& question = plan_.claims[i];
    const std::string what = "claims." + question.name + " in families." + name + " (" +
                             std::string(to_text(family.correction)) + ") must ";
    if (eval::is_exploratory(family.correction)) {
      if (!question.gate.empty()) {
        return wrong(claim_line(i, "gate"),
                     what +
                         "be no gate, for some of such claims are expected to be wrong; got "
                         "gate " +
                         question.gate);
      }
      if (question.ask == eval::Ask::rate_above) return {};
      return wrong(claim_line(i, "ask"),
                   what +
                       "ask rate_above, for it finds what is worth a look and shows nothing to "
                       "be rare; got " +
                       std::string(to_text(question.ask)));
    }
    if (family.correction != Correction::worst_cell) return {};
    if (question.by.empty()) {
      return wrong(claim_line(i, "name"), what + "have by, of whose levels one is the worst");
    }
    if (question.ask == eval::Ask::no_worse_than) {
      return wrong(claim_line(i, "ask"), what + "ask for a rate, got no_worse_than");
    }
    if (question.gate.empty() || question.gate == "all") return {};
    return wrong(claim_line(i, "gate"),
                 what + "have gate all or none, for it is one claim; got " + question.gate);
  }

  Result<void> check_shares() const {
    if (plan_.families.empty()) return {};
    const double all = 1 - plan_.confidence;
    const Sharing sharing = sharing_of(plan_);
    const int line = plan_.families.front().line;
    if (sharing.declared > all + rounding) {
      return wrong(line, "alpha of all families together must be at most 1 - confidence = " +
                             decimal(all) + ", got " + decimal(sharing.declared));
    }
    if (sharing.silent > 0 && sharing.declared >= all - rounding) {
      return wrong(line,
                   "alpha of the families must leave an error for the claims without one, "
                   "got all of 1 - confidence declared");
    }
    return {};
  }

  const Plan& plan_;
  const json::Value& source_;
};

}  // namespace

std::vector<FamilyShare> families_of(const Plan& plan, const eval::Levels& levels) {
  const Sharing sharing = sharing_of(plan);
  const double each = (1 - plan.confidence - sharing.declared) /
                      static_cast<double>(std::max<std::int64_t>(1, sharing.silent));
  std::vector<bool> placed(plan.claims.size());
  std::vector<FamilyShare> shares;
  for (const auto& [name, family, line] : plan.families) {
    FamilyShare share{.name = name, .correction = family.correction};
    share.error = eval::is_exploratory(family.correction) ? family.rate.value_or(0)
                                                          : family.alpha.value_or(each);
    for (const std::string& claim : family.claims) {
      const std::optional<std::size_t> index = index_of(plan, claim);
      if (!index) continue;
      share.questions.push_back(*index);
      placed[*index] = true;
    }
    std::ranges::sort(share.questions);
    shares.push_back(std::move(share));
  }
  FamilyShare rest{.name = std::string(eval::default_family), .error = each};
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    if (!placed[i]) rest.questions.push_back(i);
  }
  if (!rest.questions.empty()) shares.push_back(std::move(rest));
  for (FamilyShare& share : shares) {
    for (const std::size_t i : share.questions)
      share.cells += static_cast<std::int64_t>(eval::cells_of(plan.claims[i], levels).size());
  }
  return shares;
}

double best_tail(const FamilyShare& share, eval::Ask asked) {
  const auto cells = static_cast<double>(std::max<std::int64_t>(1, share.cells));
  switch (share.correction) {
    case Correction::bonferroni:
    case Correction::e_bh:
      return share.error / cells;
    case Correction::worst_cell:
      // The highest of limits that hold one by one bounds the worst; a lower limit is picked.
      return asked == eval::Ask::rate_above ? share.error / cells : share.error;
    case Correction::holm:
    case Correction::bh:
      return share.error;
    case Correction::by:
      break;
  }
  double harmonic = 0;
  for (std::int64_t i = 1; i <= share.cells; ++i)
    harmonic += 1 / static_cast<double>(i);
  return share.error / std::max(1.0, harmonic);
}

Result<void> check_families(const Plan& plan, const json::Value& source) {
  return FamilyChecker(plan, source).check();
}

}  // namespace truebound::plan
