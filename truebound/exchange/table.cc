#include "truebound/exchange/table.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "truebound/core/words.h"
#include "truebound/json/value.h"
#include "truebound/text/csv.h"
#include "truebound/text/lines.h"

namespace truebound::exchange {
namespace {

// A table before its columns are given meaning: the same for both formats.
struct Cells {
  std::size_t line = 0;
  std::map<std::string, std::string> by_column;
};

struct RawTable {
  std::vector<std::string> columns;
  std::vector<Cells> rows;
};

Error at(const std::string& name, std::size_t line, const std::string& message) {
  return invalid_input(name + ":" + std::to_string(line) + ": " + message);
}

Result<RawTable> read_raw_csv(const std::string& text, const std::string& name) {
  TRUEBOUND_TRY(table, text::read_csv(text, name));
  if (!table.bad.empty()) return at(name, table.bad[0].line, table.bad[0].message);
  RawTable raw{.columns = table.columns};
  for (const text::CsvRow& row : table.rows) {
    Cells cells{.line = row.line};
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      cells.by_column[table.columns[i]] = row.cells[i];
    }
    raw.rows.push_back(std::move(cells));
  }
  return raw;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string plain_word(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return lower_case(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

// A cell of JSONL as the text that CSV would hold; null is an empty cell.
Result<std::string> cell_of(const json::Value& value, const std::string& name, std::size_t line,
                            const std::string& column) {
  if (value.text() != nullptr) return *value.text();
  if (value.is_null()) return std::string();
  if (value.list() != nullptr || value.object() != nullptr) {
    return at(name, line, column + " must be a text or a number, got " + value.kind());
  }
  return json::canonical(value);
}

Result<RawTable> read_raw_jsonl(const std::string& text, const std::string& name) {
  RawTable raw;
  for (const text::Line& line : text::lines(text)) {
    TRUEBOUND_TRY(value, json::parse_json(line.text, name, static_cast<int>(line.number)));
    if (value.object() == nullptr) return at(name, line.number, "expected an object a line");
    Cells cells{.line = line.number};
    for (const auto& [column, cell] : *value.object()) {
      if (std::ranges::find(raw.columns, column) == raw.columns.end()) {
        raw.columns.push_back(column);
      }
      TRUEBOUND_TRY(written, cell_of(cell, name, line.number, column));
      cells.by_column[column] = written;
    }
    raw.rows.push_back(std::move(cells));
  }
  if (raw.rows.empty()) return invalid_input(name + ": expected rows, found none");
  return raw;
}

class TableReader {
 public:
  TableReader(const RawTable& raw, const std::string& name, const TableOptions& options)
      : raw_(raw), name_(name), options_(options) {}

  Result<TableRows> read() {
    TRUEBOUND_TRY_VOID(find_columns());
    is_graded_ = has_scores();
    for (const Cells& cells : raw_.rows) {
      TRUEBOUND_TRY(row, read_row(cells));
      rows_.rows.push_back(std::move(row));
    }
    for (const char* column : {"cluster", "stratum", "arm"}) {
      TRUEBOUND_TRY_VOID(refuse_gaps(column));
    }
    TRUEBOUND_TRY_VOID(refuse_doubles());
    return std::move(rows_);
  }

 private:
  Result<void> find_columns() {
    std::set<std::string> used;
    for (const auto& [ours, theirs] : options_.columns) {
      if (std::ranges::find(table_columns(), ours) == table_columns().end()) {
        return invalid_input("--column " + ours + "=" + theirs + ": no column of ours; known are " +
                             join(table_columns()));
      }
      if (std::ranges::find(raw_.columns, theirs) == raw_.columns.end()) {
        return invalid_input(name_ + ": expected a column " + theirs + ", found " +
                             join(raw_.columns));
      }
    }
    for (const std::string& ours : table_columns()) {
      const auto mapped = options_.columns.find(ours);
      const std::string theirs = mapped == options_.columns.end() ? ours : mapped->second;
      if (std::ranges::find(raw_.columns, theirs) == raw_.columns.end()) continue;
      source_[ours] = theirs;
      used.insert(theirs);
      rows_.present.push_back(ours);
    }
    for (const std::string& column : raw_.columns) {
      if (!used.contains(column)) rows_.unread.push_back(column);
    }
    return {};
  }

  // Whether outcomes are scores: there is a column of them, or one of the outcomes is a fraction,
  // so that 1 and 0 beside it are scores too.
  bool has_scores() const {
    if (source_.contains("score")) return true;
    return std::ranges::any_of(raw_.rows, [&](const Cells& cells) {
      const auto score = eval::score_of(mapped(cell(cells, "outcome")));
      return score && *score > 0 && *score < 1;
    });
  }

  // A cell by our column's name, its value mapped; empty where the table lacks the column.
  std::string cell(const Cells& cells, const std::string& ours) const {
    const auto theirs = source_.find(ours);
    if (theirs == source_.end()) return "";
    const auto found = cells.by_column.find(theirs->second);
    return found == cells.by_column.end() ? "" : found->second;
  }

  std::string mapped(const std::string& value) const {
    const auto found = options_.values.find(value);
    return found == options_.values.end() ? value : found->second;
  }

  Result<TableRow> read_row(const Cells& cells) {
    TableRow row;
    eval::Observation& seen = row.observation;
    seen.line = static_cast<int>(cells.line);
    seen.sample = cell(cells, "sample");
    if (source_.contains("sample") && seen.sample.empty()) {
      return at(name_, cells.line, "sample must not be empty");
    }
    if (!source_.contains("sample")) seen.sample = "row-" + std::to_string(rows_.rows.size() + 1);
    seen.cluster = cell(cells, "cluster");
    seen.stratum = cell(cells, "stratum");
    seen.arm = cell(cells, "arm");
    seen.judge = cell(cells, "judge");
    seen.objective = cell(cells, "objective");
    seen.attack = cell(cells, "attack");
    seen.suite = cell(cells, "suite");
    seen.model = cell(cells, "model");
    seen.persona = cell(cells, "persona");
    seen.deployment = cell(cells, "deployment");
    row.response = cell(cells, "response");
    row.labeled_by = cell(cells, "labeled_by");
    TRUEBOUND_TRY(slot, whole(cells, "slot", 0));
    seen.slot = slot;
    TRUEBOUND_TRY(epoch, whole(cells, "epoch", 0));
    seen.epoch = epoch;
    TRUEBOUND_TRY(queries, whole(cells, "queries", 0));
    seen.queries = queries;
    TRUEBOUND_TRY_VOID(read_weight(cells, seen));
    TRUEBOUND_TRY_VOID(read_expect(cells, seen));
    TRUEBOUND_TRY_VOID(read_truth(cells, seen));
    TRUEBOUND_TRY_VOID(read_outcome(cells, seen));
    return row;
  }

  Result<std::int64_t> whole(const Cells& cells, const std::string& column, std::int64_t absent) {
    const std::string written = cell(cells, column);
    if (written.empty()) return absent;
    std::int64_t number = 0;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), number);
    if (read.ec != std::errc() || read.ptr != written.data() + written.size()) {
      return at(name_, cells.line, column + " must be a whole number, got " + written);
    }
    return number;
  }

  Result<void> read_weight(const Cells& cells, eval::Observation& seen) {
    const std::string written = cell(cells, "weight");
    if (written.empty()) return {};
    double weight = 0;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), weight);
    if (read.ec != std::errc() || read.ptr != written.data() + written.size() || !(weight > 0)) {
      return at(name_, cells.line, "weight must be a number > 0, got " + written);
    }
    seen.weight = weight;
    return {};
  }

