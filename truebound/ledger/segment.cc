#include "truebound/ledger/segment.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/check.h"
#include "truebound/core/result.h"
#include "truebound/json/value.h"

namespace truebound::ledger {
namespace {

constexpr std::size_t frame_size = 9;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) {
      rest = rest >> 1U ^ ((rest & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    table[byte] = rest;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

std::uint32_t extend_crc(std::uint32_t crc, std::string_view bytes) {
  for (const char byte : bytes) {
    crc = crc >> 8U ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return crc;
}

// Over length and type too: a record whose length was changed would else be checked over others'
// bytes only.
std::uint32_t record_crc(std::string_view length, char type, std::string_view data) {
  std::uint32_t crc = extend_crc(0xFFFFFFFFU, length);
  crc = extend_crc(crc, {&type, 1});
  return ~extend_crc(crc, data);
}

std::string write_u32(std::uint32_t number) {
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(number >> shift);
  }
  return bytes;
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i > 0; --i) {
    number = number << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

}  // namespace

std::string write_record(RecordType type, std::string_view data) {
  TRUEBOUND_CHECK(!data.empty() && data.size() <= max_record_data, "a record has 1 byte to 1 MiB");
  const std::string length = write_u32(static_cast<std::uint32_t>(data.size()));
  std::string record = length;
  record += write_u32(record_crc(length, static_cast<char>(type), data));
  record += static_cast<char>(type);
  record += data;
  return record;
}

std::optional<Record> read_record(std::string_view bytes) {
  if (bytes.size() <= frame_size) return std::nullopt;
  const std::uint32_t length = read_u32(bytes);
  if (length == 0 || length > max_record_data || length > bytes.size() - frame_size) {
    return std::nullopt;
  }
  const char type = bytes[8];
  if (type != static_cast<char>(RecordType::header) &&
      type != static_cast<char>(RecordType::entries)) {
    return std::nullopt;
  }
  const std::string_view data = bytes.substr(frame_size, length);
  if (read_u32(bytes.substr(4)) != record_crc(bytes.substr(0, 4), type, data)) return std::nullopt;
  return Record{.type = static_cast<RecordType>(type), .data = data, .size = frame_size + length};
}

Result<std::vector<std::string_view>> split_entries(std::string_view data,
                                                    const std::string& place) {
  std::vector<std::string_view> entries;
  std::size_t begin = 0;
  while (begin <= data.size()) {
    const std::size_t end = std::min(data.find('\n', begin), data.size());
    const std::string_view entry = data.substr(begin, end - begin);
    if (entry.empty() || entry.size() > max_entry) {
      return Error{.code = ErrorCode::malformed,
                   .message = place + ": expected entries of 1 to 16384 bytes, got one of " +
                              std::to_string(entry.size())};
    }
    entries.push_back(entry);
    begin = end + 1;
  }
  return entries;
}

bool has_record_within(std::string_view bytes) {
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    if (read_record(bytes.substr(at))) return true;
  }
  return false;
}

std::string header_text(const SegmentHeader& header) {
  return json::canonical(json::Object{{"first", header.first},
                                      {"format", "truebound/segment/1"},
                                      {"key", header.key},
                                      {"number", header.number},
                                      {"root", header.root.hex()}});
}

Result<std::string> key_of_header(std::string_view data, const std::string& place) {
  const Result<json::Value> value = json::parse_json(data, place);
  const json::Value* key = value.ok() ? value.value().find("key") : nullptr;
  if (key == nullptr || key->text() == nullptr) {
    return Error{.code = ErrorCode::malformed, .message = place + ": expected a segment's header"};
  }
  return *key->text();
}

std::string segment_name(std::uint64_t number) {
  TRUEBOUND_CHECK(number < 1'000'000, "a ledger has fewer than a million segments");
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

std::uint32_t crc32c(std::string_view bytes) {
  return ~extend_crc(0xFFFFFFFFU, bytes);
}

}  // namespace truebound::ledger
