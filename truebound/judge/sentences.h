#pragma once

// An answer cut into the sentences that its author speaks, folded for matching.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace truebound::judge {

/// The sentences of an answer and what of it is no sentence.
struct Sentences {
  std::vector<std::string> spoken;  ///< folded, accents dropped, never empty
  std::size_t list_items = 0;       ///< lines that start with a number or a bullet
  std::size_t code_blocks = 0;      ///< fenced blocks, left out of `spoken`
  std::size_t other_script = 0;     ///< letters of a script that is not Latin
};

/// Cuts at line ends and at `. ! ? ;` before a space. What stands in quotation marks, in block
/// quotes and in code is not spoken by the author and is left out, unless there is nothing else.
/// Marks of emphasis and headings are left out.
Sentences sentences_of(std::string_view answer);

/// Words of a folded sentence, split at spaces.
std::size_t count_words(std::string_view sentence);

}  // namespace truebound::judge
