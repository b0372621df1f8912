// Rows become samples here. A row is a sample or it is counted as bad with its line; nothing is
// dropped in silence, and a text that looks like a missing value ("None", "NA") is a text.

#include <algorithm>
#include <map>
#include <set>

#include "truebound/core/words.h"
#include "truebound/suite/card.h"
#include "truebound/suite/public_set.h"
#include "truebound/suite/rows.h"
#include "truebound/suite/suite.h"
#include "truebound/text/utf8.h"

namespace truebound::suite {
namespace {

constexpr std::size_t most_shown = 10;
constexpr std::size_t longest_id = 200;

// What a row says, before it is known to be a sample.
struct Draft {
  eval::Sample sample;
  std::size_t line = 0;
  bool says_expect = false;
};

// Reads one row after another; the first fault of a row is kept.
class SampleReader {
 public:
  SampleReader(const SuiteSpec& spec, const Rows& rows) : spec_(spec), rows_(rows) {
    find_choice_columns();
    has_ids_ = has_column("id");
  }

  // Which column holds a field of ours.
  std::string column_of(const std::string& field) const {
    const auto mapped = spec_.columns.find(field);
    return mapped == spec_.columns.end() ? field : mapped->second;
  }
  bool has_column(const std::string& field) const {
    return std::ranges::find(rows_.columns, column_of(field)) != rows_.columns.end();
  }
  const std::vector<std::string>& choice_columns() const { return choice_columns_; }

  // A sample, or why the row is none. `place` counts all rows from 1, bad ones too.
  Result<Draft> read(const Row& row, std::size_t place) {
    if (!row.fault.empty()) return invalid_input(row.fault);
    Draft draft{.line = row.line};
    eval::Sample& sample = draft.sample;
    if (has_ids_) {
      TRUEBOUND_TRY_VOID(read_id(row, sample.id));
    } else {
      sample.id = "row-" + std::to_string(place);
    }
    TRUEBOUND_TRY_VOID(read_texts(row, sample));
    if (sample.input.empty()) {
      return invalid_input("expected " + column_of("input") + " to hold a text, found none");
    }
    TRUEBOUND_TRY_VOID(read_choices(row, sample.choices));
    TRUEBOUND_TRY_VOID(read_expect(row, draft));
    if (sample.expect == eval::Expect::target && sample.target.empty()) {
      return invalid_input("expected " + column_of("target") +
                           " to hold the target that the sample expects, found none");
    }
    TRUEBOUND_TRY_VOID(complete_sample(spec_, row, sample));
    return draft;
  }

 private:
  void find_choice_columns() {
    if (has_column("choices") || !has_column("A") || !has_column("B")) return;
    for (char letter = 'A'; letter <= 'Z' && has_column(std::string(1, letter)); ++letter) {
      choice_columns_.push_back(column_of(std::string(1, letter)));
    }
  }

  // A cell as text; a missing one and JSON's null are empty.
  static Result<std::string> text_of(const Row& row, const std::string& column) {
    const json::Value* cell = row.cells.find(column);
    if (cell == nullptr || cell->is_null()) return std::string();
    if (cell->text() != nullptr) return *cell->text();
    // Ids and answers are often written as numbers; 8 and "8" are the same text.
    if (cell->integer() != nullptr || cell->decimal() != nullptr) return json::canonical(*cell);
    return invalid_input("expected " + column + " to hold a text, found " + cell->kind());
  }

  Result<void> read_id(const Row& row, std::string& id) const {
    const std::string column = column_of("id");
    TRUEBOUND_TRY(text, text_of(row, column));
    if (text.empty()) return invalid_input("expected " + column + " to hold an id, found none");
    const bool is_printable =
        text::visible(text, text::Breaks::show) == text && text.find('\t') == std::string::npos;
    if (!is_printable || text.size() > longest_id) {
      return invalid_input("expected an id of at most " + std::to_string(longest_id) +
                           " bytes without control characters, found another");
    }
    id = std::move(text);
    return {};
  }

  // A target of several labels may be a list.
  static Result<std::string> target_of(const Row& row, const std::string& column) {
    const json::Value* cell = row.cells.find(column);
    if (cell == nullptr || cell->list() == nullptr) return text_of(row, column);
    std::vector<std::string> parts;
    for (const json::Value& part : *cell->list()) {
      if (part.text() == nullptr) {
        return invalid_input("expected " + column + " to hold texts, found " + part.kind());
      }
      parts.push_back(*part.text());
    }
    return join(parts);
  }

