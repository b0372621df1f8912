#include "truebound/record/history.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace truebound::record {
namespace {

// Keys of entries whose values name blobs.
constexpr std::array blob_keys = {"about",   "claims",    "engine",  "files",
                                  "labels",  "plan",      "reasons", "report",
                                  "request", "responses", "systems", "transcript"};

// The blob `files` of plan.register is a list of {name, digest, blob}. Where the list is withheld,
// its own name is all that can be told.
Result<void> add_listed(const ledger::Blobs& blobs, const Digest& list,
                        std::vector<Digest>& digests) {
  const Result<std::string> payload = blobs.get(list);
  if (!payload.ok()) return {};
  const Result<json::Value> files = json::parse_json(payload.value(), "files");
  if (!files.ok() || files.value().list() == nullptr) {
    return Error{ErrorCode::malformed, "blob " + list.hex() + ": expected a list of files"};
  }
  for (const json::Value& file : *files.value().list()) {
    const json::Value* blob = file.find("blob");
    if (blob == nullptr || blob->text() == nullptr) {
      return Error{ErrorCode::malformed, "blob " + list.hex() + ": a file without its blob"};
    }
    TRUEBOUND_TRY(digest, parse_digest(*blob->text()));
    digests.push_back(digest);
  }
  return {};
}

}  // namespace

Result<json::Value> parsed_entry(const ledger::Ledger& ledger, std::uint64_t index) {
  TRUEBOUND_TRY(line, ledger.entry(index));
  return ledger::parse_entry(line, index);
}

Result<std::vector<Digest>> References::named_by(std::string_view entry,
                                                 const ledger::Blobs& blobs) const {
  std::vector<Digest> digests;
  Result<json::Value> parsed = json::parse_json(entry, "entry");
  if (!parsed.ok()) return Error{ErrorCode::malformed, parsed.error().message};
  for (const char* key : blob_keys) {
    const json::Value* value = parsed.value().find(key);
    // In run.open and seed.draw, `plan` is an entry's index, a number.
    if (value == nullptr || value->text() == nullptr) continue;
    TRUEBOUND_TRY(digest, parse_digest(*value->text()));
    digests.push_back(digest);
    if (std::string_view(key) != "files") continue;
    TRUEBOUND_TRY_VOID(add_listed(blobs, digest, digests));
  }
  return digests;
}

Result<std::int64_t> last_judging(const ledger::Ledger& ledger, std::int64_t run) {
  std::int64_t last = 1;
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    TRUEBOUND_TRY(entry, parsed_entry(ledger, index));
    if (ledger::type_of(entry) != JudgingOpen::type) continue;
    TRUEBOUND_TRY(open, ledger::from_line<JudgingOpen>(entry, index));
    if (open.run == run) last = std::max(last, open.judging);
  }
  return last;
}

Result<std::optional<std::int64_t>> judging_to_go_on(const ledger::Ledger& ledger, std::int64_t run,
                                                     const std::string& judge) {
  std::optional<std::int64_t> found;
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    TRUEBOUND_TRY(entry, parsed_entry(ledger, index));
    const std::string type = ledger::type_of(entry);
    if (type == JudgingOpen::type) {
      TRUEBOUND_TRY(open, ledger::from_line<JudgingOpen>(entry, index));
      if (open.run == run) found = open.judge == judge ? std::optional(open.judging) : std::nullopt;
    } else if (type == JudgingClose::type) {
      TRUEBOUND_TRY(close, ledger::from_line<JudgingClose>(entry, index));
      if (close.run == run) found.reset();
    }
  }
  return found;
}

Result<eval::Calibration> calibration_at(const ledger::Ledger& ledger, std::uint64_t index) {
  TRUEBOUND_TRY(value, parsed_entry(ledger, index));
  TRUEBOUND_TRY(entry, ledger::from_line<CalibrationEntry>(value, index));
  TRUEBOUND_TRY(digest, parse_digest(entry.labels));
  TRUEBOUND_TRY(payload, ledger.blob(digest));
  const std::string name = "blob " + entry.labels;
  TRUEBOUND_TRY(list, json::parse_json(payload, name));
  TRUEBOUND_TRY(labels, json::read<std::vector<eval::Label>>(list, name, "the labels"));
  return eval::Calibration{.judge = entry.judge,
                           .source = entry.source,
                           .labeled_by = entry.labeled_by,
                           .reader = entry.reader,
                           .entry = index,
                           .labels = std::move(labels)};
}

