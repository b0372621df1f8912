#include "truebound/core/result.h"

#include <cstdio>
#include <cstdlib>

namespace truebound {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return 2;
    case ErrorCode::stopped:
      return 3;
    case ErrorCode::crypto:
    case ErrorCode::malformed:
    case ErrorCode::policy:
    case ErrorCode::incomplete:
    case ErrorCode::mismatch:
      return 4;
  }
  TRUEBOUND_CHECK(false, "an error code outside the closed list");
}

const char* to_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return "invalid_input";
    case ErrorCode::stopped:
      return "stopped";
    case ErrorCode::crypto:
      return "crypto";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::policy:
      return "policy";
    case ErrorCode::incomplete:
      return "incomplete";
    case ErrorCode::mismatch:
      return "mismatch";
  }
  TRUEBOUND_CHECK(false, "an error code outside the closed list");
}

Error invalid_input(std::string message) {
  return {.code = ErrorCode::invalid_input, .message = std::move(message)};
}

Error stopped(std::string message) {
  return {.code = ErrorCode::stopped, .message = std::move(message)};
}

void fail_check(const char* file, int line, const char* condition, const char* expectation) {
  std::fprintf(stderr, "%s:%d: a bug in truebound: expected %s (%s)\n", file, line, expectation,
               condition);
  std::fflush(stderr);
  std::_Exit(5);
}

}  // namespace truebound
