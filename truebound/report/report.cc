#include "truebound/report/report.h"

#include "truebound/report/html.h"
#include "truebound/report/json_report.h"
#include "truebound/report/markdown.h"
#include "truebound/report/page.h"

namespace truebound::report {

namespace {

// Its numbers stay as exhibits: they rest on a chosen seed or a part of the plan.
evidence::Dossier without_claims_of_a_rehearsal(evidence::Dossier dossier) {
  if (dossier.mark.starts_with("rehearsal")) dossier.claims.clear();
  return dossier;
}

}  // namespace

std::string render(const evidence::Dossier& dossier, Format format) {
  switch (format) {
    case Format::html:
      return html(lay_out(without_claims_of_a_rehearsal(dossier)));
    case Format::markdown:
      return markdown(lay_out(without_claims_of_a_rehearsal(dossier)));
    case Format::json:
      break;
  }
  return json_report(dossier);
}

}  // namespace truebound::report
