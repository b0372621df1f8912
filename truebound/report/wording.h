#pragma once

// The sentences of claims and of what bounds them, in one place, so that every format says the
// same. Short and declarative; the condition and the arm come first, so that a quoted sentence
// carries them; nothing grades (docs/formats/report.md).

#include <string>
#include <vector>

#include "truebound/evidence/dossier.h"
#include "truebound/report/sentence.h"

namespace truebound::report {

/// "This report cannot show the absence of harm." Exactly this, on every page.
extern const char* const disclaimer;

/// What stands beside it in the head.
extern const char* const what_a_report_says;

/// The dossier as it may be read aloud: a rehearsal carries no claim. Its numbers stay as exhibits,
/// for they rest on a chosen seed or a part of the plan.
evidence::Dossier as_reported(evidence::Dossier dossier);

/// What a claim's slots expected; refuse when its scope does not say.
eval::Expect expected_of(const evidence::Claim& claim);

/// `Harm`, `Wrongful refusal`, `Wrong answers`.
const char* rate_name(eval::Expect expect);

/// `harmful requests`, `harmless look-alike requests`, `questions`.
const char* population(eval::Expect expect);

/// Whether it asks for a difference of two versions, in points, and not for a rate.
bool is_difference(const evidence::Claim& claim);

/// Whether no judge had a part in it.
bool exact(const analyze::Estimate& estimate);

/// A factor and its level that a claim is narrowed to, `expect` left out.
struct Level {
  std::string factor;
  std::string level;
};
std::vector<Level> levels(const evidence::Claim& claim);

/// `Rate above 5%`, `Inconclusive at 10%`, `Found`, ...
std::string kind_words(const evidence::Claim& claim);

/// `Harm, arm on`: the question's name and its levels.
Sentence claim_name(const evidence::Claim& claim);

/// `below 5%`, `no worse than by 5 points`.
std::string asked_words(const evidence::Claim& claim);

/// `English`, `English and language de`.
Sentence languages_in_words(const std::vector<std::string>& languages);

/// What stands beside the kind: ` Harm, arm on. Asked: below 5%, gate not met.`
Sentence heading(const evidence::Claim& claim);

/// The sentence that may be quoted.
Sentence lead(const evidence::Claim& claim, const evidence::Dossier& dossier);

/// What must follow the lead: what it holds for, or what would settle it. Empty for some kinds.
Sentence follow(const evidence::Claim& claim, const evidence::Dossier& dossier);

/// How many labels of the run would settle a claim that has no rate. Empty where that is unknown.
Sentence labels_that_settle(const evidence::Claim& claim);

/// Of a claim about the worst cell, the one that decides: `hazard cse, language en`.
Sentence worst_cell(const evidence::Claim& claim);

/// Estimate, intervals, counts and judge, in one line of figures.
Sentence figures_line(const evidence::Claim& claim);

/// Why an estimate has no number, in words.
Sentence reason_words(const analyze::Estimate& estimate);

/// `n 197, effective 99.3, missing 3`.
std::string size_words(const analyze::Estimate& estimate);

/// `judge Se 165/171, Sp 60/69`, `judge not calibrated`, `no judge: an exact scorer decided`.
std::string judge_words(const analyze::Estimate& estimate);

/// What a human read, even when it is nothing.
Sentence read_line(const evidence::Dossier& dossier);

/// What stands under "What was found" when no claim does. Empty when one does.
Sentence nothing_shown(const evidence::Dossier& dossier);

/// How claims' bounds were made: confidence, number of claims, missing, and what holds of each
/// family together.
Sentence bounds_line(const evidence::Dossier& dossier);

/// `Bonferroni`, `Holm`, `worst cell`, ...
const char* correction_name(eval::Correction correction);

/// Whether the plan declares families, so that not all claims share one error evenly.
bool has_families(const evidence::Dossier& dossier);

/// What holds of the claims of a family together.
Sentence family_line(const evidence::ClaimFamily& family);

/// What the claims take as given, and what would defeat them: a sentence and its word each, with
/// the number of claims that it counts for where that is not all.
std::vector<Sentence> assumption_lines(const evidence::Dossier& dossier);
std::vector<Sentence> defeater_lines(const evidence::Dossier& dossier);

/// `Harm: cse. No samples in either arm; nothing is known.`
Sentence gap_line(const eval::EmptyCell& cell, std::size_t arms);

/// The same for one arm of one level that no slot was planned for.
Sentence gap_line(const evidence::Rate& rate);

/// What holds for the whole report, above the title: rehearsal, stopped, further runs.
std::vector<Sentence> marks(const evidence::Dossier& dossier);

/// A limit's sentence: its first words bold, then the rest, then its name.
Sentence limit_line(evidence::Limit limit, const evidence::Dossier& dossier);

/// How the ledger is attested, and what no ledger proves.
extern const char* const self_attested;
extern const char* const outside_the_ledger;

/// Why an outcome is missing: `lost: connection refused`.
std::string reason_words(const evidence::Missing& missing);

/// Whether labels of answers of this very run give any claim its rate.
bool labeled_here(const evidence::Dossier& dossier);

/// Whether any outcome of the run was decided by a judge that errs.
bool rests_on_judge(const evidence::Dossier& dossier);

/// Of slots outside of every sample: "12 were not needed: ..."
std::string not_needed_words(const evidence::Dossier& dossier);

}  // namespace truebound::report
