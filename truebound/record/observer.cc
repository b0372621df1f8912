#include "truebound/record/observer.h"

namespace truebound::record {

eval::Observation planned(const plan::Slot& slot, const std::vector<eval::Suite>& suites) {
  const eval::Sample& sample = suites[slot.suite_index].samples[slot.sample_index];
  return {.slot = static_cast<std::int64_t>(slot.index),
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
}

Observer::Observer(const Observed& run, const CastIdentity& cast) : run_(run) {
  for (const JudgeIdentity& judge : cast.judges)
    judges_[judge.identity] = judge.decides_as;
}

Result<eval::Observation> Observer::at(std::uint64_t index) const {
  eval::Observation seen = planned(run_.slots.at(index), run_.suites);
  TRUEBOUND_TRY(outcome, run_.history.outcome(seen.slot));
  if (!outcome) return seen;
  seen.outcome = eval::make_outcome(outcome->outcome, outcome->reason, outcome->score.value_or(""));
  seen.queries = outcome->queries.value_or(0);
  seen.entry = *run_.history.slots()[index].outcome;
  TRUEBOUND_TRY(close, run_.history.close(seen.slot));
  if (close) TRUEBOUND_TRY_VOID(look_at_attempt(*close, *outcome, seen));
  return seen;
}

Result<void> Observer::look_at_attempt(const AttemptClose& close, const OutcomeEntry& outcome,
                                       eval::Observation& seen) const {
  TRUEBOUND_TRY_VOID(look_at_query(close, outcome.queries.value_or(0), seen));
  if (!outcome.follows) return {};
  TRUEBOUND_TRY(deciding, parsed_entry(run_.ledger, *outcome.follows));
  if (ledger::type_of(deciding) != VerdictEntry::type) {
    if (seen.layer != "none") seen.decided_by = eval::DecidedBy::layer;
    return {};
  }
  TRUEBOUND_TRY(verdict, ledger::from_line<VerdictEntry>(deciding, *outcome.follows));
  seen.judge = verdict.judge;
  seen.verdict = to_text(verdict.verdict);
  const auto found = judges_.find(verdict.judge);
  seen.decided_by = found == judges_.end() ? eval::DecidedBy::judge : found->second;
  return {};
}

// A withheld transcript takes no outcome away: what the close tells of the layer is kept.
Result<void> Observer::look_at_query(const AttemptClose& close, std::int64_t number,
                                     eval::Observation& seen) const {
  const Result<eval::Transcript> transcript = run_.history.transcript(close);
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

}  // namespace truebound::record
