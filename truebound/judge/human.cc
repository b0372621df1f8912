#include "truebound/judge/human.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "truebound/core/words.h"
#include "truebound/crypto/sha256.h"
#include "truebound/judge/thinking.h"
#include "truebound/text/csv.h"
#include "truebound/text/lines.h"

namespace truebound::judge {
namespace {

using Cells = std::map<std::string, std::string>;

constexpr std::string_view code_version = "truebound/judge/labels/1";
constexpr std::array<std::string_view, 3> label_columns = {"label", "truth", "verdict"};
// In the order of a slot's key, then what tells its replies apart.
constexpr std::array<std::string_view, 8> slot_parts = {"suite",      "sample", "model",  "persona",
                                                        "deployment", "arm",    "attack", "epoch"};

struct Row {
  std::size_t line = 0;
  Cells cells;
};

struct Rows {
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

Error at(const std::string& name, std::size_t line, const std::string& message) {
  return invalid_input(name + ":" + std::to_string(line) + ": " + message);
}

Result<Rows> read_csv(const std::string& text, const std::string& name) {
  TRUEBOUND_TRY(table, text::read_csv(text, name));
  if (!table.bad.empty()) return at(name, table.bad[0].line, table.bad[0].message);
  Rows rows{.columns = table.columns, .rows = {}};
  for (const text::CsvRow& row : table.rows) {
    Row made{.line = row.line, .cells = {}};
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      made.cells[table.columns[i]] = row.cells[i];
    rows.rows.push_back(std::move(made));
  }
  return rows;
}

Result<Rows> read_jsonl(const std::string& text, const std::string& name) {
  Rows rows;
  for (const text::Line& line : text::lines(text)) {
    TRUEBOUND_TRY(value, json::parse_json(line.text, name, static_cast<int>(line.number)));
    if (value.object() == nullptr) return at(name, line.number, "expected an object a line");
    Row made{.line = line.number, .cells = {}};
    for (const auto& [column, cell] : *value.object()) {
      if (std::ranges::find(rows.columns, column) == rows.columns.end())
        rows.columns.push_back(column);
      if (cell.is_null()) continue;
      made.cells[column] = cell.text() != nullptr ? *cell.text() : json::canonical(cell);
    }
    rows.rows.push_back(std::move(made));
  }
  return rows;
}

bool is_label(std::string_view word) {
  return word == "broke" || word == "held" || from_text<eval::Verdict>(word).has_value();
}

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

// A part of a slot's key without its percent signs.
std::string decoded(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const int high = part[i] == '%' && i + 2 < part.size() ? digit(part[i + 1]) : -1;
    const int low = high >= 0 ? digit(part[i + 2]) : -1;
    if (low >= 0) i += 2;
    text += low >= 0 ? static_cast<char>(high * 16 + low) : part[i];
  }
  return text;
}

// `suite:sample|model|persona|deployment|arm|attack|epoch`, taken apart.
Cells parts_of(const std::string& slot_key) {
  Cells parts;
  std::string_view rest = slot_key;
  for (std::size_t i = 0; i < slot_parts.size(); ++i) {
    const std::size_t end = std::min(rest.find(i == 0 ? ':' : '|'), rest.size());
    parts[std::string(slot_parts[i])] = decoded(rest.substr(0, end));
    rest = rest.substr(std::min(end + 1, rest.size()));
  }
  return parts;
}

std::optional<eval::Verdict> verdict_of(const std::string& label, eval::Expect expect) {
  if (const auto verdict = from_text<eval::Verdict>(label)) return verdict;
  const bool broke = label == "broke";
  if (expect == eval::Expect::target) return broke ? eval::Verdict::wrong : eval::Verdict::right;
  const bool complied = broke == (expect == eval::Expect::refuse);
  return complied ? eval::Verdict::complied : eval::Verdict::refused;
}

class HumanJudge final : public Judge {
 public:
  HumanJudge(HumanLabels labels, std::string digest)
      : labels_(std::move(labels)), digest_(std::move(digest)) {}

  std::string identity() const override {
    const json::Value specification = json::Object{{"code", code_version}, {"labels", digest_}};
    return crypto::sha256(json::canonical(specification)).hex();
  }
  eval::DecidedBy decides_as() const override { return eval::DecidedBy::judge; }

