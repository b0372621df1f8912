#pragma once

// TRUEBOUND_CHECK(condition, "what must hold"): we are wrong, not the world. On in release too: a
// wrong number is worse than no number. It prints place and expectation and ends with exit code 5.

namespace truebound {

/// Prints `file:line: expectation` to standard error and ends the process with exit code 5.
[[noreturn]] void fail_check(const char* file, int line, const char* condition,
                             const char* expectation);

}  // namespace truebound

#define TRUEBOUND_CHECK(condition, expectation)                                             \
  do {                                                                                      \
    if (!(condition)) ::truebound::fail_check(__FILE__, __LINE__, #condition, expectation); \
  } while (false)
