#include "truebound/run/rejudge.h"

#include <algorithm>
#include <set>
#include <utility>

#include "truebound/crypto/stream.h"

namespace truebound::run {
namespace {

bool same(const eval::Conversation& a, const eval::Conversation& b) {
  return std::ranges::equal(a, b, [](const eval::Message& left, const eval::Message& right) {
    return left.role == right.role && left.text == right.text;
  });
}

/// `timeout: no reply in 60 s` as the failure that it was written of.
model::Failure failure_of(const std::string& error) {
  const std::size_t colon = std::min(error.find(": "), error.size());
  model::Failure failure;
  failure.status =
      from_text<eval::Status>(error.substr(0, colon)).value_or(eval::Status::malformed);
  if (colon < error.size()) failure.message = error.substr(colon + 2);
  return failure;
}

/// Answers with the call that a verdict kept.
class KeptCall final : public judge::Asker {
 public:
  explicit KeptCall(const std::optional<eval::Call>& call) : call_(call) {}

  Task<model::Answer> ask(model::Model& model, model::Request request) override {
    was_asked_ = true;
    if (!call_) {
      what_ = "no call to the judge's model is recorded";
    } else if (call_->model != model.name() || !same(call_->messages, request.messages)) {
      what_ = "the judge's model was asked something else";
    }
    model::Answer answer = model::Failure{};
    if (call_ && call_->reply) answer = *call_->reply;
    if (call_ && !call_->reply) answer = failure_of(call_->error);
    co_return answer;
  }

  bool was_asked() const { return was_asked_; }
  /// What is wrong with the call, or empty.
  const std::string& what() const { return what_; }

 private:
  const std::optional<eval::Call>& call_;
  bool was_asked_ = false;
  std::string what_;
};

std::string words_of(const eval::Judgement& judgement) {
  return std::string(to_text(judgement.verdict)) +
         (judgement.code.empty() ? "" : " (" + judgement.code + ")");
}

/// One closed attempt whose verdicts are replayed.
class ReplayBench final : public Bench {
 public:
  ReplayBench(const JudgedRun& run, const Judges& judges, const Docket& docket, Replayed& result)
      : run_(run), judges_(judges), docket_(docket), result_(result) {}

  Task<Result<std::optional<Ruling>>> rule(std::size_t seat, const eval::Query& query) override {
    judge::Judge& judge = *judges_.at(docket_.judges.at(seat));
    const record::VerdictEntry wanted{
        .close = docket_.close, .judge = judge.identity(), .query = query.number};
    TRUEBOUND_CO_TRY(found, run_.history.find_verdict(wanted));
    if (!found) {
      differ("no verdict of " + docket_.judges[seat] + " (" + wanted.judge.substr(0, 8) +
             ") on query " + std::to_string(query.number) + " is recorded");
      co_return std::optional<Ruling>();
    }
    replayed_.insert(found->entry);
    TRUEBOUND_CO_TRY(kept, run_.history.judgement(found->verdict));
    KeptCall asker(kept.call);
    judge::Hearing hearing;
    hearing.stream = crypto::open_stream(
        run_.seed, docket_.slot.key, verdict_purpose(1, query.number, docket_.judges.size(), seat));
    hearing.slot = docket_.slot.key;
    hearing.index = static_cast<std::int64_t>(docket_.slot.index);
    hearing.asker = &asker;
    eval::Judgement again = co_await judge.decide(docket_.sample, query, hearing);
    compare({.kept = kept, .again = again, .verdict = found->verdict}, asker);
    co_return std::optional<Ruling>(Ruling{.judgement = again, .entry = found->entry});
  }

  const std::set<std::uint64_t>& replayed() const { return replayed_; }
  void differ(const std::string& what) {
    result_.differences.push_back(
        {.slot = static_cast<std::int64_t>(docket_.slot.index), .what = what});
  }

 private:
  struct Pair {
    const eval::Judgement& kept;
    const eval::Judgement& again;
    const record::VerdictEntry& verdict;
  };

