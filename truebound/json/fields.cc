#include "truebound/json/fields.h"

#include <algorithm>
#include <cmath>

namespace truebound::json {
namespace {

Error wrong_kind(const Value& value, const std::string& file, const std::string& what,
                 const std::string& kind) {
  return wrong(file, value.line(), what + " must be " + kind + ", got " + value.kind());
}

}  // namespace

Error wrong(const std::string& file, int line, const std::string& expectation) {
  const std::string place = line > 0 ? file + ":" + std::to_string(line) : file;
  return invalid_input(place + ": " + expectation);
}

Error wrong_word(const Value& value, const std::string& file, const std::string& what,
                 const std::vector<std::string>& options) {
  const std::string got = value.text() != nullptr ? *value.text() : std::string(value.kind());
  std::string message = what + " must be one of " + join(options) + ", got " + got;
  if (const auto near = nearest(got, options)) message += "; did you mean " + *near + "?";
  return wrong(file, value.line(), message);
}

Result<void> read_into(bool& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.boolean() == nullptr) return wrong_kind(value, file, what, "true or false");
  field = *value.boolean();
  return {};
}

Result<void> read_into(std::int64_t& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.integer() == nullptr) return wrong_kind(value, file, what, "a whole number");
  field = *value.integer();
  return {};
}

Result<void> read_into(std::uint64_t& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.integer() == nullptr) return wrong_kind(value, file, what, "a whole number");
  if (*value.integer() < 0) {
    return wrong(file, value.line(),
                 what + " must be >= 0, got " + std::to_string(*value.integer()));
  }
  field = static_cast<std::uint64_t>(*value.integer());
  return {};
}

Result<void> read_into(double& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.integer() != nullptr) {
    field = static_cast<double>(*value.integer());
    return {};
  }
  if (value.decimal() == nullptr) return wrong_kind(value, file, what, "a number");
  field = *value.decimal();
  return {};
}

Result<void> read_into(std::string& field, const Value& value, const std::string& file,
                       const std::string& what) {
  if (value.text() == nullptr) return wrong_kind(value, file, what, "a text");
  field = *value.text();
  return {};
}

Result<void> read_into(Value& field, const Value& value, const std::string& /*file*/,
                       const std::string& /*what*/) {
  field = value;
  return {};
}

Result<void> FieldReader::finish(const std::string& what) const {
  for (const auto& [key, value] : *object_.object()) {
    if (std::ranges::find(known_, key) != known_.end()) continue;
    std::string message = "unknown key " + key + " in " + what;
    if (const auto near = nearest(key, known_)) {
      message += "; did you mean " + *near + "?";
    } else {
      message += "; known are " + join(known_);
    }
    return wrong(file_, value.line(), message);
  }
  if (error_) return *error_;
  return {};
}

}  // namespace truebound::json
