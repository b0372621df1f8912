#pragma once

// Writes a run into the ledger, entry by entry. Each method returns when its entry is durable.

#include <cstdint>
#include <string>

#include "truebound/core/clock.h"
#include "truebound/core/file.h"
#include "truebound/core/result.h"
#include "truebound/ledger/ledger.h"
#include "truebound/record/entries.h"

namespace truebound::record {

/// What a run is opened with.
struct RunStart {
  RunKind kind = RunKind::assessment;
  std::uint64_t plan = 0;                   ///< entry of plan.register
  std::optional<std::uint64_t> seed_entry;  ///< entry of seed.draw
  std::string seed;                         ///< the seed itself
  std::optional<std::int64_t> limit;        ///< of a rehearsal
  std::int64_t slots = 0;
  std::string slot_root;
  json::Value systems;
};

/// A run that is being written. Used from one thread.
class RunRecord {
 public:
  /// Numbers the run, in the ledger and among those of its plan, and writes run.open.
  static Result<RunRecord> open(ledger::Ledger& ledger, Clock& clock, const RunStart& start);
  /// Goes on with a run that has no run.close.
  static RunRecord resume(ledger::Ledger& ledger, Clock& clock, std::int64_t run);

  std::int64_t run() const { return run_; }
  Clock& clock() const { return *clock_; }
  ledger::Ledger& ledger() const { return *ledger_; }

  /// @return the entry's index
  Result<std::uint64_t> open_attempt(std::int64_t slot, std::int64_t attempt,
                                     const json::Value& request);
  /// The transcript becomes a blob; `close.open` and the rest are the caller's.
  Result<std::uint64_t> close_attempt(AttemptClose close, const eval::Transcript& transcript);
  Result<std::uint64_t> add_verdict(VerdictEntry verdict, const eval::Judgement& judgement);
  /// A judge's model is about to be asked; `run` is filled in, in these three.
  Result<std::uint64_t> open_verdict(VerdictOpen open);
  Result<void> lose_verdict(VerdictLost lost);
  Result<void> add_label_verdict(LabelVerdict verdict, const eval::Judgement& judgement);
  Result<std::uint64_t> add_outcome(const OutcomeEntry& outcome);
  /// A claim is settled, and its sample ends with this slot.
  Result<void> add_stop(const std::string& claim, double log_e, std::int64_t slot);
  /// A round of an adaptive sample, before any of its slots is asked.
  Result<void> add_allocation(AllocationEntry round);
  /// Says that the program came back, and closes each attempt that was left open as a crash.
  Result<void> recover(const std::vector<std::uint64_t>& dangling);
  Result<void> close(const std::string& reason, const eval::Counts& counts);
  /// The labels become a blob; the entry counts them by truth and verdict.
  Result<void> add_calibration(const eval::Calibration& calibration, const std::string& drawn);
  /// A judging after the fact begins: what it is by, and the files that its judge names, become
  /// blobs.
  Result<void> open_judging(JudgingOpen open, const json::Value& about,
                            const std::vector<std::string>& names, const FileSource& files);
  Result<void> close_judging(std::int64_t judging);
  /// Binds a report to the run: both forms become blobs; it is a function of `size` entries.
  Result<void> publish_report(const std::string& html, const std::string& json, std::uint64_t size);

 private:
  RunRecord(ledger::Ledger& ledger, Clock& clock, std::int64_t run)
      : ledger_(&ledger), clock_(&clock), run_(run) {}

  template <class Entry>
  Result<std::uint64_t> append(const Entry& entry);

  ledger::Ledger* ledger_;
  Clock* clock_;
  std::int64_t run_;
};

/// The program and its version, as run.open and reports name it.
std::string engine_version();

}  // namespace truebound::record