  void compare(const Pair& pair, const KeptCall& asker) {
    ++result_.verdicts;
    result_.calls += asker.was_asked() ? 1 : 0;
    const std::string place = "query " + std::to_string(pair.verdict.query) + ": ";
    if (!asker.what().empty()) {
      differ(place + asker.what());
    } else if (pair.kept.call && !asker.was_asked()) {
      differ(place + "a call to the judge's model is recorded, and the judge asks none");
    } else if (pair.verdict.verdict != pair.kept.verdict) {
      differ(place + "the entry says " + std::string(to_text(pair.verdict.verdict)) +
             ", its reasons say " + words_of(pair.kept));
    } else if (words_of(pair.again) != words_of(pair.kept)) {
      differ(place + words_of(pair.kept) + " is recorded, " + words_of(pair.again) + " comes out");
    } else if (pair.again.reasons != pair.kept.reasons) {
      differ(place + words_of(pair.kept) + " comes out for other reasons");
    } else {
      ++result_.agree;
    }
  }

  const JudgedRun& run_;
  const Judges& judges_;
  Docket docket_;
  Replayed& result_;
  std::set<std::uint64_t> replayed_;
};

std::string outcome_in_words(const eval::Outcome& outcome) {
  const std::string reason = eval::reason_of(outcome);
  return std::string(to_text(eval::kind_of(outcome))) + (reason.empty() ? "" : " (" + reason + ")");
}

class Replay {
 public:
  Replay(const JudgedRun& run, const Judges& judges) : run_(run), judges_(judges) {}

  Task<Result<Replayed>> replay() {
    for (const record::ClosedAttempt& closed : run_.history.judged_attempts()) {
      TRUEBOUND_CO_TRY_VOID(co_await replay(closed));
    }
    std::ranges::stable_sort(result_.differences, {}, &Difference::slot);
    co_return std::move(result_);
  }

 private:
  Task<Result<void>> replay(const record::ClosedAttempt& closed) {
    const plan::Slot slot = run_.slots.at(static_cast<std::uint64_t>(closed.slot));
    const eval::Suite& suite = run_.suites[slot.suite_index];
    const eval::Sample& sample = suite.samples[slot.sample_index];
    TRUEBOUND_CO_TRY(close, run_.history.close_at(closed.close));
    TRUEBOUND_CO_TRY(transcript, run_.history.transcript(close));
    Said said;
    const Docket docket{.slot = slot,
                        .sample = sample,
                        .judges = suite.judges,
                        .close = closed.close,
                        .said = said};
    ReplayBench bench(run_, judges_, docket, result_);
    const Matter matter{.sample = sample,
                        .transcript = transcript,
                        .close = closed.close,
                        .judges = suite.judges.size()};
    TRUEBOUND_CO_TRY(decision, co_await decide(matter, bench));
    TRUEBOUND_CO_TRY(recorded, run_.history.verdicts(closed.close));
    for (const record::Judged& judged : recorded) {
      if (judged.verdict.judging != 1 || bench.replayed().contains(judged.entry)) continue;
      bench.differ("entry " + std::to_string(judged.entry) +
                   ": a verdict that no judge of the plan was to give");
    }
    if (!decision) co_return Result<void>();
    co_return compare(*decision, closed, bench);
  }

  // An outcome that follows another attempt, or none, has no verdict to be recomputed from.
  Result<void> compare(const Decision& decision, const record::ClosedAttempt& closed,
                       ReplayBench& bench) {
    TRUEBOUND_TRY(outcome, run_.history.outcome(closed.slot));
    if (!outcome || !outcome->follows || !bench.replayed().contains(*outcome->follows)) return {};
    ++result_.outcomes;
    const eval::Outcome kept =
        eval::make_outcome(outcome->outcome, outcome->reason, outcome->score.value_or(""));
    const std::string told = outcome_in_words(kept);
    const std::string made = outcome_in_words(decision.outcome);
    if (told != made) {
      bench.differ("outcome " + told + " is recorded, " + made + " comes out");
    } else if (outcome->queries.value_or(0) != decision.queries ||
               *outcome->follows != decision.follows) {
      bench.differ("outcome " + told + " comes out of another query");
    }
    return {};
  }

