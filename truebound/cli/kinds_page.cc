#include "truebound/cli/kinds_page.h"

#include <fmt/format.h>

#include "truebound/core/words.h"

namespace truebound::cli {
namespace {

// A bar would end a cell of a table.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char letter : text)
    escaped += letter == '|' ? std::string("\\|") : std::string(1, letter);
  return escaped;
}

std::string default_of(const eval::Option& option) {
  if (option.presence == eval::Presence::required) return "required";
  if (option.fallback.is_null()) return "none";
  if (option.fallback.text() != nullptr && option.fallback.text()->empty()) return "none";
  return "`" + json::canonical(option.fallback) + "`";
}

std::string kind_in_words(const eval::KnownKind& kind) {
  std::string text = fmt::format("\n### `{}`\n{}.\n", kind.id, kind.about);
  if (kind.options.empty()) return text + "\nIt has no options.\n";
  text += "\n| option | kind | default | means |\n| --- | --- | --- | --- |\n";
  for (const eval::Option& option : kind.options) {
    const bool apart = option.affects != eval::Affects::result;
    text += fmt::format("| `{}` | {} | {} | {}{} |\n", option.name, to_text(option.kind),
                        cell(default_of(option)), cell(option.about),
                        apart ? "; speed or cost only" : "");
  }
  return text;
}

std::string section(const char* title, const char* where,
                    const std::vector<eval::KnownKind>& kinds) {
  std::string text = fmt::format("\n## {}\n{}\n", title, where);
  for (const eval::KnownKind& kind : kinds)
    text += kind_in_words(kind);
  return text;
}

}  // namespace

std::string kinds_page(const eval::Catalog& known) {
  std::string text =
      "# kinds\n\nWhat a [plan](plan.md) may name, with the options of each. Written by `truebound "
      "init --kinds` from the code itself; a test holds this page to it. An option that affects "
      "speed or cost only is not in the plan's digest.\n";
  text += section("Models", "Under `models` and `instruments`, by the key `provider`.",
                  known.providers);
  text += section("Safeguards", "Under `safeguards`, by the key `kind`.", known.safeguards);
  text += section("Attacks", "Under `attacks`, by the key `id`.", known.attacks);
  text += section("Judges", "Under `judges`, by the key `kind`.", known.judges);
  text +=
      "\n## Suites\nBuilt in, under `suites`, by the key `builtin`: " + join(known.suites) + ".\n";
  return text;
}

}  // namespace truebound::cli
