#include <algorithm>
#include <map>
#include <utility>

#include "truebound/report/figures.h"
#include "truebound/report/report.h"
#include "truebound/report/wording.h"

namespace truebound::report {

using evidence::Dossier;

namespace {

// Twelve lines in all: six are always there, one names the command that gives a number, and one
// says why outcomes are missing.
constexpr std::size_t claim_lines = 5;
constexpr std::size_t reasons_shown = 3;

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
    said.say(counted(static_cast<std::int64_t>(dossier.not_planned.size()), "item"));
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
  if (parts.empty()) return "";
  return (rests_on_judge(dossier) ? " Broke, as judged: " : " Broke: ") + join(parts) + ".";
}

std::string counts_line(const Dossier& dossier) {
  const eval::Counts& counts = dossier.counts;
  return counted(counts.planned, "slot") + ": " + whole(counts.planned - counts.missing()) +
         " decided, " + whole(counts.undecided) + " undecided, " + whole(counts.error) +
         " error, " + whole(counts.not_run) + " not run." +
         (dossier.not_needed == 0 ? "" : " Of these, " + not_needed_words(dossier)) +
         judged_words(dossier);
}

// Why outcomes are missing, the most frequent reasons first: a run that failed says of what.
std::string missing_line(const Dossier& dossier) {
  std::map<std::string, std::int64_t> counts;
  for (const evidence::Missing& missing : dossier.missing) {
    ++counts[std::string(to_text(missing.outcome)) + ", " + reason_words(missing)];
  }
  if (counts.empty()) return "";
  std::vector<std::pair<std::string, std::int64_t>> reasons(counts.begin(), counts.end());
  std::ranges::stable_sort(reasons, std::ranges::greater(),
                           &std::pair<std::string, std::int64_t>::second);
  Sentence said = "Missing, most often: ";
  std::int64_t others = 0;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (i >= reasons_shown) {
      others += reasons[i].second;
      continue;
    }
    if (i > 0) said.say("; ");
    said.foreign(clip(reasons[i].first, 120)).say(" \u00d7 ").say(whole(reasons[i].second));
  }
  if (others > 0) said.say("; and ").say(whole(others)).say(" for other reasons");
  return said.say(".").plain();
}

}  // namespace

std::string reason_words(const evidence::Missing& missing) {
  std::string detail = missing.detail;
  // `query 1: lost: connection refused` says the reason twice, and a number that splits the count.
  const std::size_t colon = detail.find(": ");
  if (detail.starts_with("query ") && colon != std::string::npos) detail.erase(0, colon + 2);
  if (!missing.reason.empty() && detail.starts_with(missing.reason + ": "))
    detail.erase(0, missing.reason.size() + 2);
  if (detail.empty() || detail == missing.reason) return missing.reason;
  return missing.reason.empty() ? detail : missing.reason + ": " + detail;
}

std::string gate_line(const Dossier& dossier) {
  std::vector<const evidence::Claim*> unmet;
  for (const evidence::Claim& claim : dossier.claims) {
    if (claim.gate && !claim.met) unmet.push_back(&claim);
  }
  if (unmet.empty()) return "";
  if (dossier.mark.starts_with("rehearsal"))
    return "a rehearsal carries no claim, so no gate of the plan is met.";
  const evidence::Claim& first = *unmet.front();
  Sentence said = "the plan's gate is not met: ";
  said.add(claim_name(first)).say(". Asked: ").say(asked_words(first)).say(". Came out: ");
  std::string kind = kind_words(first);
  kind[0] = static_cast<char>(kind[0] - 'A' + 'a');
  said.say(kind);
  const auto more = static_cast<std::int64_t>(unmet.size()) - 1;
  if (more > 0) said.say("; and ").say(counted(more, "more gate"));
  return said.say(".").plain();
}

std::string summary(const Dossier& whole_dossier, const std::string& ledger) {
  const Dossier dossier = as_reported(whole_dossier);
  std::vector<std::string> lines;
  Sentence mark;
  for (const Sentence& part : marks(dossier)) {
    if (!mark.empty()) mark.say(" ");
    mark.add(part);
  }
  if (!mark.empty()) lines.push_back(mark.plain());
  lines.push_back(counts_line(dossier));
  const std::string missing = missing_line(dossier);
  if (!missing.empty()) lines.push_back(missing);
  for (const evidence::Claim& claim : dossier.found)
    lines.push_back(kind_words(claim) + ". " + lead(claim, dossier).plain());
  const std::size_t claims = dossier.claims.size();
  const std::size_t taken = dossier.found.size() + (missing.empty() ? 0 : 1);
  const std::size_t room = taken + 1 < claim_lines ? claim_lines - taken : 1;
  const std::size_t shown = claims <= room ? claims : room - 1;
  std::string mend;
  for (std::size_t i = 0; i < claims; ++i) {
    const evidence::Claim& claim = dossier.claims[i];
    if (mend.empty() && !claim.estimate.value) mend = claim.estimate.mend;
    if (i < shown) lines.push_back(kind_words(claim) + ". " + lead(claim, dossier).plain());
  }
  if (shown < claims)
    lines.push_back("And " + std::to_string(claims - shown) + " more claims; see the report.");
  if (claims == 0) lines.emplace_back("No claim is made.");
  if (!mend.empty() && !ledger.empty()) mend += " --ledger " + ledger;
  if (!mend.empty()) lines.push_back("A rate needs: " + say(mend).plain());
  lines.push_back(not_looked_at_line(dossier));
  lines.push_back("Checkpoint: size " + whole(static_cast<std::int64_t>(dossier.provenance.size)) +
                  ", root " + say(dossier.provenance.root).plain());
  lines.push_back("Key: " + say(dossier.provenance.key).plain());
  lines.emplace_back(disclaimer);
  return join(lines, "\n") + "\n";
}

}  // namespace truebound::report
