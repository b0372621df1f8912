#pragma once

// Human labels from a file as a judge: what a person said of a reply, looked up, never guessed.
// The file: docs/formats/labels.md.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/judge/judge.h"

namespace truebound::judge {

/// Labels by the columns of their table that tell replies apart.
class HumanLabels {
 public:
  /// Reads a table, JSONL where the name ends in .jsonl, else CSV. `label` (or `truth`, or
  /// `verdict`) is a verdict's word, `broke` or `held`; empty: not labeled. Which reply it is of is
  /// told by `slot` (the slot's key or its number), or by `sample` with any of `suite model persona
  /// deployment arm attack epoch`, or by `response` or its `response_sha256` alone; where several
  /// are there, all must fit. `query` tells one of several replies. Other columns are not read.
  /// @error invalid_input  no such columns, a word that is no label, or two labels for one reply
  static Result<HumanLabels> read(const std::string& text, const std::string& name);

  /// The label of a reply as it was written, or null.
  const std::string* find(const Hearing& hearing, const eval::Query& query) const;

  /// Labeled replies.
  std::size_t count() const { return labels_.size(); }

 private:
  std::string key_of(const std::map<std::string, std::string>& parts) const;

  std::vector<std::string> columns_;           // that make up a key
  std::map<std::string, std::string> labels_;  // by key
};

/// The judge of kind `labels`. A reply without a label is undecided with the code `not_labeled`; a
/// label that says nothing of what was expected is undecided with `label_does_not_fit`.
/// @param digest  SHA-256 of the file, in hex: its identity
std::unique_ptr<Judge> human_judge(HumanLabels labels, std::string digest);

}  // namespace truebound::judge
