#include "truebound/run/measure.h"

#include "truebound/core/task.h"

namespace truebound::run {
namespace {

Task<void> judge_all(judge::Judge& judge, const std::vector<LabeledResponse>& responses,
                     eval::Calibration& calibration) {
  for (const LabeledResponse& labeled : responses) {
    eval::Sample sample;
    sample.id = labeled.label.sample;
    sample.expect = labeled.label.expect;
    eval::Query query;
    query.text = labeled.response;
    query.finish = eval::Finish::stop;
    const eval::Judgement judgement = co_await judge.decide(sample, query);
    eval::Label label = labeled.label;
    label.judged = eval::side_of(to_text(judgement.verdict), label.expect).value_or("undecided");
    calibration.labels.push_back(std::move(label));
  }
}

}  // namespace

eval::Calibration measure(judge::Judge& judge, const std::vector<LabeledResponse>& responses) {
  eval::Calibration calibration{.judge = judge.identity()};
  run_loop([&]() -> Task<void> { co_await judge_all(judge, responses, calibration); });
  return calibration;
}

}  // namespace truebound::run
