#pragma once

// The bytes of a segment, an append-only file of records: a header, then entries, nothing between
// them and nothing after. docs/formats/segment.md
//   record = u32 length of data | u32 CRC-32C of length, type and data | u8 type | data
// Each record is written and synced before the next, so only the very last can be torn by a crash;
// a broken record with a valid one after it was damaged later.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/result.h"

namespace truebound::ledger {

/// The most bytes of an entry.
inline constexpr std::size_t max_entry = 16U << 10U;
/// The most bytes of a record's data.
inline constexpr std::size_t max_record_data = 1U << 20U;

/// A record of entries holds one or more, a line each, parted by line ends: what one write makes
/// durable is there whole or not at all.
enum class RecordType : std::uint8_t { header = 1, entries = 2 };

/// A record as it lies in a segment; `data` points into the bytes that were read.
struct Record {
  RecordType type = RecordType::entries;
  std::string_view data;
  std::size_t size = 0;  ///< of the whole record, in bytes
};

/// What a segment says of itself. All of it follows from the entries before and the ledger's key,
/// and readers hold it against them.
struct SegmentHeader {
  std::uint64_t number = 0;  ///< of the segment, from 0
  std::uint64_t first = 0;   ///< index of its first entry
  Digest root;               ///< of the tree of all entries before it
  std::string key;           ///< verifier key of whoever signs the ledger's checkpoints
};

/// The bytes of a record; data has 1 byte at least and max_record_data at most.
std::string write_record(RecordType type, std::string_view data);

/// The record that begins the bytes, or nothing where no whole, valid record does.
std::optional<Record> read_record(std::string_view bytes);

/// The entries of a record's data, in order.
/// @error malformed  an empty line, or one longer than an entry may be
Result<std::vector<std::string_view>> split_entries(std::string_view data,
                                                    const std::string& place);

/// Whether a valid record begins anywhere after the first byte. Entries are JSON without control
/// characters, so no entry's text can look like one.
bool has_record_within(std::string_view bytes);

/// The header as the data of its record: canonical JSON.
std::string header_text(const SegmentHeader& header);

/// The key that a header names; the other fields are checked by writing the header again.
/// @error malformed  no header
Result<std::string> key_of_header(std::string_view data, const std::string& place);

/// `000000`: the file name of a segment; below 1,000,000.
std::string segment_name(std::uint64_t number);

/// CRC-32C (Castagnoli), reflected, as in RFC 3720. It finds every error of up to 32 bits in a row.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace truebound::ledger
