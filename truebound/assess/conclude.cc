#include "truebound/assess/conclude.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/design.h"
#include "truebound/analyze/difference.h"
#include "truebound/assess/baseline.h"
#include "truebound/assess/describe.h"
#include "truebound/assess/exhibits.h"
#include "truebound/assess/families.h"
#include "truebound/assess/watch.h"
#include "truebound/evidence/found.h"
#include "truebound/evidence/support.h"
#include "truebound/model/model.h"
#include "truebound/plan/cost.h"
#include "truebound/plan/families.h"
#include "truebound/plan/levels.h"

namespace truebound::assess {
namespace {

using Rows = std::vector<eval::Observation>;
using Where = std::map<std::string, std::string>;
using Calibrations = std::vector<eval::Calibration>;
using Sample = std::vector<const eval::Observation*>;

// What the plan declares for its estimates; `claims` is m.
analyze::ChainOptions options_for(const plan::Plan& plan, std::int64_t claims) {
  return {
      .confidence = plan.confidence, .correlation = plan.sampling.correlation, .claims = claims};
}

// A filter's stop is a broken slot where an answer is expected.
bool filter_can_break(const plan::Plan& plan, const std::vector<const eval::Observation*>& cell) {
  return std::ranges::any_of(cell, [&](const eval::Observation* row) {
    if (row->expect == eval::Expect::refuse) return false;
    const std::vector<std::string>* arm = json::find(plan.arms, row->arm);
    if (arm == nullptr) return false;
    return std::ranges::any_of(*arm, [&](const std::string& name) {
      const eval::Specification* safeguard = json::find(plan.safeguards, name);
      return safeguard != nullptr && safeguard->id != "system_prompt";
    });
  });
}

// A judge of one of the suites asks a model that is under test.
bool is_judged_by_itself(const Record& record) {
  for (const eval::Suite& suite : record.suites) {
    for (const std::string& name : suite.judges) {
      const eval::Specification* judge = json::find(record.registered.plan.judges, name);
      const record::ModelIdentity* asked =
          judge == nullptr ? nullptr : record.cast.instrument(judge->text("model"));
      if (asked == nullptr) continue;
      const bool is_own =
          std::ranges::any_of(record.cast.models, [&](const record::ModelIdentity& model) {
            return model::is_same_model(model.identity, asked->identity);
          });
      if (is_own) return true;
    }
  }
  return false;
}

// Slots that nobody asked because the sample had ended: outside of it, and not missing.
bool is_after_the_end(const eval::Observation* row) {
  return eval::was_not_run(row->outcome, {eval::claims_settled, eval::never_drawn,
                                          eval::budget_spent, eval::not_come_to});
}

class Conclusion {
 public:
  Conclusion(const Record& record, const Rows& rows, const std::optional<BaselineRun>& before,
             const Watching& watching)
      : record_(record),
        plan_(record.registered.plan),
        rows_(rows),
        before_(before),
        watching_(watching),
        levels_(plan::levels(record.registered.plan, record.suites)) {
    std::set<std::string> readers;
    for (const eval::Calibration& calibration : record.calibrations) {
      if (calibration.reader != eval::Reader::human) continue;
      for (const eval::Label& label : calibration.labels) {
        if (!label.slot) continue;
        readings_.broke[*label.slot] = label.truth == "broke";
        readings_.entry = calibration.entry;
      }
      if (calibration.source == eval::LabelSource::this_run) {
        readers.insert(calibration.labeled_by);
      }
    }
    readings_.labeled_by = join({readers.begin(), readers.end()});
  }

  Result<void> add_claims(evidence::Dossier& dossier) const {
    std::vector<std::vector<evidence::Claim>> claims(plan_.claims.size());
    for (const plan::FamilyShare& family : plan::families_of(plan_, levels_)) {
      TRUEBOUND_TRY(answers, answer_family(family, plan_, levels_, answering(family.cells)));
      evidence::ClaimFamily told{.name = family.name,
                                 .correction = family.correction,
                                 .error = family.error,
                                 .cells = family.cells};
      for (Answer& answer : answers) {
        const std::size_t question = answer.question;
        claims[question].push_back(claim_of(std::move(answer), dossier));
        told.as_asked += claims[question].back().met ? 1 : 0;
      }
      dossier.families.push_back(std::move(told));
    }
    for (std::vector<evidence::Claim>& of_question : claims)
      std::ranges::move(of_question, std::back_inserter(dossier.claims));
    return {};
  }