Result<History> History::read(const ledger::Ledger& ledger) {
  History history;
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    TRUEBOUND_TRY(entry, parsed_entry(ledger, index));
    const std::string type = ledger::type_of(entry);
    if (type == RunOpen::type) {
      TRUEBOUND_TRY(open, ledger::from_line<RunOpen>(entry, index));
      history.runs_.push_back({.open_entry = index, .open = open});
    } else if (type == RunClose::type) {
      TRUEBOUND_TRY(close, ledger::from_line<RunClose>(entry, index));
      for (RunSummary& run : history.runs_) {
        if (run.open.run != close.run) continue;
        run.close = close;
        run.close_entry = index;
      }
    } else if (type == CalibrationEntry::type) {
      TRUEBOUND_TRY(calibration, ledger::from_line<CalibrationEntry>(entry, index));
      for (RunSummary& run : history.runs_) {
        if (run.open.run == calibration.run) run.calibrations.push_back(index);
      }
    } else if (type == ReportPublish::type) {
      TRUEBOUND_TRY(publish, ledger::from_line<ReportPublish>(entry, index));
      for (RunSummary& run : history.runs_) {
        if (run.open.run == publish.run) {
          run.published_at = static_cast<std::uint64_t>(publish.size);
        }
      }
    }
  }
  return history;
}

Result<RunSummary> History::run(std::int64_t number) const {
  if (runs_.empty()) return invalid_input("the ledger holds no run");
  if (number == 0) return runs_.back();
  for (const RunSummary& run : runs_) {
    if (run.open.run == number) return run;
  }
  return invalid_input("the ledger holds runs 1 to " + std::to_string(runs_.size()) + ", not run " +
                       std::to_string(number));
}

std::int64_t History::runs_of_plan(std::uint64_t plan_entry, std::uint64_t size) const {
  return std::ranges::count_if(runs_, [&](const RunSummary& run) {
    return run.open.plan == plan_entry && (size == 0 || run.open_entry < size);
  });
}

std::uint64_t RunSummary::report_size() const {
  if (!close) return 0;
  return calibrations.empty() ? close_entry + 1 : std::max(close_entry, calibrations.back()) + 1;
}

Result<RunHistory> RunHistory::read(const ledger::Ledger& ledger, std::int64_t run,
                                    std::uint64_t size) {
  RunHistory history(ledger);
  const std::uint64_t end = size == 0 ? ledger.size() : std::min(size, ledger.size());
  for (std::uint64_t index = 0; index < end; ++index) {
    TRUEBOUND_TRY(entry, parsed_entry(ledger, index));
    TRUEBOUND_TRY_VOID(history.take(entry, index, run));
  }
  return history;
}

Result<SlotEntries*> RunHistory::slot_at(std::int64_t slot, std::uint64_t index) {
  if (slot < 0 || static_cast<std::size_t>(slot) >= slots_.size()) {
    return Error{ErrorCode::malformed, "entry " + std::to_string(index) + ": the run has " +
                                           std::to_string(slots_.size()) + " slots, not slot " +
                                           std::to_string(slot)};
  }
  return &slots_[static_cast<std::size_t>(slot)];
}

