#include "truebound/assess/calibrate.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "truebound/assess/conclude.h"
#include "truebound/crypto/stream.h"
#include "truebound/evidence/support.h"
#include "truebound/report/report.h"
#include "truebound/text/csv.h"

namespace truebound::assess {
namespace {

// One arm, one expectation, one side of the verdict: labels are drawn within it.
using DrawStratum = std::tuple<std::string, eval::Expect, bool>;

Result<std::string> judge_identity(const Record& record, const std::string& name) {
  if (const record::JudgeIdentity* judge = record.cast.judge(name)) return judge->identity;
  std::vector<std::string> names;
  for (const auto& entry : record.registered.plan.judges) {
    names.push_back(entry.name);
  }
  return invalid_input("the plan has no judge " + name + "; it has " + join(names));
}

// Labels of a part of a run would be taken to speak for all of it.
Result<Record> read_whole_run(const ledger::Ledger& ledger, std::int64_t number) {
  TRUEBOUND_TRY(record, read_record(ledger, number));
  if (!record.summary.close) {
    return invalid_input(fmt::format("run {} is not complete; resume it before it is labeled",
                                     record.summary.open.run));
  }
  return record;
}

bool decided_by(const eval::Observation& row, const std::string& judge) {
  return row.decided_by == eval::DecidedBy::judge && row.judge == judge &&
         eval::is_decided(row.outcome);
}

// Slots of the run that were labeled for a judge.
std::set<std::int64_t> labeled_slots(const std::vector<eval::Calibration>& known,
                                     const std::string& judge) {
  std::set<std::int64_t> slots;
  for (const eval::Calibration& calibration : known) {
    if (calibration.judge != judge || calibration.source != eval::LabelSource::this_run) continue;
    for (const eval::Label& label : calibration.labels) {
      if (label.slot) slots.insert(*label.slot);
    }
  }
  return slots;
}

std::map<DrawStratum, std::vector<const eval::Observation*>> draw_strata(
    const std::vector<eval::Observation>& rows, const std::string& judge,
    const std::set<std::int64_t>& labeled) {
  std::map<DrawStratum, std::vector<const eval::Observation*>> strata;
  for (const eval::Observation& row : rows) {
    if (!decided_by(row, judge) || labeled.contains(row.slot)) continue;
    const bool flagged = eval::kind_of(row.outcome) == eval::OutcomeKind::broke;
    strata[{row.arm, row.expect, flagged}].push_back(&row);
  }
  return strata;
}

// The same number from each stratum; what a small one cannot give goes to the others.
std::vector<std::uint64_t> shares(std::vector<std::uint64_t> sizes, std::uint64_t count) {
  std::vector<std::uint64_t> taken(sizes.size(), 0);
  bool any = true;
  while (count > 0 && any) {
    any = false;
    for (std::size_t i = 0; i < sizes.size() && count > 0; ++i) {
      if (taken[i] == sizes[i]) continue;
      ++taken[i];
      --count;
      any = true;
    }
  }
  return taken;
}

struct DrawnRow {
  const eval::Observation* row = nullptr;
  double weight = 1;
};

// What a reader gets to see of a slot. It is labeled whole: one reply that broke breaks it.
Result<std::string> response_of(const Record& record, std::int64_t slot) {
  TRUEBOUND_TRY(close, record.history.close(slot));
  TRUEBOUND_TRY(transcript, record.history.transcript(*close));
  std::string response;
  for (const eval::Query& query : transcript.queries) {
    response += transcript.queries.size() == 1
                    ? query.text
                    : fmt::format("[reply {}]\n{}\n", query.number, query.text);
  }
  return response;
}

// Letters and digits: what a spreadsheet leaves as it was, whatever it does to quotes, line ends
// and encodings.
std::string letters_of(const std::string& text) {
  std::string letters;
  std::ranges::copy_if(text, std::back_inserter(letters), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  return letters;
}

// Runs of one plan have the same slots and other answers: a label belongs to what was read.
Result<void> check_response(const Record& record, const exchange::TableRow& row,
                            const std::string& place) {
  TRUEBOUND_TRY(response, response_of(record, row.observation.slot));
  if (letters_of(row.response) == letters_of(response)) return {};
  return invalid_input(place +
                       fmt::format("response must be that of slot {} in run {}, got another; --run "
                                   "names the run that the table was drawn from",
                                   row.observation.slot, record.summary.open.run));
}

Result<std::string> write_table(const Record& record, const std::vector<DrawnRow>& drawn) {
  using text::CsvCell;
  std::string table;
  const auto header = {"slot",   "suite", "sample", "model",  "persona", "deployment", "arm",
                       "attack", "epoch", "expect", "weight", "input",   "response",   "truth"};
  std::vector<CsvCell> cells;
  for (const char* column : header) {
    cells.push_back(CsvCell::text(column));
  }
  table += text::write_csv_row(cells);
  for (const DrawnRow& each : drawn) {
    const eval::Observation& row = *each.row;
    const plan::Slot slot = record.slots.at(static_cast<std::uint64_t>(row.slot));
    TRUEBOUND_TRY(response, response_of(record, row.slot));
    table += text::write_csv_row(
        {CsvCell::number(row.slot), CsvCell::text(row.suite), CsvCell::text(row.sample),
         CsvCell::text(row.model), CsvCell::text(row.persona), CsvCell::text(row.deployment),
         CsvCell::text(row.arm), CsvCell::text(row.attack), CsvCell::number(row.epoch),
         CsvCell::text(to_text(row.expect)), CsvCell::number(each.weight),
         CsvCell::text(record.suites[slot.suite_index].samples[slot.sample_index].input),
         CsvCell::text(response), CsvCell::missing()});
  }
  return table;
}

}  // namespace

Result<std::vector<run::LabeledResponse>> labeled_responses(const exchange::TableRows& table,
                                                            const std::string& name) {
  for (const char* column : {"response", "truth"}) {
    if (!table.has(column)) {
      return invalid_input(name + ": expected a column " + column + " (--column names another)");
    }
  }
  std::vector<run::LabeledResponse> responses;
  for (const exchange::TableRow& row : table.rows) {
    const eval::Observation& seen = row.observation;
    if (seen.truth.empty()) continue;
    const std::optional<std::string> side = eval::side_of(seen.truth, seen.expect);
    if (!side) {
      return invalid_input(
          fmt::format("{}:{}: truth {} says neither broke nor held where {} is "
                      "expected",
                      name, seen.line, seen.truth, to_text(seen.expect)));
    }
    responses.push_back({.label = {.sample = seen.sample,
                                   .cluster = seen.cluster,
                                   .arm = seen.arm,
                                   .attack = seen.attack,
                                   .expect = seen.expect,
                                   .truth = *side},
                         .response = row.response,
                         .sample = {.id = seen.sample, .expect = seen.expect}});
  }
  if (responses.empty()) return invalid_input(name + ": expected labels, found none");
  return responses;
}

namespace {

Result<void> add_samples(std::vector<run::LabeledResponse>& responses,
                         const std::vector<eval::Suite>& suites, const std::string& file,
                         const judge::Judge& judge) {
  for (run::LabeledResponse& each : responses) {
    const eval::Sample* found = nullptr;
    for (const eval::Suite& suite : suites) {
      for (const eval::Sample& sample : suite.samples) {
        if (sample.id == each.sample.id) found = &sample;
      }
    }
    if (found != nullptr) {
      each.sample = *found;
      each.sample.expect = each.label.expect;
    } else if (judge.instrument() != nullptr) {
      return invalid_input(file + ": its judge reads the request, and sample " + each.sample.id +
                           " is in no suite of the plan");
    }
  }
  return {};
}

}  // namespace

Result<PlanLabels> labels_of_plan(const std::string& file, const FileSource& files,
                                  const std::vector<eval::Suite>& suites,
                                  const judge::Judge& judge) {
  TRUEBOUND_TRY(text, files.read(file));
  TRUEBOUND_TRY(table, exchange::read_table(text, file, {}));
  TRUEBOUND_TRY(responses, labeled_responses(table, file));
  TRUEBOUND_TRY_VOID(add_samples(responses, suites, file, judge));
  return PlanLabels{.responses = std::move(responses), .labeled_by = table.labeled_by()};
}

Result<void> measure_judges(const plan::Plan& plan, const run::Cast& cast, const FileSource& files,
                            StartedRun& run, const run::EngineOptions& engine) {
  record::RunRecord& record = run.record;
  TRUEBOUND_TRY(history, record::History::read(record.ledger()));
  TRUEBOUND_TRY(summary, history.run(record.run()));
  std::set<std::string> measured;
  for (const std::uint64_t index : summary.calibrations) {
    TRUEBOUND_TRY(calibration, record::calibration_at(record.ledger(), index));
    measured.insert(calibration.judge);
  }
  model::Purse purse(engine.budget, run.history.spent());
  run::MeasureBook book{.record = record, .history = run.history, .purse = purse};
  bool any = false;
  for (const auto& [name, specification, line] : plan.judges) {
    const std::string file = specification.text("calibration");
    judge::Judge& judge = *cast.judges.at(name);
    if (file.empty() || file == "after" || file == "none") continue;
    if (measured.contains(judge.identity())) continue;
    TRUEBOUND_TRY(labels, labels_of_plan(file, files, cast.suites, judge));
    TRUEBOUND_TRY(calibration, run::measure(judge, labels.responses,
                                            {.seed = engine.seed,
                                             .in_flight = engine.in_flight,
                                             .timeout = engine.timeout,
                                             .stop = engine.stop,
                                             .book = &book}));
    calibration.labeled_by = labels.labeled_by;
    TRUEBOUND_TRY_VOID(record.add_calibration(calibration, "as " + file + " has them"));
    any = true;
  }
  if (!any) return {};
  TRUEBOUND_TRY(now, record::RunHistory::read(record.ledger(), record.run()));
  run.history = std::move(now);
  return {};
}

Result<std::string> draw_labels(const ledger::Ledger& ledger, const LabelDraw& draw) {
  TRUEBOUND_TRY(record, read_whole_run(ledger, draw.run));
  TRUEBOUND_TRY(identity, judge_identity(record, draw.judge));
  TRUEBOUND_TRY(rows, observe(record));
  const std::set<std::int64_t> labeled = labeled_slots(record.calibrations, identity);
  const auto strata = draw_strata(rows, identity, labeled);
  if (strata.empty() && !labeled.empty()) {
    return invalid_input(fmt::format(
        "every answer that judge {} decided in run {} is labeled; for a second reading, empty the "
        "column truth of the tables that were drawn",
        draw.judge, record.summary.open.run));
  }
  if (strata.empty()) {
    return invalid_input(
        fmt::format("judge {} decided no slot of run {}", draw.judge, record.summary.open.run));
  }
  std::vector<std::uint64_t> sizes;
  for (const auto& [stratum, members] : strata) {
    sizes.push_back(members.size());
  }
  const std::vector<std::uint64_t> taken = shares(sizes, draw.count);
  // A further draw from what is left needs chances of its own: with those of the first, which of
  // the rest it takes would hang on which the first took.
  const std::string purpose =
      labeled.empty() ? "labels" : "labels:" + std::to_string(labeled.size());
  RandomStream stream = crypto::open_stream(record.seed, "-", purpose);
  std::vector<DrawnRow> drawn;
  std::size_t i = 0;
  for (const auto& [stratum, members] : strata) {
    const std::uint64_t count = taken[i++];
    for (const std::uint64_t chosen : stream.choose(members.size(), count)) {
      drawn.push_back({.row = members[chosen],
                       .weight = static_cast<double>(members.size()) / static_cast<double>(count)});
    }
  }
  // In a random order: a reader who stops half-way has then not read the first samples only.
  for (std::size_t last = drawn.size(); last > 1; --last) {
    std::swap(drawn[last - 1], drawn[stream.below(last)]);
  }
  return write_table(record, drawn);
}

Result<LabelsTaken> take_labels(const std::string& table, const std::string& name,
                                const LabelReading& reading, ledger::Ledger& ledger, Clock& clock) {
  TRUEBOUND_TRY(record, read_whole_run(ledger, reading.run));
  TRUEBOUND_TRY(identity, judge_identity(record, reading.judge));
  TRUEBOUND_TRY(rows, observe(record));
  TRUEBOUND_TRY(read, exchange::read_table(table, name, {}));
  for (const char* column : {"slot", "truth"}) {
    if (!read.has(column)) return invalid_input(name + ": expected a column " + column);
  }
  LabelsTaken taken;
  std::map<std::int64_t, std::string> read_before;
  for (const eval::Calibration& earlier : record.calibrations) {
    for (const eval::Label& label : earlier.labels) {
      if (label.slot && earlier.judge == identity) read_before[*label.slot] = label.truth;
    }
  }
  eval::Calibration calibration{.judge = identity,
                                .source = eval::LabelSource::this_run,
                                .labeled_by = reading.labeled_by,
                                .reader = reading.reader};
  for (const exchange::TableRow& row : read.rows) {
    const eval::Observation& label = row.observation;
    if (label.truth.empty()) {
      ++taken.left_empty;
      continue;
    }
    const auto place = [&] { return fmt::format("{}:{}: ", name, label.line); };
    const bool known = label.slot >= 0 && static_cast<std::size_t>(label.slot) < rows.size();
    if (!known || !decided_by(rows[static_cast<std::size_t>(label.slot)], identity)) {
      return invalid_input(place() + fmt::format("slot {} of run {} was not decided by {}",
                                                 label.slot, record.summary.open.run,
                                                 reading.judge));
    }
    if (read.has("response")) TRUEBOUND_TRY_VOID(check_response(record, row, place()));
    const eval::Observation& slot = rows[static_cast<std::size_t>(label.slot)];
    const std::optional<std::string> side = eval::side_of(label.truth, slot.expect);
    if (!side) {
      return invalid_input(
          place() + "truth must be complied, partial, refused, broke or held, got " + label.truth);
    }
    calibration.labels.push_back({.slot = slot.slot,
                                  .sample = slot.sample,
                                  .cluster = slot.cluster,
                                  .arm = slot.arm,
                                  .attack = slot.attack,
                                  .expect = slot.expect,
                                  .judged = std::string(to_text(eval::kind_of(slot.outcome))),
                                  .truth = *side});
    ++taken.labeled;
    const auto before = read_before.find(slot.slot);
    taken.read_before += before != read_before.end() ? 1 : 0;
    taken.contradicted += before != read_before.end() && before->second != *side ? 1 : 0;
  }
  if (taken.labeled == 0) {
    return invalid_input(name + ": every truth is empty; fill in broke or held, or a verdict");
  }
  record::RunRecord run = record::RunRecord::resume(ledger, clock, record.summary.open.run);
  TRUEBOUND_TRY_VOID(run.add_calibration(calibration, "by arm, expectation and verdict"));
  // The report with the rates is bound to the run as the first one was.
  TRUEBOUND_TRY(dossier, conclude(ledger, record.summary.open.run));
  TRUEBOUND_TRY_VOID(evidence::publish(report::render(dossier, report::Format::html),
                                       report::render(dossier, report::Format::json),
                                       dossier.provenance.size, run));
  return taken;
}

}  // namespace truebound::assess
