#include "truebound/exchange/readers.h"

#include "truebound/core/words.h"
#include "truebound/exchange/gsm8k.h"

namespace truebound::exchange {

const std::vector<Reader>& readers() {
  static const std::vector<Reader> list = {
      {"table", "a table of outcomes, CSV or JSONL (docs/formats/table.md)"},
      {"gsm8k", "graded solutions of GSM8K's questions, JSONL (docs/formats/gsm8k.md)"},
  };
  return list;
}

Result<TableRows> read_with(const std::string& reader, const std::string& text,
                            const std::string& name, const TableOptions& options) {
  if (reader == "table") return read_table(text, name, options);
  std::vector<std::string> known;
  for (const Reader& each : readers())
    known.emplace_back(each.name);
  if (reader != "gsm8k") {
    return invalid_input("--reader must be one of " + join(known) + ", got " + reader);
  }
  if (!options.columns.empty() || !options.values.empty()) {
    return invalid_input("--column and --map belong to the reader table, got them with " + reader);
  }
  return read_gsm8k(text, name);
}

}  // namespace truebound::exchange
