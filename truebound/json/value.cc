#include "truebound/json/value.h"

#include <algorithm>

#include "truebound/core/check.h"

namespace truebound::json {

const Value* Value::find(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, key, &Member::first);
  return found == members->end() ? nullptr : &found->second;
}

Value& Value::set(std::string key, Value value) {
  if (is_null()) data_ = Object{};
  TRUEBOUND_CHECK(object() != nullptr, "an object to set a member of");
  const auto found = std::ranges::find(*object(), key, &Member::first);
  if (found != object()->end()) {
    found->second = std::move(value);
  } else {
    object()->emplace_back(std::move(key), std::move(value));
  }
  return *this;
}

void Value::push(Value value) {
  if (is_null()) data_ = List{};
  TRUEBOUND_CHECK(list() != nullptr, "a list to append to");
  list()->push_back(std::move(value));
}

const char* Value::kind() const {
  if (is_null()) return "nothing";
  if (boolean() != nullptr) return "true or false";
  if (integer() != nullptr) return "a whole number";
  if (decimal() != nullptr) return "a decimal";
  if (text() != nullptr) return "a text";
  return list() != nullptr ? "a list" : "a mapping";
}

}  // namespace truebound::json