  Result<void> read_texts(const Row& row, eval::Sample& sample) const {
    const std::pair<const char*, std::string*> fields[] = {
        {"input", &sample.input},       {"hazard", &sample.hazard},
        {"stratum", &sample.stratum},   {"cluster", &sample.cluster},
        {"language", &sample.language}, {"provenance", &sample.provenance}};
    for (const auto& [name, field] : fields) {
      TRUEBOUND_TRY(text, text_of(row, column_of(name)));
      *field = std::move(text);
    }
    // A cell of spaces names no cluster, and would join all that have one.
    if (sample.cluster.find_first_not_of(" \t") == std::string::npos) sample.cluster.clear();
    TRUEBOUND_TRY(target, target_of(row, column_of("target")));
    sample.target = std::move(target);
    if (sample.hazard.empty()) sample.hazard = spec_.hazard;
    if (sample.language.empty()) sample.language = spec_.language.empty() ? "en" : spec_.language;
    return {};
  }

  Result<void> read_choices(const Row& row, std::vector<std::string>& choices) const {
    if (!choice_columns_.empty()) return read_lettered(row, choices);
    const std::string column = column_of("choices");
    const json::Value* cell = row.cells.find(column);
    if (cell == nullptr || cell->is_null()) return {};
    json::Value listed;
    if (cell->text() != nullptr) {
      if (cell->text()->empty()) return {};
      // A cell of CSV can hold a list only as JSON.
      auto parsed = json::parse_json(*cell->text(), column);
      if (!parsed.ok() || parsed.value().list() == nullptr) {
        return invalid_input("expected " + column + " to hold a JSON list of texts, found a text");
      }
      listed = std::move(parsed).value();
      cell = &listed;
    }
    if (cell->list() == nullptr) {
      return invalid_input("expected " + column + " to hold a list, found " + cell->kind());
    }
    for (const json::Value& choice : *cell->list()) {
      const Row alone{.cells = json::Object{{column, choice}}};
      TRUEBOUND_TRY(text, text_of(alone, column));
      if (text.empty())
        return invalid_input("expected choices with a text each, found an empty one");
      choices.push_back(std::move(text));
    }
    return {};
  }

  // Rows may have fewer choices than the table has letters, but no gap between two.
  Result<void> read_lettered(const Row& row, std::vector<std::string>& choices) const {
    for (const std::string& column : choice_columns_) {
      TRUEBOUND_TRY(text, text_of(row, column));
      choices.push_back(std::move(text));
    }
    while (!choices.empty() && choices.back().empty())
      choices.pop_back();
    const auto gap = std::ranges::find(choices, "");
    if (gap != choices.end()) {
      return invalid_input("expected choices without a gap, found " +
                           choice_columns_[static_cast<std::size_t>(gap - choices.begin())] +
                           " empty");
    }
    return {};
  }

  Result<void> read_expect(const Row& row, Draft& draft) const {
    const std::string column = column_of("expect");
    TRUEBOUND_TRY(text, text_of(row, column));
    eval::Sample& sample = draft.sample;
    draft.says_expect = !text.empty() || spec_.expect.has_value() || !sample.target.empty();
    if (text.empty()) {
      const auto silent = sample.target.empty() ? eval::Expect::refuse : eval::Expect::target;
      sample.expect = spec_.expect.value_or(silent);
      return {};
    }
    const auto mapped = spec_.values.find(text);
    const auto expect =
        from_text<eval::Expect>(mapped == spec_.values.end() ? text : mapped->second);
    if (!expect) {
      return invalid_input("expected " + column + " to be refuse, answer or target, found " +
                           text::visible(text, text::Breaks::show));
    }
    sample.expect = *expect;
    return {};
  }

