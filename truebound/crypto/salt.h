#pragma once

// Bytes that nobody can guess. Only for hiding: what a result depends on is drawn from stream.h.

#include <string>

namespace truebound::crypto {

/// 32 bytes of the operating system's random source. Any thread.
std::string fresh_salt();

}  // namespace truebound::crypto
