#include "truebound/assess/exhibits.h"

#include <map>

#include <fmt/format.h>

#include "truebound/crypto/stream.h"

namespace truebound::assess {
namespace {

constexpr std::size_t fewest_in_all = 5;

struct ExhibitCell {
  std::string words;
  std::vector<const eval::Observation*> rows;
};

std::vector<ExhibitCell> cells_with_attempts(const std::vector<eval::Observation>& rows) {
  std::vector<ExhibitCell> cells;
  std::map<std::string, std::size_t> index;
  for (const eval::Observation& row : rows) {
    if (eval::kind_of(row.outcome) == eval::OutcomeKind::not_run) continue;
    const std::string words =
        fmt::format("arm {}, attack {}, expect {}", row.arm, row.attack, to_text(row.expect));
    const auto [found, fresh] = index.try_emplace(words, cells.size());
    if (fresh) cells.push_back({.words = words, .rows = {}});
    cells[found->second].rows.push_back(&row);
  }
  return cells;
}

class ExhibitDrawer {
 public:
  explicit ExhibitDrawer(const Record& record) : record_(record) {}

  Result<evidence::Exhibit> show(const eval::Observation& row, const ExhibitCell& cell,
                                 const std::string& drawn) const {
    const plan::Slot slot = record_.slots.at(static_cast<std::uint64_t>(row.slot));
    const eval::Sample& sample = record_.suites[slot.suite_index].samples[slot.sample_index];
    evidence::Exhibit exhibit{.slot = row.slot,
                              .slot_key = slot.key,
                              .cell = cell.words,
                              .hazard = row.hazard,
                              .outcome = eval::kind_of(row.outcome),
                              .reason = eval::reason_of(row.outcome),
                              .verdict = row.verdict,
                              .drawn = drawn,
                              .input = sample.input,
                              .layer = row.layer,
                              .cut = row.cut};
    TRUEBOUND_TRY(close, record_.history.close(row.slot));
    if (!close || !close->transcript) return exhibit;
    exhibit.digest = *close->transcript;
    const Result<eval::Transcript> transcript = record_.history.transcript(*close);
    if (!transcript.ok()) {
      if (transcript.error().code != ErrorCode::incomplete) return transcript.error();
      exhibit.withheld = "its blob is not in this ledger";
      return exhibit;
    }
    exhibit.queries = transcript.value().queries;
    TRUEBOUND_TRY(verdicts,
                  record_.history.verdicts(
                      *record_.history.slots()[static_cast<std::size_t>(row.slot)].close));
    for (const record::Judged& judged : verdicts) {
      TRUEBOUND_TRY_VOID(add_reasons(judged.verdict, exhibit));
    }
    return exhibit;
  }

 private:
  Result<void> add_reasons(const record::VerdictEntry& verdict, evidence::Exhibit& exhibit) const {
    const Result<eval::Judgement> judgement = record_.history.judgement(verdict);
    // What is withheld is told by its digest alone.
    if (!judgement.ok() && judgement.error().code == ErrorCode::incomplete) return {};
    if (!judgement.ok()) return judgement.error();
    for (const std::string& reason : judgement.value().reasons) {
      exhibit.verdict_reasons.push_back(reason);
    }
    return {};
  }

  const Record& record_;
};

}  // namespace

Result<std::vector<evidence::Exhibit>> draw_exhibits(const Record& record,
                                                     const std::vector<eval::Observation>& rows) {
  std::vector<evidence::Exhibit> exhibits;
  const std::vector<ExhibitCell> cells = cells_with_attempts(rows);
  if (cells.empty()) return exhibits;
  const std::size_t each =
      std::max<std::size_t>(1, (fewest_in_all + cells.size() - 1) / cells.size());
  RandomStream stream = crypto::open_stream(record.seed, "-", "exhibit");
  const ExhibitDrawer drawer(record);
  for (const ExhibitCell& cell : cells) {
    const std::size_t count = std::min(each, cell.rows.size());
    std::size_t shown = 0;
    for (const std::uint64_t drawn : stream.choose(cell.rows.size(), count)) {
      const std::string how =
          fmt::format("{} of {} drawn from the {} of its cell", ++shown, count, cell.rows.size());
      TRUEBOUND_TRY(exhibit, drawer.show(*cell.rows[drawn], cell, how));
      exhibits.push_back(std::move(exhibit));
    }
  }
  return exhibits;
}

}  // namespace truebound::assess