  const SuiteSpec& spec_;
  const Rows& rows_;
  std::vector<std::string> choice_columns_;
  bool has_ids_ = false;
};

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

Result<void> refuse_bad_rows(const std::vector<BadRow>& bad, const SuiteSpec& spec) {
  if (bad.size() <= spec.bad_rows) return {};
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(bad.size(), most_shown); ++i) {
    shown.push_back(bad[i].file + ":" + std::to_string(bad[i].line) + ": " + bad[i].why);
  }
  std::string message = spec.file + ": expected at most " +
                        count_of(static_cast<std::size_t>(spec.bad_rows), "bad row") +
                        " (bad_rows), found " + std::to_string(bad.size()) + ": " +
                        join(shown, "; ");
  if (bad.size() > most_shown) {
    message += "; and " + std::to_string(bad.size() - most_shown) + " more";
  }
  return invalid_input(message);
}

Result<void> refuse_double_ids(const std::vector<Draft>& drafts, const std::string& file) {
  std::map<std::string_view, std::size_t> lines;
  for (const Draft& draft : drafts) {
    const auto [first, is_new] = lines.emplace(draft.sample.id, draft.line);
    if (is_new) continue;
    return invalid_input(file + ":" + std::to_string(draft.line) + ": ids must be unique, got " +
                         draft.sample.id + " in lines " + std::to_string(first->second) + " and " +
                         std::to_string(draft.line));
  }
  return {};
}

// Rows without a cluster beside rows with one could be their own or one together: nobody can tell.
Result<void> refuse_cluster_gaps(const std::vector<Draft>& drafts, const std::string& file,
                                 const std::string& column) {
  std::vector<std::string> without;
  for (const Draft& draft : drafts) {
    if (draft.sample.cluster.empty()) without.push_back(std::to_string(draft.line));
  }
  if (without.empty() || without.size() == drafts.size()) return {};
  const std::size_t count = without.size();
  std::string message = file + ":" + without.front() + ": " + column +
                        " must be given for every row or for none, got none in " +
                        (count == 1 ? "line " : "lines ");
  if (count > most_shown) without.resize(most_shown);
  message += join(without);
  if (count > most_shown) message += " and " + std::to_string(count - most_shown) + " more";
  return invalid_input(message);
}

Result<void> refuse_missing_columns(const SampleReader& reader, const SuiteSpec& spec,
                                    const Rows& rows) {
  std::vector<std::string> wanted{"input"};
  for (const auto& [field, column] : spec.columns)
    wanted.push_back(field);
  for (const std::string& field : wanted) {
    // Without a row that could be read, the rows say best what is wrong.
    if (rows.columns.empty() || reader.has_column(field)) continue;
    const std::string column = reader.column_of(field);
    std::string message = spec.file + ":1: expected a column " + column + " for " + field +
                          ", got " + join(rows.columns);
    if (const auto near = nearest(column, rows.columns)) {
      message += "; did you mean " + *near + "?";
    } else if (!spec.columns.contains(field)) {
      message += "; name it under columns";
    }
    return invalid_input(message);
  }
  for (const std::string& column : further_columns(spec)) {
    if (rows.columns.empty() || std::ranges::find(rows.columns, column) != rows.columns.end()) {
      continue;
    }
    return invalid_input(spec.file + ":1: expected a column " + column + " for the reader " +
                         std::string(to_text(*spec.reader)) + ", got " + join(rows.columns));
  }
  return {};
}

std::vector<std::string> unread_columns(const SampleReader& reader, const SuiteSpec& spec,
                                        const Rows& rows) {
  const std::vector<std::string> further = further_columns(spec);
  std::set<std::string> read(further.begin(), further.end());
  read.insert(reader.choice_columns().begin(), reader.choice_columns().end());
  eval::Sample sample;
  json::FieldLister lister;
  sample.fields(lister);
  for (const json::FieldPage& page : lister.pages)
    read.insert(reader.column_of(page.name));
  std::vector<std::string> unread;
  for (const std::string& column : rows.columns) {
    if (!read.contains(column)) unread.push_back(column);
  }
  return unread;
}

}  // namespace

Result<Suite> read(const SuiteSpec& entry, const std::string& name, const FileSource& files) {
  TRUEBOUND_CHECK(entry.format.has_value(), "a suite's entry is completed before it is read");
  const SuiteSpec spec = with_reader(entry);
  Suite suite{.name = name, .judges = spec.judge.list, .files = {spec.file}};
  TRUEBOUND_TRY(text, files.read(spec.file));
  TRUEBOUND_TRY(rows, cut_into_rows(text, spec.file, *spec.format));
  SampleReader reader(spec, rows);
  TRUEBOUND_TRY_VOID(refuse_missing_columns(reader, spec, rows));

  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    auto draft = reader.read(rows.rows[i], i + 1);
    if (draft.ok()) {
      drafts.push_back(std::move(draft).value());
    } else {
      suite.bad_rows.push_back(
          {.file = spec.file, .line = rows.rows[i].line, .why = draft.error().message});
    }
  }
  TRUEBOUND_TRY_VOID(refuse_bad_rows(suite.bad_rows, spec));
  TRUEBOUND_TRY_VOID(refuse_double_ids(drafts, spec.file));
  TRUEBOUND_TRY_VOID(refuse_cluster_gaps(drafts, spec.file, reader.column_of("cluster")));
  if (drafts.empty()) return invalid_input(spec.file + ": expected samples, found none");

  suite.unread_columns = unread_columns(reader, spec, rows);
  for (Draft& draft : drafts) {
    if (!draft.says_expect) ++suite.expect_assumed;
    suite.samples.push_back(std::move(draft.sample));
  }
  suite.card.title = name;
  if (!spec.card.empty()) {
    TRUEBOUND_TRY(card_text, files.read(spec.card));
    TRUEBOUND_TRY(card, read_card(card_text, spec.card));
    suite.card = std::move(card);
    suite.files.push_back(spec.card);
  }
  return suite;
}

Result<std::vector<Suite>> read_all(const json::NamedList<SuiteSpec>& specs,
                                    const FileSource& files) {
  std::vector<Suite> suites;
  for (const auto& [name, spec, line] : specs) {
    TRUEBOUND_TRY(suite, read(spec, name, files));
    suites.push_back(std::move(suite));
  }
  return suites;
}

}  // namespace truebound::suite
