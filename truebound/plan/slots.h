#pragma once

// The list of slots, as a rule: plan and seed fix it, and slot i is computed when it is asked for,
// so that a million slots need no more memory than ten.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "truebound/core/bytes.h"
#include "truebound/core/result.h"
#include "truebound/eval/suite.h"
#include "truebound/plan/plan.h"

namespace truebound::plan {

/// One planned unit: a sample put to a system by an attack, once.
struct Slot {
  std::uint64_t index = 0;
  std::string key;  ///< `starter:vcr-03|assistant|plain|support|on|direct|0`, unique in its plan
  std::string suite;
  std::string sample;  ///< the sample's id
  std::string model;
  std::string persona;
  std::string deployment;
  std::string arm;
  std::string attack;  ///< its name in the plan
  std::uint64_t epoch = 0;
  std::size_t suite_index = 0;   ///< in the plan's suites, and in those that were laid out
  std::size_t sample_index = 0;  ///< in that suite's samples
};

/// What makes a run a rehearsal.
struct SlotLimit {
  std::optional<std::uint64_t> count;  ///< only the first so many slots; nothing: all
};

/// The slots of a plan: suites, models, personas, deployments, arms and attacks fully crossed, in
/// the order suite, sample, model, persona, deployment, arm, attack, epoch, each in the plan's
/// order, the last fastest. Where the sample ends by what is seen, the seed orders the clusters of
/// all suites, so that those asked until a stop are a random part; samples of one cluster stay
/// together. Immutable: may be read by many threads.
class Slots {
 public:
  /// Lays out the slots. Where the plan takes a number of samples, the stream `split` of the seed
  /// draws them for each suite in turn; they keep the suite's order. Where the sample ends by
  /// what is seen, the same stream then orders the clusters.
  /// @param suites  as read from plan.suites, in that order
  /// @param seed    64 hexadecimal digits; not looked at where all samples are taken in their order
  /// @error invalid_input  the plan takes more samples than a suite has, or there are more than
  /// 2^53
  ///                       slots
  static Result<Slots> lay_out(const Plan& plan, const std::vector<eval::Suite>& suites,
                               std::string_view seed, const SlotLimit& limit = {});

  std::uint64_t count() const { return count_; }
  /// The slot of an index below count().
  Slot at(std::uint64_t index) const;
  /// The samples taken, as (suite index, sample index), in the order of their slots. Each has
  /// slots_per_sample() slots in a row; a limit does not shorten this list.
  std::vector<std::pair<std::size_t, std::size_t>> samples() const;
  std::uint64_t slots_per_sample() const { return per_sample_; }
  /// Root of the Merkle tree whose leaves are the slot keys in order (ledger/merkle.h). Visits all
  /// slots.
  Digest root() const;

 private:
  /// A sample taken, in the order of its slots.
  struct Taken {
    std::uint32_t suite = 0;
    std::uint32_t sample = 0;
    std::string id;
  };

  std::vector<std::string> suites_;
  std::vector<Taken> taken_;
  /// Models, personas, deployments, arms and attacks.
  std::vector<std::vector<std::string>> crossed_;
  std::uint64_t epochs_ = 1;
  std::uint64_t per_sample_ = 1;
  std::uint64_t count_ = 0;
};

/// How many slots a plan has over these suites. It does not depend on the seed.
/// @error invalid_input  as lay_out
Result<std::uint64_t> count(const Plan& plan, const std::vector<eval::Suite>& suites);

/// The key of a slot from its names: each percent-encoded but for letters, digits and `-._~`.
std::string slot_key(const Slot& slot);

}  // namespace truebound::plan
