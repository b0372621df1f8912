#include "truebound/run/measure.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "truebound/core/task.h"
#include "truebound/crypto/stream.h"
#include "truebound/run/judge_line.h"

namespace truebound::run {
namespace {

class Measurement {
 public:
  Measurement(judge::Judge& judge, const std::vector<LabeledResponse>& responses,
              const MeasureOptions& options)
      : judge_(judge), responses_(responses), options_(options), judged_(responses.size()) {}

  Task<void> measure() {
    std::vector<Task<void>> workers;
    for (std::int64_t i = 0; i < options_.in_flight; ++i)
      workers.push_back(work());
    co_await gather(std::move(workers));
  }

  const std::optional<Error>& failed() const { return failed_; }

  std::vector<eval::Label> labels() const {
    std::vector<eval::Label> labels;
    for (std::size_t i = 0; i < responses_.size(); ++i) {
      eval::Label label = responses_[i].label;
      label.judged = eval::side_of(to_text(judged_[i]), label.expect).value_or("undecided");
      labels.push_back(std::move(label));
    }
    return labels;
  }

 private:
  bool is_stopped() const { return options_.stop != nullptr && options_.stop->requested(); }

  Task<void> work() {
    while (next_ < responses_.size() && !failed_) {
      const std::size_t index = next_++;
      const Result<void> done = co_await judge_one(index);
      if (!done.ok() && !failed_) failed_ = done.error();
    }
  }

  Task<Result<void>> judge_one(std::size_t index) {
    record::LabelVerdict verdict{.judge = judge_.identity(),
                                 .label = static_cast<std::int64_t>(index)};
    MeasureBook* book = judge_.instrument() == nullptr ? nullptr : options_.book;
    if (book != nullptr) {
      TRUEBOUND_CO_TRY(known, book->history.label_verdict(verdict.judge, verdict.label));
      if (known) {
        judged_[index] = known->verdict;
        co_return Result<void>();
      }
      if (is_stopped())
        co_return stopped(
            "asked to stop before the judge has judged all labels of its file; --resume goes on");
    }
    co_return co_await ask(index, verdict, book);
  }

  Task<Result<void>> ask(std::size_t index, record::LabelVerdict verdict, MeasureBook* book) {
    std::optional<model::Allowance> allowance;
    std::optional<JudgeAccount> account;
    if (book != nullptr) {
      allowance.emplace(book->purse, eval::Spent());
      account.emplace(JudgeAccount{.record = book->record,
                                   .allowance = *allowance,
                                   .about = {.judge = verdict.judge, .label = verdict.label}});
    }
    SystemClock clock;
    JudgeLine line(clock, account ? &*account : nullptr);
    const LabeledResponse& labeled = responses_[index];
    judge::Hearing hearing = hearing_of_label(labeled, index, options_.seed);
    hearing.asker = &line;
    hearing.timeout = options_.timeout;
    eval::Judgement judgement =
        co_await judge_.decide(labeled.sample, query_of_label(labeled), hearing);
    if (line.broken()) co_return *line.broken();
    if (line.failure()) {
      TRUEBOUND_CO_TRY_VOID(line.lose());
      co_return lost(*line.failure());
    }
    judged_[index] = judgement.verdict;
    if (book == nullptr) co_return Result<void>();
    judgement.call = line.call();
    verdict.verdict = judgement.verdict;
    verdict.opens = line.opens();
    verdict.spent = line.spent();
    co_return book->record.add_label_verdict(verdict, judgement);
  }

  static Error lost(const model::Failure& failure) {
    if (failure.status == eval::Status::budget) {
      return stopped(
          "the budget is spent before the judge has judged all labels of its file; what it said is "
          "kept, and with a larger budget (it is not in the plan's digest) --resume goes on");
    }
    return stopped("the judge's model gave no reply to a labeled response: " + failure.message);
  }

  judge::Judge& judge_;
  const std::vector<LabeledResponse>& responses_;
  const MeasureOptions& options_;
  std::size_t next_ = 0;
  std::vector<eval::Verdict> judged_;
  std::optional<Error> failed_;
};

}  // namespace

eval::Query query_of_label(const LabeledResponse& labeled) {
  eval::Query query;
  query.text = labeled.response;
  query.finish = eval::Finish::stop;
  return query;
}

judge::Hearing hearing_of_label(const LabeledResponse& labeled, std::size_t index,
                                const std::string& seed) {
  judge::Hearing hearing;
  hearing.stream = crypto::open_stream(seed, "-", "call:verdict:" + std::to_string(index + 1));
  hearing.slot = labeled.label.sample;
  return hearing;
}

Result<eval::Calibration> measure(judge::Judge& judge,
                                  const std::vector<LabeledResponse>& responses,
                                  const MeasureOptions& options) {
  Measurement measurement(judge, responses, options);
  run_loop([&]() -> Task<void> { co_await measurement.measure(); });
  if (measurement.failed()) return *measurement.failed();
  return eval::Calibration{.judge = judge.identity(), .labels = measurement.labels()};
}

}  // namespace truebound::run
