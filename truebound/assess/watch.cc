#include "truebound/assess/watch.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/design.h"
#include "truebound/plan/levels.h"
#include "truebound/record/history.h"
#include "truebound/record/observer.h"

namespace truebound::assess {
namespace {

// Who would decide a slot if it came to an answer; several where a suite has a list of judges.
std::vector<eval::Observation> as_if_judged(const eval::Observation& planned,
                                            const eval::Suite& suite,
                                            const record::CastIdentity& cast) {
  std::vector<eval::Observation> rows;
  for (const std::string& name : suite.judges) {
    const record::JudgeIdentity* judge = cast.judge(name);
    if (judge == nullptr) continue;
    rows.push_back(planned);
    rows.back().judge = judge->identity;
    rows.back().decided_by = judge->decides_as;
  }
  return rows;
}

// One claim as the slots go by, in plan order: clusters are together.
class ClaimDesign {
 public:
  explicit ClaimDesign(analyze::Watched watched) : watched_(std::move(watched)) {
    watched_.design.largest = 0;
  }

  void take(const eval::Observation& planned, const std::vector<eval::Observation>& judged) {
    if (!analyze::lies_in(planned, watched_.where)) return;
    const std::string cluster = analyze::cluster_name(planned);
    size_ = cluster == cluster_ ? size_ + 1 : 1;
    cluster_ = cluster;
    watched_.design.largest = std::max(watched_.design.largest, size_);
    // Labels are chosen by these alone, and a plan has few combinations of them.
    for (const eval::Observation& row : judged) {
      if (!seen_
               .emplace(row.judge, row.model, row.persona, row.deployment, row.arm, row.attack,
                        row.expect)
               .second) {
        continue;
      }
      rows_.push_back(row);
    }
  }

  analyze::Watched done(const std::vector<eval::Calibration>& calibrations) && {
    std::vector<const eval::Observation*> cell;
    for (const eval::Observation& row : rows_) {
      cell.push_back(&row);
      if (row.decided_by == eval::DecidedBy::judge) watched_.design.is_judged = true;
    }
    watched_.design.labels = analyze::labels_for(cell, calibrations).labels;
    watched_.design.largest = std::max<std::int64_t>(watched_.design.largest, 1);
    return std::move(watched_);
  }

 private:
  using Traits = std::tuple<std::string, std::string, std::string, std::string, std::string,
                            std::string, eval::Expect>;
  analyze::Watched watched_;
  std::string cluster_;
  std::int64_t size_ = 0;
  std::set<Traits> seen_;
  std::vector<eval::Observation> rows_;
};

}  // namespace

std::vector<analyze::Watched> watched_claims(const WatchedRun& run) {
  std::vector<analyze::Watched> watched;
  if (run.plan.sampling.kind != plan::SamplingKind::sequential) return watched;
  const eval::Levels levels = plan::levels(run.plan, run.suites);
  std::vector<ClaimDesign> designs;
  double claims = 0;
  for (const eval::Question& question : run.plan.claims)
    claims += static_cast<double>(eval::cells_of(question, levels).size());
  for (const eval::Question& question : run.plan.claims) {
    for (const eval::Cell& cell : eval::cells_of(question, levels)) {
      designs.emplace_back(analyze::Watched{
          .claim = cell.name,
          .where = cell.where,
          .design = {.threshold = question.threshold, .tail = (1 - run.plan.confidence) / claims}});
    }
  }
  for (std::uint64_t i = 0; i < run.slots.count(); ++i) {
    const plan::Slot slot = run.slots.at(i);
    const eval::Observation planned = record::planned(slot, run.suites);
    const auto judged = as_if_judged(planned, run.suites[slot.suite_index], run.cast);
    for (ClaimDesign& design : designs)
      design.take(planned, judged);
  }
  std::vector<eval::Calibration> before;
  std::ranges::copy_if(run.calibrations, std::back_inserter(before), [](const auto& calibration) {
    return calibration.source == eval::LabelSource::elsewhere;
  });
  for (ClaimDesign& design : designs)
    watched.push_back(std::move(design).done(before));
  return watched;
}

Result<analyze::Monitor> watch(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                               const plan::Slots& slots, const record::CastIdentity& cast,
                               const record::RunRecord& run) {
  if (plan.sampling.kind != plan::SamplingKind::sequential) return analyze::Monitor();
  TRUEBOUND_TRY(history, record::History::read(run.ledger()));
  TRUEBOUND_TRY(summary, history.run(run.run()));
  std::vector<eval::Calibration> calibrations;
  for (const std::uint64_t index : summary.calibrations) {
    TRUEBOUND_TRY(calibration, record::calibration_at(run.ledger(), index));
    calibrations.push_back(std::move(calibration));
  }
  return analyze::Monitor::of(watched_claims({.plan = plan,
                                              .suites = suites,
                                              .slots = slots,
                                              .cast = cast,
                                              .calibrations = calibrations}));
}

}  // namespace truebound::assess