Result<void> RunHistory::take(const json::Value& entry, std::uint64_t index, std::int64_t run) {
  TRUEBOUND_TRY(taken, take_verdict(entry, index, run));
  if (taken) return {};
  const std::string type = ledger::type_of(entry);
  if (type == RunOpen::type) {
    TRUEBOUND_TRY(open, ledger::from_line<RunOpen>(entry, index));
    if (open.run == run && open.slots >= 0) slots_.resize(static_cast<std::size_t>(open.slots));
  } else if (type == AttemptOpen::type) {
    TRUEBOUND_TRY(open, ledger::from_line<AttemptOpen>(entry, index));
    if (open.run != run) return {};
    TRUEBOUND_TRY(slot, slot_at(open.slot, index));
    ++slot->attempts;
    ++attempts_;
    slot->open = index;
    slot->close.reset();
    open_slots_[index] = open.slot;
  } else if (type == AttemptClose::type) {
    TRUEBOUND_TRY(close, ledger::from_line<AttemptClose>(entry, index));
    const auto opened = open_slots_.find(close.open);
    if (opened == open_slots_.end()) return {};
    SlotEntries& slot = slots_[static_cast<std::size_t>(opened->second)];
    slot.close = index;
    if (close.status == eval::Status::canceled) ++slot.given_up;
    if (close.tokens_in) tokens_in_ = tokens_in_.value_or(0) + *close.tokens_in;
    if (close.tokens_out) tokens_out_ = tokens_out_.value_or(0) + *close.tokens_out;
    spent_[1] += close.spent.value_or(eval::Spent{});
    slot.accounted += close.spent ? 1 : 0;
    verdicts_[index].slot = opened->second;
    open_slots_.erase(opened);
  } else if (type == OutcomeEntry::type) {
    TRUEBOUND_TRY(outcome, ledger::from_line<OutcomeEntry>(entry, index));
    if (outcome.run != run) return {};
    for (std::int64_t i = outcome.slot; i <= outcome.until.value_or(outcome.slot); ++i) {
      TRUEBOUND_TRY(slot, slot_at(i, index));
      if (slot->outcome) {
        return Error{ErrorCode::malformed, "entry " + std::to_string(index) + ": slot " +
                                               std::to_string(i) + " has an outcome already"};
      }
      slot->outcome = index;
    }
  } else if (type == StopEntry::type) {
    TRUEBOUND_TRY(stop, ledger::from_line<StopEntry>(entry, index));
    if (stop.run == run) stops_.push_back(stop);
  } else if (type == AllocationEntry::type) {
    TRUEBOUND_TRY(allocation, ledger::from_line<AllocationEntry>(entry, index));
    if (allocation.run == run) allocations_.push_back(allocation);
  } else if (type == Recovery::type) {
    TRUEBOUND_TRY(recovery, ledger::from_line<Recovery>(entry, index));
    if (recovery.run == run) ++recoveries_;
  } else if (type == RunClose::type) {
    TRUEBOUND_TRY(close, ledger::from_line<RunClose>(entry, index));
    closed_ = closed_ || close.run == run;
  }
  return {};
}

Result<bool> RunHistory::take_verdict(const json::Value& entry, std::uint64_t index,
                                      std::int64_t run) {
  const std::string type = ledger::type_of(entry);
  if (type == VerdictEntry::type) {
    TRUEBOUND_TRY(verdict, ledger::from_line<VerdictEntry>(entry, index));
    const auto of_this_run = verdicts_.find(verdict.close);
    if (of_this_run == verdicts_.end()) return true;
    of_this_run->second.entries.push_back(index);
    spent_[verdict.judging] += verdict.spent.value_or(eval::Spent{});
    settle(verdict.opens.value_or(std::vector<std::uint64_t>{}));
  } else if (type == VerdictOpen::type) {
    TRUEBOUND_TRY(open, ledger::from_line<VerdictOpen>(entry, index));
    if (open.run == run) asked_[index] = open;
  } else if (type == VerdictLost::type) {
    TRUEBOUND_TRY(lost, ledger::from_line<VerdictLost>(entry, index));
    if (lost.run != run || lost.opens.empty()) return true;
    const auto open = asked_.find(lost.opens.front());
    spent_[open == asked_.end() ? 1 : open->second.judging] += lost.spent;
    settle(lost.opens);
  } else if (type == LabelVerdict::type) {
    TRUEBOUND_TRY(verdict, ledger::from_line<LabelVerdict>(entry, index));
    if (verdict.run != run) return true;
    label_verdicts_[{verdict.judge, verdict.label}] = index;
    spent_[1] += verdict.spent.value_or(eval::Spent{});
    settle(verdict.opens.value_or(std::vector<std::uint64_t>{}));
  } else {
    return false;
  }
  return true;
}

void RunHistory::settle(const std::vector<std::uint64_t>& opens) {
  for (const std::uint64_t open : opens)
    asked_.erase(open);
}

eval::Spent RunHistory::spent(std::int64_t judging) const {
  eval::Spent spent;
  const auto told = spent_.find(judging);
  if (told != spent_.end()) spent = told->second;
  for (const auto& [index, open] : asked_) {
    if (open.judging == judging) spent += open.most;
  }
  return spent;
}

std::vector<std::uint64_t> RunHistory::dangling() const {
  std::vector<std::uint64_t> opens;
  for (const auto& [open, slot] : open_slots_)
    opens.push_back(open);
  return opens;
}

