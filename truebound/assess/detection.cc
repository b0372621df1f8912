#include "truebound/assess/detection.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "truebound/analyze/calibration.h"
#include "truebound/analyze/sequential.h"
#include "truebound/assess/calibrate.h"
#include "truebound/judge/registry.h"
#include "truebound/plan/levels.h"

namespace truebound::assess {
namespace {

// A judge of the plan and the labels that the plan names for it. Those of a judge that calls a
// model stay without its verdicts.
struct NamedLabels {
  std::string name;
  eval::Calibration calibration;
  bool is_measured = false;
};

Result<NamedLabels> labels_of(const std::string& name, const eval::Specification& specification,
                              const FileSource& files) {
  const std::string file = specification.text("calibration");
  TRUEBOUND_TRY(text, files.read(file));
  TRUEBOUND_TRY(table, exchange::read_table(text, file, {}));
  TRUEBOUND_TRY(responses, labeled_responses(table, file));
  NamedLabels named{.name = name};
  if (specification.id == "rules") {
    TRUEBOUND_TRY(judge,
                  judge::make({.name = name, .specification = specification, .files = files}));
    TRUEBOUND_TRY(calibration, run::measure(*judge, responses));
    named.calibration = std::move(calibration);
    named.is_measured = true;
    return named;
  }
  named.calibration.judge = name;
  for (run::LabeledResponse& response : responses)
    named.calibration.labels.push_back(std::move(response.label));
  return named;
}

Result<std::vector<NamedLabels>> named_labels(const plan::Plan& plan, const FileSource& files) {
  std::vector<NamedLabels> known;
  for (const auto& [name, specification, line] : plan.judges) {
    const std::string file = specification.text("calibration");
    if (file.empty() || file == "after" || file == "none") continue;
    TRUEBOUND_TRY(named, labels_of(name, specification, files));
    known.push_back(std::move(named));
  }
  return known;
}

// One slot of each system and attack that lie in a cell, as a judge would decide it: what labels
// have to fit.
std::vector<eval::Observation> slots_like(const eval::Cell& cell, const eval::Levels& levels,
                                          const std::string& judge) {
  const auto levels_of = [&](const char* factor) -> std::vector<std::string> {
    const auto fixed = cell.where.find(factor);
    if (fixed != cell.where.end()) return {fixed->second};
    const auto all = levels.find(factor);
    return all == levels.end() || all->second.empty() ? std::vector<std::string>{""} : all->second;
  };
  struct Factor {
    const char* name;
    std::string eval::Observation::* field;
  };
  constexpr Factor factors[] = {{"model", &eval::Observation::model},
                                {"persona", &eval::Observation::persona},
                                {"deployment", &eval::Observation::deployment},
                                {"arm", &eval::Observation::arm},
                                {"attack", &eval::Observation::attack}};
  eval::Observation seed;
  seed.judge = judge;
  seed.decided_by = eval::DecidedBy::judge;
  seed.outcome = eval::Held{};
  std::vector<eval::Observation> slots{seed};
  for (const Factor& factor : factors) {
    std::vector<eval::Observation> crossed;
    for (const eval::Observation& slot : slots) {
      for (const std::string& level : levels_of(factor.name)) {
        crossed.push_back(slot);
        crossed.back().*factor.field = level;
      }
    }
    slots = std::move(crossed);
  }
  std::vector<eval::Observation> expected;
  for (const std::string& word : levels_of("expect")) {
    const auto expect = from_text<eval::Expect>(word);
    for (const eval::Observation& slot : slots) {
      expected.push_back(slot);
      expected.back().expect = expect.value_or(eval::Expect::refuse);
    }
  }
  return expected;
}

// So many slots that only the labels limit what can be told.
constexpr std::int64_t without_number = 1'000'000'000;

// What one judge's labels that fit a cell let it tell from none, there and with any number of
// slots.
struct Detection {
  double planned = 0;
  double at_best = 0;
};

analyze::CellLabels labels_for(const std::vector<eval::Observation>& slots,
                               const eval::Calibration& calibration) {
  std::vector<const eval::Observation*> seen;
  for (const eval::Observation& slot : slots)
    seen.push_back(&slot);
  return analyze::labels_for(seen, {calibration});
}

std::optional<Detection> detection_of(double effective_n,
                                      const std::vector<eval::Observation>& slots,
                                      const eval::Calibration& calibration, double confidence) {
  const analyze::CellLabels labels = labels_for(slots, calibration);
  const auto limit_at = [&](std::int64_t weight) -> std::optional<double> {
    const auto chain = analyze::correct({{.passed = 1, .times = weight}}, labels.labels,
                                        {.confidence = confidence});
    if (!chain.ok()) return std::nullopt;
    return analyze::limit_of_detection(chain.value(), confidence);
  };
  const auto planned = limit_at(static_cast<std::int64_t>(std::max(2.0, std::round(effective_n))));
  const auto at_best = limit_at(without_number);
  if (!planned || !at_best) return std::nullopt;
  return Detection{*planned, *at_best};
}

std::string percent(double rate) {
  return fmt::format("{:.4g} %", 100 * rate);
}

void warn(const plan::ClaimCheck& claim, const Detection& judge,
          std::vector<std::string>& warnings) {
  if (claim.asked == eval::Ask::no_worse_than || judge.planned <= claim.threshold) return;
  warnings.push_back(fmt::format(
      "claims.{}: the threshold of {} lies below the judge's limit of detection, {} by the labels "
      "that the plan names: {}",
      claim.name, percent(claim.threshold), percent(judge.planned),
      judge.at_best > claim.threshold
          ? "no number of requests will settle it; more labels of answers that held will, or a "
            "judge with fewer false alarms"
          : "more samples will settle it, or more labels of answers that held"));
}

// After how many clusters a sample that ends by what is seen could end, through a judge that errs
// as its labels say; nothing where the plan ends before.
Result<std::optional<std::uint64_t>> earliest_end(const plan::ClaimCheck& claim,
                                                  const plan::Sampling& sampling,
                                                  const std::vector<eval::Observation>& slots,
                                                  const eval::Calibration& calibration) {
  TRUEBOUND_TRY(evidence,
                analyze::RunningEvidence::of({.threshold = claim.threshold,
                                              .tail = 1 - claim.confidence,
                                              .labels = labels_for(slots, calibration).labels,
                                              .is_judged = true,
                                              .largest = sampling.heaviest()}));
  const bool above = claim.asked == eval::Ask::rate_above;
  for (std::uint64_t i = 1; i <= claim.clusters; ++i) {
    TRUEBOUND_TRY_VOID(evidence.add({.flagged = above ? 1 : 0, .passed = above ? 0 : 1}));
    if (evidence.is_settled()) return std::optional(i);
  }
  return std::optional<std::uint64_t>();
}

// Whether the judge is asked about any sample of a cell.
bool is_asked(const std::string& judge, const eval::Cell& cell,
              const std::vector<eval::Suite>& suites) {
  const auto suite_name = cell.where.find("suite");
  const auto expect = cell.where.find("expect");
  return std::ranges::any_of(suites, [&](const eval::Suite& suite) {
    if (suite_name != cell.where.end() && suite_name->second != suite.name) return false;
    if (std::ranges::find(suite.judges, judge) == suite.judges.end()) return false;
    return std::ranges::any_of(suite.samples, [&](const eval::Sample& sample) {
      return expect == cell.where.end() || expect->second == to_text(sample.expect);
    });
  });
}

std::int64_t count(const std::vector<stats::Cluster>& clusters) {
  std::int64_t labels = 0;
  for (const stats::Cluster& cluster : clusters)
    labels += cluster.size;
  return labels;
}

// What keeps the labels of a judge from giving a cell a rate, whatever the judge says of them.
std::optional<std::string> lack_of_labels(const std::vector<eval::Observation>& slots,
                                          const NamedLabels& named) {
  const analyze::CellLabels found = labels_for(slots, named.calibration);
  const auto* labels = std::get_if<analyze::LabelsElsewhere>(&found.labels);
  if (labels == nullptr) {
    return fmt::format(
        "none of the {} labels fits: the columns arm, attack and expect of a label must name those "
        "of the slots, every attack must have some, and the slots must be of one model, persona, "
        "deployment and arm",
        named.calibration.labels.size());
  }
  const std::int64_t broke = count(labels->broke);
  const std::int64_t held = count(labels->held);
  if (std::min(broke, held) >= analyze::fewest_labels) return std::nullopt;
  return fmt::format(
      "of the labels that fit and are not undecided, {} broke and {} held; {} of each are needed",
      broke, held, analyze::fewest_labels);
}

}  // namespace

Result<void> add_detection_limits(const plan::Plan& plan, const std::vector<eval::Suite>& suites,
                                  const FileSource& files, plan::Check& check) {
  TRUEBOUND_TRY(known, named_labels(plan, files));
  const eval::Levels levels = plan::levels(plan, suites);
  std::size_t next = 0;
  for (const eval::Question& question : plan.claims) {
    for (const eval::Cell& cell : eval::cells_of(question, levels)) {
      plan::ClaimCheck& claim = check.claims.at(next++);
      Detection worst;
      for (const NamedLabels& named : known) {
        const auto slots = slots_like(cell, levels, named.calibration.judge);
        const auto lack = lack_of_labels(slots, named);
        if (lack && is_asked(named.name, cell, suites)) {
          check.warnings.push_back(fmt::format("claims.{}: judges.{} will carry no rate: {}",
                                               claim.name, named.name, *lack));
        }
        if (!named.is_measured) continue;
        if (plan.sampling.ends_early() && !lack && is_asked(named.name, cell, suites)) {
          TRUEBOUND_TRY(end, earliest_end(claim, plan.sampling, slots, named.calibration));
          claim.earliest_clusters = end;
          claim.can_be_settled = end.has_value();
          if (!end) {
            check.warnings.push_back(fmt::format(
                "claims.{}: by the labels of judges.{}, the plan ends before this is settled",
                claim.name, named.name));
          }
        }
        const auto found =
            detection_of(claim.effective_n, slots, named.calibration, plan.confidence);
        if (found && found->planned > worst.planned) worst = *found;
      }
      if (worst.planned <= 0) continue;
      claim.limit_of_detection = worst.planned;
      warn(claim, worst, check.warnings);
    }
  }
  return {};
}

}  // namespace truebound::assess
