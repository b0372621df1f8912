#pragma once

// Base64 as RFC 4648 section 4 has it, and nothing beside it: one spelling for each value, so that
// no byte of a signed text can be changed without notice.

#include <string>
#include <string_view>

#include "truebound/core/result.h"

namespace truebound::crypto {

/// Standard alphabet, padded, no line ends.
std::string to_base64(std::string_view bytes);

/// The bytes behind base64.
/// @error malformed  another letter, missing padding, line ends, or trailing bits that are not zero
Result<std::string> from_base64(std::string_view text);

}  // namespace truebound::crypto