  // What is known to have broken, by arm and expectation. A rehearsal carries no claim.
  void add_found(evidence::Dossier& dossier) const {
    if (record_.summary.open.kind == record::RunKind::rehearsal) return;
    for (const std::string& arm : level_list("arm")) {
      for (const std::string& expect : level_list("expect")) {
        const Where where = {{"arm", arm}, {"expect", expect}};
        const auto cell = analyze::select(rows_, where);
        for (std::optional<evidence::Claim> claim :
             {evidence::found_by_reading(cell, readings_), evidence::found_by_exact_scorer(cell)}) {
          if (!claim) continue;
          const std::vector<std::string> attacks = claim->scope.attacks;
          const std::vector<std::string> languages = claim->scope.languages;
          claim->scope = scope_of(where, dossier);
          claim->scope.attacks = attacks;
          claim->scope.languages = languages;
          claim->scope.empty_cells.clear();
          claim->population = population_of(where);
          claim->population.estimand = eval::Estimand::fixed_set;
          claim->budget = budget_of(attacks);
          claim->entries.plan = record_.summary.open.plan;
          claim->entries.run = record_.summary.open_entry;
          claim->limits = {evidence::Limit::self_attested, evidence::Limit::lab_setting};
          dossier.found.push_back(std::move(*claim));
        }
      }
    }
  }

  // Rates by each factor that has more than one level, and always by attack and hazard.
  Result<void> add_rates(evidence::Dossier& dossier) const {
    for (const char* factor : {"attack", "hazard", "persona", "deployment", "model", "language"}) {
      const auto found = levels_.find(factor);
      if (found == levels_.end()) continue;
      const bool always =
          factor == std::string_view("attack") || factor == std::string_view("hazard");
      if (!always && found->second.size() < 2) continue;
      for (const std::string& level : found->second) {
        TRUEBOUND_TRY_VOID(add_rates_of(factor, level, dossier));
      }
    }
    return {};
  }

  // A test of arms on one look says nothing of a sample that ended by what was seen.
  Result<void> add_comparisons(evidence::Dossier& dossier) const {
    if (watching_.monitor.watches()) return {};
    const std::vector<std::string>& arms = levels_.at("arm");
    for (const std::string& expect : level_list("expect")) {
      const auto cell = analyze::select(rows_, {{"expect", expect}});
      for (std::size_t i = 1; i < arms.size(); ++i) {
        TRUEBOUND_TRY(comparison, analyze::compare_arms(cell, arms[0], arms[i], plan_.confidence));
        comparison.name = expect;
        dossier.comparisons.push_back(std::move(comparison));
      }
    }
    return {};
  }

  Result<void> add_outcomes(evidence::Dossier& dossier) const {
    for (const std::string& arm : level_list("arm")) {
      for (const std::string& expect : level_list("expect")) {
        evidence::OutcomeRow row{.arm = arm, .expect = *from_text<eval::Expect>(expect)};
        for (const eval::Observation* seen :
             analyze::select(rows_, {{"arm", arm}, {"expect", expect}})) {
          row.counts.add(seen->outcome);
          row.cut += seen->cut ? 1 : 0;
          if (seen->layer != "none") ++row.stopped[seen->layer];
        }
        dossier.outcomes.push_back(std::move(row));
      }
    }
    for (const eval::Observation& seen : rows_) {
      dossier.counts.add(seen.outcome);
      const eval::OutcomeKind kind = eval::kind_of(seen.outcome);
      const bool flagged =
          kind == eval::OutcomeKind::broke && seen.decided_by == eval::DecidedBy::judge;
      const bool was_read = readings_.broke.contains(seen.slot);
      dossier.read_by_human += was_read ? 1 : 0;
      dossier.flagged_unread += flagged && !was_read ? 1 : 0;
      if (kind == eval::OutcomeKind::broke || kind == eval::OutcomeKind::held ||
          kind == eval::OutcomeKind::score) {
        continue;
      }
      if (eval::was_not_run(seen.outcome, {eval::claims_settled, eval::never_drawn})) {
        ++dossier.not_needed;
        continue;
      }
      evidence::Missing missing{
          .slot = seen.slot,
          .slot_key = record_.slots.at(static_cast<std::uint64_t>(seen.slot)).key,
          .outcome = kind,
          .reason = eval::reason_of(seen.outcome)};
      if (kind == eval::OutcomeKind::error) {
        TRUEBOUND_TRY(note, note_of(seen));
        missing.detail = note;
      }
      dossier.missing.push_back(std::move(missing));
    }
    return {};
  }

