#include "truebound/run/slot_work.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace truebound::run {
namespace {

// A close of one of these kinds gives one more attempt, two in all: the slot may be answered yet.
constexpr std::int64_t most_attempts = 2;

bool may_try_again(eval::Status status) {
  return status == eval::Status::timeout || status == eval::Status::lost ||
         status == eval::Status::crash || status == eval::Status::canceled;
}

// Whoever refused may have been mended since the run was left.
bool is_worth_asking_after_a_stop(eval::Status status) {
  return status == eval::Status::rejected || status == eval::Status::malformed;
}

bool was_answered(eval::Status status) {
  return status == eval::Status::ok || status == eval::Status::stopped;
}

class SlotWork : public std::enable_shared_from_this<SlotWork> {
 public:
  SlotWork(plan::Slot slot, Stage& stage)
      : slot_(std::move(slot)),
        stage_(stage),
        sample_(stage.cast.suites[slot_.suite_index].samples[slot_.sample_index]) {}

  Task<Result<void>> work() {
    const record::SlotEntries& past = stage_.history.slots()[slot_.index];
    if (past.outcome) {
      TRUEBOUND_CO_TRY(seen, known_outcome());
      co_return take_outcome(stage_, seen);
    }
    std::int64_t tried = past.attempts - past.given_up;
    attempt_number_ = past.attempts;
    take_what_is_set_aside();
    if (past.close) {
      TRUEBOUND_CO_TRY(close, stage_.history.close(static_cast<std::int64_t>(slot_.index)));
      TRUEBOUND_CO_TRY(transcript, stage_.history.transcript(*close));
      if (!transcript.queries.empty() || !is_worth_asking_after_a_stop(close->status)) {
        TRUEBOUND_CO_TRY(ended, co_await conclude(*past.close, *close, transcript, tried));
        if (ended) co_return Result<void>();
      }
    }
    co_return co_await keep_trying(tried);
  }

 private:
  // An attempt that is closed, and how it ended.
  struct Closed {
    std::uint64_t entry = 0;
    record::AttemptClose close;
    eval::Transcript transcript;
    model::Scope scope = model::Scope::call;
  };

  // Of an outcome that is durable a monitor that watches nothing only counts which it is: who
  // decided it stands in the transcript, and reading those of a long run would take its time.
  Result<eval::Observation> known_outcome() const {
    if (stage_.monitor.watches()) return stage_.observer.at(slot_.index);
    TRUEBOUND_TRY(outcome, stage_.history.outcome(static_cast<std::int64_t>(slot_.index)));
    eval::Observation seen = record::planned(slot_, stage_.cast.suites);
    seen.outcome =
        eval::make_outcome(outcome->outcome, outcome->reason, outcome->score.value_or(""));
    return seen;
  }

  Task<Result<void>> keep_trying(std::int64_t tried) {
    while (true) {
      const bool is_reserved = co_await reserve();
      if (stage_.halted()) co_return Result<void>();
      if (!is_reserved) co_return spend_no_more(tried);
      co_await wait_until_endpoint_is_free();
      if (stage_.halted()) co_return Result<void>();
      ++tried;
      endpoint().is_asked = true;
      Closed closed;
      const Result<void> attempted = co_await attempt(closed);
      endpoint().is_asked = false;
      if (!attempted.ok()) co_return attempted.error();
      if (closed.close.status == eval::Status::canceled) co_return Result<void>();
      const Door door = look_at_endpoint(closed);
      if (door == Door::shut) co_return Result<void>();
      if (door == Door::unknown) {
        put_off(endpoint(), std::move(closed), tried);
        co_return Result<void>();
      }
      TRUEBOUND_CO_TRY(ended,
                       co_await conclude(closed.entry, closed.close, closed.transcript, tried));
      if (ended) co_return Result<void>();
    }
  }

  // Once all other slots were tried.
  Task<Result<void>> go_on(Closed closed, std::int64_t tried) {
    if (for_judges_) for_judges_->take_up();
    TRUEBOUND_CO_TRY(ended,
                     co_await conclude(closed.entry, closed.close, closed.transcript, tried));
    if (!ended) co_return co_await keep_trying(tried);
    co_return Result<void>();
  }