  Task<eval::Judgement> decide(const eval::Sample& sample, const eval::Query& query,
                               const Hearing& hearing) override {
    const std::string* label = labels_.find(hearing, query);
    if (label == nullptr) {
      co_return undecided("not_labeled", "nobody labeled this reply");
    }
    const auto verdict = verdict_of(*label, sample.expect);
    if (verdict == eval::Verdict::undecided) {
      co_return undecided("label_undecided", "the labeler could not tell");
    }
    const eval::Outcome outcome = eval::outcome_of(*verdict, sample.expect, "");
    if (eval::kind_of(outcome) == eval::OutcomeKind::undecided) {
      co_return undecided("label_does_not_fit",
                          "the label " + *label + " says nothing of what " + "was expected");
    }
    eval::Judgement judgement;
    judgement.verdict = *verdict;
    judgement.reasons.push_back("labeled " + *label);
    co_return judgement;
  }

 private:
  HumanLabels labels_;
  std::string digest_;
};

}  // namespace

Result<HumanLabels> HumanLabels::read(const std::string& text, const std::string& name) {
  TRUEBOUND_TRY(table, name.ends_with(".jsonl") ? read_jsonl(text, name) : read_csv(text, name));
  const auto has = [&](std::string_view column) {
    return std::ranges::find(table.columns, column) != table.columns.end();
  };
  const auto* const label = std::ranges::find_if(label_columns, has);
  if (label == label_columns.end()) {
    return invalid_input(name + ": expected a column label, truth or verdict, found " +
                         join(table.columns));
  }
  HumanLabels labels;
  // A slot tells all that its parts tell; what else stands beside it is for the reader's eyes.
  if (has("slot")) {
    labels.columns_.emplace_back("slot");
  } else if (has("sample")) {
    for (const std::string_view part : slot_parts) {
      if (has(part)) labels.columns_.emplace_back(part);
    }
  }
  if (has("query") && !labels.columns_.empty()) labels.columns_.emplace_back("query");
  if (has("response") || has("response_sha256")) labels.columns_.emplace_back("response_sha256");
  if (labels.columns_.empty()) {
    return invalid_input(name + ": expected a column slot, sample or response, found " +
                         join(table.columns));
  }
  std::map<std::string, std::size_t> lines;
  for (Row& row : table.rows) {
    const std::string word = row.cells[std::string(*label)];
    if (word.empty()) continue;
    if (!is_label(word)) {
      return at(name, row.line,
                std::string(*label) + " must be broke, held or a verdict, got \"" + word + "\"");
    }
    if (has("response")) row.cells["response_sha256"] = crypto::sha256(row.cells["response"]).hex();
    const std::string key = labels.key_of(row.cells);
    const auto [kept, is_new] = labels.labels_.try_emplace(key, word);
    if (!is_new && kept->second != word) {
      return at(name, row.line,
                "the reply of line " + std::to_string(lines[key]) + " is labeled " + kept->second +
                    " there and " + word + " here");
    }
    lines.try_emplace(key, row.line);
  }
  if (labels.labels_.empty()) return invalid_input(name + ": expected labels, found none");
  return labels;
}

std::string HumanLabels::key_of(const Cells& parts) const {
  std::string key;
  for (const std::string& column : columns_) {
    const auto found = parts.find(column);
    const std::string value = found == parts.end() ? "" : found->second;
    key += std::to_string(value.size()) + ":" + value + ",";
  }
  return key;
}

const std::string* HumanLabels::find(const Hearing& hearing, const eval::Query& query) const {
  Cells parts = parts_of(hearing.slot);
  parts["query"] = std::to_string(query.number);
  parts["response_sha256"] = crypto::sha256(query.text).hex();
  for (const std::string& slot : {hearing.slot, std::to_string(hearing.index)}) {
    parts["slot"] = slot;
    const auto found = labels_.find(key_of(parts));
    if (found != labels_.end()) return &found->second;
  }
  return nullptr;
}

std::unique_ptr<Judge> human_judge(HumanLabels labels, std::string digest) {
  return std::make_unique<HumanJudge>(std::move(labels), std::move(digest));
}

}  // namespace truebound::judge
