#pragma once

// Reads runs back from the ledger: which there are, and for one of them where each slot's entries
// stand, in plan order. Analysis, reports and resume all start here, never from memory.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "truebound/core/result.h"
#include "truebound/eval/conversation.h"
#include "truebound/eval/outcome.h"
#include "truebound/eval/spent.h"
#include "truebound/ledger/ledger.h"
#include "truebound/record/entries.h"

namespace truebound::record {

/// A run as its open and close tell it.
struct RunSummary {
  std::uint64_t open_entry = 0;
  RunOpen open;
  std::optional<RunClose> close;
  std::uint64_t close_entry = 0;            ///< if it is closed
  std::vector<std::uint64_t> calibrations;  ///< entries of its calibrations
  std::uint64_t published_at = 0;           ///< size of the latest report.publish, 0 for none

  /// Entries that its report is a function of: up to its close, or the last calibration after it.
  /// 0 while it is open.
  std::uint64_t report_size() const;
  /// Whether nothing is left to do: it is closed, and the report of what it holds is bound to it.
  bool is_complete() const { return close && published_at >= report_size(); }
};

/// All runs of a ledger, in order.
class History {
 public:
  /// One pass over the ledger's entries.
  /// @error malformed  an entry of a run is not of its shape
  static Result<History> read(const ledger::Ledger& ledger);

  const std::vector<RunSummary>& runs() const { return runs_; }
  /// The run of this number; 0 takes the last.
  /// @error invalid_input  there is none
  Result<RunSummary> run(std::int64_t number) const;
  /// How many runs of a plan, known by its plan.register entry, began within the first `size`
  /// entries (0: all).
  std::int64_t runs_of_plan(std::uint64_t plan_entry, std::uint64_t size = 0) const;

 private:
  std::vector<RunSummary> runs_;
};

/// Where the entries of one slot stand. Indices are of ledger entries.
struct SlotEntries {
  std::int32_t attempts = 0;           ///< opened so far
  std::int32_t given_up = 0;           ///< of these, canceled: they do not count against the slot
  std::int32_t accounted = 0;          ///< of these, closed with what they spent
  std::optional<std::uint64_t> open;   ///< the latest
  std::optional<std::uint64_t> close;  ///< of the latest open
  std::optional<std::uint64_t> outcome;
};

/// What was judged of one query.
struct Judged {
  std::uint64_t entry = 0;
  VerdictEntry verdict;
};

/// A closed attempt that has verdicts.
struct ClosedAttempt {
  std::uint64_t close = 0;  ///< entry of its attempt.close
  std::int64_t slot = 0;
};

/// One run's slots, found again. Memory: some 60 bytes a slot.
class RunHistory {
 public:
  /// One pass over the ledger's entries up to `size` (0: all).
  static Result<RunHistory> read(const ledger::Ledger& ledger, std::int64_t run,
                                 std::uint64_t size = 0);

  const std::vector<SlotEntries>& slots() const { return slots_; }
  /// Opens without a close, in order.
  std::vector<std::uint64_t> dangling() const;
  /// Whether the run has its run.close: every slot has its outcome.
  bool is_closed() const { return closed_; }
  /// Claims that were settled before the plan's end, in order.
  const std::vector<StopEntry>& stops() const { return stops_; }
  /// Rounds of an adaptive sample, in order.
  const std::vector<AllocationEntry>& allocations() const { return allocations_; }
  std::int64_t recoveries() const { return recoveries_; }
  std::int64_t attempts() const { return attempts_; }
  /// Sums of what attempts were told; nothing where none was.
  std::optional<std::int64_t> tokens_in() const { return tokens_in_; }
  std::optional<std::int64_t> tokens_out() const { return tokens_out_; }
  /// What a judging spent, 1 being the run with its attempts: what attempts and verdicts tell, and
  /// for a judge's call that nothing tells of (a crash) what it may have cost at most.
  eval::Spent spent(std::int64_t judging = 1) const;

