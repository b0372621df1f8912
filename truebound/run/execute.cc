#include "truebound/run/execute.h"

#include <vector>

#include "truebound/core/task.h"
#include "truebound/record/cast_identity.h"
#include "truebound/run/slot_work.h"

namespace truebound::run {
namespace {

bool is_to_be_skipped(std::uint64_t index, const Stage& stage) {
  // An answer that was bought is judged, and an outcome stays.
  if (stage.history.slots()[index].attempts > 0 || stage.history.slots()[index].outcome) {
    return false;
  }
  return !stage.monitor.needs(record::planned(stage.slots.at(index), stage.cast.suites));
}

// Slots in a row from `next` that no open claim needs: they are not run, and one entry says so.
std::uint64_t skip_unneeded(std::uint64_t next, Stage& stage) {
  if (!stage.monitor.watches()) return 0;
  std::uint64_t until = next;
  while (until < stage.slots.count() && is_to_be_skipped(until, stage))
    ++until;
  if (until == next) return 0;
  record::OutcomeEntry entry{.run = stage.run.run(),
                             .slot = static_cast<std::int64_t>(next),
                             .outcome = eval::OutcomeKind::not_run,
                             .reason = "stop_rule"};
  if (until - next > 1) entry.until = static_cast<std::int64_t>(until) - 1;
  const Result<std::uint64_t> added = stage.run.add_outcome(entry);
  if (!added.ok()) stage.failed = added.error();
  for (std::uint64_t index = next; index < until && !stage.failed; ++index) {
    eval::Observation seen = record::planned(stage.slots.at(index), stage.cast.suites);
    seen.outcome = eval::NotRun{"stop_rule"};
    const Result<void> taken = take_outcome(stage, seen);
    if (!taken.ok()) stage.failed = taken.error();
  }
  return until - next;
}

// Slots are handed out in plan order; each worker takes the next when it has ended one. So memory
// depends on how many are in flight, not on how many there are.
Task<void> take_slots(std::uint64_t& next, Stage& stage) {
  while (next < stage.slots.count() && !stage.halted()) {
    const std::uint64_t skipped = skip_unneeded(next, stage);
    if (skipped > 0) {
      next += skipped;
      continue;
    }
    const std::uint64_t index = next++;
    co_await work_on(index, stage);
  }
}

// A stop must reach models that are in the middle of a long answer.
Task<void> watch_for_stop(const bool& ended, Stage& stage) {
  constexpr std::chrono::milliseconds look_every{50};
  while (!ended) {
    if (stage.halted()) {
      for (const auto* models : {&stage.cast.models, &stage.cast.instruments}) {
        for (const auto& model : *models)
          model->cancel();
      }
      co_return;
    }
    co_await sleep_for(look_every);
  }
}

// No slot is left that could tell more of the endpoint.
Task<void> work_on_put_off(Stage& stage) {
  for (auto* endpoints : {&stage.endpoints, &stage.court->endpoints}) {
    for (auto& [model, endpoint] : *endpoints)
      endpoint.is_known = true;
  }
  for (std::size_t i = 0; i < stage.put_off.size() && !stage.halted(); ++i) {
    co_await stage.put_off[i]();
  }
}

Task<void> work_on_all(Stage& stage) {
  std::uint64_t next = 0;
  bool ended = false;
  const auto work = [&]() -> Task<void> {
    std::vector<Task<void>> workers;
    for (std::int64_t i = 0; i < stage.options.in_flight; ++i) {
      workers.push_back(take_slots(next, stage));
    }
    co_await gather(std::move(workers));
    co_await work_on_put_off(stage);
    ended = true;
  };
  std::vector<Task<void>> both;
  both.push_back(work());
  both.push_back(watch_for_stop(ended, stage));
  co_await gather(std::move(both));
}

// What an earlier part of the run spent stays spent, so that a resumed run cannot go beyond. Of an
// attempt that did not tell (a crash) it is what it may have cost at most.
eval::Spent spent_before(const plan::Slots& slots, const Cast& cast,
                         const record::RunHistory& history) {
  eval::Spent spent = history.spent();
  for (std::uint64_t i = 0; i < slots.count(); ++i) {
    const record::SlotEntries& past = history.slots()[i];
    if (past.attempts == past.accounted) continue;
    const plan::Slot slot = slots.at(i);
    const std::int64_t tries =
        cast.systems.at(slot.model, slot.persona, slot.deployment, slot.arm).most_tries();
    spent += most_of_attempt(slot, cast) * tries * (past.attempts - past.accounted);
  }
  return spent;
}

// Answers that were bought before the run was left come before new ones: what is left of the budget
// is theirs to be judged with.
Result<void> set_aside_for_judges(Stage& stage) {
  for (std::uint64_t i = 0; i < stage.slots.count(); ++i) {
    const record::SlotEntries& past = stage.history.slots()[i];
    if (past.outcome || !past.close) continue;
    TRUEBOUND_TRY(close, stage.history.close(static_cast<std::int64_t>(i)));
    const eval::Spent most = most_of_judging(stage.slots.at(i), stage.cast, close->queries);
    if (most == eval::Spent{} || stage.purse.reserve(most) != model::Purse::Reserved::yes) continue;
    stage.set_aside[i] = std::make_unique<model::Allowance>(stage.purse, most);
    stage.set_aside[i]->lay_aside();
  }
  return {};
}

}  // namespace

record::CastIdentity Cast::identified() const {
  record::CastIdentity identity{
      .models = {}, .instruments = {}, .judges = {}, .systems = systems.identity()};
  for (const auto& model : models)
    identity.models.push_back({.name = model->name(), .identity = model->identity()});
  for (const auto& model : instruments)
    identity.instruments.push_back({.name = model->name(), .identity = model->identity()});
  for (const auto& [name, judge] : judges) {
    identity.judges.push_back(
        {.name = name, .identity = judge->identity(), .decides_as = judge->decides_as()});
  }
  return identity;
}

Result<Ending> execute(const plan::Slots& slots, const Cast& cast, const Running& running,
                       const EngineOptions& options) {
  record::RunRecord& run = running.record;
  const record::RunHistory& history = running.history;
  // Left between its close and its report: nothing is to be asked.
  if (history.is_closed()) return Ending::complete;
  const record::Observer observer(
      {.ledger = run.ledger(), .slots = slots, .suites = cast.suites, .history = history},
      cast.identified());
  Stage stage{.slots = slots,
              .cast = cast,
              .run = run,
              .history = history,
              .options = options,
              .observer = observer,
              .monitor = running.monitor,
              .accounts = options.budget.any()};
  if (stage.accounts) {
    stage.purse = model::Purse(options.budget, spent_before(slots, cast, history));
    TRUEBOUND_TRY_VOID(set_aside_for_judges(stage));
  }
  stage.court.emplace(Court{.judges = cast.judges,
                            .run = run,
                            .history = history,
                            .seed = options.seed,
                            .timeout = options.timeout,
                            .halted = [&stage] { return stage.halted(); }});
  for (const auto& model : cast.instruments) {
    if (model->reach() == model::Reach::over_network) stage.accounts = true;
    stage.court->endpoints[model->name()].is_known = model->reach() == model::Reach::in_process;
  }
  for (const auto& model : cast.models) {
    if (model->reach() == model::Reach::over_network) stage.accounts = true;
    stage.endpoints[model->name()].is_known = model->reach() == model::Reach::in_process;
  }
  if (stage.accounts) stage.court->purse = &stage.purse;
  if (options.progress != nullptr) options.progress->begin(slots.count());
  run_loop([&]() -> Task<void> { co_await work_on_all(stage); });
  if (stage.failed) return *stage.failed;
  if (stage.court->failed) return *stage.court->failed;
  if (stage.halted()) return Ending::stopped;
  TRUEBOUND_CHECK(stage.counts.planned == static_cast<std::int64_t>(slots.count()),
                  "exactly one outcome for every slot");
  const bool was_ended = stage.monitor.is_settled() && stage.counts.not_run > 0;
  TRUEBOUND_TRY_VOID(run.close(was_ended ? "stop_rule" : "complete", stage.counts));
  return Ending::complete;
}

}  // namespace truebound::run