  const JudgedRun& run_;
  const Judges& judges_;
  Replayed result_;
};

class LabelReplay {
 public:
  LabelReplay(const JudgedRun& run, const MeasuredJudge& measured, Replayed& result)
      : run_(run), measured_(measured), result_(result) {}

  Task<Result<void>> replay() {
    const std::size_t recorded = measured_.calibration.labels.size();
    if (recorded != measured_.responses.size()) {
      differ(std::to_string(recorded) + " labels are recorded, the plan's file has " +
             std::to_string(measured_.responses.size()));
      co_return Result<void>();
    }
    for (std::size_t index = 0; index < recorded; ++index) {
      TRUEBOUND_CO_TRY_VOID(co_await replay(index));
    }
    co_return Result<void>();
  }

 private:
  Task<Result<void>> replay(std::size_t index) {
    const LabeledResponse& labeled = measured_.responses[index];
    const auto number = static_cast<std::int64_t>(index);
    std::optional<eval::Judgement> kept;
    TRUEBOUND_CO_TRY(entry, run_.history.label_verdict(measured_.calibration.judge, number));
    if (entry) {
      TRUEBOUND_CO_TRY(judgement, run_.history.judgement(*entry));
      kept = judgement;
    }
    const std::optional<eval::Call> call = kept ? kept->call : std::nullopt;
    KeptCall asker(call);
    judge::Hearing hearing = hearing_of_label(labeled, index, run_.seed);
    hearing.asker = &asker;
    const eval::Judgement again =
        co_await measured_.judge.decide(labeled.sample, query_of_label(labeled), hearing);
    ++result_.labels;
    compare(index, kept, again, asker.what());
    co_return Result<void>();
  }

  void compare(std::size_t index, const std::optional<eval::Judgement>& kept,
               const eval::Judgement& again, const std::string& asked) {
    const eval::Label& label = measured_.calibration.labels[index];
    const std::string place = "label " + std::to_string(index) + ": ";
    const std::string side =
        eval::side_of(to_text(again.verdict), label.expect).value_or("undecided");
    if (!asked.empty()) {
      differ(place + asked);
    } else if (kept && words_of(*kept) != words_of(again)) {
      differ(place + words_of(*kept) + " is recorded, " + words_of(again) + " comes out");
    } else if (kept && kept->reasons != again.reasons) {
      differ(place + words_of(*kept) + " comes out for other reasons");
    } else if (label.judged != side) {
      differ(place + "the calibration says " + label.judged + ", " + side + " comes out");
    } else if (label.truth != measured_.responses[index].label.truth) {
      differ(place + "the calibration has another truth than the plan's file");
    }
  }

  void differ(const std::string& what) {
    result_.differences.push_back(
        {.slot = -1, .what = "calibration of " + measured_.name + ": " + what});
  }

  const JudgedRun& run_;
  const MeasuredJudge& measured_;
  Replayed& result_;
};

class SecondJudging {
 public:
  SecondJudging(const JudgedRun& run, Court& court, const AgainOptions& options)
      : run_(run), court_(court), options_(options), names_{options.judge} {}

  Task<void> judge_all() {
    std::vector<Task<void>> workers;
    for (std::int64_t i = 0; i < options_.in_flight; ++i)
      workers.push_back(work());
    co_await gather(std::move(workers));
    // No slot is left that could tell more of the endpoint.
    for (auto& [name, endpoint] : court_.endpoints)
      endpoint.is_known = true;
    for (std::size_t i = 0; i < put_off_.size() && !court_.halted(); ++i)
      co_await note(put_off_[i]);
  }

  std::optional<Error> failed;
  std::map<std::int64_t, SecondWord> words;

 private:
  Task<void> work() {
    while (next_ < run_.slots.count() && !court_.halted() && !failed) {
      const std::uint64_t index = next_++;
      co_await note(index);
    }
  }