  Task<void> note_failure(Task<Result<void>> work) {
    const Result<void> done = co_await std::move(work);
    if (!done.ok() && !stage_.failed) stage_.failed = done.error();
  }

  void put_off(const Endpoint& until, Closed closed, std::int64_t tried) {
    allowance_.reset();
    if (closed.transcript.queries.empty()) for_judges_.reset();
    if (for_judges_) for_judges_->lay_aside();
    stage_.put_off.push_back(
        {.endpoint = &until,
         .go_on = [self = shared_from_this(), closed = std::move(closed), tried] {
           return self->note_failure(self->go_on(closed, tried));
         }});
  }

  Endpoint& endpoint() const { return stage_.endpoints[slot_.model]; }

  Task<void> wait_until_endpoint_is_free() const {
    constexpr std::chrono::milliseconds look_every{5};
    while (!endpoint().is_known && endpoint().is_asked && !stage_.halted()) {
      co_await sleep_for(look_every);
    }
  }

  Door look_at_endpoint(const Closed& closed) const {
    const Door door = look_at(endpoint(), closed.scope);
    if (door == Door::shut && !stage_.failed) {
      stage_.failed =
          shut_door(endpoint(), closed.scope, "models." + slot_.model, closed.transcript.note);
    }
    return door;
  }

  const attack::Attack& attack() const { return *stage_.cast.attacks.at(slot_.attack); }

  void take_what_is_set_aside() {
    const auto found = stage_.set_aside.find(slot_.index);
    if (found == stage_.set_aside.end()) return;
    for_judges_ = std::move(found->second);
    for_judges_->take_up();
    stage_.set_aside.erase(found);
  }

  // Reserved before the attempt opens, so that what is in flight cannot go beyond the budget, and
  // apart for its judges, so that no answer is bought that nobody can judge. Where only what others
  // have reserved stands in the way, what they give back may do.
  Task<bool> reserve() {
    constexpr std::chrono::milliseconds look_every{5};
    allowance_.reset();
    for_judges_.reset();
    const eval::Spent most = most_of_attempt(slot_, stage_.cast);
    const eval::Spent judged = most_of_judging(slot_, stage_.cast, attack().queries());
    while (!stage_.is_spent && !stage_.halted()) {
      const model::Purse::Reserved reserved = stage_.purse.reserve(most + judged);
      if (reserved == model::Purse::Reserved::yes) {
        allowance_ = std::make_unique<model::Allowance>(stage_.purse, most);
        for_judges_ = std::make_unique<model::Allowance>(stage_.purse, judged);
        co_return true;
      }
      if (reserved == model::Purse::Reserved::never) stage_.is_spent = true;
      if (!stage_.is_spent) co_await sleep_for(look_every);
    }
    co_return false;
  }

  // The first of a kind is told at once: a person who waits learns why before the run is over.
  void tell_trouble(const Closed& closed) {
    const eval::Status status = closed.close.status;
    if (was_answered(status) || status == eval::Status::canceled) return;
    if (stage_.options.progress == nullptr) return;
    const std::string kind = slot_.model + ": " + std::string(to_text(status));
    if (!stage_.troubles.insert(kind).second) return;
    stage_.options.progress->troubled("models." + slot_.model + ": " + closed.transcript.note);
  }

  json::Value request() const {
    const context::System& system = this->system();
    return json::Object{{"attack", slot_.attack},
                        {"epoch", slot_.epoch},
                        {"sample", json::write(sample_)},
                        {"slot_key", slot_.key},
                        {"system", system.digest()}};
  }

  const context::System& system() const {
    return stage_.cast.systems.at(slot_.model, slot_.persona, slot_.deployment, slot_.arm);
  }

