#include "truebound/report/page.h"

#include <cstdint>
#include <string>
#include <variant>

#include "truebound/evidence/dossier.h"
#include "truebound/report/sections.h"
#include "truebound/report/sentence.h"
#include "truebound/report/wording.h"

namespace truebound::report {

namespace {

// Figures and tables are counted apart, from 1, in the order of the page.
void number_tables(Page& page) {
  std::int64_t figures = 0;
  std::int64_t tables = 0;
  for (Section& section : page.sections) {
    for (Block& block : section.blocks) {
      Table* table = std::get_if<Table>(&block);
      if (table == nullptr) continue;
      const bool figure = table->style == TableStyle::forest;
      table->number = figure ? ++figures : ++tables;
      table->caption =
          (figure ? "Figure " : "Table ") + std::to_string(table->number) + ". " + table->caption;
    }
  }
}

}  // namespace

Page lay_out(const evidence::Dossier& dossier) {
  Page page{.run = dossier.provenance.run,
            .root = dossier.provenance.root,
            .marks = marks(dossier),
            .kicker = kicker(dossier),
            .title = dossier.title,
            .head = head_facts(dossier)};
  // Harm before comfort, the bound before the estimate, silence as visible as speech.
  page.sections = {found(dossier), bounded(dossier), not_looked_at(dossier)};
  page.sections.push_back(
      {.place = Place::key, .title = "Key to the plots", .blocks = {Key::rates}});
  if (dossier.claims.size() > claims_on_first_screen) page.sections.push_back(all_claims(dossier));
  page.sections.push_back(rates(dossier));
  page.sections.push_back(arms(dossier));
  page.sections.push_back(outcomes(dossier));
  page.sections.push_back(judge(dossier));
  page.sections.push_back(calculation(dossier));
  page.sections.push_back(limits(dossier));
  page.sections.push_back(deviations(dossier));
  page.sections.push_back(transcripts(dossier));
  page.sections.push_back(evidence_section(dossier));
  page.sections.push_back(glossary());
  page.footer = footer(dossier);
  number_tables(page);
  return page;
}

}  // namespace truebound::report
