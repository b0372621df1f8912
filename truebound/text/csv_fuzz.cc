// Property: whatever the bytes, the reader ends, its rows start on ascending lines of the file, a
// row without a fault holds UTF-8 without NUL, and what is written from such rows is read back as
// the same cells: read(write(read(x))) == read(x).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "truebound/core/check.h"
#include "truebound/text/csv.h"
#include "truebound/text/utf8.h"

using truebound::text::CsvCell;
using truebound::text::CsvReader;
using truebound::text::CsvRow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  CsvReader reader(input);
  std::vector<CsvRow> kept;
  std::string written;
  std::size_t line = 0;
  while (auto row = reader.next()) {
    TRUEBOUND_CHECK(row->line > line, "rows start on ascending lines");
    TRUEBOUND_CHECK(!row->cells.empty(), "a row has a cell");
    line = row->line;
    if (row->fault) continue;
    std::vector<CsvCell> cells;
    for (const auto& cell : row->cells) {
      TRUEBOUND_CHECK(!truebound::text::first_bad_byte(cell), "a good row is UTF-8");
      cells.push_back(CsvCell::text(cell));
    }
    written += truebound::text::write_csv_row(cells);
    kept.push_back(std::move(*row));
  }
  CsvReader again(written);
  for (const CsvRow& row : kept) {
    const auto read = again.next();
    TRUEBOUND_CHECK(read && !read->fault, "a written row reads without a fault");
    TRUEBOUND_CHECK(read->cells.size() == row.cells.size(), "a written row keeps its cells");
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      TRUEBOUND_CHECK(truebound::text::undo_defuse(read->cells[i]) == row.cells[i],
                      "a written cell reads back");
    }
  }
  TRUEBOUND_CHECK(!again.next(), "nothing is added by writing");
  (void)truebound::text::read_csv(input, "fuzz.csv");
  return 0;
}
