#include "truebound/assess/watch.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/design.h"
#include "truebound/plan/families.h"
#include "truebound/plan/levels.h"
#include "truebound/record/history.h"
#include "truebound/record/observer.h"
#include "truebound/run/rounds.h"

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

  // A cluster from a stratum that is rarely drawn weighs up to 1 / explore.
  analyze::Watched done(const WatchedRun& run) && {
    std::vector<const eval::Observation*> cell;
    for (const eval::Observation& row : rows_) {
      cell.push_back(&row);
      if (row.decided_by == eval::DecidedBy::judge) watched_.design.is_judged = true;
    }
    watched_.design.labels = analyze::labels_for(cell, labels_before(run.calibrations)).labels;
    watched_.design.largest = std::max(watched_.design.largest, 1.0) * run.plan.sampling.heaviest();
    return std::move(watched_);
  }

 private:
  using Traits = std::tuple<std::string, std::string, std::string, std::string, std::string,
                            std::string, eval::Expect>;
  analyze::Watched watched_;
  std::string cluster_;
  double size_ = 0;
  std::set<Traits> seen_;
  std::vector<eval::Observation> rows_;
};

using Stops = std::vector<std::pair<std::string, std::int64_t>>;

void add_stops(const std::vector<analyze::Stop>& found, Stops& stops) {
  for (const analyze::Stop& stop : found)
    stops.emplace_back(stop.claim, stop.slot);
}

// The rounds that the ledger tells, drawn again from what the rounds before showed.
Result<void> draw_again(const Record& record, const std::vector<eval::Observation>& rows,
                        analyze::Monitor& monitor, Stops& stops) {
  for (const record::AllocationEntry& told : record.history.allocations()) {
    TRUEBOUND_TRY(round, monitor.draw());
    if (!round) {
      return Error{ErrorCode::mismatch, "round " + std::to_string(told.round) +
                                            " was drawn though the sample had ended"};
    }
    TRUEBOUND_TRY_VOID(run::check_round(*round, told));
    for (const analyze::ClusterSlots& cluster : round->clusters) {
      for (std::int64_t slot = cluster.first; slot < cluster.first + cluster.count; ++slot) {
        TRUEBOUND_TRY(found, monitor.add(rows[static_cast<std::size_t>(slot)]));
        add_stops(found, stops);
      }
    }
    TRUEBOUND_TRY(found, monitor.end_round());
    add_stops(found, stops);
  }
  return {};
}

}  // namespace

std::vector<eval::Calibration> labels_before(const std::vector<eval::Calibration>& known) {
  std::vector<eval::Calibration> before;
  std::ranges::copy_if(known, std::back_inserter(before), [](const auto& calibration) {
    return calibration.source == eval::LabelSource::elsewhere;
  });
  return before;
}

std::vector<analyze::Watched> watched_claims(const WatchedRun& run) {
  std::vector<analyze::Watched> watched;
  if (!run.plan.sampling.ends_early()) return watched;
  const eval::Levels levels = plan::levels(run.plan, run.suites);
  std::vector<ClaimDesign> designs;
  std::map<std::size_t, double> tails;
  for (const plan::FamilyShare& family : plan::families_of(run.plan, levels)) {
    for (const std::size_t question : family.questions)
      tails[question] = family.error / static_cast<double>(family.cells);
  }
  for (std::size_t i = 0; i < run.plan.claims.size(); ++i) {
    const eval::Question& question = run.plan.claims[i];
    for (const eval::Cell& cell : eval::cells_of(question, levels)) {
      designs.emplace_back(analyze::Watched{.claim = cell.name,
                                            .where = cell.where,
                                            .design = {.threshold = question.threshold,
                                                       .tail = tails.at(i),
                                                       .confidence = run.plan.confidence}});
    }
  }
  for (std::uint64_t i = 0; i < run.slots.count(); ++i) {
    const plan::Slot slot = run.slots.at(i);
    const eval::Observation planned = record::planned(slot, run.suites);
    const auto judged = as_if_judged(planned, run.suites[slot.suite_index], run.cast);
    for (ClaimDesign& design : designs)
      design.take(planned, judged);
  }
  for (ClaimDesign& design : designs)
    watched.push_back(std::move(design).done(run));
  return watched;
}

Result<analyze::Monitor> monitor_of(const WatchedRun& run, std::vector<analyze::Watched> claims) {
  if (!run.plan.sampling.strata) return analyze::Monitor::of(std::move(claims));
  const plan::Strata& strata = *run.plan.sampling.strata;
  analyze::AllocationDesign design{.explore = strata.explore,
                                   .round = static_cast<std::int64_t>(strata.round),
                                   .seed = run.seed};
  std::string last;
  for (std::uint64_t i = 0; i < run.slots.count(); ++i) {
    const eval::Observation planned = record::planned(run.slots.at(i), run.suites);
    const std::string cluster = analyze::cluster_name(planned);
    // Checked before: all samples of a cluster lie in one stratum.
    std::vector<analyze::ClusterSlots>& stratum = design.strata[eval::level_of(planned, strata.by)];
    if (i == 0 || cluster != last) stratum.push_back({.first = planned.slot});
    ++stratum.back().count;
    last = cluster;
  }
  TRUEBOUND_TRY(allocation, analyze::Allocation::of(std::move(design)));
  return analyze::Monitor::of(std::move(claims), std::move(allocation));
}

Result<analyze::Monitor> watch(WatchedRun run, const record::RunRecord& record) {
  if (!run.plan.sampling.ends_early()) return analyze::Monitor();
  TRUEBOUND_TRY(history, record::History::read(record.ledger()));
  TRUEBOUND_TRY(summary, history.run(record.run()));
  for (const std::uint64_t index : summary.calibrations) {
    TRUEBOUND_TRY(calibration, record::calibration_at(record.ledger(), index));
    run.calibrations.push_back(std::move(calibration));
  }
  return monitor_of(run, watched_claims(run));
}

Result<Watching> watch_again(const Record& record, std::vector<eval::Observation>& rows) {
  Watching watching;
  const WatchedRun run{.plan = record.registered.plan,
                       .suites = record.suites,
                       .slots = record.slots,
                       .cast = record.cast,
                       .seed = record.seed,
                       .calibrations = record.calibrations};
  const std::vector<analyze::Watched> claims = watched_claims(run);
  for (const analyze::Watched& claim : claims)
    watching.claims[claim.claim] = claim;
  TRUEBOUND_TRY(monitor, monitor_of(run, claims));
  watching.monitor = std::move(monitor);
  Stops found;
  if (watching.monitor.draws()) {
    TRUEBOUND_TRY_VOID(draw_again(record, rows, watching.monitor, found));
  } else {
    for (const eval::Observation& row : rows) {
      TRUEBOUND_TRY(stops, watching.monitor.add(row));
      add_stops(stops, found);
    }
  }
  Stops told;
  for (const record::StopEntry& stop : record.history.stops())
    told.emplace_back(stop.claim, stop.slot);
  // A run that was left may have been left before it told of its last stops.
  const bool may_tell_less = !record.summary.close && told.size() < found.size();
  if (may_tell_less) found.resize(told.size());
  if (found != told) {
    return Error{ErrorCode::mismatch, "run " + std::to_string(record.summary.open.run) +
                                          " was stopped where its outcomes do not stop it"};
  }
  for (eval::Observation& row : rows)
    row.weight = watching.monitor.weight_of(row.slot);
  return watching;
}

}  // namespace truebound::assess