  /// The outcome of a slot, or nothing where it has none yet.
  Result<std::optional<OutcomeEntry>> outcome(std::int64_t slot) const;
  /// The close of a slot's latest attempt, or nothing.
  Result<std::optional<AttemptClose>> close(std::int64_t slot) const;
  /// Every closed attempt with a verdict, in the ledger's order; of a slot there may be two.
  std::vector<ClosedAttempt> judged_attempts() const;
  /// The close at an entry.
  Result<AttemptClose> close_at(std::uint64_t entry) const;
  /// The transcript behind a close.
  /// @error incomplete  the blob is withheld
  Result<eval::Transcript> transcript(const AttemptClose& close) const;
  /// The verdict of a judge on a query of a close, where one is durable.
  Result<std::optional<Judged>> find_verdict(const VerdictEntry& wanted) const;
  /// The reasons behind a verdict.
  /// @error incomplete  the blob is withheld
  Result<eval::Judgement> judgement(const VerdictEntry& verdict) const;
  Result<eval::Judgement> judgement(const LabelVerdict& verdict) const;
  /// What a judge said of a labeled response that came with the plan, where it is durable.
  Result<std::optional<LabelVerdict>> label_verdict(const std::string& judge,
                                                    std::int64_t label) const;
  /// The verdicts on a close, in order, those of later judgings too.
  Result<std::vector<Judged>> verdicts(std::uint64_t close_entry) const;

 private:
  explicit RunHistory(const ledger::Ledger& ledger) : ledger_(&ledger) {}
  Result<SlotEntries*> slot_at(std::int64_t slot, std::uint64_t index);
  Result<void> take(const json::Value& entry, std::uint64_t index, std::int64_t run);
  Result<bool> take_verdict(const json::Value& entry, std::uint64_t index, std::int64_t run);
  void settle(const std::vector<std::uint64_t>& opens);
  Result<eval::Judgement> judgement_in(const std::string& reasons) const;

  const ledger::Ledger* ledger_;
  std::vector<SlotEntries> slots_;
  std::map<std::uint64_t, std::int64_t> open_slots_;  ///< opens that wait for their close
  struct Verdicts {
    std::int64_t slot = 0;
    std::vector<std::uint64_t> entries;
  };
  std::map<std::uint64_t, Verdicts> verdicts_;  ///< by close
  std::vector<StopEntry> stops_;
  std::map<std::pair<std::string, std::int64_t>, std::uint64_t> label_verdicts_;
  std::map<std::uint64_t, VerdictOpen> asked_;  ///< judges' calls that nothing tells of yet
  std::vector<AllocationEntry> allocations_;
  bool closed_ = false;
  std::int64_t recoveries_ = 0;
  std::int64_t attempts_ = 0;
  std::optional<std::int64_t> tokens_in_;
  std::optional<std::int64_t> tokens_out_;
  std::map<std::int64_t, eval::Spent> spent_;  ///< by judging, as entries tell it
};

/// The number of the run's last judging; 1 where it was judged once.
Result<std::int64_t> last_judging(const ledger::Ledger& ledger, std::int64_t run);
/// The judging after the fact by this judge that was left open, if the last one was.
Result<std::optional<std::int64_t>> judging_to_go_on(const ledger::Ledger& ledger, std::int64_t run,
                                                     const std::string& judge);

/// A calibration with its labels, from its entry.
/// @error incomplete  the labels are withheld
Result<eval::Calibration> calibration_at(const ledger::Ledger& ledger, std::uint64_t index);

/// The parsed entry at an index.
/// @error malformed  it is no JSON object
Result<json::Value> parsed_entry(const ledger::Ledger& ledger, std::uint64_t index);

/// Tells the ledger which blobs an entry names, and those that a list among them names.
class References final : public ledger::BlobReferences {
 public:
  Result<std::vector<Digest>> named_by(std::string_view entry,
                                       const ledger::Blobs& blobs) const override;
};

}  // namespace truebound::record
