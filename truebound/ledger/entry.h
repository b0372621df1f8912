#pragma once

// What every entry must be, whatever it means: one line of canonical JSON with nothing in it that
// two programs could write in two ways.

#include <string_view>

#include "truebound/core/result.h"

namespace truebound::ledger {

/// Holds where the bytes are an entry: a JSON object in RFC 8785 form, at most 16 KiB, keys of
/// ASCII, values texts, truth values, integers within 2^53 - 1, lists and objects of these.
/// @error malformed  anything else: a decimal, a null, a space, keys out of order, other UTF-8
Result<void> check_entry(std::string_view entry);

}  // namespace truebound::ledger
