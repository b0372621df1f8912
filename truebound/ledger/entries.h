#pragma once

// The entries of a ledger as its segment files hold them: how many, their tree, and each by index.
// Reads only. Memory does not grow with their number: what is kept is a few segments at a time.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/ledger/merkle.h"
#include "truebound/ledger/segment.h"

namespace truebound::ledger {

/// The entries in `<ledger>/segments`. One thread at a time, also for reading.
class Entries {
 public:
  /// Reads all segments, through to the last valid record. A torn record at the very end is left
  /// out and counted; a folder without segments has no entries.
  /// @error malformed      no segment: a broken record within, a header that does not follow from
  ///                       what is before it, a file name that is none of ours
  /// @error invalid_input  a file cannot be read
  static Result<Entries> open(const Path& ledger);

  std::uint64_t size() const { return tree_.size(); }
  const Tree& tree() const { return tree_; }
  /// The verifier key that the headers name; empty while there is no segment.
  const std::string& key() const { return key_; }
  /// Bytes of a torn record at the end of the last segment.
  std::uint64_t torn_bytes() const { return torn_bytes_; }
  /// Bytes of all valid records.
  std::uint64_t bytes() const;

  /// The entry of an index below size().
  /// @error malformed, invalid_input  the segment's file is not what it was when it was opened
  Result<std::string> at(std::uint64_t index) const;
  /// The root of the tree of the first `count` entries, count <= size(). Reads them all again.
  /// @error as at()
  Result<Digest> root_at(std::uint64_t count) const;

  /// How many segments there are.
  std::uint64_t segments() const { return segments_.size(); }
  Path segment_path(std::uint64_t number) const;
  /// The valid bytes of the last segment: where the next record belongs.
  std::uint64_t end_of_last() const { return segments_.back().bytes; }
  /// The header of the segment that would come next.
  SegmentHeader next_header(const std::string& key) const;

  /// Tells what a writer has made durable: a new segment with this header's key, of `bytes` bytes.
  void segment_added(const std::string& key, std::uint64_t bytes);
  /// The same of a whole record of entries at the end of the last segment.
  void record_added(std::string_view record);

 private:
  struct Segment {
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
  };
  // A segment in memory: its bytes, and where each entry lies in them.
  struct Loaded {
    std::uint64_t number = 0;
    std::string bytes;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;

    Result<void> extend(std::string_view records, const std::string& place);
  };

  explicit Entries(Path ledger) : ledger_(std::move(ledger)) {}
  Result<void> read_segment(std::uint64_t number, std::uint64_t count);
  void add(const std::vector<std::string_view>& entries, std::string_view record);
  Result<const Loaded*> load(std::uint64_t number) const;

  Path ledger_;
  Tree tree_;
  std::string key_;
  std::uint64_t torn_bytes_ = 0;
  std::vector<Segment> segments_;
  mutable std::deque<Loaded> loaded_;  ///< those used last, the latest first
};

/// The names in `<ledger>/segments` when they are `000000`, `000001`, ... and nothing else: how
/// many. 0 where there is no such folder.
/// @error malformed  another name among them, or one missing
Result<std::uint64_t> count_segments(const Path& ledger);

}  // namespace truebound::ledger