  Task<void> note(std::uint64_t index) {
    const Result<void> done = co_await judge_one(index);
    if (!done.ok() && !failed) failed = done.error();
  }

  Task<Result<void>> judge_one(std::uint64_t index) {
    const auto number = static_cast<std::int64_t>(index);
    const std::optional<std::uint64_t> entry = run_.history.slots()[index].close;
    if (!entry) co_return Result<void>();
    TRUEBOUND_CO_TRY(close, run_.history.close(number));
    TRUEBOUND_CO_TRY(transcript, run_.history.transcript(*close));
    const bool has_reply = std::ranges::any_of(
        transcript.queries, [](const eval::Query& query) { return query.layer == "none"; });
    if (!has_reply) co_return Result<void>();
    const plan::Slot slot = run_.slots.at(index);
    const eval::Sample& sample = run_.suites[slot.suite_index].samples[slot.sample_index];
    const Docket docket{
        .slot = slot, .sample = sample, .judges = names_, .close = *entry, .said = said_[number]};
    LiveBench bench(court_, docket);
    const Matter matter{
        .sample = sample, .transcript = transcript, .close = *entry, .judges = names_.size()};
    TRUEBOUND_CO_TRY(decision, co_await decide(matter, bench));
    if (bench.waits_for() != nullptr) put_off_.push_back(index);
    if (!decision) co_return Result<void>();
    TRUEBOUND_CO_TRY(outcome, run_.history.outcome(number));
    words[number] = {.slot = number,
                     .first = outcome ? outcome->outcome : eval::OutcomeKind::not_run,
                     .second = decision->outcome};
    co_return Result<void>();
  }

  const JudgedRun& run_;
  Court& court_;
  const AgainOptions& options_;
  std::vector<std::string> names_;
  std::uint64_t next_ = 0;
  std::vector<std::uint64_t> put_off_;
  std::map<std::int64_t, Said> said_;
};

Error budget_spent(const SecondJudging& judging, const AgainOptions& options) {
  return stopped("the budget of this judging is spent: " + std::to_string(judging.words.size()) +
                 " slots are judged, and that is kept; with --plan FILE, a plan of a larger budget "
                 "that has the same judge " +
                 options.judge + ", the same command goes on");
}

}  // namespace

Result<Replayed> replay(const JudgedRun& run, const Judges& judges) {
  std::optional<Result<Replayed>> result;
  Replay work(run, judges);
  run_loop([&]() -> Task<void> { result = co_await work.replay(); });
  return *std::move(result);
}

Result<void> replay_labels(const JudgedRun& run, const MeasuredJudge& measured, Replayed& result) {
  LabelReplay replay(run, measured, result);
  std::optional<Result<void>> done;
  run_loop([&]() -> Task<void> { done = co_await replay.replay(); });
  return *done;
}

Result<std::vector<SecondWord>> judge_again(const JudgedRun& run, const Judges& judges,
                                            record::RunRecord& record,
                                            const AgainOptions& options) {
  Court court{.judges = judges,
              .run = record,
              .history = run.history,
              .seed = run.seed,
              .judging = options.judging,
              .timeout = options.timeout};
  model::Purse purse(options.budget, run.history.spent(options.judging));
  court.purse = &purse;
  court.halted = [&] {
    return court.failed || court.is_spent || (options.stop != nullptr && options.stop->requested());
  };
  if (const model::Model* instrument = judges.at(options.judge)->instrument()) {
    court.endpoints[instrument->name()].is_known = instrument->reach() == model::Reach::in_process;
  }
  SecondJudging judging(run, court, options);
  run_loop([&]() -> Task<void> { co_await judging.judge_all(); });
  if (judging.failed) return *judging.failed;
  if (court.is_spent) return budget_spent(judging, options);
  if (court.failed) return *court.failed;
  if (court.halted()) return stopped("rejudge was stopped; the same command goes on");
  std::vector<SecondWord> words;
  for (auto& [slot, word] : judging.words)
    words.push_back(std::move(word));
  return words;
}

}  // namespace truebound::run
