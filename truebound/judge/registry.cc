#include "truebound/judge/registry.h"

#include "truebound/core/words.h"
#include "truebound/crypto/sha256.h"
#include "truebound/judge/choice.h"
#include "truebound/judge/exact.h"
#include "truebound/judge/human.h"
#include "truebound/judge/rubric.h"
#include "truebound/judge/rules.h"
#include "truebound/text/normalize.h"

namespace truebound::judge {
namespace {

using eval::KnownKind;
using eval::OptionKind;
using Made = Result<std::unique_ptr<Judge>>;

Error wrong_option(const Casting& casting, const std::string& expectation) {
  return invalid_input("judges." + casting.name + ": " + expectation);
}

Made make_rules(const Casting& casting) {
  const std::string file = casting.specification.text("rules");
  if (file.empty()) return rules_judge(RefusalRules::builtin());
  TRUEBOUND_TRY(yaml, casting.files.read(file));
  TRUEBOUND_TRY(rules, RefusalRules::read(yaml, file));
  return rules_judge(std::move(rules));
}

Made make_choice(const Casting& casting) {
  const json::Value* several = casting.specification.options.find("several");
  const bool is_several =
      several != nullptr && several->boolean() != nullptr && *several->boolean();
  return choice_judge({.labels = casting.specification.texts("labels"),
                       .several = is_several ? Several::yes : Several::no});
}

Made make_exact(const Casting& casting) {
  const std::string word = casting.specification.text("type");
  const auto type = word.empty() ? AnswerType::automatic : from_text<AnswerType>(word);
  if (!type) {
    return wrong_option(
        casting, "type must be one of " + join(all_words<AnswerType>()) + ", got \"" + word + "\"");
  }
  return exact_judge(*type);
}

Result<model::Model*> instrument_of(const Casting& casting) {
  const std::string wanted = casting.specification.text("model");
  std::vector<std::string> known;
  for (model::Model* model : casting.instruments) {
    if (model->name() == wanted) return model;
    known.push_back(model->name());
  }
  return wrong_option(casting, "model must be one of the plan's instruments (" + join(known) +
                                   "), got \"" + wanted + "\"");
}

Made make_rubric(const Casting& casting) {
  const eval::Specification& given = casting.specification;
  TRUEBOUND_TRY(model, instrument_of(casting));
  RubricOptions options{.model = model,
                        .temperature = given.decimal("temperature"),
                        .top_p = given.decimal("top_p"),
                        .max_tokens = given.whole("max_tokens")};
  if (options.temperature && *options.temperature < 0)
    return wrong_option(casting, "temperature must be >= 0");
  if (options.top_p && !(*options.top_p > 0 && *options.top_p <= 1))
    return wrong_option(casting, "top_p must be in (0, 1]");
  if (options.max_tokens && *options.max_tokens < 1)
    return wrong_option(casting, "max_tokens must be >= 1");
  const std::string form = given.text("form");
  const auto known_form = form.empty() ? VerdictForm::line : from_text<VerdictForm>(form);
  if (!known_form) {
    return wrong_option(casting, "form must be one of " + join(all_words<VerdictForm>()) +
                                     ", got \"" + form + "\"");
  }
  options.form = *known_form;
  if (const json::Value* labels = given.options.find("labels")) {
    TRUEBOUND_TRY(list, own_words(*labels, "judges." + casting.name + ": "));
    options.own_list = std::move(list);
  }
  TRUEBOUND_TRY(rubric, casting.files.read(given.text("rubric")));
  if (text::fold(rubric).empty())
    return wrong_option(casting, "expected a rubric in " + given.text("rubric") + ", found none");
  options.rubric = std::move(rubric);
  return rubric_judge(std::move(options));
}

Made make_labels(const Casting& casting) {
  const std::string file = casting.specification.text("file");
  TRUEBOUND_TRY(bytes, casting.files.read(file));
  // A frozen plan names files by their digests, which have no ending.
  const bool is_jsonl = file.ends_with(".jsonl") || bytes.starts_with("{");
  TRUEBOUND_TRY(labels, HumanLabels::read(
                            bytes, is_jsonl && !file.ends_with(".jsonl") ? file + ".jsonl" : file));
  return human_judge(std::move(labels), crypto::sha256(bytes).hex());
}

eval::Option calibration_option() {
  return {.name = "calibration",
          .kind = OptionKind::text,
          .fallback = "after",
          .about = "a table of labeled responses, or `after`: labels come after the run"};
}

KnownKind rubric_kind() {
  return {
      .id = "rubric",
      .about = "another model, which judges by a rubric; needs a calibration",
      .options = {
          {.name = "model",
           .kind = OptionKind::text,
           .presence = eval::Presence::required,
           .about = "the instrument that judges"},
          {.name = "rubric",
           .kind = OptionKind::file,
           .presence = eval::Presence::required,
           .about = "what to judge by, a text (docs/formats/rubric.md)"},
          {.name = "labels",
           .kind = OptionKind::mapping,
           .about = "words or scores of the rubric's own, to verdicts: {1: refused, 5: complied}"},
          {.name = "form",
           .kind = OptionKind::text,
           .fallback = "line",
           .about = "line or json: how the model is asked to give its verdict"},
          {.name = "temperature", .kind = OptionKind::decimal, .about = ">= 0; else not sent"},
          {.name = "top_p", .kind = OptionKind::decimal, .about = "in (0, 1]; else not sent"},
          {.name = "max_tokens",
           .kind = OptionKind::whole,
           .about =
               "limit of the judge's reply; else not sent. A reply that reaches it is undecided"},
          {.name = "allow_model_under_test",
           .kind = OptionKind::truth,
           .fallback = false,
           .about = "lets a model judge its own answers; the report says so as a limit"},
          calibration_option()}};
}

struct Kind {
  KnownKind kind;
  Made (*make)(const Casting& casting);
};

// Every kind of judge, one a paragraph.
const std::vector<Kind>& table() {
  static const std::vector<Kind> all{
      {{.id = "rules",
        .about = "tells refusals from answers by their wording; needs a calibration",
        .options = {{.name = "rules",
                     .kind = OptionKind::file,
                     .about = "own rules instead of those built in (docs/formats/patterns.md)"},
                    calibration_option()}},
       make_rules},
      {{.id = "choice",
        .about = "the label that an answer chooses, against the target",
        .options = {{.name = "labels",
                     .kind = OptionKind::texts,
                     .about = "labels as shown, in order; left out: A, B, C, ..."},
                    {.name = "several",
                     .kind = OptionKind::truth,
                     .fallback = false,
                     .about = "whether more than one label may be right"}}},
       make_choice},
      {{.id = "exact",
        .about = "the number or text that an answer gives, against the target",
        .options = {{.name = "type",
                     .kind = OptionKind::text,
                     .fallback = "automatic",
                     .about = "automatic, number or text"}}},
       make_exact},
      {rubric_kind(), make_rubric},
      {{.id = "labels",
        .about = "what people said of the replies, from a file; needs a calibration",
        .options = {{.name = "file",
                     .kind = OptionKind::file,
                     .presence = eval::Presence::required,
                     .about = "the labels, CSV or JSONL (docs/formats/labels.md)"},
                    calibration_option()}},
       make_labels}};
  return all;
}

}  // namespace

Result<std::unique_ptr<Judge>> make(const Casting& casting) {
  for (const Kind& kind : table()) {
    if (kind.kind.id == casting.specification.id) return kind.make(casting);
  }
  std::vector<std::string> ids;
  for (const Kind& kind : table())
    ids.push_back(kind.kind.id);
  return wrong_option(
      casting, "kind must be one of " + join(ids) + ", got \"" + casting.specification.id + "\"");
}

std::vector<eval::KnownKind> kinds() {
  std::vector<eval::KnownKind> all;
  for (const Kind& kind : table())
    all.push_back(kind.kind);
  return all;
}

}  // namespace truebound::judge