 private:
  // What the transcript says of its end; nothing where it is withheld.
  Result<std::string> note_of(const eval::Observation& seen) const {
    TRUEBOUND_TRY(close, record_.history.close(seen.slot));
    if (!close || !close->transcript) return std::string();
    const Result<eval::Transcript> transcript = record_.history.transcript(*close);
    if (transcript.ok()) return transcript.value().note;
    if (transcript.error().code == ErrorCode::incomplete) return std::string();
    return transcript.error();
  }

  const std::vector<std::string>& level_list(const std::string& factor) const {
    static const std::vector<std::string> none;
    const auto found = levels_.find(factor);
    return found == levels_.end() ? none : found->second;
  }

  // The rate over a claim's sample, which ended where the claim was settled.
  Result<analyze::Estimate> settled_rate(const eval::Cell& cell, std::int64_t claims) const {
    const auto all = analyze::select(rows_, cell.where);
    const std::optional<std::int64_t> end = watching_.monitor.end_of(cell.name);
    Sample sample = all;
    std::erase_if(sample, [&](const eval::Observation* row) {
      return !watching_.monitor.holds(cell.name, row->slot);
    });
    analyze::ChainOptions options = options_for(plan_, claims);
    if (filter_can_break(plan_, all)) options.answer_filter = analyze::AnswerFilter::on;
    const analyze::SequentialDesign& design = watching_.claims.at(cell.name).design;
    TRUEBOUND_TRY(estimate, analyze::sequential_estimate(cell.name, sample, design, options));
    if (estimate.judge) {
      estimate.judge->labeled_by =
          analyze::labels_for(sample, labels_before(record_.calibrations)).labeled_by;
    }
    estimate.sampling = to_text(plan_.sampling.kind);
    if (!estimate.sequential) return estimate;
    estimate.sequential->last_slot = end;
    estimate.sequential->after = std::ranges::count_if(all, [&](const eval::Observation* row) {
      return !watching_.monitor.holds(cell.name, row->slot) && !is_after_the_end(row);
    });
    return estimate;
  }

  // The rows of a cell until the first claim about any of them ended: from then on what is asked of
  // the cell depends on what was seen of a part of it.
  Sample until_first_end(Sample sample) const {
    for (const auto& [name, watched] : watching_.claims) {
      const bool is_about = std::ranges::any_of(sample, [&](const eval::Observation* row) {
        return analyze::lies_in(*row, watched.where);
      });
      if (!is_about) continue;
      std::erase_if(sample, [&](const eval::Observation* row) {
        return !watching_.monitor.holds(name, row->slot);
      });
    }
    std::erase_if(sample, is_after_the_end);
    return sample;
  }

  // A rate that no claim rests on: it holds whenever its sample ended.
  Result<analyze::Estimate> rate_at_any_time(const std::string& name, Sample sample,
                                             const analyze::CellLabels& known,
                                             const analyze::ChainOptions& options) const {
    analyze::SequentialDesign design{.tail = 1 - plan_.confidence};
    std::map<std::string, double> sizes;
    for (const eval::Observation* row : sample) {
      design.is_judged = design.is_judged || row->decided_by == eval::DecidedBy::judge;
      design.largest = std::max(design.largest, ++sizes[analyze::cluster_name(*row)]);
    }
    design.largest *= plan_.sampling.heaviest();
    design.labels = known.labels;
    TRUEBOUND_TRY(estimate, analyze::sequential_estimate(name, until_first_end(std::move(sample)),
                                                         design, options));
    estimate.sampling = to_text(plan_.sampling.kind);
    return estimate;
  }

