#include "truebound/run/judging.h"

#include <memory>
#include <utility>

#include "truebound/crypto/stream.h"

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

/// Asks for real, and keeps the call and how it failed.
class LiveBench::Line final : public judge::Asker {
 public:
  /// What a call may cost is reserved when it is made; nothing is held for it before.
  Line(Clock& clock, model::Purse* purse)
      : allowance_(purse == nullptr ? nullptr
                                    : std::make_unique<model::Allowance>(*purse, eval::Spent{})),
        tape_(clock, allowance_.get()) {}

  Task<model::Answer> ask(model::Model& model, model::Request request) override {
    failure_.reset();
    model::Answer got = co_await model.ask(eval::CallRole::verdict, std::move(request), tape_);
    if (const auto* failure = std::get_if<model::Failure>(&got)) failure_ = *failure;
    co_return got;
  }

  const std::optional<model::Failure>& failure() const { return failure_; }
  std::optional<eval::Spent> spent() const {
    if (!allowance_) return std::nullopt;
    return allowance_->spent();
  }
  std::optional<eval::Call> call() const {
    if (tape_.calls().empty()) return std::nullopt;
    return tape_.calls().back();
  }

 private:
  std::unique_ptr<model::Allowance> allowance_;
  model::Tape tape_;
  std::optional<model::Failure> failure_;
};

Task<void> LiveBench::wait_for(Endpoint& endpoint) const {
  constexpr std::chrono::milliseconds look_every{5};
  while (!endpoint.is_known && endpoint.is_asked && !court_.halted()) {
    co_await sleep_for(look_every);
  }
}

Task<std::optional<eval::Judgement>> LiveBench::ask(judge::Judge& judge, const eval::Query& query,
                                                    const std::string& purpose) {
  model::Model* instrument = judge.instrument();
  Line line(court_.run.clock(), instrument == nullptr ? nullptr : court_.purse);
  judge::Hearing hearing;
  hearing.stream = crypto::open_stream(court_.seed, docket_.slot.key, purpose);
  hearing.slot = docket_.slot.key;
  hearing.index = static_cast<std::int64_t>(docket_.slot.index);
  hearing.asker = &line;
  hearing.timeout = court_.timeout;
  if (instrument == nullptr) {
    eval::Judgement judgement = co_await judge.decide(docket_.sample, query, hearing);
    co_return std::optional<eval::Judgement>(std::move(judgement));
  }
  Endpoint& endpoint = court_.endpoints[instrument->name()];
  co_await wait_for(endpoint);
  if (court_.halted()) co_return std::nullopt;
  endpoint.is_asked = true;
  eval::Judgement judgement = co_await judge.decide(docket_.sample, query, hearing);
  if (line.failure() && is_worth_another_try(*line.failure()) && !court_.halted()) {
    judgement = co_await judge.decide(docket_.sample, query, hearing);
  }
  endpoint.is_asked = false;
  judgement.call = line.call();
  spent_ = line.spent();
  if (!judgement.call) co_return std::optional<eval::Judgement>(std::move(judgement));
  const std::optional<model::Failure>& failure = line.failure();
  // Whoever stopped the run asked nothing of this judge.
  if (failure && failure->status == eval::Status::canceled) co_return std::nullopt;
  const model::Scope scope = failure ? failure->scope : model::Scope::call;
  const Door door = look_at(endpoint, scope);
  if (door == Door::shut && !court_.failed) {
    court_.failed =
        shut_door(endpoint, scope, "instruments." + instrument->name(), failure->message);
  }
  is_put_off_ = door == Door::unknown;
  if (door != Door::open) co_return std::nullopt;
  co_return std::optional<eval::Judgement>(std::move(judgement));
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
  const std::string purpose =
      verdict_purpose(court_.judging, query.number, docket_.judges.size(), seat);
  const std::optional<eval::Judgement> judgement = co_await ask(judge, query, purpose);
  if (!judgement) co_return std::optional<Ruling>();
  verdict.verdict = judgement->verdict;
  verdict.spent = std::exchange(spent_, std::nullopt);
  TRUEBOUND_CO_TRY(entry, court_.run.add_verdict(verdict, *judgement));
  Ruling ruling{.judgement = *judgement, .entry = entry};
  // A slot that is put off is decided later, and no judge is asked twice for it.
  docket_.said[place] = ruling;
  co_return std::optional<Ruling>(std::move(ruling));
}

}  // namespace truebound::run
