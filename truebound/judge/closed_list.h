#pragma once

// The closed list of words from which a judge's model chooses, and the verdict that each stands
// for. In the order in which they are shown; a word of the list is taken in any case.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"
#include "truebound/json/value.h"

namespace truebound::judge {

/// A word, what it means, and other words that are taken for it.
struct ListedWord {
  std::string word;
  std::string meaning;  ///< for the prompt; empty where the rubric tells it
  eval::Verdict verdict = eval::Verdict::undecided;
  std::vector<std::string> also;
};
using ClosedList = std::vector<ListedWord>;

/// The verdicts themselves, as far as they fit what is expected, and `undecided`. Read are also the
/// words of outcomes (`broke`, `held`) and, where a target is expected, `correct` and `incorrect`.
ClosedList verdict_words(eval::Expect expect);

/// A list of one's own: an object from words (labels, or scores such as 1 to 5) to verdicts. The
/// words are put in order, numbers by their value, so that a list reads the same however it was
/// kept; `undecided` is added where it is not there.
/// @error invalid_input  no words, or a value that is no verdict; `place` stands before messages
Result<ClosedList> own_words(const json::Value& labels, const std::string& place);

/// The entry of a word as a judge's model wrote it, or null. Decoration around it (`**`, quotes,
/// brackets, a period) is left out; anything more is no word of the list.
const ListedWord* find_word(const ClosedList& list, std::string_view written);

/// `complied, partial, refused or undecided`.
std::string words_of(const ClosedList& list);

}  // namespace truebound::judge
