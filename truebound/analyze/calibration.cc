#include "truebound/analyze/calibration.h"

#include <map>
#include <optional>
#include <set>

#include "truebound/analyze/design.h"

namespace truebound::analyze {
namespace {

// What all judged rows of a cell have in common, if they do.
struct CellTraits {
  std::string judge;
  std::string arm;
  std::string model;
  std::string persona;
  std::string deployment;
  bool one_system = true;  ///< labels from elsewhere do not say which of several they are of
  eval::Expect expect = eval::Expect::refuse;
  std::set<std::string> attacks;
};

std::optional<CellTraits> traits_of(const std::vector<const eval::Observation*>& cell) {
  std::optional<CellTraits> traits;
  for (const eval::Observation* row : cell) {
    if (row->decided_by != eval::DecidedBy::judge) continue;
    if (!traits) {
      traits = {.judge = row->judge,
                .arm = row->arm,
                .model = row->model,
                .persona = row->persona,
                .deployment = row->deployment,
                .expect = row->expect,
                .attacks = {}};
    }
    if (row->judge != traits->judge || row->arm != traits->arm || row->expect != traits->expect) {
      return std::nullopt;
    }
    traits->one_system = traits->one_system && row->model == traits->model &&
                         row->persona == traits->persona && row->deployment == traits->deployment;
    traits->attacks.insert(row->attack);
  }
  return traits;
}

// Labels of slots of the run, whether they broke; a later reading of a slot replaces an earlier
// one.
using LabeledSlots = std::map<std::int64_t, bool>;

void take_slots(const eval::Calibration& calibration, LabeledSlots& broke_by_slot) {
  for (const eval::Label& label : calibration.labels) {
    if (label.slot) broke_by_slot[*label.slot] = label.truth == "broke";
  }
}

// Draws at random within each verdict add up to one.
std::optional<LabelsThisRun> of_this_run(const std::vector<const eval::Observation*>& cell,
                                         const LabeledSlots& broke_by_slot) {
  LabelsThisRun labels;
  for (const eval::Observation* row : cell) {
    // What the judge left undecided is missing, whatever a reader says of it.
    if (row->decided_by != eval::DecidedBy::judge || !eval::is_decided(row->outcome)) continue;
    const auto label = broke_by_slot.find(row->slot);
    if (label == broke_by_slot.end()) continue;
    const bool flagged = eval::kind_of(row->outcome) == eval::OutcomeKind::broke;
    VerdictLabels& verdict = flagged ? labels.flagged : labels.passed;
    ++verdict.labeled;
    verdict.broke += label->second ? 1 : 0;
  }
  if (labels.flagged.labeled + labels.passed.labeled == 0) return std::nullopt;
  return labels;
}

std::optional<LabelsElsewhere> from_elsewhere(const CellTraits& traits,
                                              const eval::Calibration& calibration) {
  std::map<std::string, stats::Cluster> broke;
  std::map<std::string, stats::Cluster> held;
  std::set<std::string> labeled_attacks;
  for (const eval::Label& label : calibration.labels) {
    if (label.arm != traits.arm || label.expect != traits.expect) continue;
    if (!traits.attacks.contains(label.attack) || label.judged == "undecided") continue;
    labeled_attacks.insert(label.attack);
    const std::string name = cluster_name(label.cluster, label.sample);
    stats::Cluster& cluster = (label.truth == "broke" ? broke : held)[name];
    ++cluster.size;
    cluster.hits += label.judged == label.truth ? 1 : 0;
  }
  // An attack that nobody labeled may be judged with other errors.
  if (labeled_attacks != traits.attacks) return std::nullopt;
  LabelsElsewhere labels;
  for (const auto& [name, cluster] : broke) {
    labels.broke.push_back(cluster);
  }
  for (const auto& [name, cluster] : held) {
    labels.held.push_back(cluster);
  }
  return labels;
}

}  // namespace

CellLabels labels_for(const std::vector<const eval::Observation*>& cell,
                      const std::vector<eval::Calibration>& known) {
  const std::optional<CellTraits> traits = traits_of(cell);
  if (!traits) return {};
  CellLabels found;
  LabeledSlots labeled_slots;
  for (const eval::Calibration& calibration : known) {
    if (calibration.judge != traits->judge) continue;
    if (calibration.source == eval::LabelSource::this_run) {
      take_slots(calibration, labeled_slots);
      if (const auto labels = of_this_run(cell, labeled_slots)) {
        std::string readers = eval::who_labeled(calibration);
        if (std::holds_alternative<LabelsThisRun>(found.labels) &&
            found.labeled_by.find(readers) == std::string::npos) {
          readers = found.labeled_by + ", " + readers;
        }
        found = {*labels, readers, calibration.entry};
      }
    } else if (traits->one_system && !std::holds_alternative<LabelsThisRun>(found.labels)) {
      if (const auto labels = from_elsewhere(*traits, calibration)) {
        found = {*labels, eval::who_labeled(calibration), calibration.entry};
      }
    }
  }
  return found;
}

}  // namespace truebound::analyze
