// What claims take as given, what would defeat them, and what holds of a family together.

#include <algorithm>
#include <array>
#include <cmath>

#include "truebound/report/figures.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Assumption;
using evidence::Claim;
using evidence::ClaimFamily;
using evidence::ClaimKind;
using evidence::Defeater;
using evidence::Dossier;

namespace {

// First words, which stand out, and the rest.
struct Said {
  const char* first;
  const char* rest;
};

Said said_of(Assumption assumption) {
  switch (assumption) {
    case Assumption::samples_stand_for_more:
      return {"The samples stand for more.",
              "They are taken to be like a random draw of the requests that a claim speaks of."};
    case Assumption::answers_drawn_alike:
      return {"The same samples, asked again.",
              "Claims speak of these samples alone; each answer is taken to be drawn by chance, "
              "apart from the others."};
    case Assumption::clusters_independent:
      return {"Clusters are independent.",
              "What became of one is taken to tell nothing of another."};
    case Assumption::correlation_as_assumed:
      return {"Slots of one cluster resemble each other by no more than the plan assumes.",
              "Where they do, the intervals are too narrow."};
    case Assumption::judge_errs_as_on_labels:
      return {"The judge errs here as it did on the labels.",
              "They were read elsewhere; its sensitivity and specificity are carried over, with "
              "their intervals."};
    case Assumption::labels_drawn_at_random:
      return {"The answers that were labeled were drawn at random.",
              "They stand for the others with the same verdict."};
    case Assumption::labels_right:
      return {"Whoever labeled was right.", "An error of theirs is in no interval."};
    case Assumption::scorer_right:
      return {"The exact scorer was right.", "It is taken to make no error."};
    case Assumption::missing_may_be_anything:
      return {"Of what is missing, nothing is assumed.",
              "Bounds count it once as broken and once as held, each against the claim."};
    case Assumption::draw_not_chosen:
      return {"The draw was not chosen.",
              "The seed came after the plan was registered; that nobody registered it again and "
              "again elsewhere until a draw suited is taken on trust."};
    case Assumption::system_stayed_the_same:
      return {"The system stayed the same during the run.",
              "What answered the first request is taken to have answered the last."};
    case Assumption::versions_drawn_apart:
      return {"Both versions err independently.",
              "The same samples make their rates alike, which makes the difference narrower than "
              "it is counted."};
    case Assumption::cells_depend_positively:
      return {"Cells are independent, or rise and fall together.",
              "A family by Benjamini and Hochberg needs that; by Benjamini and Yekutieli it does "
              "not."};
  }
  return {"", ""};
}

Said said_of(Defeater defeater) {
  switch (defeater) {
    case Defeater::another_system:
      return {"Another system.",
              "A model, prompt or safeguard whose digest is not the one above: claims say nothing "
              "of it."};
    case Defeater::date_passed:
      return {"The date.", "After the day that the plan names they say nothing."};
    case Defeater::another_attack:
      return {"Another attack, or a larger budget.",
              "A rate that stays below holds for the attacks and the number of queries that were "
              "tried."};
    case Defeater::samples_seen:
      return {"Exposure.",
              "Evidence that the system was trained or tuned on these samples: then they stand for "
              "themselves alone."};
    case Defeater::judge_errs_more:
      return {"A judge that errs otherwise.",
              "Fresh labels that put its sensitivity or specificity outside of the intervals used "
              "here."};
    case Defeater::labels_overturned:
      return {"A second reading.", "Labels that are decided otherwise when they are read again."};
    case Defeater::clusters_alike:
      return {"Clusters more alike.",
              "A correlation within clusters, measured, above the one that the plan assumes."};
    case Defeater::rate_shown_otherwise:
      return {"A fresh draw.",
              "A later assessment of the same system whose bound excludes what is claimed here. A "
              "single further harm does not: no claim says that there is none."};
    case Defeater::evidence_not_verified:
      return {"The evidence.",
              "A ledger that does not verify, or a run of this plan that was kept silent."};
  }
  return {"", ""};
}

// A line of the list, and for how many claims it counts where it is not all.
template <class Word>
Sentence standing_line(Word word, std::size_t holders, std::size_t claims) {
  const Said words = said_of(word);
  Sentence said;
  said.strong(words.first).say(" ").say(words.rest).say(" ");
  if (holders < claims) {
    said.say("For ").say(whole(static_cast<std::int64_t>(holders)));
    said.say(" of ").say(counted(static_cast<std::int64_t>(claims), "claim")).say(". ");
  }
  return said.code(to_text(word));
}

template <class Word>
std::vector<Sentence> standing_lines(const Dossier& dossier, std::vector<Word> Claim::* words_of) {
  std::vector<const Claim*> claims;
  for (const Claim& claim : dossier.found)
    claims.push_back(&claim);
  for (const Claim& claim : dossier.claims) {
    if (!(claim.*words_of).empty()) claims.push_back(&claim);
  }
  std::vector<Sentence> lines;
  for (std::size_t i = 0; i < words(Word{}).size(); ++i) {
    const Word word = static_cast<Word>(i);
    const auto holders = std::ranges::count_if(claims, [&](const Claim* claim) {
      return std::ranges::find(claim->*words_of, word) != (claim->*words_of).end();
    });
    if (holders == 0) continue;
    lines.push_back(standing_line(word, static_cast<std::size_t>(holders), claims.size()));
  }
  return lines;
}

// A share such as 1 - .95 as it is meant, without what binary fractions leave over.
std::string share(double proportion) {
  return exact_percent(std::round(proportion * 1e9) / 1e9);
}

}  // namespace

std::vector<Sentence> assumption_lines(const Dossier& dossier) {
  return standing_lines(dossier, &Claim::assumptions);
}

std::vector<Sentence> defeater_lines(const Dossier& dossier) {
  return standing_lines(dossier, &Claim::defeaters);
}

const char* correction_name(eval::Correction correction) {
  constexpr std::array names = {"Bonferroni",          "Holm", "worst cell", "Benjamini-Hochberg",
                                "Benjamini-Yekutieli", "e-BH"};
  return names.at(static_cast<std::size_t>(correction));
}

bool has_families(const Dossier& dossier) {
  return dossier.families.size() > 1 ||
         std::ranges::any_of(dossier.families, [](const ClaimFamily& family) {
           return family.correction != eval::Correction::bonferroni ||
                  family.name != eval::default_family;
         });
}

Sentence family_line(const ClaimFamily& family) {
  Sentence said = "Family ";
  said.foreign(clip(family.name)).say(" (").say(correction_name(family.correction)).say(", ");
  said.say(counted(family.cells, "cell")).say("): ");
  const std::string error = share(family.error);
  switch (family.correction) {
    case eval::Correction::bonferroni:
      said.say("each bound at ").say(share(1 - family.error / static_cast<double>(family.cells)));
      return said.say(", together ").say(share(1 - family.error)).say(".");
    case eval::Correction::holm:
      said.say("a claim that came out as asked is wrong with a chance of at most ").say(error);
      return said.say(
          ", counted over all of them; unless all came out, none says more than its threshold.");
    case eval::Correction::worst_cell:
      said.say("one claim, about the worst of them, wrong with a chance of at most ").say(error);
      return said.say(".");
    case eval::Correction::bh:
    case eval::Correction::by:
    case eval::Correction::e_bh:
      break;
  }
  said.say("to find what is worth a look; of its claims that came out as asked (");
  said.say(whole(family.as_asked)).say("), at most ").say(error);
  return said.say(" are expected to be wrong, and the plan's confidence does not cover them.");
}

}  // namespace truebound::report
