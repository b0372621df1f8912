#include "truebound/run/execute.h"

#include <vector>

#include "truebound/core/task.h"
#include "truebound/record/cast_identity.h"
#include "truebound/run/slot_work.h"

namespace truebound::run {
namespace {

// Slots are handed out in plan order; each worker takes the next when it has ended one. So memory
// depends on how many are in flight, not on how many there are.
Task<void> take_slots(std::uint64_t& next, Stage& stage) {
  while (next < stage.slots.count() && !stage.halted()) {
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
    spent += most_of_attempt(slots.at(i), cast) * (past.attempts - past.accounted);
  }
  return spent;
}

}  // namespace

json::Value Cast::identity() const {
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
  return json::write(identity);
}

Result<Ending> execute(const plan::Slots& slots, const Cast& cast, record::RunRecord& run,
                       const record::RunHistory& history, const EngineOptions& options) {
  // Left between its close and its report: nothing is to be asked.
  if (history.is_closed()) return Ending::complete;
  Stage stage{.slots = slots,
              .cast = cast,
              .run = run,
              .history = history,
              .options = options,
              .accounts = options.budget.any()};
  if (stage.accounts) {
    stage.purse = model::Purse(options.budget, spent_before(slots, cast, history));
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
  TRUEBOUND_TRY_VOID(run.close("complete", stage.counts));
  return Ending::complete;
}

}  // namespace truebound::run