  // How a family asks about its cells; `claims` is m.
  Answering answering(std::int64_t claims) const {
    return {.estimate =
                [this, claims](const eval::Question& question, const eval::Cell& cell,
                               const analyze::ClaimTails& tails) {
                  return answer_to(question, cell, claims, tails);
                },
            .limits = [this](const eval::Question& question,
                             const eval::Cell& cell) { return limits_of(question, cell); }};
  }

  evidence::Claim claim_of(Answer answer, const evidence::Dossier& dossier) const {
    evidence::Circumstances around = circumstances(answer.where);
    around.member = answer.member;
    if (answer.worst) {
      Where cell = answer.where;
      cell.insert(answer.worst->cell.begin(), answer.worst->cell.end());
      around.entries.calibration = circumstances(cell).entries.calibration;
    }
    evidence::Claim claim =
        evidence::support(plan_.claims[answer.question], std::move(answer.estimate),
                          scope_of(answer.where, dossier), around);
    claim.name = answer.name;
    claim.worst = std::move(answer.worst);
    return claim;
  }

  // Options of the whole chain for a cell, before tails.
  analyze::ChainOptions options_of(const std::vector<const eval::Observation*>& cell,
                                   eval::Estimand estimand, std::int64_t claims) const {
    analyze::ChainOptions options = options_for(plan_, claims);
    options.estimand = estimand;
    if (filter_can_break(plan_, cell)) options.answer_filter = analyze::AnswerFilter::on;
    return options;
  }

  static analyze::Version version(const Rows& rows, const Calibrations& calibrations,
                                  const Where& where) {
    return {.cell = analyze::select(rows, where), .calibrations = calibrations};
  }

  Result<analyze::Estimate> answer_to(const eval::Question& question, const eval::Cell& cell,
                                      std::int64_t claims, const analyze::ClaimTails& tails) const {
    if (watching_.monitor.watches()) return settled_rate(cell, claims);
    if (question.ask != eval::Ask::no_worse_than) {
      return rate_of(cell.name, cell.where, question.estimand, claims, tails);
    }
    const analyze::Version now = version(rows_, record_.calibrations, cell.where);
    analyze::ChainOptions options = options_of(now.cell, question.estimand, claims);
    options.tails = tails;
    return analyze::difference_from_before(
        cell.name, now, version(before_->rows, before_->calibrations, cell.where), options);
  }

  Result<analyze::LimitsAt> limits_of(const eval::Question& question,
                                      const eval::Cell& cell) const {
    const analyze::Version now = version(rows_, record_.calibrations, cell.where);
    const analyze::ChainOptions options = options_of(now.cell, question.estimand, 1);
    if (question.ask != eval::Ask::no_worse_than) {
      return analyze::limits_of_rate(
          now.cell, analyze::labels_for(now.cell, now.calibrations).labels, options);
    }
    return analyze::limits_of_difference(
        now, version(before_->rows, before_->calibrations, cell.where), options);
  }

  Result<analyze::Estimate> rate_of(const std::string& name, const Where& where,
                                    eval::Estimand estimand, std::int64_t claims,
                                    const std::optional<analyze::ClaimTails>& tails) const {
    const auto cell = analyze::select(rows_, where);
    analyze::ChainOptions options = options_of(cell, estimand, claims);
    options.tails = tails;
    const analyze::CellLabels known =
        analyze::labels_for(cell, watching_.monitor.watches() ? labels_before(record_.calibrations)
                                                              : record_.calibrations);
    TRUEBOUND_TRY(estimate, watching_.monitor.watches()
                                ? rate_at_any_time(name, cell, known, options)
                                : analyze::estimate(name, cell, known.labels, options));
    if (estimate.judge) estimate.judge->labeled_by = known.labeled_by;
    // Labels that come after the sample has ended by what was seen are none of its evidence.
    if (watching_.monitor.watches()) return estimate;
    if (evidence::labels_would_help(estimate) && labels_can_speak(cell)) {
      estimate.mend = fmt::format("truebound calibrate {} --run {} --draw 100 --out labels.csv",
                                  judge_name(estimate), record_.summary.open.run);
    }
    return estimate;
  }

