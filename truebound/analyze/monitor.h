#pragma once

// Watches outcomes as they come in and says when a claim is settled. It reads them in plan order,
// or in the order in which an adaptive sample drew them, whatever order they come in: which slot a
// claim stops at depends on outcomes alone, never on which of them was quick, so a later reader
// finds the same stop. docs/methods/sequential_rate.md

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/analyze/allocation.h"
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
  static Result<Monitor> of(std::vector<Watched> claims, std::optional<Allocation> allocation = {});

  /// Whether slots are drawn in rounds: only those of rounds are to be asked, and added.
  bool draws() const { return allocation_.has_value(); }
  /// The next round of an adaptive sample; none where every claim is settled, the sample was cut
  /// short, or a stratum has no cluster left. Called once every earlier round has ended.
  /// @error invalid_input  as Allocation::draw
  Result<std::optional<Round>> draw();
  /// Ends a round, once each of its slots was added.
  /// @return the claims that its last cluster settles
  /// @error invalid_input  as RunningEvidence::add
  Result<std::vector<Stop>> end_round();

  /// Takes what became of a slot; each slot once, in any order. Slots that nobody was to ask once
  /// the claims of their cells were settled are taken too.
  /// @return the claims that this settles
  /// @error invalid_input  as RunningEvidence::add
  Result<std::vector<Stop>> add(const eval::Observation& seen);

  /// Whether a slot is still to be asked: it lies in the cell of a claim that is not settled, or in
  /// no cell while some claim is not. Only its factors are read.
  bool needs(const eval::Observation& slot) const;

  /// The last slot of a claim's sample, by its name: where it was settled, or cut short (-1: before
  /// the first cluster was whole); nothing where the sample goes on to the end.
  std::optional<std::int64_t> end_of(const std::string& claim) const;
  /// Whether a slot lies within a claim's sample: drawn, and not after its end.
  bool holds(const std::string& claim, std::int64_t slot) const;
  /// Whether a slot of an adaptive sample was drawn.
  bool was_drawn(std::uint64_t slot) const {
    return place_of(static_cast<std::int64_t>(slot)).has_value();
  }
  /// What a slot weighs: 1, but for those of an adaptive sample.
  double weight_of(std::int64_t slot) const;

  /// Whether a slot was left out for want of budget, or has no outcome: open samples end before the
  /// cluster that it tore.
  bool was_cut_short() const { return is_cut_short_; }
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

  std::optional<std::int64_t> place_of(std::int64_t slot) const;

  std::vector<Claim> claims_;
  std::optional<Allocation> allocation_;
  std::map<std::int64_t, std::int64_t> places_;        ///< in the order of draws, by slot
  std::map<std::int64_t, eval::Observation> waiting_;  ///< by place, for those before them
  std::int64_t next_ = 0;                              ///< the first place that is not known yet
  std::optional<std::string> cluster_;                 ///< under way
  std::optional<std::int64_t> last_seen_;              ///< slot that was taken last
  std::optional<std::int64_t> last_whole_;             ///< last slot of the last whole cluster
  bool is_cut_short_ = false;                          ///< no later slot counts
};

}  // namespace truebound::analyze
