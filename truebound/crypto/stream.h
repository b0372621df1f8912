#pragma once

// The random stream of one purpose of one subject: what one attempt draws can be drawn again from
// the run's seed alone, whatever else ran beside it.

#include <string_view>

#include "truebound/core/random.h"

namespace truebound::crypto {

/// A Philox4x32-10 stream from counter 0. Its key is the first 8 bytes, little-endian, of
/// SHA-256("truebound/stream/v1\n" + seed + "\n" + subject + "\n" + purpose).
/// @param seed     the run's seed, 64 hexadecimal digits
/// @param subject  a slot key, or `-` for what belongs to no slot
/// @param purpose  `call:<role>:<n>`, `attack`, `persona`, `exhibit`, `split`,
///                 `bootstrap:<estimate>:<b>`
RandomStream open_stream(std::string_view seed, std::string_view subject, std::string_view purpose);

}  // namespace truebound::crypto