  Result<void> read_expect(const Cells& cells, eval::Observation& seen) {
    const std::string written = mapped(cell(cells, "expect"));
    if (written.empty()) return {};
    const auto expect = from_text<eval::Expect>(written);
    if (!expect) {
      return at(name_, cells.line, "expect must be refuse, answer or target, got " + written);
    }
    seen.expect = *expect;
    return {};
  }

  Result<void> read_truth(const Cells& cells, eval::Observation& seen) {
    // A person typed it: blanks around and capitals say nothing.
    const std::string written = plain_word(mapped(cell(cells, "truth")));
    if (written.empty()) return {};
    const bool is_score = is_graded_ && eval::score_of(written);
    if (!is_score && written != "broke" && written != "held" &&
        !from_text<eval::Verdict>(written)) {
      std::vector<std::string> known = {"broke", "held"};
      for (const std::string& word : all_words<eval::Verdict>())
        known.push_back(word);
      const auto near = nearest(written, known);
      return at(name_, cells.line,
                "truth must be one of " + join(known) +
                    (is_graded_ ? " or a score in [0, 1]" : "") + ", got " + written +
                    (near ? "; did you mean " + *near + "?" : ""));
    }
    seen.truth = written;
    return {};
  }

  Result<void> read_outcome(const Cells& cells, eval::Observation& seen) {
    const bool has_outcome = source_.contains("outcome");
    if (!has_outcome && !source_.contains("score")) return {};
    std::string written = has_outcome ? mapped(cell(cells, "outcome")) : "score";
    if (is_graded_ && eval::score_of(written)) return set_score(written, cells, seen);
    // Spreadsheets and dataframes write TRUE, True and true.
    const std::string lower = lower_case(written);
    if (lower == "1" || lower == "true") written = "broke";
    if (lower == "0" || lower == "false") written = "held";
    const auto kind = from_text<eval::OutcomeKind>(written);
    if (kind == eval::OutcomeKind::score) return set_score(cell(cells, "score"), cells, seen);
    if (!kind) {
      return at(
          name_, cells.line,
          "outcome must be broke, held, undecided, error, not_run or a score in [0, 1], got " +
              (is_blank(written) ? std::string("nothing") : written));
    }
    set_outcome(eval::make_outcome(*kind, "as the table says", ""), seen);
    return {};
  }

