#pragma once

// An adaptive sample: in rounds, clusters are drawn from strata with chances that depend on what
// earlier rounds showed. Chances are fixed, and told, before the round begins; each cluster then
// weighs its stratum's share of the whole over its chance, so that what is estimated is the rate of
// the whole, whatever the chances were (docs/methods/sequential_rate.md).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/observation.h"

namespace truebound::analyze {

/// A cluster's slots: so many from the first, in plan order.
struct ClusterSlots {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// What an adaptive sample is drawn from, and how; all of it affects the result.
struct AllocationDesign {
  std::map<std::string, std::vector<ClusterSlots>> strata;  ///< by level, in the order of draws
  double explore = .5;      ///< share of the draws that follow the strata's shares, in (0, 1]
  std::int64_t round = 20;  ///< clusters of a round, >= 1
  std::string seed;         ///< of the run: what the draws are keyed by
};

/// One round.
struct Round {
  std::int64_t number = 0;                     ///< from 1
  std::map<std::string, double> propensities;  ///< chance of each stratum at each draw
  std::vector<ClusterSlots> clusters;          ///< drawn, in order
};

/// Draws rounds. One thread.
class Allocation {
 public:
  /// @error invalid_input  no stratum, or an option out of range
  static Result<Allocation> of(AllocationDesign design);

  /// Counts what became of a slot that was drawn.
  void take(const eval::Observation& seen);

  /// The next round, from what was taken so far. Nothing once a stratum that was drawn has no
  /// cluster left: the sample ends there, since its chance could not be kept.
  Result<std::optional<Round>> draw();

  /// The weight of a slot that was drawn: its stratum's share over its chance.
  double weight_of(std::int64_t slot) const;

 private:
  struct Drawn {
    std::int64_t last = 0;  ///< slot
    std::string stratum;
    double weight = 1;
  };
  struct Seen {
    std::int64_t hits = 0;
    std::int64_t trials = 0;
  };

  explicit Allocation(AllocationDesign design) : design_(std::move(design)) {}
  const Drawn& drawn_at(std::int64_t slot) const;

  AllocationDesign design_;
  double clusters_ = 0;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::size_t> used_;
  std::map<std::int64_t, Drawn> drawn_;  ///< by first slot
  std::int64_t rounds_ = 0;
  bool is_over_ = false;
};

}  // namespace truebound::analyze
