// Reads JSON with simdjson's on-demand parser: strict, with the line of each value.

#include <algorithm>
#include <limits>
#include <set>

#include <simdjson.h>

#include "truebound/json/value.h"

namespace truebound::json {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int deepest = 256;

class JsonReader {
 public:
  JsonReader(std::string_view text, const std::string& name, int first_line)
      : padded_(text), name_(name), line_(first_line), counted_(padded_.data()) {}

  Result<Value> read() {
    ondemand::parser parser;
    ondemand::document document;
    if (const auto code = parser.iterate(padded_).get(document)) return failed(code);
    // A document that is one scalar has functions of its own in simdjson.
    bool scalar = false;
    if (const auto code = document.is_scalar().get(scalar)) return failed(code);
    Result<Value> value = scalar ? read_scalar(document) : read_composed(document);
    if (!value.ok()) return value;
    // Past the last token there is no location: one that is there is a token too many.
    const char* rest = nullptr;
    if (document.current_location().get(rest) == simdjson::SUCCESS) {
      return failed(simdjson::TRAILING_CONTENT);
    }
    return value;
  }

 private:
  Error failed(simdjson::error_code code) const {
    return invalid_input(name_ + ":" + std::to_string(line_) +
                         ": expected JSON: " + simdjson::error_message(code));
  }
  Error failed(const std::string& message) const {
    return invalid_input(name_ + ":" + std::to_string(line_) + ": " + message);
  }

  // Values come in the order of the text, so each line end is counted once.
  void move_to(const char* location) {
    if (location < counted_ || location > padded_.data() + padded_.size()) return;
    line_ += static_cast<int>(std::count(counted_, location, '\n'));
    counted_ = location;
  }

  Result<Value> read_composed(ondemand::document& document) {
    ondemand::value value;
    if (const auto code = document.get_value().get(value)) return failed(code);
    return read_value(value, 0);
  }

  Result<Value> read_value(ondemand::value value, int depth) {
    if (depth > deepest) {
      return failed("expected at most " + std::to_string(deepest) + " levels of nesting");
    }
    ondemand::json_type type{};
    if (const auto code = value.type().get(type)) return failed(code);
    const char* location = nullptr;
    if (value.current_location().get(location) == simdjson::SUCCESS) move_to(location);
    const int line = line_;
    Result<Value> result = type == ondemand::json_type::array    ? read_list(value, depth)
                           : type == ondemand::json_type::object ? read_object(value, depth)
                                                                 : read_scalar(value);
    if (result.ok()) result.value().stand_at(line);
    return result;
  }

  Result<Value> read_list(ondemand::value value, int depth) {
    List list;
    ondemand::array array;
    if (const auto code = value.get_array().get(array)) return failed(code);
    for (auto element : array) {
      ondemand::value inner;
      if (const auto code = element.get(inner)) return failed(code);
      TRUEBOUND_TRY(read, read_value(inner, depth + 1));
      list.push_back(std::move(read));
    }
    return Value(std::move(list));
  }

  Result<Value> read_object(ondemand::value value, int depth) {
    Object object;
    std::set<std::string> keys;
    ondemand::object members;
    if (const auto code = value.get_object().get(members)) return failed(code);
    for (auto member : members) {
      std::string_view key;
      if (const auto code = member.unescaped_key().get(key)) return failed(code);
      std::string name(key);
      if (!keys.insert(name).second) return failed("the key " + name + " stands twice");
      ondemand::value inner;
      if (const auto code = member.value().get(inner)) return failed(code);
      TRUEBOUND_TRY(read, read_value(inner, depth + 1));
      object.emplace_back(std::move(name), std::move(read));
    }
    return Value(std::move(object));
  }

  template <class Source>
  Result<Value> read_scalar(Source& value) {
    ondemand::json_type type{};
    if (const auto code = value.type().get(type)) return failed(code);
    switch (type) {
      case ondemand::json_type::null: {
        bool nothing = false;
        if (const auto code = value.is_null().get(nothing)) return failed(code);
        if (!nothing) return failed("expected null");
        return Value(nullptr);
      }
      case ondemand::json_type::boolean: {
        bool truth = false;
        if (const auto code = value.get_bool().get(truth)) return failed(code);
        return Value(truth);
      }
      case ondemand::json_type::string: {
        std::string_view text;
        if (const auto code = value.get_string().get(text)) return failed(code);
        return Value(text);
      }
      default:
        return read_number(value);
    }
  }

  template <class Source>
  Result<Value> read_number(Source& value) {
    ondemand::number number;
    if (const auto code = value.get_number().get(number)) return failed(code);
    if (number.is_int64()) return Value(number.get_int64());
    if (number.is_uint64()) return failed("expected a whole number of at most 64 bits");
    return Value(number.get_double());
  }

  simdjson::padded_string padded_;
  const std::string& name_;
  int line_;
  const char* counted_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const std::string& name, int first_line) {
  return JsonReader(text, name, first_line).read();
}

}  // namespace truebound::json
