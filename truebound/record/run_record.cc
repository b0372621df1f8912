#include "truebound/record/run_record.h"

#include "truebound/crypto/sha256.h"
#include "truebound/record/history.h"

namespace truebound::record {

std::string engine_version() {
  return "truebound 0.1.0";
}

template <class Entry>
Result<std::uint64_t> RunRecord::append(const Entry& entry) {
  return ledger_->append(ledger::to_line(entry));
}

Result<RunRecord> RunRecord::open(ledger::Ledger& ledger, Clock& clock, const RunStart& start) {
  TRUEBOUND_TRY(history, History::read(ledger));
  RunOpen open{.kind = start.kind,
               .run = static_cast<std::int64_t>(history.runs().size()) + 1,
               .ordinal = history.runs_of_plan(start.plan) + 1,
               .plan = start.plan,
               .seed_entry = start.seed_entry,
               .limit = start.limit,
               .slots = start.slots,
               .slot_root = start.slot_root};
  if (!start.seed_entry) open.seed = start.seed;
  TRUEBOUND_TRY(systems, ledger.put_blob(json::canonical(start.systems)));
  open.systems = systems.hex();
  const json::Value engine_value = json::Object{{"program", engine_version()}};
  TRUEBOUND_TRY(engine, ledger.put_blob(json::canonical(engine_value)));
  open.engine = engine.hex();
  open.time_ms = clock.time_ms();
  RunRecord record(ledger, clock, open.run);
  TRUEBOUND_TRY_VOID(record.append(open));
  TRUEBOUND_TRY_VOID(ledger.checkpoint());
  return record;
}

RunRecord RunRecord::resume(ledger::Ledger& ledger, Clock& clock, std::int64_t run) {
  return {ledger, clock, run};
}

Result<std::uint64_t> RunRecord::open_attempt(std::int64_t slot, std::int64_t attempt,
                                              const json::Value& request) {
  TRUEBOUND_TRY(blob, ledger_->put_blob(json::canonical(request)));
  return append(AttemptOpen{.run = run_,
                            .slot = slot,
                            .attempt = attempt,
                            .request = blob.hex(),
                            .time_ms = clock_->time_ms()});
}

Result<std::uint64_t> RunRecord::close_attempt(AttemptClose close,
                                               const eval::Transcript& transcript) {
  TRUEBOUND_TRY(blob, ledger_->put_blob(json::canonical(json::write(transcript))));
  close.transcript = blob.hex();
  return append(close);
}

Result<std::uint64_t> RunRecord::add_verdict(VerdictEntry verdict,
                                             const eval::Judgement& judgement) {
  TRUEBOUND_TRY(blob, ledger_->put_blob(json::canonical(json::write(judgement))));
  verdict.reasons = blob.hex();
  return append(verdict);
}

Result<std::uint64_t> RunRecord::open_verdict(VerdictOpen open) {
  open.run = run_;
  return append(open);
}

Result<void> RunRecord::lose_verdict(VerdictLost lost) {
  lost.run = run_;
  TRUEBOUND_TRY_VOID(append(lost));
  return {};
}

Result<void> RunRecord::add_label_verdict(LabelVerdict verdict, const eval::Judgement& judgement) {
  TRUEBOUND_TRY(blob, ledger_->put_blob(json::canonical(json::write(judgement))));
  verdict.run = run_;
  verdict.reasons = blob.hex();
  TRUEBOUND_TRY_VOID(append(verdict));
  return {};
}

Result<std::uint64_t> RunRecord::add_outcome(const OutcomeEntry& outcome) {
  return append(outcome);
}

Result<void> RunRecord::add_stop(const std::string& claim, double log_e, std::int64_t slot) {
  TRUEBOUND_TRY_VOID(append(
      StopEntry{.run = run_, .claim = claim, .log_e = json::number_text(log_e), .slot = slot}));
  return {};
}

Result<void> RunRecord::add_allocation(AllocationEntry round) {
  round.run = run_;
  TRUEBOUND_TRY_VOID(append(round));
  return {};
}

Result<void> RunRecord::recover(const std::vector<std::uint64_t>& dangling) {
  TRUEBOUND_TRY_VOID(
      append(Recovery{.run = run_,
                      .dangling = static_cast<std::int64_t>(dangling.size()),
                      .cut_bytes = static_cast<std::int64_t>(ledger_->recovered_bytes()),
                      .time_ms = clock_->time_ms()}));
  for (const std::uint64_t open : dangling) {
    TRUEBOUND_TRY_VOID(append(AttemptClose{.open = open, .status = eval::Status::crash}));
  }
  return {};
}

Result<void> RunRecord::close(const std::string& reason, const eval::Counts& counts) {
  TRUEBOUND_TRY_VOID(append(
      RunClose{.run = run_, .reason = reason, .counts = counts, .time_ms = clock_->time_ms()}));
  return ledger_->checkpoint();
}

Result<void> RunRecord::add_calibration(const eval::Calibration& calibration,
                                        const std::string& drawn) {
  TRUEBOUND_TRY(blob, ledger_->put_blob(json::canonical(json::write(calibration.labels))));
  CalibrationEntry entry{.run = run_,
                         .judge = calibration.judge,
                         .source = calibration.source,
                         .drawn = drawn,
                         .labeled_by = calibration.labeled_by,
                         .reader = calibration.reader,
                         .labels = blob.hex(),
                         .time_ms = clock_->time_ms()};
  for (const eval::Label& label : calibration.labels) {
    ++entry.counts[label.truth + "_" + label.judged];
  }
  TRUEBOUND_TRY_VOID(append(entry));
  return ledger_->checkpoint();
}

Result<void> RunRecord::open_judging(JudgingOpen open, const json::Value& about,
                                     const std::vector<std::string>& names,
                                     const FileSource& files) {
  TRUEBOUND_TRY(about_blob, ledger_->put_blob(json::canonical(about)));
  json::List list;
  for (const std::string& name : names) {
    TRUEBOUND_TRY(bytes, files.read(name));
    TRUEBOUND_TRY(blob, ledger_->put_blob(bytes));
    list.push_back(json::Object{
        {"name", name}, {"digest", crypto::sha256(bytes).hex()}, {"blob", blob.hex()}});
  }
  TRUEBOUND_TRY(files_blob, ledger_->put_blob(json::canonical(list)));
  open.run = run_;
  open.about = about_blob.hex();
  open.files = files_blob.hex();
  open.time_ms = clock_->time_ms();
  TRUEBOUND_TRY_VOID(append(open));
  return {};
}

Result<void> RunRecord::close_judging(std::int64_t judging) {
  TRUEBOUND_TRY_VOID(
      append(JudgingClose{.run = run_, .judging = judging, .time_ms = clock_->time_ms()}));
  return ledger_->checkpoint();
}

Result<void> RunRecord::publish_report(const std::string& html, const std::string& json,
                                       std::uint64_t size) {
  TRUEBOUND_TRY(report, ledger_->put_blob(html));
  TRUEBOUND_TRY(claims, ledger_->put_blob(json));
  TRUEBOUND_TRY_VOID(append(ReportPublish{.run = run_,
                                          .size = static_cast<std::int64_t>(size),
                                          .report = report.hex(),
                                          .claims = claims.hex()}));
  return ledger_->checkpoint();
}

}  // namespace truebound::record
