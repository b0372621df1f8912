#pragma once

// What every entry must be, whatever it means: one line of canonical JSON with nothing in it that
// two programs could write in two ways.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/json/fields.h"
#include "truebound/json/value.h"

namespace truebound::ledger {

/// Holds where the bytes are an entry: a JSON object in RFC 8785 form, at most 16 KiB, keys of
/// ASCII, values texts, truth values, integers within 2^53 - 1, lists and objects of these.
/// @error malformed  anything else: a decimal, a null, a space, keys out of order, other UTF-8
Result<void> check_entry(std::string_view entry);

// Entries of the rooms above are nouns with fields; each names its type in `Entry::type`.

/// An entry as its line: canonical JSON with its type under `t`.
template <class Entry>
std::string to_line(const Entry& entry) {
  json::Value value = json::write(entry);
  value.set("t", Entry::type);
  return json::canonical(value);
}

/// A line parsed.
/// @error malformed  it is no JSON object
Result<json::Value> parse_entry(std::string_view line, std::uint64_t index);

/// The type of a parsed entry, or empty.
std::string type_of(const json::Value& entry);

/// An entry back from its parsed line.
/// @error malformed  it is not of this shape: what a ledger holds is evidence, never bad input
template <class Entry>
Result<Entry> from_line(json::Value value, std::uint64_t index) {
  std::erase_if(*value.object(), [](const json::Member& member) { return member.first == "t"; });
  Result<Entry> read = json::read<Entry>(value, "entry " + std::to_string(index), Entry::type);
  if (!read.ok()) return Error{ErrorCode::malformed, read.error().message};
  return read;
}

}  // namespace truebound::ledger
