#pragma once

// Folding a text before it is compared or matched: the same words, however they were typed, become
// the same bytes.

#include <string>
#include <string_view>

#include "truebound/text/utf8.h"

namespace truebound::text {

/// Whether accents on Latin letters are kept (`é`) or dropped (`e`). Other scripts keep theirs.
enum class Accents { keep, drop };

/// Compatibility forms and case folded (Unicode's NFKC_Casefold), all apostrophes and single quotes
/// as `'`, double quotes as `"`, dashes as `-`, runs of white space as one space, invisible and
/// control characters removed, no space at the ends. With Breaks::keep, a run that holds a line
/// feed becomes one line feed. Broken bytes become U+FFFD. Offsets are not those of the input.
std::string fold(std::string_view text, Breaks breaks = Breaks::show,
                 Accents accents = Accents::keep);

/// As `fold` with accents kept, and case kept too: full-width letters become plain ones, `B` stays
/// `B`.
std::string flatten(std::string_view text, Breaks breaks = Breaks::show);

/// Digits of every script as `0` to `9`, and the signs around them (full-width and Arabic point,
/// comma and percent, minus) as ASCII. Superscripts and fractions stay. Bytes that are no UTF-8
/// become U+FFFD; all else is untouched.
std::string plain_digits(std::string_view text);

}  // namespace truebound::text
