#include "truebound/assess/observe.h"

#include "truebound/assess/baseline.h"
#include "truebound/record/observer.h"

namespace truebound::assess {
namespace {

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
  const record::Observer observer({.ledger = record.ledger,
                                   .slots = record.slots,
                                   .suites = record.suites,
                                   .history = record.history},
                                  record.cast);
  std::vector<eval::Observation> rows;
  rows.reserve(record.slots.count());
  for (std::uint64_t i = 0; i < record.slots.count(); ++i) {
    TRUEBOUND_TRY(row, observer.at(i));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace truebound::assess
