#pragma once

// Text as data in HTML: never markup, never active, nothing stripped.

#include <string>
#include <string_view>

namespace truebound::text {

/// A text for the content of an element: `& < > " '` escaped, hidden characters and broken bytes
/// (see is_hidden) as `<span class="cp">U+202E</span>`. Line feeds and tabs stay: where they count,
/// the element is a `pre`. What a model, user or suite wrote belongs in content only.
std::string html_text(std::string_view text);

/// The same without elements, for titles and attribute values of our own, in double quotes: hidden
/// characters as `<U+202E>`, escaped, line feeds too.
std::string html_attribute(std::string_view text);

}  // namespace truebound::text
