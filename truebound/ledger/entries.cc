#include "truebound/ledger/entries.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/check.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/ledger/merkle.h"
#include "truebound/ledger/segment.h"

namespace truebound::ledger {
namespace {

// One segment has 8 MiB, so this many bound the memory, and a slot's entries that lie apart are
// still found without reading a file for each.
constexpr std::size_t most_loaded = 4;

Error malformed(const Path& place, const std::string& why) {
  return {.code = ErrorCode::malformed, .message = place.string() + ": " + why};
}

}  // namespace

Result<std::uint64_t> count_segments(const Path& ledger) {
  std::set<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(ledger / "segments", failed), end;
       !failed && at != end; at.increment(failed)) {
    if (at->symlink_status().type() != std::filesystem::file_type::regular) {
      return malformed(at->path(), "no plain file");
    }
    names.insert(at->path().filename().string());
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return invalid_input((ledger / "segments").string() + ": cannot be read: " + failed.message());
  }
  std::uint64_t count = 0;
  for (const std::string& name : names) {
    if (count >= 1'000'000 || name != segment_name(count)) {
      return malformed(ledger / "segments", "expected " + segment_name(count % 1'000'000) +
                                                " as the next file, found " + name);
    }
    ++count;
  }
  return count;
}

Result<Entries> Entries::open(const Path& ledger) {
  Entries entries(ledger);
  TRUEBOUND_TRY(count, count_segments(ledger));
  for (std::uint64_t number = 0; number < count; ++number) {
    TRUEBOUND_TRY_VOID(entries.read_segment(number, count));
  }
  return entries;
}

Result<void> Entries::read_segment(std::uint64_t number, std::uint64_t count) {
  const Path path = segment_path(number);
  TRUEBOUND_TRY(file, read_file(path));
  std::string_view rest = file;
  const std::optional<Record> first = read_record(rest);
  if (!first || first->type != RecordType::header) {
    return malformed(path, "expected a segment's header at its beginning");
  }
  TRUEBOUND_TRY(key, key_of_header(first->data, path.string()));
  if (first->data != header_text(next_header(number == 0 ? key : key_))) {
    return malformed(path, "its header contradicts the entries before it");
  }
  segment_added(key, first->size);
  rest.remove_prefix(first->size);
  while (const std::optional<Record> record = read_record(rest)) {
    const std::string place = path.string() + ", entry " + std::to_string(size());
    if (record->type != RecordType::entries) return malformed(place, "expected entries");
    TRUEBOUND_TRY(entries, split_entries(record->data, place));
    add(entries, rest.substr(0, record->size));
    rest.remove_prefix(record->size);
  }
  if (rest.empty()) return {};
  if (number + 1 < count || has_record_within(rest)) {
    return malformed(path, "damaged at entry " + std::to_string(size()) + ", byte " +
                               std::to_string(file.size() - rest.size()));
  }
  torn_bytes_ = rest.size();
  return {};
}

std::uint64_t Entries::bytes() const {
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_) {
    sum += segment.bytes;
  }
  return sum;
}

Result<std::string> Entries::at(std::uint64_t index) const {
  TRUEBOUND_CHECK(index < size(), "an entry that is in the ledger");
  const auto next =
      std::upper_bound(segments_.begin(), segments_.end(), index,
                       [](std::uint64_t at, const Segment& segment) { return at < segment.first; });
  const auto number = static_cast<std::uint64_t>(next - segments_.begin() - 1);
  TRUEBOUND_TRY(loaded, load(number));
  const std::uint64_t within = index - segments_[number].first;
  if (within >= loaded->places.size()) {
    return malformed(segment_path(number), "it has changed since it was opened");
  }
  const auto [begin, length] = loaded->places[within];
  return loaded->bytes.substr(begin, length);
}

Result<void> Entries::Loaded::extend(std::string_view records, const std::string& place) {
  const std::size_t before = bytes.size();
  bytes += records;
  std::string_view rest = std::string_view(bytes).substr(before);
  while (const std::optional<Record> record = read_record(rest)) {
    rest.remove_prefix(record->size);
    if (record->type == RecordType::header) continue;
    TRUEBOUND_TRY(entries, split_entries(record->data, place));
    for (const std::string_view entry : entries) {
      places.emplace_back(entry.data() - bytes.data(), entry.size());
    }
  }
  return {};
}

Result<const Entries::Loaded*> Entries::load(std::uint64_t number) const {
  const auto found = std::find_if(loaded_.begin(), loaded_.end(), [number](const Loaded& loaded) {
    return loaded.number == number;
  });
  const std::uint64_t bytes = segments_[number].bytes;
  if (found != loaded_.end() && found->bytes.size() == bytes) {
    if (found != loaded_.begin()) std::rotate(loaded_.begin(), found, found + 1);
    return &loaded_.front();
  }
  if (found != loaded_.end()) loaded_.erase(found);
  Loaded loaded;
  loaded.number = number;
  const Path path = segment_path(number);
  TRUEBOUND_TRY(file, read_file(path));
  if (file.size() < bytes) {
    return malformed(path, "it has become shorter since it was opened");
  }
  TRUEBOUND_TRY_VOID(loaded.extend(std::string_view(file).substr(0, bytes), path.string()));
  if (loaded_.size() == most_loaded) loaded_.pop_back();
  loaded_.push_front(std::move(loaded));
  return &loaded_.front();
}

Result<Digest> Entries::root_at(std::uint64_t count) const {
  TRUEBOUND_CHECK(count <= size(), "a tree that the ledger once had");
  if (count == size()) return tree_.root();
  Tree tree;
  for (std::uint64_t index = 0; index < count; ++index) {
    TRUEBOUND_TRY(entry, at(index));
    tree.add(leaf_hash(entry));
  }
  return tree.root();
}

Path Entries::segment_path(std::uint64_t number) const {
  return ledger_ / "segments" / segment_name(number);
}

SegmentHeader Entries::next_header(const std::string& key) const {
  return {.number = segments_.size(), .first = size(), .root = tree_.root(), .key = key};
}

void Entries::segment_added(const std::string& key, std::uint64_t bytes) {
  key_ = key;
  segments_.push_back({.first = size(), .bytes = bytes});
}

void Entries::record_added(std::string_view record) {
  const std::optional<Record> read = read_record(record);
  TRUEBOUND_CHECK(read && read->type == RecordType::entries && read->size == record.size(),
                  "a whole record of entries");
  add(split_entries(read->data, "record").value(), record);
}

void Entries::add(const std::vector<std::string_view>& entries, std::string_view record) {
  for (const std::string_view entry : entries) {
    tree_.add(leaf_hash(entry));
  }
  Segment& last = segments_.back();
  // A run reads what it has just written: the segment that is in memory grows with its file.
  for (Loaded& loaded : loaded_) {
    if (loaded.number + 1 == segments_.size() && loaded.bytes.size() == last.bytes) {
      loaded.extend(record, "record").value();
    }
  }
  last.bytes += record.size();
}

}  // namespace truebound::ledger