Result<std::optional<OutcomeEntry>> RunHistory::outcome(std::int64_t slot) const {
  const std::optional<std::uint64_t> index = slots_.at(static_cast<std::size_t>(slot)).outcome;
  if (!index) return std::optional<OutcomeEntry>();
  TRUEBOUND_TRY(entry, parsed_entry(*ledger_, *index));
  TRUEBOUND_TRY(outcome, ledger::from_line<OutcomeEntry>(entry, *index));
  return std::optional<OutcomeEntry>(outcome);
}

Result<std::optional<AttemptClose>> RunHistory::close(std::int64_t slot) const {
  const std::optional<std::uint64_t> index = slots_.at(static_cast<std::size_t>(slot)).close;
  if (!index) return std::optional<AttemptClose>();
  TRUEBOUND_TRY(entry, parsed_entry(*ledger_, *index));
  TRUEBOUND_TRY(close, ledger::from_line<AttemptClose>(entry, *index));
  return std::optional<AttemptClose>(close);
}

std::vector<ClosedAttempt> RunHistory::judged_attempts() const {
  std::vector<ClosedAttempt> attempts;
  for (const auto& [close, verdicts] : verdicts_) {
    if (!verdicts.entries.empty()) attempts.push_back({.close = close, .slot = verdicts.slot});
  }
  return attempts;
}

Result<AttemptClose> RunHistory::close_at(std::uint64_t entry) const {
  TRUEBOUND_TRY(value, parsed_entry(*ledger_, entry));
  return ledger::from_line<AttemptClose>(value, entry);
}

Result<eval::Transcript> RunHistory::transcript(const AttemptClose& close) const {
  if (!close.transcript) return eval::Transcript{};
  TRUEBOUND_TRY(digest, parse_digest(*close.transcript));
  TRUEBOUND_TRY(payload, ledger_->blob(digest));
  TRUEBOUND_TRY(value, json::parse_json(payload, "blob " + *close.transcript));
  return json::read<eval::Transcript>(value, "blob " + *close.transcript, "the transcript");
}

Result<std::optional<Judged>> RunHistory::find_verdict(const VerdictEntry& wanted) const {
  TRUEBOUND_TRY(known, verdicts(wanted.close));
  for (const Judged& judged : known) {
    const VerdictEntry& verdict = judged.verdict;
    if (verdict.judge == wanted.judge && verdict.query == wanted.query &&
        verdict.judging == wanted.judging) {
      return std::optional<Judged>(judged);
    }
  }
  return std::optional<Judged>();
}

Result<eval::Judgement> RunHistory::judgement(const VerdictEntry& verdict) const {
  return judgement_in(verdict.reasons);
}

Result<eval::Judgement> RunHistory::judgement(const LabelVerdict& verdict) const {
  return judgement_in(verdict.reasons);
}

Result<std::optional<LabelVerdict>> RunHistory::label_verdict(const std::string& judge,
                                                              std::int64_t label) const {
  const auto found = label_verdicts_.find({judge, label});
  if (found == label_verdicts_.end()) return std::optional<LabelVerdict>();
  TRUEBOUND_TRY(entry, parsed_entry(*ledger_, found->second));
  TRUEBOUND_TRY(verdict, ledger::from_line<LabelVerdict>(entry, found->second));
  return std::optional<LabelVerdict>(verdict);
}

Result<eval::Judgement> RunHistory::judgement_in(const std::string& reasons) const {
  TRUEBOUND_TRY(digest, parse_digest(reasons));
  TRUEBOUND_TRY(payload, ledger_->blob(digest));
  const std::string name = "blob " + reasons;
  TRUEBOUND_TRY(value, json::parse_json(payload, name));
  return json::read<eval::Judgement>(value, name, "the judgement");
}

Result<std::vector<Judged>> RunHistory::verdicts(std::uint64_t close_entry) const {
  std::vector<Judged> judged;
  const auto found = verdicts_.find(close_entry);
  if (found == verdicts_.end()) return judged;
  for (const std::uint64_t index : found->second.entries) {
    TRUEBOUND_TRY(entry, parsed_entry(*ledger_, index));
    TRUEBOUND_TRY(verdict, ledger::from_line<VerdictEntry>(entry, index));
    judged.push_back({.entry = index, .verdict = verdict});
  }
  return judged;
}

}  // namespace truebound::record
