#pragma once

// Specifications: what a plan says of a model, a safeguard, a judge, an attack or a suite, as an id
// with option keys; and the catalog of ids and keys that exist. The rooms that implement them lie
// above `plan`, which names them by id and includes none of them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/sample.h"
#include "truebound/json/fields.h"

namespace truebound::eval {

/// What an option holds. A `file` is read from beside the plan and frozen with it.
enum class OptionKind { text, whole, decimal, truth, texts, mapping, file };
constexpr std::array<std::string_view, 7> words(OptionKind /*list*/) {
  return {"text", "whole", "decimal", "truth", "texts", "mapping", "file"};
}

/// Must an option be there?
enum class Presence { optional, required };

/// Does an option belong to the plan's digest, or to how fast the run goes?
enum class Affects { result, speed };

/// One option key of a kind.
struct Option {
  std::string name;
  OptionKind kind = OptionKind::text;
  json::Value fallback;  ///< what holds when the plan is silent; null: nothing
  Presence presence = Presence::optional;
  Affects affects = Affects::result;
  std::string about;
};

/// An id with the options that it takes.
struct KnownKind {
  std::string id;
  std::string about;
  std::vector<Option> options;
};

/// All ids that a plan may name. Filled by `assess` from the rooms that implement them.
struct Catalog {
  std::vector<KnownKind> providers;
  std::vector<KnownKind> safeguards;
  std::vector<KnownKind> judges;
  std::vector<KnownKind> attacks;
  std::vector<std::string> suites;  ///< names of the suites that are built in
};

/// An id with its options, defaults filled in. Options are an object.
struct Specification {
  std::string id;
  json::Value options = json::Object{};

  /// The option as a text; empty when it is not there.
  std::string text(std::string_view option) const;
  std::optional<std::int64_t> whole(std::string_view option) const;
  std::optional<double> decimal(std::string_view option) const;
  std::vector<std::string> texts(std::string_view option) const;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(json::required("id"), id, "the kind");
    visit("options", options, "its options, defaults filled in");
  }
};

/// Who uses a system. `says` stands before each request, as that person's own words.
struct Persona {
  std::string about;
  std::string says;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("about", about, "who this is, for the report");
    visit("says", says, "what this person says before each request");
  }
};

/// Where a system is used, and how its model is asked. Parameters that are absent are not sent.
struct Deployment {
  std::string system_prompt;
  std::string system_text;
  std::string product;
  std::string sold_to;
  std::string language = "en";
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("system_prompt", system_prompt, "file with the system prompt");
    visit("system_text", system_text, "the system prompt itself, instead of a file");
    visit("product", product, "what the system is part of");
    visit("sold_to", sold_to, "who buys or gets it");
    visit("language", language, "language it is used in (BCP 47)");
    visit("temperature", temperature, "sampling temperature, >= 0");
    visit("top_p", top_p, "share of probability kept, in (0, 1]");
    visit("max_tokens", max_tokens, "limit of an answer in tokens, >= 1");
  }
};

}  // namespace truebound::eval
