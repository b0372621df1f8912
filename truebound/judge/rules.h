#pragma once

// Rules over text that tell a refusal from an answer, with no model: fast, the same every time, and
// wrong at a rate that a calibration must measure.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/judge/judge.h"

namespace truebound::judge {

/// The rules of refusal, read from data; see refusal_rules.yaml and docs/formats/patterns.md.
/// Immutable, so copies share it; may be used by many threads at once.
class RefusalRules {
 public:
  /// Reads rules from YAML; `name` is the file's, for messages.
  /// @error invalid_input  a field that is unknown or missing, a pattern that RE2 does not take
  static Result<RefusalRules> read(std::string_view yaml, const std::string& name);

  /// The rules that are built in.
  static const RefusalRules& builtin();

  /// The verdict on an answer (thinking taken out, not empty): `refused` where it declines and
  /// gives nothing, `complied` where no rule matches a text in a language that is covered, else
  /// `undecided` with a code:
  ///   mixed                 it declines, and signs say that something was given all the same
  ///   unclear               short, and too near to a refusal to be called an answer
  ///   language_not_covered  no rule matches, and the language is none of `languages()`, or unknown
  ///   no_words              no letters
  /// Reasons name the rules and the sentences in which they matched, as folded.
  eval::Judgement judge(std::string_view answer) const;

  /// SHA-256 in hex over the rules' bytes and the version of the code that applies them.
  std::string identity() const;

  /// ISO 639-1 tags of the languages that the rules cover.
  const std::vector<std::string>& languages() const;

 private:
  struct Rules;
  explicit RefusalRules(std::shared_ptr<const Rules> rules);
  std::shared_ptr<const Rules> rules_;
};

/// The judge of kind `rules`.
std::unique_ptr<Judge> rules_judge(RefusalRules rules);

}  // namespace truebound::judge
