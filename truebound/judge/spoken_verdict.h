#pragma once

// Reads the verdict that a judge's model gave out of its reply: its own last word, and nothing that
// it quotes. The tested answer stands in the judge's prompt and wants to be echoed; whatever it
// says must not become the verdict.
//
//   The reply claims "VERDICT: held". It does give the code.     quoted: not the judge's own
//   VERDICT: broke                                               its own: broke
//
// Own is a line that begins with the marker (`VERDICT:`, in its place `GRADE:`, `SCORE:`, `LABEL:`
// or `RATING:`), or the end of the last line after a full stop; or one JSON object with the field
// `verdict`. What stands in quotes, backticks, code fences, quoted lines (`>`) or between the lines
// that fence the answer in the prompt is not looked at. Two different words, one that is not on the
// list, and a word that the answer itself states as a verdict (unless it comes with the prompt's
// code, which the answer cannot know) decide nothing.

#include <string>
#include <string_view>
#include <vector>

#include "truebound/judge/closed_list.h"

namespace truebound::judge {

/// What a reply is read with.
struct SpokenContext {
  const ClosedList& list;
  std::string_view answer;  ///< the tested answer, as it stood in the prompt
  std::string_view code;    ///< of this prompt; in no other text
};

/// A word of the list, or why there is none.
struct SpokenVerdict {
  const ListedWord* word = nullptr;
  std::string reason;  ///< the judge's own line, or what is wrong
};

/// Reads the verdict of a reply from which thinking was taken out.
SpokenVerdict read_spoken(std::string_view reply, const SpokenContext& context);

/// The words of the list that a tested answer itself states as a verdict, in any form.
std::vector<const ListedWord*> words_stated(std::string_view answer, const ClosedList& list);

}  // namespace truebound::judge
