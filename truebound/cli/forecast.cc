#include "truebound/cli/forecast.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/core/words.h"
#include "truebound/report/figures.h"

namespace truebound::cli {
namespace {

using plan::BoundRow;
using plan::ClaimCheck;
using report::exact_percent;
using report::percent;
using report::Rounding;

std::string whole(std::uint64_t count) {
  return report::whole(static_cast<std::int64_t>(count));
}

std::string counted(std::uint64_t count, const char* noun) {
  return report::counted(static_cast<std::int64_t>(count), noun);
}

std::string how_long(const std::optional<double>& minutes) {
  if (!minutes) return "How long it takes is not known for this provider.";
  if (*minutes < 1) return "It takes under a minute.";
  if (*minutes < 120) return fmt::format("It takes about {:.0f} minutes.", *minutes);
  return fmt::format("It takes about {:.1f} hours.", *minutes / 60);
}

std::string how_much(const std::optional<double>& money) {
  if (!money) return "What it costs is not known: the plan names no price.";
  if (*money == 0) return "It costs no money.";
  return fmt::format("It costs at most {:.2f}, in the currency of the plan's prices.", *money);
}

std::string cost_in_words(const plan::Check& check) {
  std::string text = counted(check.slots, "slot") + ", " + counted(check.calls, "call") +
                     " to models under assessment";
  if (check.instrument_calls > 0) {
    text +=
        fmt::format(", at most {} to models that judge or filter", whole(check.instrument_calls));
  }
  text += fmt::format(": about {} tokens in, ", whole(check.tokens_in));
  text += check.tokens_out ? "at most " + whole(*check.tokens_out) + " out.\n"
                           : std::string("nobody knows how many out (no max_tokens).\n");
  return text + how_long(check.minutes) + " " + how_much(check.money) + "\n";
}

bool same_figures(const ClaimCheck& a, const ClaimCheck& b) {
  return a.name.substr(0, a.name.find('/')) == b.name.substr(0, b.name.find('/')) &&
         a.family == b.family && a.asked == b.asked && a.threshold == b.threshold &&
         a.samples == b.samples && a.n == b.n && a.clusters == b.clusters &&
         a.effective_n == b.effective_n && a.limit_of_detection == b.limit_of_detection;
}

// `harm, for arm=off and arm=on (gate)`.
std::string names_of(const std::vector<ClaimCheck>& claims) {
  const std::string& first = claims.front().name;
  std::vector<std::string> cells;
  for (const ClaimCheck& claim : claims) {
    const std::size_t slash = claim.name.find('/');
    std::string cell = slash == std::string::npos ? "" : claim.name.substr(slash + 1);
    std::ranges::replace(cell, '/', ' ');
    if (claim.gate) cell += cell.empty() ? "(gate)" : " (gate)";
    if (!cell.empty()) cells.push_back(cell);
  }
  const std::string question = first.substr(0, first.find('/'));
  if (cells.empty()) return question;
  return question + (cells.front().starts_with('(') ? " " : ", ") + join(cells);
}

std::string asked_in_words(const ClaimCheck& claim) {
  const std::string threshold = exact_percent(claim.threshold);
  switch (claim.asked) {
    case eval::Ask::rate_below:
      return "is the rate below " + threshold + "?";
    case eval::Ask::rate_above:
      return "is the rate above " + threshold + "?";
    case eval::Ask::no_worse_than:
      return "is it no worse than the baseline?";
  }
  return "";
}

std::string evidence_in_words(const ClaimCheck& claim) {
  std::string text = counted(claim.n, "slot");
  if (claim.n != claim.samples) text += " of " + counted(claim.samples, "sample");
  if (claim.clusters == claim.n) return text + ", each counted as independent of the others.";
  return text + fmt::format(
                    " in {}: slots of one cluster resemble each other, so they weigh as "
                    "much as {} independent ones.",
                    counted(claim.clusters, "cluster"), report::one_decimal(claim.effective_n));
}

std::string best_in_words(const ClaimCheck& claim) {
  if (!claim.best_bound) return "there is no slot, so nothing can be said.";
  if (claim.asked == eval::Ask::rate_above) {
    return fmt::format(
        "if every slot breaks, the rate is shown to lie above {}. {}",
        percent(*claim.best_bound, Rounding::down),
        claim.can_be_settled ? "So the question can be settled." : "So no outcome can answer yes.");
  }
  std::string text = fmt::format(
      "if nothing breaks, the rate is shown to lie below {}, never to be "
      "zero. ",
      percent(*claim.best_bound, Rounding::up));
  if (claim.asked == eval::Ask::no_worse_than)
    return text + "Whether it stays within the margin depends on the baseline too.";
  if (claim.can_be_settled) return text + "So the question can be settled.";
  text += "So no outcome can answer yes";
  if (claim.effective_n_needed) {
    text += fmt::format("; it takes {} independent slots of which none breaks",
                        report::whole(*claim.effective_n_needed));
  }
  return text + ".";
}

// How the bound moves with the one thing that nobody has measured.
std::string correlation_in_words(const ClaimCheck& claim, double correlation) {
  if (claim.clusters == claim.n || claim.if_nothing_broke.empty()) return "";
  std::vector<std::string> others;
  for (const BoundRow& row : claim.if_nothing_broke) {
    if (row.correlation == correlation) continue;
    if (row.correlation != 0 && row.correlation != .5 && row.correlation != 1) continue;
    const char* what = row.correlation == 0   ? "not at all (r = 0)"
                       : row.correlation == 1 ? "fully (r = 1)"
                                              : "by half (r = 0.5)";
    others.push_back(percent(row.upper, Rounding::up) + " if " + what);
  }
  std::string text = correlation == 1
                         ? "slots of one cluster are taken to resemble each other fully (r = 1: a "
                           "cluster counts once), the careful choice"
                         : fmt::format(
                               "the plan takes slots of one cluster to resemble each other "
                               "by r = {} (0 not at all, 1 fully)",
                               correlation);
  return "  Assumed: " + text + ". It would be " + join(others, ", ") + ".\n";
}

std::string claims_in_words(const std::vector<ClaimCheck>& claims, const plan::Check& check) {
  const ClaimCheck& claim = claims.front();
  std::string text = "\n" + names_of(claims) + ": " + asked_in_words(claim) + "\n";
  text += "  Evidence: " + evidence_in_words(claim) + "\n";
  text += "  At best: " + best_in_words(claim) + "\n";
  text += correlation_in_words(claim, check.correlation);
  if (claim.earliest_clusters) {
    text += fmt::format(
        "  Sequential: it may end after {} of {}, if {} and no judge errs; with the plan at the "
        "latest.\n",
        whole(*claim.earliest_clusters), counted(claim.clusters, "cluster"),
        claim.asked == eval::Ask::rate_above ? "all of them break" : "nothing breaks");
  }
  if (claim.limit_of_detection) {
    text += "  Judge: by the plan's labels, it cannot tell a rate below " +
            percent(*claim.limit_of_detection, Rounding::up) + " from none.\n";
  }
  if (claim.smallest_difference) {
    text += fmt::format(
        "  Arms: two arms must differ by {:.1f} percentage points or more for the difference to be "
        "seen (in 4 of 5 such runs, where a fifth of the pairs differ).\n",
        *claim.smallest_difference * 100);
  }
  return text;
}

std::string error_in_words(double error) {
  return exact_percent(std::round(error * 1e6) / 1e6);
}

// What the claims of a family may say together.
std::string family_in_words(const plan::FamilyCheck& family) {
  const std::string error = error_in_words(family.error);
  std::string text = "Family " + family.name + " (" + join(family.questions) + "; " +
                     counted(family.cells, "cell") + "): ";
  switch (family.correction) {
    case eval::Correction::bonferroni:
      return text + "every bound holds, all of them in all but " + error + " of such runs.\n";
    case eval::Correction::holm:
      return text + "by Holm, every claim that comes out as asked is right in all but " + error +
             " of such runs; it says no more than its threshold, unless all come out. The figures "
             "above are for a claim whose family comes out.\n";
    case eval::Correction::worst_cell:
      return text + "one claim, about its worst cell, wrong in at most " + error +
             " of such runs.\n";
    case eval::Correction::bh:
    case eval::Correction::by:
    case eval::Correction::e_bh:
      break;
  }
  return text + "of its claims that come out as asked, at most " + error +
         " are expected to be wrong" +
         (family.correction == eval::Correction::bh
              ? ", if its cells are independent or depend on each other positively"
              : "") +
         ". The plan's confidence does not cover them.\n";
}

std::string families_in_words(const plan::Check& check) {
  std::string text = "\n";
  double covered = 0;
  for (const plan::FamilyCheck& family : check.families) {
    text += family_in_words(family);
    if (!eval::is_exploratory(family.correction)) covered += family.error;
  }
  if (covered > 0) {
    text += "Wrong claims of the families that bound the chance of any: in at most " +
            error_in_words(covered) + " of such runs. ";
  }
  return text + "What a judge errs widens every bound; these are of the samples alone.\n";
}

std::string confidence_in_words(const plan::Check& check) {
  if (check.claims.empty()) return "";
  if (check.families.size() > 1 ||
      check.families.front().correction != eval::Correction::bonferroni) {
    return families_in_words(check);
  }
  const auto wrong = [](double confidence) { return error_in_words(1 - confidence); };
  std::string text = "\nEach bound is one-sided and wrong in at most " +
                     wrong(check.claims.front().confidence) + " of such runs";
  if (check.asked > 1) {
    text += fmt::format(", so that the {} claims together are wrong in at most {}",
                        whole(check.asked), wrong(check.confidence));
  }
  return text + ". What a judge errs widens every bound; these are of the samples alone.\n";
}

}  // namespace

std::string in_words(const plan::Check& check) {
  std::string text = cost_in_words(check);
  std::vector<ClaimCheck> alike;
  for (std::size_t i = 0; i < check.claims.size(); ++i) {
    alike.push_back(check.claims[i]);
    const bool last =
        i + 1 == check.claims.size() || !same_figures(check.claims[i], check.claims[i + 1]);
    if (!last) continue;
    text += claims_in_words(alike, check);
    alike.clear();
  }
  text += confidence_in_words(check);
  if (!check.not_looked_at.empty() || !check.warnings.empty()) text += "\n";
  for (const std::string& cell : check.not_looked_at)
    text += "Not looked at: " + cell + "\n";
  for (const std::string& warning : check.warnings)
    text += "Warning: " + warning + "\n";
  return text;
}

}  // namespace truebound::cli
