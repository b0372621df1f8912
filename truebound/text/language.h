#pragma once

// Which language a text is in, as far as a small honest detector can tell. It serves one question:
// may "no rule of refusal matched" be read as "did not refuse"? So it never guesses from nothing.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace truebound::text {

/// What was found, and on what evidence.
struct Language {
  std::string tag = "und";      ///< ISO 639-1, or `und`: cannot tell
  std::string script = "Zzzz";  ///< ISO 15924 of most letters; `Zzzz`: no letters
  std::size_t words = 0;
  std::size_t evidence = 0;  ///< words that are function words of `tag`
};

/// Detects the language of a text by its script and its function words.
///
/// Told apart by words: en fr de es it pt nl, and neighbors that would pass for one of them (ca gl
/// ro sv da af id tr sw and others): those are named so that they are not taken for a language that
/// is covered. `und` where letters are not at least nine tenths Latin, where fewer than two
/// different function words of one language occur, one of more than a letter (one is enough in a
/// text of up to five words, when it is of no other language listed), where they are less than a
/// tenth of the words, or where another language comes within a fifth of the best. So `Paris.` and
/// `4711` are `und`, not English.
Language language_of(std::string_view text);

/// All tags that `language_of` can give besides `und`, in order.
std::vector<std::string> known_languages();

}  // namespace truebound::text
