#include "truebound/assess/start.h"

#include <cmath>

#include <fmt/format.h>

#include "truebound/crypto/sha256.h"

namespace truebound::assess {
namespace {

// A rehearsal without a seed of its own gets one that no assessment can have: seeds that are drawn
// come from a checkpoint.
std::string rehearsal_seed(const Rehearsal& rehearsal) {
  return crypto::sha256("truebound/rehearsal/v1\n" + rehearsal.seed.value_or("")).hex();
}

// The last run that was left, before its last slot or before its report was bound to it, and was
// begun as this one would be: same plan, kind, seed, limit.
Result<record::RunSummary> run_to_resume(const record::RunStart& start,
                                         const ledger::Ledger& ledger) {
  TRUEBOUND_TRY(history, record::History::read(ledger));
  std::optional<record::RunSummary> found;
  std::int64_t left = 0;
  for (const record::RunSummary& run : history.runs()) {
    if (run.open.plan != start.plan || run.is_complete()) continue;
    ++left;
    const bool same_seed =
        start.seed_entry ? run.open.seed_entry == start.seed_entry : run.open.seed == start.seed;
    if (run.open.kind == start.kind && run.open.limit == start.limit && same_seed) found = run;
  }
  if (found) return *found;
  if (left > 0) {
    return invalid_input("the run that was left was begun with another --seed or --limit");
  }
  return invalid_input(history.runs_of_plan(start.plan) > 0
                           ? "every run of this plan is complete; there is none to resume"
                           : "this ledger has no run of this plan; was the plan changed?");
}

// Half a run of other weights, prompts or judges would be told as one of these.
Result<void> hold_against(const record::RunStart& start, const record::RunSummary& left,
                          const ledger::Ledger& ledger) {
  TRUEBOUND_TRY(digest, parse_digest(left.open.systems));
  TRUEBOUND_TRY(begun_with, ledger.blob(digest));
  if (left.open.slot_root != start.slot_root || begun_with != json::canonical(start.systems)) {
    return invalid_input(fmt::format(
        "run {} was begun with another model, judge or safeguard, and cannot go on with this one",
        left.open.run));
  }
  return {};
}

Result<StartedRun> take_up(const record::RunStart& start, ledger::Ledger& ledger, Clock& clock) {
  TRUEBOUND_TRY(summary, run_to_resume(start, ledger));
  TRUEBOUND_TRY_VOID(hold_against(start, summary, ledger));
  const std::int64_t number = summary.open.run;
  TRUEBOUND_TRY(left, record::RunHistory::read(ledger, number));
  record::RunRecord record = record::RunRecord::resume(ledger, clock, number);
  if (!left.is_closed()) TRUEBOUND_TRY_VOID(record.recover(left.dangling()));
  // What a crash left beside the entries that name it is moved aside, so that verify finds none.
  TRUEBOUND_TRY(aside, ledger.set_aside_unnamed(record::References()));
  static_cast<void>(aside);
  TRUEBOUND_TRY(history, record::RunHistory::read(ledger, number));
  return StartedRun{.record = record, .history = std::move(history)};
}

}  // namespace

Result<plan::Frozen> freeze(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                            const Opening& opening, ledger::Ledger& ledger, const Services& with) {
  TRUEBOUND_TRY(slots, plan::count(plan, suites));
  if (!opening.rehearsal.asked()) return plan::freeze(plan, with.files, slots, ledger, with.clock);
  TRUEBOUND_TRY(entry, plan::register_plan(plan, with.files, slots, ledger, with.clock));
  return plan::Frozen{.plan_entry = entry, .seed = rehearsal_seed(opening.rehearsal)};
}

plan::SlotLimit limit_of(const Opening& opening) {
  return {.count = opening.rehearsal.limit};
}

record::RunStart start_of(const Opening& opening, const plan::Frozen& frozen,
                          const plan::Slots& slots, const run::Cast& cast) {
  record::RunStart start{.kind = record::RunKind::assessment,
                         .plan = frozen.plan_entry,
                         .seed = frozen.seed,
                         .slots = static_cast<std::int64_t>(slots.count()),
                         .slot_root = slots.root().hex(),
                         .systems = cast.identity()};
  if (!opening.rehearsal.asked()) {
    start.seed_entry = frozen.seed_entry;
    return start;
  }
  start.kind = record::RunKind::rehearsal;
  if (opening.rehearsal.limit) start.limit = static_cast<std::int64_t>(*opening.rehearsal.limit);
  return start;
}

Result<StartedRun> start_run(Start how, const record::RunStart& start, ledger::Ledger& ledger,
                             Clock& clock) {
  if (how == Start::resume) return take_up(start, ledger, clock);
  TRUEBOUND_TRY(record, record::RunRecord::open(ledger, clock, start));
  TRUEBOUND_TRY(history, record::RunHistory::read(ledger, record.run()));
  return StartedRun{.record = record, .history = std::move(history)};
}

run::EngineOptions engine_for(const plan::Plan& plan, const std::string& seed,
                              const Services& with) {
  run::EngineOptions options{.seed = seed,
                             .timeout = std::chrono::milliseconds(plan.budget.timeout_ms),
                             .progress = with.progress,
                             .stop = with.stop};
  if (plan.budget.in_flight) {
    options.in_flight = static_cast<std::int64_t>(*plan.budget.in_flight);
  }
  if (plan.budget.calls) options.budget.calls = static_cast<std::int64_t>(*plan.budget.calls);
  if (plan.budget.tokens) options.budget.tokens = static_cast<std::int64_t>(*plan.budget.tokens);
  constexpr double billionths = 1e9;
  if (plan.budget.money) options.budget.money = std::llround(*plan.budget.money * billionths);
  return options;
}

Error stopped_early(const ledger::Ledger& ledger, std::int64_t run) {
  const Result<record::RunHistory> history = record::RunHistory::read(ledger, run);
  if (!history.ok()) return history.error();
  std::size_t done = 0;
  for (const record::SlotEntries& slot : history.value().slots())
    done += slot.outcome ? 1 : 0;
  return stopped(
      fmt::format("run {} was stopped: {} of {} slots have a durable outcome; go on with "
                  "truebound run PLAN --resume",
                  run, done, history.value().slots().size()));
}

}  // namespace truebound::assess
