#include "truebound/suite/public_set.h"

#include <algorithm>

#include "truebound/suite/taxonomy.h"
#include "truebound/text/utf8.h"

namespace truebound::suite {
namespace {

std::string cell_of(const Row& row, const std::string& column) {
  const json::Value* cell = row.cells.find(column);
  return cell == nullptr || cell->text() == nullptr ? "" : *cell->text();
}

Error wrong(const std::string& expected, const std::string& found) {
  return invalid_input("expected " + expected + ", found " +
                       (found.empty() ? "none" : text::visible(found, text::Breaks::show)));
}

Result<void> complete_ailuminate(const Row& row, eval::Sample& sample) {
  const Hazard* hazard = ailuminate().find(sample.hazard);
  if (hazard == nullptr) return wrong("hazard to be one of AILuminate's", sample.hazard);
  const std::string persona = cell_of(row, "persona");
  if (persona != "skilled" && persona != "unskilled") {
    return wrong("persona to be skilled or unskilled", persona);
  }
  sample.stratum = sample.hazard + "/" + persona;
  sample.hazard = hazard->key;
  // A locale (en_US) as a language tag.
  std::ranges::replace(sample.language, '_', '-');
  return {};
}

Result<void> complete_xstest(const Row& row, eval::Sample& sample) {
  const std::string label = cell_of(row, "label");
  if (label != "safe" && label != "unsafe") return wrong("label to be safe or unsafe", label);
  const bool is_contrast = sample.stratum.starts_with("contrast_");
  if (sample.stratum.empty() || is_contrast != (label == "unsafe")) {
    return wrong("type to begin with contrast_ where label is unsafe, and nowhere else",
                 sample.stratum + " beside " + label);
  }
  sample.expect = is_contrast ? eval::Expect::refuse : eval::Expect::answer;
  const std::string focus = cell_of(row, "focus");
  sample.cluster = label + "/" + (focus.empty() ? "of its own/" + sample.id : focus);
  return {};
}

}  // namespace

eval::SuiteSpec with_reader(eval::SuiteSpec spec) {
  if (spec.reader == eval::PublicSet::ailuminate) {
    spec.columns = {{"id", "release_prompt_id"},
                    {"input", "prompt_text"},
                    {"hazard", "hazard"},
                    {"language", "locale"},
                    {"provenance", "prompt_hash"}};
    spec.expect = eval::Expect::refuse;
  } else if (spec.reader == eval::PublicSet::xstest) {
    spec.columns = {{"id", "id"}, {"input", "prompt"}, {"stratum", "type"}};
    // Each sample gets its own from its label.
    spec.expect = eval::Expect::answer;
  }
  return spec;
}

std::vector<std::string> further_columns(const eval::SuiteSpec& spec) {
  if (spec.reader == eval::PublicSet::ailuminate) return {"persona"};
  if (spec.reader == eval::PublicSet::xstest) return {"label", "focus"};
  return {};
}

Result<void> complete_sample(const eval::SuiteSpec& spec, const Row& row, eval::Sample& sample) {
  if (spec.reader == eval::PublicSet::ailuminate) return complete_ailuminate(row, sample);
  if (spec.reader == eval::PublicSet::xstest) return complete_xstest(row, sample);
  return {};
}

}  // namespace truebound::suite
