#include "truebound/assess/baseline.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "truebound/assess/observe.h"
#include "truebound/ledger/verify.h"
#include "truebound/suite/suite.h"

namespace truebound::assess {
namespace {

// One slot of the run before, with what pairs it and what became of it.
struct KeptRow {
  eval::Observation seen;
  eval::OutcomeKind outcome = eval::OutcomeKind::not_run;
  std::string reason;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("slot", seen.slot, "index");
    visit("suite", seen.suite, "suite");
    visit("sample", seen.sample, "id");
    visit("cluster", seen.cluster, "unit of replication");
    visit("stratum", seen.stratum, "stratum");
    visit("hazard", seen.hazard, "hazard");
    visit("language", seen.language, "language");
    visit("model", seen.model, "name in its plan");
    visit("persona", seen.persona, "name in its plan");
    visit("deployment", seen.deployment, "name in its plan");
    visit("arm", seen.arm, "name in its plan");
    visit("attack", seen.attack, "name in its plan");
    visit("epoch", seen.epoch, "repeat");
    visit("expect", seen.expect, "refuse, answer or target");
    visit("decided_by", seen.decided_by, "who decided");
    visit("judge", seen.judge, "identity");
    visit("outcome", outcome, "what became of it");
    visit("reason", reason, "why it is missing");
  }
};

struct KeptCalibration {
  eval::Calibration calibration;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("judge", calibration.judge, "identity");
    visit("source", calibration.source, "this_run or elsewhere");
    visit("labeled_by", calibration.labeled_by, "who labeled");
    visit("labels", calibration.labels, "one by one");
  }
};

// The file's shape: docs/formats/plan.md, baseline.
struct KeptRun {
  std::string truebound = "baseline/1";
  BaselineRun run;
  std::vector<KeptRow> rows;
  std::vector<KeptCalibration> calibrations;
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("truebound", truebound, "baseline/1");
    visit("title", run.title, "of its plan");
    visit("plan_digest", run.plan_digest, "of its plan");
    visit("systems", run.systems, "what was assessed, by its blob");
    visit("key", run.key, "of its ledger");
    visit("root", run.root, "of its ledger");
    visit("size", run.size, "entries of its ledger");
    visit("run", run.run, "its number there");
    visit("rows", rows, "its slots");
    visit("calibrations", calibrations, "of its judges");
  }
};

// The file that a plan keeps of a run.
std::string as_file(BaselineRun run) {
  KeptRun kept;
  for (const eval::Observation& seen : run.rows) {
    kept.rows.push_back({.seen = seen,
                         .outcome = eval::kind_of(seen.outcome),
                         .reason = eval::reason_of(seen.outcome)});
  }
  for (const eval::Calibration& calibration : run.calibrations)
    kept.calibrations.push_back({calibration});
  kept.run = std::move(run);
  return json::canonical(json::write(kept));
}

}  // namespace

std::optional<RunName> parse_run_name(const std::string& name) {
  constexpr std::string_view before = "#run=";
  const std::size_t mark = name.rfind(before);
  if (mark == std::string::npos) return RunName{.ledger = name};
  RunName named{.ledger = name.substr(0, mark)};
  const char* end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + mark + before.size(), end, named.run);
  if (error != std::errc() || rest != end || named.run < 1) return std::nullopt;
  return named;
}

Result<BaselineRun> run_of_ledger(const Path& folder, std::int64_t number) {
  TRUEBOUND_TRY(verification, ledger::verify(folder, record::References()));
  TRUEBOUND_TRY(ledger, ledger::Ledger::read(folder));
  TRUEBOUND_TRY(record, read_record(*ledger, number));
  const record::RunSummary& summary = record.summary;
  if (!summary.close || summary.open.kind != record::RunKind::assessment) {
    return invalid_input(folder.string() + ": expected run " + std::to_string(summary.open.run) +
                         " to be a complete assessment, got " +
                         (summary.close ? "a rehearsal" : "one that was left before its end"));
  }
  // Two runs are compared by what both were asked, in one look.
  if (record.registered.plan.sampling.ends_early()) {
    return invalid_input(folder.string() + ": expected run " + std::to_string(summary.open.run) +
                         " to be of a fixed sample, got one that ended by what was seen");
  }
  TRUEBOUND_TRY(rows, observe(record));
  TRUEBOUND_TRY(root, ledger->root_at(record.size));
  return BaselineRun{.title = record.registered.plan.title,
                     .plan_digest = record.registered.digest,
                     .systems = summary.open.systems,
                     .key = verification.key,
                     .root = root.hex(),
                     .size = record.size,
                     .run = summary.open.run,
                     .rows = std::move(rows),
                     .calibrations = std::move(record.calibrations)};
}

Result<BaselineRun> read_baseline(const plan::Plan& plan, const FileSource& files) {
  TRUEBOUND_CHECK(plan.baseline.has_value(), "asked only of a plan that has one");
  const std::string name = plan::baseline_file(*plan.baseline);
  TRUEBOUND_TRY(text, files.read(name));
  TRUEBOUND_TRY(value, json::parse_json(text, name));
  TRUEBOUND_TRY(kept, json::read<KeptRun>(value, name, "the baseline"));
  BaselineRun run = std::move(kept.run);
  for (KeptRow& row : kept.rows) {
    row.seen.outcome = eval::make_outcome(row.outcome, row.reason, "");
    run.rows.push_back(std::move(row.seen));
  }
  for (KeptCalibration& each : kept.calibrations)
    run.calibrations.push_back(std::move(each.calibration));
  return run;
}

Result<std::vector<eval::Suite>> suites_of(const plan::Plan& plan, const FileSource& files) {
  TRUEBOUND_TRY(suites, suite::read_all(plan.suites, files));
  if (!plan.baseline) return suites;
  TRUEBOUND_TRY(before, read_baseline(plan, files));
  if (!plan.sampling.take.count) return suites;
  std::set<std::pair<std::string, std::string>> drawn;
  for (const eval::Observation& row : before.rows)
    drawn.emplace(row.suite, row.sample);
  for (eval::Suite& suite : suites) {
    std::erase_if(suite.samples, [&](const eval::Sample& sample) {
      return !drawn.contains({suite.name, sample.id});
    });
  }
  return suites;
}

Result<std::string> BaselineFiles::read(const std::string& name) const {
  const std::optional<RunName> named = parse_run_name(name);
  if (!named || named->run == 0) return others_.read(name);
  const Path& folder = named->ledger;
  TRUEBOUND_TRY(run, run_of_ledger(folder.is_absolute() ? folder : folder_ / folder, named->run));
  return as_file(std::move(run));
}

}  // namespace truebound::assess
