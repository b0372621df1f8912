#include "truebound/run/judging.h"

#include <memory>
#include <utility>

#include "truebound/crypto/stream.h"
#include "truebound/run/judge_line.h"

namespace truebound::run {
namespace {

bool is_worth_another_try(const model::Failure& failure) {
  return failure.status == eval::Status::timeout || failure.status == eval::Status::lost;
}

}  // namespace

std::string verdict_purpose(std::int64_t judging, std::int64_t query, std::size_t seats,
                            std::size_t seat) {
  const std::int64_t number =
      (query - 1) * static_cast<std::int64_t>(seats) + static_cast<std::int64_t>(seat) + 1;
  const std::string purpose = "call:verdict:" + std::to_string(number);
  return judging == 1 ? purpose : "judging:" + std::to_string(judging) + ":" + purpose;
}

Task<Result<std::optional<Decision>>> decide(const Matter& matter, Bench& bench) {
  Decision last;
  std::optional<Decision> undecided;
  for (const eval::Query& query : matter.transcript.queries) {
    Decision decision{.follows = matter.close, .queries = query.number};
    if (query.layer != "none") {
      decision.outcome = eval::outcome_of_stop(matter.sample.expect);
    } else {
      decision.outcome = eval::Undecided{"no_judge"};
      for (std::size_t seat = 0; seat < matter.judges; ++seat) {
        TRUEBOUND_CO_TRY(ruling, co_await bench.rule(seat, query));
        if (!ruling) co_return std::optional<Decision>();
        decision.follows = ruling->entry;
        decision.seat = seat;
        const eval::Judgement& judgement = ruling->judgement;
        decision.outcome =
            eval::outcome_of(judgement.verdict, matter.sample.expect, judgement.code);
        if (eval::kind_of(decision.outcome) != eval::OutcomeKind::undecided) break;
      }
    }
    const eval::OutcomeKind kind = eval::kind_of(decision.outcome);
    if (kind == eval::OutcomeKind::broke) co_return std::optional<Decision>(decision);
    if (kind == eval::OutcomeKind::undecided && !undecided) undecided = decision;
    // What held is only as sure as its weakest reply: a stop never takes a judge's word back.
    if (last.follows == 0 || query.layer == "none") last = decision;
  }
  // One query that nobody could decide leaves open whether the slot held.
  if (undecided) co_return undecided;
  co_return std::optional<Decision>(last);
}

Task<void> LiveBench::wait_for(Endpoint& endpoint) const {
  constexpr std::chrono::milliseconds look_every{5};
  while (!endpoint.is_known && endpoint.is_asked && !court_.halted()) {
    co_await sleep_for(look_every);
  }
}

Task<LiveBench::Word> LiveBench::ask(judge::Judge& judge, const eval::Query& query,
                                     const judge::Hearing& hearing, record::VerdictEntry& verdict) {
  if (judge.instrument() != nullptr) {
    co_return co_await ask_model(judge, query, hearing, verdict);
  }
  eval::Judgement judgement = co_await judge.decide(docket_.sample, query, hearing);
  co_return std::optional<eval::Judgement>(std::move(judgement));
}

Task<LiveBench::Word> LiveBench::ask_model(judge::Judge& judge, const eval::Query& query,
                                           judge::Hearing hearing, record::VerdictEntry& verdict) {
  Endpoint& endpoint = court_.endpoints[judge.instrument()->name()];
  co_await wait_for(endpoint);
  if (court_.halted()) co_return std::optional<eval::Judgement>();
  // Where nothing is reserved for the slot's judges, a call is when it is made.
  std::optional<model::Allowance> own;
  std::optional<JudgeAccount> account;
  if (court_.purse != nullptr) {
    if (docket_.allowance == nullptr) own.emplace(*court_.purse, eval::Spent());
    account.emplace(JudgeAccount{.record = court_.run,
                                 .allowance = own ? *own : *docket_.allowance,
                                 .about = {.judge = verdict.judge,
                                           .judging = verdict.judging,
                                           .close = verdict.close,
                                           .query = verdict.query}});
  }
  JudgeLine line(court_.run.clock(), account ? &*account : nullptr);
  hearing.asker = &line;
  endpoint.is_asked = true;
  eval::Judgement judgement = co_await judge.decide(docket_.sample, query, hearing);
  judgement.call = line.call();
  std::optional<model::Failure> failure = line.failure();
  if (failure && is_worth_another_try(*failure) && !court_.halted()) {
    eval::Judgement again = co_await judge.decide(docket_.sample, query, hearing);
    // A second call that the budget does not cover tells nothing of the judge.
    if (!line.failure() || line.failure()->status != eval::Status::budget) {
      judgement = std::move(again);
      judgement.call = line.call();
      failure = line.failure();
    }
  }
  endpoint.is_asked = false;
  if (line.broken()) co_return *line.broken();
  verdict.opens = line.opens();
  verdict.spent = line.spent();
  if (!judgement.call || stands(failure, *judge.instrument()))
    co_return std::optional<eval::Judgement>(std::move(judgement));
  TRUEBOUND_CO_TRY_VOID(line.lose());
  co_return std::optional<eval::Judgement>();
}

bool LiveBench::stands(const std::optional<model::Failure>& failure,
                       const model::Model& instrument) {
  // Whoever stopped the run asked nothing of this judge.
  if (failure && failure->status == eval::Status::canceled) return false;
  if (failure && failure->status == eval::Status::budget && court_.judging > 1) {
    court_.is_spent = true;
    return false;
  }
  // What was never sent tells nothing of the endpoint.
  if (failure && failure->status == eval::Status::budget) return true;
  Endpoint& endpoint = court_.endpoints[instrument.name()];
  const model::Scope scope = failure ? failure->scope : model::Scope::call;
  const Door door = look_at(endpoint, scope);
  if (door == Door::shut && !court_.failed) {
    court_.failed =
        shut_door(endpoint, scope, "instruments." + instrument.name(), failure->message);
  }
  waits_for_ = door == Door::unknown ? &endpoint : nullptr;
  return door == Door::open;
}

Task<Result<std::optional<Ruling>>> LiveBench::rule(std::size_t seat, const eval::Query& query) {
  const std::tuple place(docket_.close, query.number, seat);
  const auto said = docket_.said.find(place);
  if (said != docket_.said.end()) co_return std::optional<Ruling>(said->second);
  judge::Judge& judge = *court_.judges.at(docket_.judges.at(seat));
  record::VerdictEntry verdict{.close = docket_.close,
                               .judge = judge.identity(),
                               .judging = court_.judging,
                               .query = query.number};
  TRUEBOUND_CO_TRY(durable, court_.history.find_verdict(verdict));
  if (durable) {
    // The run was left between this verdict and its outcome: the judge is not asked again.
    TRUEBOUND_CO_TRY(kept, court_.history.judgement(durable->verdict));
    co_return std::optional<Ruling>(Ruling{.judgement = kept, .entry = durable->entry});
  }
  judge::Hearing hearing;
  hearing.stream = crypto::open_stream(
      court_.seed, docket_.slot.key,
      verdict_purpose(court_.judging, query.number, docket_.judges.size(), seat));
  hearing.slot = docket_.slot.key;
  hearing.index = static_cast<std::int64_t>(docket_.slot.index);
  hearing.timeout = court_.timeout;
  TRUEBOUND_CO_TRY(judgement, co_await ask(judge, query, hearing, verdict));
  if (!judgement) co_return std::optional<Ruling>();
  verdict.verdict = judgement->verdict;
  TRUEBOUND_CO_TRY(entry, court_.run.add_verdict(verdict, *judgement));
  Ruling ruling{.judgement = *judgement, .entry = entry};
  // A slot that is put off is decided later, and no judge is asked twice for it.
  docket_.said[place] = ruling;
  co_return std::optional<Ruling>(std::move(ruling));
}

}  // namespace truebound::run
