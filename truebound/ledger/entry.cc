#include "truebound/ledger/entry.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "truebound/core/result.h"
#include "truebound/json/value.h"
#include "truebound/ledger/segment.h"

namespace truebound::ledger {
namespace {

constexpr std::int64_t max_integer = (std::int64_t{1} << 53U) - 1;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Why a value may not stand in an entry; empty where it may.
std::string fault_in(const json::Value& value) {
  if (value.is_null()) return "a null; leave the key out";
  if (value.decimal() != nullptr) return "a decimal; write it as text";
  if (const std::int64_t* number = value.integer()) {
    return *number > max_integer || *number < -max_integer ? "an integer beyond 2^53 - 1" : "";
  }
  if (const json::List* list = value.list()) {
    for (const json::Value& item : *list) {
      if (std::string fault = fault_in(item); !fault.empty()) return fault;
    }
  }
  if (const json::Object* object = value.object()) {
    for (const auto& [key, item] : *object) {
      if (!is_ascii(key)) return "a key that is not ASCII";
      if (std::string fault = fault_in(item); !fault.empty()) return fault;
    }
  }
  return "";
}

}  // namespace

Result<void> check_entry(std::string_view entry) {
  const auto bad = [](const std::string& finding) {
    return Error{.code = ErrorCode::malformed,
                 .message = "entry: expected one line of canonical JSON, got " + finding};
  };
  if (entry.empty() || entry.size() > max_entry) {
    return bad(std::to_string(entry.size()) + " bytes; 1 to 16384 are allowed");
  }
  const Result<json::Value> value = json::parse_json(entry, "entry");
  if (!value.ok()) return bad(value.error().message);
  if (value.value().object() == nullptr) return bad(value.value().kind());
  if (const std::string fault = fault_in(value.value()); !fault.empty()) return bad(fault);
  if (json::canonical(value.value()) != entry) return bad("another spelling of it");
  return {};
}

Result<json::Value> parse_entry(std::string_view line, std::uint64_t index) {
  const std::string place = "entry " + std::to_string(index);
  Result<json::Value> value = json::parse_json(line, place);
  if (!value.ok()) return Error{ErrorCode::malformed, value.error().message};
  if (value.value().object() == nullptr) {
    return Error{ErrorCode::malformed, place + ": expected an object"};
  }
  return value;
}

std::string type_of(const json::Value& entry) {
  const json::Value* type = entry.find("t");
  return type != nullptr && type->text() != nullptr ? *type->text() : "";
}

}  // namespace truebound::ledger
