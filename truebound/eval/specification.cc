#include "truebound/eval/specification.h"

namespace truebound::eval {

std::string Specification::text(std::string_view option) const {
  const json::Value* value = options.find(option);
  return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

std::optional<std::int64_t> Specification::whole(std::string_view option) const {
  const json::Value* value = options.find(option);
  if (value == nullptr || value->integer() == nullptr) return std::nullopt;
  return *value->integer();
}

std::optional<double> Specification::decimal(std::string_view option) const {
  const json::Value* value = options.find(option);
  if (value == nullptr) return std::nullopt;
  if (value->integer() != nullptr) return static_cast<double>(*value->integer());
  if (value->decimal() != nullptr) return *value->decimal();
  return std::nullopt;
}

std::vector<std::string> Specification::texts(std::string_view option) const {
  std::vector<std::string> list;
  const json::Value* value = options.find(option);
  if (value == nullptr || value->list() == nullptr) return list;
  for (const json::Value& element : *value->list()) {
    if (element.text() != nullptr) list.push_back(*element.text());
  }
  return list;
}

}  // namespace truebound::eval
