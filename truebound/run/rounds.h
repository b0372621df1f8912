#pragma once

// Which slots are handed out, in which order: all of the plan's in its order, or those of one round
// of an adaptive sample.

#include <cstdint>
#include <optional>
#include <vector>

#include "truebound/analyze/allocation.h"
#include "truebound/core/result.h"
#include "truebound/record/entries.h"

namespace truebound::run {

/// Slots to be handed out, each once. One thread.
class Turns {
 public:
  /// Slots 0 to `count` - 1.
  explicit Turns(std::uint64_t count) : count_(count) {}
  /// The slots of a round, in the order drawn.
  explicit Turns(const analyze::Round& round);

  /// The next slot, without taking it; nothing where all were taken.
  std::optional<std::uint64_t> peek() const;
  void take() { ++next_; }

 private:
  std::vector<std::uint64_t> drawn_;
  std::uint64_t count_ = 0;
  std::uint64_t next_ = 0;
};

/// A round as the ledger holds it.
record::AllocationEntry as_entry(const analyze::Round& round);

/// Whether the ledger says of a round what its outcomes draw.
/// @error mismatch  it does not
Result<void> check_round(const analyze::Round& round, const record::AllocationEntry& told);

}  // namespace truebound::run
