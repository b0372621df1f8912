#pragma once

// A row of the measurement: what `analyze` computes from and `exchange` reads and writes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "truebound/eval/outcome.h"
#include "truebound/eval/sample.h"

namespace truebound::eval {

/// Who decided an outcome: nobody yet, a judge (which errs), an exact scorer or a planted trigger
/// (which do not), or a safeguard that stopped the attempt (no judge error either).
enum class DecidedBy { nobody, judge, exact, layer };
constexpr std::array<std::string_view, 4> words(DecidedBy /*list*/) {
  return {"nobody", "judge", "exact", "layer"};
}

/// One slot with its factors and what became of it. From a table typed by hand, the factors that
/// its columns lack are empty.
struct Observation {
  std::int64_t slot = 0;
  std::string suite;
  std::string sample;
  std::string model;
  std::string persona;
  std::string deployment;
  std::string arm;
  std::string attack;
  std::int64_t epoch = 0;
  std::string cluster;  ///< the unit of replication; empty: the sample is its own
  std::string stratum;
  std::string hazard;
  std::string language;
  Expect expect = Expect::refuse;
  Outcome outcome = NotRun{"not_run"};
  DecidedBy decided_by = DecidedBy::nobody;
  std::string layer = "none";  ///< the safeguard that stopped it, or none
  bool cut = false;            ///< the answer ended at the token limit
  std::int64_t queries = 0;
  std::string verdict;  ///< the judge's word, empty where no judge was asked
  std::string judge;    ///< the judge's identity
  std::string truth;    ///< a human's word for it, empty where nobody read it
  double weight = 1.0;
  std::string objective;
  std::uint64_t entry = 0;  ///< the ledger entry of the outcome
  int line = 0;             ///< the line of a table, 0 from a ledger
};

/// The factors that a question may name in `where` and `by`, in the order of slots.
const std::vector<std::string>& factors();

/// The level of a factor in an observation. `factor` is one of factors().
std::string level_of(const Observation& observation, std::string_view factor);

}  // namespace truebound::eval
