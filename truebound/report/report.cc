#include "truebound/report/report.h"

#include <string>

#include "truebound/evidence/dossier.h"
#include "truebound/report/html.h"
#include "truebound/report/json_report.h"
#include "truebound/report/markdown.h"
#include "truebound/report/page.h"
#include "truebound/report/wording.h"

namespace truebound::report {

std::string render(const evidence::Dossier& dossier, Format format) {
  switch (format) {
    case Format::html:
      return html(lay_out(as_reported(dossier)));
    case Format::markdown:
      return markdown(lay_out(as_reported(dossier)));
    case Format::json:
      break;
  }
  return json_report(dossier);
}

}  // namespace truebound::report
