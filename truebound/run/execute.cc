#include "truebound/run/execute.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "truebound/core/task.h"
#include "truebound/record/cast_identity.h"
#include "truebound/run/rounds.h"
#include "truebound/run/slot_work.h"

namespace truebound::run {
namespace {

bool is_untouched(std::uint64_t index, const Stage& stage) {
  // An answer that was bought is judged, and an outcome stays.
  const record::SlotEntries& past = stage.history.slots()[index];
  return past.attempts == 0 && !past.outcome;
}

bool is_needed(std::uint64_t index, const Stage& stage) {
  return stage.monitor.needs(record::planned(stage.slots.at(index), stage.cast.suites));
}

// Slots in a row that nobody is to ask: one entry says so.
Result<void> leave_out(std::uint64_t first, std::uint64_t count, const std::string& reason,
                       Stage& stage) {
  record::OutcomeEntry entry{.run = stage.run.run(),
                             .slot = static_cast<std::int64_t>(first),
                             .outcome = eval::OutcomeKind::not_run,
                             .reason = reason};
  if (count > 1) entry.until = static_cast<std::int64_t>(first + count) - 1;
  TRUEBOUND_TRY(added, stage.run.add_outcome(entry));
  static_cast<void>(added);
  for (std::uint64_t index = first; index < first + count; ++index) {
    eval::Observation seen = record::planned(stage.slots.at(index), stage.cast.suites);
    seen.outcome = eval::NotRun{reason};
    TRUEBOUND_TRY_VOID(take_outcome(stage, seen));
  }
  return {};
}

// Takes slots in a row that no open claim needs; whether there were any.
bool skip_unneeded(Turns& turns, Stage& stage) {
  if (!stage.monitor.watches()) return false;
  const std::optional<std::uint64_t> first = turns.peek();
  std::uint64_t count = 0;
  while (first && turns.peek() == *first + count && is_untouched(*first + count, stage) &&
         !is_needed(*first + count, stage)) {
    turns.take();
    ++count;
  }
  if (count == 0) return false;
  const Result<void> left = leave_out(*first, count, std::string(eval::claims_settled), stage);
  if (!left.ok()) stage.failed = left.error();
  return true;
}

// Work that was put off, and whose endpoint is known by now.
std::optional<std::function<Task<void>()>> take_put_off(Stage& stage) {
  const auto ready = std::ranges::find_if(
      stage.put_off, [](const PutOff& work) { return work.endpoint->is_known; });
  if (ready == stage.put_off.end()) return std::nullopt;
  std::function<Task<void>()> go_on = std::move(ready->go_on);
  stage.put_off.erase(ready);
  return go_on;
}

// Slots are handed out in their order; each worker takes the next when it has ended one. So memory
// depends on how many are in flight, not on how many there are.
Task<void> take_slots(Turns& turns, Stage& stage) {
  while (!stage.halted()) {
    // What waits for nothing any more goes first: claims are settled in the order of slots.
    if (const auto go_on = take_put_off(stage)) {
      co_await (*go_on)();
      continue;
    }
    if (skip_unneeded(turns, stage)) continue;
    const std::optional<std::uint64_t> index = turns.peek();
    if (!index) break;
    turns.take();
    co_await work_on(*index, stage);
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
  while (!stage.halted()) {
    const auto go_on = take_put_off(stage);
    if (!go_on) break;
    co_await (*go_on)();
  }
}

Task<void> work_on_turns(Turns& turns, Stage& stage) {
  std::vector<Task<void>> workers;
  for (std::int64_t i = 0; i < stage.options.in_flight; ++i) {
    workers.push_back(take_slots(turns, stage));
  }
  co_await gather(std::move(workers));
  co_await work_on_put_off(stage);
}

// Makes a round durable before any of its slots is asked. A run that is taken up draws the rounds
// that it has once more.
Result<void> keep_round(const analyze::Round& round, Stage& stage) {
  const auto& known = stage.history.allocations();
  const auto place = static_cast<std::size_t>(round.number) - 1;
  if (place >= known.size()) return stage.run.add_allocation(as_entry(round));
  return check_round(round, known[place]);
}

// What no round has drawn is outside of the sample. A run that was left while it said so has some
// of these outcomes.
Result<void> leave_out_rest(Stage& stage) {
  const std::string_view reason = stage.monitor.is_settled()      ? eval::claims_settled
                                  : stage.monitor.was_cut_short() ? eval::budget_spent
                                                                  : eval::never_drawn;
  std::uint64_t first = 0;
  for (std::uint64_t index = 0; index <= stage.slots.count(); ++index) {
    const bool is_undrawn = index < stage.slots.count() && !stage.monitor.was_drawn(index);
    const bool is_told = is_undrawn && stage.history.slots()[index].outcome.has_value();
    if (is_undrawn && !is_told) continue;
    if (index > first) {
      TRUEBOUND_TRY_VOID(leave_out(first, index - first, std::string(reason), stage));
    }
    first = index + 1;
    if (!is_told) continue;
    TRUEBOUND_TRY(seen, stage.observer.at(index));
    TRUEBOUND_TRY_VOID(take_outcome(stage, seen));
  }
  return {};
}

Task<Result<void>> work_on_rounds(Stage& stage) {
  while (!stage.halted()) {
    TRUEBOUND_CO_TRY(round, stage.monitor.draw());
    if (!round) co_return leave_out_rest(stage);
    TRUEBOUND_CO_TRY_VOID(keep_round(*round, stage));
    Turns turns(*round);
    co_await work_on_turns(turns, stage);
    if (stage.halted()) break;
    TRUEBOUND_CO_TRY(stops, stage.monitor.end_round());
    TRUEBOUND_CO_TRY_VOID(keep_stops(stops, stage));
  }
  co_return Result<void>();
}

Task<void> work_on_slots(Stage& stage) {
  if (stage.monitor.draws()) {
    const Result<void> done = co_await work_on_rounds(stage);
    if (!done.ok() && !stage.failed) stage.failed = done.error();
    co_return;
  }
  Turns turns(stage.slots.count());
  co_await work_on_turns(turns, stage);
}

Task<void> work_on_all(Stage& stage) {
  bool ended = false;
  const auto work = [&]() -> Task<void> {
    co_await work_on_slots(stage);
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
    TRUEBOUND_TRY(close, stage.history.close_at(*past.close));
    const eval::Spent most = most_of_judging(stage.slots.at(i), stage.cast, close.queries);
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