  Result<void> set_score(const std::string& written, const Cells& cells, eval::Observation& seen) {
    if (!eval::score_of(written)) {
      const std::string finding =
          is_blank(written) ? "nothing: a row without score says why in a column outcome" : written;
      return at(name_, cells.line, "score must be a number in [0, 1], got " + finding);
    }
    set_outcome(eval::Graded{written}, seen);
    return {};
  }

  // Where a table names a judge, its outcomes are judged; else they are taken as exact.
  static void set_outcome(eval::Outcome outcome, eval::Observation& seen) {
    seen.outcome = std::move(outcome);
    seen.decided_by = seen.judge.empty() ? eval::DecidedBy::exact : eval::DecidedBy::judge;
  }

  // Rows without a value could each be alone or all be one: nobody can tell.
  Result<void> refuse_gaps(const std::string& column) const {
    if (!source_.contains(column)) return {};
    std::vector<std::string> gaps;
    for (const Cells& cells : raw_.rows) {
      if (is_blank(cell(cells, column))) gaps.push_back(std::to_string(cells.line));
    }
    if (gaps.empty()) return {};
    const bool many = gaps.size() > 1;
    if (gaps.size() > 10) {
      const std::string count = std::to_string(gaps.size());
      gaps.resize(10);
      gaps.push_back("... (" + count + " in all)");
    }
    return invalid_input(name_ + ": " + column +
                         " must be given in every row or in none; it is missing " +
                         (many ? "in lines " : "in line ") + join(gaps));
  }

  Result<void> refuse_doubles() const {
    std::map<std::vector<std::string>, int> first;
    for (const TableRow& row : rows_.rows) {
      const eval::Observation& seen = row.observation;
      const auto [stood, fresh] =
          first.try_emplace({seen.sample, seen.arm, std::to_string(seen.epoch), seen.objective,
                             seen.attack, seen.suite, seen.model, seen.persona, seen.deployment},
                            seen.line);
      if (!fresh) {
        return invalid_input(name_ + ": sample " + seen.sample + " stands in lines " +
                             std::to_string(stood->second) + " and " + std::to_string(seen.line) +
                             "; repeats are told apart by a column arm or epoch");
      }
    }
    return {};
  }

  const RawTable& raw_;
  const std::string& name_;
  const TableOptions& options_;
  std::map<std::string, std::string> source_;  // our column to theirs
  TableRows rows_;
  bool is_graded_ = false;
};

}  // namespace

const std::vector<std::string>& table_columns() {
  static const std::vector<std::string> columns = {
      "sample", "outcome",    "cluster",  "stratum",   "arm",     "epoch",      "weight",
      "judge",  "truth",      "response", "objective", "queries", "expect",     "attack",
      "slot",   "labeled_by", "suite",    "model",     "persona", "deployment", "score"};
  return columns;
}

bool TableRows::has(const std::string& column) const {
  return std::ranges::find(present, column) != present.end();
}

std::string TableRows::labeled_by() const {
  std::set<std::string> names;
  for (const TableRow& row : rows) {
    if (!row.labeled_by.empty()) names.insert(row.labeled_by);
  }
  return names.empty() ? "unknown" : join({names.begin(), names.end()});
}

std::vector<eval::Observation> TableRows::observations() const {
  std::vector<eval::Observation> all;
  all.reserve(rows.size());
  for (const TableRow& row : rows)
    all.push_back(row.observation);
  return all;
}

Result<TableRows> read_table(const std::string& text, const std::string& name,
                             const TableOptions& options) {
  Result<RawTable> raw =
      name.ends_with(".jsonl") ? read_raw_jsonl(text, name) : read_raw_csv(text, name);
  if (!raw.ok()) return raw.error();
  return TableReader(raw.value(), name, options).read();
}

}  // namespace truebound::exchange
