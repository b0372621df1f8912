#include "truebound/assess/start.h"

#include <cmath>

#include <fmt/format.h>

#include "truebound/assess/cast.h"
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
    // A plan has one drawn seed in a ledger; a rehearsal brings its own.
    const bool same_seed = start.kind == record::RunKind::assessment || run.open.seed == start.seed;
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

// The same of a plan that is not laid out yet.
record::RunStart begun_with(const Opening& opening, std::uint64_t plan_entry) {
  record::RunStart start{.kind = record::RunKind::assessment, .plan = plan_entry};
  if (!opening.rehearsal.asked()) return start;
  start.kind = record::RunKind::rehearsal;
  start.seed = rehearsal_seed(opening.rehearsal);
  if (opening.rehearsal.limit) start.limit = static_cast<std::int64_t>(*opening.rehearsal.limit);
  return start;
}

std::int64_t decided_of(const record::RunHistory& history) {
  std::int64_t decided = 0;
  for (const record::SlotEntries& slot : history.slots())
    decided += slot.outcome ? 1 : 0;
  return decided;
}

// A word as a shell takes it whole.
std::string as_word(const std::string& text) {
  const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char letter : text)
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
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

Result<std::optional<LeftRun>> left_run(const std::string& plan_name, const Path& folder,
                                        const Opening& opening, const Services& with) {
  std::error_code none;
  if (!std::filesystem::is_directory(folder, none)) return std::optional<LeftRun>();
  if (std::filesystem::is_empty(folder, none)) return std::optional<LeftRun>();
  TRUEBOUND_TRY(plan, plan::read(with.files, plan_name, known()));
  TRUEBOUND_TRY(digest, plan::digest_of(plan, with.files));
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(entry, plan::find_registered(digest, *ledger));
  if (!entry) return std::optional<LeftRun>();
  const auto found = run_to_resume(begun_with(opening, *entry), *ledger);
  if (!found.ok()) return std::optional<LeftRun>();
  TRUEBOUND_TRY(history, record::RunHistory::read(*ledger, found.value().open.run));
  return std::optional(LeftRun{.run = found.value().open.run,
                               .decided = decided_of(history),
                               .slots = static_cast<std::int64_t>(history.slots().size())});
}

Result<void> refuse_to_resume_nothing(const plan::Plan& plan, const Path& folder,
                                      const Opening& opening, const Services& with) {
  if (opening.start == Start::fresh) return {};
  std::error_code none;
  if (!std::filesystem::exists(folder, none)) {
    return invalid_input(folder.string() +
                         ": there is no ledger, so there is no run to resume; without --resume a "
                         "new run begins");
  }
  TRUEBOUND_TRY(digest, plan::digest_of(plan, with.files));
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(entry, plan::find_registered(digest, *ledger));
  if (!entry) return invalid_input("this ledger has no run of this plan; was the plan changed?");
  TRUEBOUND_TRY(found, run_to_resume(begun_with(opening, *entry), *ledger));
  static_cast<void>(found);
  return {};
}

std::string resume_command(const std::string& plan_name, const Path& folder, const Opening& opening,
                           const Services& with) {
  const Path plan = (with.folder / plan_name).lexically_normal();
  std::string command = "truebound run " + as_word(plan.string());
  if (folder.lexically_normal() != (with.folder / "ledger").lexically_normal()) {
    command += " --ledger " + as_word(folder.string());
  }
  if (opening.rehearsal.seed) command += " --seed " + as_word(*opening.rehearsal.seed);
  if (opening.rehearsal.limit) command += fmt::format(" --limit {}", *opening.rehearsal.limit);
  return command + " --resume";
}

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

Error stopped_early(const ledger::Ledger& ledger, std::int64_t run, const std::string& command) {
  const Result<record::RunHistory> history = record::RunHistory::read(ledger, run);
  if (!history.ok()) return history.error();
  return stopped(
      fmt::format("run {} was stopped: {} of {} slots have a durable outcome; go on with {}", run,
                  decided_of(history.value()), history.value().slots().size(), command));
}

}  // namespace truebound::assess