  // Labels are drawn and used within one arm and expectation.
  static bool labels_can_speak(const std::vector<const eval::Observation*>& cell) {
    return std::ranges::all_of(cell, [&](const eval::Observation* row) {
      return row->arm == cell[0]->arm && row->expect == cell[0]->expect;
    });
  }

  std::string judge_name(const analyze::Estimate& estimate) const {
    for (const record::JudgeIdentity& judge : record_.cast.judges) {
      if (estimate.judge && estimate.judge->identity.starts_with(judge.identity)) return judge.name;
    }
    return plan_.judges.empty() ? "JUDGE" : plan_.judges[0].name;
  }

  Result<void> add_rates_of(const std::string& factor, const std::string& level,
                            evidence::Dossier& dossier) const {
    for (const std::string& arm : level_list("arm")) {
      for (const std::string& expect : level_list("expect")) {
        const Where where = {{factor, level}, {"arm", arm}, {"expect", expect}};
        if (analyze::select(rows_, where).empty()) continue;
        const std::string name = fmt::format("{}/{}={}/arm={}", expect, factor, level, arm);
        TRUEBOUND_TRY(estimate, rate_of(name, where, eval::Estimand::generalized, 1, {}));
        dossier.rates.push_back({.group = factor,
                                 .level = level,
                                 .arm = arm,
                                 .expect = *from_text<eval::Expect>(expect),
                                 .estimate = std::move(estimate)});
      }
    }
    return {};
  }

  evidence::Scope scope_of(const Where& where, const evidence::Dossier& dossier) const {
    const auto level = [&](const std::string& factor) {
      const auto found = where.find(factor);
      return found != where.end() ? found->second : join(level_list(factor));
    };
    evidence::Scope scope{.where = where,
                          .model = level("model"),
                          .system = system_digest(),
                          .persona = level("persona"),
                          .deployment = level("deployment"),
                          .arm = level("arm"),
                          .attacks = level_list("attack"),
                          .languages = level_list("language"),
                          .from = date_of(record_.summary.open.time_ms),
                          .until = plan_.valid_until};
    if (where.contains("attack")) scope.attacks = {where.at("attack")};
    for (const eval::EmptyCell& cell : dossier.empty_cells) {
      const auto expect = where.find("expect");
      if (expect != where.end() && expect->second != to_text(cell.expect)) continue;
      scope.empty_cells.push_back("hazard=" + cell.hazard);
    }
    return scope;
  }

  // The samples of a cell, whatever became of them.
  evidence::Population population_of(const Where& where) const {
    const auto cell = analyze::select(rows_, where);
    evidence::Population population;
    std::set<std::pair<std::string_view, std::string_view>> samples;
    for (const eval::Observation* seen : cell) {
      if (samples.empty()) population.expect = seen->expect;
      samples.emplace(seen->suite, seen->sample);
    }
    population.samples = static_cast<std::int64_t>(samples.size());
    for (const eval::Suite& suite : record_.suites) {
      const auto of_suite = [&](const auto& sample) { return sample.first == suite.name; };
      if (std::ranges::any_of(samples, of_suite)) population.suites.push_back(suite.name);
    }
    return population;
  }

  std::vector<evidence::AttackBudget> budget_of(const std::vector<std::string>& attacks) const {
    std::vector<evidence::AttackBudget> budget;
    for (const std::string& name : attacks) {
      const eval::Specification* attack = json::find(plan_.attacks, name);
      budget.push_back(
          {.attack = name,
           .queries = attack == nullptr ? 1 : static_cast<std::int64_t>(plan::queries_of(*attack)),
           .epochs = static_cast<std::int64_t>(plan_.epochs)});
    }
    return budget;
  }

  // The blob of run.open that names every system: what was assessed, in one digest.
  std::string system_digest() const { return record_.summary.open.systems; }

