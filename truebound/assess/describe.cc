#include "truebound/assess/describe.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "truebound/suite/taxonomy.h"

namespace truebound::assess {
namespace {

// Options in the order of their names, `key value`; empty ones left out.
std::string options_in_words(const eval::Specification& specification) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : *specification.options.object()) {
    // How a judge was calibrated has a sentence of its own.
    if (key == "calibration") continue;
    if (value.is_null() || (value.text() != nullptr && value.text()->empty())) continue;
    if (value.list() != nullptr && value.list()->empty()) continue;
    parts.push_back(key + " " + (value.text() != nullptr ? *value.text() : canonical(value)));
  }
  return parts.empty() ? specification.id : specification.id + ": " + join(parts);
}

// Where a model comes from; how fast it is asked is of no interest here.
std::string model_in_words(const eval::Specification& specification) {
  std::string words = specification.id == "llama" ? "in process" : specification.id;
  for (const char* option : {"builtin", "name", "url", "file"}) {
    const std::string value = specification.text(option);
    if (!value.empty()) words += ", " + value;
  }
  return words;
}

// A served id where the provider tells one, else the digest that pins it.
std::string served_id(const record::ModelIdentity* model) {
  if (model == nullptr) return "";
  const json::Value* identity = &model->identity;
  if (identity->text() != nullptr) return *identity->text();
  for (const char* key : {"served", "sha256", "digest", "file"}) {
    const json::Value* value = identity->find(key);
    if (value != nullptr && value->text() != nullptr) return *value->text();
  }
  return "";
}

// The common tags by their names; others as they are.
std::string languages_in_words(const std::set<std::string>& tags) {
  static const std::map<std::string, std::string> names = {
      {"en", "English"}, {"fr", "French"},     {"de", "German"}, {"es", "Spanish"},
      {"it", "Italian"}, {"pt", "Portuguese"}, {"nl", "Dutch"}};
  std::vector<std::string> words;
  for (const std::string& tag : tags) {
    const auto found = names.find(tag);
    words.push_back(found == names.end() ? tag : found->second);
  }
  return join(words);
}

std::string in_words(const eval::Deployment& deployment) {
  std::vector<std::string> parts;
  if (!deployment.product.empty()) parts.push_back(deployment.product);
  if (!deployment.sold_to.empty()) parts.push_back("sold to " + deployment.sold_to);
  parts.push_back("language " + deployment.language);
  const bool prompted = !deployment.system_prompt.empty() || !deployment.system_text.empty();
  parts.push_back(prompted ? "with a system prompt" : "no system prompt");
  if (deployment.temperature)
    parts.push_back(fmt::format("temperature {}", *deployment.temperature));
  if (deployment.top_p) parts.push_back(fmt::format("top_p {}", *deployment.top_p));
  if (deployment.max_tokens)
    parts.push_back(fmt::format("at most {} tokens", *deployment.max_tokens));
  return join(parts);
}

void describe_parts(const Record& record, evidence::Dossier& dossier) {
  const plan::Plan& plan = record.registered.plan;
  for (const auto& [name, specification, line] : plan.models) {
    dossier.models.push_back({.name = name,
                              .about = model_in_words(specification),
                              .identity = served_id(record.cast.model(name))});
  }
  for (const auto& [name, persona, line] : plan.personas) {
    dossier.personas.push_back({.name = name, .about = persona.about});
  }
  for (const auto& [name, deployment, line] : plan.deployments) {
    dossier.deployments.push_back({.name = name, .about = in_words(deployment)});
  }
  for (const auto& [name, safeguards, line] : plan.arms) {
    std::vector<std::string> layers;
    for (const std::string& safeguard : safeguards) {
      const eval::Specification* known = json::find(plan.safeguards, safeguard);
      layers.push_back(known == nullptr ? safeguard : safeguard + " (" + known->id + ")");
    }
    dossier.arms.push_back({.name = name, .about = layers.empty() ? "no safeguard" : join(layers)});
  }
  for (const auto& [name, specification, line] : plan.attacks) {
    dossier.attacks.push_back({.name = name, .about = options_in_words(specification)});
  }
}

