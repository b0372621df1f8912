#include "truebound/run/measure.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "truebound/core/task.h"
#include "truebound/crypto/stream.h"

namespace truebound::run {
namespace {

/// Asks for real. What is asked of a label is no call of a slot, and stands in no transcript.
class Line final : public judge::Asker {
 public:
  Task<model::Answer> ask(model::Model& model, model::Request request) override {
    SystemClock clock;
    model::Tape tape(clock);
    model::Answer got = co_await model.ask(eval::CallRole::verdict, std::move(request), tape);
    if (const auto* failure = std::get_if<model::Failure>(&got)) lost_ = failure->message;
    co_return got;
  }
  const std::optional<std::string>& lost() const { return lost_; }

 private:
  std::optional<std::string> lost_;
};

class Measurement {
 public:
  Measurement(judge::Judge& judge, const std::vector<LabeledResponse>& responses,
              const MeasureOptions& options)
      : judge_(judge), responses_(responses), options_(options), labels_(responses.size()) {}

  Task<void> measure() {
    std::vector<Task<void>> workers;
    for (std::int64_t i = 0; i < options_.in_flight; ++i)
      workers.push_back(work());
    co_await gather(std::move(workers));
  }

  const std::optional<std::string>& lost() const { return line_.lost(); }
  std::vector<eval::Label> labels() && { return std::move(labels_); }

 private:
  Task<void> work() {
    while (next_ < responses_.size() && !line_.lost()) {
      const std::size_t index = next_++;
      co_await judge_one(index);
    }
  }

  Task<void> judge_one(std::size_t index) {
    const LabeledResponse& labeled = responses_[index];
    eval::Query query;
    query.text = labeled.response;
    query.finish = eval::Finish::stop;
    judge::Hearing hearing;
    hearing.stream =
        crypto::open_stream(options_.seed, "-", "call:verdict:" + std::to_string(index + 1));
    hearing.slot = labeled.label.sample;
    hearing.asker = &line_;
    hearing.timeout = options_.timeout;
    const eval::Judgement judgement = co_await judge_.decide(labeled.sample, query, hearing);
    labels_[index] = labeled.label;
    labels_[index].judged =
        eval::side_of(to_text(judgement.verdict), labeled.label.expect).value_or("undecided");
  }

  judge::Judge& judge_;
  const std::vector<LabeledResponse>& responses_;
  const MeasureOptions& options_;
  Line line_;
  std::size_t next_ = 0;
  std::vector<eval::Label> labels_;
};

}  // namespace

Result<eval::Calibration> measure(judge::Judge& judge,
                                  const std::vector<LabeledResponse>& responses,
                                  const MeasureOptions& options) {
  Measurement measurement(judge, responses, options);
  run_loop([&]() -> Task<void> { co_await measurement.measure(); });
  if (measurement.lost()) {
    return stopped("the judge's model gave no reply to a labeled response: " + *measurement.lost());
  }
  return eval::Calibration{.judge = judge.identity(), .labels = std::move(measurement).labels()};
}

}  // namespace truebound::run
