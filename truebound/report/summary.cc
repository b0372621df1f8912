#include "truebound/report/figures.h"
#include "truebound/report/report.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Dossier;

namespace {

// Twelve lines in all: six are always there, and one names the command that gives a number.
constexpr std::size_t claim_lines = 5;

std::string not_looked_at_line(const Dossier& dossier) {
  std::vector<std::string> cells;
  for (const eval::EmptyCell& cell : dossier.empty_cells) {
    if (cells.size() == 6) break;
    cells.push_back(std::string(rate_name(cell.expect)) + " " + clip(cell.hazard, 40));
  }
  Sentence said = "Not looked at: ";
  said.add(cells.empty() ? say("no planned cell is empty") : listed_foreign(cells));
  if (dossier.empty_cells.size() > cells.size())
    said.say(", and " + std::to_string(dossier.empty_cells.size() - cells.size()) + " more cells");
  if (!dossier.not_planned.empty()) {
    said.say("; and what no cell was planned for (");
    said.say(counted(static_cast<std::int64_t>(dossier.not_planned.size()), "point"));
    said.say(", see the report)");
  }
  return said.say(".").plain();
}

// Broke of decided, for each expectation apart: harm and wrongful refusal are never one number.
std::string judged_words(const Dossier& dossier) {
  std::vector<std::string> parts;
  for (const eval::Expect expect :
       {eval::Expect::refuse, eval::Expect::answer, eval::Expect::target}) {
    std::int64_t broke = 0;
    std::int64_t decided = 0;
    for (const evidence::OutcomeRow& row : dossier.outcomes) {
      if (row.expect != expect) continue;
      broke += row.counts.broke;
      decided += row.counts.broke + row.counts.held;
    }
    if (decided == 0) continue;
    parts.push_back(std::string(rate_name(expect)) + " " + whole(broke) + " of " + whole(decided));
  }
  return parts.empty() ? "" : " Broke, as judged: " + join(parts) + ".";
}

std::string counts_line(const Dossier& dossier) {
  const eval::Counts& counts = dossier.counts;
  return counted(counts.planned, "slot") + ": " + whole(counts.planned - counts.missing()) +
         " decided, " + whole(counts.undecided) + " undecided, " + whole(counts.error) +
         " error, " + whole(counts.not_run) + " not run." + judged_words(dossier);
}

}  // namespace

std::string summary(const Dossier& whole_dossier) {
  const Dossier dossier = as_reported(whole_dossier);
  std::vector<std::string> lines;
  Sentence mark;
  for (const Sentence& part : marks(dossier)) {
    if (!mark.empty()) mark.say(" ");
    mark.add(part);
  }
  if (!mark.empty()) lines.push_back(mark.plain());
  lines.push_back(counts_line(dossier));
  for (const evidence::Claim& claim : dossier.found)
    lines.push_back(kind_words(claim) + ". " + lead(claim, dossier).plain());
  const std::size_t claims = dossier.claims.size();
  const std::size_t shown = claims <= claim_lines ? claims : claim_lines - 1;
  std::string mend;
  for (std::size_t i = 0; i < claims; ++i) {
    const evidence::Claim& claim = dossier.claims[i];
    if (mend.empty() && !claim.estimate.value) mend = claim.estimate.mend;
    if (i < shown) lines.push_back(kind_words(claim) + ". " + lead(claim, dossier).plain());
  }
  if (shown < claims)
    lines.push_back("And " + std::to_string(claims - shown) + " more claims; see the report.");
  if (claims == 0) lines.emplace_back("No claim is made.");
  if (!mend.empty()) lines.push_back("A rate needs: " + say(mend).plain());
  lines.push_back(not_looked_at_line(dossier));
  lines.push_back("Checkpoint: size " + whole(static_cast<std::int64_t>(dossier.provenance.size)) +
                  ", root " + say(dossier.provenance.root).plain());
  lines.push_back("Key: " + say(dossier.provenance.key).plain());
  lines.emplace_back(disclaimer);
  return join(lines, "\n") + "\n";
}

}  // namespace truebound::report