// A registered plan names files by their digests; a reader knows them by the names of the plan.
std::string file_name(const Record& record, const std::string& digest) {
  for (const plan::FrozenFile& file : record.registered.files->list()) {
    if (file.digest == digest) return file.name;
  }
  return digest;
}

// How many samples of a suite have a slot: a rehearsal with a limit tries some of them.
std::int64_t samples_tried(const std::vector<eval::Observation>& rows, const std::string& suite) {
  std::set<std::string_view> tried;
  for (const eval::Observation& row : rows) {
    if (row.suite == suite) tried.insert(row.sample);
  }
  return static_cast<std::int64_t>(tried.size());
}

void describe_suites(const Record& record, const std::vector<eval::Observation>& rows,
                     evidence::Dossier& dossier) {
  for (const eval::Suite& suite : record.suites) {
    evidence::SuiteCard card{.name = suite.name,
                             .title = suite.card.title,
                             .license = suite.card.license,
                             .exposure = suite.card.exposure.note,
                             .construct = suite.card.construct,
                             .limits = suite.card.limits,
                             .languages = suite.card.languages,
                             .samples = samples_tried(rows, suite.name)};
    for (const eval::BadRow& row : suite.bad_rows) {
      card.bad_rows.push_back(
          fmt::format("{}:{}: {}", file_name(record, row.file), row.line, row.why));
    }
    dossier.suites.push_back(std::move(card));
  }
}

std::string calibration_in_words(const Record& record, const std::string& judge) {
  std::vector<std::string> parts;
  for (const eval::Calibration& calibration : record.calibrations) {
    if (calibration.judge != judge) continue;
    const bool own = calibration.source == eval::LabelSource::this_run;
    parts.push_back(fmt::format("{} {} by {}, of {}", calibration.labels.size(),
                                calibration.labels.size() == 1 ? "label" : "labels",
                                eval::who_labeled(calibration),
                                own ? "this run, drawn by verdict" : "responses from elsewhere"));
  }
  if (parts.size() < 2) return parts.empty() ? "none" : parts[0];
  return join(parts, "; ") +
         ". Labels of this run are added up, the later one where an answer was read twice, and "
         "come "
         "before those from elsewhere; of these the latest that fit a claim count.";
}

void describe_judges(const Record& record, const std::vector<eval::Observation>& rows,
                     evidence::Dossier& dossier) {
  for (const auto& [name, specification, line] : record.registered.plan.judges) {
    const record::JudgeIdentity* judge = record.cast.judge(name);
    evidence::JudgePage page{.name = name,
                             .kind = specification.id,
                             .identity = judge == nullptr ? "" : judge->identity,
                             .about = options_in_words(specification)};
    for (const eval::Observation& row : rows) {
      if (row.judge == page.identity && !row.verdict.empty()) ++page.verdicts[row.verdict];
    }
    const bool is_exact = judge != nullptr && judge->decides_as == eval::DecidedBy::exact;
    page.calibration = is_exact ? "not needed: a scorer without error"
                                : calibration_in_words(record, page.identity);
    dossier.judges.push_back(std::move(page));
  }
}

void describe_provenance(const Record& record, evidence::Dossier& dossier) {
  const record::RunSummary& summary = record.summary;
  evidence::Provenance& provenance = dossier.provenance;
  provenance.size = record.size;
  provenance.key = record.ledger.verifier_key();
  provenance.plan_digest = record.registered.digest;
  provenance.slot_root = summary.open.slot_root;
  provenance.seed = record.seed;
  provenance.registered_ms = record.registered.time_ms;
  provenance.started_ms = summary.open.time_ms;
  provenance.ended_ms = summary.close ? summary.close->time_ms : 0;
  provenance.run = summary.open.run;
  provenance.ordinal = summary.open.ordinal;
  provenance.runs_of_plan = record.runs_of_plan;
  provenance.attempts = record.history.attempts();
  provenance.recoveries = record.history.recoveries();
  provenance.tokens_in = record.history.tokens_in();
  provenance.tokens_out = record.history.tokens_out();
  provenance.engine = record.engine;
  provenance.entries = {.plan = summary.open.plan, .run = summary.open_entry};
}

}  // namespace

