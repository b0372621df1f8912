#pragma once

// The sections of the page, in their order; each in a file of its name.

#include <cstddef>
#include <string>
#include <vector>

#include "truebound/evidence/dossier.h"
#include "truebound/report/page.h"

namespace truebound::report {

// head.cc
std::string kicker(const evidence::Dossier& dossier);
std::vector<Fact> head_facts(const evidence::Dossier& dossier);
std::vector<Sentence> footer(const evidence::Dossier& dossier);

// findings.cc
/// At most this many claims stand on the first screen; with more, gates and the worst of each kind.
inline constexpr std::size_t claims_on_first_screen = 6;
Section found(const evidence::Dossier& dossier);
Section bounded(const evidence::Dossier& dossier);
Section not_looked_at(const evidence::Dossier& dossier);
/// All claims in the plan's order, where the first screen leaves some out.
Section all_claims(const evidence::Dossier& dossier);

// forest.cc
Section rates(const evidence::Dossier& dossier);
// arms.cc
Section arms(const evidence::Dossier& dossier);
// outcomes.cc
/// At most this many missing outcomes are listed one by one.
inline constexpr std::size_t missing_one_by_one = 50;
Section outcomes(const evidence::Dossier& dossier);
// judge.cc
Section judge(const evidence::Dossier& dossier);
// calculation.cc
Section calculation(const evidence::Dossier& dossier);
// scope.cc
Section limits(const evidence::Dossier& dossier);
Section deviations(const evidence::Dossier& dossier);
// transcripts.cc
/// At most this many characters of a text are shown.
inline constexpr std::size_t shown_characters = 2000;
Section transcripts(const evidence::Dossier& dossier);
// evidence_section.cc
Section evidence_section(const evidence::Dossier& dossier);
// glossary.cc
Section glossary();

}  // namespace truebound::report