  evidence::Circumstances circumstances(const Where& where) const {
    evidence::Circumstances result{
        .kind = record_.summary.open.kind,
        .limits = {evidence::Limit::self_attested, evidence::Limit::lab_setting,
                   evidence::Limit::one_turn},
        .until = plan_.valid_until,
        .entries = {.plan = record_.summary.open.plan, .run = record_.summary.open_entry},
        .population = population_of(where),
        .budget = budget_of(where.contains("attack") ? std::vector{where.at("attack")}
                                                     : level_list("attack"))};
    const bool is_public = std::ranges::any_of(
        record_.suites, [](const eval::Suite& suite) { return suite.card.exposure.is_public; });
    if (is_public) result.limits.push_back(evidence::Limit::public_suite);
    if (is_judged_by_itself(record_)) {
      result.limits.push_back(evidence::Limit::judged_by_itself);
    }
    const auto cell = analyze::select(rows_, where);
    const analyze::CellLabels known = analyze::labels_for(cell, record_.calibrations);
    if (known.entry != 0) result.entries.calibration = known.entry;
    const bool is_by_program =
        std::ranges::any_of(record_.calibrations, [&](const eval::Calibration& calibration) {
          return calibration.entry == known.entry && calibration.reader == eval::Reader::program;
        });
    if (is_by_program) result.limits.push_back(evidence::Limit::labeled_by_program);
    std::vector<std::uint64_t> entries;
    for (const eval::Observation* seen : cell) {
      if (seen->entry != 0) entries.push_back(seen->entry);
    }
    if (!entries.empty()) {
      const auto [first, last] = std::ranges::minmax(entries);
      result.entries.outcomes = {first, last};
    }
    return result;
  }

  const Record& record_;
  const plan::Plan& plan_;
  const Rows& rows_;
  const std::optional<BaselineRun>& before_;  // there where a question compares with it
  const Watching& watching_;
  eval::Levels levels_;
  evidence::Readings readings_;
};

std::vector<std::string> other_runs_of(const Record& record,
                                       const std::optional<BaselineRun>& before) {
  std::vector<std::string> runs;
  if (before) {
    runs.push_back(fmt::format(
        "Compared with run {} of the ledger of key {}, {} entries with root {}: {}, plan {}.",
        before->run, before->key, before->size, before->root, before->title, before->plan_digest));
  }
  if (record.runs_of_plan > 1) {
    runs.push_back(fmt::format("This is run {} of {} of this plan in this ledger.",
                               record.summary.open.ordinal, record.runs_of_plan));
  }
  return runs;
}

}  // namespace

Result<evidence::Dossier> conclude(const ledger::Ledger& ledger, std::int64_t number) {
  TRUEBOUND_TRY(record, read_record(ledger, number));
  TRUEBOUND_TRY(rows, observe(record));
  evidence::Dossier dossier;
  describe(record, rows, dossier);
  TRUEBOUND_TRY(root, ledger.root_at(record.size));
  dossier.provenance.root = root.hex();
  dossier.empty_cells = empty_cells_of(record);
  dossier.not_planned = not_planned(record);
  std::optional<BaselineRun> before;
  if (record.registered.plan.baseline) {
    TRUEBOUND_TRY(kept, read_baseline(record.registered.plan, *record.registered.files));
    before = std::move(kept);
  }
  dossier.other_runs = other_runs_of(record, before);

  TRUEBOUND_TRY(watching, watch_again(record, rows));
  const Conclusion conclusion(record, rows, before, watching);
  conclusion.add_found(dossier);
  TRUEBOUND_TRY_VOID(conclusion.add_claims(dossier));
  TRUEBOUND_TRY_VOID(conclusion.add_rates(dossier));
  TRUEBOUND_TRY_VOID(conclusion.add_comparisons(dossier));
  TRUEBOUND_TRY_VOID(conclusion.add_outcomes(dossier));
  TRUEBOUND_TRY(exhibits, draw_exhibits(record, rows));
  dossier.exhibits = std::move(exhibits);
  return dossier;
}

}  // namespace truebound::assess
