#pragma once

// What a run may spend on models. Nothing leaves before what it may cost at most is reserved;
// once it is answered the real cost takes its place. So whatever is under way, no limit is passed.

#include <cstdint>
#include <optional>

#include "truebound/core/task.h"
#include "truebound/eval/spent.h"

namespace truebound::model {

/// Limits of a run. What is absent is unlimited.
struct SpendingLimits {
  std::optional<std::int64_t> calls;   ///< requests, repeated ones too
  std::optional<std::int64_t> tokens;  ///< in and out
  std::optional<std::int64_t> money;   ///< in billionths of the currency of the prices
  bool any() const { return calls || tokens || money; }
};

/// The purse of a run. One thread.
class Purse {
 public:
  /// @param before  what earlier parts of a resumed run spent
  explicit Purse(SpendingLimits limits, const eval::Spent& before = {})
      : limits_(limits), spent_(before) {}

  /// What becomes of a wish to spend: reserved; not now, but what others give back may do; never.
  enum class Reserved { yes, not_now, never };
  Reserved reserve(const eval::Spent& most);
  /// Gives back what was reserved and not used.
  void release(const eval::Spent& reserved);
  /// Takes from what was reserved, for a request that leaves now.
  void dispatch(const eval::Spent& most);
  /// A request has ended: its real cost takes the place of what it might have cost.
  void settle(const eval::Spent& most, const eval::Spent& real);

  /// What was reserved for work that waits until others have ended: until it is taken up it counts
  /// as spent, so that nobody waits for it.
  void lay_aside(const eval::Spent& reserved);
  void take_up(const eval::Spent& reserved);

  /// Whether any request is under way: only then can a wish that has to wait be granted.
  bool is_anything_under_way() const { return requests_ > 0; }
  const eval::Spent& spent() const { return spent_; }

 private:
  SpendingLimits limits_;
  eval::Spent spent_;
  eval::Spent held_;       // reserved, and not dispatched
  eval::Spent under_way_;  // dispatched, and not settled
  eval::Spent aside_;      // reserved for what waits
  std::int64_t requests_ = 0;
};

/// What one attempt has reserved. Gives back the rest when it goes. Borrows the purse.
class Allowance {
 public:
  /// @param reserved  what the purse has reserved for it
  Allowance(Purse& purse, const eval::Spent& reserved) : purse_(purse), left_(reserved) {}
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;
  ~Allowance() {
    take_up();
    purse_.release(left_);
  }

  /// Before a request leaves: takes what it may cost from what is reserved, and reserves what is
  /// lacking; waits for others only while any of their requests is under way.
  /// @return whether it may leave; then settle() must follow
  Task<bool> take(eval::Spent most);
  /// The request has ended.
  void settle(const eval::Spent& most, const eval::Spent& real);
  /// While what it is for waits until others have ended.
  void lay_aside();
  void take_up();
  /// What was spent by it so far.
  const eval::Spent& spent() const { return spent_; }

 private:
  Purse& purse_;
  eval::Spent left_;
  eval::Spent spent_;
  bool is_aside_ = false;
};

}  // namespace truebound::model