void describe(const Record& record, const std::vector<eval::Observation>& rows,
              evidence::Dossier& dossier) {
  const plan::Plan& plan = record.registered.plan;
  dossier.title = plan.title;
  dossier.purpose = plan.purpose;
  dossier.who = {.assessor = plan.who.assessor,
                 .contact = plan.who.contact,
                 .independence = plan.who.independence,
                 .funding = plan.who.funding,
                 .access_given = plan.who.access.given,
                 .access_refused = plan.who.access.refused};
  dossier.valid_until = plan.valid_until;
  dossier.confidence = plan.confidence;
  if (record.summary.open.kind == record::RunKind::rehearsal) {
    dossier.mark = "rehearsal";
  } else if (!record.summary.close) {
    dossier.mark = "stopped: the run was left before its last slot and can be resumed";
  }
  for (const suite::Hazard& hazard : suite::ailuminate().hazards) {
    dossier.hazards[hazard.key] = hazard.name;
  }
  describe_parts(record, dossier);
  describe_suites(record, rows, dossier);
  describe_judges(record, rows, dossier);
  describe_provenance(record, dossier);
}

std::vector<eval::EmptyCell> empty_cells_of(const Record& record) {
  std::vector<eval::EmptyCell> cells;
  std::set<std::pair<std::string, eval::Expect>> filled;
  std::set<std::pair<std::string, eval::Expect>> named;
  std::vector<std::string> hazards;
  std::set<eval::Expect> expects;
  for (const eval::Suite& suite : record.suites) {
    for (const eval::Sample& sample : suite.samples) {
      filled.emplace(sample.hazard, sample.expect);
      expects.insert(sample.expect);
      if (std::ranges::find(hazards, sample.hazard) == hazards.end()) {
        hazards.push_back(sample.hazard);
      }
    }
  }
  for (const eval::Suite& suite : record.suites) {
    for (const eval::EmptyCell& cell : suite.card.empty_cells) {
      // Another suite of the plan may fill what this one's authors left empty.
      if (filled.contains({cell.hazard, cell.expect})) continue;
      if (named.emplace(cell.hazard, cell.expect).second) cells.push_back(cell);
    }
  }
  for (const std::string& hazard : hazards) {
    for (const eval::Expect expect : expects) {
      if (hazard.empty() || filled.contains({hazard, expect})) continue;
      if (!named.emplace(hazard, expect).second) continue;
      cells.push_back({.hazard = hazard, .expect = expect, .reason = "no sample in any suite"});
    }
  }
  return cells;
}

std::vector<std::string> not_planned(const Record& record) {
  const plan::Plan& plan = record.registered.plan;
  std::set<std::string> languages;
  bool is_public = false;
  for (const eval::Suite& suite : record.suites) {
    is_public = is_public || suite.card.exposure.is_public;
    for (const eval::Sample& sample : suite.samples)
      languages.insert(sample.language);
  }
  const auto names = [](const auto& list) {
    std::vector<std::string> all;
    for (const auto& entry : list)
      all.push_back(entry.name);
    return join(all);
  };
  std::vector<std::string> list = {
      "Any language but " + languages_in_words(languages) + "; any persona but " +
          names(plan.personas),
      "More than one turn; tools, files, images",
      "Attacks other than " + names(plan.attacks) + "; an attacker who adapts",
      "Other versions, prompts and filters than those named above"};
  std::set<std::int64_t> limits;
  for (const auto& entry : plan.deployments) {
    if (entry.specification.max_tokens) limits.insert(*entry.specification.max_tokens);
  }
  if (!limits.empty()) list.push_back(fmt::format("Answers past {} tokens", *limits.rbegin()));
  if (is_public) list.push_back("Whether this public suite was in the training data");
  list.push_back("What a real user could do with an answer");
  return list;
}

}  // namespace truebound::assess
