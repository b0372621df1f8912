#include "truebound/assess/rejudge.h"

#include <algorithm>

#include <fmt/format.h>

#include "truebound/assess/calibrate.h"
#include "truebound/assess/cast.h"
#include "truebound/assess/observe.h"
#include "truebound/assess/start.h"
#include "truebound/judge/registry.h"
#include "truebound/text/utf8.h"

namespace truebound::assess {
namespace {

/// A model as run.open remembers it: its name and identity. It answers nobody.
class Remembered final : public model::Model {
 public:
  Remembered(const std::string& name, json::Value identity)
      : Model(name), identity_(std::move(identity)) {}
  json::Value identity() const override { return identity_; }

 protected:
  Task<model::Answer> answer(model::Request /*request*/) override {
    co_return model::Failure{.status = eval::Status::rejected, .message = "a replay asks no model"};
  }

 private:
  json::Value identity_;
};

// The plan's judges from the files that the ledger froze, with models that only have a name.
Result<run::Judges> remembered_judges(const Record& record,
                                      std::vector<std::unique_ptr<model::Model>>& instruments) {
  std::vector<model::Model*> panel;
  for (const auto& [name, specification, line] : record.registered.plan.instruments) {
    const record::ModelIdentity* known = record.cast.instrument(name);
    instruments.push_back(
        std::make_unique<Remembered>(name, known == nullptr ? json::Value() : known->identity));
    panel.push_back(instruments.back().get());
  }
  run::Judges judges;
  for (const auto& [name, specification, line] : record.registered.plan.judges) {
    TRUEBOUND_TRY(judge, judge::make({.name = name,
                                      .specification = specification,
                                      .files = *record.registered.files,
                                      .instruments = panel}));
    const record::JudgeIdentity* known = record.cast.judge(name);
    if (known == nullptr || known->identity != judge->identity()) {
      return Error{ErrorCode::mismatch,
                   fmt::format("judge {}: this program and the frozen plan make {}, the run was "
                               "judged by another one; replay it with the program that ran it",
                               name, judge->identity())};
    }
    judges[name] = std::move(judge);
  }
  return judges;
}

Result<plan::Plan> plan_of(const Again& again, const Record& record, const Services& with) {
  if (!again.plan_name.empty()) return plan::read(with.files, again.plan_name, known());
  const std::string own = record.registered.files->list().at(0).name;
  return plan::read(*record.registered.files, own, known());
}

// One judge of a plan with the model that it asks.
struct Seated {
  run::Judges judges;
  std::unique_ptr<model::Model> instrument;
  json::Value about;               ///< specifications of both, and the model's identity
  std::vector<std::string> files;  ///< that the judge names
};

Result<Seated> seat(const plan::Plan& plan, const std::string& name, const FileSource& files,
                    const Services& with) {
  const eval::Specification* specification = json::find(plan.judges, name);
  if (specification == nullptr) {
    std::vector<std::string> names;
    for (const auto& judge : plan.judges)
      names.push_back(judge.name);
    return invalid_input(fmt::format("the plan has no judge {}; it has {}; --plan names another",
                                     name, join(names)));
  }
  Seated seated{.about = json::Object{{"judge", json::write(*specification)}}};
  std::vector<model::Model*> panel;
  const std::string wanted = specification->text("model");
  if (const eval::Specification* instrument = json::find(plan.instruments, wanted)) {
    TRUEBOUND_TRY(made, model::make({.name = wanted,
                                     .specification = *instrument,
                                     .files = files,
                                     .folder = with.folder,
                                     .cache = with.cache}));
    panel.push_back(made.get());
    seated.about.set("instrument", json::write(*instrument));
    seated.about.set("identity", made->identity());
    seated.instrument = std::move(made);
  }
  TRUEBOUND_TRY(
      judge,
      judge::make(
          {.name = name, .specification = *specification, .files = files, .instruments = panel}));
  for (const plan::OptionPlace& place : plan.apart) {
    if (place.section != "judges" || place.name != name || place.apart != plan::Apart::file)
      continue;
    if (place.option != "calibration") seated.files.push_back(specification->text(place.option));
  }
  seated.judges[name] = std::move(judge);
  return seated;
}

// Only what came with the plan: labels of the run itself have the run's own verdicts.
Result<void> replay_calibrations(const Record& record, const run::JudgedRun& run,
                                 const run::Judges& judges, run::Replayed& replayed) {
  for (const auto& [name, specification, line] : record.registered.plan.judges) {
    const std::string file = specification.text("calibration");
    if (file.empty() || file == "after" || file == "none") continue;
    judge::Judge& judge = *judges.at(name);
    for (const eval::Calibration& calibration : record.calibrations) {
      if (calibration.source != eval::LabelSource::elsewhere) continue;
      if (calibration.judge != judge.identity()) continue;
      TRUEBOUND_TRY(labels, labels_of_plan(file, *record.registered.files, record.suites, judge));
      const run::MeasuredJudge measured{
          .name = name, .judge = judge, .responses = labels.responses, .calibration = calibration};
      TRUEBOUND_TRY_VOID(run::replay_labels(run, measured, replayed));
    }
  }
  return {};
}

AgainReport report_of(const Record& record, const std::vector<run::SecondWord>& words) {
  AgainReport report{.run = record.summary.open.run};
  const auto is_decided = [](eval::OutcomeKind kind) {
    return kind == eval::OutcomeKind::broke || kind == eval::OutcomeKind::held;
  };
  for (const run::SecondWord& word : words) {
    const plan::Slot slot = record.slots.at(static_cast<std::uint64_t>(word.slot));
    const eval::Expect expect = record.suites[slot.suite_index].samples[slot.sample_index].expect;
    auto row = std::ranges::find_if(report.rows, [&](const AgainRow& known) {
      return known.arm == slot.arm && known.expect == expect;
    });
    if (row == report.rows.end()) {
      report.rows.push_back({.arm = slot.arm, .expect = expect});
      row = std::prev(report.rows.end());
    }
    const eval::OutcomeKind second = eval::kind_of(word.second);
    row->first.add(eval::make_outcome(word.first, "", ""));
    row->second.add(word.second);
    if (!is_decided(word.first) || !is_decided(second)) continue;
    ++row->both_decided;
    row->agree += word.first == second ? 1 : 0;
    if (word.first != second) report.different.push_back(slot.key);
  }
  return report;
}

}  // namespace

Result<ReplayReport> replay_run(const ledger::Ledger& ledger, std::int64_t number) {
  TRUEBOUND_TRY(record, read_record(ledger, number));
  std::vector<std::unique_ptr<model::Model>> instruments;
  TRUEBOUND_TRY(judges, remembered_judges(record, instruments));
  const run::JudgedRun run{.slots = record.slots,
                           .suites = record.suites,
                           .history = record.history,
                           .seed = record.seed};
  TRUEBOUND_TRY(replayed, run::replay(run, judges));
  TRUEBOUND_TRY_VOID(replay_calibrations(record, run, judges, replayed));
  return ReplayReport{.run = record.summary.open.run, .replayed = std::move(replayed)};
}

Result<AgainReport> judge_run_again(const Again& again, ledger::Ledger& ledger,
                                    const Services& with) {
  TRUEBOUND_TRY(record, read_record(ledger, again.run));
  const std::int64_t number = record.summary.open.run;
  if (!record.summary.close) {
    return invalid_input(fmt::format("run {} is not complete; resume it first", number));
  }
  TRUEBOUND_TRY(plan, plan_of(again, record, with));
  const FileSource& files = again.plan_name.empty()
                                ? static_cast<const FileSource&>(*record.registered.files)
                                : with.files;
  TRUEBOUND_TRY(seated, seat(plan, again.judge, files, with));
  const std::string identity = seated.judges.at(again.judge)->identity();

  // Later judgings lie behind what the report is a function of.
  TRUEBOUND_TRY(history, record::RunHistory::read(ledger, number));
  TRUEBOUND_TRY(judging, record::judging_to_go_on(ledger, number, identity));
  record::RunRecord writer = record::RunRecord::resume(ledger, with.clock, number);
  if (!judging) {
    record::JudgingOpen open{.judge = identity, .name = again.judge};
    TRUEBOUND_TRY(last, record::last_judging(ledger, number));
    open.judging = last + 1;
    TRUEBOUND_TRY_VOID(writer.open_judging(open, seated.about, seated.files, files));
    judging = open.judging;
  }
  const run::EngineOptions engine = engine_for(plan, record.seed, with);
  TRUEBOUND_TRY(
      words,
      run::judge_again(
          {.slots = record.slots, .suites = record.suites, .history = history, .seed = record.seed},
          seated.judges, writer,
          {.judging = *judging,
           .judge = again.judge,
           .budget = engine.budget,
           .in_flight = engine.in_flight,
           .timeout = engine.timeout,
           .stop = with.stop}));
  TRUEBOUND_TRY_VOID(writer.close_judging(*judging));
  AgainReport report = report_of(record, words);
  report.judging = *judging;
  report.judge = again.judge;
  report.identity = identity;
  return report;
}

json::Value to_json(const AgainReport& report) {
  json::List rows;
  for (const AgainRow& row : report.rows)
    rows.push_back(json::write(row));
  return json::Object{{"judged", "after the fact"},
                      {"run", report.run},
                      {"judging", report.judging},
                      {"judge", report.judge},
                      {"identity", report.identity},
                      {"rows", rows},
                      {"different", json::write(report.different)}};
}

std::string in_words(const AgainReport& report) {
  std::string text = fmt::format(
      "# Run {}, judged after the fact\n\nJudging {} by {} (`{}`), appended to the ledger after "
      "the "
      "run was over. It changes no outcome and carries no claim: a judge that is chosen when the "
      "outcomes are known can be chosen for what it says.\n\n"
      "| expected | arm | slots | broke at first | broke now | undecided now | both decided | "
      "agree "
      "|\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
      report.run, report.judging, text::visible(report.judge), report.identity);
  for (const AgainRow& row : report.rows) {
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", to_text(row.expect),
                    text::visible(row.arm, text::Breaks::show), row.second.planned, row.first.broke,
                    row.second.broke, row.second.undecided, row.both_decided, row.agree);
  }
  constexpr std::size_t shown = 20;
  if (!report.different.empty()) text += "\nDecided differently:\n";
  for (std::size_t i = 0; i < std::min(shown, report.different.size()); ++i)
    text += "- `" + report.different[i] + "`\n";
  if (report.different.size() > shown)
    text += fmt::format("- and {} more\n", report.different.size() - shown);
  return text;
}

}  // namespace truebound::assess
