#include "truebound/assess/observe.h"

#include <algorithm>

#include "truebound/assess/baseline.h"

namespace truebound::assess {
namespace {

class Observer {
 public:
  explicit Observer(const Record& record) : record_(record) {
    for (const record::JudgeIdentity& judge : record.cast.judges)
      judges_[judge.identity] = judge.decides_as;
  }

  Result<eval::Observation> at(std::uint64_t index) const {
    const plan::Slot slot = record_.slots.at(index);
    const eval::Sample& sample = record_.suites[slot.suite_index].samples[slot.sample_index];
    eval::Observation seen{.slot = static_cast<std::int64_t>(index),
                           .suite = slot.suite,
                           .sample = slot.sample,
                           .model = slot.model,
                           .persona = slot.persona,
                           .deployment = slot.deployment,
                           .arm = slot.arm,
                           .attack = slot.attack,
                           .epoch = static_cast<std::int64_t>(slot.epoch),
                           .cluster = sample.cluster,
                           .stratum = sample.stratum,
                           .hazard = sample.hazard,
                           .language = sample.language,
                           .expect = sample.expect};
    const auto slot_number = static_cast<std::int64_t>(index);
    TRUEBOUND_TRY(outcome, record_.history.outcome(slot_number));
    if (!outcome) return seen;
    seen.outcome =
        eval::make_outcome(outcome->outcome, outcome->reason, outcome->score.value_or(""));
    seen.queries = outcome->queries.value_or(0);
    seen.entry = *record_.history.slots()[index].outcome;
    TRUEBOUND_TRY(close, record_.history.close(slot_number));
    if (close) TRUEBOUND_TRY_VOID(look_at_attempt(*close, *outcome, seen));
    return seen;
  }

 private:
  Result<void> look_at_attempt(const record::AttemptClose& close,
                               const record::OutcomeEntry& outcome, eval::Observation& seen) const {
    TRUEBOUND_TRY_VOID(look_at_query(close, outcome.queries.value_or(0), seen));
    if (!outcome.follows) return {};
    TRUEBOUND_TRY(deciding, record::parsed_entry(record_.ledger, *outcome.follows));
    if (ledger::type_of(deciding) != record::VerdictEntry::type) {
      if (seen.layer != "none") seen.decided_by = eval::DecidedBy::layer;
      return {};
    }
    TRUEBOUND_TRY(verdict, ledger::from_line<record::VerdictEntry>(deciding, *outcome.follows));
    seen.judge = verdict.judge;
    seen.verdict = to_text(verdict.verdict);
    const auto found = judges_.find(verdict.judge);
    seen.decided_by = found == judges_.end() ? eval::DecidedBy::judge : found->second;
    return {};
  }

  // A withheld transcript takes no outcome away: what the close tells of the layer is kept.
  Result<void> look_at_query(const record::AttemptClose& close, std::int64_t number,
                             eval::Observation& seen) const {
    const Result<eval::Transcript> transcript = record_.history.transcript(close);
    if (!transcript.ok()) {
      if (transcript.error().code != ErrorCode::incomplete) return transcript.error();
      seen.layer = close.layer;
      return {};
    }
    for (const eval::Query& query : transcript.value().queries) {
      if (query.number != number) continue;
      seen.layer = query.layer;
      seen.cut = query.finish == eval::Finish::length;
    }
    return {};
  }

  const Record& record_;
  std::map<std::string, eval::DecidedBy> judges_;
};

Result<json::Value> json_blob(const ledger::Ledger& ledger, const std::string& name) {
  TRUEBOUND_TRY(digest, parse_digest(name));
  TRUEBOUND_TRY(payload, ledger.blob(digest));
  return json::parse_json(payload, "blob " + name);
}

}  // namespace

Result<Record> read_record(const ledger::Ledger& ledger, std::int64_t number) {
  TRUEBOUND_TRY(all, record::History::read(ledger));
  TRUEBOUND_TRY(summary, all.run(number));
  TRUEBOUND_TRY(registered, plan::registered(ledger, summary.open.plan));
  std::string seed = summary.open.seed.value_or("");
  if (summary.open.seed_entry) {
    TRUEBOUND_TRY(drawn, plan::drawn_seed(ledger, *summary.open.seed_entry));
    seed = drawn;
  }
  TRUEBOUND_TRY(suites, suites_of(registered.plan, *registered.files));
  plan::SlotLimit limit;
  if (summary.open.limit) limit.count = static_cast<std::uint64_t>(*summary.open.limit);
  TRUEBOUND_TRY(slots, plan::Slots::lay_out(registered.plan, suites, seed, limit));
  if (slots.root().hex() != summary.open.slot_root) {
    return Error{ErrorCode::mismatch, "run " + std::to_string(summary.open.run) +
                                          " was opened with other slots than its plan gives"};
  }
  const std::uint64_t size = summary.close ? summary.report_size() : ledger.size();
  std::vector<eval::Calibration> calibrations;
  for (const std::uint64_t index : summary.calibrations) {
    TRUEBOUND_TRY(calibration, record::calibration_at(ledger, index));
    calibrations.push_back(std::move(calibration));
  }
  TRUEBOUND_TRY(history, record::RunHistory::read(ledger, summary.open.run, size));
  TRUEBOUND_TRY(systems, json_blob(ledger, summary.open.systems));
  Result<record::CastIdentity> cast =
      json::read<record::CastIdentity>(systems, "blob " + summary.open.systems, "the cast");
  if (!cast.ok()) return Error{ErrorCode::malformed, cast.error().message};
  TRUEBOUND_TRY(engine, json_blob(ledger, summary.open.engine));
  const json::Value* program = engine.find("program");
  const std::int64_t runs_of_plan = all.runs_of_plan(summary.open.plan, size);
  return Record{.ledger = ledger,
                .summary = summary,
                .size = size,
                .runs_of_plan = runs_of_plan,
                .registered = std::move(registered),
                .seed = seed,
                .suites = std::move(suites),
                .slots = std::move(slots),
                .history = std::move(history),
                .cast = std::move(cast).value(),
                .engine = program != nullptr && program->text() != nullptr ? *program->text() : "",
                .calibrations = std::move(calibrations)};
}

Result<std::vector<eval::Observation>> observe(const Record& record) {
  const Observer observer(record);
  std::vector<eval::Observation> rows;
  rows.reserve(record.slots.count());
  for (std::uint64_t i = 0; i < record.slots.count(); ++i) {
    TRUEBOUND_TRY(row, observer.at(i));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace truebound::assess
