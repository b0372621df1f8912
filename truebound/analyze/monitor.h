#pragma once

// Watches outcomes as they come in and says when a claim is settled. It reads them in plan order,
// whatever order they come in: which slot a claim stops at depends on outcomes alone, never on
// which of them was quick, so a later reader finds the same stop. docs/methods/sequential_rate.md

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/sequential.h"
#include "truebound/core/result.h"
#include "truebound/eval/observation.h"

namespace truebound::analyze {

/// A claim to be watched.
struct Watched {
  std::string claim;                         ///< `harm/arm=on`
  std::map<std::string, std::string> where;  ///< its cell
  SequentialDesign design;                   ///< with a threshold
};

/// A claim is settled: its sample ends with this slot.
struct Stop {
  std::string claim;
  double log_e = 0;  ///< of the side that is settled
  std::int64_t slot = 0;
};

/// Evidence on each claim, cluster by cluster. A monitor of no claims never stops. One thread.
class Monitor {
 public:
  Monitor() = default;
  /// @error invalid_input  as RunningEvidence::of
  static Result<Monitor> of(std::vector<Watched> claims);

  /// Takes what became of a slot; each slot once, in any order. Slots that nobody was to ask once
  /// the claims of their cells were settled are taken too.
  /// @return the claims that this settles
  /// @error invalid_input  as RunningEvidence::add
  Result<std::vector<Stop>> add(const eval::Observation& seen);

  /// Whether a slot is still to be asked: it lies in the cell of a claim that is not settled, or in
  /// no cell while some claim is not. Only its factors are read.
  bool needs(const eval::Observation& slot) const;

  /// The last slot of a claim's sample, by its name: where it was settled, or where the budget
  /// ended the run; nothing where the sample goes on to the plan's end.
  std::optional<std::int64_t> end_of(const std::string& claim) const;

  /// Whether any claim is watched.
  bool watches() const { return !claims_.empty(); }
  /// Whether there are claims, and all are settled.
  bool is_settled() const;

 private:
  struct Claim {
    Watched watched;
    RunningEvidence evidence;
    std::optional<Stop> stop;
    std::vector<eval::Observation> cluster;  ///< rows of the cluster under way
  };

  Result<void> take(const eval::Observation& seen, std::vector<Stop>& stops);
  Result<void> end_cluster(std::vector<Stop>& stops);

  std::vector<Claim> claims_;
  std::map<std::int64_t, eval::Observation> waiting_;  ///< for the slots before them
  std::int64_t next_ = 0;                              ///< the first slot that is not known yet
  std::optional<std::string> cluster_;                 ///< under way
  std::optional<std::int64_t> spent_at_;               ///< last slot before the budget was spent
};

}  // namespace truebound::analyze
