#pragma once

// What outside the program can go wrong, as a value: a file, a network, a provider, a plan. A
// function that can meet it returns Result<T>; dropping one does not compile.

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "truebound/core/check.h"

namespace truebound {

/// The closed list of what can go wrong outside; each maps to one exit code of the program.
enum class ErrorCode {
  invalid_input,  ///< bad input or usage, nothing written: exit 2
  stopped,        ///< stopped on the way, can be resumed (disk full, endpoint down): exit 3
  crypto,         ///< evidence: a hash or signature does not fit: exit 4
  malformed,      ///< evidence: bytes that are no ledger, entry, note or blob: exit 4
  policy,         ///< evidence: sound, and not what the given key or checkpoint asks: exit 4
  incomplete,     ///< evidence: something that an entry names is not there: exit 4
  mismatch,       ///< evidence: two parts contradict each other: exit 4
};

/// What went wrong. `message` is one line: place, expectation, finding, as in
/// `plan.yaml:14: epochs must be >= 1, got 0`.
struct Error {
  ErrorCode code = ErrorCode::invalid_input;
  std::string message;
};

/// The program's exit code for an error: 2, 3 or 4.
int exit_code(ErrorCode code);

/// The word of an error code, as JSON has it: `invalid_input`, `stopped`, `crypto`, ...
const char* to_text(ErrorCode code);

/// Short forms that read well at the place of the error.
Error invalid_input(std::string message);
Error stopped(std::string message);

/// A value or the reason why there is none. Check `ok()` before `value()`; TRUEBOUND_TRY does both.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }

  const T& value() const& {
    TRUEBOUND_CHECK(ok(), "value() of a Result that holds an error");
    return std::get<0>(state_);
  }
  T& value() & {
    TRUEBOUND_CHECK(ok(), "value() of a Result that holds an error");
    return std::get<0>(state_);
  }
  T&& value() && {
    TRUEBOUND_CHECK(ok(), "value() of a Result that holds an error");
    return std::get<0>(std::move(state_));
  }
  const Error& error() const {
    TRUEBOUND_CHECK(!ok(), "error() of a Result that holds a value");
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Done, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  void value() const { TRUEBOUND_CHECK(ok(), "value() of a Result that holds an error"); }
  const Error& error() const {
    TRUEBOUND_CHECK(!ok(), "error() of a Result that holds a value");
    return *error_;  // NOLINT(bugprone-unchecked-optional-access)
  }

 private:
  std::optional<Error> error_;
};

}  // namespace truebound

/// TRUEBOUND_TRY(name, expression): declares `name` from a Result, or returns its error from here.
/// TRUEBOUND_CO_TRY is the same inside a coroutine. TRUEBOUND_TRY_VOID(expression) declares
/// nothing.
#define TRUEBOUND_TRY(name, expression)                  \
  auto name##_result = (expression);                     \
  if (!name##_result.ok()) return name##_result.error(); \
  auto name = std::move(name##_result).value()

#define TRUEBOUND_CO_TRY(name, expression)                  \
  auto name##_result = (expression);                        \
  if (!name##_result.ok()) co_return name##_result.error(); \
  auto name = std::move(name##_result).value()

#define TRUEBOUND_TRY_VOID(expression)                                                  \
  do {                                                                                  \
    if (auto done_result = (expression); !done_result.ok()) return done_result.error(); \
  } while (false)

#define TRUEBOUND_CO_TRY_VOID(expression)                                                  \
  do {                                                                                     \
    if (auto done_result = (expression); !done_result.ok()) co_return done_result.error(); \
  } while (false)
