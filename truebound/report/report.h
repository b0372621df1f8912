#pragma once

// Folder: a dossier as a report, in HTML, Markdown and JSON, for a regulator, a journalist, an
// auditor and an engineer. It takes evidence::Dossier alone and is pure: no clock, no machine, the
// same dossier gives the same bytes. page.h is the page before it has a format; wording.h has the
// sentences. docs/formats/report.md says what must and must never stand in a report.

#include <array>
#include <string>
#include <string_view>

#include "truebound/evidence/dossier.h"

namespace truebound::report {

enum class Format { html, markdown, json };
constexpr std::array<std::string_view, 3> words(Format /*list*/) {
  return {"html", "md", "json"};
}

/// The report, complete, ending in a line feed. HTML is one file that fetches nothing and needs no
/// script. A rehearsal carries no claim: its claims are left out of HTML and Markdown.
std::string render(const evidence::Dossier& dossier, Format format);

/// The closing lines for a terminal, at most 12, each ending in a line feed: counts, each claim's
/// sentence, what was not looked at, checkpoint and key. Nothing in them moves a cursor.
/// @param ledger  where the run's ledger lies, so that a command in it runs as it stands; empty: in
///                the current folder
std::string summary(const evidence::Dossier& dossier, const std::string& ledger = "");

/// Why a gate of the plan is not met, in one line that names the first; empty where each is met.
std::string gate_line(const evidence::Dossier& dossier);

}  // namespace truebound::report