  // One attempt from its durable open to its durable close.
  Task<Result<void>> attempt(Closed& closed) {
    Clock& clock = stage_.run.clock();
    ++attempt_number_;
    TRUEBOUND_CO_TRY(open, stage_.run.open_attempt(static_cast<std::int64_t>(slot_.index),
                                                   attempt_number_, request()));
    const std::int64_t started_us = clock.steady_us();
    model::Tape tape(clock, allowance_.get());
    attack::Means means({.sample = sample_,
                         .system = system(),
                         .seed = stage_.options.seed,
                         .slot = slot_.key,
                         .queries = attack().queries(),
                         .tape = tape,
                         .timeout = stage_.options.timeout});
    co_await attack().attempt(means);
    const attack::Ending ending = means.ending();
    closed.scope = ending.scope;
    record::AttemptClose& close = closed.close;
    close = {.open = open,
             .status = ending.status,
             .layer = ending.layer,
             .queries = static_cast<std::int64_t>(means.queries().size()),
             .latency_us = clock.steady_us() - started_us};
    std::int64_t kept = 0;
    for (const eval::Call& call : tape.calls()) {
      if (call.from_cache) ++kept;
      if (!call.reply || call.from_cache) continue;
      if (call.reply->tokens_in)
        close.tokens_in = close.tokens_in.value_or(0) + *call.reply->tokens_in;
      if (call.reply->tokens_out)
        close.tokens_out = close.tokens_out.value_or(0) + *call.reply->tokens_out;
    }
    if (stage_.accounts) close.spent = allowance_->spent();
    closed.transcript = {.calls = tape.calls(), .queries = means.queries(), .note = ending.note};
    if (kept > 0) {
      closed.transcript.note += (ending.note.empty() ? "" : "; ") + std::to_string(kept) + " of " +
                                std::to_string(tape.calls().size()) + " calls from the cache";
    }
    TRUEBOUND_CO_TRY(entry, stage_.run.close_attempt(close, closed.transcript));
    closed.entry = entry;
    tell_trouble(closed);
    co_return Result<void>();
  }

  // Whether a closed attempt gives the slot its outcome.
  Task<Result<bool>> conclude(std::uint64_t close_entry, record::AttemptClose close,
                              const eval::Transcript& transcript, std::int64_t tried) {
    last_close_ = close_entry;
    allowance_.reset();
    // Queries that came back before a failure are judged too: one that broke stays broken.
    if (!transcript.queries.empty()) {
      const std::vector<std::string>& judges = stage_.cast.suites[slot_.suite_index].judges;
      const Matter matter{.sample = sample_,
                          .transcript = transcript,
                          .close = close_entry,
                          .judges = judges.size()};
      const Docket docket{.slot = slot_,
                          .sample = sample_,
                          .judges = judges,
                          .close = close_entry,
                          .said = said_,
                          .allowance = for_judges_.get()};
      LiveBench bench(*stage_.court, docket);
      TRUEBOUND_CO_TRY(decision, co_await decide(matter, bench));
      if (bench.waits_for() != nullptr) {
        put_off(*bench.waits_for(),
                {.entry = close_entry, .close = close, .transcript = transcript}, tried);
      }
      // Left open: the run was stopped, or the judge's endpoint is of no use or not known yet.
      if (!decision) co_return true;
      const bool broke = eval::kind_of(decision->outcome) == eval::OutcomeKind::broke;
      if (broke || was_answered(close.status)) co_return finish(*decision);
    }
    if (was_answered(close.status)) {
      co_return finish({.outcome = eval::Undecided{"no_query"}, .follows = close_entry});
    }
    if (may_try_again(close.status) && tried < most_attempts) co_return false;
    const bool nothing_was_sent =
        close.status == eval::Status::budget && transcript.queries.empty() && tried <= 1;
    if (nothing_was_sent) {
      stage_.is_spent = true;
      co_return finish({.outcome = eval::NotRun{"budget"}, .follows = close_entry});
    }
    co_return finish(
        {.outcome = eval::Failed{std::string(to_text(close.status))}, .follows = close_entry});
  }

  Result<bool> finish(const Decision& decision) {
    record::OutcomeEntry entry{.run = stage_.run.run(),
                               .slot = static_cast<std::int64_t>(slot_.index),
                               .outcome = eval::kind_of(decision.outcome),
                               .reason = eval::reason_of(decision.outcome),
                               .follows = decision.follows};
    if (decision.queries > 0) entry.queries = decision.queries;
    TRUEBOUND_TRY(index, stage_.run.add_outcome(entry));
    static_cast<void>(index);
    eval::Observation seen = record::planned(slot_, stage_.cast.suites);
    seen.outcome = decision.outcome;
    seen.decided_by = decided_by(decision);
    TRUEBOUND_TRY_VOID(take_outcome(stage_, seen));
    return true;
  }

