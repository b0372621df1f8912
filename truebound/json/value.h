#pragma once

// JSON and YAML as one value that knows where it stood in its file, and the writers back. What is
// hashed is written by canonical(), which follows RFC 8785, so that independent writers agree.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "truebound/core/result.h"

namespace truebound::json {

/// Where a value began in its file; line 0 when it came from no file.
struct Place {
  int line = 0;
};

class Value;
using List = std::vector<Value>;
/// A key and its value. Objects keep the order of their file; canonical() sorts.
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

/// null, a truth value, an integer, a decimal, a text, a list or an object. Regular: copy and
/// compare freely; places are not compared.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}                                                 // NOLINT
  Value(bool value) : data_(value) {}                                      // NOLINT
  Value(std::int64_t value) : data_(value) {}                              // NOLINT
  Value(std::uint64_t value) : data_(static_cast<std::int64_t>(value)) {}  // NOLINT
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}            // NOLINT
  Value(double value) : data_(value) {}                                    // NOLINT
  Value(std::string value) : data_(std::move(value)) {}                    // NOLINT
  Value(std::string_view value) : data_(std::string(value)) {}             // NOLINT
  Value(const char* value) : data_(std::string(value)) {}                  // NOLINT
  Value(List value) : data_(std::move(value)) {}                           // NOLINT
  Value(Object value) : data_(std::move(value)) {}                         // NOLINT

  bool is_null() const { return data_.index() == 0; }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* decimal() const { return std::get_if<double>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }
  List* list() { return std::get_if<List>(&data_); }
  Object* object() { return std::get_if<Object>(&data_); }

  /// The member of this key, or nullptr: not there, or no object.
  const Value* find(std::string_view key) const;
  /// Sets a member of an object (a null becomes one), at its old place if it has one.
  Value& set(std::string key, Value value);
  /// Appends to a list (a null becomes one).
  void push(Value value);

  /// `a text`, `a list`, ...; for messages.
  const char* kind() const;
  int line() const { return place_.line; }
  void stand_at(int line) { place_.line = line; }

  bool operator==(const Value& other) const { return data_ == other.data_; }

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Object> data_;
  Place place_;
};

/// Parses one JSON value, strictly: UTF-8, no duplicate keys, no NaN, integers within 64 bits,
/// nothing after it. `name` is for messages; `first_line` is the line where the text begins in it.
/// @error invalid_input  `name:line: expected ..., got ...`
Result<Value> parse_json(std::string_view text, const std::string& name, int first_line = 1);

/// Parses one YAML document with the core schema of YAML 1.2: only true and false are truth values,
/// so `on` and `off` are texts. Anchors, aliases and tags are refused: what is hashed must not
/// hide.
/// @error invalid_input  `name:line: expected ..., got ...`
Result<Value> parse_yaml(std::string_view text, const std::string& name);

/// RFC 8785 (JCS): keys by UTF-16 code units, numbers as ECMAScript writes them, no spaces.
/// A NaN or infinity is our bug and ends the process.
std::string canonical(const Value& value);

/// For people: two-space indented, keys in their order, numbers as in canonical(). Characters that
/// a terminal obeys or that nobody sees (C1 controls, controls of direction) are written as
/// escapes. Ends without a line end.
std::string pretty(const Value& value);

/// A double as ECMAScript writes it: the shortest digits that read back as the same number.
std::string number_text(double value);

}  // namespace truebound::json
