#include "truebound/judge/registry.h"

#include "truebound/core/words.h"
#include "truebound/judge/choice.h"
#include "truebound/judge/exact.h"
#include "truebound/judge/rules.h"

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
                    {.name = "calibration",
                     .kind = OptionKind::text,
                     .fallback = "after",
                     .about =
                         "a table of labeled responses, or `after`: labels come after the run"}}},
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
       make_exact}};
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