  // Only a safeguard's stop decides a slot without a judge.
  eval::DecidedBy decided_by(const Decision& decision) const {
    if (!decision.seat) {
      return eval::is_decided(decision.outcome) ? eval::DecidedBy::layer : eval::DecidedBy::nobody;
    }
    const std::string& name = stage_.cast.suites[slot_.suite_index].judges[*decision.seat];
    return stage_.cast.judges.at(name)->decides_as();
  }

  // The budget is spent: nobody tries this slot, or nobody tries it again.
  Result<void> spend_no_more(std::int64_t tried) {
    if (tried == 0 || !last_close_) return not_run("budget");
    TRUEBOUND_TRY(ended, finish({.outcome = eval::Failed{"budget"}, .follows = *last_close_}));
    static_cast<void>(ended);
    return {};
  }

  Result<void> not_run(const std::string& reason) {
    TRUEBOUND_TRY(index, stage_.run.add_outcome({.run = stage_.run.run(),
                                                 .slot = static_cast<std::int64_t>(slot_.index),
                                                 .outcome = eval::OutcomeKind::not_run,
                                                 .reason = reason}));
    static_cast<void>(index);
    eval::Observation seen = record::planned(slot_, stage_.cast.suites);
    seen.outcome = eval::NotRun{reason};
    return take_outcome(stage_, seen);
  }

  plan::Slot slot_;
  Stage& stage_;
  const eval::Sample& sample_;
  std::int64_t attempt_number_ = 0;
  std::optional<std::uint64_t> last_close_;
  std::unique_ptr<model::Allowance> allowance_;   // of the attempt under way
  std::unique_ptr<model::Allowance> for_judges_;  // of the attempt, under way or closed
  Said said_;
};

}  // namespace

eval::Spent most_of_attempt(const plan::Slot& slot, const Cast& cast) {
  const context::System& system =
      cast.systems.at(slot.model, slot.persona, slot.deployment, slot.arm);
  const eval::Sample& sample = cast.suites[slot.suite_index].samples[slot.sample_index];
  return system.most(attack::render_input(sample)) * cast.attacks.at(slot.attack)->queries();
}

eval::Spent most_of_judging(const plan::Slot& slot, const Cast& cast, std::int64_t queries) {
  const context::System& system =
      cast.systems.at(slot.model, slot.persona, slot.deployment, slot.arm);
  const eval::Suite& suite = cast.suites[slot.suite_index];
  const eval::Sample& sample = suite.samples[slot.sample_index];
  eval::Spent most;
  for (const std::string& name : suite.judges)
    most += cast.judges.at(name)->most(sample, system.most_reply_bytes());
  return most * queries;
}

Result<void> keep_stops(const std::vector<analyze::Stop>& stops, Stage& stage) {
  for (const analyze::Stop& stop : stops) {
    // A run that is taken up comes by the stops that it has.
    const bool is_known = std::ranges::any_of(
        stage.history.stops(),
        [&](const record::StopEntry& known) { return known.claim == stop.claim; });
    if (!is_known) TRUEBOUND_TRY_VOID(stage.run.add_stop(stop.claim, stop.log_e, stop.slot));
  }
  return {};
}

Result<void> take_outcome(Stage& stage, const eval::Observation& seen) {
  stage.counts.add(seen.outcome);
  if (stage.options.progress != nullptr) stage.options.progress->decided(stage.counts);
  TRUEBOUND_TRY(stops, stage.monitor.add(seen));
  return keep_stops(stops, stage);
}

Task<void> work_on(std::uint64_t index, Stage& stage) {
  const auto work = std::make_shared<SlotWork>(stage.slots.at(index), stage);
  const Result<void> done = co_await work->work();
  if (!done.ok() && !stage.failed) stage.failed = done.error();
}

}  // namespace truebound::run
