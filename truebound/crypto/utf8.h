#pragma once

// As much of Unicode as signed notes ask for; what text means is `text`'s affair, beside this room.

#include <optional>
#include <string>
#include <string_view>

namespace truebound::crypto {

/// The code points of UTF-8, or nothing where the bytes are none: overlong forms, surrogates and
/// points beyond U+10FFFF are refused.
std::optional<std::u32string> decode_utf8(std::string_view bytes);

/// Whether a code point has Unicode's property White_Space.
bool is_unicode_space(char32_t point);

}  // namespace truebound::crypto
