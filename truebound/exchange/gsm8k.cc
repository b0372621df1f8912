#include "truebound/exchange/gsm8k.h"

#include "truebound/core/words.h"
#include "truebound/json/value.h"
#include "truebound/text/lines.h"

namespace truebound::exchange {
namespace {

class Gsm8kReader {
 public:
  explicit Gsm8kReader(const std::string& name) : name_(name) {}

  Result<void> read_line(const text::Line& line) {
    TRUEBOUND_TRY(value, json::parse_json(line.text, name_, static_cast<int>(line.number)));
    if (value.object() == nullptr) return at(line, "expected an object a line");
    if (rows_.rows.empty()) TRUEBOUND_TRY_VOID(find_models(value, line));
    const std::string sample = "q" + std::to_string(++questions_);
    for (const std::string& model : models_) {
      const json::Value* answer = value.find(model);
      const json::Value* correct = answer == nullptr ? nullptr : answer->find("is_correct");
      if (correct == nullptr || correct->boolean() == nullptr) {
        return at(line, "expected " + model + " with is_correct, true or false");
      }
      TableRow row;
      row.observation.line = static_cast<int>(line.number);
      row.observation.sample = sample;
      row.observation.arm = model;
      row.observation.expect = eval::Expect::target;
      row.observation.decided_by = eval::DecidedBy::exact;
      if (*correct->boolean()) {
        row.observation.outcome = eval::Held{};
      } else {
        row.observation.outcome = eval::Broke{};
      }
      const json::Value* solution = answer->find("solution");
      if (solution != nullptr && solution->text() != nullptr) row.response = *solution->text();
      rows_.rows.push_back(std::move(row));
    }
    return {};
  }

  Result<TableRows> finish() {
    if (rows_.rows.empty()) return invalid_input(name_ + ": expected questions, found none");
    rows_.present = {"sample", "outcome", "arm", "response", "expect"};
    return std::move(rows_);
  }

 private:
  Error at(const text::Line& line, const std::string& message) const {
    return invalid_input(name_ + ":" + std::to_string(line.number) + ": " + message);
  }

  Result<void> find_models(const json::Value& value, const text::Line& line) {
    for (const auto& [key, member] : *value.object()) {
      if (member.object() != nullptr && member.find("is_correct") != nullptr) {
        models_.push_back(key);
      }
    }
    if (models_.empty()) return at(line, "expected a model's answer with is_correct, found none");
    return {};
  }

  const std::string& name_;
  std::vector<std::string> models_;
  std::size_t questions_ = 0;
  TableRows rows_;
};

}  // namespace

Result<TableRows> read_gsm8k(const std::string& text, const std::string& name) {
  Gsm8kReader reader(name);
  for (const text::Line& line : text::lines(text))
    TRUEBOUND_TRY_VOID(reader.read_line(line));
  return reader.finish();
}

}  // namespace truebound::exchange
